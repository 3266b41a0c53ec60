"""Shows a customer that they have been read and that an answer is being written, where it can be.

Rung by take_turn before a turn begins and never waited for: whatever fails here, the answer comes
all the same. Nobody is shown it while staff have the floor or the bot pauses: then nobody has read
them yet. Nor once they are answered, since the sign would stand under the answer.
"""

from __future__ import annotations

import logging
from uuid import UUID

from bot.domain import ConversationId
from bot.errors import VendorError
from bot.store import reading
from bot.store.connection import borrow
from channels.base import ShowsReading
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)


async def run(deps: JobDeps, *, conversation_id: str) -> None:
    """Mark the newest message that waits, which marks all before it."""
    wanted = ConversationId(UUID(conversation_id))
    async with borrow(deps.bot.pool) as conn:
        found = await reading.find_unread(conn, wanted, now=deps.bot.clock.now())
    if found is None:
        return
    channel = deps.channels.get(found.channel)
    if not isinstance(channel, ShowsReading):
        return
    try:
        await channel.show_reading(found.message)
    except VendorError as error:
        log.info("reading.not_shown", extra={"channel": found.channel, "code": error.code})


job = Job(run=run, timeout_s=20.0)
