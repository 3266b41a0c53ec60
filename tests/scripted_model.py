"""A chat-completions server that says what a test wrote down, over real HTTP.

    async with ScriptedModel(say("Hello"), call("price_party", {"adults": 20})) as server:
        ...OPENAI_BASE_URL=server.base_url...

Steps are used in order, one a request. A request without a step, or a step without a request,
fails the test when the server closes. What was asked is in `server.requests`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

Ending = Literal["done", "cut", "drop", "hang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One scripted answer."""

    status: int = 200
    body: Mapping[str, object] | None = None
    """A whole JSON answer instead of a stream; with an error status, the error."""
    headers: Mapping[str, str] = field(default_factory=dict)
    deltas: tuple[Mapping[str, object], ...] = ()
    raw_lines: tuple[str, ...] = ()
    """Lines sent as they are after the deltas: comments, broken chunks, error lines."""
    finish_reason: str | None = "stop"
    usage: tuple[int, int] | None = (100, 20)
    """Prompt and completion tokens of the last chunk; None sends no such chunk."""
    cached: int | None = None
    """Of the prompt tokens, those said to have been at hand."""
    model: str = "scripted"
    """The model's name in every chunk."""
    ending: Ending = "done"
    """done: with [DONE]; cut: without; drop: the connection breaks; hang: nothing more comes."""
    hang_first: bool = False
    """Say nothing at all until the client goes away."""
    make: Callable[[Mapping[str, object]], Step] | None = None
    """Makes the answer of the request, where it has to name what only that says."""


def say(text: str, *, pieces: int = 3) -> Step:
    """Text, streamed in a few pieces between blank deltas."""
    size = max(1, -(-len(text) // pieces))
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    deltas: list[Mapping[str, object]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": part} for part in parts]
    return Step(deltas=(*deltas, {}))


def call(name: str, arguments: Mapping[str, object] | str, *, call_id: str = "call_1") -> Step:
    """One tool call, its arguments in fragments."""
    return calls((call_id, name, arguments))


def calls(*wanted: tuple[str, str, Mapping[str, object] | str]) -> Step:
    """Several tool calls (id, name, arguments), one after another, joined by index."""
    deltas: list[Mapping[str, object]] = [{"role": "assistant", "content": None}]
    for index, (call_id, name, arguments) in enumerate(wanted):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        half = len(text) // 2
        first = {"name": name, "arguments": ""}
        deltas.append(_piece(index, {"id": call_id, "type": "function", "function": first}))
        deltas += [
            _piece(index, {"function": {"arguments": part}}) for part in (text[:half], text[half:])
        ]
    return Step(deltas=tuple(deltas), finish_reason="tool_calls")


def _piece(index: int, rest: Mapping[str, object]) -> Mapping[str, object]:
    return {"tool_calls": [{"index": index, **rest}]}


def refuse(text: str = "I cannot help with that.") -> Step:
    """The model refuses."""
    return Step(deltas=({"role": "assistant", "refusal": text},))


def fail(
    status: int, *, code: str = "server_error", message: str = "failed", retry_after: str = ""
) -> Step:
    """An error answer in the vendor's form."""
    headers = {"x-request-id": "req_scripted"} | (
        {"Retry-After": retry_after} if retry_after else {}
    )
    error = {"message": message, "type": code, "param": None, "code": code}
    return Step(status=status, body={"error": error}, headers=headers)


def error_line(code: str = "server_error", message: str = "failed") -> Step:
    """A stream that begins with 200 and then carries an error."""
    line = "data: " + json.dumps({"error": {"message": message, "type": code, "code": code}})
    return Step(raw_lines=(line,), finish_reason=None, usage=None, ending="cut")


def hang() -> Step:
    """The server accepts and never answers."""
    return Step(hang_first=True)


def stall(text: str) -> Step:
    """Some text, and then nothing more."""
    return replace(say(text), ending="hang")


def cut(text: str = "") -> Step:
    """A stream that ends without finish reason and [DONE]."""
    return replace(say(text) if text else Step(), finish_reason=None, usage=None, ending="cut")


def flood(characters: int = 10_000_000) -> Step:
    """Far more text than anyone asked for."""
    piece = "x" * 50_000
    return Step(deltas=tuple({"content": piece} for _ in range(characters // len(piece))))


class ScriptedModel:
    """The server. Base URL and the requests it saw are for the test to read."""

    def __init__(
        self,
        *steps: Step,
        models: Sequence[str] = ("scripted",),
        pages: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """`pages` are what else the server answers by GET, by path; they come before its own."""
        self._steps = list(steps)
        self._models = tuple(models)
        self._pages = dict(pages or {})
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.requests: list[Mapping[str, object]] = []
        self.unscripted: list[str] = []
        self.health_status = 200
        self.base_url = ""

    def add(self, *steps: Step) -> None:
        """Script further answers."""
        self._steps.extend(steps)

    @property
    def unused(self) -> int:
        """Steps nobody has asked for yet."""
        return len(self._steps)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._complete)
        own = {"/v1/models": self._list_models, "/health": self._health}
        for path, handler in (own | dict.fromkeys(self._pages, self._page)).items():
            app.router.add_get(path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
        if error is None:
            assert not self.unscripted, f"model calls that were not scripted: {self.unscripted}"
            assert not self._steps, f"{len(self._steps)} scripted steps were never asked for"

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "scripted"}, status=self.health_status)

    async def _page(self, request: web.Request) -> web.Response:
        return web.json_response(self._pages[request.path])

    async def _list_models(self, _request: web.Request) -> web.Response:
        data = [{"id": name, "object": "model", "owned_by": "test"} for name in self._models]
        return web.json_response({"object": "list", "data": data})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        if not self._steps:
            self.unscripted.append(json.dumps(body["messages"])[-1000:])
            error = {"message": "no step is scripted", "code": "unscripted"}
            return web.json_response({"error": error}, status=400)
        step = self._steps.pop(0)
        if step.make is not None:
            step = step.make(body)
        if step.hang_first:
            await self._closing.wait()
        if step.body is not None:
            return web.json_response(step.body, status=step.status, headers=step.headers)
        if not body.get("stream"):
            return web.json_response(_whole(step))
        return await self._stream(request, step)

    async def _stream(self, request: web.Request, step: Step) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **step.headers})
        await response.prepare(request)
        try:
            await response.write(b": ping\n\n")
            for line in _lines(step):
                await response.write(line.encode() + b"\n\n")
            if step.ending == "hang":
                await self._closing.wait()
            if step.ending == "drop" and request.transport is not None:
                request.transport.abort()
        except ConnectionResetError:
            pass  # The client had enough, which is what some tests are about.
        return response


def _lines(step: Step) -> list[str]:
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in step.deltas]
    lines = [_chunk(step, choice) for choice in choices]
    lines += step.raw_lines
    if step.ending in ("done", "cut") and step.finish_reason is not None:
        lines.append(_chunk(step, {"index": 0, "delta": {}, "finish_reason": step.finish_reason}))
    if step.ending == "done":
        if step.usage is not None:
            lines.append(_chunk(step))
        lines.append("data: [DONE]")
    return lines


def _chunk(step: Step, choice: Mapping[str, object] | None = None) -> str:
    """A piece of the reply, or without a choice the usage at its end."""
    chunk: dict[str, object] = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": step.model,
        "choices": [choice] if choice is not None else [],
        "usage": _usage(step) if choice is None else None,
    }
    return "data: " + json.dumps(chunk)


def _usage(step: Step) -> Mapping[str, object]:
    prompt, completion = step.usage or (0, 0)
    counts: dict[str, object] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    if step.cached is not None:
        counts["prompt_tokens_details"] = {"cached_tokens": step.cached}
    return counts


def _whole(step: Step) -> Mapping[str, object]:
    """The same step for a client that does not stream; tool calls are streamed only."""
    text = "".join(str(delta.get("content") or "") for delta in step.deltas)
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": step.finish_reason}
    whole: dict[str, object] = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": step.model,
        "choices": [choice],
    }
    if step.usage is not None:
        whole["usage"] = _usage(step)
    return whole
