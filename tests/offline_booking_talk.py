"""A customer and the offline model over real tools and rows: turns without web, worker or wire.

Each turn is the real one, from loading to commit, on a clock that stands still. Whatever is said is
held against what always holds: nothing the guard refused, one question, no slot left open.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.booking import reserving
from bot.clock import FrozenClock
from bot.deps import Deps
from bot.domain import ConversationId
from bot.domain_booking import BookingId
from bot.ids import new_id
from bot.language.embed import Embedder, Encoder
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store.connection import open_pool
from bot.turn import TurnDone, take_turns
from handlers.evaluations.laboratory import PaperChannel
from jobs.assembly import build_deps

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""A Tuesday, ten in the morning where the business is."""
_INBOUND = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, status, text, created_at, epoch)
SELECT c.id, a.id, 'inbound', 'sms', 'SM' || $2, 'customer', 'received', $3, $4, 0
FROM conversations c JOIN addresses a ON a.customer_id = c.customer_id WHERE c.id = $1"""
_PERSON = """WITH who AS (INSERT INTO customers DEFAULT VALUES RETURNING id),
phone AS (INSERT INTO addresses (customer_id, channel, value) SELECT id, 'sms', $1 FROM who)
INSERT INTO conversations (customer_id, channel, language) SELECT id, 'sms', $2 FROM who
RETURNING id"""
_SAID = """SELECT m.text, t.outcome, t.guard, t.id FROM messages m JOIN turns t ON t.id = m.turn_id
WHERE m.conversation_id = $1 AND m.direction = 'outbound' ORDER BY m.seq DESC LIMIT 1"""
_CALLS = "SELECT name, arguments FROM tool_calls WHERE turn_id = $1 ORDER BY created_at, id"
_QUESTION = re.compile(r"[?？]")
_numbers = itertools.count(1)


@dataclass
class Talk:
    """One customer's conversation with the offline model."""

    deps: Deps
    clock: FrozenClock
    conversation_id: ConversationId
    said: str = ""
    """What the customer read last."""
    called: list[str] = field(default_factory=list)
    """The tools of the last turn, hand-offs left out."""
    arguments: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def says(self, *texts: str) -> str:
        """The customer texts; what they read back."""
        for text in texts:
            self.clock.advance(timedelta(seconds=20))
            async with self.deps.pool.acquire() as conn:
                number, now = str(next(_numbers)), self.clock.now()
                await conn.execute(_INBOUND, self.conversation_id, number, text, now)
        await take_turns(self.deps, self.conversation_id, _ignore)
        async with self.deps.pool.acquire() as conn:
            row = await conn.fetchrow(_SAID, self.conversation_id)
            await conn.execute("UPDATE messages SET status = 'sent' WHERE status = 'queued'")
            calls = await conn.fetch(_CALLS, row["id"])
        self.clock.advance(timedelta(seconds=20))
        self.called = [call["name"] for call in calls if call["name"] != "hand_off"]
        self.arguments = {call["name"]: _read(call["arguments"]) for call in calls}
        self.said = row["text"]
        refused = _read(row["guard"]).get("refused", [])
        assert not refused, (texts, refused, self.said)
        assert len(_QUESTION.findall(self.said)) <= 1, self.said
        assert "{" not in self.said
        return self.said

    async def rows(self, query: str, *arguments: object) -> list[Any]:
        """What the database holds."""
        async with self.deps.pool.acquire() as conn:
            found: list[Any] = await conn.fetch(query, *arguments)
        return found

    async def events(self) -> list[tuple[str, bool, str, int]]:
        """The conversation's bookings that stand: status, agreed or not, local start, guests."""
        rows = await self.rows(
            "SELECT status, agreed_at, starts_at, headcount FROM bookings"
            " WHERE conversation_id = $1 AND status <> 'lapsed' ORDER BY created_at",
            self.conversation_id,
        )
        zone = self.deps.zone
        return [
            (
                row["status"],
                row["agreed_at"] is not None,
                f"{row['starts_at'].astimezone(zone):%m-%d %H:%M}",
                row["headcount"],
            )
            for row in rows
        ]

    async def staff_see_the_deposit(self) -> None:
        """The only booking that is agreed is confirmed."""
        found = await self.rows(
            "SELECT id FROM bookings WHERE agreed_at IS NOT NULL AND conversation_id = $1",
            self.conversation_id,
        )
        booking = BookingId(found[0]["id"])
        async with self.deps.pool.acquire() as conn, conn.transaction():
            await reserving.confirm_deposit(
                conn, self.deps.profile, booking, now=self.clock.now(), key=str(new_id())
            )


def _ignore(_done: TurnDone) -> None:
    """Nobody delivers here."""


def _read(value: object) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value  # type: ignore[assignment]
    return read


@dataclass
class Stage:
    """One service in which many customers talk, one after the other, each on a free calendar."""

    deps: Deps
    clock: FrozenClock

    async def talk(self, language: str = "en") -> Talk:
        """A new customer, at the hour at which the first one came; nobody else has booked."""
        self.clock.at = NOW
        async with self.deps.pool.acquire() as conn:
            await conn.execute("DELETE FROM chef_assignments")
            number = f"+1415555{next(_numbers):04d}"
            conversation = await conn.fetchval(_PERSON, number, language)
        return Talk(self.deps, self.clock, ConversationId(conversation))


@asynccontextmanager
async def open_talk(
    database_url: str, redis_url: str, encoder: Encoder, *, language: str = "en"
) -> AsyncIterator[Talk]:
    """A new customer on empty stores."""
    async with open_stage(database_url, redis_url, encoder) as stage:
        yield await stage.talk(language)


@asynccontextmanager
async def open_stage(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[Stage]:
    """The service on empty stores, without web, worker or wire."""
    settings = load_settings(
        {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "BURST_WINDOW_MS": "0"}
    )
    clock = FrozenClock(NOW)
    pool = await open_pool(database_url, size=4)
    embedder = Embedder(encoder)
    deps = build_deps(
        settings,
        load_profile(),
        pool=pool,
        clock=clock,
        channels={"sms": PaperChannel(name="sms")},
        embedder=embedder,
    )
    yield Stage(deps, clock)
    await deps.model.close()
    await embedder.close()
    await pool.close()
