"""A random past of conversations that were felt about: what reports are counted from.

Straight into the tables and read back from them, so that a recount sees the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.store.connection import Connection, Pool

TALKS = 90
SIDES = {"happy": "positive", "surprised": "positive", "neutral": "neutral"}
FEELINGS = ("happy", "neutral", "neutral", "sad", "angry", "fearful", "disgusted", "surprised")
CHANNELS = ("sms", "whatsapp", "email")
_WHO = """INSERT INTO customers (name, erased_at) VALUES ($1, $2) RETURNING id"""
_PHONE = "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'sms', $2) RETURNING id"
_TALK = """INSERT INTO conversations (customer_id, channel, mode, language, closed_at)
VALUES ($1, 'sms', $2, $3, CASE WHEN $2 = 'closed' THEN now() END) RETURNING id"""
_TURN = """INSERT INTO turns (conversation_id, epoch, agent, intent, topic, outcome)
VALUES ($1, 0, $2, $3, $4, 'answered') RETURNING id"""
_SAID = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, language, turn_id, sent_at, created_at, scored)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true) RETURNING id"""
_FELT = """INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer, created_at, escalate)
VALUES ($1, $2, $3, $4, $5, 0.8, $6, $7, $8)"""
_TROUBLE = """INSERT INTO escalations (conversation_id, reason, status, post_status, created_at,
  resolved_at, outcome, desk_channel, desk_ts)
VALUES ($1, 'emotion', $2, 'posted', $3, $4, $5, 'C0', $1::uuid::text) RETURNING id"""
_ALARM = """INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act,
  explanation, created_at, escalation_id) VALUES ($1, $2, $3, $4, $5, 'angry 0.91', $6, $7)"""
_FORGOTTEN = """INSERT INTO memories (customer_id, kind, value, source, said_at, forgotten_at)
VALUES ($1, 'name', '', 'customer', now(), now())"""
_TALKS = """SELECT c.*, p.erased_at, EXISTS (SELECT FROM memories y
  WHERE y.customer_id = p.id AND y.forgotten_at IS NOT NULL) AS is_forgotten
FROM conversations c JOIN customers p ON p.id = c.customer_id"""
_ALARMS = """SELECT a.*, e.resolved_at, e.outcome FROM emotion_alarms a
LEFT JOIN escalations e ON e.id = a.escalation_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """All rows, as the database has them."""

    messages: Sequence[Any]
    lines: Sequence[Any]
    talks: Mapping[UUID, Any]
    turns: Mapping[UUID, Any]
    alarms: Sequence[Any]


async def make_past(
    pool: Pool, dice: random.Random, *, around: Sequence[date], zone: ZoneInfo
) -> Past:
    """Some dozens of conversations near these days."""
    async with pool.acquire() as conn, conn.transaction():
        for number in range(TALKS):
            day = dice.choice(around) + timedelta(dice.randint(-20, 8))
            # Near midnight, where a day that begins at the wrong hour would show.
            hour = dice.choice((0, 0, 1, 2, 12, 23, 23))
            at = datetime.combine(day, time(hour, dice.randint(0, 59)), zone).astimezone(UTC)
            await _talk(conn, dice, number, at)
    async with pool.acquire() as conn:
        return Past(
            messages=await conn.fetch("SELECT * FROM messages"),
            lines=await conn.fetch("SELECT * FROM emotion_history"),
            talks={row["id"]: row for row in await conn.fetch(_TALKS)},
            turns={row["id"]: dict(row) for row in await conn.fetch("SELECT * FROM turns")},
            alarms=await conn.fetch(_ALARMS),
        )


async def _talk(conn: Connection, dice: random.Random, number: int, at: datetime) -> None:
    erased = at if dice.random() < 0.1 else None
    customer = await conn.fetchval(_WHO, f"Nobody {number}", erased)
    if dice.random() < 0.1:
        await conn.execute(_FORGOTTEN, customer)
    address = await conn.fetchval(_PHONE, customer, f"+1415555{number:04d}")
    mode = dice.choice(("bot", "human", "closed"))
    talk = await conn.fetchval(_TALK, customer, mode, dice.choice(("en", "es", None)))
    trouble = await _trouble(conn, dice, talk, at) if dice.random() < 0.6 else None
    for _ in range(dice.randint(1, 9)):
        at += timedelta(minutes=dice.choice((1, 5, 30, 90, 700)))
        message = await _inbound(conn, dice, (talk, address), at)
        if dice.random() < 0.3:
            act = "hand_over" if trouble else "tell"
            severity = dice.choice(("normal", "high"))
            told = (dice.choice(("furious", "safety")), severity, act, at, trouble)
            await conn.execute(_ALARM, message, talk, *told)
        if dice.random() < 0.5:
            answered = at + timedelta(seconds=dice.randint(5, 4000))
            author, status = dice.choice(("bot", "staff")), dice.choice(("sent", "failed"))
            made = ("outbound", "sms", author, "ours", status, None, None, None, answered)
            await conn.fetchval(_SAID, talk, address, *made)


async def _trouble(conn: Connection, dice: random.Random, talk: UUID, at: datetime) -> UUID:
    done = at + timedelta(hours=3) if dice.random() < 0.7 else None
    outcome = dice.choice(("answered", "not_needed")) if done else None
    made = ("resolved" if done else "open", at, done, outcome)
    found: UUID = await conn.fetchval(_TROUBLE, talk, *made)
    return found


async def _inbound(
    conn: Connection, dice: random.Random, where: tuple[UUID, UUID], at: datetime
) -> UUID:
    """A message that may be heard of days late, may have a turn, and has up to three readings."""
    talk = where[0]
    turn = None
    if dice.random() < 0.7:
        agent = dice.choice(("general", "customer_care", None))
        topic = dice.choice(("complaint", None))
        turn = await conn.fetchval(_TURN, talk, agent, dice.choice(("price", None)), topic)
    late = timedelta(days=2) if dice.random() < 0.1 else timedelta()
    sent_at = at if late or dice.random() < 0.5 else None
    language = dice.choice(("en", "zh", None))
    said = ("inbound", dice.choice(CHANNELS), "customer", f"words {at}", "answered", language)
    message: UUID = await conn.fetchval(_SAID, *where, *said, turn, sent_at, at + late)
    scorers = dice.sample(("v1", "v2", "model:x"), dice.choice((0, 1, 1, 2, 3)))
    for place, scorer in enumerate(scorers):
        feeling = dice.choice(FEELINGS)
        intensity = dice.choice((0.0, 0.2, 0.21, 0.5, 0.9))
        kept_at = at + late + timedelta(microseconds=dice.choice((0, place, -place)))
        felt = (feeling, SIDES.get(feeling, "negative"), intensity, scorer, kept_at, dice.random())
        await conn.execute(_FELT, message, talk, *felt)
    return message
