"""The life of a conversation's latest messages, read whole for whoever wants to see it.

Read-only and bounded: a cheap version tells whether anything moved, then one conversation is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.domain import ConversationId, Direction, Mode, Status
from bot.errors import NotFound
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMessage:
    """A message in either direction with how far it has come."""

    id: UUID
    direction: Direction
    channel: str
    address: str
    external_id: str
    author: str
    text: str
    language: str
    status: Status
    reason: str
    turn_id: UUID | None
    in_reply_to: UUID | None
    segments: int | None
    created_at: datetime
    sent_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTool:
    """A tool call as it ran."""

    name: str
    arguments: Mapping[str, object]
    result: object
    ok: bool
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedModel:
    """A model call and what it cost."""

    provider: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTurn:
    """A turn with all it used, in order."""

    id: UUID
    agent: str
    intent: str
    confidence: float | None
    outcome: str
    guard: Mapping[str, object]
    steps: Sequence[Mapping[str, object]]
    wait_ms: int
    think_ms: int
    created_at: datetime
    tools: tuple[TracedTool, ...]
    models: tuple[TracedModel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEmotion:
    """What a scorer read from one message."""

    message_id: UUID
    primary: str
    polarity: str
    intensity: float
    confidence: float
    scorer: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEscalation:
    """A hand-over to staff and its card."""

    message_id: UUID | None
    reason: str
    explanation: str
    status: str
    post_status: str
    desk_ts: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTrace:
    """Everything the playground shows of one conversation, oldest first."""

    id: ConversationId
    mode: Mode
    messages: tuple[TracedMessage, ...]
    turns: tuple[TracedTurn, ...]
    emotions: tuple[TracedEmotion, ...]
    escalations: tuple[TracedEscalation, ...]


# Everything that can move a trace moves one of these numbers; each is one short index scan.
_VERSIONS = """SELECT c.id, concat_ws('|', c.mode, c.epoch, c.lease_until,
  (SELECT concat_ws('/', count(*), max(updated_at)) FROM (
     SELECT updated_at FROM messages WHERE conversation_id = c.id
     ORDER BY seq DESC LIMIT 60) AS latest),
  (SELECT count(*) FROM turns WHERE conversation_id = c.id),
  (SELECT count(*) FROM emotion_history WHERE conversation_id = c.id),
  (SELECT string_agg(e.status || e.post_status, ',' ORDER BY e.created_at) FROM escalations e
     WHERE e.conversation_id = c.id)) AS version
FROM conversations c ORDER BY c.last_message_at DESC LIMIT $1"""

_MODE = "SELECT mode FROM conversations WHERE id = $1"

_MESSAGES = """SELECT m.*, a.value AS address
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.conversation_id = $1 ORDER BY m.seq DESC LIMIT $2"""

_TURNS = "SELECT * FROM turns WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT $2"

_TOOLS = "SELECT * FROM tool_calls WHERE turn_id = ANY ($1::uuid[]) ORDER BY step, id"

_MODELS = "SELECT * FROM llm_calls WHERE turn_id = ANY ($1::uuid[]) ORDER BY step, id"

_EMOTIONS = "SELECT * FROM emotion_history WHERE message_id = ANY ($1::uuid[]) ORDER BY created_at"

_ESCALATIONS = """SELECT * FROM escalations WHERE conversation_id = $1
ORDER BY created_at DESC LIMIT $2"""


async def list_versions(conn: Connection, *, limit: int) -> Mapping[ConversationId, str]:
    """The latest conversations, each with a word that differs as soon as its trace does."""
    rows = await conn.fetch(_VERSIONS, limit)
    return {ConversationId(row["id"]): row["version"] for row in rows}


async def read(
    conn: Connection, conversation_id: ConversationId, *, limit: int
) -> ConversationTrace:
    """The life of a conversation's latest `limit` messages.

    Raises:
        NotFound: it has been erased.
    """
    mode = await conn.fetchval(_MODE, conversation_id)
    if mode is None:
        raise NotFound(f"no conversation {conversation_id}")
    messages = [dict(row) for row in await conn.fetch(_MESSAGES, conversation_id, limit)]
    turns = [dict(row) for row in await conn.fetch(_TURNS, conversation_id, limit)]
    turn_ids = [row["id"] for row in turns]
    tools = [dict(row) for row in await conn.fetch(_TOOLS, turn_ids)]
    models = [dict(row) for row in await conn.fetch(_MODELS, turn_ids)]
    emotions = await conn.fetch(_EMOTIONS, [row["id"] for row in messages])
    escalations = await conn.fetch(_ESCALATIONS, conversation_id, limit)
    return ConversationTrace(
        id=conversation_id,
        mode=Mode(mode),
        messages=tuple(_message(row) for row in reversed(messages)),
        turns=tuple(_turn(row, tools, models) for row in reversed(turns)),
        emotions=tuple(_emotion(dict(row)) for row in emotions),
        escalations=tuple(_escalation(dict(row)) for row in reversed(escalations)),
    )


def _message(row: Mapping[str, Any]) -> TracedMessage:
    return TracedMessage(
        id=row["id"],
        direction=Direction(row["direction"]),
        channel=row["channel"],
        address=row["address"],
        external_id=row["external_id"] or "",
        author=row["author"],
        text=row["text"],
        language=row["language"] or "",
        status=Status(row["status"]),
        reason=row["reason"] or "",
        turn_id=row["turn_id"],
        in_reply_to=row["in_reply_to"],
        segments=row["segments"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        updated_at=row["updated_at"],
    )


def _turn(
    row: Mapping[str, Any], tools: Sequence[Mapping[str, Any]], models: Sequence[Mapping[str, Any]]
) -> TracedTurn:
    return TracedTurn(
        id=row["id"],
        agent=row["agent"] or "",
        intent=row["intent"] or "",
        confidence=row["confidence"],
        outcome=row["outcome"],
        guard=row["guard"],
        steps=row["trace"],
        wait_ms=row["wait_ms"],
        think_ms=row["think_ms"],
        created_at=row["created_at"],
        tools=tuple(
            TracedTool(
                name=tool["name"],
                arguments=tool["arguments"],
                result=tool["result"],
                ok=tool["ok"],
                ms=tool["latency_ms"],
            )
            for tool in tools
            if tool["turn_id"] == row["id"]
        ),
        models=tuple(
            TracedModel(
                provider=model["provider"],
                model=model["model"],
                input_tokens=model["input_tokens"],
                output_tokens=model["output_tokens"],
                cost=model["cost"],
                ms=model["latency_ms"],
            )
            for model in models
            if model["turn_id"] == row["id"]
        ),
    )


def _emotion(row: Mapping[str, Any]) -> TracedEmotion:
    return TracedEmotion(
        message_id=row["message_id"],
        primary=row["primary_emotion"],
        polarity=row["polarity"],
        intensity=row["intensity"],
        confidence=row["confidence"],
        scorer=row["scorer"],
        created_at=row["created_at"],
    )


def _escalation(row: Mapping[str, Any]) -> TracedEscalation:
    return TracedEscalation(
        message_id=row["message_id"],
        reason=row["reason"],
        explanation=row["explanation"],
        status=row["status"],
        post_status=row["post_status"],
        desk_ts=row["desk_ts"] or "",
        created_at=row["created_at"],
    )
