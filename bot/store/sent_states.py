"""How far our own messages have come, as we hold it, by the names that a vendor has for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import Status
from bot.store.connection import Connection

_STATES = """SELECT external_id, status FROM messages
WHERE channel = $1 AND external_id = ANY ($2::text[]) AND direction = 'outbound'"""


async def list_states(
    conn: Connection, channel: str, external_ids: Sequence[str]
) -> Mapping[str, Status]:
    """Those of these that we hold, each with its delivery status."""
    rows = await conn.fetch(_STATES, channel, list(external_ids))
    return {row["external_id"]: Status(row["status"]) for row in rows}
