"""How a conversation goes for its customer: what they feel now, what before, what we said to it.

Pure; reads the situation of a turn and nothing else. bot/agents/tone.py chooses an agent's manner
by it, and the offline model its first sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from bot.domain import Direction, Emotion, Polarity, PrimaryEmotion, StoredMessage
from bot.language.numbers import fold
from bot.situation import Situation

FELT = 0.35
"""Fainter than this an emotion changes nothing: half of it is the scorer's noise."""
SORE = 0.5
"""From here a bad word is not over because the next one is short."""
SERIOUS = 0.5
"""From here the scorer says that a good manager would want to be told."""
LATELY = timedelta(hours=48)
BEFORE = 3
"""So many messages before the waiting ones still weigh."""
FALLS_BY = 0.6
_SORRY = re.compile(
    r"\b(?:sorry|apolog\w+|lo siento|siento (?:mucho|que|lo)|lament\w+|disculp\w+|perdon\w*)\b"
    r"|抱歉|对不起|不好意思|遗憾|歉意"
)
_KIND = re.compile(
    r"\bi understand\b|\b(?:entiendo|comprendo)\b|(?:明白|理解|体会)您|我(?:明白|理解)|顾虑我"
)


class Turning(StrEnum):
    """Where it goes, seen from the waiting messages."""

    STEADY = "steady"
    FALLING = "falling"
    """Each of the last messages sounds worse than the one before."""
    STILL = "still"
    """They were not content before, and are not now."""
    CURT = "curt"
    """They were sore a moment ago, and are only brief now: nothing says that it is over."""
    ROUND = "round"
    """They were not content before, and are glad now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What there is to answer to, beside the words."""

    now: Emotion | None
    """What to answer to; None where nothing is felt that matters."""
    was: Emotion | None
    """The sorest of what they wrote just before; None where nothing of it was bad."""
    turning: Turning
    apologies: int
    """How many of our messages since then said sorry."""
    has_just_comforted: bool
    """Whether our last message said sorry, or that we understand."""
    is_serious: bool
    """Whether a good manager would want to be told, however calmly it is put."""


def read_course(situation: Situation) -> Course:
    """How it goes, as of the waiting messages."""
    felt = [situation.emotions[m.id] for m in situation.waiting if m.id in situation.emotions]
    now = foremost(felt)
    before = _before(situation)
    bad = [(m, e) for m, e in before if _is_bad(e)]
    at, was = min(bad, key=lambda each: each[1].valence, default=(None, None))
    ours = [m for m in situation.transcript if m.direction is Direction.OUTBOUND]
    since = [m for m in ours if at is not None and m.seq > at.seq]
    return Course(
        now=now,
        was=was,
        turning=_turning(now, was, [e.valence for _, e in before]),
        apologies=sum(says_sorry(m.text) for m in since),
        has_just_comforted=bool(ours) and comforts(ours[-1].text),
        is_serious=any(is_serious(e) for e in felt),
    )


def foremost(emotions: Iterable[Emotion]) -> Emotion | None:
    """The emotion to answer to: bad ones before good ones, then the strongest.

    Whoever ends on a glad word that is as strong has come round within the same breath, unless
    something of it is for a manager.
    """
    every = list(emotions)
    felt = [each for each in every if each.intensity >= FELT and not _is_plain(each)]
    if not felt:
        return None
    worst = max(felt, key=lambda each: (_is_negative(each), each.intensity))
    ended = every[-1]
    is_over = not _is_negative(ended) and ended.intensity >= max(worst.intensity, SORE)
    if is_over and not _is_plain(ended) and not any(is_serious(each) for each in every):
        return ended
    return worst


def is_serious(emotion: Emotion) -> bool:
    """Whether the scorer would have a manager told, of something that is not praise."""
    return emotion.escalate >= SERIOUS and emotion.polarity is not Polarity.POSITIVE


def says_sorry(text: str) -> bool:
    """Whether a message of ours apologises or is sorry for something."""
    return bool(_SORRY.search(fold(text)))


def comforts(text: str) -> bool:
    """Whether a message of ours says sorry, or that it understands."""
    return says_sorry(text) or bool(_KIND.search(fold(text)))


def falls(valences: Sequence[float]) -> bool:
    """Whether the last three go down, each from the one before, and by enough in all."""
    last = valences[-3:]
    is_down = all(later < earlier for earlier, later in pairwise(last))
    return len(last) == 3 and is_down and last[0] - last[-1] >= FALLS_BY


def _is_plain(emotion: Emotion) -> bool:
    return (emotion.primary, emotion.polarity) == (PrimaryEmotion.NEUTRAL, Polarity.NEUTRAL)


def _is_negative(emotion: Emotion) -> bool:
    """Rough words in good cheer are good cheer."""
    is_cheer = emotion.primary is PrimaryEmotion.HAPPY and not is_serious(emotion)
    return emotion.polarity is Polarity.NEGATIVE and not is_cheer


def _is_bad(emotion: Emotion) -> bool:
    return _is_negative(emotion) and emotion.intensity >= FELT


def _before(situation: Situation) -> Sequence[tuple[StoredMessage, Emotion]]:
    """Their last messages of late, oldest first; what was before a glad one is over."""
    if not situation.waiting:
        return ()
    since = situation.waiting[0].said_at - LATELY
    kept: list[tuple[StoredMessage, Emotion]] = []
    for message in reversed(situation.transcript):
        emotion = situation.earlier_emotions.get(message.id)
        if emotion is None or message.direction is not Direction.INBOUND:
            continue
        if message.said_at < since or len(kept) == BEFORE:
            break
        kept.insert(0, (message, emotion))
        if emotion.valence >= FELT:
            break
    return kept


def _turning(now: Emotion | None, was: Emotion | None, before: Sequence[float]) -> Turning:
    is_bad = now is not None and _is_bad(now)
    if now is not None and is_bad and falls([*before, now.valence]):
        return Turning.FALLING
    if was is None:
        return Turning.STEADY
    if is_bad:
        return Turning.STILL
    if now is not None and not _is_negative(now) and now.polarity is Polarity.POSITIVE:
        return Turning.ROUND
    return Turning.CURT if was.intensity >= SORE else Turning.STEADY
