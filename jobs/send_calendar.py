"""Puts a booking that was agreed, confirmed, changed or cancelled into its customer's mailbox.

One mail for each write, with the calendar file, through the outbox like every other message. The
sweep finds the writes; a customer without a mailbox is none of them.
"""

from __future__ import annotations

from uuid import UUID

from bot.booking.calendar_words import language_of, mail
from bot.booking.calendars import booking_calendar, file_name, method_of
from bot.domain import Author, ConversationId, Purpose
from bot.domain_booking import BookingStatus
from bot.profile import Profile
from bot.store import calendars, outbox
from bot.store.calendars import Addressee, CalendarEntry
from bot.store.connection import Connection, borrow
from jobs.base import Job, JobDeps

CHANNEL = "email"
SAID = {
    "agree": {BookingStatus.HELD},
    "confirm": {BookingStatus.CONFIRMED, BookingStatus.CHANGED},
    "change": {BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.CHANGED},
    "cancel": {BookingStatus.CANCELLED},
}
"""In which state a booking still is what the mail about a write says of it."""


async def run(deps: JobDeps, *, event_id: str) -> None:
    """Write the mail of one write into the outbox, once."""
    if CHANNEL not in deps.channels:
        return
    written = UUID(event_id)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        conversation_id = await _write(deps, conn, written)
    if conversation_id is not None:
        deps.doorbell.ring(
            "deliver", f"{conversation_id}:{event_id}", conversation_id=str(conversation_id)
        )


async def _write(deps: JobDeps, conn: Connection, event_id: UUID) -> ConversationId | None:
    """The conversation whose outbox has the mail; None where there is none to write."""
    claimed = await calendars.claim(conn, event_id)
    if claimed is None:
        return None
    entry = await calendars.find(conn, claimed.booking_id)
    addressee = await calendars.find_addressee(conn, claimed.booking_id, CHANNEL)
    if entry is None or addressee is None or entry.booking.status not in SAID[claimed.act]:
        return None
    draft = _draft(deps, entry, addressee, claimed.act)
    await calendars.mark_mailed(conn, event_id, await outbox.insert(conn, draft))
    return addressee.conversation_id


def _draft(deps: JobDeps, entry: CalendarEntry, addressee: Addressee, act: str) -> outbox.Draft:
    """The system's own words: they tell what was done, whoever has the floor by now."""
    profile = deps.bot.profile
    said = mail(profile, entry, act)
    return outbox.Draft(
        conversation_id=addressee.conversation_id,
        address_id=addressee.address_id,
        channel=CHANNEL,
        text=said.text,
        author=Author.SYSTEM,
        purpose=Purpose.ESSENTIAL,
        epoch=addressee.epoch,
        due_at=deps.bot.clock.now(),
        language=language_of(profile, entry),
        rest={"subject": said.subject, "attachments": [_file(profile, entry)]},
    )


def _file(profile: Profile, entry: CalendarEntry) -> dict[str, str]:
    return {
        "name": file_name(entry.booking),
        "content_type": f"text/calendar; method={method_of(entry.booking)}",
        "text": booking_calendar(profile, entry),
    }


job = Job(run=run, timeout_s=30.0)
