"""A turn's record: what was decided, by which model and tools, and how long each step took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain import ConversationId, MessageId, TurnId
from bot.domain_answers import Passage, Unanswered
from bot.llm.base import ModelReply
from bot.store import spend
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRecord:
    """One tool call as it ran."""

    step: int
    name: str
    arguments: Mapping[str, object]
    result: Mapping[str, object]
    ok: bool
    latency_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """All that is kept of a turn."""

    id: TurnId
    conversation_id: ConversationId
    epoch: int
    agent: str | None
    intent: str | None
    confidence: float | None
    outcome: str
    guard: Mapping[str, object]
    trace: Sequence[Mapping[str, object]]
    wait_ms: int
    think_ms: int
    model_replies: Sequence[tuple[int, ModelReply]] = ()
    tool_calls: Sequence[ToolRecord] = ()
    topic: str | None = None
    why: str = ""
    versions: Mapping[str, object] = field(default_factory=dict)
    """Digests of what decided: profile, instructions, local models."""
    passages: Sequence[Passage] = ()
    unanswered: Sequence[tuple[MessageId, Unanswered]] = ()


_TURN = """INSERT INTO turns (id, conversation_id, epoch, agent, intent, confidence, outcome, guard,
  trace, wait_ms, think_ms, topic, why, versions)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"""

_PASSAGE = """INSERT INTO turn_passages (turn_id, place, article, language, version, title, text,
  similarity)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""

_UNANSWERED = """INSERT INTO unanswered_questions (conversation_id, message_id, question, language,
  confidence, nearest)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT one_question_per_message DO NOTHING"""

_TOOL_CALL = """INSERT INTO tool_calls (turn_id, step, name, arguments, result, ok, latency_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""

_LAST_TRACE = """SELECT trace FROM turns WHERE conversation_id = $1
ORDER BY created_at DESC LIMIT 1"""

# How often in a row, newest first, the bot's turns ended in not having understood.
FAILURES = """SELECT coalesce(sum(1) FILTER (WHERE streak), 0) FROM (
  SELECT bool_and(guard ->> 'understood' = 'false') OVER (ORDER BY created_at DESC) AS streak
  FROM (SELECT guard, created_at FROM turns WHERE conversation_id = $1 AND outcome <> 'silent'
        ORDER BY created_at DESC LIMIT 5) AS latest) AS runs"""


async def insert(conn: Connection, turn: TurnRecord) -> None:
    """Keep the turn with its model calls and tool calls."""
    await conn.execute(
        _TURN,
        turn.id,
        turn.conversation_id,
        turn.epoch,
        turn.agent,
        turn.intent,
        turn.confidence,
        turn.outcome,
        dict(turn.guard),
        [dict(step) for step in turn.trace],
        turn.wait_ms,
        turn.think_ms,
        turn.topic,
        turn.why,
        dict(turn.versions),
    )
    await spend.record_steps(
        conn, turn.model_replies, conversation_id=turn.conversation_id, turn_id=turn.id
    )
    tools = [
        (turn.id, t.step, t.name, dict(t.arguments), dict(t.result), t.ok, t.latency_ms)
        for t in turn.tool_calls
    ]
    if tools:
        await conn.executemany(_TOOL_CALL, tools)
    cited = [
        (turn.id, place, p.article, p.language, p.version, p.title, p.text, p.similarity)
        for place, p in enumerate(turn.passages)
    ]
    if cited:
        await conn.executemany(_PASSAGE, cited)
    open_questions = [
        (turn.conversation_id, asked_in, q.question, q.language, q.confidence, q.nearest)
        for asked_in, q in turn.unanswered
    ]
    if open_questions:
        await conn.executemany(_UNANSWERED, open_questions)


async def last_trace(
    conn: Connection, conversation_id: ConversationId
) -> tuple[Mapping[str, Any], ...]:
    """The steps of the conversation's latest turn: name, at_ms, ms, detail."""
    steps = await conn.fetchval(_LAST_TRACE, conversation_id)
    return tuple(steps or ())
