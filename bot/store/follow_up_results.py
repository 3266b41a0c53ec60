"""What came of follow-ups: written once for each that is still watched, counted for the owner.

What a customer did counts for the newest message before it that is for such a thing, and for no
other; who was held back on purpose is watched alike, and takes nothing from those who were written
to. jobs/measure_follow_ups.py writes, bot/follow_ups/measuring.py counts by
bot/store/follow_up_counts.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.store.connection import Connection

Outcome = Literal["converted", "taken_back", "opted_out"]
SETTLED_AFTER = timedelta(minutes=2)
"""What happened is counted when it is so old: by then it is known what had left before it."""
LATE = timedelta(minutes=10)
"""So long after its time a message is still watched: what is written slowly counts too."""
KINDS = ("booking", "deposit", "headcount", "feedback", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One thing that came of a follow-up, or that came to nothing after all."""

    cause: str
    outcome: Outcome


_HOLD = "SELECT pg_try_advisory_xact_lock(7238119)"

# A clock that was set back waits for no span of time to pass again.
_IS_DUE = """SELECT NOT EXISTS (SELECT FROM follow_up_passes WHERE at > $1 AND at <= $2)
  AND (EXISTS (SELECT FROM follow_ups WHERE watched_until IS NOT NULL)
    OR EXISTS (SELECT FROM follow_up_trials WHERE ended_at IS NULL)
    OR EXISTS (SELECT FROM follow_ups WHERE converted_id IS NOT NULL))"""

_PASSED = """INSERT INTO follow_up_passes (at) VALUES ($1)
ON CONFLICT (is_only) DO UPDATE SET at = excluded.at"""

_OTHERS_OF = """EXISTS (SELECT FROM follow_ups o WHERE o.converted_id = {ref} AND {also})
  OR EXISTS (SELECT FROM follow_ups o WHERE cardinality(o.further_ids) > 0
    AND o.further_ids @> ARRAY[{ref}] AND {also})"""

# By kind, of one watched row `w`: what it is, when, whose words say it, and what it is worth.
_BOOKING = """SELECT b.id AS ref, b.agreed_at AS at, 'they booked ' || b.code AS said, q.total
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.customer_id = w.customer_id AND b.status NOT IN ('cancelled', 'lapsed')
  AND b.agreed_at > w.sent_at AND b.agreed_at <= w.until"""

_IS_EARNED = _OTHERS_OF.format(ref="b.id", also="o.revenue IS NOT NULL AND o.arm <> 'holdout'")
_DEPOSIT = f"""SELECT b.id AS ref, b.deposit_paid_at AS at, 'the deposit came' AS said,
  CASE WHEN NOT ({_IS_EARNED}) THEN q.total END AS total
FROM bookings b JOIN quotes q ON q.id = b.quote_id
WHERE b.id = w.booking_id AND b.status NOT IN ('cancelled', 'lapsed')
  AND b.deposit_paid_at > w.sent_at AND b.deposit_paid_at <= w.until"""

_HEADCOUNT = """(SELECT b.id AS ref, b.headcount_confirmed_at AS at,
  'they said that the number stands' AS said, NULL::numeric AS total
FROM bookings b WHERE b.id = w.booking_id
  AND b.headcount_confirmed_at > w.sent_at AND b.headcount_confirmed_at <= w.until)
UNION ALL
(SELECT v.booking_id, v.created_at, 'they said another number', NULL
FROM booking_events v LEFT JOIN quotes q ON q.id = (v.detail ->> 'quote_id')::uuid
WHERE v.booking_id = w.booking_id AND v.act = 'change'
  AND v.created_at > w.sent_at AND v.created_at <= w.until
  AND q.headcount::text IS DISTINCT FROM w.headcount)"""

_FEEDBACK = """SELECT k.id AS ref, k.created_at AS at, 'they told how it was' AS said,
  NULL::numeric AS total
FROM feedback k WHERE k.customer_id = w.customer_id
  AND (k.follow_up_id = w.id OR k.follow_up_id IS NULL
    AND coalesce(k.booking_id = w.booking_id, true))
  AND k.created_at > w.sent_at AND k.created_at <= w.until"""

# Of those written to, bot/follow_ups/answering.py has found the answer.
_ANSWER = """(SELECT NULL::uuid AS ref, w.answered_at AS at, 'they answered' AS said,
  NULL::numeric AS total WHERE NOT w.is_back AND w.answered_at IS NOT NULL)
UNION ALL
(SELECT NULL, coalesce(m.sent_at, m.created_at), '', NULL
FROM addresses a JOIN conversations c ON c.customer_id = a.customer_id
JOIN messages m ON m.conversation_id = c.id AND m.address_id = a.id
WHERE w.is_back AND a.customer_id = w.customer_id AND m.direction = 'inbound'
  AND m.kind <> 'opt_out' AND coalesce(m.sent_at, m.created_at) > w.sent_at
  AND coalesce(m.sent_at, m.created_at) <= w.until
ORDER BY 2 LIMIT 1)"""

# $1: causes that are for this kind of thing; $2: what is younger is not counted yet; {0}: what
# happened; {1}: whether the same thing can happen again at another moment. One whose fate the
# vendor could not tell and that was answered did arrive. What was counted for a message that is
# watched no more stays its own: neither another one nor the held back get it then.
_IS_COUNTED = _OTHERS_OF.format(
    ref="c.ref",
    also="""o.cause = ANY($1) AND o.arm <> 'holdout' AND (o.converted_at = c.at OR NOT {1})
    AND (NOT c.is_back OR o.sent_at > c.sent_at)""",
)
_THEIRS = f"""WITH w AS MATERIALIZED (
  SELECT id, customer_id, booking_id, watched_until AS until, answered_at, converted_at,
    converted_id, further_ids,
    coalesce(sent_at, (SELECT m.claimed_at FROM messages m WHERE m.id = message_id)) AS sent_at,
    arm = 'holdout' AS is_back, about ->> 'headcount' AS headcount
  FROM follow_ups WHERE watched_until IS NOT NULL AND cause = ANY($1::text[])
    AND (status IN ('sent', 'answered', 'converted') OR arm = 'holdout')
),
came AS (
  SELECT w.id, w.is_back, w.sent_at, w.converted_at, w.converted_id, w.further_ids, e.*,
    coalesce(e.ref, w.id) AS what
  FROM w CROSS JOIN LATERAL ({{0}}) e WHERE e.at <= $2::timestamptz
),
newest AS (
  SELECT what, at, max(sent_at) AS sent_at FROM came WHERE NOT is_back GROUP BY what, at
),
theirs AS (
  SELECT c.* FROM came c LEFT JOIN newest n USING (what, at)
  WHERE CASE WHEN c.is_back THEN coalesce(n.sent_at < c.sent_at, true)
      ELSE n.sent_at = c.sent_at END
    AND (c.ref IS NULL OR NOT ({_IS_COUNTED}))
)"""

# $3: now.
_CONVERT = f"""{_THEIRS},
once AS (
  SELECT DISTINCT ON (what, at, CASE WHEN is_back THEN id END) * FROM (
    SELECT DISTINCT ON (id) * FROM theirs WHERE converted_at IS NULL ORDER BY id, at) AS first
  ORDER BY what, at, CASE WHEN is_back THEN id END, id
)
UPDATE follow_ups f SET converted_at = once.at, converted_id = once.ref, revenue = once.total,
  status = CASE WHEN once.is_back THEN f.status ELSE 'converted' END,
  reason = CASE WHEN once.is_back THEN f.reason ELSE once.said END,
  changed_at = CASE WHEN once.is_back THEN f.changed_at ELSE $3 END,
  changed_by = CASE WHEN once.is_back THEN f.changed_by ELSE '' END
FROM once WHERE f.id = once.id AND f.converted_at IS NULL
RETURNING f.cause, once.is_back"""

# Of two that went at the same moment the first booking's has the second one as well.
_FURTHER = f"""{_THEIRS},
once AS (
  SELECT DISTINCT ON (ref, CASE WHEN is_back THEN id END) * FROM theirs
  WHERE converted_at IS NOT NULL AND ref <> converted_id AND ref <> ALL (further_ids)
  ORDER BY ref, CASE WHEN is_back THEN id END, id
),
more AS (SELECT id, array_agg(ref ORDER BY at, ref) AS refs, sum(total) AS total
  FROM once GROUP BY id)
UPDATE follow_ups f SET further_ids = f.further_ids || more.refs,
  revenue = coalesce(f.revenue, 0) + more.total
FROM more WHERE f.id = more.id"""

_EVENTS = {
    "booking": (_BOOKING, "false"),
    "deposit": (_DEPOSIT, "false"),
    # A number can be confirmed after each reminder: the same booking, another moment.
    "headcount": (_HEADCOUNT, "true"),
    "feedback": (_FEEDBACK, "false"),
    "answer": (_ANSWER, "false"),
}

# What was kept with a newer message, be it watched no more, is not kept with an older one too.
_OPTED_OUT = """WITH w AS MATERIALIZED (
  SELECT id, customer_id, sent_at, watched_until AS until, arm = 'holdout' AS is_back
  FROM follow_ups WHERE watched_until IS NOT NULL AND sent_at IS NOT NULL
    AND (status IN ('sent', 'answered', 'converted', 'unknown') OR arm = 'holdout')
),
said AS (
  SELECT DISTINCT ON (c.id, CASE WHEN w.is_back THEN w.id END) w.id, w.is_back, c.said_at
  FROM w JOIN addresses a ON a.customer_id = w.customer_id
  JOIN consents c ON c.address_id = a.id AND c.act = 'opt_out'
    AND c.said_at > w.sent_at AND c.said_at <= w.until
  WHERE w.is_back OR NOT EXISTS (SELECT FROM follow_ups o WHERE o.customer_id = w.customer_id
    AND o.arm <> 'holdout' AND o.sent_at > w.sent_at AND o.opted_out_at <= c.said_at)
  ORDER BY c.id, CASE WHEN w.is_back THEN w.id END, w.sent_at DESC, w.id
),
first AS (SELECT id, bool_or(is_back) AS is_back, min(said_at) AS at FROM said GROUP BY id)
UPDATE follow_ups f SET opted_out_at = first.at FROM first
WHERE f.id = first.id AND f.opted_out_at IS NULL RETURNING f.cause, first.is_back"""

_IS_OFF = "b.status IN ('cancelled', 'lapsed')"

# Where the first of several bookings is off again the next takes its place.
_STILL_ON = f"""WITH off AS (
  SELECT f.id FROM follow_ups f JOIN bookings b ON b.id = f.converted_id
  WHERE f.converted_id IS NOT NULL AND f.cause = ANY($1::text[]) AND {_IS_OFF}
    AND cardinality(f.further_ids) > 0
  UNION SELECT f.id FROM follow_ups f CROSS JOIN unnest(f.further_ids) AS further(id)
  JOIN bookings b ON b.id = further.id WHERE cardinality(f.further_ids) > 0 AND {_IS_OFF}
),
still AS (
  SELECT f.id, ARRAY(SELECT b.id FROM bookings b
    WHERE b.id = ANY(f.further_ids || f.converted_id) AND NOT {_IS_OFF}
    ORDER BY b.agreed_at, b.id) AS refs
  FROM follow_ups f JOIN off ON off.id = f.id
)
UPDATE follow_ups f SET converted_id = still.refs[1], further_ids = still.refs[2:],
  converted_at = (SELECT b.agreed_at FROM bookings b WHERE b.id = still.refs[1])
FROM still WHERE f.id = still.id AND cardinality(still.refs) > 0"""

# A booking that is off again brought nothing, and one whose price has changed brings that.
_TAKE_BACK = f"""UPDATE follow_ups f SET converted_at = NULL, converted_id = NULL,
  further_ids = '{{}}', revenue = NULL,
  status = CASE WHEN arm = 'holdout' THEN f.status
    WHEN answered_at IS NULL THEN 'sent' ELSE 'answered' END,
  reason = CASE WHEN arm = 'holdout' THEN f.reason ELSE 'booking ' || b.code || ' is off again' END,
  changed_at = CASE WHEN arm = 'holdout' THEN f.changed_at ELSE $2 END,
  changed_by = CASE WHEN arm = 'holdout' THEN f.changed_by ELSE '' END
FROM bookings b WHERE f.converted_id = b.id AND f.converted_id IS NOT NULL
  AND f.cause = ANY($1::text[]) AND {_IS_OFF}
RETURNING f.cause, f.arm = 'holdout' AS is_back"""

_REPRICE = """UPDATE follow_ups f SET revenue = worth.total FROM (
  SELECT f.id, sum(q.total) AS total FROM follow_ups f
  JOIN bookings b ON b.id = ANY(f.further_ids || f.converted_id) JOIN quotes q ON q.id = b.quote_id
  WHERE f.converted_id IS NOT NULL AND f.revenue IS NOT NULL GROUP BY f.id) AS worth
WHERE f.id = worth.id AND f.revenue <> worth.total"""

_OVER = """UPDATE follow_ups SET watched_until = NULL
WHERE watched_until < $1 AND status NOT IN ('planned', 'due', 'held', 'sending')"""


async def hold(conn: Connection) -> bool:
    """Be the only one who measures until the transaction ends; False where another does."""
    return bool(await conn.fetchval(_HOLD))


async def is_due(conn: Connection, *, passed_before: datetime, now: datetime) -> bool:
    """Whether the last pass is so old, and something may still come of a message."""
    return bool(await conn.fetchval(_IS_DUE, passed_before, now))


async def mark_passed(conn: Connection, *, at: datetime) -> None:
    """A pass has been made."""
    await conn.execute(_PASSED, at)


async def mark_converted(
    conn: Connection, causes: Mapping[str, Sequence[str]], *, now: datetime
) -> tuple[Came, ...]:
    """Note what customers did that a message was for; `causes` by the kind of thing."""
    found: list[Came] = []
    for kind in KINDS:
        if names := list(causes.get(kind, ())):
            sql = _CONVERT.format(*_EVENTS[kind])
            rows = await conn.fetch(sql, names, now - SETTLED_AFTER, now)
            found += [Came(cause=r["cause"], outcome="converted") for r in rows if not r["is_back"]]
    if names := list(causes.get("booking", ())):
        further = _FURTHER.format(*_EVENTS["booking"])
        await conn.execute(further, names, now - SETTLED_AFTER)
    return tuple(found)


async def take_back(
    conn: Connection, causes: Mapping[str, Sequence[str]], *, now: datetime
) -> tuple[Came, ...]:
    """What was counted and is off again counts no more; a new price counts from now on."""
    names = [name for kind in ("booking", "deposit") for name in causes.get(kind, ())]
    await conn.execute(_STILL_ON, names)
    rows = await conn.fetch(_TAKE_BACK, names, now)
    await conn.execute(_REPRICE)
    return tuple(Came(cause=r["cause"], outcome="taken_back") for r in rows if not r["is_back"])


async def mark_opted_out(conn: Connection) -> tuple[Came, ...]:
    """Note who wanted to hear no more, at the newest message before they said so."""
    rows = await conn.fetch(_OPTED_OUT)
    return tuple(Came(cause=r["cause"], outcome="opted_out") for r in rows if not r["is_back"])


async def end_watching(conn: Connection, *, now: datetime) -> None:
    """Nothing more comes of those whose time is over."""
    await conn.execute(_OVER, now - LATE)
