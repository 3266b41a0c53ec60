"""Links to calendars: who may open which, and what the service answers behind them (I10, I11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import ClientSession
from booked import MAILBOX, assign, book, say_allergy
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from world import World

from bot.booking.calendar_links import booking_link, chef_link
from bot.domain_booking import BookingId, Chef
from bot.errors import BadSignature
from bot.settings import keep_secret, load_settings
from bot.signing import sign, verify
from bot.store import calendars, crew_changes


@given(
    subject=st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True),
    purpose=st.sampled_from(["calendar.chef", "calendar.booking"]),
    other=st.text(max_size=120),
)
def test_only_what_we_signed_for_this_purpose_opens(subject: str, purpose: str, other: str) -> None:
    """I11."""
    token = sign("secret", purpose, subject)
    assert verify("secret", purpose, token) == subject
    for secret, of, wrong in (
        ("another", purpose, token),
        ("secret", f"{purpose}s", token),
        ("secret", purpose, f"{token}x"),
        ("secret", purpose, f"x{token}"),
        ("secret", purpose, token[:-1]),
        ("", purpose, token),
        ("secret", purpose, other),
        ("secret", purpose, f"{subject}.{other}"),
    ):
        if (secret, of, wrong) != ("secret", purpose, token):
            with pytest.raises(BadSignature):
                verify(secret, of, wrong)


def test_a_secret_is_made_once_and_is_the_owners(tmp_path: Path) -> None:
    """Web and worker of one DATA_DIR sign alike; one that is set is taken as it is."""
    settings = load_settings({"DATA_DIR": str(tmp_path / "data")})
    made = keep_secret(settings)
    assert len(made) >= 32
    assert keep_secret(settings) == made
    (kept,) = settings.data_dir.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert keep_secret(load_settings({"CONCIERGE_SECRET": "mine"})) == "mine"


# --- over HTTP ------------------------------------------------------------------------------------


async def a_chef(world: World, code: str = "kenji") -> Chef:
    async with world.pool.acquire() as conn:
        chef_id = await conn.fetchval("SELECT id FROM chefs WHERE code = $1", code)
        found = await calendars.find_chef(conn, chef_id)
    assert found is not None
    return found


async def get(link: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    async with ClientSession() as http, http.get(link, headers=headers) as response:
        return response.status, await response.text(), response.headers


async def shown_in(world: World, code: str = "kenji") -> dict[str, str]:
    """Codes of the bookings in a chef's calendar, each with its status."""
    chef = await a_chef(world, code)
    status, text, _ = await get(chef_link(world.ground.settings, chef))
    assert status == 200
    found = {}
    for event in Calendar.from_ical(text).walk("VEVENT"):
        lines = str(event["description"]).split("\n")
        (named,) = [line for line in lines if line.startswith("Booking ")]
        found[named.removeprefix("Booking ")] = str(event["status"])
    return found


async def test_a_chefs_calendar_shows_what_is_agreed(idle_world: World) -> None:
    """Past, present and cancelled ones as far as they matter; nothing that nobody agreed to."""
    now = datetime.now(UTC).replace(microsecond=0)

    def on(days: int) -> dict[str, object]:
        return {"chef": "kenji", "mailbox": None, "starts_at": now + timedelta(days=days)}

    pool = idle_world.pool
    held = await book(pool, **on(10))
    confirmed = await book(pool, status="confirmed", **on(11))
    past = await book(pool, status="completed", **on(-50))
    cancelled = await book(pool, status="cancelled", **on(12))
    await pool.execute(
        "UPDATE chef_assignments SET released_at = now() WHERE booking_id = $1",
        cancelled.booking_id,
    )
    await book(pool, status="completed", **on(-70))
    await book(pool, agreed_at=None, **on(13))
    await book(pool, held_until=now - timedelta(minutes=1), **on(14))
    await book(pool, status="lapsed", **on(15))
    long_gone = await book(pool, status="cancelled", updated_at=now - timedelta(days=31), **on(16))
    await pool.execute(
        "UPDATE chef_assignments SET released_at = now() WHERE booking_id = $1",
        long_gone.booking_id,
    )
    expected = {
        held.code: "TENTATIVE",
        confirmed.code: "CONFIRMED",
        past.code: "CONFIRMED",
        cancelled.code: "CANCELLED",
    }
    assert await shown_in(idle_world) == expected
    assert await shown_in(idle_world, "wei") == {}


async def test_an_event_moves_to_the_chef_who_has_it(idle_world: World) -> None:
    """Also a cancelled one: only who would have come is told."""
    pool = idle_world.pool
    booked = await book(pool, status="confirmed", chef="kenji")
    async with pool.acquire() as conn:
        await conn.execute("UPDATE chef_assignments SET released_at = now()")
        await assign(conn, booked.booking_id, "wei")
    assert await shown_in(idle_world) == {}
    assert await shown_in(idle_world, "wei") == {booked.code: "CONFIRMED"}
    await pool.execute("UPDATE bookings SET status = 'cancelled'")
    await pool.execute("UPDATE chef_assignments SET released_at = now() WHERE released_at IS NULL")
    assert await shown_in(idle_world) == {}
    assert await shown_in(idle_world, "wei") == {booked.code: "CANCELLED"}


async def test_a_calendar_asks_often_and_is_told_when_nothing_is_new(idle_world: World) -> None:
    """Also an allergy that is told later is something new, without any write to the booking."""
    booked = await book(idle_world.pool, status="confirmed", chef="kenji")
    link = chef_link(idle_world.ground.settings, await a_chef(idle_world))
    status, text, headers = await get(link)
    assert status == 200
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"].startswith("private")
    assert "Last-Modified" in headers
    etag = {"If-None-Match": headers["ETag"]}
    assert (await get(link, **etag))[:2] == (304, "")
    await say_allergy(idle_world.pool, booked, "sesame")
    status, later, _ = await get(link, **etag)
    assert status == 200
    assert "sesame" in later.replace("\r\n ", "")
    assert "sesame" not in text.replace("\r\n ", "")


async def test_a_chefs_link_can_be_made_void(idle_world: World) -> None:
    """I11: raising the feed's number ends every older link; the new one works."""
    chef, settings = await a_chef(idle_world), idle_world.ground.settings
    async with idle_world.pool.acquire() as conn:
        await crew_changes.renew_feed(conn, chef.id)
    renewed = await a_chef(idle_world)
    assert (await get(chef_link(settings, chef)))[0] == 401
    assert (await get(chef_link(settings, renewed)))[0] == 200
    await idle_world.pool.execute("UPDATE chefs SET is_active = false WHERE code = 'kenji'")
    assert (await get(chef_link(settings, renewed)))[0] == 404


async def test_a_link_opens_what_it_was_made_for(idle_world: World) -> None:
    """I10, I11: a customer's link is no chef's, and nobody guesses one."""
    booked = await book(idle_world.pool, status="confirmed", chef="kenji")
    settings = idle_world.ground.settings
    mine = booking_link(settings, booked.booking_id)
    status, text, headers = await get(mine)
    assert status == 200
    assert headers["Content-Disposition"] == f'attachment; filename="booking-{booked.code}.ics"'
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["dtstart"].dt > datetime.now(UTC)
    assert "Kenji" not in text
    assert MAILBOX not in text
    for wrong in (
        mine.replace("/bookings/", "/chefs/"),
        mine.replace(".ics", "x.ics"),
        f"{settings.base_url}/calendars/bookings/{booked.booking_id}.ics",
        f"{settings.base_url}/calendars/bookings/%00.%C3%A9.ics",
    ):
        assert (await get(wrong))[0] == 401
    other = booking_link(settings, BookingId(UUID(int=9)))
    assert (await get(other))[0] == 404


async def test_what_nobody_agreed_to_is_no_calendar_entry(idle_world: World) -> None:
    booked = await book(idle_world.pool, agreed_at=None)
    link = booking_link(idle_world.ground.settings, booked.booking_id)
    assert (await get(link))[0] == 404
