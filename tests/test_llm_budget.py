"""A provider's money for a day: the soft stop, the hard one, several processes, a database away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from model_requests import request

from bot.clock import FrozenClock, SystemClock
from bot.errors import ConfigError, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest, Purpose, Usage
from bot.llm.budget import REFRESH_S, SETTLE_S, DailyBudget, Limits
from bot.llm.chain import ModelChain
from bot.llm.prices import dearest
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import schema, spend
from bot.store.connection import Pool, borrow, open_pool
from jobs.assembly import limits_of, make_budgets

ZONE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
STOPS = ("soft", "hard")


def paid(dollars: str | None, *, purpose: Purpose = "turn", provider: str = "openai") -> ModelReply:
    cost = None if dollars is None else Decimal(dollars)
    certainty = "unknown" if dollars is None else "exact"
    usage = Usage(input_tokens=1000, output_tokens=100, cost=cost, certainty=certainty)
    return ModelReply(text="", provider=provider, model="m", usage=usage, purpose=purpose)


class Books:
    """What a database would say, and the desk would hear."""

    def __init__(self) -> None:
        self.spent: Decimal | None = Decimal(0)
        self.asked: list[datetime] = []
        self.notices: list[tuple[str, str]] = []
        self.desk_is_there = True
        self.hangs = False

    async def read(self, _provider: str, since: datetime) -> Decimal | None:
        self.asked.append(since)
        if self.hangs:
            await asyncio.Event().wait()
        return self.spent

    async def tell(self, key: str, text: str) -> bool:
        if self.desk_is_there:
            self.notices.append((key, text))
        return self.desk_is_there


def budget_of(books: Books, clock: FrozenClock) -> DailyBudget:
    limits = Limits(hard=Decimal(5), soft=Decimal(4))
    return DailyBudget("openai", limits, clock=clock, zone=ZONE, read=books.read, tell=books.tell)


async def admitted(budget: DailyBudget) -> tuple[bool, bool]:
    """Whether a customer's turn is served, and whether a summary is; notices have their time."""
    found = await budget.admits("turn"), await budget.admits("summary")
    for _round in range(3):
        await asyncio.sleep(0)
    return found


async def test_past_the_soft_stop_customers_only_past_the_hard_one_nobody() -> None:
    books, clock = Books(), FrozenClock(NOON)
    budget = budget_of(books, clock)
    budget.add(paid("3.99"))
    assert await admitted(budget) == (True, True)
    assert books.notices == []
    budget.add(paid("0.01"))
    assert await admitted(budget) == (True, False)
    assert await budget.admits("evaluation") is False
    budget.add(paid("1.00"))
    for _step in range(3):
        assert await admitted(budget) == (False, False)
    assert [key for key, _text in books.notices] == [
        "budget-soft:openai:2026-11-23",
        "budget-hard:openai:2026-11-23",
    ]
    assert "$4.00 today" in books.notices[0][1]
    assert "OPENAI_DAILY_BUDGET" in books.notices[1][1]
    clock.advance(MIDNIGHT - NOON)
    books.spent = Decimal(0)
    assert await admitted(budget) == (True, True)
    assert books.asked[0] == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert books.asked[-1] == MIDNIGHT


async def test_the_figure_is_read_every_few_seconds_and_our_own_steps_count_at_once() -> None:
    books, clock = Books(), FrozenClock(NOON)
    budget = budget_of(books, clock)
    for _step in range(20):
        await budget.admits("turn")
    assert len(books.asked) == 1
    budget.add(paid("1.50"))
    assert budget.spent() == Decimal("1.50")
    books.spent = Decimal("2.00")
    clock.advance(timedelta(seconds=REFRESH_S))
    await budget.admits("turn")
    assert budget.spent() == Decimal("3.50")
    clock.advance(timedelta(seconds=SETTLE_S + 1))
    await budget.admits("turn")
    assert budget.spent() == Decimal("2.00")
    budget.add(paid(None))
    assert budget.spent() == Decimal("2.00") + dearest(NOON.date()).of(1000, 100)


async def test_without_the_database_the_last_figure_stands_and_nobody_waits_for_it() -> None:
    """I14: a budget that cannot be read holds up no turn."""
    books, clock = Books(), FrozenClock(NOON)
    budget = budget_of(books, clock)
    books.spent = Decimal("4.50")
    assert await admitted(budget) == (True, False)
    books.spent = None
    clock.advance(timedelta(seconds=REFRESH_S))
    assert await admitted(budget) == (True, False)
    books.hangs = True
    clock.advance(timedelta(seconds=REFRESH_S))
    async with asyncio.timeout(5.0):
        assert await admitted(budget) == (True, False)
        clock.advance(timedelta(seconds=REFRESH_S))
        assert [await budget.admits("turn") for _step in range(200)] == [True] * 200
    assert len(books.asked) == 3
    await budget.close()


async def test_a_notice_that_could_not_be_left_is_left_later_and_once() -> None:
    books, clock = Books(), FrozenClock(NOON)
    budget = budget_of(books, clock)
    books.desk_is_there = False
    budget.add(paid("4.20"))
    await admitted(budget)
    assert books.notices == []
    books.desk_is_there = True
    await admitted(budget)
    await admitted(budget)
    assert len(books.notices) == 1


class Paid:
    """A provider whose every step costs a dollar."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked = 0

    async def respond(self, asked: ModelRequest) -> ModelReply:
        self.asked += 1
        if asked.on_spent is not None and self.asked == 2:
            asked.on_spent(paid("1.00"))
        return replace(paid("1.00", provider=self.name), text=self.name)

    async def close(self) -> None:
        """Nothing is open."""


async def test_the_chain_passes_a_provider_by_whose_money_is_spent() -> None:
    books, clock = Books(), FrozenClock(NOON)
    first, own, last = Paid("openai"), Paid("llama"), Paid("offline")
    chain = ModelChain((first, own, last), clock=clock, budgets={"openai": budget_of(books, clock)})
    said = [(await chain.respond(request())).text for _turn in range(6)]
    assert said == ["openai"] * 4 + ["llama"] * 2
    assert not chain.is_open(0)
    await chain.close()
    alone = ModelChain((first, last), clock=clock, budgets={"openai": budget_of(books, clock)})
    books.spent = Decimal("4.00")
    with pytest.raises(ModelUnavailable, match="translation"):
        await alone.respond(replace(request(), purpose="translation"))
    assert (await alone.respond(request())).text == "openai"
    trial = ModelChain(
        (first, last),
        clock=clock,
        budgets={"openai": budget_of(books, clock)},
        for_evaluation=True,
    )
    assert (await trial.respond(request())).text == "offline"
    await asyncio.gather(alone.close(), trial.close())


def test_the_limits_are_settings_and_the_soft_one_comes_first() -> None:
    assert limits_of(load_settings({})) is None
    assert limits_of(load_settings({"OPENAI_DAILY_BUDGET": "0"})) is None
    limits = limits_of(load_settings({"OPENAI_DAILY_BUDGET": "5"}))
    assert limits is not None
    assert (limits.hard, limits.soft) == (Decimal(5), Decimal(4))
    told = {"OPENAI_DAILY_BUDGET": "5", "OPENAI_DAILY_BUDGET_SOFT": "2.50"}
    limits = limits_of(load_settings(told))
    assert limits is not None
    assert limits.soft == Decimal("2.50")
    wrong: tuple[Mapping[str, str], ...] = (
        {"OPENAI_DAILY_BUDGET": "-1"},
        {"OPENAI_DAILY_BUDGET": "much"},
        {"OPENAI_DAILY_BUDGET": "NaN"},
        {"OPENAI_DAILY_BUDGET": "5", "OPENAI_DAILY_BUDGET_SOFT": "6"},
        {"OPENAI_DAILY_BUDGET_SOFT": "6"},
        {"LLAMA_CONTEXT": "-5"},
    )
    for environment in wrong:
        with pytest.raises(ConfigError, match=list(environment)[-1]):
            load_settings(environment)


async def test_processes_share_what_the_database_holds_and_tell_staff_once(
    database_url: str, pool: Pool
) -> None:
    """Two processes on one database, which then goes away."""
    clock = FrozenClock(SystemClock().now())
    settings = load_settings({"OPENAI_API_KEY": "sk", "OPENAI_DAILY_BUDGET": "5"})
    other_pool = await open_pool(database_url, size=2)
    made = [
        make_budgets(settings, load_profile(), pool=each, clock=clock)["openai"]
        for each in (pool, other_pool)
    ]
    one, other = made
    assert await other.admits("summary")
    async with borrow(pool) as conn:
        await schema.migrate(conn)
    spent = await _a_days_calls(pool, clock)
    clock.advance(timedelta(seconds=REFRESH_S))
    assert not await other.admits("summary")
    assert await other.admits("turn")
    assert other.spent() == spent
    one.add(paid("5"))
    clock.advance(timedelta(seconds=REFRESH_S))
    assert not await one.admits("turn")
    await asyncio.gather(*(_notices_left(budget) for budget in made))
    async with borrow(pool) as conn:
        await spend.record(conn, paid("5"), None)
        clock.advance(timedelta(seconds=REFRESH_S))
        assert not await other.admits("turn")
        await _notices_left(other)
        keys = await conn.fetch("SELECT key FROM desk_notices ORDER BY key DESC")
    day = clock.now().astimezone(ZONE).date()
    assert [row["key"] for row in keys] == [f"budget-{stop}:openai:{day}" for stop in STOPS]
    await other_pool.close()
    clock.advance(timedelta(seconds=REFRESH_S))
    assert not await other.admits("turn")
    await asyncio.gather(one.close(), other.close())


async def _a_days_calls(pool: Pool, clock: FrozenClock) -> Decimal:
    """Calls of every purpose, one of them after failures, one of unknown price; what they cost."""
    failed = paid("1.00")
    since = clock.now() - timedelta(hours=24)
    async with borrow(pool) as conn:
        await spend.record(
            conn, replace(paid("1.50", purpose="evaluation"), spent=(failed, failed)), None
        )
        await spend.record(conn, paid("0.60", purpose="summary"), None)
        await spend.record(conn, paid(None), None)
        await spend.record(conn, paid("90", provider="llama"), None)
        await conn.execute(
            "INSERT INTO llm_calls (step, provider, model, cost, latency_ms, created_at)"
            " VALUES (1, 'openai', 'm', 80, 1, now() - interval '26 hours')"
        )
        kept = await spend.by_purpose(conn, ("openai",), since)
    unknown = dearest(since.date()).of(1000, 100)
    assert [(each.purpose, each.calls, each.dollars, each.unknown) for each in kept] == [
        ("evaluation", 1, Decimal("1.50"), 0),
        ("summary", 1, Decimal("0.60"), 0),
        ("turn", 3, Decimal(2) + unknown, 1),
    ]
    return Decimal("4.10") + unknown


async def _notices_left(budget: DailyBudget) -> None:
    """Wait until what is to be told has been told."""
    if budget._telling is not None:
        await budget._telling
