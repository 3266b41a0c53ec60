"""Inbound messages whose emotion nobody has read yet: claimed by one worker, marked when done.

A claim runs out by itself, so what a killed worker had comes back. What nobody can act on is tried
again later and later, and given up in the end. Rows that a turn is committing are left alone: it
marks them, or the next claim finds them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg

from bot.domain import ConversationId, MessageId
from bot.language.emotion_input import BEFORE_MAX, Said
from bot.store.connection import Connection
from bot.store.emotions import TEXT_MAX

BEFORE_WITHIN = timedelta(hours=48)
CLAIM = timedelta(seconds=45)
"""Longer than any batch takes to read and to be heeded."""
TRIES_MAX = 8
"""As often somebody tries to act on a message: waiting twice as long each time, for an hour and a
half in all."""
_CLAIMED_MAX = CLAIM * 2**TRIES_MAX
"""No claim lasts longer; one that seems to was made by a clock that went wrong."""


class Unscored(NamedTuple):
    """An inbound message from which no emotion was read yet."""

    id: MessageId
    conversation_id: ConversationId
    text: str
    language: str | None
    before: tuple[Said, ...] = ()
    """What was said just before it, oldest first."""
    created_at: datetime | None = None
    """When it was taken in; always there in what the store hands out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits to be read."""

    count: int
    oldest_at: datetime | None

    def age_s(self, now: datetime) -> float:
        """How long the oldest has waited; 0.0 where none does."""
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at else 0.0


# What one message was said after. Ours count as soon as they may leave: who writes next has mostly
# read them; what was dropped, held or failed they never saw.
BEFORE = f"""SELECT jsonb_agg(jsonb_build_object('ours', s.direction = 'outbound',
    'text', right(s.text, 500)) ORDER BY s.seq)
  FROM (SELECT b.seq, b.direction, b.text FROM messages b
    WHERE b.conversation_id = m.conversation_id AND b.seq < m.seq AND b.text <> ''
      AND b.created_at >= m.created_at - interval '{BEFORE_WITHIN.days * 24} hours'
      AND b.status NOT IN ('dropped', 'held', 'failed')
    ORDER BY b.seq DESC LIMIT {BEFORE_MAX}) s"""

_FREE = """direction = 'inbound' AND NOT scored
    AND (scoring_until IS NULL OR scoring_until <= $2 OR scoring_until > $3)"""

_CLAIM = f"""WITH free AS MATERIALIZED (
  SELECT id FROM messages WHERE {_FREE}
  ORDER BY created_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
  UPDATE messages m SET scoring_until = $4 FROM free WHERE m.id = free.id
  RETURNING m.id, m.conversation_id, m.seq, left(m.text, {TEXT_MAX}) AS text, m.language,
    m.created_at
)
SELECT m.id, m.conversation_id, m.text, m.language, m.created_at, ({BEFORE}) AS before
FROM claimed m ORDER BY m.created_at, m.seq"""

_ARE_FREE = f"""SELECT count(*) >= $1 FROM (SELECT FROM messages WHERE {_FREE} LIMIT $1) AS free"""

# Of several rows none is waited for while others are held, so that nobody waits in a ring; those
# that somebody holds, such as a turn that sets aside what staff answer, are marked one by one.
_MARK = f"""WITH read AS (
  SELECT m.id FROM messages m JOIN unnest($1::uuid[], $2::text[]) AS r (id, text) ON r.id = m.id
  WHERE left(m.text, {TEXT_MAX}) = r.text ORDER BY m.id FOR NO KEY UPDATE OF m SKIP LOCKED
)
UPDATE messages m SET scored = true, scoring_until = NULL, scoring_tries = 0
FROM read WHERE m.id = read.id RETURNING m.id"""

_MARK_HELD = f"""UPDATE messages SET scored = true, scoring_until = NULL, scoring_tries = 0
WHERE id = $1 AND left(text, {TEXT_MAX}) = $2 AND NOT scored"""

_RELEASE = """WITH held AS (
  SELECT id FROM messages WHERE id = ANY ($1::uuid[]) AND NOT scored
  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE messages m SET scoring_until = NULL FROM held WHERE m.id = held.id"""

# Other words in place of these, such as those of a recording, begin anew.
_PUT_OFF = """WITH held AS (
  SELECT id FROM messages WHERE id = $1 AND NOT scored FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE messages m SET scoring_tries = (m.scoring_tries + 1) % $3::int,
  scored = m.scoring_tries + 1 >= $3,
  scoring_until = $2::timestamptz + $4::interval * (1 << m.scoring_tries)
FROM held WHERE m.id = held.id RETURNING m.scored"""

_BACKLOG = """SELECT count(*) AS count, min(created_at) AS oldest_at FROM messages
WHERE direction = 'inbound' AND NOT scored"""


async def claim(conn: Connection, *, now: datetime, limit: int) -> tuple[Unscored, ...]:
    """Take messages that nobody is reading, the oldest first, each after what was said before."""
    rows = await conn.fetch(_CLAIM, limit, now, now + _CLAIMED_MAX, now + CLAIM)
    return tuple(to_unscored(row) for row in rows)


async def are_free(conn: Connection, count: int = 1, *, now: datetime) -> bool:
    """Whether so many wait that nobody is reading."""
    return bool(await conn.fetchval(_ARE_FREE, count, now, now + _CLAIMED_MAX))


async def mark(conn: Connection, read: Sequence[Unscored]) -> None:
    """Note that these are done with; one whose words have changed meanwhile is read again.

    Each that somebody holds is waited for; where that takes too long, its claim runs out. To be
    called outside a transaction.
    """
    found = await conn.fetch(_MARK, [row.id for row in read], [row.text for row in read])
    marked = {row["id"] for row in found}
    with contextlib.suppress(asyncpg.LockNotAvailableError):
        for row in read:
            if row.id not in marked:
                await conn.execute(_MARK_HELD, row.id, row.text)


async def release(conn: Connection, ids: Sequence[MessageId]) -> None:
    """Give back what was claimed and not read."""
    await conn.execute(_RELEASE, list(ids))


async def put_off(conn: Connection, message_id: MessageId, *, now: datetime) -> bool:
    """Nobody could act on what was read: try again later; True where that was the last time."""
    return bool(await conn.fetchval(_PUT_OFF, message_id, now, TRIES_MAX, CLAIM))


async def read_backlog(conn: Connection) -> Backlog:
    """How much waits, claimed or not, and since when."""
    row = await conn.fetchrow(_BACKLOG)
    assert row is not None  # noqa: S101 - An aggregate is always one row.
    return Backlog(count=row["count"], oldest_at=row["oldest_at"])


def to_before(found: Sequence[dict[str, Any]] | None) -> tuple[Said, ...]:
    """What BEFORE has found, as the scorer takes it."""
    return tuple(Said(is_ours=each["ours"], text=each["text"]) for each in found or ())


def to_unscored(row: asyncpg.Record) -> Unscored:
    """A row with `BEFORE`."""
    return Unscored(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        text=row["text"],
        language=row["language"],
        before=to_before(row["before"]),
        created_at=row["created_at"],
    )
