"""I1, I2, I3: intake by several processes at once, in any order, in any batch, is intake once."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import intake as module
from bot.clock import SystemClock
from bot.domain import ConversationId, Message
from bot.errors import BadPayload, StoreUnavailable
from bot.intake import Intake
from bot.store import conversations, messages
from bot.store.connection import Pool, open_pool
from bot.store.messages import Recorded

MANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_runs = itertools.count(1)


def text(number: int, *, sender: str = "+14155550101", words: str = "hello") -> Message:
    """A text with this number in its id."""
    return Message(
        channel="sms", external_id=f"SM{number}", sender=sender, recipient="+1916", text=words
    )


@dataclass
class Desk:
    """Several intakes, as several web processes have them, on one database."""

    pool: Pool
    intakes: tuple[Intake, ...]
    heard: list[Recorded]
    """What would be rung for."""

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with self.pool.acquire() as conn:
            rows: list[asyncpg.Record] = await conn.fetch(query, *arguments)
            return rows


@asynccontextmanager
async def open_desk(url: str, *, count: int = 2, size: int = 3) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        heard: list[Recorded] = []
        made = []
        for _ in range(count):
            pool = await open_pool(url, size=size)
            stack.push_async_callback(pool.close)
            intake = Intake(pool, SystemClock(), wake=heard.extend)
            intake.start()
            stack.push_async_callback(intake.close)
            made.append(intake)
        yield Desk(pool, tuple(made), heard)


# ── Once, whatever the order (I2) ───────────────────────────────────────────────────────────


@MANY
@given(
    deliveries=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1)), min_size=1, max_size=40),
    cuts=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    seed=st.integers(0, 2**16),
)
async def test_each_vendor_message_is_one_row(
    database_url: str, deliveries: list[tuple[int, int]], cuts: list[int], seed: int
) -> None:
    """I2: any number of deliveries, on two processes at once, cut into requests in any way."""
    run = next(_runs)
    dice = random.Random(seed)
    async with open_desk(database_url) as desk:
        requests: list[tuple[Intake, list[Message]]] = []
        left = deliveries
        for cut in itertools.cycle(cuts):
            if not left:
                break
            chunk, left = left[:cut], left[cut:]
            batch = [
                replace(text(number), external_id=f"{run}x{number}", sender=f"+1{run}{number % 3}")
                for number, _ in chunk
            ]
            requests.append((desk.intakes[chunk[0][1]], batch))
        dice.shuffle(requests)
        answers = await asyncio.gather(*(intake.record(batch) for intake, batch in requests))
        assert [len(answer) for answer in answers] == [len(batch) for _, batch in requests]
        await _is_each_once(desk, run, {f"{run}x{number}" for number, _ in deliveries})


async def _is_each_once(desk: Desk, run: int, wanted: set[str]) -> None:
    rows = await desk.rows(
        "SELECT m.id, m.external_id, a.value, m.conversation_id FROM messages m"
        " JOIN addresses a ON a.id = m.address_id WHERE external_id LIKE $1",
        f"{run}x%",
    )
    assert sorted(row["external_id"] for row in rows) == sorted(wanted)
    conversations_of = {(row["value"], row["conversation_id"]) for row in rows}
    assert len(conversations_of) == len({row["value"] for row in rows})
    assert {e.message_id for e in desk.heard if e.is_fresh} == {row["id"] for row in rows}
    nobodys = "SELECT FROM customers c WHERE NOT EXISTS (SELECT FROM addresses a"
    assert await desk.rows(nobodys + " WHERE a.customer_id = c.id)") == []


async def test_a_duplicate_within_one_request_is_told_as_one(database_url: str) -> None:
    """I2: a vendor's list may hold a message twice; only one of them is fresh."""
    async with open_desk(database_url, count=1) as desk:
        recorded = await desk.intakes[0].record([text(1), text(1), text(2)])
        assert sum(each.is_fresh for each in recorded) == 2
        again = await desk.intakes[0].record([text(1)])
        assert [each.is_fresh for each in again] == [False]


async def test_a_stampede_of_one_new_customer(database_url: str) -> None:
    """I2: forty first texts of one number on two processes: one customer, one conversation."""
    async with open_desk(database_url) as desk:
        await asyncio.gather(
            *(desk.intakes[n % 2].record([text(n, sender="+1777")]) for n in range(40))
        )
        for table in ("customers", "addresses", "conversations"):
            assert len(await desk.rows(f"SELECT FROM {table}")) == 1
        assert len(await desk.rows("SELECT FROM messages")) == 40


async def test_many_senders_in_opposite_orders_never_wait_for_each_other(
    database_url: str,
) -> None:
    """Batches with the same people in opposite orders: no deadlock, nothing refused."""
    senders = [f"+1888{n}" for n in range(12)]
    async with open_desk(database_url) as desk:
        for wave in range(6):
            batches = [
                [
                    text(wave * 1000 + side * 100 + n, sender=sender)
                    for n, sender in enumerate(senders[::-1] if side else senders)
                ]
                for side in range(2)
            ]
            await asyncio.gather(
                *(desk.intakes[side].record(batch) for side, batch in enumerate(batches))
            )
        assert len(await desk.rows("SELECT FROM messages")) == 6 * 2 * 12
        assert len(await desk.rows("SELECT FROM conversations")) == 12


# ── In order (I3) ───────────────────────────────────────────────────────────────────────────


async def test_what_was_sent_one_after_another_is_stored_in_that_order(database_url: str) -> None:
    """I3: also when each text meets another process, and many conversations go on at once."""
    async with open_desk(database_url) as desk:

        async def writes(person: int) -> None:
            for number in range(8):
                message = text(person * 100 + number, sender=f"+1999{person}", words=str(number))
                await desk.intakes[(person + number) % 2].record([message])

        await asyncio.gather(*(writes(person) for person in range(10)))
        said: dict[UUID, list[str]] = defaultdict(list)
        for row in await desk.rows("SELECT conversation_id, text FROM messages ORDER BY seq"):
            said[row["conversation_id"]].append(row["text"])
        assert list(said.values()) == [[str(n) for n in range(8)]] * 10


async def test_one_request_keeps_its_own_order(database_url: str) -> None:
    """I3: a vendor's list is taken in as it stands."""
    async with open_desk(database_url, count=1) as desk:
        await desk.intakes[0].record([text(n, words=str(n)) for n in range(60)])
        rows = await desk.rows("SELECT text FROM messages ORDER BY seq")
        assert [row["text"] for row in rows] == [str(n) for n in range(60)]


# ── One bad message, too many messages (I1) ─────────────────────────────────────────────────

POISONS = {
    "nul": replace(text(50), text="a\x00b"),
    "surrogate": replace(text(50), text="a\ud800b"),
    "nul in an extra": replace(text(50), extras={"profile_name": "a\x00b"}),
    "surrogate in an extra": replace(text(50), extras={"profile_name": "\udfff"}),
    "an id no index holds": replace(text(50), external_id=random.Random(1).randbytes(9000).hex()),
}


@pytest.mark.parametrize("name", POISONS)
async def test_a_poisoned_message_fails_alone(database_url: str, name: str) -> None:
    """I1: the others of its batch are stored, and intake goes on."""
    async with open_desk(database_url, count=1) as desk:
        intake = desk.intakes[0]
        results = await asyncio.gather(
            *(intake.record([message]) for message in (text(1), POISONS[name], text(2), text(3))),
            return_exceptions=True,
        )
        assert [isinstance(result, tuple) for result in results] == [True, False, True, True]
        assert isinstance(results[1], BadPayload)
        async with asyncio.timeout(5):
            for number in range(4, 8):
                await intake.record([text(number)])
        assert len(await desk.rows("SELECT FROM messages")) == 7


async def test_too_much_is_refused_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1: beyond the bound the honest answer is 503 now; what was taken before is kept."""
    monkeypatch.setattr(module, "WAITING_MAX", 5)
    async with open_desk(database_url, count=1) as desk:
        taken = [asyncio.create_task(desk.intakes[0].record([text(n)])) for n in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable):
            async with asyncio.timeout(0.5):
                await desk.intakes[0].record([text(6)])
        await asyncio.gather(*taken)
        await desk.intakes[0].record([text(6)])
        assert len(await desk.rows("SELECT FROM messages")) == 6


async def test_a_database_that_hangs_is_told_in_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1: nobody is told 2xx for what a lock holds up; it is stored once when it comes again."""
    monkeypatch.setattr(module, "COMMIT_TIMEOUT_S", 0.5)
    async with open_desk(database_url, count=1) as desk:
        await desk.intakes[0].record([text(1)])
        async with desk.pool.acquire() as conn, conn.transaction():
            await conn.execute("SELECT FROM conversations FOR UPDATE")
            with pytest.raises(StoreUnavailable):
                await desk.intakes[0].record([text(2)])
        await desk.intakes[0].record([text(2)])
        assert len(await desk.rows("SELECT FROM messages")) == 2


async def test_stopping_tells_whoever_waits(database_url: str) -> None:
    """I1: what is not committed when the service stops is refused, not forgotten."""
    async with open_desk(database_url, count=1) as desk:
        waiting = [asyncio.create_task(desk.intakes[0].record([text(n)])) for n in range(300)]
        await asyncio.sleep(0)
        await desk.intakes[0].close()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        refused = [result for result in results if isinstance(result, StoreUnavailable)]
        stored = {row["external_id"] for row in await desk.rows("SELECT * FROM messages")}
        told = {f"SM{n}" for n, result in enumerate(results) if isinstance(result, tuple)}
        assert refused
        assert told <= stored


# ── The wake-up is never lost on a turn under way (I3) ──────────────────────────────────────


async def test_a_wake_up_names_a_claim_that_has_not_read_yet(database_url: str) -> None:
    """I3: a text that names a token is seen by every later claim's turn.

    arq drops a wake-up whose name a running job has; the token in the name is read under the
    lock that orders intake against claims, so a text stored after a claim has a new name.
    """
    async with open_desk(database_url) as desk:
        first = (await desk.intakes[0].record([text(0)]))[0]
        seen: dict[int, set[str]] = {}

        async def works() -> None:
            conversation = ConversationId(first.conversation_id)
            async with desk.pool.acquire() as conn:
                for _ in range(60):
                    lease = await conversations.claim(conn, conversation, lease_s=30)
                    assert lease is not None
                    waiting = await messages.list_waiting(conn, conversation, limit=500)
                    seen[lease.token] = {str(message.id) for message in waiting}
                    await conversations.release(conn, lease)

        async def texts(side: int) -> list[Recorded]:
            return [
                (await desk.intakes[side].record([text(1000 * (side + 1) + n)]))[0]
                for n in range(60)
            ]

        _, *recorded = await asyncio.gather(works(), texts(0), texts(1))
        for each in itertools.chain(*recorded):
            later = [token for token in seen if token > each.lease_token]
            assert all(str(each.message_id) in seen[token] for token in later)
