"""Turns rows into the nouns of bot/store/traced.py; bot/store/traces.py calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain import Direction, Status
from bot.store.traced import (
    TracedAlarm,
    TracedDraft,
    TracedEmotion,
    TracedEscalation,
    TracedMessage,
    TracedModel,
    TracedPassage,
    TracedTool,
    TracedTurn,
)

Rows = Sequence[Mapping[str, Any]]


def to_message(row: Mapping[str, Any]) -> TracedMessage:
    """A message."""
    return TracedMessage(
        id=row["id"],
        direction=Direction(row["direction"]),
        channel=row["channel"],
        address=row["address"],
        external_id=row["external_id"] or "",
        author=row["author"],
        text=row["text"],
        language=row["language"] or "",
        status=Status(row["status"]),
        reason=row["reason"] or "",
        turn_id=row["turn_id"],
        in_reply_to=row["in_reply_to"],
        segments=row["segments"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        updated_at=row["updated_at"],
    )


def to_turn(row: Mapping[str, Any], used: Mapping[str, Rows]) -> TracedTurn:
    """A turn with what it used: rows of tools, models, passages and drafts, of it and others."""
    own = {
        name: [each for each in rows if each["turn_id"] == row["id"]] for name, rows in used.items()
    }
    return TracedTurn(
        id=row["id"],
        agent=row["agent"] or "",
        intent=row["intent"] or "",
        confidence=row["confidence"],
        outcome=row["outcome"],
        guard=row["guard"],
        steps=row["trace"],
        wait_ms=row["wait_ms"],
        think_ms=row["think_ms"],
        created_at=row["created_at"],
        tools=tuple(_tool(tool) for tool in own["tools"]),
        models=tuple(_model(model) for model in own["models"]),
        why=row["why"],
        topic=row["topic"] or "",
        versions=row["versions"],
        passages=tuple(_passage(passage) for passage in own["passages"]),
        draft=next((_draft(draft) for draft in own["drafts"]), None),
    )


def _tool(row: Mapping[str, Any]) -> TracedTool:
    return TracedTool(
        name=row["name"],
        arguments=row["arguments"],
        result=row["result"],
        ok=row["ok"],
        ms=row["latency_ms"],
    )


def _model(row: Mapping[str, Any]) -> TracedModel:
    return TracedModel(
        provider=row["provider"],
        model=row["model"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cost=row["cost"],
        ms=row["latency_ms"],
        agent=row["agent"] or "",
        purpose=row["purpose"],
        cached_tokens=row["cached_tokens"],
        certainty=row["confidence"],
    )


def _passage(row: Mapping[str, Any]) -> TracedPassage:
    return TracedPassage(
        article=row["article"],
        language=row["language"],
        version=row["version"],
        title=row["title"],
        text=row["text"],
        similarity=row["similarity"],
    )


def _draft(row: Mapping[str, Any]) -> TracedDraft:
    return TracedDraft(
        code=row["code"],
        status=row["status"],
        decided_by=row["decided_by"] or "",
        topic=row["topic"],
        text=row["text"],
    )


def to_emotion(row: Mapping[str, Any]) -> TracedEmotion:
    """A reading."""
    return TracedEmotion(
        message_id=row["message_id"],
        primary=row["primary_emotion"],
        polarity=row["polarity"],
        intensity=row["intensity"],
        confidence=row["confidence"],
        scorer=row["scorer"],
        created_at=row["created_at"],
        escalate=row["escalate"],
    )


def to_alarm(row: Mapping[str, Any]) -> TracedAlarm:
    """An alarm."""
    return TracedAlarm(
        message_id=row["message_id"],
        trigger=row["trigger"],
        severity=row["severity"],
        act=row["act"],
        explanation=row["explanation"],
        created_at=row["created_at"],
    )


def to_escalation(row: Mapping[str, Any]) -> TracedEscalation:
    """A hand-over."""
    return TracedEscalation(
        message_id=row["message_id"],
        reason=row["reason"],
        explanation=row["explanation"],
        status=row["status"],
        post_status=row["post_status"],
        desk_ts=row["desk_ts"] or "",
        created_at=row["created_at"],
        severity=row["severity"],
    )
