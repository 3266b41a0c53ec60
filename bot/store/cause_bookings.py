"""Bookings as causes of messages: which may call for one in a span, and how one stood at a moment.

A look into the past sees a booking as its events left it by then: what was cancelled, paid or moved
afterwards does not count. bot/booking/standing.py makes words of it; bot/causes asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.domain_booking import Booking, BookingId, BookingStatus
from bot.store.bookings import to_booking
from bot.store.connection import Connection

By = Literal["starts_at", "ends_at", "held_until"]
FOUND_MAX = 5000
"""So many bookings at once are looked through for what was left unplanned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A booking as it stood at a moment."""

    booking: Booking
    name: str
    """The customer's; empty where it is not known."""
    changed_at: datetime | None
    """When it was last changed."""
    headcount_confirmed_at: datetime | None
    """When the customer last said that the number stands."""
    has_feedback: bool
    """Whether they had said how it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A booking that may call for a message in a span."""

    booking: Booking
    settled_at: datetime
    """When it was agreed to or last changed: nothing was owed before."""


_CHEFS = """coalesce((SELECT jsonb_agg(jsonb_build_object('chef_id', a.chef_id, 'name', c.name,
      'leaves_at', lower(a.busy), 'ends_at', upper(a.busy), 'miles', a.miles, 'reason', a.reason,
      'by_hand', a.by_hand) ORDER BY a.created_at, a.id)
    FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id
    WHERE a.booking_id = b.id AND (a.released_at IS NULL OR a.released_at > $2)
      AND (a.created_at <= $2 OR NOT EXISTS (SELECT FROM chef_assignments o
        WHERE o.booking_id = b.id AND o.released_at > $2))), '[]')"""

_AS_OF = f"""WITH known AS (
  SELECT e.*, e.created_at <= $2 AS is_known FROM booking_events e WHERE booking_id = $1),
past AS (
  SELECT max(created_at) FILTER (WHERE is_known AND act = 'change') AS changed_at,
    (array_agg(detail ->> 'quote_id' ORDER BY created_at DESC, id DESC)
      FILTER (WHERE is_known AND detail ->> 'quote_id' IS NOT NULL))[1]::uuid AS quote_id,
    (array_agg(detail ->> 'starts_at' ORDER BY created_at DESC, id DESC)
      FILTER (WHERE is_known AND detail ->> 'starts_at' IS NOT NULL))[1]::timestamptz AS starts_at,
    coalesce(bool_or(NOT is_known AND act = 'change'), false) AS is_changed_later,
    coalesce(bool_or(NOT is_known AND act IN ('cancel', 'lapse')), false) AS is_off_later
  FROM known)
SELECT b.*, q.total, q.deposit, {_CHEFS} AS chefs, '[]'::jsonb AS allergies, p.changed_at,
  p.is_off_later, p.is_changed_later, coalesce(p.starts_at, b.starts_at) AS started_then,
  q.headcount AS headcount_then, coalesce(c.name, '') AS name,
  EXISTS (SELECT FROM feedback f WHERE f.customer_id = b.customer_id AND f.booking_id = b.id
    AND f.created_at <= $2) AS has_feedback
FROM bookings b CROSS JOIN past p JOIN customers c ON c.id = b.customer_id
JOIN quotes q
  ON q.id = CASE WHEN p.is_changed_later THEN coalesce(p.quote_id, b.quote_id) ELSE b.quote_id END
WHERE b.id = $1 AND b.created_at <= $2"""

# Whatever was planned for the event as it is now has been planned: what was taken back, or what
# staff cancelled, is not found again. Rows of before the keys had a form are known by their "of:".
_UNPLANNED = """AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.customer_id = b.customer_id
  AND f.booking_id = b.id AND f.cause = $3 AND (f.key LIKE 'of:%'
    OR f.key LIKE '%:' || to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI')))"""

_FIND = """SELECT b.*, q.total, q.deposit, '[]'::jsonb AS chefs, '[]'::jsonb AS allergies,
  coalesce((SELECT max(e.created_at) FROM booking_events e
    WHERE e.booking_id = b.id AND e.act IN ('agree', 'change')), b.agreed_at) AS settled_at
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.{by} BETWEEN $1 AND $2 AND b.agreed_at IS NOT NULL {states} {unplanned}
ORDER BY b.{by}, b.id LIMIT {limit}"""

_STATES = {
    "starts_at": "AND b.status IN ('held', 'confirmed', 'changed') AND b.ends_at > $1",
    "ends_at": "AND b.status IN ('confirmed', 'changed', 'completed')",
    "held_until": "AND b.status = 'held'",
}

# A hold that has become a booking does not say any more until when it was one.
_HELD_ONCE = """SELECT b.*, q.total, q.deposit, '[]'::jsonb AS chefs, '[]'::jsonb AS allergies,
  b.agreed_at AS settled_at
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.agreed_at BETWEEN $1 AND $2 ORDER BY b.agreed_at, b.id LIMIT {limit}"""


async def find_as_of(conn: Connection, booking_id: BookingId, at: datetime) -> Standing | None:
    """The booking as it stood then; None where there was none yet."""
    row = await conn.fetchrow(_AS_OF, booking_id, at)
    if row is None:
        return None
    return Standing(
        booking=_then(dict(row), at),
        name=row["name"],
        changed_at=row["changed_at"],
        headcount_confirmed_at=_by_then(row["headcount_confirmed_at"], at),
        has_feedback=row["has_feedback"],
    )


async def list_unplanned(
    conn: Connection, cause: str, by: By, *, since: datetime, until: datetime
) -> tuple[Candidate, ...]:
    """Agreed bookings of that span without a message of the cause, whatever became of it."""
    sql = _FIND.format(by=by, states=_STATES[by], unplanned=_UNPLANNED, limit=FOUND_MAX)
    return tuple(_candidate(dict(row)) for row in await conn.fetch(sql, since, until, cause))


async def list_agreed(
    conn: Connection, by: Literal["starts_at", "ends_at"], *, since: datetime, until: datetime
) -> tuple[Candidate, ...]:
    """All bookings of that span that were agreed to, those that are off by now as well."""
    sql = _FIND.format(by=by, states="", unplanned="", limit=FOUND_MAX)
    return tuple(_candidate(dict(row)) for row in await conn.fetch(sql, since, until))


async def list_once_held(
    conn: Connection, *, since: datetime, until: datetime, hold: timedelta
) -> tuple[Candidate, ...]:
    """Those agreed to in that span, as the holds that they were when their customers agreed."""
    rows = await conn.fetch(_HELD_ONCE.format(limit=FOUND_MAX), since, until)
    found = [_candidate(dict(row)) for row in rows]
    return tuple(
        replace(each, booking=_as_hold(each.booking, each.settled_at + hold)) for each in found
    )


def _as_hold(booking: Booking, held_until: datetime) -> Booking:
    ends = min(booking.held_until or held_until, booking.starts_at)
    return replace(booking, status=BookingStatus.HELD, held_until=ends)


def _candidate(row: Mapping[str, Any]) -> Candidate:
    return Candidate(booking=to_booking(row), settled_at=row["settled_at"])


def _then(row: Mapping[str, Any], at: datetime) -> Booking:
    """The row as its events had left it by then."""
    booking = to_booking(row)
    if row["is_changed_later"]:
        length = booking.ends_at - booking.starts_at
        booking = replace(
            booking,
            starts_at=row["started_then"],
            ends_at=row["started_then"] + length,
            headcount=row["headcount_then"] or booking.headcount,
        )
    return replace(
        booking,
        status=_status_then(booking, at, is_off_later=row["is_off_later"]),
        deposit_paid_at=_by_then(booking.deposit_paid_at, at),
        agreed_at=_by_then(booking.agreed_at, at),
    )


def _status_then(booking: Booking, at: datetime, *, is_off_later: bool) -> BookingStatus:
    status = booking.status
    if status in (BookingStatus.CANCELLED, BookingStatus.LAPSED) and not is_off_later:
        return status
    was_paid = booking.deposit_paid_at is not None and booking.deposit_paid_at <= at
    if status in (BookingStatus.CANCELLED, BookingStatus.LAPSED, BookingStatus.HELD):
        return BookingStatus.CONFIRMED if was_paid else BookingStatus.HELD
    if booking.deposit_paid_at is not None and not was_paid:
        return BookingStatus.HELD
    is_over = status is BookingStatus.COMPLETED and booking.ends_at <= at
    return status if is_over or status is not BookingStatus.COMPLETED else BookingStatus.CONFIRMED


def _by_then(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment is not None and moment <= at else None
