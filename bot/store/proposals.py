"""Proposals: terms that were stated to a customer and wait for their yes; one open at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain import ConversationId, QuoteId
from bot.domain_booking import Act, BookingId, Proposal, ProposalId
from bot.store.connection import Connection

_OPEN = """SELECT * FROM proposals WHERE conversation_id = $1 AND status = 'open'
  AND expires_at > $2"""

_SUPERSEDE = """UPDATE proposals SET status = $2 WHERE conversation_id = $1 AND status = 'open'"""

_INSERT = """INSERT INTO proposals (id, conversation_id, booking_id, booking_version, act, quote_id,
  detail, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""


async def find_open(
    conn: Connection, conversation_id: ConversationId, *, now: datetime
) -> Proposal | None:
    """The terms that may be agreed to now."""
    row = await conn.fetchrow(_OPEN, conversation_id, now)
    return None if row is None else to_proposal(dict(row))


async def state(conn: Connection, proposal: Proposal) -> None:
    """Put these terms in place of any that were stated before."""
    await close(conn, proposal.conversation_id, status="superseded")
    await conn.execute(
        _INSERT,
        proposal.id,
        proposal.conversation_id,
        proposal.booking_id,
        proposal.booking_version,
        proposal.act.value,
        proposal.quote_id,
        dict(proposal.detail),
        proposal.expires_at,
        proposal.created_at,
    )


async def close(conn: Connection, conversation_id: ConversationId, *, status: str) -> None:
    """Nothing waits for a yes any more: accepted, declined or superseded."""
    await conn.execute(_SUPERSEDE, conversation_id, status)


def to_proposal(row: Mapping[str, Any]) -> Proposal:
    """A row of the table."""
    return Proposal(
        id=ProposalId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        booking_id=BookingId(row["booking_id"]),
        booking_version=row["booking_version"],
        act=Act(row["act"]),
        quote_id=QuoteId(row["quote_id"]),
        detail=row["detail"],
        expires_at=row["expires_at"],
        created_at=row["created_at"],
    )
