"""Proposals: terms that were stated to a customer and wait for their yes; one open at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import ConversationId, QuoteId
from bot.domain_booking import Act, BookingId, Proposal, ProposalId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a proposal is worth now."""

    proposal: Proposal
    is_open: bool
    is_superseded: bool
    """A later price was made in the conversation of the one that it states."""


OPEN = """SELECT * FROM proposals WHERE conversation_id = $1 AND status = 'open'
  AND expires_at > $2"""

_SUPERSEDE = """UPDATE proposals SET status = $2 WHERE conversation_id = $1 AND status = 'open'"""

_STANDING = """SELECT p.*, p.status = 'open' AND p.expires_at > $2 AS is_open,
  EXISTS (SELECT FROM quotes own JOIN quotes later ON later.conversation_id = own.conversation_id
    AND later.version > own.version WHERE own.id = p.quote_id) AS is_superseded
FROM proposals p WHERE p.id = $1"""

_CLOSE_FOR = """UPDATE proposals
SET status = CASE id WHEN $2 THEN 'accepted' ELSE 'superseded' END
WHERE status = 'open' AND booking_id = $1"""

_INSERT = """INSERT INTO proposals (id, conversation_id, booking_id, booking_version, act, quote_id,
  detail, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""


async def find_open(
    conn: Connection, conversation_id: ConversationId, *, now: datetime
) -> Proposal | None:
    """The terms that may be agreed to now."""
    row = await conn.fetchrow(OPEN, conversation_id, now)
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


async def find_standing(
    conn: Connection, proposal_id: ProposalId, *, now: datetime
) -> Standing | None:
    """The terms as they were stated, and whether they may still be agreed to."""
    row = await conn.fetchrow(_STANDING, proposal_id, now)
    if row is None:
        return None
    return Standing(
        proposal=to_proposal(dict(row)),
        is_open=row["is_open"],
        is_superseded=row["is_superseded"],
    )


async def close_for(
    conn: Connection, booking_id: BookingId, *, accepted: ProposalId | None
) -> None:
    """The booking is another now: of what was stated of it, one was accepted and the rest void."""
    await conn.execute(_CLOSE_FOR, booking_id, accepted)


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
