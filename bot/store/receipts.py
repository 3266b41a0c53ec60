"""Delivery receipts: late, twice, out of order, and before the answer they speak of (I5).

What a receipt tells of the address, an opt-out or that nothing reaches it, is kept in the same
transaction, and only by the receipt that moved the message: a copy of it changes nothing. Where a
vendor gives our own name for a message back, its receipt settles a send that never had an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain import AddressId, Author, Status
from bot.domain_sending import Receipt
from bot.store import consents, follow_up_outcomes, unreached
from bot.store.connection import Connection

# Statuses only move forward: queued < sent < delivered < read, and a failure is final. What failed
# at a mailbox that the customer has our letters sent on to did reach the customer.
_MOVE = """UPDATE messages SET status = $3, reason = coalesce(nullif($4, ''), reason),
  updated_at = now()
WHERE channel = $1 AND external_id = $2 AND direction = 'outbound'
  AND ($5::text[] = '{}' OR split_part(
    (SELECT a.value FROM addresses a WHERE a.id = messages.address_id), '@', 2) = ANY ($5))
  AND CASE $3
  WHEN 'sent' THEN status IN ('queued', 'sending')
  WHEN 'delivered' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  WHEN 'read' THEN status IN ('queued', 'sending', 'sent', 'delivered', 'unknown')
  WHEN 'failed' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  ELSE false END
RETURNING id, address_id, author, rest ->> 'follow_up' AS follow_up"""

# Only a row that was handed over at least once and has no name yet can be the one that is meant.
_SETTLE = """UPDATE messages SET external_id = $3, status = 'sent', reason = NULL,
  sent_at = coalesce(sent_at, $4), segments = coalesce(segments, 1), updated_at = now()
WHERE id = $1 AND channel = $2 AND direction = 'outbound' AND external_id IS NULL
  AND attempts > 0 AND status IN ('queued', 'sending', 'unknown') RETURNING id"""

_IS_KNOWN = "SELECT true FROM messages WHERE channel = $1 AND external_id = $2"

# A receipt and the vendor's answer to our send may cross: both take this lock before they look.
_CROSSING = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"

_KEEP_EARLY = """INSERT INTO early_receipts
  (channel, external_id, status, code, reason, opted_out, bad_address, is_soft)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (channel, external_id) DO UPDATE
SET status = excluded.status, code = excluded.code, reason = excluded.reason,
  opted_out = excluded.opted_out, bad_address = excluded.bad_address, is_soft = excluded.is_soft
WHERE array_position(ARRAY['sent', 'delivered', 'read', 'failed'], excluded.status)
    > array_position(ARRAY['sent', 'delivered', 'read', 'failed'], early_receipts.status)"""

_TAKE_EARLY = """DELETE FROM early_receipts WHERE channel = $1 AND external_id = $2
RETURNING channel, external_id, status, code, reason, opted_out, bad_address, is_soft"""

_FORGET = "DELETE FROM early_receipts WHERE created_at < now() - interval '7 days'"

_SUSPEND = "UPDATE addresses SET suspended_reason = $2, suspended_at = now() WHERE id = $1"

SOFT_MAX = 4
"""After so many failures in a row that might have passed, the address is given up."""

_SOFTEN = """UPDATE addresses SET soft_failures = soft_failures + 1,
  suspended_reason = CASE WHEN soft_failures + 1 >= $3 THEN coalesce(suspended_reason, $2)
    ELSE suspended_reason END,
  suspended_at = CASE WHEN soft_failures + 1 >= $3 THEN coalesce(suspended_at, now())
    ELSE suspended_at END
WHERE id = $1"""

_ARRIVED = "UPDATE addresses SET soft_failures = 0 WHERE id = $1 AND soft_failures > 0"

_TELLING = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED})
"""What moves a message; that a vendor has queued it we know from its answer."""


async def apply(conn: Connection, receipts: Sequence[Receipt], *, at: datetime) -> bool:
    """Move delivery statuses forward; what comes before we know the id is kept for `mark_sent`.

    Returns whether words of staff were among what moved: the desk shows how far those have come.
    """
    moved: set[str] = set()
    async with conn.transaction():
        for receipt in sorted(receipts, key=lambda each: each.external_id):
            if receipt.status not in _TELLING:
                continue
            author = await _move(conn, receipt, at)
            if author is None:
                await cross(conn, receipt.external_id)
                author = await _move(conn, receipt, at)
            if author is None and await _settle(conn, receipt, at):
                author = await _move(conn, receipt, at)
            if author is None:
                await _keep_early(conn, receipt)
            else:
                moved.add(author)
    return Author.STAFF in moved


async def cross(conn: Connection, external_id: str) -> None:
    """Order this transaction against a receipt for the same message."""
    await conn.execute(_CROSSING, external_id)


async def apply_early(conn: Connection, channel: str, external_id: str, *, at: datetime) -> None:
    """Apply the receipt that was here before we knew the id it speaks of."""
    row = await conn.fetchrow(_TAKE_EARLY, channel, external_id)
    if row is not None:
        await _move(conn, Receipt(**{**dict(row), "status": Status(row["status"])}), at)


async def suspend(conn: Connection, address_id: AddressId, reason: str) -> None:
    """Stop writing to an address that cannot be reached, and say why."""
    await conn.execute(_SUSPEND, address_id, reason)


async def forget_old(conn: Connection) -> None:
    """Receipts for ids that never became ours were somebody else's."""
    await conn.execute(_FORGET)


async def _settle(conn: Connection, receipt: Receipt, at: datetime) -> bool:
    """Whether our own name, given back, says which of our messages this is (I5)."""
    try:
        row_id = UUID(receipt.tag)
    except ValueError:
        return False
    named = (receipt.channel, receipt.external_id)
    return await conn.fetchval(_SETTLE, row_id, *named, at) is not None


async def _move(conn: Connection, receipt: Receipt, at: datetime) -> str | None:
    """Who wrote the message that it moves, empty where one of ours stays; None of a strange one."""
    key = (receipt.channel, receipt.external_id)
    told = (receipt.status.value, receipt.reason, list(receipt.about))
    row = await conn.fetchrow(_MOVE, *key, *told)
    if row is None:
        return "" if await conn.fetchval(_IS_KNOWN, *key) else None
    if row["follow_up"]:
        await follow_up_outcomes.reopen(conn, UUID(row["follow_up"]), row["id"], at=at)
    address = row["address_id"]
    if receipt.opted_out:
        await consents.write(
            conn, address, act="opt_out", source="vendor", said_at=at, words=receipt.code
        )
    elif receipt.bad_address:
        await suspend(conn, address, receipt.reason)
    elif receipt.is_soft and receipt.status is Status.FAILED:
        await conn.execute(_SOFTEN, address, receipt.reason, SOFT_MAX)
    elif receipt.status in (Status.DELIVERED, Status.READ):
        await conn.execute(_ARRIVED, address)
    if receipt.status is Status.FAILED and not receipt.opted_out:
        await unreached.tell(conn, row["id"], receipt.reason or f"code {receipt.code}")
    return str(row["author"])


async def _keep_early(conn: Connection, receipt: Receipt) -> None:
    await conn.execute(
        _KEEP_EARLY,
        receipt.channel,
        receipt.external_id,
        receipt.status.value,
        receipt.code,
        receipt.reason,
        receipt.opted_out,
        receipt.bad_address,
        receipt.is_soft,
    )
