"""Why a message was answered so: route, passages, tools, guard, models, cost, mode and versions.

Built from the turn's record by one read, without asking any model; the words for it are in
bot/explaining_words.py. `concierge why` and the playground show it. It holds what customers wrote,
so it is for the operator's eyes and goes into no log (I13).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from bot.domain import Direction
from bot.errors import CallerError, Conflict, NotFound
from bot.store import traces
from bot.store.connection import Connection
from bot.store.traced import (
    ConversationTrace,
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

PREFIX_MIN = 8
ID_LENGTH = 32
NAMED_MAX = 5
_ID = re.compile(r"[0-9a-f]{8,32}")
_CODE = re.compile(r"[A-Z][A-Z0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who answered, and why they."""

    agent: str
    intent: str
    confidence: float | None
    rule: str
    also: tuple[str, ...] = ()
    """Further intents that the same reply answers."""
    ranked: Mapping[str, float] = field(default_factory=dict)
    """The likeliest intents with their probabilities."""
    handoffs: tuple[str, ...] = ()
    """Whom it was handed to within the turn, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the models took."""

    dollars: Decimal | None
    """None where no price is known of any call."""
    certainty: str
    """That of the least certain call."""
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that made an answer what it is, or why there is none."""

    conversation_id: UUID
    asked: tuple[TracedMessage, ...]
    """What was answered, oldest first."""
    said: tuple[TracedMessage, ...]
    outcome: str
    """The turn's, or the message's status where no turn has read it."""
    reasons: tuple[str, ...] = ()
    """Why there was no answer, or none yet, in staff's words."""
    route: Route | None = None
    mode: str = "auto"
    mode_rule: str = ""
    """The topic that the mode is of, and who has set it."""
    language: str = ""
    emotion: TracedEmotion | None = None
    """Of the last of them that was read, by the newest reading."""
    felt_before: tuple[TracedEmotion, ...] = ()
    """What other scorers read in the same message, newest first."""
    alarms: tuple[TracedAlarm, ...] = ()
    passages: tuple[TracedPassage, ...] = ()
    tools: tuple[TracedTool, ...] = ()
    refused: tuple[str, ...] = ()
    """What the guard refused a draft for."""
    understood: bool = True
    models: tuple[TracedModel, ...] = ()
    cost: Cost | None = None
    draft: TracedDraft | None = None
    escalation: TracedEscalation | None = None
    versions: Mapping[str, object] = field(default_factory=dict)
    wait_ms: int | None = None
    think_ms: int | None = None
    steps: Sequence[Mapping[str, object]] = ()


async def explain(conn: Connection, reference: str) -> Explanation:
    """The explanation of a message.

    Args:
        reference: our id or the first 8 or more of its letters, the vendor's id, or a draft's code.

    Raises:
        CallerError: it can be none of these.
        NotFound: there is no such message.
        Conflict: it begins several ids.
    """
    wanted = reference.strip()
    found = await traces.find_lives(
        conn,
        ids=_between(wanted),
        external_id=wanted,
        code=wanted if _CODE.fullmatch(wanted.upper()) else "",
        limit=NAMED_MAX + 1,
    )
    if not found and len(wanted) < PREFIX_MIN:
        raise CallerError(f"MESSAGE: give an id, or at least its first {PREFIX_MIN} letters")
    if not found:
        raise NotFound("MESSAGE: there is none with this id, neither ours nor the vendor's")
    if len({life.message_id for life in found}) > 1:
        named = ", ".join(str(life.message_id) for life in found[:NAMED_MAX])
        raise Conflict(f"MESSAGE: several ids begin so, give more of it: {named}")
    trace = await traces.read_life(conn, found[0])
    turn = trace.turns[0] if trace.turns else None
    return explain_turn(trace, turn, trace.messages)


def _between(wanted: str) -> tuple[UUID, UUID] | None:
    """The ids that begin so."""
    bare = wanted.lower().replace("-", "")
    if not _ID.fullmatch(bare):
        return None
    return UUID(bare.ljust(ID_LENGTH, "0")), UUID(bare.ljust(ID_LENGTH, "f"))


def explain_turn(
    trace: ConversationTrace, turn: TracedTurn | None, messages: Sequence[TracedMessage]
) -> Explanation:
    """The explanation of a turn with its messages, or of messages that no turn has read."""
    asked = tuple(m for m in messages if m.direction is Direction.INBOUND)
    said = tuple(m for m in messages if m.direction is Direction.OUTBOUND)
    ids = {message.id for message in asked}
    felt = _felt(trace, asked)
    whole = Explanation(
        conversation_id=trace.id,
        asked=asked,
        said=said,
        outcome=turn.outcome if turn else messages[-1].status.value,
        reasons=tuple(dict.fromkeys(m.reason for m in messages if m.reason)),
        language=next((m.language for m in reversed(asked) if m.language), ""),
        emotion=felt[0] if felt else None,
        felt_before=felt[1:],
        alarms=tuple(each for each in trace.alarms if each.message_id in ids),
        escalation=next((e for e in trace.escalations if e.message_id in ids), None),
    )
    return _with_turn(whole, turn) if turn else whole


def _felt(trace: ConversationTrace, asked: Sequence[TracedMessage]) -> tuple[TracedEmotion, ...]:
    """Every reading of the last message that was read, the newest, which counts, first."""
    for message in reversed(asked):
        found = [each for each in trace.emotions if each.message_id == message.id]
        if found:
            return tuple(reversed(found))
    return ()


def _with_turn(whole: Explanation, turn: TracedTurn) -> Explanation:
    mode = _detail(turn, "mode")
    source = mode.get("source")
    return replace(
        whole,
        route=_route(turn) if turn.agent else None,
        mode=str(mode.get("mode") or "auto"),
        mode_rule=f"{mode['topic']}, by the {source}" if source else "",
        passages=turn.passages,
        tools=turn.tools,
        refused=_texts(turn.guard.get("refused")),
        understood=turn.guard.get("understood") is not False,
        models=turn.models,
        cost=_cost(turn.models),
        draft=turn.draft,
        versions=turn.versions,
        wait_ms=turn.wait_ms,
        think_ms=turn.think_ms,
        steps=turn.steps,
    )


def _route(turn: TracedTurn) -> Route:
    noted = _detail(turn, "route")
    ranked = noted.get("ranked")
    handed = [_of(step) for step in turn.steps if step.get("name") == "handoff"]
    return Route(
        agent=turn.agent,
        intent=turn.intent,
        confidence=turn.confidence,
        rule=turn.why,
        also=_texts(noted.get("also")),
        ranked=ranked if isinstance(ranked, Mapping) else {},
        handoffs=tuple(str(detail.get("agent", "")) for detail in handed),
    )


def _cost(models: Sequence[TracedModel]) -> Cost | None:
    if not models:
        return None
    known = [model.cost for model in models if model.cost is not None]
    surest = ("exact", "estimated", "unknown")
    return Cost(
        dollars=sum(known, Decimal(0)) if known else None,
        certainty=max((model.certainty for model in models), key=surest.index),
        input_tokens=sum(model.input_tokens or 0 for model in models),
        output_tokens=sum(model.output_tokens or 0 for model in models),
    )


def _detail(turn: TracedTurn, name: str) -> Mapping[str, object]:
    """What the last step of that name noted."""
    return next((_of(step) for step in reversed(turn.steps) if step.get("name") == name), {})


def _of(step: Mapping[str, object]) -> Mapping[str, object]:
    detail = step.get("detail")
    return detail if isinstance(detail, Mapping) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
