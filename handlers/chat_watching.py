"""The web chat's stream as an answer: opened, written to, ended. What it says is chat_events.py."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.clock import Clock
from handlers.chat_doors import Doors
from handlers.chat_events import Stream, read_event_id
from handlers.chat_limits import VISITING_ALL, VISITING_FROM, Limits
from handlers.keys import CHAT_STREAMS, CLOCK

HEARTBEAT_S = 20.0
"""Shorter than proxies wait, and how soon a page that has gone is noticed."""
WRITE_S = 10.0
REST_MS = 30 * 60_000.0
"""A stream on which nothing has happened for so long ends; the page comes again when looked at."""
GONE = (ConnectionError, TimeoutError, asyncio.CancelledError)


class Watching:
    """GET /chat/events with the streams it has under way."""

    def __init__(self, doors: Doors, limits: Limits) -> None:
        self._doors, self._limits = doors, limits
        self._telling: set[asyncio.Task[None]] = set()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What is said to this visitor, from `Last-Event-ID` on.

        What stands already is read before anything is answered: with the stores away it is 503.
        """
        visit = self._doors.visit(request)
        network = self._doors.network(request)
        await self._limits.take((VISITING_FROM, network), (VISITING_ALL, ""))
        streams = request.app[CHAT_STREAMS]
        resume = read_event_id(request.headers.get("Last-Event-ID", ""))
        with streams.opened(
            visit.visitor, resume, is_gone=lambda: is_closed(request.transport)
        ) as stream:
            await streams.fill(stream)
            answer = web.StreamResponse(
                headers={
                    "Content-Type": "text/event-stream",
                    "Cache-Control": "no-store",
                    # Told to proxies that would gather what should be seen at once.
                    "X-Accel-Buffering": "no",
                }
            )
            if visit.is_old:
                answer.headers["Set-Cookie"] = self._doors.cookie(self._doors.token(visit.visitor))
            await answer.prepare(request)
            task = asyncio.create_task(_tell(request.app[CLOCK], answer, stream))
            self._telling.add(task)
            try:
                await task
            except GONE:
                task.cancel()
            finally:
                self._telling.discard(task)
        return answer

    async def close(self, _: web.Application) -> None:
        """End the open streams, so that the service stops without waiting for them."""
        for task in self._telling:
            task.cancel()


def is_closed(transport: asyncio.Transport | None) -> bool:
    """Whether the other end has hung up."""
    return transport is None or transport.is_closing()


async def _tell(clock: Clock, answer: web.StreamResponse, stream: Stream) -> None:
    """Write until the page has gone, or nothing has happened for long."""
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await stream.changed.wait()
        except TimeoutError:
            if clock.monotonic_ms() - stream.active_ms > REST_MS:
                await _write(answer, "event: rest\ndata: {}\n\n")
                return
            await _write(answer, ": still here\n\n")
        for said in stream.take_events():
            await _write(answer, said)


async def _write(answer: web.StreamResponse, said: str) -> None:
    """A page that reads too slowly is let go; it comes again."""
    async with asyncio.timeout(WRITE_S):
        await answer.write(said.encode())
