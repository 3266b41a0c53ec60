"""Any server that speaks the chat-completions dialect: llama.cpp, Ollama, vLLM, by LLAMA_BASE_URL.

Source: llama.cpp tools/server README, Ollama's OpenAI compatibility page and vLLM's
openai_compatible_server page, read 2026-11-23. Local servers load slowly and queue instead of
refusing, so
the first word may take long and readiness is asked before a server is trusted.
"""

from __future__ import annotations

import aiohttp
import openai

from bot.clock import Clock
from bot.errors import ModelError, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest
from bot.llm.chat_client import ChatClient, Endpoint, Patience

PATIENCE = Patience(connect_s=3.0, first_token_s=30.0, idle_s=15.0, total_s=60.0)
PROBE_S = 3.0


class LlamaModel:
    """A model on a server of our own."""

    def __init__(
        self, base_url: str, *, clock: Clock, model: str = "", patience: Patience = PATIENCE
    ) -> None:
        self.name = "llama"
        self.model = model
        root = base_url.rstrip("/")
        self._root = root.removesuffix("/v1")
        endpoint = Endpoint(
            name=self.name,
            base_url=f"{self._root}/v1",
            api_key="local",
            output_limit_field="max_tokens",
            extra={"temperature": 0.2},
        )
        self._client = ChatClient(endpoint, clock, patience)
        self._is_ready = False

    async def respond(self, request: ModelRequest) -> ModelReply:
        """One step; see bot/llm/base.py."""
        if not self._is_ready:
            await self._make_ready()
        try:
            return await self._client.step(request, self.model)
        except ModelError:
            self._is_ready = False
            raise

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _make_ready(self) -> None:
        """Ask whether the server has loaded its model, and which that is.

        Raises:
            ModelUnavailable: not reachable, still loading, or serving nothing.
        """
        await self._probe_health()
        if not self.model:
            self.model = await self._discover()
        self._is_ready = True

    async def _probe_health(self) -> None:
        """llama.cpp answers 503 while it loads; servers without this page answer 404."""
        timeout = aiohttp.ClientTimeout(total=PROBE_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self._root}/health") as response,
            ):
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            raise ModelUnavailable("llama: the server cannot be reached") from None
        if status >= 500:
            raise ModelUnavailable(f"llama: the server is not ready, status {status}")

    async def _discover(self) -> str:
        try:
            page = await self._client.api.models.list(timeout=PROBE_S)
        except openai.OpenAIError as error:
            raise ModelUnavailable(
                f"llama: its models cannot be listed: {type(error).__name__}; set LLAMA_MODEL"
            ) from None
        names = [model.id for model in page.data or () if model.id]
        if not names:
            raise ModelUnavailable("llama: the server has no model; load one or set LLAMA_MODEL")
        return names[0]
