"""What an event leaves: every cost once, and what has no price is said so."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from follow_up_ground import NOW, Somebody, somebody
from world import World

from bot.booking_desk import DeskTools
from bot.clock import SystemClock
from bot.domain import AddressId, Consent
from bot.follow_ups.margins import BookingMargin, Margins, read_margins
from bot.follow_ups.report_words import say_margins
from bot.ids import new_id
from bot.profile import Profile, load_profile
from bot.profile_follow_ups import Costs
from bot.profile_templates import Template
from bot.store.addressees import Way
from bot.store.connection import Pool, borrow
from handlers.commands.margins import command
from handlers.desk.follow_up_windows import say_cost

DAY = timedelta(days=1)
CONTENT = "HX" + "0a" * 16
COSTS = Costs(
    staff_hour=Decimal("30.00"),
    staff_message_minutes=Decimal(2),
    segment={"sms": Decimal("0.01"), "whatsapp": Decimal("0.005")},
    template={"utility": Decimal("0.04")},
    share_percent=Decimal(60),
)
TEMPLATE = Template.model_validate(
    {
        "category": "utility",
        "languages": {"en": {"content_sid": CONTENT, "text": "Your event is near."}},
    }
)

_CALL = """INSERT INTO llm_calls (step, provider, model, cost, latency_ms, created_at,
  conversation_id, purpose) VALUES (1, 'openai', 'm', $2, 1, $3, $1, $4)"""
_OUT = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, rest, segments, sent_at, created_at)
VALUES ($1, $2, 'outbound', $3, $4, 'words', $5, $6, $7, $8, $8)"""
_CLAIMED = """INSERT INTO escalations (conversation_id, reason, status, claimed_at, claimed_by,
  resolved_at, created_at) VALUES ($1, 'wish', 'resolved', $2, 'U0DANA', $3, $2)"""


def business(costs: Costs) -> Profile:
    return load_profile().model_copy(update={"costs": costs, "templates": {"near": TEMPLATE}})


async def asked(who: Somebody, at: datetime, cost: str | None, purpose: str = "turn") -> None:
    price = None if cost is None else Decimal(cost)
    await who.pool.execute(_CALL, who.conversation_id, price, at, purpose)


async def sent(
    who: Somebody,
    at: datetime,
    *,
    channel: str = "sms",
    author: str = "bot",
    status: str = "delivered",
    segments: int = 1,
    rest: dict[str, object] | None = None,
) -> None:
    to = (who.conversation_id, who.address_id)
    await who.pool.execute(_OUT, *to, channel, author, status, rest or {}, segments, at)


async def read(pool: Pool, profile: Profile, *, days: int = 400) -> Margins:
    async with borrow(pool) as conn:
        return await read_margins(conn, profile, NOW, NOW + days * DAY)


def costs_of(each: BookingMargin) -> tuple[Decimal | None, ...]:
    return (each.food_crew, each.model, each.carrier, each.staff)


def test_staff_see_what_a_text_takes_where_its_channel_has_a_price() -> None:
    def tools(costs: Costs) -> DeskTools:
        return DeskTools(
            profile=business(costs), clock=SystemClock(), render=lambda _name, text: (text,)
        )

    def way(channel: str) -> Way:
        return Way(
            address_id=AddressId(new_id()),
            channel=channel,
            handle="+15105550100",
            consent=Consent.GIVEN,
            suspended_reason="",
            last_inbound_at=None,
        )

    assert say_cost(tools(COSTS), way("sms"), "x" * 200) == "2 segments, about 0.02 USD"
    assert say_cost(tools(COSTS), way("whatsapp"), "x" * 200) == "1 message, about 0.005 USD"
    assert say_cost(tools(COSTS), way("email"), "x") == "1 message"
    assert say_cost(tools(Costs()), way("sms"), "x") == "1 segment"


async def test_an_event_bears_what_it_took_from_the_first_word_to_the_thanks(pool: Pool) -> None:
    dana = await somebody(pool, at=NOW - DAY)
    event = await dana.booked(NOW + 5 * DAY, at=NOW)
    await pool.execute("UPDATE bookings SET fees = 40 WHERE id = $1", event)
    await asked(dana, NOW - DAY, "0.01")
    await asked(dana, NOW + DAY, "0.02", "follow_up")
    await asked(dana, NOW + DAY, "5", "evaluation")
    await sent(dana, NOW - DAY, segments=3)
    await sent(dana, NOW + 4 * DAY, rest={"follow_up": "", "unasked": "x"})
    await sent(dana, NOW, status="failed", segments=9)
    carried: dict[str, object] = {"template": {"content_id": CONTENT, "variables": {}}}
    await sent(dana, NOW + 7 * DAY, channel="whatsapp", rest=carried)
    await sent(dana, NOW, channel="webchat")
    # Two messages of staff, one conversation taken over: a card left open for a night is no work.
    await sent(dana, NOW, author="staff")
    await sent(dana, NOW, author="staff")
    await pool.execute(_CLAIMED, dana.conversation_id, NOW, NOW + DAY)
    # An announcement to everybody was written once, and ten days after the event all is over.
    await sent(dana, NOW, author="staff", rest={"unasked": "announcement"})
    await sent(dana, NOW + 15 * DAY, segments=100)
    found = await read(pool, business(COSTS))
    (mine,) = found.bookings
    assert mine.revenue == Decimal("700.00")
    assert costs_of(mine) == (
        Decimal(420),
        Decimal("0.03"),
        # Three and one segments, three texts of staff, and a template by WhatsApp.
        Decimal("0.07") + Decimal("0.045"),
        Decimal(3),
    )
    assert mine.unknown == ()
    assert mine.follow_ups == Decimal("0.03")
    assert mine.margin == Decimal("276.855")
    assert found.total.margin == mine.margin
    told = say_margins(business(COSTS), found)
    assert "$276.8" in told
    assert "for want of a price" not in told


async def test_events_beside_each_other_share_and_later_ones_begin_anew(pool: Pool) -> None:
    dana, other = await somebody(pool, at=NOW - DAY), await somebody(pool, at=NOW - DAY)
    await other.booked(NOW + 9 * DAY, at=NOW, chef="")
    await dana.booked(NOW + 10 * DAY, at=NOW, chef="")
    await dana.booked(NOW + 40 * DAY, at=NOW + DAY, chef="")
    await dana.booked(NOW + 300 * DAY, at=NOW + 100 * DAY, chef="")
    await asked(dana, NOW - DAY, "0.03")
    await asked(dana, NOW + 20 * DAY, "0.10")
    await asked(dana, NOW + 90 * DAY, "0.50")
    # Asked for a month of which only the second has its event, it bears no more than its own.
    found = await read(pool, business(COSTS))
    assert [each.model for each in found.bookings] == [
        Decimal(0),
        Decimal("0.015"),
        Decimal("0.115"),
        Decimal("0.50"),
    ]
    assert found.total.model == Decimal("0.63")
    near = await read(pool, business(COSTS), days=12)
    assert [each.model for each in near.bookings] == [Decimal(0), Decimal("0.015")]


async def test_what_has_no_price_is_named_and_never_taken_as_nothing(pool: Pool) -> None:
    dana = await somebody(pool, at=NOW - DAY)
    await dana.booked(NOW + 5 * DAY, at=NOW)
    await asked(dana, NOW, None)
    await sent(dana, NOW, channel="email")
    found = await read(pool, business(Costs()))
    (mine,) = found.bookings
    assert costs_of(mine) == (None, None, None, Decimal(0))
    told = say_margins(business(Costs()), found)
    assert "food and crew, messages by email, some model calls" in told
    assert "at most" in told
    assert told.splitlines()[1].split()[2:5] == ["?", "?", "?"]
    marketing: dict[str, object] = {"template": {"content_id": "HX1", "variables": {}}}
    await sent(dana, NOW, channel="whatsapp", rest=marketing)
    unknown = (await read(pool, business(COSTS))).total.unknown
    assert "a template that is not in the profile" in unknown
    assert "messages by email" in unknown


async def test_a_cancelled_event_leaves_the_deposit_that_was_kept(pool: Pool) -> None:
    dana, free = await somebody(pool, at=NOW - DAY), await somebody(pool, at=NOW - DAY)
    off = await dana.booked(NOW + 5 * DAY, at=NOW)
    await pool.execute("UPDATE bookings SET status = 'cancelled', refund = 30 WHERE id = $1", off)
    # A hold that lapsed, or one that is not paid yet, has brought nothing.
    await free.booked(NOW + 6 * DAY, at=NOW, status="held", chef="")
    (mine,) = (await read(pool, business(COSTS))).bookings
    assert (mine.revenue, mine.food_crew, mine.margin) == (Decimal(70), Decimal(0), Decimal(70))
    later = await read(pool, business(COSTS), days=0)
    assert later.bookings == ()
    assert say_margins(business(COSTS), later) == "No event in this time."


async def test_the_owner_asks_for_the_events_behind_or_ahead(
    idle_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    dana = await somebody(idle_world.pool, at=now - DAY)
    await dana.booked(now + 5 * DAY, at=now)

    async def says(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        asked = parser.parse_args(words)
        assert await command.run(asked, idle_world.ground.environment) == 0
        return capsys.readouterr().out

    assert await says() == "No event in this time.\n"
    assert "$660.00" in await says("--ahead", "--days", "9")
    assert await says("--ahead", "--days", "2") == "No event in this time.\n"
