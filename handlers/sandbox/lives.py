"""Turns stand-in state and database traces into the plain JSON that the playground draws.

A *life* is one turn with the customer's texts it answered and the replies it wrote, or a text that
no turn has answered yet. Pure functions; feed.py calls them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain import Direction
from bot.explaining import explain_turn
from bot.explaining_words import describe
from bot.store.traced import (
    ConversationTrace,
    TracedAlarm,
    TracedEmotion,
    TracedEscalation,
    TracedMessage,
    TracedTurn,
)
from handlers.sandbox.phones import PhoneMessage

Shown = dict[str, object]
LONGEST_RESULT = 2000
SHOWN_ANYWAY = frozenset({"Asked", "Answer"})


def show_text(message: PhoneMessage) -> Shown:
    """A text as the phone shows it."""
    return {
        "sid": message.sid,
        "channel": message.channel,
        "inbound": message.inbound,
        "customer": message.customer,
        "body": message.body,
        "at": message.created_at.isoformat(),
        "status": message.status,
        "error": message.error_code,
        "by_network": message.by_network,
        "webhook": message.webhook_status,
        "media": [{"id": sid, "type": kind} for sid, kind in message.media],
    }


def show_lives(trace: ConversationTrace) -> list[Shown]:
    """The lives of a conversation's messages, oldest first."""
    inbound = [m for m in trace.messages if m.direction is Direction.INBOUND]
    outbound = [m for m in trace.messages if m.direction is Direction.OUTBOUND]
    turns = {turn.id: turn for turn in trace.turns}
    groups: dict[object, list[TracedMessage]] = {}
    for message in inbound:
        groups.setdefault(message.turn_id or message.id, []).append(message)
    lives = []
    for key, texts in groups.items():
        replies = [m for m in outbound if _belongs(m, key, texts)]
        turn = next((t for identifier, t in turns.items() if identifier == key), None)
        lives.append(_life(trace, texts, turn, replies))
    return lives


def _belongs(reply: TracedMessage, key: object, texts: Iterable[TracedMessage]) -> bool:
    if reply.turn_id is not None:
        return reply.turn_id == key
    return reply.in_reply_to in [text.id for text in texts]


def _life(
    trace: ConversationTrace,
    texts: list[TracedMessage],
    turn: TracedTurn | None,
    replies: list[TracedMessage],
) -> Shown:
    began, ids = texts[0].created_at, [text.id for text in texts]
    return {
        "id": str(turn.id if turn else texts[0].id),
        "conversation": str(trace.id),
        "mode": trace.mode.value,
        "channel": texts[-1].channel,
        "customer": texts[-1].address,
        "at": began.isoformat(),
        "texts": [
            {
                "text": text.text,
                "sid": text.external_id,
                "status": text.status.value,
                "reason": text.reason,
                "language": text.language,
                "at_ms": _ms(began, text.created_at),
            }
            for text in texts
        ],
        "turn": _turn(turn, began) if turn else None,
        "why": _why(trace, turn, (*texts, *replies)),
        "replies": [_reply(reply, began) for reply in replies],
        "emotions": [
            {"text": ids.index(e.message_id), **_emotion(e, began)}
            for e in trace.emotions
            if e.message_id in ids
        ],
        "alarms": [_alarm(a, began) for a in trace.alarms if a.message_id in ids],
        "escalations": [_escalation(e, began) for e in trace.escalations if e.message_id in ids],
    }


def _why(
    trace: ConversationTrace, turn: TracedTurn | None, messages: Sequence[TracedMessage]
) -> list[tuple[str, str]]:
    """What `concierge why` prints; nothing where no turn has read them yet."""
    if turn is None:
        return []
    lines = describe(explain_turn(trace, turn, messages))
    return [(line.label, line.said) for line in lines if line.label not in SHOWN_ANYWAY]


def _turn(turn: TracedTurn, began: datetime) -> Shown:
    return {
        "agent": turn.agent,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "outcome": turn.outcome,
        "guard": dict(turn.guard),
        "steps": [dict(step) for step in turn.steps],
        "wait_ms": turn.wait_ms,
        "think_ms": turn.think_ms,
        "at_ms": _ms(began, turn.created_at),
        "tools": [
            {
                "name": tool.name,
                "arguments": dict(tool.arguments),
                "result": _bounded(tool.result),
                "ok": tool.ok,
                "ms": round(tool.ms, 1),
            }
            for tool in turn.tools
        ],
        "models": [
            {
                "provider": model.provider,
                "model": model.model,
                "input_tokens": model.input_tokens,
                "output_tokens": model.output_tokens,
                "cost": None if model.cost is None else str(model.cost),
                "ms": round(model.ms, 1),
            }
            for model in turn.models
        ],
    }


def _reply(reply: TracedMessage, began: datetime) -> Shown:
    return {
        "text": reply.text,
        "author": reply.author,
        "status": reply.status.value,
        "reason": reply.reason,
        "segments": reply.segments,
        "queued_ms": _ms(began, reply.created_at),
        "sent_ms": _ms(began, reply.sent_at) if reply.sent_at else None,
        "updated_ms": _ms(began, reply.updated_at),
    }


def _emotion(emotion: TracedEmotion, began: datetime) -> Shown:
    return {
        "primary": emotion.primary,
        "polarity": emotion.polarity,
        "intensity": emotion.intensity,
        "confidence": emotion.confidence,
        "scorer": emotion.scorer,
        "escalate": emotion.escalate,
        "at_ms": _ms(began, emotion.created_at),
    }


def _alarm(alarm: TracedAlarm, began: datetime) -> Shown:
    return {
        "trigger": alarm.trigger,
        "severity": alarm.severity,
        "act": alarm.act,
        "explanation": alarm.explanation,
        "at_ms": _ms(began, alarm.created_at),
    }


def _escalation(escalation: TracedEscalation, began: datetime) -> Shown:
    return {
        "reason": escalation.reason,
        "explanation": escalation.explanation,
        "severity": escalation.severity,
        "status": escalation.status,
        "post_status": escalation.post_status,
        "desk_ts": escalation.desk_ts,
        "at_ms": _ms(began, escalation.created_at),
    }


def _ms(began: datetime, moment: datetime) -> float:
    return round((moment - began).total_seconds() * 1000, 1)


def _bounded(result: object) -> object:
    """Long strings inside a tool result are cut, so that one card stays readable."""
    if isinstance(result, str):
        return result[:LONGEST_RESULT]
    if isinstance(result, dict):
        return {key: _bounded(value) for key, value in result.items()}
    if isinstance(result, list):
        return [_bounded(value) for value in result[:40]]
    return result
