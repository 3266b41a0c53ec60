"""Topics: what the owner has decided on who answers them, and how staff judged what was drafted.

Read by bot/autonomy.py in every turn, in one query; written by `concierge autonomy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain_answers import TopicMode
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChoice:
    """What the owner has set for a topic, whatever the profile says."""

    mode: TopicMode
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """The latest drafts of a topic on which staff have decided."""

    decided: int = 0
    unchanged: int = 0
    """Sent word for word; the others were edited or thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of some topics."""

    owner: Mapping[str, OwnerChoice] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)


_STANDING = """SELECT t.topic, m.mode, m.set_by, m.set_at, d.decided, d.unchanged
FROM unnest($1::text[]) AS t (topic)
LEFT JOIN topic_modes m ON m.topic = t.topic
LEFT JOIN LATERAL (SELECT count(*) AS decided, count(*) FILTER (WHERE status = 'sent') AS unchanged
  FROM (SELECT status FROM drafts WHERE topic = t.topic
        AND status IN ('sent', 'edited', 'discarded')
        ORDER BY decided_at DESC LIMIT $2) AS lately) AS d ON true"""

_SET = """INSERT INTO topic_modes (topic, mode, set_by) VALUES ($1, $2, $3)
ON CONFLICT (topic) DO UPDATE SET mode = excluded.mode, set_by = excluded.set_by, set_at = now()"""

_CLEAR = "DELETE FROM topic_modes WHERE topic = $1 RETURNING topic"


async def read(conn: Connection, topics: Sequence[str], *, latest: int) -> Standing:
    """What is known of these topics; of each the `latest` drafts that staff decided on."""
    rows = await conn.fetch(_STANDING, list(topics), latest)
    return Standing(
        owner={
            row["topic"]: OwnerChoice(
                mode=TopicMode(row["mode"]), set_by=row["set_by"], set_at=row["set_at"]
            )
            for row in rows
            if row["mode"] is not None
        },
        tallies={row["topic"]: Tally(row["decided"], row["unchanged"]) for row in rows},
    )


async def set_mode(conn: Connection, topic: str, mode: TopicMode, *, by: str) -> None:
    """The owner decides for a topic."""
    await conn.execute(_SET, topic, mode.value, by)


async def clear(conn: Connection, topic: str) -> bool:
    """The profile decides again; False where the owner had decided nothing."""
    return await conn.fetchval(_CLEAR, topic) is not None
