"""A turn's record: what was decided, by which model and tools, and how long each step took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import ConversationId, TurnId
from bot.llm.base import ModelReply
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


_TURN = """INSERT INTO turns (id, conversation_id, epoch, agent, intent, confidence, outcome, guard,
  trace, wait_ms, think_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""

_LLM_CALL = """INSERT INTO llm_calls (turn_id, step, provider, model, input_tokens, output_tokens,
  cost, latency_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""

_TOOL_CALL = """INSERT INTO tool_calls (turn_id, step, name, arguments, result, ok, latency_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""

_LAST_TRACE = """SELECT trace FROM turns WHERE conversation_id = $1
ORDER BY created_at DESC LIMIT 1"""

# How often in a row, newest first, the bot's turns ended in not having understood.
_FAILURES = """SELECT coalesce(sum(1) FILTER (WHERE streak), 0) FROM (
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
    )
    calls = [
        (
            turn.id,
            step,
            reply.provider,
            reply.model,
            reply.usage.input_tokens,
            reply.usage.output_tokens,
            reply.usage.cost,
            reply.latency_ms,
        )
        for step, reply in turn.model_replies
    ]
    if calls:
        await conn.executemany(_LLM_CALL, calls)
    tools = [
        (turn.id, t.step, t.name, dict(t.arguments), dict(t.result), t.ok, t.latency_ms)
        for t in turn.tool_calls
    ]
    if tools:
        await conn.executemany(_TOOL_CALL, tools)


async def count_failures(conn: Connection, conversation_id: ConversationId) -> int:
    """How many of the last turns in a row did not understand the customer."""
    return int(await conn.fetchval(_FAILURES, conversation_id))


async def last_trace(
    conn: Connection, conversation_id: ConversationId
) -> tuple[Mapping[str, Any], ...]:
    """The steps of the conversation's latest turn: name, at_ms, ms, detail."""
    steps = await conn.fetchval(_LAST_TRACE, conversation_id)
    return tuple(steps or ())
