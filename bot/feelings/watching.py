"""Finds what rings in a customer's messages and keeps it once, for turns and the emotion job.

Reading looks back on the conversation and writes nothing; keeping runs inside the caller's
transaction with the conversation locked, so that of two who saw the same one rings (I2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.deps import Deps
from bot.domain import AddressId, ConversationId, Emotion, MessageId
from bot.domain_alarms import About, Act, Alarm, worst
from bot.escalation import Trouble
from bot.feelings.asking import count_asked
from bot.feelings.triggers import Seen, in_order, is_quiet, judge
from bot.feelings.weighing import weigh_span
from bot.language.allergy_words import names_allergy
from bot.language.emotion_input import Said
from bot.language.intents import Intent, IntentReading
from bot.language.safety_words import speaks_of_danger
from bot.profile_emotions import EmotionRules, Trigger
from bot.store import desk_floor, desk_notices, emotion_alarms, handles
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.emotion_alarms import Earlier

REASON = "emotion"
LOOK_BACK = timedelta(days=3)
"""Of a conversation that goes on for weeks, so much is one course."""
COMPLAINS_FROM = 0.3
"""Share of an intent from which a message is about it, beside how it feels."""
_BY_INTENT = {
    About.COMPLAINT: (Intent.COMPLAINT,),
    About.MONEY: (Intent.REFUND_REQUEST, Intent.BILLING_DISPUTE),
}
_WORDS_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A customer's message as it was read."""

    id: MessageId
    text: str
    felt: Emotion
    before: tuple[Said, ...] = ()


async def watch(
    deps: Deps,
    conversation_id: ConversationId,
    heard: Sequence[Heard],
    intents: Sequence[IntentReading] | None = None,
    *,
    is_turn: bool = False,
    in_words: bool = True,
) -> tuple[Alarm, ...]:
    """What these messages of one conversation ring, the most severe first.

    Of a trigger that several ring, the strongest alarm stays.

    Args:
        deps: clock, profile, reader and pool.
        conversation_id: theirs.
        heard: oldest first.
        intents: what they want, where it was read already.
        is_turn: whether what our turns left unanswered is looked for too.
        in_words: whether they are explained at once; else that is the caller's to have done.
    """
    if not heard:
        return ()
    now = deps.clock.now()
    async with borrow(deps.pool) as conn:
        earlier = await emotion_alarms.list_earlier(
            conn, conversation_id, heard[0].id, since=now - LOOK_BACK
        )
        since = now - longest_cool_down(deps.profile.emotion)
        rung = await emotion_alarms.list_rung(conn, conversation_id, since=since)
    before = [each.valence for each in earlier if each.valence is not None]
    found: dict[str, Alarm] = {}
    for each in heard:
        seen = Seen(message_id=each.id, felt=each.felt, now=now, before=tuple(before), rung=rung)
        if is_turn:
            seen = replace(seen, asked=await _count(deps, each, earlier))
        before.append(each.felt.valence)
        for alarm in await _judge(deps, seen, each, intents):
            if alarm.trigger not in found or alarm.strength > found[alarm.trigger].strength:
                found[alarm.trigger] = alarm
    alarms = in_order(tuple(found.values()))
    return await explain(deps, alarms, heard) if in_words else alarms


async def _judge(
    deps: Deps, seen: Seen, heard: Heard, intents: Sequence[IntentReading] | None
) -> tuple[Alarm, ...]:
    """Intents are read only where something more could ring by them."""
    rules = deps.profile.emotion
    seen = replace(seen, about=about_words(heard.text))
    if intents is None:
        certain = judge(rules, seen)
        if judge(rules, replace(seen, about=frozenset(About))) == certain:
            return certain
        intents = await deps.reader.intents([heard.text])
    return judge(rules, replace(seen, about=seen.about | about_intents(intents or ())))


def about_words(text: str) -> frozenset[About]:
    """What the words of a message are about."""
    found = {About.SAFETY: speaks_of_danger(text), About.ALLERGY: names_allergy(text)}
    return frozenset(about for about, is_so in found.items() if is_so)


def about_intents(readings: Iterable[IntentReading]) -> frozenset[About]:
    """What a message is about by what it wants."""
    shares = [dict(reading.spread or reading.ranked) for reading in readings]
    return frozenset(
        about
        for about, wanted in _BY_INTENT.items()
        if any(sum(each.get(w, 0.0) for w in wanted) >= COMPLAINS_FROM for each in shares)
    )


def longest_cool_down(rules: EmotionRules) -> timedelta:
    """How far back alarms may still keep a trigger quiet."""
    return timedelta(minutes=max(trigger.cool_down_minutes for trigger in rules.triggers))


async def _count(deps: Deps, heard: Heard, earlier: Sequence[Earlier]) -> int:
    if all(trigger.unanswered is None for trigger in deps.profile.emotion.triggers):
        return 1
    # What waits with it was not left unanswered by anybody.
    asked = [each for each in earlier if not each.is_waiting]
    return await count_asked(deps.reader, heard.text, asked)


async def explain(deps: Deps, alarms: Sequence[Alarm], heard: Sequence[Heard]) -> tuple[Alarm, ...]:
    """The alarms with the words that weighed: those of the most severe, read once."""
    triggers = {trigger.name: trigger for trigger in deps.profile.emotion.triggers}
    messages = {each.id: each for each in heard}
    spoken: dict[MessageId, str] = {}
    told = []
    for alarm in alarms:
        each, trigger = messages[alarm.message_id], triggers[alarm.trigger]
        if trigger.unanswered is not None:
            words = " ".join(each.text.split())[:80]
        else:
            if not spoken:
                spoken[each.id] = await _weigh(deps, each, trigger)
            words = spoken.get(each.id, "")
        said = f": “{words}”" if words else ""
        told.append(replace(alarm, explanation=f"{alarm.explanation}{said}"))
    return tuple(told)


async def _weigh(deps: Deps, heard: Heard, trigger: Trigger) -> str:
    """The words by which this trigger rang."""

    def of(felt: Emotion) -> float:
        if trigger.falls_by is not None:
            return -felt.valence
        if trigger.intensity_from is None and trigger.escalate_from is not None:
            return felt.escalate
        return felt.intensity if felt.primary is heard.felt.primary else 0.0

    return await weigh_span(deps.reader, heard.text, of, before=heard.before)


def trouble_of(alarms: Sequence[Alarm]) -> Trouble | None:
    """Why a person is needed, where an alarm calls one; alarms as `watch` orders them."""
    calling = [alarm for alarm in alarms if alarm.act is Act.HAND_OVER]
    if not calling:
        return None
    first = calling[0]
    return Trouble(
        reason=REASON,
        explanation=first.explanation,
        severity=first.severity,
        first_words=first.first_words.value,
    )


def with_alarms(trouble: Trouble, alarms: Sequence[Alarm]) -> Trouble:
    """Another trouble, as pressing as what rang beside it, and saying so."""
    rung = trouble_of(alarms)
    if rung is None or trouble.reason == REASON:
        return trouble
    severity = worst((trouble.severity, rung.severity))
    told = f"{trouble.explanation}; {rung.explanation}"
    return replace(trouble, severity=severity, explanation=told)


async def keep(
    deps: Deps, conn: Connection, conversation_id: ConversationId, alarms: Sequence[Alarm]
) -> tuple[Alarm, ...]:
    """Write the alarms inside the caller's transaction; those that ring only now.

    The conversation is locked: whoever came first has rung, and the other finds it quiet.
    """
    if not alarms:
        return ()
    now, rules = deps.clock.now(), deps.profile.emotion
    since = now - longest_cool_down(rules)
    rung = await emotion_alarms.list_rung(conn, conversation_id, since=since)
    triggers = {trigger.name: trigger for trigger in rules.triggers}
    return tuple(
        [
            alarm
            for alarm in alarms
            if not is_quiet(triggers[alarm.trigger], alarm.strength, rung, now=now)
            and await emotion_alarms.add(conn, conversation_id, alarm, at=now)
        ]
    )


async def tell_staff(
    conn: Connection,
    conversation_id: ConversationId,
    rung: Sequence[Alarm],
    *,
    said: Mapping[MessageId, tuple[AddressId, str]],
) -> NoticeId | None:
    """Owe the desk a line on what only has to be told, where no card stands for it already.

    `said` is who wrote each message and what. Who has the conversation reads it in its thread.
    """
    told = [alarm for alarm in rung if alarm.act is Act.TELL]
    if not told or await desk_floor.find_open(conn, conversation_id) is not None:
        return None
    address_id, text = said[told[0].message_id]
    reach = await handles.get_handle(conn, address_id)
    words = " ".join(text.split())[:_WORDS_MAX]
    line = f"How a customer feels: {reach}\n{told[0].explanation}\n“{words}”"
    post = NewPost(key=f"emotion:{told[0].message_id}", text=line, message_id=told[0].message_id)
    return await desk_notices.owe_post(conn, post)
