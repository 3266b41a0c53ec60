"""Announcements: words to everybody whose event is on a day, who they go to, and what became of it.

Who is meant is written down with the words, so that exactly those who were confirmed get them, each
once, however often jobs/send_announcement.py begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from bot.domain import AddressId, CustomerId, MessageId
from bot.store.connection import Connection

AnnouncementId = NewType("AnnouncementId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The words, and who wrote them."""

    id: AnnouncementId
    event_on: date
    text: str
    written_by: str
    recipients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How far it has got."""

    owed: int
    """Not yet written into the outbox."""
    on_their_way: int
    sent: int
    """Taken by the vendor, or further."""
    failures: tuple[tuple[str, str], ...]
    """Customer's address and why nothing got there."""


# Of a day in the business's zone; a hold that ran out is nobody's event.
_CUSTOMERS = """SELECT DISTINCT b.customer_id FROM bookings b
WHERE b.starts_at >= $1 AND b.starts_at < $2 AND (b.status IN ('confirmed', 'changed')
  OR (b.status = 'held' AND b.held_until > $3)) ORDER BY b.customer_id"""

_ADD = """INSERT INTO announcements (key, event_on, text, written_by, recipients, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT one_announcement_per_key DO NOTHING RETURNING id"""

_ADD_RECIPIENTS = """INSERT INTO announcement_recipients (announcement_id, address_id)
SELECT $1, unnest($2::uuid[])"""

_FIND = """SELECT id, event_on, text, written_by, recipients FROM announcements WHERE id = $1"""

_FIND_BY_KEY = """SELECT id, event_on, text, written_by, recipients FROM announcements
WHERE key = $1"""

_DUE = """SELECT id FROM announcements WHERE told_at IS NULL ORDER BY created_at LIMIT $1"""

_TAKE = """SELECT r.address_id, a.customer_id FROM announcement_recipients r
JOIN addresses a ON a.id = r.address_id
WHERE r.announcement_id = $1 AND r.message_id IS NULL AND r.reason IS NULL
ORDER BY r.address_id LIMIT 1 FOR UPDATE OF r SKIP LOCKED"""

_WRITTEN = """UPDATE announcement_recipients SET message_id = $3
WHERE announcement_id = $1 AND address_id = $2"""

_LEFT_OUT = """UPDATE announcement_recipients SET reason = $3
WHERE announcement_id = $1 AND address_id = $2"""

_COUNTS = """SELECT
  count(*) FILTER (WHERE r.message_id IS NULL AND r.reason IS NULL) AS owed,
  count(*) FILTER (WHERE m.status IN ('queued', 'sending', 'held')) AS on_their_way,
  count(*) FILTER (WHERE m.status IN ('sent', 'delivered', 'read')) AS sent
FROM announcement_recipients r LEFT JOIN messages m ON m.id = r.message_id
WHERE r.announcement_id = $1"""

_FAILURES = """SELECT a.value, coalesce(r.reason, m.reason, m.status) AS why
FROM announcement_recipients r JOIN addresses a ON a.id = r.address_id
LEFT JOIN messages m ON m.id = r.message_id
WHERE r.announcement_id = $1
  AND (r.reason IS NOT NULL OR m.status IN ('failed', 'unknown', 'dropped'))
ORDER BY a.value LIMIT 50"""

_TOLD = "UPDATE announcements SET told_at = $2 WHERE id = $1 AND told_at IS NULL RETURNING true"


async def list_customers(
    conn: Connection, *, since: datetime, until: datetime, now: datetime
) -> tuple[CustomerId, ...]:
    """Whose event, held or confirmed, begins in that span; each once."""
    rows = await conn.fetch(_CUSTOMERS, since, until, now)
    return tuple(CustomerId(row["customer_id"]) for row in rows)


async def add(
    conn: Connection,
    *,
    key: str,
    event_on: date,
    text: str,
    written_by: str,
    addresses: Sequence[AddressId],
    at: datetime,
) -> AnnouncementId | None:
    """Owe these words to these addresses; None where that key has announced already."""
    found = await conn.fetchval(_ADD, key, event_on, text, written_by, len(addresses), at)
    if found is None:
        return None
    await conn.execute(_ADD_RECIPIENTS, found, list(addresses))
    return AnnouncementId(found)


async def find(conn: Connection, announcement_id: AnnouncementId) -> Announcement | None:
    """The words, or None where there are none of that id."""
    row = await conn.fetchrow(_FIND, announcement_id)
    return None if row is None else Announcement(**dict(row))


async def find_by_key(conn: Connection, key: str) -> Announcement | None:
    """What that key has announced, or None."""
    row = await conn.fetchrow(_FIND_BY_KEY, key)
    return None if row is None else Announcement(**dict(row))


async def list_due(conn: Connection, *, limit: int) -> tuple[AnnouncementId, ...]:
    """Those whose writer has not read yet what became of them."""
    return tuple(AnnouncementId(row["id"]) for row in await conn.fetch(_DUE, limit))


async def take_recipient(
    conn: Connection, announcement_id: AnnouncementId
) -> tuple[AddressId, CustomerId] | None:
    """Hold one who is still owed the words until the transaction ends; None where none is left."""
    row = await conn.fetchrow(_TAKE, announcement_id)
    return None if row is None else (AddressId(row["address_id"]), CustomerId(row["customer_id"]))


async def mark_written(
    conn: Connection,
    announcement_id: AnnouncementId,
    address_id: AddressId,
    message_id: MessageId,
) -> None:
    """The words to this address lie in the outbox."""
    await conn.execute(_WRITTEN, announcement_id, address_id, message_id)


async def leave_out(
    conn: Connection, announcement_id: AnnouncementId, address_id: AddressId, *, reason: str
) -> None:
    """Nothing goes to this address after all."""
    await conn.execute(_LEFT_OUT, announcement_id, address_id, reason)


async def read_outcome(conn: Connection, announcement_id: AnnouncementId) -> Outcome:
    """How far it has got."""
    counts = await conn.fetch(_COUNTS, announcement_id)
    failures = await conn.fetch(_FAILURES, announcement_id)
    return Outcome(
        **dict(counts[0]), failures=tuple((row["value"], row["why"]) for row in failures)
    )


async def mark_told(conn: Connection, announcement_id: AnnouncementId, *, at: datetime) -> bool:
    """Its writer is told what became of it; False where they were."""
    return bool(await conn.fetchval(_TOLD, announcement_id, at))
