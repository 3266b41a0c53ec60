"""Deletes files for good: a customer's, when they are to be erased, and what belongs to nobody.

Rows first, then the bytes that no row names any more, so that a crash between the two leaves bytes
for jobs/sweep_media.py and never a row without them. Called by the `erase` command and that job.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from bot.domain import CustomerId
from bot.media import MediaStore
from bot.store import media_files
from bot.store.connection import Connection, Pool, borrow

OLDER = timedelta(days=2)
"""What was put later may belong to a message that is only on its way."""
BATCH = 200


async def forget_files(conn: Connection, customer_id: CustomerId) -> tuple[str, ...]:
    """Drop the rows of a customer's files, in the caller's transaction; what then is to be deleted.

    Hand it to `delete_files` after the commit.
    """
    return await media_files.forget_customer(conn, customer_id)


async def delete_files(store: MediaStore, keys: tuple[str, ...]) -> None:
    """Delete the bytes.

    Raises:
        StoreUnavailable: some may be left; the sweep finds them.
    """
    for key in keys:
        await store.delete(key)


async def sweep_store(pool: Pool, store: MediaStore, *, now: datetime) -> int:
    """Delete what no message names and was put long ago; how many files.

    Raises:
        StoreUnavailable: not all was looked at.
    """
    deleted = 0
    async for some in _batches(store.list_older(now - OLDER)):
        async with borrow(pool) as conn:
            spare = await media_files.list_unreferenced(conn, some)
        await delete_files(store, spare)
        deleted += len(spare)
    return deleted


async def _batches(keys: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    some: list[str] = []
    async for key in keys:
        some.append(key)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some
