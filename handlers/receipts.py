"""Delivery receipts: statuses move forward, and what a vendor tells of an address is kept."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import Receipt
from bot.store import consents, outbox
from bot.store import receipts as store
from bot.store.connection import Pool


async def apply_receipts(pool: Pool, receipts: Sequence[Receipt]) -> None:
    """Apply each receipt once, in whatever order they come (I5)."""
    async with pool.acquire() as conn:
        known = await store.apply(conn, receipts)
        for receipt, address_id in known:
            if receipt.opted_out:
                await consents.write(
                    conn, address_id, act="opt_out", source="vendor", words=receipt.code
                )
            elif receipt.bad_address:
                await outbox.suspend(conn, address_id, receipt.reason)
