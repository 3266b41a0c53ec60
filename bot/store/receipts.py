"""Delivery receipts: late, twice, out of order, and before the answer they speak of (I5)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import AddressId, Receipt
from bot.store.connection import Connection

# Statuses only move forward: queued < sent < delivered < read, and a failure is final.
_RECEIPT = """UPDATE messages SET status = $3, reason = coalesce(nullif($4, ''), reason),
  updated_at = now()
WHERE channel = $1 AND external_id = $2 AND direction = 'outbound' AND CASE $3
  WHEN 'sent' THEN status IN ('queued', 'sending')
  WHEN 'delivered' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  WHEN 'read' THEN status IN ('queued', 'sending', 'sent', 'delivered', 'unknown')
  WHEN 'failed' THEN status IN ('queued', 'sending', 'sent', 'unknown')
  ELSE false END
RETURNING id, address_id"""

# A receipt and the vendor's answer to our send may cross: both take this lock before they look.
_CROSSING = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"

_KNOWS = "SELECT address_id FROM messages WHERE channel = $1 AND external_id = $2"

_EARLY = """INSERT INTO early_receipts (channel, external_id, status, reason)
VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, external_id) DO UPDATE SET status = excluded.status, reason = excluded.reason
WHERE array_position(ARRAY['sent', 'delivered', 'read', 'failed'], excluded.status)
    > array_position(ARRAY['sent', 'delivered', 'read', 'failed'], early_receipts.status)"""

_TAKE_EARLY = (
    "DELETE FROM early_receipts WHERE channel = $1 AND external_id = $2 RETURNING status, reason"
)


async def cross(conn: Connection, external_id: str) -> None:
    """Order this transaction against a receipt for the same message."""
    await conn.execute(_CROSSING, external_id)


async def apply_early(conn: Connection, channel: str, external_id: str) -> None:
    """Apply the receipt that was here before we knew the id it speaks of."""
    early = await conn.fetchrow(_TAKE_EARLY, channel, external_id)
    if early:
        await conn.fetchrow(_RECEIPT, channel, external_id, early["status"], early["reason"])


async def _move(conn: Connection, receipt: Receipt) -> AddressId | None:
    key = (receipt.channel, receipt.external_id)
    row = await conn.fetchrow(_RECEIPT, *key, receipt.status.value, receipt.reason)
    address = row["address_id"] if row else await conn.fetchval(_KNOWS, *key)
    return address and AddressId(address)


async def apply(
    conn: Connection, receipts: Sequence[Receipt]
) -> tuple[tuple[Receipt, AddressId], ...]:
    """Move delivery statuses forward; the receipts that name a message of ours, with its address.

    One that comes before we know the id it speaks of is kept for `mark_sent` to apply.
    """
    known: list[tuple[Receipt, AddressId]] = []
    async with conn.transaction():
        for receipt in sorted(receipts, key=lambda each: each.external_id):
            address = await _move(conn, receipt)
            if address is None:
                await conn.execute(_CROSSING, receipt.external_id)
                address = await _move(conn, receipt)
            if address is not None:
                known.append((receipt, address))
                continue
            key = (receipt.channel, receipt.external_id)
            await conn.execute(_EARLY, *key, receipt.status.value, receipt.reason)
    return tuple(known)
