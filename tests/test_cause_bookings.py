"""What customers read about their booking, and why they do not: judged when it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

import booking_ground as ground
from booking_ground import NOW, PROFILE, SATURDAY

from bot.booking.standing import first_name
from bot.causes.base import causes
from bot.domain_booking import Act, BookingId
from bot.domain_follow_ups import Gone, Later, Matter, Owed
from bot.profile import Profile
from bot.store import follow_ups
from bot.store.connection import Connection, Pool


def with_rules(**changed: object) -> Profile:
    """The shipped profile with other rules for follow-ups."""
    rules = PROFILE.follow_ups.model_copy(update=changed)
    return PROFILE.model_copy(update={"follow_ups": rules})


async def judged(
    conn: Connection, owed: Owed, at: datetime, profile: Profile = PROFILE
) -> Matter | Gone | Later:
    return await causes()[owed.cause].look(conn, profile, owed, at)


async def rows_of(conn: Connection, booking_id: BookingId) -> dict[str, Owed]:
    rows = await conn.fetch("SELECT * FROM follow_ups WHERE booking_id = $1", booking_id)
    owed = [follow_ups.to_owed(row) for row in rows]
    return {f"{each.cause} {each.step}".strip(): each for each in owed}


async def test_a_reminder_says_what_stands_at_that_moment_and_not_what_was_planned(
    pool: Pool,
) -> None:
    """I8: guests, chefs, place and balance are read when it goes, in three languages."""
    person = await ground.one(pool)
    booking = await ground.booked(pool, person)
    await pool.execute("UPDATE customers SET name = 'Dana Lee' WHERE id = $1", person.customer_id)
    async with pool.acquire() as conn:
        rows = await rows_of(conn, booking.id)
        owed = rows["before_event 7d"]
        matter = await judged(conn, owed, owed.due_at)
        await conn.execute("UPDATE bookings SET headcount = 15 WHERE id = $1", booking.id)
        later = await judged(conn, owed, owed.due_at)
        await conn.execute("UPDATE chef_assignments SET released_at = $1", NOW)
        alone = await judged(conn, owed, owed.due_at)
    assert isinstance(matter, Matter)
    assert matter.fields("en") == {
        "name": "Dana",
        "day": "Saturday, December 12",
        "time": "6:00 PM",
        "guests": "12",
        "chef": booking.chefs[0].name,
        "place": "1 Test St, Fremont",
        "arrival": "5:30 PM - 5:45 PM",
        "balance": "$560.00",
        "deposit": "$100.00",
        "total": "$660.00",
        "code": booking.code,
        "business": PROFILE.business.name,
    }
    spanish, chinese = matter.fields("es"), matter.fields("zh")
    assert (spanish["day"], spanish["time"]) == ("sábado 12 de diciembre", "6:00 p.m.")
    assert (chinese["day"], chinese["time"]) == ("12月12日星期六", "18:00")
    ids = [choice.id for choice in matter.choices("es")]
    assert ids == ["headcount_stands", "headcount_changes"]
    assert all(
        choice.title for language in "en es zh".split() for choice in matter.choices(language)
    )
    assert isinstance(later, Matter)
    assert isinstance(alone, Matter)
    assert (later.fields("en")["guests"], alone.fields("en")["chef"]) == ("15", "")


async def test_nobody_is_reminded_of_what_they_have_just_said_or_of_what_is_off(pool: Pool) -> None:
    """Confirmed, changed, moved, cancelled, begun: each says why it stays, in staff's words."""
    people = await ground.people(pool, 2)
    first = await ground.booked(pool, people[0])
    async with pool.acquire() as conn:
        owed = (await rows_of(conn, first.id))["before_event 1d"]
        said = "UPDATE bookings SET headcount_confirmed_at = $2 WHERE id = $1"
        await conn.execute(said, first.id, owed.due_at - timedelta(hours=47))
        assert await judged(conn, owed, owed.due_at) == Gone(
            "the customer has just said that the number stands"
        )
        await conn.execute(said, first.id, owed.due_at - timedelta(hours=60))
        assert isinstance(await judged(conn, owed, owed.due_at), Matter)
        assert await judged(conn, owed, first.starts_at) == Gone("the event has begun")
    again = await ground.now_is(pool, first)
    moved = SATURDAY + timedelta(days=8)
    terms = await ground.propose(pool, again, Act.CHANGE, starts_at=moved.isoformat())
    await ground.apply(pool, people[0], terms, now=owed.due_at - timedelta(hours=1))
    async with pool.acquire() as conn:
        assert await judged(conn, owed, owed.due_at) == Gone(
            "the event was moved to Sun, Dec 20, 2026, 6:00 PM"
        )
        before = await judged(conn, owed, owed.due_at - timedelta(hours=2))
        assert isinstance(before, Matter), "an hour earlier it had not been moved"
        assert before.fields("en")["day"] == "Saturday, December 12"

    second = await ground.booked(pool, people[1])
    terms = await ground.propose(pool, second, Act.CANCEL, refund="100.00", kept="0")
    await ground.apply(pool, people[1], terms, now=NOW + timedelta(days=5))
    async with pool.acquire() as conn:
        owed = (await rows_of(conn, second.id))["before_event 7d"]
        assert await judged(conn, owed, NOW + timedelta(days=6)) == Gone(
            "the booking was cancelled"
        )
        assert isinstance(await judged(conn, owed, NOW + timedelta(days=4)), Matter)


async def test_who_is_thanked_is_asked_once_and_not_too_early(pool: Pool) -> None:
    """Once the event is over for long enough, and not after they have said how it was."""
    third = await ground.booked(pool, await ground.one(pool))
    answer = (
        "INSERT INTO feedback (customer_id, booking_id, rating, created_at) VALUES ($1, $2, 5, $3)"
    )
    async with pool.acquire() as conn:
        owed = (await rows_of(conn, third.id))["after_event"]
        early = await judged(conn, owed, third.ends_at)
        assert early == Later(
            "the event is not over for long enough", third.ends_at + timedelta(hours=24)
        )
        link = "https://example.com/review"
        thanks = await judged(conn, owed, owed.due_at, with_rules(review_url=link))
        assert isinstance(thanks, Matter)
        assert (thanks.wants_feeling, thanks.link) == (True, link)
        await conn.execute(answer, third.customer_id, third.id, owed.due_at)
        assert await judged(conn, owed, owed.due_at) == Gone(
            "the customer has said already how it was"
        )
        assert isinstance(await judged(conn, owed, owed.due_at - timedelta(hours=1)), Matter)


async def test_a_hold_is_spoken_of_until_the_deposit_comes_or_it_is_over(pool: Pool) -> None:
    """And never as if it still ran."""
    person = await ground.one(pool)
    held = await ground.hold(pool, person)
    await ground.agree(pool, person, await ground.stated(pool, person))
    async with pool.acquire() as conn:
        owed = (await rows_of(conn, held.id))["deposit_missing"]
        matter = await judged(conn, owed, owed.due_at)
        assert isinstance(matter, Matter)
        assert matter.fields("en")["until"] == "Wednesday, December 2, 10:00 AM"
        assert matter.fields("zh")["until"] == "12月2日星期三 10:00"
        assert matter.fields("en")["balance"] == "", "until the deposit is in nothing else is due"
        assert [each.id for each in matter.choices("en")] == ["pay_how", "give_up"]
        ends = NOW + timedelta(hours=24)
        assert await judged(conn, owed, ends) == Gone("the hold has run out")
        soon = (await rows_of(conn, held.id))["before_event 7d"]
        assert await judged(conn, soon, NOW) == Later("the deposit is still awaited", ends)
    paid_at = owed.due_at - timedelta(hours=1)
    await ground.deposit(pool, held.id, now=paid_at)
    async with pool.acquire() as conn:
        assert await judged(conn, owed, owed.due_at) == Gone("the deposit has come")
        unpaid = await judged(conn, owed, paid_at - timedelta(minutes=1))
        assert isinstance(unpaid, Matter), "a look into the past does not know of the deposit"


def test_a_customer_is_greeted_by_the_first_of_their_names() -> None:
    """A title alone is nobody's name."""
    assert first_name("Dana Lee") == "Dana"
    assert first_name("Mr. Lee") == "Mr. Lee"
    assert first_name("Sra Lucía Pérez") == "Sra Lucía Pérez"
    assert first_name("  王芳 ") == "王芳"
    assert first_name("J Smith") == "J Smith"
    assert first_name("") == ""
