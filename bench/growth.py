"""Whether intake and the reading of a conversation slow down as the past grows.

Three databases of 10,000 to 1,000,000 messages on one server are asked in turn, so that whatever
else the machine does meets all of them alike. Which indexes were used is read from the server's own
counters, which see inside its functions as well.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from uuid import UUID

import asyncpg

from bench.filling import fill
from bench.report import Line, Table, exponent
from bench.rig import Rig
from bot.clock import SystemClock
from bot.deps import Deps
from bot.domain import ConversationId, Message
from bot.loading import TRANSCRIPT_MAX, load_situation
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import conversations, messages, outbox, unscored
from bot.store.connection import Pool, open_pool
from jobs.assembly import build_deps

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 8
CALLS = 50
WARM_UP = 40
EXPONENT_AIM = 0.10
LARGE_ROWS = 5_000
"""A table below this may well be read whole."""

LARGE_SCANS = """SELECT relname, seq_scan FROM pg_stat_user_tables
WHERE n_live_tup > $1 AND seq_scan > 0 AND relname <> 'people'"""

INDEXES = """SELECT indexrelname FROM pg_stat_user_indexes
WHERE idx_scan > 0 AND relname IN ('messages', 'conversations', 'addresses', 'turns')
ORDER BY 1"""

Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A database with that many messages, open."""

    url: str
    pool: Pool
    deps: Deps
    conversations: Sequence[UUID]
    senders: Sequence[str]
    dice: random.Random

    async def control(self) -> None:
        """A round trip that asks for nothing."""
        async with self.pool.acquire() as conn:
            await conn.fetchval("SELECT 1")

    async def intake(self) -> None:
        """One message of a known customer."""
        message = Message(
            channel="sms",
            external_id=f"SM{self.dice.getrandbits(128):032x}",
            sender=self.dice.choice(self.senders),
            recipient="+15005550006",
            text="And for fifteen?",
        )
        async with self.pool.acquire() as conn:
            await messages.record_inbound(conn, (message,), received_at=self.deps.clock.now())

    async def transcript(self) -> None:
        """The latest messages of a conversation."""
        wanted = ConversationId(self.dice.choice(self.conversations))
        async with self.pool.acquire() as conn:
            await messages.list_transcript(conn, wanted, limit=TRANSCRIPT_MAX)

    async def situation(self) -> None:
        """All that a turn loads."""
        await load_situation(self.deps, ConversationId(self.dice.choice(self.conversations)))


MEASURED: Mapping[str, Callable[[Past], Awaitable[None]]] = {
    "an empty round trip": Past.control,
    "intake of one message": Past.intake,
    f"the last {TRANSCRIPT_MAX} messages": Past.transcript,
    "all that a turn loads": Past.situation,
}
CONTROL = next(iter(MEASURED))


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Fill, ask in turn, and look at the server's counters."""
    async with AsyncExitStack() as stack:
        pasts = {size: await _open(rig, size, stack) for size in SIZES}
        times = await _ask_in_turn(pasts)
        await _sweep(pasts[SIZES[-1]])
    # The counters of a connection are whole once it has ended.
    scans, indexes = await _counters(pasts[SIZES[-1]].url)
    return (_table(times, scans, indexes),)


async def _open(rig: Rig, size: int, stack: AsyncExitStack) -> Past:
    url = await rig.database(f"past_{size}")
    await fill(url, size)
    pool = await open_pool(url, size=2)
    stack.push_async_callback(pool.close)
    async with pool.acquire() as conn:
        # Half of the people write and the other half is read, so that no size has more waiting.
        rows = await conn.fetch(
            "SELECT n, conversation_id, '+1' || (2010000000 + n) AS sender FROM people"
        )
    deps = build_deps(
        load_settings({}), load_profile(), pool=pool, clock=SystemClock(), channels={}
    )
    return Past(
        url=url,
        pool=pool,
        deps=deps,
        conversations=[row["conversation_id"] for row in rows if row["n"] % 2],
        senders=[row["sender"] for row in rows if not row["n"] % 2],
        dice=random.Random(size),
    )


async def _ask_in_turn(pasts: Mapping[int, Past]) -> dict[str, dict[int, list[float]]]:
    times: dict[str, dict[int, list[float]]] = {what: defaultdict(list) for what in MEASURED}
    for what, ask in MEASURED.items():
        for past in pasts.values():
            await _time(ask, past, WARM_UP)
        for number in range(ROUNDS):
            for size in SIZES if number % 2 == 0 else SIZES[::-1]:
                times[what][size] += await _time(ask, pasts[size], CALLS)
    return times


async def _time(ask: Callable[[Past], Awaitable[None]], past: Past, calls: int) -> list[float]:
    found = []
    for _ in range(calls):
        began_s = time.perf_counter()
        await ask(past)
        found.append((time.perf_counter() - began_s) * 1000.0)
    return found


async def _sweep(past: Past) -> None:
    """The other hot questions, so that their plans are counted too."""
    now = past.deps.clock.now()
    async with past.pool.acquire() as conn:
        wanted = ConversationId(past.conversations[0])
        await messages.has_waiting(conn, wanted)
        await messages.list_neglected(conn, before=now - timedelta(seconds=10), limit=100)
        await unscored.claim(conn, now=now, limit=64)
        await unscored.read_backlog(conn)
        await outbox.list_due(conn, now=now, limit=100)
        await outbox.list_lost(conn, limit=100)
        await outbox.claim_next(conn, wanted, now=now, claim_s=1.0)
        lease = await conversations.claim(conn, wanted, lease_s=1.0)
        if lease is not None:
            await conversations.release(conn, lease)


async def _counters(url: str) -> tuple[Mapping[str, int], Sequence[str]]:
    conn = await asyncpg.connect(url)
    scans = {row["relname"]: row["seq_scan"] for row in await conn.fetch(LARGE_SCANS, LARGE_ROWS)}
    indexes = [row["indexrelname"] for row in await conn.fetch(INDEXES)]
    await conn.close()
    return scans, indexes


def _table(
    times: Mapping[str, Mapping[int, Sequence[float]]],
    scans: Mapping[str, int],
    indexes: Sequence[str],
) -> Table:
    lines = []
    for what, by_size in times.items():
        middles = [median(by_size[size]) for size in SIZES]
        grows = exponent(SIZES, middles)
        is_aim = what != CONTROL
        lines.append(
            Line(
                what=f"{what}, p50 ms",
                measured=" / ".join(f"{middle:.2f}" for middle in middles),
                ratio=f"exponent {grows:.3f}",
                aim=f"<= {EXPONENT_AIM:.2f}" if is_aim else "",
                met=grows <= EXPONENT_AIM if is_aim else None,
            )
        )
    found = ", ".join(f"{name} {count}" for name, count in scans.items())
    lines.append(
        Line(
            what="large tables read whole",
            measured=found or "none",
            aim="none",
            met=not scans,
        )
    )
    return Table(
        title="Growth from 10,000 over 100,000 to 1,000,000 messages",
        lines=tuple(lines),
        notes=(
            "exponent: 0 is flat, 1 in proportion to the past; the empty round trip is the machine",
            f"indexes used: {', '.join(indexes)}",
        ),
    )
