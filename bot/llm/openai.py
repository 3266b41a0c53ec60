"""OpenAI's own models, or any server that behaves exactly like them, by OPENAI_BASE_URL.

Source: OpenAI API reference, chat completions, and the deprecations page, read 2026-11-23. Models
are retired within months, so their names are settings, never code.
"""

from __future__ import annotations

import re

from bot.clock import Clock
from bot.llm.base import ModelReply, ModelRequest
from bot.llm.chat_client import ChatClient
from bot.llm.endpoint import Endpoint, Patience

API_URL = "https://api.openai.com/v1"
REASONING_ROOM = 2_000
"""Tokens a reasoning model may spend before its first word; they count as output."""

_REASONING = re.compile(r"^(?:o\d|gpt-(?:[5-9]|\d{2}))(?!.*-chat)")


class OpenAIModel:
    """One of OpenAI's models."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str,
        clock: Clock,
        base_url: str = "",
        patience: Patience | None = None,
        sees: bool = False,
    ) -> None:
        self.name = "openai"
        self.model = model
        is_reasoning = bool(_REASONING.match(model))
        endpoint = Endpoint(
            name=self.name,
            base_url=base_url or API_URL,
            api_key=api_key,
            output_limit_field="max_completion_tokens",
            strict_tools=True,
            # Reasoning models refuse a temperature, the others answer steadier with a low one.
            extra={"reasoning_effort": "low"} if is_reasoning else {"temperature": 0.2},
            extra_tokens=REASONING_ROOM if is_reasoning else 0,
            sees=sees,
        )
        self._client = ChatClient(endpoint, clock, patience or Patience())

    async def respond(self, request: ModelRequest) -> ModelReply:
        """One step; see bot/llm/base.py."""
        return await self._client.step(request, self.model)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()
