"""Tells everybody whose event is on a day something that they must know, each of them once.

Essential, so no gap, and no quiet hours once the event is close: it is about what they booked.
Opted out is opted out all the same (I6). handlers/desk/announcing.py asks and confirms,
jobs/send_announcement.py writes; each runs inside the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.booking.moments import say_day
from bot.booking_desk import DeskDeps
from bot.desk.people import Member
from bot.domain import Author, ConversationId, CustomerId, Purpose
from bot.errors import NotFound
from bot.follow_ups.refusing import Windows, find_way, home_zone, is_closed, usable, why_not_by
from bot.language.wording import say
from bot.outbox import write
from bot.store import addressees, announcements, audit, desk_notices
from bot.store.addressees import Addressee, Way
from bot.store.announcements import Announcement, AnnouncementId, Outcome
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.outbox import Draft

TEXT_MAX = 1000
AHEAD_MAX = timedelta(days=365)
NAMED_MAX = 10
"""Who cannot be reached is named up to so many; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who is meant, and by which way each is reached."""

    ways: tuple[Way, ...]
    unreached: tuple[tuple[str, str], ...]
    """Name or address, and why nothing can go there."""

    @property
    def by_channel(self) -> Mapping[str, int]:
        """How many by each channel, the most first."""
        return dict(Counter(way.channel for way in self.ways).most_common())


async def find_reach(
    deps: DeskDeps, conn: Connection, day: date, windows: Windows, *, now: datetime
) -> Reach:
    """Everybody with an event, held or confirmed, on that day of the business's calendar."""
    zone = home_zone(deps.profile)
    since = datetime.combine(day, time(), zone).astimezone(UTC)
    until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    ways, unreached = [], []
    meant = await announcements.list_customers(conn, since=since, until=until, now=now)
    for to in await addressees.list_all(conn, meant):
        way = _best_way(to, windows, now)
        if way is None:
            unreached.append((_name(to), _why_unreached(to, windows)))
        else:
            ways.append(way)
    return Reach(ways=tuple(ways), unreached=tuple(unreached))


async def announce(
    deps: DeskDeps, conn: Connection, day: date, text: str, reach: Reach, *, by: Member, key: str
) -> AnnouncementId | None:
    """Owe the words to everybody who can be reached; None where that key has announced already."""
    announced = await announcements.add(
        conn,
        key=key,
        event_on=day,
        text=text,
        written_by=by.id,
        addresses=[way.address_id for way in reach.ways],
        at=deps.clock.now(),
    )
    if announced is not None:
        detail = {"announcement": str(announced), "recipients": len(reach.ways)}
        await audit.record(
            conn, actor=by.id, act="announcement.made", subject=day.isoformat(), detail=detail
        )
    return announced


async def write_next(
    deps: DeskDeps, conn: Connection, announcement: Announcement, windows: Windows
) -> tuple[bool, ConversationId | None]:
    """Write to the next who is owed it: whether there was one, and where something now waits."""
    owed = await announcements.take_recipient(conn, announcement.id)
    if owed is None:
        return False, None
    address_id, customer_id = owed
    to = await _addressee(conn, customer_id)
    way = find_way(to, address_id) if to else None
    why = why_not_by(way, windows) if way else "this customer is not there any more"
    if way and not why and is_closed(way, windows, deps.clock.now()):
        why = f"the messaging window of {way.channel} is closed"
    if to is None or way is None or why:
        await announcements.leave_out(conn, announcement.id, address_id, reason=why)
        return True, None
    return True, await _write(deps, conn, announcement, to, way)


async def tell_writer(
    deps: DeskDeps, conn: Connection, announcement: Announcement
) -> tuple[NoticeId, ...]:
    """Tell whoever wrote it that it is on its way, and once all has come to an end, how it went."""
    outcome = await announcements.read_outcome(conn, announcement.id)
    if outcome.owed:
        return ()
    told = []
    day = say_day(announcement.event_on, "en", "EEE, MMM d, y")
    if outcome.on_their_way:
        words = f"Announcement for {day}: on its way\n{_say_outcome(announcement, outcome)}"
        told.append(await _post(conn, announcement, "written", words))
    elif await announcements.mark_told(conn, announcement.id, at=deps.clock.now()):
        words = f"Announcement for {day}: done\n{_say_outcome(announcement, outcome)}"
        told.append(await _post(conn, announcement, "done", words))
    return tuple(filter(None, told))


def _best_way(to: Addressee, windows: Windows, now: datetime) -> Way | None:
    """Where they wrote from last, of the ways that take free text now."""
    return next((way for way in usable(to, windows) if not is_closed(way, windows, now)), None)


def _why_unreached(to: Addressee, windows: Windows) -> str:
    whys = [why_not_by(way, windows) or f"{way.channel}: the window is closed" for way in to.ways]
    return "; ".join(dict.fromkeys(whys)) or "no address is known"


def _name(to: Addressee) -> str:
    return to.name or (to.ways[0].handle if to.ways else "a customer")


async def _addressee(conn: Connection, customer_id: CustomerId) -> Addressee | None:
    try:
        return await addressees.get(conn, customer_id)
    except NotFound:
        return None


async def _write(
    deps: DeskDeps, conn: Connection, announcement: Announcement, to: Addressee, way: Way
) -> ConversationId | None:
    conversation_id, epoch, _mode = await addressees.lock_talk(
        conn, to.customer_id, channel=way.channel, language=to.language
    )
    language = to.language or deps.profile.business.home_language
    key = str(announcement.id)
    rest = {"announcement": key, "unasked": key}
    if way.channel == "email":
        rest["subject"] = say("letter_subject", language, business=deps.profile.business.name)
    draft = Draft(
        conversation_id=conversation_id,
        address_id=way.address_id,
        channel=way.channel,
        text=announcement.text,
        author=Author.STAFF,
        purpose=Purpose.ESSENTIAL,
        epoch=epoch,
        due_at=deps.clock.now(),
        language=language,
        rest=rest,
    )
    written = await write(deps, conn, draft)
    if not written:
        reason = "nothing of it can be sent on this channel"
        await announcements.leave_out(conn, announcement.id, way.address_id, reason=reason)
        return None
    await announcements.mark_written(conn, announcement.id, way.address_id, written[0])
    return conversation_id


def _say_outcome(announcement: Announcement, outcome: Outcome) -> str:
    lines = [f"{outcome.sent} of {announcement.recipients} sent"]
    if outcome.on_their_way:
        lines[0] += f", {outcome.on_their_way} on their way"
    lines += [f"{handle}: {why}" for handle, why in outcome.failures[:NAMED_MAX]]
    if len(outcome.failures) > NAMED_MAX:
        lines.append(f"and {len(outcome.failures) - NAMED_MAX} more")
    return "\n".join(lines)


async def _post(
    conn: Connection, announcement: Announcement, state: str, words: str
) -> NoticeId | None:
    key = f"announcement:{announcement.id}:{state}"
    post = NewPost(key=key, text=words, kind="person", recipient=announcement.written_by)
    return await desk_notices.owe_post(conn, post)
