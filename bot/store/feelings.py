"""What tells how a customer has felt: readings of their words, ratings, complaints, alarms.

All as of a moment, so that a dry run over the past reads what was known then. What it comes to is
bot/follow_ups/feeling.py's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import CustomerId, Emotion
from bot.domain_booking import BookingId
from bot.store.connection import Connection
from bot.store.emotions import to_emotion

LOOK_BACK = timedelta(days=60)
LONG = timedelta(days=730)
"""Of no event in particular, how they parted from us counts however long they have been silent:
who left in anger and is offered something after a quiet season is angry still."""
READINGS_MAX = 60
TROUBLE = ("complaint", "emotion")
"""Reasons of escalations that are about how a customer feels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one message of the customer's sounded."""

    emotion: Emotion
    at: datetime
    """When it was said."""
    is_about: bool
    """Whether it was said in the booking's conversation once the event had begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What they gave us."""

    stars: int
    at: datetime
    is_about: bool
    """Whether for the booking asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A complaint that went to staff."""

    at: datetime
    resolved_at: datetime | None
    """None: it was open at the moment asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A trigger of the profile that one of their messages rang."""

    trigger: str
    at: datetime
    is_with_staff: bool = False
    """Whether people had the conversation for it at the moment asked about."""
    settled_at: datetime | None = None
    """When they were done with it; None where they are not, or where nobody came in."""

    @property
    def is_unseen(self) -> bool:
        """Whether the bot went on by itself: staff were told, and had nothing to settle."""
        return not self.is_with_staff and self.settled_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """All of it, newest first."""

    readings: tuple[Reading, ...] = ()
    ratings: tuple[Rating, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    alarms: tuple[Rung, ...] = ()


# The newest reading of each message; what was scored after the moment was not known then.
_READINGS = """SELECT e.*, coalesce(m.sent_at, m.created_at) AS said_at,
  coalesce(m.conversation_id = b.conversation_id
    AND coalesce(m.sent_at, m.created_at) >= b.starts_at, false) AS is_about
FROM (SELECT DISTINCT ON (h.message_id) h.*
  FROM conversations c JOIN emotion_history h ON h.conversation_id = c.id
  WHERE c.customer_id = $1 AND h.created_at > $3 AND h.created_at <= $2
  ORDER BY h.message_id, h.created_at DESC, h.id DESC) e
JOIN messages m ON m.id = e.message_id
LEFT JOIN bookings b ON b.id = $5
ORDER BY said_at DESC LIMIT $4"""

_RATINGS = """SELECT rating, created_at, coalesce(booking_id = $4, false) AS is_about FROM feedback
WHERE customer_id = $1 AND rating IS NOT NULL AND created_at > $3 AND created_at <= $2
ORDER BY created_at DESC, id DESC LIMIT 20"""

# What staff closed as nothing was none. One that was resolved after the moment was open then.
_TROUBLES = """SELECT e.created_at,
  CASE WHEN e.resolved_at <= $2 THEN e.resolved_at END AS resolved_at
FROM conversations c JOIN escalations e ON e.conversation_id = c.id
WHERE c.customer_id = $1 AND e.reason = ANY ($4::text[]) AND e.created_at <= $2
  AND (e.resolved_at IS NULL OR e.resolved_at > $3)
  AND NOT (e.resolved_at <= $2 AND e.outcome IS NOT DISTINCT FROM 'not_needed')
ORDER BY e.created_at DESC LIMIT 20"""

# As for troubles: what staff closed as nothing was a false alarm.
_ALARMS = """SELECT a.trigger, a.created_at,
  CASE WHEN e.resolved_at <= $2 THEN e.resolved_at END AS settled_at,
  e.id IS NOT NULL AND (e.resolved_at IS NULL OR e.resolved_at > $2) AS is_with_staff
FROM conversations c JOIN emotion_alarms a ON a.conversation_id = c.id
LEFT JOIN escalations e ON e.id = a.escalation_id
WHERE c.customer_id = $1 AND a.created_at <= $2 AND a.created_at > $3
  AND NOT coalesce(e.resolved_at <= $2 AND e.outcome = 'not_needed', false)
ORDER BY a.created_at DESC, a.id DESC LIMIT 20"""


async def read(
    conn: Connection, customer_id: CustomerId, *, booking_id: BookingId | None, at: datetime
) -> Traces:
    """What was known of the customer's feelings at that moment."""
    since = at - (LOOK_BACK if booking_id else LONG)
    readings = await conn.fetch(_READINGS, customer_id, at, since, READINGS_MAX, booking_id)
    ratings = await conn.fetch(_RATINGS, customer_id, at, since, booking_id)
    troubles = await conn.fetch(_TROUBLES, customer_id, at, since, list(TROUBLE))
    alarms = await conn.fetch(_ALARMS, customer_id, at, since)
    newest = max((row["said_at"] for row in readings), default=at)
    return Traces(
        readings=tuple(
            Reading(emotion=to_emotion(dict(row)), at=row["said_at"], is_about=row["is_about"])
            for row in readings
            if row["said_at"] > newest - LOOK_BACK
        ),
        ratings=tuple(
            Rating(stars=row["rating"], at=row["created_at"], is_about=row["is_about"])
            for row in ratings
        ),
        troubles=tuple(
            Trouble(at=row["created_at"], resolved_at=row["resolved_at"]) for row in troubles
        ),
        alarms=tuple(
            Rung(
                trigger=row["trigger"],
                at=row["created_at"],
                is_with_staff=row["is_with_staff"],
                settled_at=row["settled_at"],
            )
            for row in alarms
        ),
    )
