"""One step with a chat-completions server: the request, the stream, time-outs and the one retry.

The vendor's client is told not to retry, so that this file alone decides. Errors that leave here
carry status, code and request id only: the vendor's own may quote what the customer wrote.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

import openai

from bot.clock import Clock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest, PromptMessage, Role, Usage
from bot.llm.chat_dialect import Assembly, Wire, to_wire, tools_on_wire, without_thinking
from bot.llm.chat_errors import ContextTooLong, Failure, failure_of
from bot.llm.prices import cost_of

# The client's debug lines hold whole requests, which hold what customers wrote.
logging.getLogger("openai").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server and how to speak to it."""

    name: str
    """The provider's name in records and metrics."""
    base_url: str
    api_key: str
    output_limit_field: str
    """`max_completion_tokens`, or `max_tokens` for older and local servers; never both."""
    strict_tools: bool = False
    extra: Mapping[str, object] | None = None
    """Further request fields the server is known to take."""
    extra_tokens: int = 0
    """Room for hidden reasoning, on top of what the reply may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we wait, in seconds."""

    connect_s: float = 5.0
    first_token_s: float = 20.0
    idle_s: float = 10.0
    """Between two chunks once the first has come."""
    total_s: float = 40.0
    """For the step, the retry included."""
    backoff_s: float = 0.4
    retry_after_max_s: float = 4.0
    """A server that asks for a longer pause is left to the next provider instead."""


class ChatClient:
    """A connection to one server. Providers hold one each."""

    def __init__(self, endpoint: Endpoint, clock: Clock, patience: Patience) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._patience = patience
        timeout = openai.Timeout(
            patience.total_s, connect=patience.connect_s, pool=patience.connect_s
        )
        self.api = openai.AsyncOpenAI(
            api_key=endpoint.api_key or "none",
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=timeout,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self.api.close()

    async def step(self, request: ModelRequest, model: str) -> ModelReply:
        """One step within the total time.

        Raises:
            ModelUnavailable: time-out, refusal of service, quota, a cut stream.
            ModelMisbehaved: a reply that cannot be used.
        """
        try:
            async with asyncio.timeout(self._patience.total_s):
                return await self._shortened_if_needed(request, model)
        except TimeoutError:
            raise ModelUnavailable(
                f"{self._endpoint.name}: no reply within {self._patience.total_s:g} s"
            ) from None

    async def _shortened_if_needed(self, request: ModelRequest, model: str) -> ModelReply:
        try:
            return await self._with_retry(request, model)
        except ContextTooLong:
            shorter = replace(request, messages=shortened(request.messages))
            if len(shorter.messages) == len(request.messages):
                raise
            return await self._with_retry(shorter, model)

    async def _with_retry(self, request: ModelRequest, model: str) -> ModelReply:
        """At most one more attempt, and only while nothing has come."""
        try:
            return await self._attempt(request, model)
        except Failure as failure:
            wait_s = self._pause_before_retry(failure)
            if wait_s is None:
                raise failure.error from None
        await asyncio.sleep(wait_s)
        try:
            return await self._attempt(request, model)
        except Failure as failure:
            raise failure.error from None

    def _pause_before_retry(self, failure: Failure) -> float | None:
        """Seconds to wait, jittered, or None where another attempt would be wrong."""
        if not failure.may_retry:
            return None
        backoff_s = self._patience.backoff_s * random.uniform(0.75, 1.25)
        if failure.retry_after_s is None:
            return backoff_s
        if failure.retry_after_s > self._patience.retry_after_max_s:
            return None
        return max(failure.retry_after_s, backoff_s)

    async def _attempt(self, request: ModelRequest, model: str) -> ModelReply:
        started_ms = self._clock.monotonic_ms()
        assembly = Assembly()
        try:
            first_ms = await self._read(request, model, assembly)
        except ModelError:
            raise
        except (
            Exception
        ) as error:  # The boundary with the vendor's client, which raises many kinds.
            raise failure_of(self._endpoint.name, error, assembly.has_output) from None
        text, calls = self._judged(assembly), assembly.calls()
        name = assembly.model or model
        usage = Usage(
            input_tokens=assembly.input_tokens,
            output_tokens=assembly.output_tokens,
            cost=cost_of(
                name,
                input_tokens=assembly.input_tokens,
                output_tokens=assembly.output_tokens,
                on=request.now.date(),
            ),
        )
        return ModelReply(
            text=text,
            tool_calls=calls,
            provider=self._endpoint.name,
            model=name,
            usage=usage,
            latency_ms=self._clock.monotonic_ms() - started_ms,
            first_token_ms=None if first_ms is None else first_ms - started_ms,
        )

    async def _read(self, request: ModelRequest, model: str, assembly: Assembly) -> float | None:
        """Read the stream to its end; returns when the first output came."""
        first_ms: float | None = None
        patience = self._patience
        async with asyncio.timeout(patience.first_token_s) as limit:
            body = self._body(request, model)
            stream = await self.api.chat.completions.create(**cast(Any, body))
            async with aclosing(_closing(stream)) as chunks:
                async for chunk in chunks:
                    assembly.feed(chunk)
                    if first_ms is None and assembly.has_output:
                        first_ms = self._clock.monotonic_ms()
                    if first_ms is not None:
                        limit.reschedule(asyncio.get_running_loop().time() + patience.idle_s)
        if not assembly.finish_reason:
            error = ModelUnavailable(f"{self._endpoint.name}: the stream was cut")
            raise Failure(error, may_retry=not assembly.has_output)
        return first_ms

    def _body(self, request: ModelRequest, model: str) -> Wire:
        endpoint = self._endpoint
        body: Wire = {
            "model": model,
            "messages": to_wire(request),
            "stream": True,
            "stream_options": {"include_usage": True},
            endpoint.output_limit_field: request.max_output_tokens + endpoint.extra_tokens,
            **(endpoint.extra or {}),
        }
        if request.tools:
            body["tools"] = tools_on_wire(request.tools, strict=endpoint.strict_tools)
        return body

    def _judged(self, assembly: Assembly) -> str:
        """The text, if the reply is one."""
        name = self._endpoint.name
        if assembly.refusal:
            raise ModelMisbehaved(f"{name}: the model refused to answer")
        if assembly.finish_reason == "content_filter":
            raise ModelMisbehaved(f"{name}: the content filter stopped the reply")
        text = without_thinking(assembly.text)
        if assembly.finish_reason == "length":
            raise ModelMisbehaved(f"{name}: the reply did not fit its token limit")
        if not text and not assembly.calls():
            raise ModelMisbehaved(f"{name}: the reply is empty")
        return text


async def _closing(stream: Any) -> Any:
    """The chunks of a stream whose connection is let go of however the reading ends."""
    try:
        async for chunk in stream:
            yield chunk
    finally:
        await stream.close()


def shortened(messages: tuple[PromptMessage, ...]) -> tuple[PromptMessage, ...]:
    """The later half, from a customer's word on, so that no tool result loses its call."""
    for position in range(len(messages) // 2, len(messages)):
        if messages[position].role is Role.USER:
            return messages[position:]
    return messages
