"""A booking in writing: once for each write, with its calendar file, however often it is asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import ClientSession
from booked import MAILBOX, Booked, book, write
from booking_ground import agree, booked, deposit, hold, people, propose, stated
from icalendar import Calendar
from world import World

from bot.booking import reserving
from bot.domain_booking import Act
from bot.profile import load_profile
from bot.store import calendars
from bot.store.addresses import note_email
from handlers.sandbox.faults import Fault, FaultKind
from jobs.base import perform
from jobs.sweep import sweep

PROFILE = load_profile()
UNSENT = "SELECT count(*) FROM messages WHERE channel = 'email' AND status <> 'sent'"


async def mail_all(world: World) -> None:
    """Do what the sweep finds: write the mails, then send them."""
    async with world.pool.acquire() as conn:
        due = await calendars.list_due(conn, "email", limit=100)
    for event_id in due:
        await perform(world.deps, "send_calendar", {"event_id": str(event_id)})
    for row in await world.rows("SELECT DISTINCT conversation_id FROM messages"):
        ids = {"conversation_id": str(row["conversation_id"])}
        await perform(world.deps, "deliver", ids)


async def agreed(world: World, **how: object) -> Booked:
    """A customer who has just said yes."""
    found = await book(world.pool, **how)  # type: ignore[arg-type]  # Fields by name.
    await write(world.pool, found, "agree")
    return found


async def test_a_booking_comes_in_writing_with_its_file(world: World) -> None:
    """From hold to cancelled through the real writes: a letter for each, found by the sweep."""
    (ana,) = await people(world.pool, 1)
    async with world.pool.acquire() as conn:
        await note_email(conn, ana.customer_id, MAILBOX)
    now = datetime.now(UTC)
    held = await hold(world.pool, ana, now=now)
    mailbox = world.stand_ins.mailbox
    await sweep(world.deps)
    assert mailbox.letters == []
    await agree(world.pool, ana, await stated(world.pool, ana, now), now=now)
    await sweep(world.deps)
    first = await mailbox.wait_for(MAILBOX, 1)
    assert first.subject == "Held for you: hibachi party, Saturday, December 12, 2026"
    assert "Still open: the deposit of $100.00" in first.text
    await deposit(world.pool, held.id, now=now)
    await sweep(world.deps)
    second = await mailbox.wait_for(MAILBOX, 2)
    assert second.subject.startswith("Confirmed: ")
    assert "When: Saturday, December 12, 2026, 6:00 PM" in second.text
    async with world.pool.acquire() as conn:
        entry = await calendars.find(conn, held.id)
    assert entry is not None
    terms = await propose(world.pool, entry.booking, Act.CANCEL, refund="100.00", kept="0.00")
    async with world.pool.acquire() as conn, conn.transaction():
        await reserving.cancel(
            conn, PROFILE, terms, now=now, key="cancel", message_id=ana.message_id
        )
    await sweep(world.deps)
    third = await mailbox.wait_for(MAILBOX, 3)
    assert "$100.00 goes back to you." in third.text
    read = [Calendar.from_ical(each.attachments[0][2]) for each in (first, second, third)]
    events = [calendar.walk("VEVENT")[0] for calendar in read]
    assert [str(calendar["method"]) for calendar in read] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert {str(event["uid"]) for event in events} == {str(held.id)}
    assert sorted(e["sequence"] for e in events) == [e["sequence"] for e in events]
    assert {event["dtstart"].dt for event in events} == {held.starts_at}
    assert third.attachments[0][1] == 'text/calendar; charset="utf-8"; method="CANCEL"'


async def test_asked_twice_it_is_one_letter(idle_world: World) -> None:
    """I2: each write is mailed once, on whatever worker, however often it is rung for."""
    found = await book(idle_world.pool)
    event = {"event_id": str(await write(idle_world.pool, found, "agree"))}
    tries = [perform(idle_world.deps, "send_calendar", event) for _ in range(6)]
    await asyncio.gather(*tries)
    await mail_all(idle_world)
    await mail_all(idle_world)
    (letter,) = idle_world.stand_ins.mailbox.letters
    (file,) = letter.attachments
    assert file[0] == f"booking-{found.code}.ics"
    assert await idle_world.value("SELECT count(*) FROM calendar_mails") == 1
    row = (await idle_world.rows("SELECT * FROM messages WHERE channel = 'email'"))[0]
    assert (row["purpose"], row["author"]) == ("essential", "system")
    assert letter.id == row["external_id"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Hello Ana María,\n\nThank you! Your hibachi party is held for you:"),
        ("es", "Hola, Ana María:\n\n¡Gracias! Le guardamos su fiesta de hibachi:"),
        ("zh", "Ana María，您好：\n\n谢谢！我们已为您保留铁板烧派对："),
    ],
)
async def test_it_is_in_the_customers_language(
    idle_world: World, language: str, words: str
) -> None:
    await agreed(idle_world, language=language)
    await mail_all(idle_world)
    (letter,) = idle_world.stand_ins.mailbox.letters
    assert letter.text.startswith(words)
    assert "$640.00" in letter.text


async def test_while_the_mail_server_is_away_the_letter_waits_and_texts_do_not(
    idle_world: World,
) -> None:
    """I14: the letter stays queued for later; what goes to the customer's phone passes it."""
    found = await agreed(idle_world)
    await idle_world.stand_ins.mailbox.stop()
    await mail_all(idle_world)
    rows = await idle_world.rows("SELECT status, attempts FROM messages WHERE channel = 'email'")
    assert [(row["status"], row["attempts"]) for row in rows] == [("queued", 1)]
    await idle_world.pool.execute(
        "INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,"
        " status, due_at) SELECT conversation_id, address_id, 'outbound', 'sms', 'bot',"
        " 'See you there.', 'queued', now() FROM messages WHERE id = $1",
        found.message_id,
    )
    await perform(idle_world.deps, "deliver", {"conversation_id": str(found.conversation_id)})
    assert await idle_world.value(
        "SELECT status IN ('sent', 'delivered') FROM messages WHERE text = 'See you there.'"
    )
    await idle_world.stand_ins.mailbox.start()
    await idle_world.pool.execute("UPDATE messages SET due_at = now() WHERE status = 'queued'")
    await mail_all(idle_world)
    assert len(idle_world.stand_ins.mailbox.letters) == 1
    assert await idle_world.value(UNSENT) == 0


async def test_a_letter_whose_fate_is_unknown_is_put_before_a_person(idle_world: World) -> None:
    """I5: it did arrive, and is not sent again. I14: the bot keeps the floor for that."""
    await agreed(idle_world)
    idle_world.stand_ins.mailbox.faults.add("data", Fault(kind=FaultKind.DROP))
    await mail_all(idle_world)
    (row,) = await idle_world.rows("SELECT id, status FROM messages WHERE channel = 'email'")
    assert row["status"] == "sending"
    await idle_world.pool.execute("UPDATE messages SET claimed_until = now() - interval '1 s'")
    await perform(idle_world.deps, "look_up_send", {"message_id": str(row["id"])})
    await mail_all(idle_world)
    assert await idle_world.value("SELECT status FROM messages WHERE id = $1", row["id"]) == (
        "unknown"
    )
    told = "SELECT text FROM desk_notices WHERE key LIKE 'unknown_send:%'"
    assert MAILBOX in str(await idle_world.value(told))
    assert await idle_world.value("SELECT mode FROM conversations") == "bot"
    assert len(idle_world.stand_ins.mailbox.letters) == 1


async def test_a_mail_server_that_refuses_a_letter_takes_no_conversation_from_the_bot(
    idle_world: World,
) -> None:
    """I14: every booking's customer would else be told by nobody, and answered by nobody."""
    await agreed(idle_world)
    idle_world.stand_ins.mailbox.faults.add("data", Fault(kind=FaultKind.FAIL, status=554))
    await mail_all(idle_world)
    assert await idle_world.value("SELECT status FROM messages WHERE channel = 'email'") == "failed"
    assert await idle_world.value("SELECT mode FROM conversations") == "bot"
    told = "SELECT count(*) FROM desk_notices WHERE key LIKE 'failed_send:%'"
    assert await idle_world.value(told) == 1


async def test_a_mailbox_that_is_none_is_not_written_to_again(idle_world: World) -> None:
    """The address is suspended, and nobody is called for it."""
    found = await agreed(idle_world)
    fault = Fault(kind=FaultKind.FAIL, status=550, code="5.1.1 no such user")
    idle_world.stand_ins.mailbox.faults.add("rcpt", fault)
    await mail_all(idle_world)
    await write(idle_world.pool, found, "change")
    await mail_all(idle_world)
    rows = await idle_world.rows("SELECT status FROM messages WHERE channel = 'email' ORDER BY seq")
    assert [row["status"] for row in rows] == ["failed", "dropped"]
    assert idle_world.stand_ins.mailbox.letters == []
    assert await idle_world.value("SELECT count(*) FROM escalations") == 0


async def test_what_was_overtaken_is_not_told(idle_world: World) -> None:
    """Agreed and changed before the first letter was written: one letter, of how it stands."""
    found = await agreed(idle_world)
    await write(idle_world.pool, found, "change")
    await mail_all(idle_world)
    (letter,) = idle_world.stand_ins.mailbox.letters
    assert letter.subject.startswith("Changed: ")
    assert await idle_world.value("SELECT count(*) FROM calendar_mails") == 2


async def test_nothing_is_written_that_is_not_true_any_more(idle_world: World) -> None:
    """The hold ran out before its letter was written."""
    await agreed(idle_world, status="lapsed")
    await mail_all(idle_world)
    assert idle_world.stand_ins.mailbox.letters == []
    async with idle_world.pool.acquire() as conn:
        assert await calendars.list_due(conn, "email", limit=10) == ()


async def test_who_gave_no_mailbox_or_refuses_mail_gets_none(idle_world: World) -> None:
    """I6: the send gate is the only way out for this too."""
    await agreed(idle_world, mailbox=None)
    refused = await agreed(idle_world)
    await idle_world.pool.execute(
        "UPDATE addresses SET consent = 'revoked' WHERE channel = 'email' AND customer_id = $1",
        refused.customer_id,
    )
    await mail_all(idle_world)
    assert idle_world.stand_ins.mailbox.letters == []
    (row,) = await idle_world.rows("SELECT * FROM messages WHERE channel = 'email'")
    assert (row["status"], row["reason"]) == ("dropped", "the customer has opted out")


async def test_a_slot_that_nobody_agreed_to_is_not_written_about(idle_world: World) -> None:
    """An undecided hold that is dropped is nobody's news."""
    (ana,) = await people(idle_world.pool, 1)
    found = await book(idle_world.pool, status="cancelled", agreed_at=None)
    await write(idle_world.pool, found, "cancel")
    await booked(idle_world.pool, ana)
    await mail_all(idle_world)
    assert idle_world.stand_ins.mailbox.letters == []
    assert await idle_world.value(UNSENT) == 0


async def test_yesterdays_news_is_told_and_last_weeks_is_not(idle_world: World) -> None:
    """A mailbox that is given late brings the booking, not its whole past."""
    found = await book(idle_world.pool, fees=Decimal(0))
    for days in (1, 3):
        await idle_world.pool.execute(
            "INSERT INTO booking_events (id, key, booking_id, act, actor)"
            " VALUES (uuidv7(-$1::interval), $1::text, $2, 'agree', 'customer')",
            timedelta(days=days),
            found.booking_id,
        )
    async with idle_world.pool.acquire() as conn:
        assert len(await calendars.list_due(conn, "email", limit=10)) == 1


async def test_the_playground_shows_the_mailbox(idle_world: World) -> None:
    """The visitor reads the letter and saves its file; what a customer wrote stays text."""
    found = await agreed(idle_world, address="<script>alert(1)</script> Elm Street")
    await mail_all(idle_world)
    (letter,) = idle_world.stand_ins.mailbox.letters
    async with ClientSession(idle_world.url) as http:
        page = await (await http.get("/playground/mail")).text()
        file = await http.get(f"/playground/mail/{letter.id}/booking-{found.code}.ics")
        assert file.status == 200
        assert "attachment" in file.headers["Content-Disposition"]
        assert str(Calendar.from_ical(await file.text()).walk("VEVENT")[0]["uid"]) == str(
            found.booking_id
        )
        assert (await http.get("/playground/mail/nobody/nothing.ics")).status == 404
        assert (await http.get("/playground/mail/style.css")).status == 200
    assert "Held for you: hibachi party" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
