"""What staff do with bookings: a deposit that came in, chefs chosen by hand, days off.

The same functions serve the command line, the playground and the desk's buttons. Each runs inside
the caller's transaction, happens once, and leaves a line in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.booking import reserving
from bot.booking.booking_words import Voice, say_place
from bot.booking.staff_words import NoticeKind
from bot.booking.standing_in import stand_in
from bot.booking.tell_staff import keys_of, tell_staff
from bot.clock import Clock
from bot.domain import NOTHING, Author, Purpose
from bot.domain_booking import Absence, Booking, BookingId, ChefId
from bot.outbox import write
from bot.profile import Profile
from bot.store import audit, booking_lists, bookings, crew_changes, staff
from bot.store.connection import Connection
from bot.store.outbox import Draft


class DeskDeps(Protocol):
    """What is needed to act for staff; bot.deps.Deps has it all."""

    @property
    def profile(self) -> Profile:
        """The business."""

    @property
    def clock(self) -> Clock:
        """The one clock."""

    @property
    def render(self) -> Callable[[str, str], tuple[str, ...]]:
        """A channel's name and a text to the parts that the channel takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTools:
    """The same for callers that are no worker."""

    profile: Profile
    clock: Clock
    render: Callable[[str, str], tuple[str, ...]]


async def take_deposit(
    deps: DeskDeps, conn: Connection, booking_id: BookingId, *, key: str, actor: str
) -> Booking:
    """Staff have seen the deposit: the booking is confirmed and its customer told so in writing.

    A deposit that is in already changes nothing and is not told again.

    Raises:
        NotFound, Conflict: there is no such booking, or it can no longer be confirmed.
    """
    before = await booking_lists.lock(conn, booking_id)
    if before.deposit_paid_at is not None:
        return before
    now = deps.clock.now()
    booking = await reserving.confirm_deposit(conn, deps.profile, booking_id, now=now, key=key)
    await _write(deps, conn, booking, "deposit_in")
    name = (await staff.read_names(conn, [actor])).get(actor, actor)
    told = keys_of(before, NoticeKind.AWAITS_DEPOSIT)
    await booking_lists.settle_notices(conn, told, f"The deposit is in, says {name}.")
    await audit.record(
        conn, actor=actor, act="booking.deposit", subject=booking.code, detail={"key": key}
    )
    return booking


async def put_chefs(
    deps: DeskDeps,
    conn: Connection,
    booking_id: BookingId,
    chef_ids: Sequence[ChefId],
    *,
    reason: str,
    key: str,
    actor: str,
) -> Booking:
    """Staff choose who serves an event, whatever the rules say; nobody can be in two places.

    Raises:
        NotFound, Conflict: there is no such booking, or a chef serves elsewhere at that time.
    """
    now = deps.clock.now()
    booking = await reserving.assign(
        conn, deps.profile, booking_id, chef_ids, reason=reason, key=key, now=now
    )
    detail = {"chefs": [str(each) for each in chef_ids], "reason": reason, "key": key}
    await audit.record(conn, actor=actor, act="booking.assign", subject=booking.code, detail=detail)
    return booking


async def note_absence(
    deps: DeskDeps, conn: Connection, absence: Absence, *, actor: str
) -> tuple[booking_lists.Listed, ...]:
    """Note days away; the events that were counting on who is away, soonest first.

    Said twice it is noted once, and names what is still to be mended. See `find_stand_in`.
    """
    is_new = await crew_changes.add_absence(conn, absence)
    days = (absence.starts_on, absence.ends_on)
    if is_new:
        await audit.record(
            conn,
            actor=actor,
            act="crew.absent",
            subject="everybody" if absence.chef_id is None else str(absence.chef_id),
            detail={"from": days[0].isoformat(), "to": days[1].isoformat()},
        )
    zone = deps.profile.business.zone
    now = deps.clock.now()
    return await booking_lists.list_on_days(conn, days, absence.chef_id, zone=zone, now=now)


async def find_stand_in(
    deps: DeskDeps, conn: Connection, booking: Booking, absence: Absence, *, actor: str
) -> Booking:
    """Put others on an event in place of who is away; staff hear where too few can come."""
    now = deps.clock.now()
    key = f"stand_in:{booking.id}:{booking.version}"
    after = await stand_in(conn, deps.profile, booking.id, absence.chef_id, now=now, key=key)
    if after.version != booking.version:
        detail = {"chefs": [str(each.chef_id) for each in after.chefs], "key": key}
        await audit.record(
            conn, actor=actor, act="booking.stand_in", subject=after.code, detail=detail
        )
    if after.is_short_of_chefs:
        kind = NoticeKind.SHORT_OF_CHEFS
        await tell_staff(conn, deps.profile, after, kind, now=now)
    return after


async def tell_of_unpaid(deps: DeskDeps, conn: Connection, *, limit: int) -> tuple[Booking, ...]:
    """Tell staff and customer, once each, of agreed holds that lapsed for want of the deposit."""
    lapsed = await bookings.list_by_id(conn, await bookings.list_unpaid(conn, limit=limit))
    told = []
    for booking in lapsed:
        now = deps.clock.now()
        if await tell_staff(conn, deps.profile, booking, NoticeKind.LAPSED, now=now):
            # The hold ends when it ends, by night too; nobody waits up for that news.
            await _write(deps, conn, booking, "deposit_missing", rest={"unasked": str(booking.id)})
            told.append(booking)
    return tuple(told)


async def _write(
    deps: DeskDeps,
    conn: Connection,
    booking: Booking,
    phrase: str,
    *,
    rest: Mapping[str, object] = NOTHING,
) -> None:
    """Tell the customer where they wrote last; not the bot's word, so no hand-over stops it."""
    to = await booking_lists.find_addressee(conn, booking.customer_id, booking.conversation_id)
    if to is None:
        return
    language = to.language or deps.profile.business.home_language
    voice = Voice(profile=deps.profile, language=language, seed=str(booking.id))
    words = voice.say(
        phrase,
        moment=voice.moment(booking.starts_at),
        guests=str(booking.headcount),
        place=say_place(booking.address, booking.zip_code),
        deposit=voice.money(booking.deposit),
        until=voice.moment(booking.held_until) if booking.held_until else "",
        code=booking.code,
    )
    await write_to(deps, conn, to, words, language=language, rest=rest)


async def write_to(
    deps: DeskDeps,
    conn: Connection,
    to: booking_lists.Addressee,
    words: str,
    *,
    language: str,
    rest: Mapping[str, object] = NOTHING,
) -> None:
    """Put words of the house into the outbox; no hand-over between bot and staff stops them."""
    draft = Draft(
        conversation_id=to.conversation_id,
        address_id=to.address_id,
        channel=to.channel,
        text=words,
        author=Author.SYSTEM,
        purpose=Purpose.ESSENTIAL,
        epoch=to.epoch,
        due_at=deps.clock.now(),
        language=language,
        rest=rest,
    )
    await write(deps, conn, draft)
