"""Tells staff of words of the house that a vendor took and then could not get to the customer.

WhatsApp and carriers accept first and refuse later, by a receipt; without this nobody would know
that the customer still waits. Not for staff's own words, which show it at their mark, nor for
follow-ups, whose plan asks what became of them, nor for promotion, which nobody waits for.
"""

from __future__ import annotations

from uuid import UUID

from bot.store import desk_notices
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost

# What was said in several parts is told of once.
_ASK = """SELECT a.channel, a.value, e.id AS escalation_id, coalesce(m.turn_id, m.id) AS said
FROM messages m
JOIN addresses a ON a.id = m.address_id
JOIN conversations c ON c.id = m.conversation_id
LEFT JOIN escalations e ON e.conversation_id = m.conversation_id AND e.status <> 'resolved'
WHERE m.id = $1 AND m.author <> 'staff' AND m.purpose <> 'promotional' AND NOT m.rest ? 'unasked'
  AND NOT EXISTS (SELECT FROM follow_ups f
    WHERE f.customer_id = c.customer_id AND f.message_id = m.id)"""


async def tell(conn: Connection, message_id: UUID, reason: str) -> None:
    """Owe the desk that it did not arrive: in the thread, where one is open; told once."""
    row = await conn.fetchrow(_ASK, message_id)
    if row is None:
        return
    escalation_id = row["escalation_id"]
    whom = "the customer" if escalation_id else f"{row['channel']} {row['value']}"
    post = NewPost(
        key=f"unreached:{row['said']}",
        text=f"Did not arrive: {whom} did not get what we wrote to them.\nWhy: {reason}\n"
        "What to do: let the customer know in another way.",
        kind="thread" if escalation_id else "notice",
        escalation_id=escalation_id,
    )
    await desk_notices.owe_post(conn, post)
