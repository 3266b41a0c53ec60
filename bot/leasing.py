"""Holds a conversation for one turn: claims it, keeps the lease alive, gives it back.

A worker that stalls loses the lease to another one; what it then tries to commit is refused by the
token (`conversations.lock_for_commit`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain import ConversationId, Lease
from bot.errors import Conflict
from bot.store import conversations
from bot.store.connection import STORE_DOWN, Pool, borrow

log = logging.getLogger(__name__)

LEASE_S = 30.0
HEARTBEAT_S = 8.0


async def claim(pool: Pool, conversation_id: ConversationId) -> Lease | None:
    """The right to take the next turn, or None while another worker is taking it."""
    async with borrow(pool) as conn:
        return await conversations.claim(conn, conversation_id, lease_s=LEASE_S)


@asynccontextmanager
async def held(pool: Pool, lease: Lease) -> AsyncIterator[None]:
    """Keep the lease alive inside; afterwards let the next worker in, whatever happened.

    What raised inside is counted in the conversation's row, except where the store itself was
    away or the turn was overtaken: neither says anything about the conversation.
    """
    heart = asyncio.create_task(_beat(pool, lease))
    try:
        yield
    except (*STORE_DOWN, Conflict, asyncio.CancelledError):
        raise
    except Exception:
        async with borrow(pool) as conn:
            await conversations.note_failure(conn, lease)
        raise
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        async with borrow(pool) as conn:
            await conversations.release(conn, lease)


async def _beat(pool: Pool, lease: Lease) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        try:
            async with borrow(pool) as conn:
                if not await conversations.keep_lease(conn, lease, lease_s=LEASE_S):
                    return
        except STORE_DOWN as error:
            # The lease outlives a few missed beats; giving up now would waste the whole turn.
            log.warning("lease.beat_missed", extra={"error": type(error).__name__})
