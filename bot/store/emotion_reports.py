"""What a report on feelings counts: readings by many ways, talks, alarms, and the worst moments.

Of a message's readings the newest counts. Reads only; bot/feelings/reporting.py asks for it, and
says which days are meant. Nobody who was erased, or has asked to be forgotten, is named or quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from bot.domain import ConversationId, CustomerId, PrimaryEmotion
from bot.domain_alarms import Severity
from bot.store.connection import Connection
from bot.store.emotion_reviews import FORGOTTEN

By = Literal["all", "day", "emotion", "channel", "language", "agent", "topic", "scorer"]
WORDS_MAX = 280
OPEN_MAX = 12
MOMENTS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The readings that have something in common."""

    by: By
    name: str
    """Empty where it is not known, as the topic of what no turn has answered."""
    count: int
    unhappy: int
    mean: float
    """Of their valence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """The conversations in which anything was read."""

    count: int = 0
    unhappy: int = 0
    """With an unhappy message in them."""
    went_down: int = 0
    """Of the unhappy: the first message was not."""
    came_back: int = 0
    """Of the unhappy: the last message was not. The others stayed down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An unhappy message, and where its conversation is to be found."""

    conversation_id: ConversationId
    customer_id: CustomerId
    customer_name: str
    """Or, where they have not told it, what they wrote from; empty where they are forgotten."""
    channel: str
    at: datetime
    emotion: PrimaryEmotion
    valence: float
    desk_channel: str
    """With desk_ts where the newest card stands; both empty where there is none."""
    desk_ts: str
    is_with_staff: bool
    """Whether people have the conversation, or are called to it."""
    words: str = ""
    language: str = ""
    """Of the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All that one look at the readings of a span brings."""

    groups: tuple[Group, ...]
    talks: Talks
    open_unhappy: int
    """How many open conversations were left unhappy."""
    open: tuple[Moment, ...]
    """The newest of them, by their last message."""
    worst: tuple[Moment, ...]
    """The lowest of the span, one of a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """The alarms of one trigger and severity."""

    trigger: str
    severity: Severity
    count: int
    handed: int
    """With staff for it; of the others staff were told a line."""
    settled: int
    """Staff are done with it."""
    not_needed: int
    """Of these: staff said that nobody was needed. A false alarm."""
    answered: int
    """Of the handed over: staff have written since."""
    answer_s: float | None
    """Median from the alarm to staff's next words; None where there were none."""


# A message may be heard of late, never a day before it was said: the index finds when it was heard.
_READ = f"""WITH felt AS MATERIALIZED (
  SELECT DISTINCT ON (m.id) m.id, m.seq, m.conversation_id, m.channel, m.language, m.turn_id,
    coalesce(m.sent_at, m.created_at) AS at, h.primary_emotion, h.valence::float8 AS valence,
    h.escalate, h.scorer
  FROM messages m JOIN emotion_history h ON h.message_id = m.id
  WHERE m.direction = 'inbound' AND m.created_at >= $1::timestamptz - interval '1 day'
    AND coalesce(m.sent_at, m.created_at) >= $1::timestamptz
    AND coalesce(m.sent_at, m.created_at) < $2::timestamptz
  ORDER BY m.id, h.created_at DESC, h.id DESC),
told AS (
  SELECT f.valence, f.primary_emotion AS emotion, f.channel, f.scorer,
    (f.at AT TIME ZONE $3)::date::text AS day, coalesce(f.language, c.language, '') AS language,
    coalesce(t.agent, '') AS agent, coalesce(t.topic, t.intent, '') AS topic
  FROM felt f JOIN conversations c ON c.id = f.conversation_id
  LEFT JOIN turns t ON t.id = f.turn_id),
groups AS (
  SELECT coalesce(day, emotion, channel, language, agent, topic, scorer, '') AS name,
    CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(emotion) = 0 THEN 'emotion'
      WHEN grouping(channel) = 0 THEN 'channel' WHEN grouping(language) = 0 THEN 'language'
      WHEN grouping(agent) = 0 THEN 'agent' WHEN grouping(topic) = 0 THEN 'topic'
      WHEN grouping(scorer) = 0 THEN 'scorer' ELSE 'all' END AS by,
    count(*) AS count, count(*) FILTER (WHERE valence < $4::float8) AS unhappy,
    coalesce(avg(valence), 0) AS mean
  FROM told GROUP BY GROUPING SETS ((), (day), (emotion), (channel), (language), (agent), (topic),
    (scorer))),
courses AS MATERIALIZED (
  SELECT conversation_id, array_agg(valence ORDER BY at, seq) AS course, min(valence) AS lowest,
    max(at) AS last_at FROM felt GROUP BY conversation_id),
talks AS (
  SELECT count(*) AS count, count(*) FILTER (WHERE lowest < $4) AS unhappy,
    count(*) FILTER (WHERE lowest < $4 AND course[1] >= $4) AS went_down,
    count(*) FILTER (WHERE lowest < $4 AND course[cardinality(course)] >= $4) AS came_back
  FROM courses),
left_down AS MATERIALIZED (
  SELECT k.conversation_id, k.last_at FROM courses k
  JOIN conversations c ON c.id = k.conversation_id JOIN customers p ON p.id = c.customer_id
  WHERE c.mode <> 'closed' AND p.erased_at IS NULL AND k.course[cardinality(k.course)] < $4),
low AS MATERIALIZED (
  SELECT k.conversation_id, k.lowest FROM courses k JOIN conversations c ON c.id = k.conversation_id
  WHERE k.lowest < $4 AND NOT {FORGOTTEN} ORDER BY k.lowest, k.last_at DESC, k.conversation_id
  LIMIT {MOMENTS_MAX}),
shown AS (
  (SELECT DISTINCT ON (f.conversation_id) 'open' AS kind, f.* FROM felt f
    JOIN (SELECT conversation_id FROM left_down ORDER BY last_at DESC, conversation_id
      LIMIT {OPEN_MAX}) d USING (conversation_id) ORDER BY f.conversation_id, f.at DESC, f.seq DESC)
  UNION ALL
  (SELECT DISTINCT ON (f.conversation_id) 'worst' AS kind, f.* FROM felt f
    JOIN low w ON w.conversation_id = f.conversation_id AND w.lowest = f.valence
    ORDER BY f.conversation_id, f.escalate DESC, f.at DESC, f.seq DESC)),
moments AS (
  SELECT s.kind, s.conversation_id, c.customer_id,
    CASE WHEN {FORGOTTEN} THEN '' ELSE coalesce(nullif(p.name, ''),
      (SELECT a.value FROM messages m JOIN addresses a ON a.id = m.address_id WHERE m.id = s.id),
      '') END AS customer_name, s.channel,
    s.at, s.primary_emotion AS emotion, s.valence, coalesce(e.desk_channel, '') AS desk_channel,
    coalesce(e.desk_ts, '') AS desk_ts, e.status IS NOT NULL AND e.status <> 'resolved'
      AS is_with_staff, coalesce(s.language, c.language, '') AS language,
    CASE WHEN $5 AND s.kind = 'worst'
      THEN (SELECT left(m.text, {WORDS_MAX + 1}) FROM messages m WHERE m.id = s.id)
      ELSE '' END AS words
  FROM shown s JOIN conversations c ON c.id = s.conversation_id
  JOIN customers p ON p.id = c.customer_id
  LEFT JOIN LATERAL (SELECT e.desk_channel, e.desk_ts, e.status FROM escalations e
    WHERE e.conversation_id = s.conversation_id
    ORDER BY (e.status = 'resolved'), e.created_at DESC LIMIT 1) e ON true)
SELECT (SELECT jsonb_agg(to_jsonb(g)) FROM groups g) AS groups,
  (SELECT to_jsonb(k) FROM talks k) AS talks, (SELECT count(*) FROM left_down) AS open_unhappy,
  (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.at DESC, s.conversation_id) FROM moments s
    WHERE s.kind = 'open') AS open,
  (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.valence, s.at DESC, s.conversation_id) FROM moments s
    WHERE s.kind = 'worst') AS worst"""

# An alarm that came to a conversation which people had already waits for their next words too.
_RUNG = """SELECT a.trigger, a.severity, count(*) AS count, count(a.escalation_id) AS handed,
  count(*) FILTER (WHERE e.resolved_at IS NOT NULL) AS settled,
  count(*) FILTER (WHERE e.resolved_at IS NOT NULL AND e.outcome = 'not_needed') AS not_needed,
  count(s.at) AS answered, percentile_cont(0.5) WITHIN GROUP (ORDER BY
    extract(epoch FROM s.at - a.created_at)::float8) AS answer_s
FROM emotion_alarms a LEFT JOIN escalations e ON e.id = a.escalation_id
LEFT JOIN LATERAL (SELECT min(m.created_at) AS at FROM messages m
  WHERE m.conversation_id = a.conversation_id AND m.direction = 'outbound' AND m.author = 'staff'
    AND m.created_at >= a.created_at AND m.status NOT IN ('dropped', 'failed')
    AND (e.resolved_at IS NULL OR m.created_at <= e.resolved_at)) s ON a.escalation_id IS NOT NULL
WHERE a.created_at >= $1 AND a.created_at < $2 GROUP BY a.trigger, a.severity"""


async def read(
    conn: Connection,
    days: tuple[datetime, datetime],
    *,
    zone: str,
    below: float,
    with_words: bool,
) -> Read:
    """What was said between two moments and how it was read.

    Args:
        days: from the first moment on, up to and without the second.
        zone: whose days are counted.
        below: a valence under this is unhappy.
        with_words: whether the worst moments are quoted to whoever asks.
    """
    row = await conn.fetchrow(_READ, *days, zone, below, with_words)
    assert row is not None  # noqa: S101 - It selects one row of aggregates.
    return Read(
        groups=tuple(Group(**each) for each in row["groups"]),
        talks=Talks(**row["talks"]),
        open_unhappy=row["open_unhappy"],
        open=tuple(map(_moment, row["open"] or ())),
        worst=tuple(map(_moment, row["worst"] or ())),
    )


async def list_rung(conn: Connection, since: datetime, until: datetime) -> tuple[Rung, ...]:
    """The alarms that rang between two moments, the most frequent first."""
    found = [_rung(row) for row in await conn.fetch(_RUNG, since, until)]
    return tuple(sorted(found, key=lambda each: (-each.count, each.trigger, -each.severity.weight)))


def day_of(group: Group) -> date:
    """Of a group by day."""
    return date.fromisoformat(group.name)


def _rung(row: asyncpg.Record) -> Rung:
    return Rung(**{**dict(row), "severity": Severity(row["severity"])})


def _moment(row: Mapping[str, Any]) -> Moment:
    facts = {name: value for name, value in row.items() if name != "kind"}
    return Moment(
        **{
            **facts,
            "conversation_id": ConversationId(UUID(facts["conversation_id"])),
            "customer_id": CustomerId(UUID(facts["customer_id"])),
            "at": datetime.fromisoformat(facts["at"]),
            "emotion": PrimaryEmotion(facts["emotion"]),
        }
    )
