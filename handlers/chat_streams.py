"""Keeps the open streams of the web chat up to date: one look at the database for all of them.

The rows are the record. Redis only brings replies in the making and says whose stream is worth a
look at once (I12): without it a stream is a second or two behind and nothing is lost. Several web
processes know nothing of each other; each looks for its own streams.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from aiohttp import web
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from bot.clock import Clock
from bot.domain_media import FileId
from bot.store import webchat
from bot.store.connection import STORE_DOWN, Pool, borrow
from bot.store.webchat import Glimpse
from handlers.chat_events import Resume, Stream
from jobs.progress import channel_of

log = logging.getLogger(__name__)

BUSY_LOOK_MS = 250.0
"""Between two looks while something goes on; the reply itself was shown while it was written."""
IDLE_LOOK_MS = 1_500.0
BUSY_FOR_MS = 60_000.0
TICK_S = 0.1
AWAY_S = 1.0
PER_VISITOR = 5
"""Pages that one visitor has open at once."""
IN_ALL = 2_000
"""Of one process."""
OPENING_S = 3.0
DOORBELL = "chat:"
REDIS_DOWN = (RedisError, OSError, TimeoutError)


class Streams:
    """One for a process. `start` before use, `close` after the last request."""

    def __init__(
        self, pool: Pool, redis: Redis, clock: Clock, *, link: Callable[[FileId], str]
    ) -> None:
        self._pool, self._redis, self._clock, self._link = pool, redis, clock, link
        self._open: dict[str, set[Stream]] = defaultdict(set)
        self._count = 0
        self._some = asyncio.Event()
        self._nudged = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._heard_by: dict[str, list[Stream]] = {}
        """Who hears what on Redis, as last gathered."""

    def start(self) -> None:
        """Begin to look and to listen."""
        self._tasks = [asyncio.create_task(self._look_forever())]
        self._tasks.append(asyncio.create_task(self._listen_forever()))

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def opened(
        self, visitor: str, resume: Resume, *, is_gone: Callable[[], bool]
    ) -> Iterator[Stream]:
        """A stream, kept up to date while it is open.

        `is_gone` tells whether its page has closed the line, which nobody notices before something
        is written to it: whoever leafs through a site must not be kept out by their own old pages.

        Raises:
            HTTPTooManyRequests, HTTPServiceUnavailable: there are as many as there may be.
        """
        for old in [each for each in self._open.get(visitor, ()) if each.is_gone()]:
            self._forget(old)
        later = {"Retry-After": "30"}
        if self._count >= IN_ALL:
            raise web.HTTPServiceUnavailable(text="too many chats are open", headers=later)
        if len(self._open.get(visitor, ())) >= PER_VISITOR:
            raise web.HTTPTooManyRequests(text="the chat is open on too many pages", headers=later)
        now_ms = self._clock.monotonic_ms()
        stream = Stream(visitor, resume, self._link, is_gone=is_gone, active_ms=now_ms)
        self._open[visitor].add(stream)
        self._count += 1
        self._some.set()
        try:
            yield stream
        finally:
            self._forget(stream)

    def _forget(self, stream: Stream) -> None:
        """Whoever comes first: its own end, or another page of the visitor."""
        streams = self._open.get(stream.visitor, set())
        if stream in streams:
            self._count -= 1
            streams.discard(stream)
            if not streams:
                del self._open[stream.visitor]

    async def fill(self, stream: Stream) -> None:
        """What stands now, before anything is answered; raises STORE_DOWN errors."""
        async with borrow(self._pool) as conn:
            found = await webchat.list_glimpses(conn, [stream.visitor])
            stream.glimpse = found.get(stream.visitor)
            stream.window = await webchat.read_window(conn, stream.visitor, after=stream.floor)
        stream.changed.set()

    async def nudge(self, visitor: str) -> None:
        """Something happened that the visitor sees: here at once, elsewhere by the doorbell."""
        self._wake(visitor)
        try:
            async with asyncio.timeout(OPENING_S):
                await self._redis.publish(DOORBELL + visitor, b"")
        except REDIS_DOWN as error:
            log.warning("chat_streams.unheard", extra={"error": type(error).__name__})

    def _wake(self, visitor: str) -> None:
        now_ms = self._clock.monotonic_ms()
        for stream in self._open.get(visitor, ()):
            stream.active_ms, stream.looked_ms = now_ms, 0.0
            self._nudged.set()

    # ── The database ────────────────────────────────────────────────────────────────────────

    async def _look_forever(self) -> None:
        while True:
            if not self._count:
                self._some.clear()
                await self._some.wait()
            try:
                async with asyncio.timeout(TICK_S):
                    await self._nudged.wait()
            except TimeoutError:
                pass
            self._nudged.clear()
            due = self._due()
            if not due:
                continue
            try:
                await self._look(due)
            except STORE_DOWN as error:
                log.warning("chat_streams.blind", extra={"error": type(error).__name__})
                await asyncio.sleep(AWAY_S)
            except Exception:
                # One bad row must not end the stream of everybody.
                log.exception("chat_streams.failed")
                await asyncio.sleep(AWAY_S)

    def _due(self) -> Collection[str]:
        now_ms = self._clock.monotonic_ms()
        due = []
        for visitor, streams in self._open.items():
            for stream in streams:
                waits = stream.glimpse is not None and stream.glimpse.is_waiting
                is_busy = waits or now_ms - stream.active_ms < BUSY_FOR_MS
                if now_ms - stream.looked_ms >= (BUSY_LOOK_MS if is_busy else IDLE_LOOK_MS):
                    stream.looked_ms = now_ms
                    due.append(visitor)
        return dict.fromkeys(due)

    async def _look(self, visitors: Collection[str]) -> None:
        async with borrow(self._pool) as conn:
            found = await webchat.list_glimpses(conn, list(visitors))
            for glimpse in found.values():
                behind = [s for s in self._open.get(glimpse.visitor, ()) if s.mark != glimpse.mark]
                if behind:
                    floor = min(stream.floor for stream in behind)
                    window = await webchat.read_window(conn, glimpse.visitor, after=floor)
                    self._give(behind, glimpse, window)

    def _give(self, behind: Collection[Stream], glimpse: Glimpse, window: webchat.Window) -> None:
        for stream in behind:
            stream.glimpse, stream.window = glimpse, window
            stream.active_ms = self._clock.monotonic_ms()
            stream.changed.set()

    # ── Redis ───────────────────────────────────────────────────────────────────────────────

    async def _listen_forever(self) -> None:
        while True:
            if not self._count:
                self._some.clear()
                await self._some.wait()
            try:
                async with self._redis.pubsub() as pubsub:
                    await self._listen(pubsub)
            except REDIS_DOWN as error:
                log.warning("chat_streams.deaf", extra={"error": type(error).__name__})
                await asyncio.sleep(AWAY_S)

    async def _listen(self, pubsub: PubSub) -> None:
        """Until nobody is left to hear for."""
        subscribed: frozenset[str] = frozenset()
        gathered_ms = -TICK_S * 1000
        while self._count:
            if self._clock.monotonic_ms() - gathered_ms >= TICK_S * 1000:
                gathered_ms = self._clock.monotonic_ms()
                self._heard_by = self._gather()
                wanted = frozenset(self._heard_by)
                if wanted - subscribed:
                    await pubsub.subscribe(*(wanted - subscribed))
                if subscribed - wanted:
                    await pubsub.unsubscribe(*(subscribed - wanted))
                subscribed = wanted
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=TICK_S)
            if message is not None and message["type"] == "message":
                self._hear(message["channel"].decode(), message["data"])

    def _gather(self) -> dict[str, list[Stream]]:
        """Each stream under its visitor's doorbell and under its conversation."""
        found: dict[str, list[Stream]] = defaultdict(list)
        for visitor, streams in self._open.items():
            found[DOORBELL + visitor].extend(streams)
            for stream in streams:
                talk = stream.glimpse.conversation_id if stream.glimpse else None
                if talk is not None:
                    found[channel_of(talk)].append(stream)
        return found

    def _hear(self, channel: str, said: bytes) -> None:
        if channel.startswith(DOORBELL):
            self._wake(channel.removeprefix(DOORBELL))
            return
        text = str(json.loads(said)["text"])
        for stream in self._heard_by.get(channel, ()):
            stream.piece = text
            stream.active_ms = self._clock.monotonic_ms()
            stream.changed.set()
