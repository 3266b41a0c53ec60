"""The kind sentence with which the offline model begins an answer to somebody who is not content.

Only where it fits: of a clear feeling that was read surely, never for plain words however they
sound, nor for a bare yes or no, and never twice in a row. It promises nothing (I8).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.language.course import Turning, comforts, read_course
from bot.language.wording import phrases, say
from bot.llm import offline_words as words
from bot.situation import Situation

KIND_FROM = 0.5
SURE_FROM = 0.5
WORDS: Mapping[PrimaryEmotion, str] = {
    PrimaryEmotion.ANGRY: "comfort_angry",
    PrimaryEmotion.DISGUSTED: "comfort_angry",
    PrimaryEmotion.SAD: "comfort_sad",
    PrimaryEmotion.FEARFUL: "comfort_worried",
}
UNSPACED = frozenset({"zh"})


def with_kindness(situation: Situation, text: str, *, seed: str) -> str:
    """The answer, with a kind sentence before it where one fits."""
    phrase = _phrase(situation, text)
    if not phrase:
        return text
    first = say(phrase, situation.language, seed=seed)
    gap = "\n" if "\n" in text else "" if situation.language in UNSPACED else " "
    return f"{first}{gap}{text}"


def _phrase(situation: Situation, text: str) -> str:
    if words.is_yes(situation.text) or words.is_no(situation.text):
        return ""
    course = read_course(situation)
    if not text or course.now is None or comforts(text):
        return ""
    if course.has_just_comforted or (course.turning is Turning.STILL and course.apologies):
        return ""
    phrase = WORDS.get(course.now.primary, "") if _is_clear(course.now) else ""
    return phrase if phrase in phrases().get(situation.language, {}) else ""


def _is_clear(emotion: Emotion) -> bool:
    is_sure = emotion.confidence >= SURE_FROM and emotion.intensity >= KIND_FROM
    return is_sure and emotion.polarity is Polarity.NEGATIVE
