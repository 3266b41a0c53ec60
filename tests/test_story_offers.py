"""A happy customer agrees to offers, gets one, and ends it: from our thanks to their STOP."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk_hands import set_clock
from follow_up_ground import Somebody, somebody
from follow_up_steps import LA, deliver, its_time, run, state_of
from world import World

from bot.causes.base import causes
from bot.domain_follow_ups import FollowUpId, Span
from bot.language.wording import say
from bot.store import follow_up_plans
from jobs.base import perform

ENDED = datetime(2026, 12, 5, 21, tzinfo=LA)
"""A Saturday."""
LINES = """SELECT c.act, c.scope, c.source, c.words, c.message_id = m.id AS is_proof
FROM consents c LEFT JOIN messages m ON m.text = c.words AND m.id = c.message_id
ORDER BY c.said_at"""


async def _owed(world: World, who: Somebody, cause: str, at: datetime) -> FollowUpId:
    """What the planner plans of this cause, looking back from then."""
    find = causes()[cause].find
    assert find is not None
    set_clock(world, at)
    span = Span(since=at - timedelta(days=5), until=at + timedelta(days=4))
    async with world.pool.acquire() as conn:
        plans = await find(conn, world.deps.bot.profile, span)
        assert [p.customer_id for p in plans] == [who.customer_id]
        await follow_up_plans.plan_all(conn, plans, rule="test", at=at)
    found = "SELECT id FROM follow_ups WHERE cause = $1 ORDER BY created_at DESC LIMIT 1"
    owed = await world.value(found, cause)
    return FollowUpId(owed)  # type: ignore[arg-type]  # The world's values are of any type.


async def _goes(world: World, who: Somebody, owed: FollowUpId) -> tuple[str, str]:
    """It is its moment."""
    await its_time(world, owed)
    await run(world, owed)
    await deliver(world, who)
    return await state_of(world, owed)


async def _asks(world: World, who: Somebody, words: str) -> str:
    """What they read for it."""
    phone = world.customer(who.handle)
    had = len(phone.received)
    await phone.texts(words)
    await perform(world.deps, "take_turn", {"conversation_id": str(who.conversation_id)})
    await deliver(world, who)
    return "\n".join(each.body for each in phone.received[had:])


async def test_a_happy_customer_agrees_to_offers_gets_one_and_ends_it(idle_world: World) -> None:
    """I6: asked once, agreed to by one word, kept with its proof, and over with STOP."""
    world = idle_world
    dana = await somebody(
        world.pool, at=ENDED - timedelta(days=9), consent="unknown", promotional="unknown"
    )
    await dana.booked(ENDED - timedelta(hours=3), at=ENDED - timedelta(days=9))
    thanks = await _owed(world, dana, "after_event", ENDED + timedelta(minutes=1))
    assert (await _goes(world, dana, thanks))[0] in ("sending", "sent")

    asking = say("offers_ask", "en")
    assert asking in await _asks(world, dana, "5 stars!")
    assert await _asks(world, dana, "yes please") == say("offers_how", "en")
    assert asking not in await _asks(world, dana, "any offers?")
    assert await world.rows(LINES) == []

    business = world.deps.bot.profile.business.name
    agreed = say("offers_agreed", "en", business=business)
    assert await _asks(world, dana, "OFFERS") == agreed
    assert await _asks(world, dana, "offers, please") == agreed
    yes = ("opt_in", "promotional", "message", "OFFERS", True)
    assert [tuple(line) for line in await world.rows(LINES)] == [yes]

    silent = timedelta(days=world.deps.bot.profile.follow_ups.silent_days)
    offer = await _owed(world, dana, "season", ENDED + timedelta(days=3) + silent)
    assert (await _goes(world, dana, offer))[0] in ("sending", "sent")

    assert asking not in await _asks(world, dana, "It was great")
    await _asks(world, dana, "STOP")
    assert await _asks(world, dana, "OFFERS") == ""
    await _asks(world, dana, "START")
    stop, start = (
        ("opt_out", "all", "message", "STOP", True),
        ("opt_in", "all", "message", "START", True),
    )
    assert [tuple(line) for line in await world.rows(LINES)] == [yes, stop, start]
    assert await world.value("SELECT promotional FROM addresses") == "unknown"
