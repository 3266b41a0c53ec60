"""Decides what becomes of each waiting message, before and after any agent is asked.

Consent first, then noise, then who has the floor, then whether a person is needed, and only then
an agent. Pure of writes: the turn commits what is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot import autonomy, event_day, memory
from bot.autonomy import Ruling
from bot.consent import Wish, read_wish
from bot.deciding_feelings import read_feelings, said_before, watch_feelings, worst_of
from bot.deciding_files import decide_files, showing_staff
from bot.decision import Decision, Drafted, Notice
from bot.deps import Deps
from bot.desk.pause_turns import decide_paused
from bot.domain import Emotion, MessageId, Mode, StoredMessage
from bot.domain_alarms import Alarm
from bot.domain_answers import TopicMode
from bot.escalation import Trouble
from bot.feelings.watching import trouble_of, with_alarms
from bot.follow_ups import answering
from bot.identity import take_code
from bot.language.intents import IntentReading
from bot.language.language_id import detect
from bot.language.proving import read_other_address
from bot.language.reader import Reading
from bot.language.wording import say
from bot.orchestrator import Answer, Conversing
from bot.progress import Unwatched
from bot.router import Choice, agents, needs_person, route
from bot.situation import Situation
from bot.sorting import WITH_A_PERSON, Sorting
from bot.store.connection import borrow
from bot.store.voice import CHANNEL as CALLS
from bot.tools.base import Effect
from bot.trace import Trace
from bot.unproven_refusal import REASON as SENDER_UNCLEAR
from bot.unproven_refusal import why_look

SURE_OF_PERSON = 0.95
"""Below this, who names another address of theirs has not asked for a person."""
RANKED_NOTED = 3
"""Intents that the turn's record keeps with their probabilities."""


def is_urgent(message: StoredMessage) -> bool:
    """Whether the message must be taken at once, not after the burst window: a caller waits."""
    return message.channel == CALLS or read_wish(message.text, message.kind) is Wish.STOP


async def decide(
    deps: Deps, situation: Situation, mode: Mode, trace: Trace, *, last_resort: bool
) -> Decision:
    """What becomes of all that waits."""
    sorting = Sorting(deps, situation, mode)
    sorting.sort()
    base, rest = sorting.decision, tuple(sorting.rest)
    if not rest:
        return _without_agent(deps, situation, base)
    open_situation, ruling = replace(situation, waiting=rest), None
    if (by_code := await _by_code(deps, open_situation)) is not None:
        return _beside(deps, situation, by_code, base)
    open_situation = replace(open_situation, waiting=memory.without_wishes(rest))
    if last_resort:
        trouble = Trouble(reason="failed", explanation="answering failed repeatedly; see the log")
        made = Decision(outcome="failed", language=_language_of(situation, rest), trouble=trouble)
    elif situation.paused:
        made = decide_paused(open_situation)
    else:
        direct = await answering.answer(deps, open_situation, trace)
        open_situation = answering.meant(open_situation)
        made, ruling = direct or await _answer(deps, open_situation, trace)
    noted = _allergies(deps, situation, base, rest, is_told=made.trouble is not None)
    if noted and not (made.trouble and made.trouble.reason == event_day.REASON):
        made = _saying_noted(deps, made, rest[-1])
    if ruling is not None and ruling.mode is TopicMode.DRAFT and made.trouble is None:
        made = _as_draft(made, ruling, rest)
    made = showing_staff(deps, open_situation, _saying_forgotten(made, rest))
    return _beside(deps, situation, replace(made, answered=rest), base, noted=noted)


def _beside(
    deps: Deps,
    situation: Situation,
    made: Decision,
    base: Decision,
    *,
    noted: tuple[Effect, ...] = (),
) -> Decision:
    """What was made, beside what needed no agent."""
    return replace(
        made,
        ignored=base.ignored,
        consents=base.consents,
        answered=(*base.answered, *made.answered),
        notices=(*base.notices, *made.notices),
        effects=(answering.at_commit(deps, situation), *base.effects, *noted, *made.effects),
    )


def _without_agent(deps: Deps, situation: Situation, base: Decision) -> Decision:
    """Nothing is left to answer: a person has the floor, or it was consent or noise."""
    spoken = _language_of(situation, (m for m, why in base.ignored if why == WITH_A_PERSON))
    noted = _allergies(deps, situation, base, (), is_told=False)
    return replace(base, language=spoken, effects=(*base.effects, *noted))


def _language_of(situation: Situation, heard: Iterable[StoredMessage]) -> str:
    """The language of what was said, also where a person answers it."""
    words = "\n".join(message.text for message in heard if message.text)
    return detect(words, prior=situation.language) if words else situation.language


async def _by_code(deps: Deps, situation: Situation) -> Decision | None:
    """What code answers alone: a typed code, before any model sees it, and the wish to be forgotten
    where nothing else is said. The commit forgets."""
    if situation.paused:
        return None
    proved = await take_code(deps, situation)
    if proved is not None or memory.without_wishes(situation.waiting):
        return proved or decide_files(deps, situation)
    last = situation.waiting[-1]
    made = Decision(
        outcome="answered",
        language=detect(last.text, prior=situation.language),
        answered=situation.waiting,
        why="asked to forget",
    )
    return _saying_forgotten(made, situation.waiting)


def _saying_forgotten(made: Decision, rest: tuple[StoredMessage, ...]) -> Decision:
    """The reply, after plain words on what is forgotten, whichever model wrote it."""
    kinds = memory.asked_to_forget(rest)
    if not kinds:
        return made
    words = memory.say_forgotten(kinds, made.language, seed=str(rest[-1].id))
    if made.trouble is not None:
        return replace(made, preface=f"{words}\n{made.preface}".strip())
    said = [each for each in made.notices if made.guard.get("understood", True)]
    if not said:
        # What is left was not understood, or staff answer it: that much is done all the same.
        guard = {**made.guard, "understood": True}
        return replace(made, notices=(Notice(answers=rest[-1], text=words),), guard=guard)
    told = [replace(n, text=n.text if words in n.text else f"{words}\n{n.text}") for n in said]
    return replace(made, notices=tuple(told))


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


def say_allergy_noted(deps: Deps, language: str, message_id: MessageId) -> str:
    """What stands before the answer to a message that names an allergy."""
    worker = deps.profile.say(deps.profile.business.worker, language)
    return say("allergy_noted", language, seed=str(message_id), worker=worker)


def _saying_noted(deps: Deps, made: Decision, last: StoredMessage) -> Decision:
    """The reply, after words on the allergy that no model writes."""
    noted = say_allergy_noted(deps, made.language, last.id)
    if made.trouble is not None:
        return replace(made, preface=f"{noted}\n{made.preface}".strip())
    notices = [replace(each, text=f"{noted}\n{each.text}") for each in made.notices]
    return replace(made, notices=tuple(notices))


def _as_draft(made: Decision, ruling: Ruling, rest: tuple[StoredMessage, ...]) -> Decision:
    """The reply for staff to send: nothing of what its tools would do is done before."""
    text = made.notices[-1].text
    draft = Drafted(text=text, topic=ruling.topic, answers=rest)
    return replace(made, outcome="drafted", draft=draft, notices=(), effects=())


async def _read(deps: Deps, situation: Situation, trace: Trace) -> tuple[Situation, Reading]:
    """What waits, read in its place; the situation with its language and emotions."""
    with trace.step("read") as detail:
        before = said_before(situation, situation.waiting[0])
        reading = await deps.reader.read(situation.text, prior=situation.language, before=before)
        felt = await read_feelings(deps, situation, reading)
        detail |= {
            "language": reading.language,
            "intent": reading.intent.intent.value,
            "confidence": round(reading.intent.confidence, 3),
        }
    return replace(situation, language=reading.language, emotions=felt), reading


async def _answer(deps: Deps, situation: Situation, trace: Trace) -> tuple[Decision, Ruling | None]:
    situation, reading = await _read(deps, situation, trace)
    felt = situation.emotions
    alarms = await watch_feelings(deps, situation, reading)
    choice = await route(deps, situation, reading)
    made = Decision(
        outcome="escalated",
        language=reading.language,
        intent=choice.intent,
        confidence=choice.confidence,
        agent=choice.name,
        topic=choice.intent,
        why=choice.why,
        model_replies=tuple((0, reply) for reply in choice.asked),
        emotions=tuple((m, situation.conversation_id, felt[m]) for m in felt),
        alarms=alarms,
    )
    close = event_day.find_trouble(deps, situation, reading.intent)
    worst = worst_of(felt, reading.emotion)
    trouble = close[0] if close else _find_trouble(situation, reading.intent, worst, alarms)
    if trouble is not None:
        trouble = with_alarms(trouble, alarms)
        trace.note("escalate", reason=trouble.reason, severity=trouble.severity.value)
        return replace(made, trouble=trouble, preface=close[1] if close else ""), None
    ranked = {intent.value: round(p, 3) for intent, p in reading.intent.ranked[:RANKED_NOTED]}
    trace.note(
        "route",
        agent=choice.name,
        confidence=choice.confidence,
        why=choice.why,
        also=list(choice.also),
        ranked=ranked,
    )
    answer, ruling = await _converse(deps, situation, choice, trace)
    return _decided(made, answer, situation), ruling


def _find_trouble(
    situation: Situation, intent: IntentReading, worst: Emotion, alarms: tuple[Alarm, ...]
) -> Trouble | None:
    """Whether the customer's words send this to staff. "It's me, my other number is ..." is easily
    taken for the wish to speak to somebody."""
    if why := why_look(situation):
        return Trouble(reason=SENDER_UNCLEAR, explanation=why)
    trouble = trouble_of(alarms) or needs_person(intent, worst)
    is_doubtful = intent.confidence < SURE_OF_PERSON and bool(read_other_address(situation.text))
    return None if trouble and trouble.reason == "asked_for_person" and is_doubtful else trouble


async def _converse(
    deps: Deps, situation: Situation, choice: Choice, trace: Trace
) -> tuple[Answer, Ruling]:
    """The answer, by whoever may give it on this topic."""
    async with borrow(deps.pool) as conn:
        standing = await autonomy.load(conn, deps.profile, choice)
    rulings = {name: autonomy.rule(deps.profile, standing, choice, name) for name in agents()}
    if any(each.mode is TopicMode.DRAFT for each in rulings.values()):
        # What staff have not sent is shown to nobody while it is written, whoever it is handed to.
        deps = replace(deps, progress=Unwatched())
    ruling = rulings[choice.name]
    answer = await Conversing(deps, situation, replace(choice, mode=ruling.mode), trace).answer()
    after = rulings[answer.agent]
    handed_to_stricter = autonomy.strictest((ruling, after)) is not ruling
    if handed_to_stricter:
        ruling = after
        deps.progress.discard(situation.conversation_id)
    if handed_to_stricter and after.mode is TopicMode.APPROVED_TEXT and answer.trouble is None:
        # A model has written it; whom it was handed to says it in approved words.
        name = answer.agent
        choice = replace(choice, name=name, agent=agents()[name], mode=after.mode)
        spent = answer.model_replies
        answer = await Conversing(deps, situation, choice, trace).answer()
        answer = replace(answer, model_replies=(*spent, *answer.model_replies))
    is_unseen = ruling.mode is TopicMode.DRAFT or handed_to_stricter
    if is_unseen and answer.trouble is not None:
        # Staff have it now: what the bot would have said and done beside that, nobody has seen.
        answer = replace(answer, text="", effects=())
    trace.note("mode", mode=ruling.mode.value, topic=ruling.topic, source=ruling.source.value)
    return answer, ruling


def _decided(made: Decision, answer: Answer, situation: Situation) -> Decision:
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
        model_replies=(*made.model_replies, *answer.model_replies),
        tool_calls=answer.tool_calls,
        passages=answer.passages,
        unanswered=answer.unanswered,
    )
