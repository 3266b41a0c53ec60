"""What the playground is told: a snapshot, then whatever changed in the stand-ins or the database.

One reader of the database serves every open page. It runs only while a page is open, looks at most
every 400 ms, and reads a conversation again only when its version has moved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.domain import ConversationId
from bot.errors import NotFound
from bot.profile import Profile
from bot.store import booking_lists, traces
from bot.store.connection import STORE_DOWN, Connection, Pool, borrow
from handlers.sandbox.booked import show_booking
from handlers.sandbox.desk_shown import (
    show_home,
    show_people,
    show_post,
    show_whisper,
    show_window,
)
from handlers.sandbox.lives import Shown, show_lives, show_text
from handlers.sandbox.server import StandIns

LOOK_EVERY_S = 0.4
HEARTBEAT_S = 15.0
CONVERSATIONS = 24
MESSAGES_EACH = 60
BOOKINGS = 24
SHOWN_TEXTS = 400
SHOWN_POSTS = 200
SHOWN_WHISPERS = 60
log = logging.getLogger(__name__)


class Feed:
    """The shared reader and what it last saw."""

    def __init__(self, stand_ins: StandIns, pool: Pool, *, profile: Profile, clock: Clock) -> None:
        self._stand_ins = stand_ins
        self._pool = pool
        self._profile, self._clock = profile, clock
        self._bookings: list[Shown] = []
        self._bookings_version = ""
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
            "public_url": stand_ins.twilio.webhooks.public_url,
            "people": show_people(desk.workspace),
            "whispers": [show_whisper(each) for each in desk.ephemerals[-SHOWN_WHISPERS:]],
            **self._views({*desk.windows, *desk.homes}),
            "lives": [life for lives in self._lives.values() for life in lives],
            "bookings": self._bookings,
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
        def of(kind: str) -> list[str]:
            return [identifier for each, identifier in touched if each == kind]

        phones, lives = self._stand_ins.twilio.phones, self._lives
        of_conversations = {str(key): value for key, value in lives.items()}
        texts = (phones.find(identifier) for identifier in of("text"))
        changed: Shown = {
            "texts": [show_text(text) for text in texts if text],
            "lives": [life for key in of("trace") for life in of_conversations.get(key, [])],
            **self._changed_desk(of("desk"), of("whisper")),
            **self._views(of("window")),
        }
        if of("bookings"):
            changed["bookings"] = self._bookings
        return changed

    def _changed_desk(self, posts: Sequence[str], whispers: Sequence[str]) -> Shown:
        desk = self._stand_ins.slack
        found = {key: desk.workspace.find(*key.split("/", 1)) for key in posts}
        return {
            "posts": [show_post(desk.workspace, each) for each in found.values() if each],
            "gone": [key for key, each in found.items() if each is None],
            "whispers": [show_whisper(each) for each in desk.ephemerals if each.ts in whispers],
        }

    def _views(self, people: Collection[str]) -> Shown:
        """Windows and homes by whose they are; nothing where one was closed."""
        desk = self._stand_ins.slack
        return {
            "windows": {each: show_window(desk.windows.get(each, ())) for each in people},
            "homes": {each: show_home(desk.homes.get(each)) for each in people},
        }

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
