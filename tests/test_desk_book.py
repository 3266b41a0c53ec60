"""Book and /book: staff keep a time, and the yes is the customer's own or has a name to it (I9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from staff_room import Staff, buttons, shown
from world import World

from bot.booking.availability import Closed, Slot
from bot.booking.reserving_crew import local_day
from bot.profile import load_profile
from bot.store import bookings
from handlers.desk.book_windows import say_none_open, slot_blocks

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)


def test_the_times_of_a_day_say_why_others_are_not_open() -> None:
    """On the day that the clocks go back too: the wall's time is shown, a moment is sent (I15)."""
    day = date(2026, 11, 1)
    slots = [
        Slot(
            starts_at=datetime(2026, 11, 1, hour, tzinfo=ZONE),
            ends_at=datetime(2026, 11, 1, hour + 3, tzinfo=ZONE),
            reasons=reasons,
        )
        for hour, reasons in ((12, (Closed.NOTICE,)), (15, ()), (18, (Closed.TAKEN,)))
    ]
    blocks = slot_blocks(PROFILE, day, slots)
    options = blocks[0]["element"]["options"]  # type: ignore[index]  # A radio of the vendor's.
    assert [(each["value"], each["text"]["text"]) for each in options] == [
        ("2026-11-01T15:00:00-08:00", "3:00 PM")
    ]
    assert "12:00 PM (sooner than our notice allows); 6:00 PM (too few" in str(blocks[1])
    assert "Nothing is open on Sunday, November 1, 2026: 12:00 PM" in say_none_open(
        PROFILE, day, [slot for slot in slots if slot.reasons]
    )


def a_saturday(world: World) -> str:
    """One that lies far enough ahead for every notice."""
    today = world.deps.bot.clock.now().astimezone(ZONE).date()
    ahead = today + timedelta(days=30)
    return (ahead + timedelta(days=(5 - ahead.weekday()) % 7)).isoformat()


def at(day: str, hour: int) -> str:
    return (
        datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)
        .replace(hour=hour)
        .isoformat()
    )


async def priced(world: World, staff: Staff, card: object) -> None:
    """Through the window of the price to the one of the day."""
    await staff.presses(card, "book")  # type: ignore[arg-type]  # The card that the desk shows.
    assert "no price in hand" in shown(await staff.window("quote_party"))
    assert not await staff.submits({"counts.adult": "12", "place": "94539"})
    await staff.window("quote_offer")
    assert not await staff.submits({"then": "book"})
    await staff.window("book_day")


async def test_terms_are_sent_and_the_customers_own_yes_is_confirmed(world: World) -> None:
    """I7, I9: while staff hold the conversation the yes is read as ever and a person acts on it."""
    ana, dana, ravi = world.customer(), Staff(world), Staff(world, "U0RAVI")
    await ana.texts("I want to talk to a real person please")
    card = await world.desk_shows()
    await world.settles()
    await priced(world, dana, card)
    yesterday = (world.deps.bot.clock.now() - timedelta(days=2)).date().isoformat()
    assert "day" in await dana.submits({"day": yesterday})
    day = a_saturday(world)
    assert not await dana.submits({"day": day})
    await dana.window("book_slot")
    assert "said" in await dana.submits({"slot": at(day, 18), "how": "phone", "said": ""})
    before = len(ana.received)
    assert not await dana.submits({"slot": at(day, 18), "how": "terms", "said": ""}, repeat=True)
    terms = await ana.hears(before + 1)
    await world.settles()
    assert "on hold" in terms or "holding" in terms
    assert len(ana.received) == before + 1, "sent off twice, told once"
    assert await world.value("SELECT count(*) FROM bookings") == 1
    await ana.texts("Yes please")
    told = await dana.reads("The customer said yes to the terms")
    assert await world.value("SELECT agreed_at IS NULL FROM bookings"), "nothing is done unasked"
    before = len(ana.received)
    await dana.presses(told, "confirm_yes")
    await ravi.presses(told, "confirm_yes")
    booked = await ana.hears(before + 1)
    await world.settles()
    assert "booked" in booked
    assert len(ana.received) == before + 1
    row = (await world.rows("SELECT agreed_at, agreed_message_id FROM bookings"))[0]
    proof = await world.value("SELECT text FROM messages WHERE id = $1", row["agreed_message_id"])
    assert proof == "Yes please"

    await _the_deposit_comes_in(world, dana, ravi)


async def _the_deposit_comes_in(world: World, dana: Staff, ravi: Staff) -> None:
    """Two press the notice's button; it says who was first."""
    notice = await dana.reads("Deposit awaited")
    assert buttons(notice) == ["deposit_paid", "show_booking"]
    await ravi.presses(notice, "deposit_paid")
    await dana.presses(notice, "deposit_paid")
    await world.until("SELECT status = 'confirmed' FROM bookings")
    await dana.reads("The deposit is in, says Ravi")
    await world.settles()
    deposits = await world.rows("SELECT actor FROM audit_log WHERE act = 'booking.deposit'")
    assert [row["actor"] for row in deposits] == ["U0RAVI"]


async def test_a_time_taken_between_the_steps_and_a_yes_on_the_phone(world: World) -> None:
    """The window shows the times as they are now; a spoken yes has words and a name (I9)."""
    ana, dana = world.customer(), Staff(world)
    await ana.asks("Hi! A party for 12 adults in 94539, what does it cost?")
    assert await dana.commands("/book", "+14155550101") == ""
    await dana.window("book_day")
    day = a_saturday(world)
    assert not await dana.submits({"day": day})
    assert "6:00 PM" in shown(await dana.window("book_slot"))
    await take_all(world, datetime.fromisoformat(at(day, 18)))
    assert not await dana.submits({"slot": at(day, 18), "how": "terms"})
    again = shown(await dana.window())
    assert "taken a moment ago" in again or "Nothing is open" in again
    other = (date.fromisoformat(day) + timedelta(days=7)).isoformat()
    if (await dana.window()).name == "book_slot":
        await dana.closes()
        await dana.commands("/book", "+14155550101")
    assert not await dana.submits({"day": other})
    await dana.window("book_slot")
    said = "Ana agreed to $660 and the deposit on the phone at noon"
    before = len(ana.received)
    assert not await dana.submits(
        {"slot": at(other, 15), "how": "phone", "said": said, "address": "1 Main St"}
    )
    assert "booked" in await ana.hears(before + 1)
    found = await world.rows(
        "SELECT actor, detail FROM audit_log WHERE act = 'booking.agreed_by_word'"
    )
    assert [(row["actor"], row["detail"]["proof"]) for row in found] == [("U0DANA", said)]
    async with world.pool.acquire() as conn:
        code = await conn.fetchval("SELECT code FROM bookings WHERE agreed_at IS NOT NULL")
        booking = await bookings.find_by_code(conn, code)
    assert booking is not None
    assert booking.awaits_deposit
    assert booking.address == "1 Main St"
    assert await world.value("SELECT mode FROM conversations") == "bot", "nobody took it over"


async def take_all(world: World, starts_at: datetime) -> None:
    """Everybody of the crew is away on that day."""
    day = local_day(PROFILE, starts_at.astimezone(UTC))
    await world.rows("INSERT INTO absences (starts_on, ends_on, reason) VALUES ($1, $1, 'x')", day)
