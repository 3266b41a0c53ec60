"""Clumsy and hostile hands in the desk's windows: each is answered in words, nothing breaks."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from booked import book
from booking_rows import Row, write_booking
from desk_hands import DANA, RAVI, Hands, buttons_of, set_clock, words_of
from world import World

from bot.booking import reserving
from bot.booking.availability import Slot
from bot.desk.whens import read_when
from bot.domain import Status
from bot.domain_booking import Act as BookingAct
from bot.domain_booking import Proposal, ProposalId
from bot.domain_sending import Receipt
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.profile import load_profile
from bot.send_gate import TOO_LATE
from bot.store import bookings, conversations, receipts
from handlers.desk.book_windows import slot_blocks
from handlers.desk.door import BROKEN
from handlers.desk.party_fields import Wrong, read
from jobs.base import perform
from jobs.send_follow_up import due

PROFILE = load_profile()
LA = ZoneInfo("America/Los_Angeles")
TEN = datetime(2026, 12, 1, 10, tzinfo=LA)
LAST_DAY = "9999-12-31"


def test_a_day_of_many_starts_shows_all_of_them() -> None:
    """A trade that starts every half hour has more open times than radio buttons may be."""
    noon = datetime(2026, 12, 5, 8, tzinfo=LA)
    slots = [
        Slot(starts_at=at, ends_at=at + timedelta(hours=1))
        for at in (noon + timedelta(minutes=30 * n) for n in range(24))
    ]
    block = slot_blocks(PROFILE, date(2026, 12, 5), slots)[0]
    assert block["element"]["type"] == "static_select"  # type: ignore[index]  # A block.
    assert len(block["element"]["options"]) == 24  # type: ignore[index]  # A block.


@pytest.mark.parametrize("words", ["9999-12-31 23:59", "0001-01-01 00:00", "in 99999 weeks"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(words: str, zone: str) -> None:
    read_ = read_when(words, ZoneInfo(zone), now=TEN)
    assert read_.at is None
    assert read_.problem


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("counts.adult", "9" * 5000, "whole number"),
        ("counts.adult", "١٢", "whole number"),
        ("options", ", ".join(["1 lobster"] * 41), "At most 40"),
    ],
)
def test_nothing_that_was_entered_is_left_out_in_silence(field: str, typed: str, said: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(PROFILE, "", {field: typed})
    assert said in wrong.value.errors[field]


async def _anns(world: World, count: int) -> None:
    for number in range(count):
        made = await book(world.pool, mailbox=None)
        rename = "UPDATE customers SET name = $2 WHERE id = $1"
        await world.rows(rename, made.customer_id, f"Ann {number}")


async def test_who_names_nobody_is_asked_and_who_names_many_is_told_so(idle_world: World) -> None:
    """/quote and /book open a window at once; of a hundred Anns nobody takes six for all."""
    world, dana = idle_world, Hands(idle_world)
    await _anns(world, 7)
    for command in ("/quote", "/book", "/customer", "/followup", "/concierge"):
        assert command in words_of(await dana.commands(command, "help")), command
    for command in ("/quote", "/book"):
        await dana.commands(command)
        assert "Nobody fits" in (await dana.submits({"who": "Zoë"})).errors["who"]
        assert "Nobody fits" in (await dana.submits({"who": " "})).errors["who"]
        await dana.submits({"who": "ann", "what": "10 adults"})
        assert "Others may fit too" in words_of(dana.window)
        first = dana.window["blocks"][0]["element"]["options"][0]["value"]
        await dana.submits({"one": first})
        assert dana.window["callback_id"] == "quote_party"
        errors = (await dana.submits({"day": LAST_DAY, "place": "94539"})).errors
        assert set(errors) == {"day"}, errors
        assert BROKEN not in errors["day"]
        dana.closes()
    for command in ("/quote", "/customer", "/followups"):
        assert "Others may fit too" in words_of(await dana.commands(command, "ann")), command
    assert "Others" not in words_of(await dana.commands("/customer", "Ann 3"))


async def test_a_follow_up_that_could_not_leave_by_day_leaves_on_the_next(
    idle_world: World,
) -> None:
    """I6: the vendor was away in the evening; nobody is woken, and who planned it is told."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, TEN)
    made = await book(world.pool, mailbox=None)
    await dana.commands("/followup", f"{made.code} today 19:58: All set?")
    assert not (await dana.submits()).errors
    set_clock(world, TEN.replace(hour=19, minute=59))
    job = {"follow_up_id": str(await world.value("SELECT id FROM follow_ups"))}
    await perform(world.deps, "send_follow_up", job)
    assert await world.value("SELECT status FROM follow_ups") == "sending"

    set_clock(world, TEN.replace(hour=23))
    await perform(world.deps, "deliver", {"conversation_id": str(made.conversation_id)})
    assert await world.value("SELECT reason FROM messages WHERE author = 'staff'") == TOO_LATE
    await asyncio.gather(*(perform(world.deps, "settle_follow_ups", {}) for _ in range(2)))
    assert await world.value("SELECT status FROM follow_ups") == "planned"
    async with world.pool.acquire() as conn:
        assert not await due(world.deps, conn)
    told = "SELECT text FROM desk_notices WHERE recipient = 'U0DANA'"
    [note] = [row["text"] for row in await world.rows(told)]
    assert "quiet hours had begun" in note
    assert "Wed, Dec 2, 2026" in note

    set_clock(world, (TEN + timedelta(days=1)).replace(hour=12))
    await perform(world.deps, "send_follow_up", job)
    await perform(world.deps, "deliver", {"conversation_id": str(made.conversation_id)})
    left = "status IN ('sent', 'delivered')"  # The carrier's receipt may be here already.
    sent = f"SELECT count(*) FROM messages WHERE author = 'staff' AND {left}"
    assert await world.value(sent) == 1
    async with world.pool.acquire() as conn:
        assert not await due(world.deps, conn)

    await perform(world.deps, "settle_follow_ups", {})
    await _is_found_unreached(world, told)


async def _is_found_unreached(world: World, told: str) -> None:
    """The vendor finds later that the number is none: whoever planned it is told."""
    # The phone has confirmed it here; where none has, a vendor may still find that it cannot.
    await world.until(
        "SELECT status = 'delivered' FROM messages WHERE external_id IS NOT NULL AND"
        " author = 'staff'"
    )
    [left] = await world.rows(
        "UPDATE messages SET status = 'sent' WHERE author = 'staff' AND status = 'delivered'"
        " RETURNING channel, external_id"
    )
    late = Receipt(**left, status=Status.FAILED, reason="no such number")
    async with world.pool.acquire() as conn:
        await receipts.apply(conn, [late], at=world.deps.bot.clock.now())
    await perform(world.deps, "settle_follow_ups", {})
    assert await world.value("SELECT status || ': ' || reason FROM follow_ups") == (
        "skipped: no such number"
    )
    assert await world.value(told + " AND text LIKE 'Follow-up not sent: no such number%'")


async def _theirs(world: World, code: str) -> bool:
    """The customer's own yes to cancelling, in a transaction of its own; whether it was done."""
    now = world.deps.bot.clock.now()
    async with world.pool.acquire() as conn:
        seen = await bookings.find_by_code(conn, code)
        assert seen is not None
        terms = Proposal(
            id=ProposalId(new_id()),
            conversation_id=seen.conversation_id,
            booking_id=seen.id,
            booking_version=seen.version,
            act=BookingAct.CANCEL,
            quote_id=seen.quote_id,
            detail={"refund": "0", "kept": "0"},
            expires_at=now + timedelta(hours=1),
            created_at=now,
        )
        try:
            async with conn.transaction():
                await conversations.lock(conn, seen.conversation_id)
                await reserving.propose(conn, terms)
                key = f"theirs:{code}"
                await reserving.cancel(conn, PROFILE, terms, now=now, key=key, message_id=None)
        except BookingRefused:
            return False
    return True


async def test_two_of_staff_and_the_customer_at_one_booking_are_one_deed(idle_world: World) -> None:
    """I2, I9: all at the same moment; one is done, and the others are told in words."""
    world = idle_world
    now = world.deps.bot.clock.now()
    start = (now.astimezone(LA) + timedelta(days=30)).replace(hour=18, minute=0, second=0)
    start = start.replace(microsecond=0)
    for place, code in enumerate(("AAAA2", "BBBB3", "CCCC4")):
        await write_booking(
            world.pool,
            Row(
                code=code,
                name="Ana",
                number=f"+1415555019{place}",
                starts_at=start + timedelta(days=place),
                holds_until=now + timedelta(hours=9),
                chefs=(),
            ),
        )
        dana, ravi, both = Hands(world, DANA), Hands(world, RAVI), Hands(world, RAVI)
        for hands in (dana, both):
            await hands.commands("/booking", f"{code} cancel")
        await ravi.commands("/booking", f"{code} move")
        await ravi.submits({"day": (start.date() + timedelta(days=place + 14)).isoformat()})
        slot = ravi.window["blocks"][2]["element"]["options"][0]["value"]
        why = {"who": "ours", "reason": "The chef is ill"}
        *staff, theirs = await asyncio.gather(
            dana.submits(why), both.submits(why), ravi.submits({"slot": slot}), _theirs(world, code)
        )
        done = [each.window is not None for each in staff]
        assert [*done, theirs].count(True) == 1, (code, staff)
        said = [word for each in staff for word in each.errors.values()]
        assert len(said) == done.count(False)
        assert all("Nothing was done" in each for each in said), said
        deeds = "SELECT count(*) FROM booking_events v JOIN bookings b ON b.id = v.booking_id"
        deeds += " WHERE b.code = $1 AND v.act IN ('cancel', 'change')"
        assert await world.value(deeds, code) == 1


async def test_a_hold_that_ran_out_while_the_window_was_open_is_not_booked(
    idle_world: World,
) -> None:
    """I9: a yes by word of mouth comes too late for it, and the window says what to do."""
    world, dana = idle_world, Hands(idle_world)
    now = world.deps.bot.clock.now()
    facts = {"name": "Ana", "number": "+14155550198", "is_agreed": False, "chefs": ()}
    held = Row(
        code="DDDD5",
        starts_at=now + timedelta(days=30),
        holds_until=now + timedelta(hours=1),
        **facts,  # type: ignore[arg-type]  # A row's own.
    )
    await write_booking(world.pool, held)
    shows = await dana.commands("/booking", "DDDD5")
    await dana.presses(next(b for b in buttons_of(shows) if b["action_id"] == "agreed_by_word"))
    set_clock(world, now + timedelta(hours=2))
    errors = (await dana.submits({"said": "Yes on the phone"})).errors
    assert "run out" in errors["said"]
    assert await world.value("SELECT agreed_at IS NULL FROM bookings")
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0
