"""What the playground is told: a snapshot, then whatever changed in the stand-ins or the database.

One reader of the database serves every open page. It runs only while a page is open, looks at most
every 400 ms, and reads a conversation again only when its version has moved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.domain import ConversationId
from bot.errors import NotFound
from bot.profile import Profile
from bot.store import booking_lists, drafts, traces
from bot.store.connection import STORE_DOWN, Connection, Pool, borrow
from handlers.sandbox.booked import show_booking
from handlers.sandbox.lives import Shown, show_draft, show_lives, show_post, show_text
from handlers.sandbox.server import StandIns

LOOK_EVERY_S = 0.4
HEARTBEAT_S = 15.0
CONVERSATIONS = 24
MESSAGES_EACH = 60
BOOKINGS = 24
DRAFTS = 24
SHOWN_TEXTS = 400
SHOWN_POSTS = 100
log = logging.getLogger(__name__)


class Feed:
    """The shared reader and what it last saw."""

    def __init__(self, stand_ins: StandIns, pool: Pool, *, profile: Profile, clock: Clock) -> None:
        self._stand_ins = stand_ins
        self._pool = pool
        self._profile, self._clock = profile, clock
        self._bookings: list[Shown] = []
        self._bookings_version = ""
        self._drafts: list[Shown] = []
        self._versions: dict[ConversationId, str] = {}
        self._lives: dict[ConversationId, list[Shown]] = {}
        self._listeners = 0
        self._reader: asyncio.Task[None] | None = None

    def snapshot(self) -> Shown:
        """Everything a page needs to draw itself."""
        stand_ins, desk = self._stand_ins, self._stand_ins.slack
        return {
            "number": stand_ins.twilio.number,
            "channel": {
                "id": desk.credentials.channel_id,
                "name": desk.credentials.channel_name,
            },
            "texts": [show_text(text) for text in stand_ins.twilio.messages[-SHOWN_TEXTS:]],
            "posts": [show_post(desk.workspace, p) for p in desk.messages[-SHOWN_POSTS:]],
            "lives": [life for lives in self._lives.values() for life in lives],
            "bookings": self._bookings,
            "drafts": self._drafts,
        }

    async def listen(self) -> AsyncGenerator[tuple[int, str, Shown], None]:
        """Version, event name and content: a snapshot, then changes; heartbeats are "beat"."""
        changes = self._stand_ins.changes
        async with self._listening():
            version = changes.version
            yield version, "snapshot", self.snapshot()
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await changes.after(version)
                except TimeoutError:
                    yield version, "beat", {}
                    continue
                touched, version = changes.since(version), changes.version
                if touched is None:
                    yield version, "snapshot", self.snapshot()
                else:
                    yield version, "changes", self._changed(touched)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """Keep the database reader running while at least one page listens."""
        self._listeners += 1
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_on())
        try:
            yield
        finally:
            self._listeners -= 1
            if self._listeners == 0 and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    def _changed(self, touched: tuple[tuple[str, str], ...]) -> Shown:
        texts, posts, lives = [], [], []
        desk = self._stand_ins.slack.workspace
        for kind, identifier in touched:
            if kind == "text" and (text := self._stand_ins.twilio.phones.find(identifier)):
                texts.append(show_text(text))
            elif kind == "desk" and (post := desk.find(*identifier.split("/", 1))):
                posts.append(show_post(desk, post))
            elif kind == "trace":
                lives.append(identifier)
        of_conversations = {str(key): value for key, value in self._lives.items()}
        changed: Shown = {
            "texts": texts,
            "posts": posts,
            "lives": [life for key in lives for life in of_conversations.get(key, [])],
        }
        if any(kind == "bookings" for kind, _ in touched):
            changed["bookings"] = self._bookings
        if any(kind == "drafts" for kind, _ in touched):
            changed["drafts"] = self._drafts
        return changed

    async def _read_on(self) -> None:
        was_away = False
        while True:
            try:
                await self._read()
                was_away = False
            except STORE_DOWN as error:
                # The page goes on showing what it has, and one line in the log says why.
                if not was_away:
                    log.warning("playground.store_away", extra={"error": type(error).__name__})
                was_away = True
            except NotFound:
                # A conversation was erased between two queries; the next look does without it.
                log.debug("playground.conversation_gone")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _read(self) -> None:
        async with borrow(self._pool) as connection:
            versions = await traces.list_versions(connection, limit=CONVERSATIONS)
            for conversation, version in versions.items():
                if self._versions.get(conversation) == version:
                    continue
                trace = await traces.read(connection, conversation, limit=MESSAGES_EACH)
                self._versions[conversation] = version
                self._lives[conversation] = show_lives(trace)
                self._stand_ins.changes.touch("trace", str(conversation))
            await self._read_bookings(connection)
            await self._read_drafts(connection)
        for gone in self._lives.keys() - versions.keys():
            del self._lives[gone], self._versions[gone]

    async def _read_bookings(self, connection: Connection) -> None:
        version = await booking_lists.read_version(connection)
        if version == self._bookings_version:
            return
        listed = await booking_lists.list_latest(connection, now=self._clock.now(), limit=BOOKINGS)
        self._bookings = [show_booking(self._profile, each) for each in listed]
        self._bookings_version = version
        self._stand_ins.changes.touch("bookings", "all")

    async def _read_drafts(self, connection: Connection) -> None:
        listed = await drafts.list_open(connection, limit=DRAFTS)
        shown = [show_draft(each) for each in listed]
        if shown != self._drafts:
            self._drafts = shown
            self._stand_ins.changes.touch("drafts", "all")
