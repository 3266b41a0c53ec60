"""Changes bookings: once per key, in the caller's transaction; bot/store/bookings.py reads them.

Locks are taken in one order everywhere, so nobody waits in a circle: the write's key, the booking,
the crew, then whatever the crew is busy with. No lock is stronger than an update's: what only
refers to a booking, such as terms or an allergy, never waits. Refusals of the database become
`BookingRefused`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

import asyncpg

from bot.domain import ConversationId, CustomerId, MessageId, QuoteId
from bot.domain_booking import BookingId
from bot.errors import BookingRefused
from bot.store.connection import Connection

REFUSALS = {
    "chef_in_one_place": ("slot_taken", "a chef would be in two places"),
    "one_undecided_hold": ("overtaken", "the customer has just been given another hold"),
    "one_open_proposal": ("overtaken", "other terms were stated in the conversation"),
    "booking_moves": ("not_open", "the booking's status does not allow it"),
    "quote_of_its_customer": ("quote_unknown", "the quote is not the customer's"),
}
"""What it means for a booking that a promise of the schema would be broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One thing done to a booking, as it is kept in its history."""

    key: str
    """The same key is the same write."""
    booking_id: BookingId
    act: str
    actor: str
    """customer, staff or system."""
    at: datetime
    message_id: MessageId | None = None
    """The customer's words that allowed it."""
    detail: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a booking is, as far as it can be written down anew."""

    quote_id: QuoteId
    service: str
    starts_at: datetime
    ends_at: datetime
    headcount: int
    workers: int
    address: str
    zip_code: str


_NOTE = """INSERT INTO booking_events (key, booking_id, act, actor, message_id, detail, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT ON CONSTRAINT one_booking_write_per_key DO NOTHING RETURNING id"""

_LOCK = "SELECT FROM bookings WHERE id = $1 FOR NO KEY UPDATE"

# The key first: whoever comes second with it waits here until the first is done or undone.
_BEGIN = f"""WITH noted AS ({_NOTE}), locked AS (
  SELECT id FROM bookings WHERE id = $2 AND EXISTS (SELECT FROM noted) FOR NO KEY UPDATE)
SELECT EXISTS (SELECT FROM noted) AS is_first, (SELECT count(*) FROM locked) AS locked"""

_BEGIN_HOLD = f"""WITH noted AS ({_NOTE}), locked AS (
  SELECT id FROM bookings WHERE customer_id = $8 AND status = 'held' AND agreed_at IS NULL
    AND EXISTS (SELECT FROM noted) FOR NO KEY UPDATE)
SELECT EXISTS (SELECT FROM noted) AS is_first, (SELECT count(*) FROM locked) AS locked,
  (SELECT expires_at FROM quotes WHERE id = $9 AND customer_id = $8) AS quote_ends_at"""

_INSERT = """INSERT INTO bookings (id, code, customer_id, conversation_id, quote_id, service,
  starts_at, ends_at, status, headcount, workers, address, zip_code, wishes, held_until, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'held', $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (code) DO NOTHING RETURNING id"""

_AGREE = """UPDATE bookings SET agreed_at = $2, agreed_message_id = $3,
  held_until = least($4, starts_at) WHERE id = $1"""

_CONFIRM = """UPDATE bookings SET status = 'confirmed', deposit_paid_at = $2, held_until = NULL
WHERE id = $1"""

_CHANGE = """UPDATE bookings SET quote_id = $2, service = $3, starts_at = $4, ends_at = $5,
  headcount = $6, workers = $7, address = $8, zip_code = $9, fees = fees + $10,
  moves = moves + (starts_at <> $4)::int, held_until = least(held_until, $4),
  status = CASE status WHEN 'held' THEN 'held' ELSE 'changed' END
WHERE id = $1"""

_CANCEL = "UPDATE bookings SET status = 'cancelled', refund = $2 WHERE id = $1"

# Who serves it is no part of the terms: what was stated of the booking still holds.
_TOUCH = """WITH touched AS (
  UPDATE bookings SET updated_at = now() WHERE id = $1 RETURNING id, version)
UPDATE proposals p SET booking_version = t.version FROM touched t
WHERE p.booking_id = t.id AND p.status = 'open' AND p.booking_version = t.version - 1"""

# What somebody is at work on is left alone: its own write will find that it ran out. The arrays
# keep the plan to index look-ups, however many bookings there are.
_LAPSE = """WITH gone AS (
  SELECT id FROM bookings
  WHERE id = ANY(ARRAY(SELECT id FROM bookings WHERE status = 'held' AND held_until <= $1
        ORDER BY held_until LIMIT $3)
      || ARRAY(SELECT id FROM bookings
        WHERE customer_id = $2 AND status = 'held' AND agreed_at IS NULL))
    AND status = 'held' AND (held_until <= $1 OR (customer_id = $2 AND agreed_at IS NULL))
  FOR NO KEY UPDATE SKIP LOCKED),
lapsed AS (
  UPDATE bookings SET status = 'lapsed' WHERE id = ANY(ARRAY(SELECT id FROM gone)) RETURNING id),
noted AS (
  INSERT INTO booking_events (key, booking_id, act, actor, created_at)
  SELECT 'lapse:' || id, id, 'lapse', 'system', $1 FROM lapsed),
closed AS (
  UPDATE proposals SET status = 'superseded'
  WHERE status = 'open' AND booking_id = ANY(ARRAY(SELECT id FROM lapsed))),
freed AS (
  UPDATE chef_assignments SET released_at = $1
  WHERE released_at IS NULL AND booking_id = ANY(ARRAY(SELECT id FROM lapsed))),
silenced AS (
  UPDATE follow_ups SET status = 'cancelled', reason = 'the hold lapsed', changed_at = $1,
    changed_by = ''
  WHERE status IN ('planned', 'due', 'held') AND message_id IS NULL
    AND booking_id = ANY(ARRAY(SELECT id FROM lapsed)))
SELECT id FROM lapsed"""

_COMPLETE = """WITH gone AS (
  SELECT id FROM bookings WHERE status IN ('confirmed', 'changed') AND ends_at <= $1
  ORDER BY ends_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED),
completed AS (
  UPDATE bookings SET status = 'completed'
  WHERE id = ANY(ARRAY(SELECT id FROM gone)) RETURNING id),
noted AS (
  INSERT INTO booking_events (key, booking_id, act, actor, created_at)
  SELECT 'complete:' || id, id, 'complete', 'system', $1 FROM completed),
closed AS (
  UPDATE proposals SET status = 'superseded'
  WHERE status = 'open' AND booking_id = ANY(ARRAY(SELECT id FROM completed)))
SELECT id FROM completed"""


@contextmanager
def refusing() -> Iterator[None]:
    """The database's refusals as `BookingRefused`; the caller's transaction is lost with them."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = REFUSALS.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise BookingRefused(*refusal) from error
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
        raise BookingRefused("overtaken", "somebody else is at it") from error


async def lock(conn: Connection, booking_id: BookingId) -> None:
    """Nobody else changes the booking until the transaction ends."""
    await conn.execute(_LOCK, booking_id)


async def begin(conn: Connection, write: Write) -> bool:
    """Note the write and lock its booking; False, and nothing locked, where it was done before."""
    row = await conn.fetchrow(_BEGIN, *_noted(write))
    return bool(row and row["is_first"])


async def begin_hold(
    conn: Connection, write: Write, *, customer_id: CustomerId, quote_id: QuoteId
) -> tuple[bool, datetime | None]:
    """As `begin`, for a booking to be; it locks the one that it will take the place of.

    Returns:
        Whether it was not done before, and when the quote expires; None: it is not the customer's.
    """
    row = await conn.fetchrow(_BEGIN_HOLD, *_noted(write), customer_id, quote_id)
    return (bool(row["is_first"]), row["quote_ends_at"]) if row else (False, None)


async def insert(
    conn: Connection,
    write: Write,
    event: Event,
    *,
    code: str,
    of: tuple[CustomerId, ConversationId],
    wishes: Mapping[str, object],
    held_until: datetime,
) -> bool:
    """Write a hold down; False where the code is another booking's."""
    made = await conn.fetchval(
        _INSERT,
        write.booking_id,
        code,
        *of,
        event.quote_id,
        event.service,
        event.starts_at,
        event.ends_at,
        event.headcount,
        event.workers,
        event.address,
        event.zip_code,
        dict(wishes),
        held_until,
        write.at,
    )
    return made is not None


async def agree(conn: Connection, write: Write, *, held_until: datetime) -> None:
    """The customer's yes; the hold now waits for the deposit, never longer than to the event."""
    await conn.execute(_AGREE, write.booking_id, write.at, write.message_id, held_until)


async def confirm(conn: Connection, write: Write) -> None:
    """Staff have the deposit."""
    await conn.execute(_CONFIRM, write.booking_id, write.at)


async def change(conn: Connection, write: Write, event: Event, *, fee: Decimal) -> None:
    """The event is another now; the fee adds to what is owed."""
    await conn.execute(
        _CHANGE,
        write.booking_id,
        event.quote_id,
        event.service,
        event.starts_at,
        event.ends_at,
        event.headcount,
        event.workers,
        event.address,
        event.zip_code,
        fee,
    )


async def cancel(conn: Connection, write: Write, *, refund: Decimal) -> None:
    """There is no event any more."""
    await conn.execute(_CANCEL, write.booking_id, refund)


async def touch(conn: Connection, booking_id: BookingId) -> None:
    """Raise the booking's version without making what was stated of it void."""
    await conn.execute(_TOUCH, booking_id)


async def lapse(
    conn: Connection, *, now: datetime, customer_id: CustomerId | None = None, limit: int = 1000
) -> tuple[BookingId, ...]:
    """Let go of holds that ran out, and of the customer's own undecided one. Crew locked before."""
    return tuple(BookingId(r["id"]) for r in await conn.fetch(_LAPSE, now, customer_id, limit))


async def complete(conn: Connection, *, now: datetime, limit: int) -> tuple[BookingId, ...]:
    """Events that are over."""
    return tuple(BookingId(row["id"]) for row in await conn.fetch(_COMPLETE, now, limit))


def _noted(write: Write) -> Sequence[object]:
    return (
        write.key,
        write.booking_id,
        write.act,
        write.actor,
        write.message_id,
        dict(write.detail),
        write.at,
    )
