"""How well each agent does, read from the views of schema.sql, where every figure is defined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from asyncpg import Record

from bot.store.connection import Connection

Resolution = Literal["confirmed", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Counts of turns, with what they took."""

    turns: int
    successes: int
    """Answered and understood, not escalated."""
    conversations: int
    response_p50_s: float | None
    """None where nothing was sent without a person."""
    response_p95_s: float | None
    handoffs: int
    """Agent to agent."""
    escalations: int
    guard_interventions: int
    """Turns of which the guard refused a draft."""
    templated: int
    drafted: int
    cost: Decimal
    """US dollars, as far as prices are known."""
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMetrics:
    """One agent with one intent, since the beginning."""

    agent: str
    intent: str
    work: Work
    contained: int
    """Conversations resolved without a person having any part in them."""
    resolved_confirmed: int
    resolved_assumed: int
    drafts_decided: int
    drafts_unchanged: int
    cost_exact: Decimal
    cost_estimated: Decimal
    calls_unpriced: int
    """Model calls of which no price is known: their cost is missing, not nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent on one day of UTC."""

    day: date
    agent: str
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOutcome:
    """How a conversation ended, as far as it has."""

    conversation_id: UUID
    turns: int
    resolution: Resolution | None
    is_contained: bool
    human_messages: int
    escalations: int
    decided_drafts: int


_METRICS = "SELECT * FROM agent_metrics ORDER BY agent, turns DESC, intent"

_DAYS = "SELECT * FROM agent_days WHERE day >= $1 ORDER BY day, agent"

_OUTCOME = "SELECT * FROM conversation_outcomes WHERE conversation_id = $1"


async def list_metrics(conn: Connection) -> tuple[AgentMetrics, ...]:
    """Every agent with each of its intents, the commonest first."""
    return tuple(
        AgentMetrics(
            agent=row["agent"],
            intent=row["intent"],
            work=_work(row),
            contained=row["contained"],
            resolved_confirmed=row["resolved_confirmed"],
            resolved_assumed=row["resolved_assumed"],
            drafts_decided=row["drafts_decided"],
            drafts_unchanged=row["drafts_unchanged"],
            cost_exact=row["cost_exact"],
            cost_estimated=row["cost_estimated"],
            calls_unpriced=row["calls_unpriced"],
        )
        for row in await conn.fetch(_METRICS)
    )


async def list_days(conn: Connection, *, since: date) -> tuple[AgentDay, ...]:
    """Every agent on every day of UTC since then."""
    rows = await conn.fetch(_DAYS, since)
    return tuple(AgentDay(day=row["day"], agent=row["agent"], work=_work(row)) for row in rows)


async def find_outcome(conn: Connection, conversation_id: UUID) -> ConversationOutcome | None:
    """How one conversation ended."""
    row = await conn.fetchrow(_OUTCOME, conversation_id)
    if row is None:
        return None
    return ConversationOutcome(
        conversation_id=row["conversation_id"],
        turns=row["turns"] or 0,
        resolution=row["resolution"],
        is_contained=row["is_contained"],
        human_messages=row["human_messages"],
        escalations=row["escalations"],
        decided_drafts=row["decided_drafts"],
    )


def _work(row: Record) -> Work:
    return Work(
        turns=row["turns"],
        successes=row["successes"],
        conversations=row["conversations"],
        response_p50_s=row["response_p50_s"],
        response_p95_s=row["response_p95_s"],
        handoffs=row["handoffs"],
        escalations=row["escalations"],
        guard_interventions=row["guard_interventions"],
        templated=row["templated"],
        drafted=row["drafted"],
        cost=row["cost"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
    )
