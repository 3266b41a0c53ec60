"""What is kept of a customer over all their conversations: the language they speak."""

from __future__ import annotations

from bot.domain import ConversationId, CustomerId
from bot.store.connection import Connection

STEADY = 2
"""After so many messages in a row in one language it counts as theirs."""

# "ok" is stored in the language of the conversation, so a short word neither makes nor breaks one.
_LEARN = """UPDATE customers SET language = $3
WHERE id = $1 AND language IS DISTINCT FROM $3 AND (
  SELECT count(*) = $4 AND bool_and(said.language = $3) FROM (
    SELECT language FROM messages
    WHERE conversation_id = $2 AND direction = 'inbound' AND language IS NOT NULL
    ORDER BY seq DESC LIMIT $4) said)"""


async def learn_language(
    conn: Connection, customer_id: CustomerId, conversation_id: ConversationId, language: str
) -> None:
    """Keep the language that a conversation has settled on: the next one begins with it."""
    await conn.execute(_LEARN, customer_id, conversation_id, language, STEADY)
