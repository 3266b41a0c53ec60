"""What models have cost: every call kept, and what a day's calls come to.

A call whose price is not known counts as the dearest listed model's, so that no budget is fooled
by it; its own column stays empty. Evaluations on a service's own stores count towards it and are
reported apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain import ConversationId, TurnId
from bot.llm.base import ModelReply, Purpose
from bot.llm.prices import dearest
from bot.llm.usage import ASSUMED_INPUT, ASSUMED_OUTPUT
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one provider was paid for one purpose."""

    provider: str
    purpose: Purpose
    calls: int
    dollars: Decimal
    """Unknown prices taken as the dearest."""
    unknown: int
    """Calls among them whose price is not known."""


_CALL = """INSERT INTO llm_calls (turn_id, conversation_id, step, provider, model, agent,
  purpose, input_tokens, output_tokens, cached_tokens, cost, confidence, latency_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""

# Only columns of the index llm_calls_spent: a busy day is read without touching the table.
_COST = """coalesce(cost, (coalesce(input_tokens, $2) * $3::numeric
  + coalesce(output_tokens, $4) * $5::numeric) / 1000000)"""

_SINCE = f"""SELECT coalesce(sum({_COST}), 0) FROM llm_calls
WHERE provider = $6 AND created_at >= $1"""

_BY_PURPOSE = f"""SELECT provider, purpose, count(*) AS calls, sum({_COST}) AS dollars,
  count(*) FILTER (WHERE cost IS NULL) AS unknown
FROM llm_calls WHERE provider = ANY($6) AND created_at >= $1
GROUP BY provider, purpose ORDER BY provider, purpose"""


async def record(
    conn: Connection,
    reply: ModelReply,
    conversation_id: ConversationId | None,
    turn_id: TurnId | None = None,
) -> None:
    """Keep a call that was made outside of a turn's steps, with what failed before it."""
    await record_steps(conn, [(1, reply)], conversation_id=conversation_id, turn_id=turn_id)


async def record_steps(
    conn: Connection,
    replies: Sequence[tuple[int, ModelReply]],
    *,
    conversation_id: ConversationId | None,
    turn_id: TurnId | None,
) -> None:
    """Keep the calls of a turn's steps, each after the attempts that failed before it."""
    rows = [
        _row(each, step, conversation_id, turn_id)
        for step, reply in replies
        for each in (*reply.spent, reply)
    ]
    if rows:
        await conn.executemany(_CALL, rows)


def _row(
    reply: ModelReply, step: int, conversation_id: ConversationId | None, turn_id: TurnId | None
) -> tuple[object, ...]:
    usage = reply.usage
    return (
        turn_id,
        conversation_id,
        step,
        reply.provider,
        reply.model,
        reply.agent or None,
        reply.purpose,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.cost,
        usage.certainty,
        reply.latency_ms,
    )


async def spent_since(conn: Connection, provider: str, since: datetime) -> Decimal:
    """US dollars that a provider has cost since a moment, evaluations included."""
    return Decimal(await conn.fetchval(_SINCE, since, *_unknown_as(since), provider))


async def by_purpose(
    conn: Connection, providers: Sequence[str], since: datetime
) -> tuple[Spent, ...]:
    """The same by what it was for."""
    rows = await conn.fetch(_BY_PURPOSE, since, *_unknown_as(since), list(providers))
    return tuple(
        Spent(
            provider=row["provider"],
            purpose=row["purpose"],
            calls=row["calls"],
            dollars=row["dollars"],
            unknown=row["unknown"],
        )
        for row in rows
    )


def _unknown_as(since: datetime) -> tuple[int, Decimal, int, Decimal]:
    price = dearest(since.date())
    return ASSUMED_INPUT, price.input, ASSUMED_OUTPUT, price.output
