"""One step with a chat-completions server: the request, the stream, time-outs and the one retry.

The vendor's client is told not to retry, so that this file alone decides. Errors that leave here
carry status, code and request id only: the vendor's own may quote what the customer wrote.
"""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, cast

import openai

from bot.clock import Clock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest, PromptMessage, Role
from bot.llm.chat_dialect import Assembly, Wire, to_wire, tools_on_wire, without_thinking
from bot.llm.chat_errors import ContextTooLong, ContextTooSmall, Failure, failure_of
from bot.llm.counting import count_prompt
from bot.llm.endpoint import Endpoint, Patience
from bot.llm.streaming import Telling, Unthought
from bot.llm.usage import usage_of

# The client's debug lines hold whole requests, which hold what customers wrote.
logging.getLogger("openai").setLevel(logging.WARNING)

_CUT = frozenset({"abort", "error", "cancelled"})
"""Reasons by which a server ends a reply that is none: vLLM says abort where it gave it up."""


FIT_MARGIN = 1.1
"""Our count is not the model's: this much more must fit."""


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """One try at a step, and what has come of it."""

    request: ModelRequest
    model: str
    started_ms: float
    shown: Unthought
    assembly: Assembly = field(default_factory=Assembly)
    first_ms: float | None = None


class ChatClient:
    """A connection to one server. Providers hold one each."""

    def __init__(self, endpoint: Endpoint, clock: Clock, patience: Patience) -> None:
        self.endpoint = endpoint
        """May be replaced by one that knows more of the same server."""
        self._clock = clock
        self._patience = patience
        self._thinks_unannounced = False
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
        if request.listener is not None:
            request = replace(request, listener=Telling(request.listener).piece)
        try:
            async with asyncio.timeout(self._patience.total_s):
                return await self._shortened_if_needed(self._fitted(request), model)
        except TimeoutError:
            raise ModelUnavailable(
                f"{self.endpoint.name}: no reply within {self._patience.total_s:g} s"
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
        """One try; what it cost is told even where it fails, is cut or given up."""
        telling = Telling(request.listener)
        if request.listener is not None:
            request.listener("")
        attempt = _Attempt(
            request=request,
            model=model,
            started_ms=self._clock.monotonic_ms(),
            shown=Unthought(telling, is_thinking=self._thinks_unannounced),
        )
        text: str | None = None
        try:
            await self._read(attempt)
            text = self._judged(attempt.assembly)
        except ModelError:
            raise
        except (
            Exception
        ) as error:  # The boundary with the vendor's client, which raises many kinds.
            raise failure_of(self.endpoint.name, error, attempt.assembly.has_output) from None
        finally:
            if text is None:
                self._tell_spent(attempt)
        self._thinks_unannounced |= attempt.shown.was_unannounced
        telling.settle(text)
        return self._reply(attempt, text)

    def _reply(self, attempt: _Attempt, text: str) -> ModelReply:
        request, assembly, began = attempt.request, attempt.assembly, attempt.started_ms
        name = assembly.model or attempt.model
        return ModelReply(
            text=text,
            tool_calls=assembly.calls(),
            provider=self.endpoint.name,
            model=name,
            usage=usage_of(assembly, request, model=name, is_free=self.endpoint.is_free),
            latency_ms=self._clock.monotonic_ms() - began,
            first_token_ms=None if attempt.first_ms is None else attempt.first_ms - began,
            purpose=request.purpose,
            agent=request.agent,
        )

    def _tell_spent(self, attempt: _Attempt) -> None:
        """What came before it failed is paid for; where nothing came, we know of nothing."""
        came = attempt.assembly.is_alive or attempt.assembly.input_tokens is not None
        if came and attempt.request.on_spent is not None:
            attempt.request.on_spent(replace(self._reply(attempt, ""), tool_calls=()))

    async def _read(self, attempt: _Attempt) -> None:
        """Read the stream to its end."""
        assembly, patience = attempt.assembly, self._patience
        async with asyncio.timeout(patience.first_token_s) as limit:
            body = self._body(attempt.request, attempt.model)
            stream = await self.api.chat.completions.create(**cast(Any, body))
            async with aclosing(_closing(stream)) as chunks:
                async for chunk in chunks:
                    told = len(assembly.text)
                    assembly.feed(chunk)
                    attempt.shown.feed(assembly.text[told:])
                    if attempt.first_ms is None and assembly.has_output:
                        attempt.first_ms = self._clock.monotonic_ms()
                    if assembly.is_alive:
                        limit.reschedule(asyncio.get_running_loop().time() + patience.idle_s)
        if not assembly.is_whole or assembly.finish_reason in _CUT:
            error = ModelUnavailable(f"{self.endpoint.name}: the stream was cut")
            raise Failure(error, may_retry=not assembly.has_output)

    def _fitted(self, request: ModelRequest) -> ModelRequest:
        """The request within a known context: Ollama would cut our instructions and say nothing.

        Raises:
            ContextTooSmall: even the shortest does not fit.
        """
        if self.endpoint.context is None:
            return request
        room = self.endpoint.context - request.max_output_tokens - self.endpoint.extra_tokens
        while (needed := round(count_prompt(request) * FIT_MARGIN)) > room:
            shorter = replace(request, messages=shortened(request.messages))
            if len(shorter.messages) == len(request.messages):
                raise ContextTooSmall(
                    f"{self.endpoint.name}: a context of {self.endpoint.context} tokens leaves "
                    f"{max(room, 0)} for a prompt of about {needed}"
                )
            request = shorter
        return request

    def _body(self, request: ModelRequest, model: str) -> Wire:
        endpoint = self.endpoint
        body: Wire = {
            "model": model,
            "messages": to_wire(request, sees=endpoint.sees),
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
        name = self.endpoint.name
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
