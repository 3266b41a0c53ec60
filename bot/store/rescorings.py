"""Old messages read anew by another scorer: who asked, how far it has come, and what is next.

From the newest message back, so that a kill costs one batch. The old lines stay; the new one stands
just after the one it stands for, see schema.sql. What a language model has read is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.store.connection import Connection
from bot.store.emotions import TEXT_MAX, Reading, columns
from bot.store.unscored import BEFORE, Unscored, to_unscored

CLAIM = timedelta(seconds=60)
LOOKED_AT = 2000
"""Messages that one question goes through, however few of them are to be read."""
COUNT_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescoring:
    """One wish to read anew."""

    id: UUID
    scorer: str
    since: datetime | None
    up_to: UUID | None
    """This message and all newer ones are done."""
    read_count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is next."""

    rows: tuple[Unscored, ...]
    """To be read, newest first."""
    up_to: UUID | None
    """Done with once these are read; None: there is nothing further back."""


_COLUMNS = "id, scorer, since, up_to, read_count, total"

# Nobody reads anew what was taken out at a customer's word, or what a language model has read.
_WANTED = """m.direction = 'inbound' AND m.scored AND m.text <> ''
  AND ($2::timestamptz IS NULL OR m.created_at >= $2)
  AND NOT EXISTS (SELECT FROM emotion_history h WHERE h.message_id = m.id
    AND (h.scorer = $1 OR h.scorer LIKE 'model:%'))
  AND EXISTS (SELECT FROM conversations c JOIN customers p ON p.id = c.customer_id
    WHERE c.id = m.conversation_id AND p.erased_at IS NULL)"""

_COUNT = f"SELECT count(*) FROM messages m WHERE {_WANTED}"

_OPEN = f"SELECT {_COLUMNS} FROM emotion_rescorings WHERE ended_at IS NULL"

_END_OTHERS = """UPDATE emotion_rescorings SET ended_at = $1, outcome = 'replaced'
WHERE ended_at IS NULL"""

_ASK = f"""INSERT INTO emotion_rescorings (scorer, since, total, created_at)
VALUES ($1, $2, $3, $4) RETURNING {_COLUMNS}"""

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('emotion_rescorings'))"

# A claim that ends later than one made now was made by a clock that went wrong, and is none.
_OWED = """ended_at IS NULL AND scorer = $1
  AND (claimed_until IS NULL OR claimed_until <= $2 OR claimed_until > $3)"""

_CLAIM = f"""UPDATE emotion_rescorings SET claimed_until = $3 WHERE {_OWED} RETURNING {_COLUMNS}"""

_IS_OWED = f"SELECT EXISTS (SELECT FROM emotion_rescorings WHERE {_OWED})"

_LOOK = f"""WITH looked AS MATERIALIZED (
  SELECT m.id, m.direction, m.scored, m.text, m.created_at, m.conversation_id, m.seq, m.language
  FROM messages m WHERE $3::uuid IS NULL OR m.id < $3 ORDER BY m.id DESC LIMIT {LOOKED_AT}
), wanted AS MATERIALIZED (
  SELECT m.* FROM looked m WHERE {_WANTED} ORDER BY m.id DESC LIMIT $4
)
SELECT m.id, m.conversation_id, left(m.text, {TEXT_MAX}) AS text, m.language, m.created_at,
  ({BEFORE}) AS before, (SELECT id FROM looked ORDER BY id LIMIT 1) AS last
FROM wanted m
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL,
  (SELECT id FROM looked ORDER BY id LIMIT 1)
ORDER BY id DESC NULLS LAST"""

# A line takes the place after the one it stands for; of a message that nobody had read, its own.
_KEEP = f"""INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer, escalate, rescored_at, created_at)
SELECT m.id, r.conversation_id, r.primary_emotion, r.polarity, r.intensity, r.confidence,
  r.scorer, r.escalate, $10, coalesce((SELECT max(h.created_at) FROM emotion_history h
    WHERE h.message_id = m.id) + interval '1 microsecond', m.created_at)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::real[], $6::real[], $7::text[],
  $8::real[], $9::text[]) AS r (message_id, conversation_id, primary_emotion, polarity, intensity,
  confidence, scorer, escalate, text)
JOIN messages m ON m.id = r.message_id AND left(m.text, {TEXT_MAX}) = r.text
JOIN conversations c ON c.id = m.conversation_id
JOIN customers p ON p.id = c.customer_id AND p.erased_at IS NULL
ORDER BY m.id
ON CONFLICT ON CONSTRAINT one_reading_per_scorer DO NOTHING"""

# Whoever has lost the claim in the middle finds that another one has moved on.
_MOVE_ON = """UPDATE emotion_rescorings SET up_to = $2, read_count = read_count + $3,
  claimed_until = $4
WHERE id = $1 AND ended_at IS NULL AND up_to IS NOT DISTINCT FROM $5 RETURNING true"""

_END = """UPDATE emotion_rescorings SET ended_at = $2, outcome = 'done', claimed_until = NULL
WHERE id = $1 AND ended_at IS NULL"""

_LET_GO = "UPDATE emotion_rescorings SET claimed_until = NULL WHERE id = $1"


async def ask(conn: Connection, *, scorer: str, since: datetime | None, now: datetime) -> Rescoring:
    """Want old messages read by this scorer; what is under way and covers this goes on as it is.

    Needs a transaction. What was wanted of another version, or of fewer messages, ends here.
    """
    await conn.execute(_LOCK)
    going = await find_open(conn)
    if going is not None and going.scorer == scorer and _covers(going, since):
        return going
    await conn.execute(_END_OTHERS, now)
    total = await conn.fetchval(_COUNT, scorer, since, timeout=COUNT_TIMEOUT_S)
    row = await conn.fetchrow(_ASK, scorer, since, total, now)
    assert row is not None  # noqa: S101 - It was just inserted.
    return Rescoring(**dict(row))


def _covers(going: Rescoring, since: datetime | None) -> bool:
    return going.since is None or (since is not None and going.since <= since)


async def find_open(conn: Connection) -> Rescoring | None:
    """The one that has not ended."""
    row = await conn.fetchrow(_OPEN)
    return None if row is None else Rescoring(**dict(row))


async def is_owed(conn: Connection, *, scorer: str, now: datetime) -> bool:
    """Whether one for this scorer is open and nobody is at it."""
    return bool(await conn.fetchval(_IS_OWED, scorer, now, now + CLAIM))


async def claim(conn: Connection, *, scorer: str, now: datetime) -> Rescoring | None:
    """Be the one who goes on with it; None where there is none, or somebody is at it."""
    row = await conn.fetchrow(_CLAIM, scorer, now, now + CLAIM)
    return None if row is None else Rescoring(**dict(row))


async def let_go(conn: Connection, rescoring: Rescoring) -> None:
    """Leave it to whoever comes next."""
    await conn.execute(_LET_GO, rescoring.id)


async def look(conn: Connection, rescoring: Rescoring, *, limit: int) -> Stretch:
    """The next messages to read, each after what was said before it."""
    rows = await conn.fetch(_LOOK, rescoring.scorer, rescoring.since, rescoring.up_to, limit)
    wanted = tuple(to_unscored(row) for row in rows if row["id"] is not None)
    if len(wanted) == limit:
        return Stretch(rows=wanted, up_to=wanted[-1].id)
    return Stretch(rows=wanted, up_to=rows[-1]["last"])


async def keep(
    conn: Connection,
    rescoring: Rescoring,
    done: Sequence[tuple[Reading, str]],
    *,
    up_to: UUID,
    now: datetime,
) -> bool:
    """Keep a stretch and move on, in the caller's transaction; False where it has ended, or
    another one has moved it on.

    Args:
        rescoring: as it was when the stretch was looked up.
        done: what was read, each with the words it was read from.
        up_to: the stretch's.
        now: when it was read.
    """
    moved = await conn.fetchval(
        _MOVE_ON, rescoring.id, up_to, len(done), now + CLAIM, rescoring.up_to
    )
    if moved:
        texts = [text for _, text in done]
        await conn.execute(_KEEP, *columns([reading for reading, _ in done]), texts, now)
    return bool(moved)


async def end(conn: Connection, rescoring: Rescoring, *, now: datetime) -> None:
    """All is read."""
    await conn.execute(_END, rescoring.id, now)
