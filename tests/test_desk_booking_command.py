"""/booking: what lies ahead, one booking with its buttons, and what staff make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from booking_rows import Row, write_booking
from desk_hands import DANA, RAVI, Hands
from other_trades import named, trade, visit
from staff_room import Staff, shown
from world import World

from bot.booking import reserving
from bot.booking.policies import CancelTerms
from bot.domain_booking import Act, Proposal, ProposalId
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.profile import load_profile
from bot.store import bookings
from handlers.desk.booking_pages import say_fee, say_money
from handlers.desk.booking_refusals import WORDS, say_refused

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NUMBER = "+14155550142"
HOSTILE = "<!channel> ```Ana``` & *Co*"
VISITS = trade(visit("flat", {"home": named("home", price=150, unit="booking")}))


def test_money_is_said_by_the_rules_of_whatever_trade() -> None:
    back = CancelTerms(refund=Decimal(20), kept=Decimal(0), days_ahead=9, is_in_time=True)
    kept = CancelTerms(refund=Decimal(0), kept=Decimal(20), days_ahead=0, is_in_time=False)
    none = CancelTerms(refund=Decimal(0), kept=Decimal(0), days_ahead=0, is_in_time=False)
    assert say_money(VISITS, back) == "£20.00 goes back to them"
    assert say_money(VISITS, kept) == "£20.00 is kept, by the rules"
    assert say_money(VISITS, none) == "Nothing was paid yet"
    assert say_fee(VISITS, Decimal(10)).endswith("costs £10.00, beside the total.")
    assert say_fee(VISITS, Decimal(0)) == "Moving it costs nothing this time."


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_refusal_says_that_nothing_was_done(code: str) -> None:
    said = say_refused(BookingRefused(code, "booking H7K3Q"))
    assert said.endswith("Nothing was done.")
    assert code not in said


def saturday(world: World, weeks: int = 0) -> datetime:
    """Six in the evening of one that lies far ahead."""
    ahead = world.deps.bot.clock.now().astimezone(ZONE) + timedelta(days=30 + 7 * weeks)
    ahead += timedelta(days=(5 - ahead.weekday()) % 7)
    return datetime(ahead.year, ahead.month, ahead.day, 18, tzinfo=ZONE)


async def agreed(world: World, code: str = "H7K3Q", **more: object) -> None:
    now = datetime.now(UTC)
    facts = {"name": HOSTILE, "number": NUMBER, "holds_until": now + timedelta(hours=23), **more}
    facts.setdefault("starts_at", saturday(world))
    await write_booking(world.pool, Row(code=code, **facts))  # type: ignore[arg-type]  # A row's own.


async def test_one_booking_is_paid_moved_and_cancelled_from_the_desk(world: World) -> None:
    """Each once, in the audit log, and told to the customer in their language."""
    await agreed(world, language="es")
    soon = world.deps.bot.clock.now() + timedelta(days=3)
    more = {"name": "Bo", "number": "+14155550143", "starts_at": soon, "workers": 2}
    await agreed(world, "D3F4G", **more)
    ana, dana, ravi = world.customer(NUMBER), Staff(world), Staff(world, "U0RAVI")
    listed = await dana.commands("/booking")
    assert "1 in the next 7 days" in listed
    assert "no booking ZZZZZ" in await dana.commands("/booking", "ZZZZZ")
    assert "Booking H7K3Q" in await dana.commands("/booking", "h7k3q")
    assert "/booking" in await dana.commands("/booking", "H7K3Q explode")

    assert "is confirmed" in await dana.commands("/booking", "H7K3Q deposit paid")
    assert "Nothing changed" in await ravi.commands("/booking", "H7K3Q deposit paid")
    assert "confirmado" in await ana.hears(1)

    await _two_move_it(world, dana, ravi)
    await _ravi_cancels(world, ravi)


async def _two_move_it(world: World, dana: Staff, ravi: Staff) -> None:
    """Both look at the same booking; who is second is told that it has changed."""
    ana = world.customer(NUMBER)
    await dana.commands("/booking", "H7K3Q move")
    assert "costs" in shown(await dana.window("booking_move"))
    to = saturday(world, 1)
    assert not await dana.submits({"day": to.date().isoformat()})
    await dana.window("booking_move_slot")
    slot = {"slot": to.replace(hour=15).isoformat()}
    await ravi.commands("/booking", "H7K3Q move")
    assert not await ravi.submits({"day": to.date().isoformat()})
    await ravi.window("booking_move_slot")
    assert not await dana.submits(slot)
    late = await ravi.submits(slot)
    assert "changed since you opened this" in late["slot"], "two at once: one truth, one clear word"
    assert "3:00 p.m." in await ana.hears(2)
    moved = await world.value("SELECT starts_at FROM bookings WHERE code = 'H7K3Q'")
    assert moved == to.replace(hour=15)
    assert await world.value("SELECT moves FROM bookings WHERE code = 'H7K3Q'") == 1


async def _ravi_cancels(world: World, ravi: Staff) -> None:
    """At the money that the window said, once, however often it is sent off."""
    ana = world.customer(NUMBER)
    await ravi.closes()
    await ravi.commands("/booking", "H7K3Q cancel")
    assert "$100.00 goes back to them" in shown(await ravi.window("booking_cancel"))
    assert "reason" in await ravi.submits({"who": "theirs", "reason": " "})
    assert not await ravi.submits({"who": "theirs", "reason": "They moved away"}, repeat=True)
    assert "cancelada" in await ana.hears(3)
    await world.settles()
    assert len(ana.received) == 3
    assert await world.value("SELECT refund FROM bookings WHERE code = 'H7K3Q'") == 100
    deeds = await world.rows("SELECT act, actor FROM audit_log WHERE subject = 'H7K3Q' ORDER BY id")
    assert [(row["act"], row["actor"]) for row in deeds] == [
        ("booking.deposit", "U0DANA"),
        ("booking.change", "U0DANA"),
        ("booking.cancel", "U0RAVI"),
    ]


async def test_a_customer_who_changes_the_same_booking_is_one_truth_with_staff(
    idle_world: World,
) -> None:
    """Whoever is second is told; nothing of theirs is done (I9)."""
    world = idle_world
    await agreed(world)
    dana, ravi = Hands(world, DANA), Hands(world, RAVI)
    shows = await ravi.commands("/booking", "H7K3Q")
    page = shows.blocks[0]["text"]["text"]  # type: ignore[index]  # A section of the vendor's.
    assert "<!channel>" not in page
    assert page.count("```") == 2, "nobody's words end the frame"
    assert [each["action_id"] for each in shows.blocks[1]["elements"]] == [  # type: ignore[attr-defined]  # Buttons.
        "deposit_paid",
        "booking_move",
        "booking_cancel",
    ]
    await dana.commands("/booking", "H7K3Q cancel")
    async with world.pool.acquire() as conn, conn.transaction():
        booking = await bookings.find_by_code(conn, "H7K3Q")
        assert booking is not None
        now = world.deps.bot.clock.now()
        terms = Proposal(
            id=ProposalId(new_id()),
            conversation_id=booking.conversation_id,
            booking_id=booking.id,
            booking_version=booking.version,
            act=Act.CANCEL,
            quote_id=booking.quote_id,
            detail={"refund": "0", "kept": "0"},
            expires_at=now + timedelta(hours=1),
            created_at=now,
        )
        await reserving.propose(conn, terms)
        await reserving.cancel(conn, PROFILE, terms, now=now, key="theirs", message_id=None)
    answer = await dana.submits({"who": "ours", "reason": "The chef is ill"})
    assert "Nothing was done" in answer.errors["who"]
    assert await world.value("SELECT count(*) FROM booking_events WHERE act = 'cancel'") == 1
    gone = await ravi.commands("/booking", "H7K3Q move")
    assert "over, or was called off" in gone.text
