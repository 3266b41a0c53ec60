"""Finds the customer's message of which may be shown that it is read and answered just now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import NOTHING, ConversationId
from bot.domain_sending import Answered
from bot.store.connection import Connection
from bot.store.pauses import OPEN as PAUSED


@dataclass(frozen=True, slots=True)
class Unread:
    """The newest message that waits, and where it came in."""

    channel: str
    message: Answered


_FIND = f"""SELECT m.channel, m.external_id, coalesce(m.sent_at, m.created_at) AS said_at,
  m.rest -> 'extras' AS extras
FROM messages m JOIN conversations c ON c.id = m.conversation_id
JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 AND m.status = 'received' AND m.kind NOT IN ('reaction', 'deletion')
  AND c.mode = 'bot' AND a.consent <> 'revoked' AND NOT EXISTS ({PAUSED})
ORDER BY m.seq DESC LIMIT 1"""


async def find_unread(
    conn: Connection, conversation_id: ConversationId, *, now: datetime
) -> Unread | None:
    """What the bot is about to answer, if it is the bot who does."""
    row = await conn.fetchrow(_FIND, conversation_id, now)
    if row is None:
        return None
    answered = Answered(
        external_id=row["external_id"], said_at=row["said_at"], extras=row["extras"] or NOTHING
    )
    return Unread(row["channel"], answered)
