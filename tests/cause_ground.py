"""What tests of the causes ask of one: what it finds, and what it would say at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from follow_up_ground import NOW, Somebody

from bot.causes.base import causes
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.profile import Profile, load_profile
from bot.store import follow_up_plans, follow_ups
from bot.store.connection import Pool

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SAID_NO = """INSERT INTO follow_ups (customer_id, cause, due_at, status, answered_at, about)
VALUES ($1, $2, $3, 'answered', $3, '{"answer": "no"}')"""
"""A customer answered no to a message of a cause."""


def with_rules(**changed: object) -> Profile:
    profile = load_profile()
    return profile.model_copy(update={"follow_ups": profile.follow_ups.model_copy(update=changed)})


PROFILE = with_rules(off_days=(), off=())


async def found(
    pool: Pool,
    name: str,
    since: datetime,
    until: datetime,
    *,
    profile: Profile = PROFILE,
    unplanned_only: bool = True,
) -> tuple[Plan, ...]:
    """What a cause finds in a span."""
    find = causes()[name].find
    assert find is not None
    span = Span(since=since, until=until, unplanned_only=unplanned_only)
    async with pool.acquire() as conn:
        return tuple(await find(conn, profile, span))


async def planned(pool: Pool, *plans: Plan, at: datetime = NOW) -> tuple[Owed, ...]:
    """The rows of these plans."""
    async with pool.acquire() as conn:
        await follow_up_plans.plan_all(conn, plans, rule="r", at=at)
        ids = [
            await conn.fetchval("SELECT id FROM follow_ups WHERE key = $1", plan.key)
            for plan in plans
        ]
        rows = [await follow_ups.find(conn, each) for each in ids]
    return tuple(row for row in rows if row is not None)


async def looked(
    pool: Pool, owed: Owed, at: datetime, *, profile: Profile = PROFILE
) -> Matter | Gone | Later:
    async with pool.acquire() as conn:
        return await causes()[owed.cause].look(conn, profile, owed, at)


async def reason(pool: Pool, owed: Owed, at: datetime) -> str:
    """Why it is not owed at that moment; empty where it is."""
    judged = await looked(pool, owed, at)
    return "" if isinstance(judged, Matter) else judged.reason


async def words(pool: Pool, owed: Owed, at: datetime, language: str) -> dict[str, str]:
    """What it may say then."""
    judged = await looked(pool, owed, at)
    assert isinstance(judged, Matter), judged
    return dict(judged.fields(language))


def of(plans: tuple[Plan, ...], who: Somebody) -> list[Plan]:
    return [plan for plan in plans if plan.customer_id == who.customer_id]
