"""Telephone calls while they are told of: pieces put together, settled once, soon forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain import ConversationId
from bot.domain_calls import Call, CallEnd, CallNotice
from bot.store.connection import Connection

SETTLES_AFTER = timedelta(seconds=4)
"""Notices come out of order: after its end so long a call may still turn out to be something else.
What a missed call is answered with has thirty seconds in all."""
ENDLESS_AFTER = timedelta(hours=4)
"""A call whose end nobody ever tells of is over by then."""

_COLUMNS = """channel, session, caller, called, is_outbound, is_answered, is_voicemail, is_over,
  began_at, heard_at"""

# What was seen once stays seen; only whether it is over follows the newest notice, because one
# party may hang up while the call goes on to the next.
_NOTE = """INSERT INTO calls AS c (channel, session, caller, called, is_outbound, sequence,
  is_answered, is_voicemail, is_over, began_at, heard_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11::timestamptz + $12::interval)
ON CONFLICT (channel, session) DO UPDATE SET
  caller = CASE WHEN c.caller = '' THEN excluded.caller ELSE c.caller END,
  called = CASE WHEN c.called = '' THEN excluded.called ELSE c.called END,
  is_answered = c.is_answered OR excluded.is_answered,
  is_voicemail = c.is_voicemail OR excluded.is_voicemail,
  is_over = CASE WHEN excluded.sequence >= c.sequence THEN excluded.is_over ELSE c.is_over END,
  sequence = greatest(c.sequence, excluded.sequence),
  began_at = least(c.began_at, excluded.began_at), heard_at = excluded.heard_at,
  due_at = CASE WHEN excluded.sequence >= c.sequence THEN excluded.due_at
    WHEN c.is_over THEN excluded.heard_at + $13::interval ELSE c.due_at END
WHERE c.settled_at IS NULL"""

_DUE = """SELECT channel, session FROM calls WHERE settled_at IS NULL AND due_at <= $1
ORDER BY due_at LIMIT $2"""

_CLAIM = f"""UPDATE calls SET due_at = $3::timestamptz + $4::interval
WHERE channel = $1 AND session = $2 AND settled_at IS NULL AND due_at <= $3
RETURNING {_COLUMNS}"""

_SETTLE = """UPDATE calls SET settled_at = $3, outcome = $4, caller = ''
WHERE channel = $1 AND session = $2 AND settled_at IS NULL"""

_POSTPONE = """UPDATE calls SET due_at = $3 WHERE channel = $1 AND session = $2
AND settled_at IS NULL"""

_FORGET = "DELETE FROM calls WHERE settled_at < $1::timestamptz - interval '7 days'"

_DROP_WORD = """UPDATE messages SET status = 'dropped', reason = 'they have written meanwhile',
  updated_at = now()
WHERE conversation_id = $1 AND direction = 'outbound' AND status IN ('queued', 'held')
  AND rest ->> 'about' = 'missed_call'"""

_IS_KNOWN = "SELECT EXISTS (SELECT FROM addresses WHERE channel = $1 AND value = $2)"


async def note(conn: Connection, notices: Sequence[CallNotice], *, at: datetime) -> None:
    """Add pieces of news, in any order and however often; a settled call stays as it is."""
    async with conn.transaction():
        for each in sorted(notices, key=lambda one: (one.channel, one.session)):
            await conn.execute(
                _NOTE,
                *(each.channel, each.session, each.caller, each.called, each.is_outbound),
                *(each.sequence, each.is_answered, each.is_voicemail),
                *(each.is_over, min(each.at or at, at), at),
                SETTLES_AFTER if each.is_over else ENDLESS_AFTER,
                SETTLES_AFTER,
            )


async def list_due(
    conn: Connection, *, now: datetime, limit: int = 500
) -> tuple[tuple[str, str], ...]:
    """Calls that have come to their end, as channel and session."""
    rows = await conn.fetch(_DUE, now, limit)
    return tuple((row["channel"], row["session"]) for row in rows)


async def claim(
    conn: Connection, channel: str, session: str, *, now: datetime, for_s: float
) -> Call | None:
    """A call to be settled; None if it is not due, is settled, or another is at it."""
    row = await conn.fetchrow(_CLAIM, channel, session, now, timedelta(seconds=for_s))
    return None if row is None else Call(**dict(row))


async def postpone(conn: Connection, call: Call, *, until: datetime) -> None:
    """Look again then."""
    await conn.execute(_POSTPONE, call.channel, call.session, until)


async def settle(conn: Connection, call: Call, *, end: CallEnd | None, now: datetime) -> None:
    """It is accounted for; whose call it was is in its message, and nowhere else any more."""
    outcome = end.value if end else "nobody's"
    await conn.execute(_SETTLE, call.channel, call.session, now, outcome)
    await conn.execute(_FORGET, now)


async def is_known(conn: Connection, channel: str, number: str) -> bool:
    """Whether this number has ever been a customer's."""
    return bool(await conn.fetchval(_IS_KNOWN, channel, number))


async def drop_word(conn: Connection, conversation_id: ConversationId) -> None:
    """Send no word any more on a call that was missed."""
    await conn.execute(_DROP_WORD, conversation_id)
