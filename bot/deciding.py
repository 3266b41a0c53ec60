"""Decides what becomes of each waiting message, before and after any agent is asked.

Consent first, then noise, then who has the floor, then whether a person is needed, and only then
an agent. Pure of writes: the turn commits what is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import event_day
from bot.consent import Wish, read_wish
from bot.decision import Decision, Notice
from bot.deps import Deps
from bot.domain import Emotion, MessageId, Mode, PrimaryEmotion, StoredMessage
from bot.escalation import Trouble
from bot.language.reader import Reading
from bot.language.wording import say
from bot.orchestrator import Conversing
from bot.router import Choice, choose, needs_person
from bot.situation import Situation
from bot.sorting import WITH_A_PERSON, Sorting
from bot.tools.base import Effect
from bot.trace import Trace

FELT_MAX = 32
"""How many emotions a turn reads itself; the emotion job reads the others."""


def is_urgent(message: StoredMessage) -> bool:
    """Whether the message must be obeyed at once, not after the burst window."""
    return read_wish(message.text, message.kind) is Wish.STOP


async def decide(
    deps: Deps, situation: Situation, mode: Mode, trace: Trace, *, last_resort: bool
) -> Decision:
    """What becomes of all that waits."""
    sorting = Sorting(deps, situation, mode)
    sorting.sort()
    base, rest = sorting.decision, tuple(sorting.rest)
    if not rest:
        return replace(base, effects=_allergies(deps, situation, base, rest, is_told=False))
    open_situation = replace(situation, waiting=rest)
    if last_resort:
        trouble = Trouble(reason="failed", explanation="answering failed repeatedly; see the log")
        made = Decision(outcome="failed", language=situation.language, trouble=trouble)
    else:
        made = await _answer(deps, open_situation, trace)
    noted = _allergies(deps, situation, base, rest, is_told=made.trouble is not None)
    if noted and not (made.trouble and made.trouble.reason == event_day.REASON):
        made = _saying_noted(deps, made, rest[-1])
    return replace(
        made,
        ignored=base.ignored,
        consents=base.consents,
        answered=(*base.answered, *rest),
        notices=(*base.notices, *made.notices),
        effects=(*noted, *made.effects),
    )


def _allergies(
    deps: Deps,
    situation: Situation,
    base: Decision,
    rest: tuple[StoredMessage, ...],
    *,
    is_told: bool,
) -> tuple[Effect, ...]:
    """What keeps the allergies that were named, also to a person who has the floor."""
    overheard = (message for message, reason in base.ignored if reason == WITH_A_PERSON)
    heard = (*overheard, *rest)
    return event_day.keep_allergies(deps, situation, heard, tell_staff=not is_told)


def _saying_noted(deps: Deps, made: Decision, last: StoredMessage) -> Decision:
    """The reply, after words on the allergy that no model writes."""
    worker = deps.profile.say(deps.profile.business.worker, made.language)
    noted = say("allergy_noted", made.language, seed=str(last.id), worker=worker)
    if made.trouble is not None:
        return replace(made, preface=f"{noted}\n{made.preface}".strip())
    notices = [replace(each, text=f"{noted}\n{each.text}") for each in made.notices]
    return replace(made, notices=tuple(notices))


async def _answer(deps: Deps, situation: Situation, trace: Trace) -> Decision:
    with trace.step("read") as detail:
        reading = await deps.reader.read(situation.text, prior=situation.language)
        felt = await _feelings(deps, situation, reading)
        detail |= {
            "language": reading.language,
            "intent": reading.intent.intent.value,
            "confidence": round(reading.intent.confidence, 3),
        }
    situation = replace(situation, language=reading.language, emotions=felt)
    choice = choose(reading.intent, situation.agent)
    made = Decision(
        outcome="escalated",
        language=reading.language,
        intent=choice.intent,
        confidence=choice.confidence,
        agent=choice.name,
        emotions=tuple((m, situation.conversation_id, felt[m]) for m in felt),
    )
    close = event_day.find_trouble(deps, situation, reading.intent)
    worst = max(felt.values(), key=_anger, default=reading.emotion)
    trouble = close[0] if close else needs_person(deps.profile, reading.intent, worst)
    if trouble is not None:
        trace.note("escalate", reason=trouble.reason)
        return replace(made, trouble=trouble, preface=close[1] if close else "")
    return await _converse(deps, situation, choice, made, trace=trace)


async def _converse(
    deps: Deps, situation: Situation, choice: Choice, made: Decision, *, trace: Trace
) -> Decision:
    trace.note("route", agent=choice.name, confidence=choice.confidence, why=choice.why)
    answer = await Conversing(deps, situation, choice, trace).answer()
    notices = (Notice(answers=situation.waiting[-1], text=answer.text),)
    return replace(
        made,
        outcome=answer.outcome,
        agent=answer.agent,
        notices=() if answer.trouble else notices,
        trouble=answer.trouble,
        preface=answer.text if answer.trouble else "",
        effects=answer.effects,
        guard=answer.guard,
        model_replies=answer.model_replies,
        tool_calls=answer.tool_calls,
    )


async def _feelings(
    deps: Deps, situation: Situation, reading: Reading
) -> Mapping[MessageId, Emotion]:
    """How each waiting message feels; what the emotion job has read already is not read again."""
    known = dict(situation.emotions)
    unread = [m for m in situation.waiting if m.text and m.id not in known][-FELT_MAX:]
    if len(situation.waiting) == 1 and unread:
        known[unread[0].id] = reading.emotion
    elif unread:
        scored = await deps.reader.emotions([m.text for m in unread])
        known |= {m.id: emotion for m, emotion in zip(unread, scored, strict=True)}
    return known


def _anger(emotion: Emotion) -> float:
    return emotion.intensity if emotion.primary is PrimaryEmotion.ANGRY else 0.0
