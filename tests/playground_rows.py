"""What finished turns leave in the database, written as the real service would write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from bot.store.connection import Pool

QUOTE = (
    "For 25 adults and 6 kids:\n\n• 25 adults × $55.00 = $1,375.00\n• 6 children × $30.00 = "
    "$180.00\n\nTotal $1,555.00, travel within 30 miles included. A $100.00 deposit holds your "
    "date. Which day did you have in mind?"
)
ANGRY = "This is the third time nobody answered me. I'm furious!"
SORRY = (
    "I'm sorry you have had to ask three times. I've passed this to a colleague, who will write "
    "to you here within 1-2 hours."
)

_CUSTOMER = "INSERT INTO customers DEFAULT VALUES RETURNING id"
_ADDRESS = "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, $2, $3) RETURNING id"
_CONVERSATION = """INSERT INTO conversations (customer_id, channel, mode)
VALUES ($1, $2, $3) RETURNING id"""
_INBOUND = """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, text, language, status, turn_id, created_at)
VALUES ($1, $2, 'inbound', $3, $4, 'customer', $5, 'en', 'answered', $6,
  now() - interval '1420 milliseconds') RETURNING id"""
_OUTBOUND = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, turn_id, in_reply_to, segments, sent_at, updated_at, created_at)
VALUES ($1, $2, 'outbound', $3, 'bot', $4, 'delivered', $5, $6, 2,
  now() + interval '24 milliseconds', now() + interval '61 milliseconds', now())"""
_TURN = """INSERT INTO turns (conversation_id, epoch, agent, intent, confidence, outcome, trace,
  wait_ms, think_ms) VALUES ($1, 0, $2, $3, $4, $5, $6, 31, 1389) RETURNING id"""
_TOOL = """INSERT INTO tool_calls (turn_id, step, name, arguments, result, ok, latency_ms)
VALUES ($1, 1, 'price_party', $2, $3, true, 6.2)"""
_MODEL = """INSERT INTO llm_calls (turn_id, step, provider, model, latency_ms)
VALUES ($1, $2, 'offline', 'offline', $3)"""
_EMOTION = """INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer) VALUES ($1, $2, $3, $4, $5, $6, 'heads-1')"""
_ESCALATION = """INSERT INTO escalations (conversation_id, message_id, reason, explanation,
  post_status, desk_ts)
VALUES ($1, $2, 'anger', 'Anger at 0.92, threshold 0.70', 'posted', '1.0')"""


async def store_turn(
    pool: Pool,
    *,
    customer: str,
    sid: str,
    text: str,
    channel: str = "sms",
    is_angry: bool = False,
) -> UUID:
    """Write what a finished turn leaves behind; the conversation's id."""
    steps = ANGRY_STEPS if is_angry else QUOTE_STEPS
    agent, intent = ("customer_care", "complaint") if is_angry else ("lead_nurturing", "price")
    async with pool.acquire() as conn, conn.transaction():
        person = await conn.fetchval(_CUSTOMER)
        address = await conn.fetchval(_ADDRESS, person, channel, customer)
        mode = "human" if is_angry else "bot"
        conversation: UUID = await conn.fetchval(_CONVERSATION, person, channel, mode)
        outcome = "escalated" if is_angry else "answered"
        turn = await conn.fetchval(_TURN, conversation, agent, intent, 0.93, outcome, steps)
        message = await conn.fetchval(_INBOUND, conversation, address, channel, sid, text, turn)
        reply = SORRY if is_angry else QUOTE
        await conn.execute(_OUTBOUND, conversation, address, channel, reply, turn, message)
        if is_angry:
            await conn.execute(_EMOTION, message, conversation, "angry", "negative", 0.92, 0.88)
            await conn.execute(_ESCALATION, conversation, message)
            return conversation
        await conn.execute(_EMOTION, message, conversation, "neutral", "neutral", 0.08, 0.91)
        await conn.execute(_MODEL, turn, 1, 2.4)
        await conn.execute(_TOOL, turn, {"adults": 25, "children": 6}, PRICED)
        await conn.execute(_MODEL, turn, 2, 3.1)
        return conversation


PRICED: Mapping[str, object] = json.loads(
    '{"total": "1555.00", "deposit": "100.00", "version": 1, "lines": ['
    '{"label": "adult", "quantity": "25", "amount": "1375.00"},'
    '{"label": "child", "quantity": "6", "amount": "180.00"}]}'
)
BEGINNING: list[Mapping[str, object]] = [
    {"name": "burst window", "at_ms": 0.4, "ms": 1201.6, "detail": {"messages": 1}},
    {"name": "load", "at_ms": 1202, "ms": 3.9, "detail": {}},
]
QUOTE_STEPS: list[Mapping[str, object]] = [
    *BEGINNING,
    {
        "name": "read",
        "at_ms": 1206,
        "ms": 11.2,
        "detail": {"language": "en", "intent": "price", "confidence": 0.93},
    },
    {
        "name": "route",
        "at_ms": 1217,
        "ms": 0,
        "detail": {"agent": "lead_nurturing", "confidence": 0.93, "why": "intent"},
    },
    {
        "name": "model",
        "at_ms": 1218,
        "ms": 2.4,
        "detail": {"provider": "offline", "model": "offline", "calls": ["price_party"]},
    },
    {"name": "tool", "at_ms": 1221, "ms": 6.2, "detail": {"name": "price_party", "ok": True}},
    {
        "name": "model",
        "at_ms": 1228,
        "ms": 3.1,
        "detail": {"provider": "offline", "model": "offline", "calls": []},
    },
    {"name": "guard", "at_ms": 1231, "ms": 1.8, "detail": {"ok": True, "reasons": []}},
    {"name": "commit", "at_ms": 1233, "ms": 0, "detail": {"outcome": "answered"}},
]
ANGRY_STEPS: list[Mapping[str, object]] = [
    *BEGINNING,
    {
        "name": "read",
        "at_ms": 1206,
        "ms": 14.9,
        "detail": {"language": "en", "intent": "complaint", "confidence": 0.97},
    },
    {"name": "escalate", "at_ms": 1221, "ms": 0, "detail": {"reason": "anger"}},
    {"name": "commit", "at_ms": 1222, "ms": 0, "detail": {"outcome": "escalated"}},
]
