"""Drafts: replies that wait for staff to send, edit or throw them away; one open a conversation.

Each function is one step inside the caller's transaction; bot/drafting.py and bot/drafting_send.py
put them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType
from uuid import UUID

from bot.domain import ConversationId, MessageId, TurnId
from bot.store.connection import Connection
from bot.store.handles import SHOWN
from bot.store.turns import ToolRecord

DraftId = NewType("DraftId", UUID)
Status = Literal["open", "sent", "edited", "discarded", "superseded"]

WAITS = "drafted: waits for staff"
"""The account of a message whose answer staff have yet to send (I4)."""
DISCARDED = "staff threw the drafted answer away"
TAKEN_OVER = "a person took over before the draft was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row of the table."""

    id: DraftId
    code: str
    conversation_id: ConversationId
    turn_id: TurnId
    message_id: MessageId
    topic: str
    language: str
    epoch: int
    text: str
    sent_text: str
    status: Status
    decided_by: str
    wanted_by: str
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """What a turn has drafted."""

    conversation_id: ConversationId
    turn_id: TurnId
    message_id: MessageId
    topic: str
    language: str
    epoch: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDraft:
    """An open draft with what staff see of its customer."""

    draft: Draft
    customer: str
    channel: str
    words: str
    """What the customer wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """A tool call of the drafted turn, with the agent that asked for it."""

    agent: str
    record: ToolRecord


_INSERT = """INSERT INTO drafts (code, conversation_id, turn_id, message_id, topic, language, epoch,
  text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT one_draft_per_code DO NOTHING RETURNING id"""

_OPEN = "SELECT * FROM drafts WHERE conversation_id = $1 AND status = 'open'"

_BY_CODE = "SELECT * FROM drafts WHERE code = upper($1)"

_FIND = "SELECT * FROM drafts WHERE id = $1"

_LOCK = f"{_FIND} FOR UPDATE"

_CLOSE = """UPDATE drafts SET status = $2, decided_by = $3, sent_text = $4, decided_at = $5
WHERE id = $1 AND status = 'open' RETURNING id"""

_WANT = """UPDATE drafts SET wanted_by = $2, sent_text = $3 WHERE code = upper($1)
  AND status = 'open' RETURNING id"""

# The notice at the desk shows who has decided, or wants to.
_SHOW = """UPDATE desk_notices SET wanted = wanted + 1, shown_due_at = coalesce(shown_due_at, now())
WHERE key = (SELECT 'draft:' || code FROM drafts WHERE id = $1)"""

_NOTICE = """SELECT id FROM desk_notices
WHERE key = (SELECT 'draft:' || code FROM drafts WHERE id = $1)"""

_UNWANT = """UPDATE drafts SET wanted_by = NULL, sent_text = NULL WHERE id = $1
  AND status = 'open'"""

_WANTED = "SELECT id FROM drafts WHERE status = 'open' AND wanted_by IS NOT NULL LIMIT $1"

# A draft whose conversation has changed hands is dead (I7), whoever has noticed.
_LISTED = """SELECT d.*, p.name, {shown} AS address, m.channel,
  coalesce((SELECT string_agg(q.text, E'\\n' ORDER BY q.seq) FROM messages q
    WHERE q.conversation_id = d.conversation_id AND q.turn_id = d.turn_id
      AND q.direction = 'inbound' AND (q.status = 'answered' OR q.reason = $1)), m.text) AS words
FROM drafts d JOIN conversations c ON c.id = d.conversation_id JOIN customers p
  ON p.id = c.customer_id
JOIN messages m ON m.id = d.message_id JOIN addresses a ON a.id = m.address_id
WHERE {where} ORDER BY d.created_at LIMIT $2"""
_LIVE = "d.status = 'open' AND d.epoch = c.epoch AND c.mode = 'bot'"

_GIVE_BACK = """UPDATE messages SET status = 'received', reason = NULL, updated_at = now()
WHERE conversation_id = $3 AND turn_id = $1 AND direction = 'inbound' AND status = 'answered'
  AND reason = $2"""

_ACCOUNT = """UPDATE messages SET status = $3, reason = $4, updated_at = now()
WHERE conversation_id = $5 AND turn_id = $1 AND direction = 'inbound' AND status = 'answered'
  AND reason = $2"""

_AGENT = "SELECT agent FROM turns WHERE id = $1"

_RUNS = """SELECT t.*, coalesce(l.agent, u.agent) AS agent
FROM tool_calls t JOIN turns u ON u.id = t.turn_id
LEFT JOIN LATERAL (SELECT agent FROM llm_calls WHERE turn_id = t.turn_id AND step = t.step
  ORDER BY id LIMIT 1) l ON true
WHERE t.turn_id = $1 ORDER BY t.step, t.id"""


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(
        id=DraftId(row["id"]),
        code=row["code"],
        conversation_id=ConversationId(row["conversation_id"]),
        turn_id=TurnId(row["turn_id"]),
        message_id=MessageId(row["message_id"]),
        topic=row["topic"],
        language=row["language"],
        epoch=row["epoch"],
        text=row["text"],
        sent_text=row["sent_text"] or "",
        status=row["status"],
        decided_by=row["decided_by"] or "",
        wanted_by=row["wanted_by"] or "",
        created_at=row["created_at"],
        decided_at=row["decided_at"],
    )


async def insert(conn: Connection, new: NewDraft, *, code: str) -> DraftId | None:
    """Keep a draft; None where another has that code."""
    row_id = await conn.fetchval(
        _INSERT,
        code,
        new.conversation_id,
        new.turn_id,
        new.message_id,
        new.topic,
        new.language,
        new.epoch,
        new.text,
    )
    return None if row_id is None else DraftId(row_id)


async def find_open(conn: Connection, conversation_id: ConversationId) -> Draft | None:
    """The draft that waits in a conversation, dead or alive."""
    row = await conn.fetchrow(_OPEN, conversation_id)
    return None if row is None else _draft(dict(row))


async def find_by_code(conn: Connection, code: str) -> Draft | None:
    """The draft that staff call so."""
    row = await conn.fetchrow(_BY_CODE, code.strip())
    return None if row is None else _draft(dict(row))


async def find(conn: Connection, draft_id: DraftId) -> Draft | None:
    """The draft as it is."""
    row = await conn.fetchrow(_FIND, draft_id)
    return None if row is None else _draft(dict(row))


async def lock(conn: Connection, draft_id: DraftId) -> Draft | None:
    """The draft as it is now, held until the transaction ends."""
    row = await conn.fetchrow(_LOCK, draft_id)
    return None if row is None else _draft(dict(row))


async def close(
    conn: Connection,
    draft_id: DraftId,
    status: Status,
    *,
    at: datetime,
    by: str = "",
    sent_text: str = "",
) -> bool:
    """End an open draft; False where it has ended already."""
    ended = await conn.fetchval(_CLOSE, draft_id, status, by or None, sent_text or None, at)
    await conn.execute(_SHOW, draft_id)
    return ended is not None


async def want(conn: Connection, code: str, *, by: str, text: str = "") -> DraftId | None:
    """Keep that somebody wants it sent, as it is or with other words; None where it is not open.

    A job sends it.
    """
    row_id = await conn.fetchval(_WANT, code.strip(), by, text or None)
    if row_id is None:
        return None
    await conn.execute(_SHOW, row_id)
    return DraftId(row_id)


async def unwant(conn: Connection, draft_id: DraftId) -> None:
    """Nobody wants it sent any more."""
    await conn.execute(_UNWANT, draft_id)
    await conn.execute(_SHOW, draft_id)


async def list_wanted(conn: Connection, *, limit: int) -> tuple[DraftId, ...]:
    """Drafts that somebody wants sent."""
    return tuple(DraftId(row["id"]) for row in await conn.fetch(_WANTED, limit))


async def list_open(conn: Connection, *, limit: int) -> tuple[ListedDraft, ...]:
    """Drafts that can be sent, the one that waits longest first."""
    rows = await conn.fetch(_LISTED.format(shown=SHOWN, where=_LIVE), DISCARDED, limit)
    return tuple(_listed(dict(row)) for row in rows)


async def find_listed(conn: Connection, draft_id: DraftId) -> ListedDraft | None:
    """One draft, in whatever state, as staff see it."""
    rows = await conn.fetch(_LISTED.format(shown=SHOWN, where="d.id = $3"), DISCARDED, 1, draft_id)
    return _listed(dict(rows[0])) if rows else None


def _listed(row: Mapping[str, Any]) -> ListedDraft:
    return ListedDraft(
        draft=_draft(dict(row)),
        customer=" ".join(filter(None, (row["name"], row["address"]))),
        channel=row["channel"],
        words=row["words"],
    )


async def give_back(conn: Connection, draft: Draft) -> None:
    """What a draft was to answer waits for a turn again."""
    await conn.execute(_GIVE_BACK, draft.turn_id, WAITS, draft.conversation_id)


async def account(conn: Connection, draft: Draft, *, status: str, reason: str | None) -> None:
    """What a draft was to answer has another account now (I4)."""
    of = draft.conversation_id
    await conn.execute(_ACCOUNT, draft.turn_id, WAITS, status, reason, of)


async def agent_of(conn: Connection, draft: Draft) -> str:
    """Who wrote a draft."""
    return await conn.fetchval(_AGENT, draft.turn_id) or ""


async def list_runs(conn: Connection, turn_id: TurnId) -> Sequence[RecordedRun]:
    """The tool calls of the drafted turn, in the order in which they ran."""
    return tuple(
        RecordedRun(
            agent=row["agent"] or "",
            record=ToolRecord(
                step=row["step"],
                name=row["name"],
                arguments=row["arguments"],
                result=row["result"],
                ok=row["ok"],
                latency_ms=row["latency_ms"],
            ),
        )
        for row in await conn.fetch(_RUNS, turn_id)
    )


async def find_notice(conn: Connection, draft_id: DraftId) -> UUID | None:
    """The notice at the desk that shows it."""
    found: UUID | None = await conn.fetchval(_NOTICE, draft_id)
    return found
