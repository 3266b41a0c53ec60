"""A hundred thousand webhooks of every channel at once, copied and shuffled: the counts are exact.

WEBHOOK_SOAK_SEED repeats a run's plan, WEBHOOK_SOAK_COUNT scales it. The web process takes them
alone, so that what is counted is what it was brought and not what an answer changed (I1, I2).
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from aiohttp import ClientSession, TCPConnector
from contract import CASES, Case
from soak_rig import open_web
from vendor import PUBLIC_URL, Said
from wire import open_wire

from bot.domain import Status
from channels.base import WebhookRequest

pytestmark = pytest.mark.soak

SEED = int(os.environ.get("WEBHOOK_SOAK_SEED", "20261123"))
COUNT = int(os.environ.get("WEBHOOK_SOAK_COUNT", "100000"))
COPIED = 0.2
LATE = 0.1
RECEIPTS = 0.25
CUSTOMERS = 400
AT_ONCE = 64
TRIES_MAX = 60

OURS = 500
"""Messages of ours on each channel that receipts speak of."""
ASKED = ("How much for 20?", "¿Cuánto para 20?", "二十个人多少钱？")
ROUTE = (Status.SENT, Status.DELIVERED, Status.READ)


@dataclass
class Brought:
    """What the vendors know that they have brought."""

    messages: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By channel: an id for each."""
    best: dict[str, dict[str, Status]] = field(default_factory=lambda: defaultdict(dict))
    """By channel: the furthest that each of our messages is reported to have come."""
    handles: set[tuple[str, str]] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    again: int = 0
    """Requests that were turned away, and brought again as the vendor would."""


@dataclass(frozen=True)
class Delivery:
    """One request, ready to be sent."""

    case: Case
    request: WebhookRequest


@pytest.fixture
async def web() -> AsyncIterator[tuple[str, str]]:
    """The web process with every channel on: where it listens, and its database."""
    environment: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for case in _cases():
            environment |= case.vendor.settings
            if case.vendor.api_variable:
                wire = await stack.enter_async_context(open_wire())
                wire.behave = case.vendor.behave
                environment[case.vendor.api_variable] = wire.url
        settings = {**environment, "PUBLIC_URL": PUBLIC_URL}
        yield await stack.enter_async_context(open_web(settings))


def _cases() -> list[Case]:
    """Each channel as one vendor carries it, and mail as all do: they can be on together."""
    found = [case for case in CASES if case.vendor.compose is not None]
    carried = {case.channel for case in found if case.vendor.name == "meta"}
    return [c for c in found if not (c.channel in carried and c.vendor.name == "twilio")]


async def test_a_hundred_thousand_webhooks_leave_exact_counts(web: tuple[str, str]) -> None:
    url, database_url = web
    dice, brought = random.Random(SEED), Brought()
    await _write_to(database_url)
    began = time.monotonic()
    await _bring_all(url, _shuffled(_plan(dice, brought), dice), brought)
    took_s = time.monotonic() - began
    found = await _count(database_url)
    total = sum(brought.answers.values())
    print(f"\n{total} webhooks in {took_s:.0f} s, {total / took_s:.0f} a second,")
    print(f"{brought.again} of them turned away and brought again; answers {dict(brought.answers)}")
    expected = {
        **{f"{name} messages": len(ids) for name, ids in brought.messages.items()},
        **{
            f"{name} {status}": count
            for name, best in brought.best.items()
            for status, count in _states(best).items()
        },
        "customers": len(brought.handles),
        "dead letters": 0,
        "receipts for nobody": 0,
    }
    for what, count in sorted(expected.items()):
        print(f"  {what:28} {count:>7} {found.get(what, 0):>7}")
    assert {what: found.get(what, 0) for what in expected} == expected
    assert set(brought.answers) <= {200, 503}


def _states(best: dict[str, Status]) -> Counter[Status]:
    """How many of ours are how far; those of which nobody reported are where they were."""
    return Counter(best.values()) + Counter({Status.SENT: OURS - len(best)})


def _plan(dice: random.Random, brought: Brought) -> Iterator[Delivery]:
    """Messages and receipts of all channels; `brought` learns what they come to."""
    cases = _cases()
    ours = {case.channel: list(range(OURS)) for case in cases}
    numbers: Counter[str] = Counter()
    for _ in range(round(COUNT * (1 - COPIED))):
        case = dice.choice(cases)
        report = case.vendor.report
        if report is not None and dice.random() < RECEIPTS:
            external_id = our_id(case.channel, dice.choice(ours[case.channel]))
            status = dice.choice(ROUTE)
            best = brought.best[case.channel]
            known = best.get(external_id, Status.SENT)
            best[external_id] = max(known, status, key=ROUTE.index)
            yield Delivery(case, case.signed(report(case.channel, external_id, status)))
            continue
        numbers[case.name] += 1
        yield Delivery(case, case.signed(_message(case, numbers[case.name], dice, brought)))


def _message(case: Case, number: int, dice: random.Random, brought: Brought) -> WebhookRequest:
    assert case.vendor.compose is not None
    handle = _handle(case, dice.randrange(CUSTOMERS))
    said = Said(
        channel=case.channel,
        id=f"SM{CASES.index(case):04x}{number:028x}",
        handle=handle,
        text=dice.choice(("How much for 20?", "¿Cuánto para 20?", "二十个人多少钱？"))
        + f" {number}",
        at=datetime.now(UTC) - timedelta(seconds=dice.randrange(120)),
    )
    brought.messages[case.channel].add(f"{case.name}:{number}")
    brought.handles.add((case.channel, handle))
    return case.vendor.compose(said)


def _handle(case: Case, number: int) -> str:
    """Another customer's, in the form of the channel's own."""
    known = case.vendor.recipient
    if known.startswith("+"):
        return f"+1415555{number:04d}"
    if "@" in known:
        return f"guest{number}@{known.partition('@')[2]}"
    return f"{known[:-4]}{number:04d}"


def _shuffled(plan: Iterator[Delivery], dice: random.Random) -> Iterator[Delivery]:
    """One in five twice, one in ten after what came later."""
    late: list[Delivery] = []
    for delivery in plan:
        if dice.random() < LATE:
            late.append(delivery)
        else:
            yield delivery
        if dice.random() < COPIED / (1 - COPIED):
            late.append(delivery)
        while len(late) > 200:
            yield late.pop(dice.randrange(len(late)))
    yield from late


async def _bring_all(url: str, deliveries: Iterator[Delivery], brought: Brought) -> None:
    connector = TCPConnector(limit=AT_ONCE)
    async with ClientSession(connector=connector) as http, asyncio.TaskGroup() as group:

        async def bring() -> None:
            for delivery in deliveries:
                await _bring(http, url, delivery, brought)

        for _ in range(AT_ONCE):
            group.create_task(bring())


async def _bring(http: ClientSession, url: str, delivery: Delivery, brought: Brought) -> None:
    """As vendors do: until it is taken."""
    request = delivery.request
    target = url + request.path + (f"?{request.query}" if request.query else "")
    for _ in range(TRIES_MAX):
        async with http.post(
            target, data=request.body, headers=dict(request.headers), allow_redirects=False
        ) as answered:
            await answered.read()
        brought.answers[answered.status] += 1
        if answered.status != 503:
            return
        brought.again += 1
        await asyncio.sleep(0.2)


def our_id(channel: str, number: int) -> str:
    """What the vendor calls a message of ours; a mail's is a Message-ID."""
    return f"{channel}.ours.{number:06d}@example.com" if channel == "email" else f"SM{number:032x}"


async def _write_to(database_url: str) -> None:
    """Messages of ours, sent, for receipts to speak of."""
    conn = await asyncpg.connect(database_url)
    for channel in {case.channel for case in _cases()}:
        await conn.execute(
            "WITH c AS (INSERT INTO customers DEFAULT VALUES RETURNING id),"
            " a AS (INSERT INTO addresses (customer_id, channel, value)"
            "  SELECT id, $1, 'nobody' FROM c RETURNING id, customer_id),"
            " t AS (INSERT INTO conversations (customer_id, channel)"
            "  SELECT customer_id, $1 FROM a RETURNING id)"
            " INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,"
            "  author, text, status)"
            " SELECT t.id, a.id, 'outbound', $1, x, 'bot', 'ours', 'sent'"
            " FROM t, a, unnest($2::text[]) x",
            channel,
            [our_id(channel, number) for number in range(OURS)],
        )
    await conn.close()


async def _count(database_url: str) -> dict[str, int]:
    conn = await asyncpg.connect(database_url)
    found = {
        f"{row['channel']} messages": row["count"]
        for row in await conn.fetch(
            "SELECT channel, count(DISTINCT external_id) FROM messages"
            " WHERE direction = 'inbound' GROUP BY 1"
        )
    }
    for row in await conn.fetch(
        "SELECT channel, status, count(*) FROM messages WHERE direction = 'outbound' GROUP BY 1, 2"
    ):
        found[f"{row['channel']} {row['status']}"] = row["count"]
    found["customers"] = await conn.fetchval(
        "SELECT count(*) FROM addresses WHERE value <> 'nobody'"
    )
    found["dead letters"] = await conn.fetchval("SELECT count(*) FROM dead_letters")
    found["receipts for nobody"] = await conn.fetchval("SELECT count(*) FROM early_receipts")
    await conn.close()
    return found
