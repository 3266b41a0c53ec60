"""Any server that speaks the chat-completions dialect: llama.cpp, Ollama, vLLM, by LLAMA_BASE_URL.

Local servers load slowly and queue instead of refusing, so the first word may take long and
readiness is asked before a server is trusted. What they do differently is in bot/llm/servers.py.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, cast

import openai

from bot.clock import Clock
from bot.errors import ModelError, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest, ToolSpec
from bot.llm.chat_client import ChatClient
from bot.llm.chat_dialect import tools_on_wire
from bot.llm.chat_errors import CannotServe, ContextTooSmall, Failure, NoTools, failure_of
from bot.llm.endpoint import Endpoint, Patience
from bot.llm.servers import Server, look

log = logging.getLogger(__name__)

PATIENCE = Patience(connect_s=3.0, first_token_s=30.0, idle_s=15.0, total_s=60.0)
_NO_OP = ToolSpec(
    name="nothing", description="Does nothing.", parameters={"type": "object", "properties": {}}
)
ASK_AGAIN_S = 300.0
"""For so long a server that took no tools is not offered any."""


class LlamaModel:
    """A model on a server of our own."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        model: str = "",
        context: int = 0,
        patience: Patience = PATIENCE,
    ) -> None:
        self.name = "llama"
        self.model = model
        self.server: Server | None = None
        """What answers there, once it was asked and as long as it has not failed."""
        self._chosen = model
        self._context = context
        self._clock = clock
        self._patience = patience
        self._root = base_url.rstrip("/").removesuffix("/v1")
        endpoint = Endpoint(
            name=self.name,
            base_url=f"{self._root}/v1",
            api_key="local",
            output_limit_field="max_tokens",
            extra={"temperature": 0.2},
            is_free=True,
        )
        self._client = ChatClient(endpoint, clock, patience)
        self._no_tools_until_ms = 0.0
        self._warned: set[str] = set()

    @property
    def context(self) -> int | None:
        """Tokens for prompt and reply, as told or as the server says; None: not known."""
        return self._client.endpoint.context

    async def respond(self, request: ModelRequest) -> ModelReply:
        """One step; see bot/llm/base.py.

        Raises:
            CannotServe: the server is well, but takes no tools or has too little context.
        """
        if request.tools and self._clock.monotonic_ms() < self._no_tools_until_ms:
            raise NoTools("llama: it takes no tools")
        server = self.server or await self.discover()
        try:
            return await self._client.step(request, self.model)
        except CannotServe as error:
            self._note(server, error)
            raise
        except ModelError:
            self.server = None
            raise

    async def discover(self) -> Server:
        """Ask the server what it is, and adapt to it.

        Raises:
            ModelUnavailable: not reachable, still loading, or serving nothing.
        """
        server = await look(self._root)
        if not self._chosen and not server.models:
            raise ModelUnavailable("llama: the server names no model; load one or set LLAMA_MODEL")
        self.model = self._chosen or server.models[0]
        self._client.endpoint = replace(
            self._client.endpoint,
            output_limit_field=server.kind.output_limit_field,
            context=self._context or server.context_of(self.model),
        )
        self.server = server
        return server

    async def takes_tools(self) -> bool:
        """Whether it accepts a request with a tool; costs it a token, and the loading of a model.

        Raises:
            ModelError: it does not answer at all.
        """
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": "ok"}],
            "tools": tools_on_wire((_NO_OP,), strict=False),
            self._client.endpoint.output_limit_field: 1,
        }
        wait_s = self._patience.first_token_s
        try:
            await self._client.api.chat.completions.create(**cast(Any, body), timeout=wait_s)
        except openai.OpenAIError as error:
            failure = failure_of(self.name, error, had_output=False)
            if isinstance(failure, NoTools):
                return False
            raise (failure.error if isinstance(failure, Failure) else failure) from None
        return True

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    def _note(self, server: Server, error: CannotServe) -> None:
        """Say once in the log what would mend it; it is not tried again with every turn."""
        if isinstance(error, NoTools):
            self._no_tools_until_ms = self._clock.monotonic_ms() + 1000.0 * ASK_AGAIN_S
        mend = server.kind.mend_tools if isinstance(error, NoTools) else server.kind.mend_context
        if mend not in self._warned:
            self._warned.add(mend)
            log.warning(
                "model.cannot_serve",
                extra={"server": server.kind.name, "error": str(error), "mend": mend},
            )
        if isinstance(error, ContextTooSmall):
            # It may have been started anew with more; asking costs little.
            self.server = None
