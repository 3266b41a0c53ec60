"""Which triggers of the profile a message rings: pure, from what was read and what went before.

bot/feelings/watching.py gathers what is needed here, for turns and for the emotion job alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import Emotion, MessageId, Polarity, PrimaryEmotion
from bot.domain_alarms import About, Act, Alarm, FirstWords, Rung
from bot.profile_emotions import EmotionRules, Trigger

STRONGER_BY = 0.1
"""So much more than what has rung must be read to ring within the cool-down."""
_ASKED_SCALE = 8
_SPOKEN = {
    About.SAFETY: "about safety",
    About.ALLERGY: "about an allergy",
    About.COMPLAINT: "with a complaint",
    About.MONEY: "about money",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as a trigger sees it."""

    message_id: MessageId
    felt: Emotion
    now: datetime
    about: frozenset[About] = frozenset()
    before: tuple[float, ...] = ()
    """Valence of the conversation's messages before it, oldest first."""
    asked: int = 1
    """How often the same was asked and not answered, this time included."""
    rung: tuple[Rung, ...] = ()
    """Alarms of the conversation that still keep their triggers quiet."""


def judge(rules: EmotionRules, seen: Seen) -> tuple[Alarm, ...]:
    """Every alarm that the message raises, the most severe first."""
    ringing = [trigger for trigger in rules.triggers if _holds(trigger, seen)]
    alarms = [_alarm(trigger, seen) for trigger in ringing]
    loud = [
        alarm
        for trigger, alarm in zip(ringing, alarms, strict=True)
        if not is_quiet(trigger, alarm.strength, seen.rung, now=seen.now)
    ]
    return in_order(loud)


def in_order(alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """The most severe first, then those that call a person, then as they stand in the profile."""
    return tuple(sorted(alarms, key=lambda each: (-each.severity.weight, each.act is Act.TELL)))


def may_ring(rules: EmotionRules, felt: Emotion) -> bool:
    """Whether any trigger could ring for what was read, whatever was said and went before.

    What goes unanswered is left out: only a turn knows what our turns have answered.
    """
    return any(
        trigger.unanswered is None
        and _feels(trigger, felt)
        and (trigger.falls_by is None or felt.valence < 0)
        for trigger in rules.triggers
    )


def is_quiet(trigger: Trigger, strength: float, rung: Sequence[Rung], *, now: datetime) -> bool:
    """Whether the trigger has rung for as much within its cool-down."""
    span = timedelta(minutes=trigger.cool_down_minutes)
    return any(
        each.trigger == trigger.name
        # What rang in the future was rung by a clock that went wrong, and is not waited for.
        and abs(now - each.at) < span
        and strength < each.strength + STRONGER_BY
        for each in rung
    )


def fall_of(trigger: Trigger, valences: Sequence[float]) -> float:
    """By how much the last messages fell; 0 where they did not, or where that has rung before.

    A fall rings once, when it first is deep enough, however far down it goes on.
    """
    first = len(valences) - 1
    while first > 0 and valences[first - 1] > valences[first]:
        first -= 1
    run = valences[first:]
    if any(_drop(trigger, run[:end]) for end in range(1, len(run))):
        return 0.0
    return _drop(trigger, run)


def _drop(trigger: Trigger, run: Sequence[float]) -> float:
    """The fall over the last messages of a run that only falls, where it is deep enough."""
    if trigger.falls_by is None or len(run) < trigger.over or run[-1] >= 0:
        return 0.0
    # A sum of rounded figures is a hair off what they say.
    fall = round(run[-trigger.over] - run[-1], 6)
    return fall if fall >= trigger.falls_by else 0.0


def _holds(trigger: Trigger, seen: Seen) -> bool:
    if not _feels(trigger, seen.felt):
        return False
    if trigger.about and not seen.about & set(trigger.about):
        return False
    if trigger.unanswered is not None and seen.asked < trigger.unanswered:
        return False
    return trigger.falls_by is None or fall_of(trigger, (*seen.before, seen.felt.valence)) > 0


def _feels(trigger: Trigger, felt: Emotion) -> bool:
    if trigger.feelings and felt.primary not in trigger.feelings:
        return False
    measured = trigger.intensity_from is not None or trigger.escalate_from is not None
    if measured and not trigger.feelings and _is_calm(felt):
        return False
    return felt.intensity >= (trigger.intensity_from or 0.0) and felt.escalate >= (
        trigger.escalate_from or 0.0
    )


def _is_calm(felt: Emotion) -> bool:
    """Swearing for joy is loud, and nobody's trouble; nor is a plain word, whatever the manager's
    call makes of it. What is told coldly and is bad all the same is not calm."""
    is_plain = felt.primary is PrimaryEmotion.NEUTRAL and felt.polarity is Polarity.NEUTRAL
    return is_plain or felt.polarity is Polarity.POSITIVE


def _alarm(trigger: Trigger, seen: Seen) -> Alarm:
    return Alarm(
        message_id=seen.message_id,
        trigger=trigger.name,
        severity=trigger.severity,
        act=trigger.act,
        explanation=_explain(trigger, seen),
        strength=round(_strength(trigger, seen), 3),
        first_words=_first_words(trigger, seen),
    )


def _strength(trigger: Trigger, seen: Seen) -> float:
    if trigger.falls_by is not None:
        return fall_of(trigger, (*seen.before, seen.felt.valence))
    if trigger.unanswered is not None:
        return min(seen.asked / _ASKED_SCALE, 2.0)
    is_managers = trigger.intensity_from is None and trigger.escalate_from is not None
    return seen.felt.escalate if is_managers else seen.felt.intensity


def _explain(trigger: Trigger, seen: Seen) -> str:
    felt = f"{seen.felt.primary.value} {seen.felt.intensity:.2f}"
    if trigger.unanswered is not None:
        return f"asked {seen.asked} times without an answer"
    if trigger.falls_by is not None:
        valences = (*seen.before, seen.felt.valence)[-trigger.over :]
        course = " → ".join(f"{each:+.2f}" for each in valences)
        return f"falling over {trigger.over} messages, {course}, now {felt}"
    if trigger.intensity_from is None and trigger.escalate_from is not None:
        return f"{felt}, for a manager {seen.felt.escalate:.2f}"
    about = [_SPOKEN[each] for each in trigger.about if each in seen.about]
    return ", ".join((felt, *about))


def _first_words(trigger: Trigger, seen: Seen) -> FirstWords:
    """What fits the feeling: an apology for a wrong is no comfort to who is afraid."""
    if trigger.unanswered is not None:
        return FirstWords.ASKED_AGAIN
    match seen.felt.primary:
        case PrimaryEmotion.ANGRY | PrimaryEmotion.DISGUSTED:
            return FirstWords.COMPLAINT
        case PrimaryEmotion.SAD:
            return FirstWords.LET_DOWN
    if About.SAFETY in seen.about:
        return FirstWords.IN_DANGER
    is_afraid = seen.felt.primary is PrimaryEmotion.FEARFUL
    return FirstWords.WORRIED if is_afraid else FirstWords.HEARD
