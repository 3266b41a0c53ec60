"""Which messages are owed for a booking, and when: the hold's end, reminders, thanks after it.

Planned anew with every change of the booking, in its transaction. What is planned already stays
where it is, by whatever rule it was planned, unless the booking itself has changed; what staff have
cancelled stays cancelled. bot/causes looks again when one is due, and bot/follow_ups decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.booking.hold_messages import plan_hold_messages
from bot.booking.moments import say_briefly
from bot.domain_booking import Booking, BookingStatus
from bot.domain_follow_ups import Plan
from bot.profile import Profile
from bot.quiet import Whereabouts
from bot.quiet_moments import best_moment, where_of
from bot.store import answer_hours, follow_up_plans
from bot.store.answer_hours import Habits
from bot.store.connection import Connection

BEFORE_EVENT = "before_event"
AFTER_EVENT = "after_event"
HOLD_LAPSING = "hold_lapsing"
DEPOSIT_MISSING = "deposit_missing"
CAUSES = (BEFORE_EVENT, AFTER_EVENT, HOLD_LAPSING, DEPOSIT_MISSING)
JUST_SAID = timedelta(hours=24)
"""Who agreed so shortly before has just said how many they are."""
DAYS_EARLIER_MAX = 3
"""Where nobody may be written to on the day, it goes so many days earlier at most."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When one of a cause's messages goes, and until when it says something."""

    cause: str
    step: str
    due_at: datetime
    valid_until: datetime


async def replan(conn: Connection, profile: Profile, booking: Booking, *, now: datetime) -> None:
    """Take back what is planned for the booking and is not owed any more, and plan what is.

    What is planned for the same start needs no look at its hour again: most writes end there.
    """
    wanted = _wanted(profile, booking)
    keys = _keys(profile, booking, wanted)
    reason = _why_taken_back(booking)
    kept = await follow_up_plans.keep_only(conn, booking.id, keys, reason=reason, at=now)
    missing = [cause for cause in wanted if not kept.issuperset(_keys(profile, booking, [cause]))]
    if not missing:
        return
    habits = await answer_hours.read_habits(conn, booking.customer_id, at=now)
    plans = [
        plan
        for plan in plans_of(profile, booking, habits, missing)
        if plan.key not in kept and plan.due_at > now
    ]
    rules = {cause: profile.follow_ups.digest_of(cause) for cause in missing}
    await follow_up_plans.plan_for_booking(conn, plans, rules=rules, at=now)


def plans_of(
    profile: Profile, booking: Booking, habits: Habits, causes: Iterable[str] = CAUSES
) -> tuple[Plan, ...]:
    """All that is owed for the booking as it stands, whenever it falls; soonest first."""
    where = where_of(profile, habits, booking.zip_code)
    wanted = frozenset(causes) & frozenset(_wanted(profile, booking))
    found: list[Moment] = []
    if BEFORE_EVENT in wanted:
        found += _before(profile, booking, where, habits.heard)
    if AFTER_EVENT in wanted:
        found += _after(profile, booking, where, habits.heard)
    if wanted & {HOLD_LAPSING, DEPOSIT_MISSING}:
        planned = plan_hold_messages(profile, booking, where, habits.heard)
        found += [Moment(*each) for each in planned if each[0] in wanted]
    found.sort(key=lambda moment: moment.due_at)
    return tuple(_plan(profile, booking, moment) for moment in found)


def key_of(booking: Booking, cause: str, step: str = "") -> str:
    """The same for the same event at the same time: moved, it is another matter."""
    named = f"{cause}:{step}" if step else cause
    return f"booking:{booking.id}:{named}:{booking.starts_at.astimezone(UTC):%Y%m%dT%H%M}"


def _keys(profile: Profile, booking: Booking, causes: Iterable[str]) -> list[str]:
    """Every key that these causes may have for the booking as it stands."""
    steps = [f"{days}d" for days in profile.follow_ups.reminder_days]
    return [
        key_of(booking, cause, step)
        for cause in causes
        for step in (steps if cause == BEFORE_EVENT else [""])
    ]


def _wanted(profile: Profile, booking: Booking) -> tuple[str, ...]:
    """The causes that have something to say of it; nothing before it is agreed to."""
    if booking.agreed_at is None:
        return ()
    by_status: Mapping[BookingStatus, tuple[str, ...]] = {
        BookingStatus.HELD: CAUSES,
        BookingStatus.CONFIRMED: (BEFORE_EVENT, AFTER_EVENT),
        BookingStatus.CHANGED: (BEFORE_EVENT, AFTER_EVENT),
        BookingStatus.COMPLETED: (AFTER_EVENT,),
    }
    off = profile.follow_ups.off
    return tuple(each for each in by_status.get(booking.status, ()) if each not in off)


def _before(
    profile: Profile, booking: Booking, where: Whereabouts, heard: Sequence[datetime]
) -> list[Moment]:
    zone = ZoneInfo(profile.business.zone)
    on = booking.starts_at.astimezone(zone).date()
    agreed_at = booking.agreed_at or booking.created_at
    found = []
    for days in dict.fromkeys(profile.follow_ups.reminder_days):
        day = on - timedelta(days=days)
        due_at = _on_day(profile, day, where, heard)
        # The later it is, the less there is left to change: a week's reminder is none two days
        # before the event, and the last one would speak of the day itself.
        until = _midnight(day + timedelta(days=1 + max(days - 1, 0) // 3), zone)
        until = min(until, booking.starts_at.astimezone(UTC))
        if due_at is not None and agreed_at + JUST_SAID <= due_at < until:
            found.append(Moment(BEFORE_EVENT, f"{days}d", due_at, until))
    return found


def _on_day(
    profile: Profile, day: date, where: Whereabouts, heard: Sequence[datetime]
) -> datetime | None:
    """The customer's best moment of that day of ours, or of one shortly before it."""
    zone = ZoneInfo(profile.business.zone)
    for earlier in range(DAYS_EARLIER_MAX + 1):
        begins = _midnight(day - timedelta(days=earlier), zone)
        ends = _midnight(day - timedelta(days=earlier - 1), zone) - timedelta(minutes=1)
        found = best_moment(profile, begins, ends, where, heard)
        if found is not None:
            return found
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _after(
    profile: Profile, booking: Booking, where: Whereabouts, heard: Sequence[datetime]
) -> list[Moment]:
    """One in the span after the event; none where nobody may be written to in all of it."""
    rules, ended_at = profile.follow_ups, booking.ends_at.astimezone(UTC)
    first = ended_at + timedelta(hours=rules.after_event_min_hours)
    last = ended_at + timedelta(hours=rules.after_event_max_hours)
    due_at = best_moment(profile, first, last, where, heard)
    return [] if due_at is None else [Moment(AFTER_EVENT, "", due_at, last)]


def _plan(profile: Profile, booking: Booking, moment: Moment) -> Plan:
    return Plan(
        cause=moment.cause,
        step=moment.step,
        key=key_of(booking, moment.cause, moment.step),
        customer_id=booking.customer_id,
        booking_id=booking.id,
        conversation_id=booking.conversation_id,
        due_at=moment.due_at,
        valid_until=moment.valid_until,
        because=_because(profile, booking, moment),
        about={
            "starts_at": booking.starts_at.astimezone(UTC).isoformat(),
            "headcount": booking.headcount,
            "version": booking.version,
        },
    )


def _because(profile: Profile, booking: Booking, moment: Moment) -> str:
    starts = say_briefly(profile, booking.starts_at)
    if moment.cause in (HOLD_LAPSING, DEPOSIT_MISSING) and booking.held_until is not None:
        ends = say_briefly(profile, booking.held_until)
        return f"booking {booking.code} of {starts} is held until {ends}, no deposit seen yet"
    days = moment.step.removesuffix("d")
    if days:
        ahead = "1 day" if days == "1" else f"{days} days"
        return f"booking {booking.code}: the event is on {starts}, {ahead} ahead"
    return f"booking {booking.code} of {starts}"


def _why_taken_back(booking: Booking) -> str:
    """Why those that are not owed any more are not, in staff's words."""
    return {
        BookingStatus.CANCELLED: "the booking was cancelled",
        BookingStatus.LAPSED: "the hold lapsed",
        BookingStatus.CONFIRMED: "the deposit has come, or the event is another by now",
        BookingStatus.COMPLETED: "the event is over",
    }.get(booking.status, "the booking was changed")
