"""Delivery receipts: late, twice, out of order, and before the answer they speak of (I5).

What a receipt tells of the address, an opt-out or that nothing reaches it, is kept in the same
transaction, and only by the receipt that moved the message: a copy of it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain import AddressId, Receipt, Status
from bot.store import consents
from bot.store.connection import Connection

# Statuses only move forward: queued < sent < delivered < read, and a failure is final.
_MOVE = """UPDATE messages SET status = $3, reason = coalesce(nullif($4, ''), reason),
  updated_at = now()
WHERE channel = $1 AND external_id = $2 AND direction = 'outbound' AND CASE $3
  WHEN 'sent' THEN status IN ('queued', 'sending')
  WHEN 'delivered' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  WHEN 'read' THEN status IN ('queued', 'sending', 'sent', 'delivered', 'unknown')
  WHEN 'failed' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  ELSE false END
RETURNING address_id"""

_IS_KNOWN = "SELECT true FROM messages WHERE channel = $1 AND external_id = $2"

# A receipt and the vendor's answer to our send may cross: both take this lock before they look.
_CROSSING = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"

_KEEP_EARLY = """INSERT INTO early_receipts
  (channel, external_id, status, code, reason, opted_out, bad_address)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (channel, external_id) DO UPDATE
SET status = excluded.status, code = excluded.code, reason = excluded.reason,
  opted_out = excluded.opted_out, bad_address = excluded.bad_address
WHERE array_position(ARRAY['sent', 'delivered', 'read', 'failed'], excluded.status)
    > array_position(ARRAY['sent', 'delivered', 'read', 'failed'], early_receipts.status)"""

_TAKE_EARLY = """DELETE FROM early_receipts WHERE channel = $1 AND external_id = $2
RETURNING channel, external_id, status, code, reason, opted_out, bad_address"""

_FORGET = "DELETE FROM early_receipts WHERE created_at < now() - interval '7 days'"

_SUSPEND = "UPDATE addresses SET suspended_reason = $2 WHERE id = $1"

_TELLING = frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED})
"""What moves a message; that a vendor has queued it we know from its answer."""


async def apply(conn: Connection, receipts: Sequence[Receipt], *, at: datetime) -> None:
    """Move delivery statuses forward; what comes before we know the id is kept for `mark_sent`."""
    async with conn.transaction():
        for receipt in sorted(receipts, key=lambda each: each.external_id):
            if receipt.status not in _TELLING or await _move(conn, receipt, at):
                continue
            await cross(conn, receipt.external_id)
            if not await _move(conn, receipt, at):
                await _keep_early(conn, receipt)


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


async def _move(conn: Connection, receipt: Receipt, at: datetime) -> bool:
    """Whether the message is one of ours, moved or not."""
    key = (receipt.channel, receipt.external_id)
    address = await conn.fetchval(_MOVE, *key, receipt.status.value, receipt.reason)
    if address is None:
        return bool(await conn.fetchval(_IS_KNOWN, *key))
    if receipt.opted_out:
        await consents.write(
            conn, address, act="opt_out", source="vendor", said_at=at, words=receipt.code
        )
    elif receipt.bad_address:
        await suspend(conn, address, receipt.reason)
    return True


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
    )
