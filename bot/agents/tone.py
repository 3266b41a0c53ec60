"""Chooses how to speak to a customer: by what they feel, how it went so far, and how they write.

Pure; bot/language/course.py reads how it went. What is then said to the model stands in tones.toml;
bot/prompting.py adds it to an agent's instructions. It changes the manner of an answer, never what
is true or allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.domain import Direction, Emotion, Polarity, PrimaryEmotion
from bot.language.course import Course, Turning, read_course
from bot.situation import Situation

FILE = Path(__file__).parent / "tones.toml"
STRONG = 0.7
LOOK_BACK = 6
"""How many of the customer's messages show how they write; the waiting ones among them."""

Tones = Mapping[str, Mapping[str, Mapping[str, str]]]


class Register(StrEnum):
    """How somebody writes."""

    FORMAL = "formal"
    INFORMAL = "informal"
    NEUTRAL = "neutral"


_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_SHOUTING_MARKS = re.compile(r"[!?！？]{2,}")
_FORMAL: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:dear (?:sir|madam|team|mr|ms|mrs|dr)|to whom it may concern|kind regards|"
        r"best regards|sincerely|yours (?:faithfully|truly)|i would (?:like|be grateful)|"
        r"we would (?:like|be grateful)|i am writing|would you (?:kindly|be so kind)|"
        r"please advise|at your earliest convenience|i look forward to)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?:usted|ustedes|estimad[oa]s?|quisiera|quisiéramos|podría|podrían|le agradecería|"
        r"les agradecería|le escribo|disculpe|atentamente|cordialmente|saludos cordiales|"
        r"tendría la amabilidad)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"您|贵公司|贵店|敬请|烦请|此致|敬礼|谨此"),
}
_INFORMAL: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:hey+|yo|hiya|sup|lol|lmao|omg|u|ur|r u|gonna|wanna|gotta|gimme|thx|ty|pls|plz|"
        r"ya|yeah|yep|yup|nope|nah|cool|awesome|dude|guys|folks|y'all|btw|idk|tbh|haha+)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?:tú|contigo|tienes|puedes|haces|quieres|sabes|dime|mándame|oye|oigan|porfa|"
        r"porfis|xfa|q tal|qué onda|que onda|k onda|vale|guay|chido|güey|wey|jaja\w*|jeje\w*|"
        r"te (?:escribo|pregunto|parece|importa)|gracias amigo)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"你|哈哈|嘿|嗨|哦|呀|啦|嘛|哈喽|谢啦|咋|啥|滴"),
}


def describe_tone(situation: Situation) -> str:
    """What the model is told of how to speak in this turn; empty where nothing is remarkable."""
    manner = register_of(situation.language, _own_words(situation))
    said = _tones().get("register", {}).get(situation.language, {}).get(manner, "")
    return _joined(_feeling(situation), said)


def register_of(language: str, texts: Iterable[str]) -> Register:
    """How these texts are written, by simple signs; several signs of a kind weigh more."""
    balance = sum(_balance(language, text) for text in texts)
    if balance == 0:
        return Register.NEUTRAL
    return Register.FORMAL if balance > 0 else Register.INFORMAL


def _feeling(situation: Situation) -> str:
    """What to do about what they feel; of how it went, what the feeling alone does not say."""
    course = read_course(situation)
    if course.turning is Turning.CURT:
        return _joined(_always("course", "curt"), _manager(course))
    if course.turning is Turning.ROUND:
        return _always("course", "round")
    if course.now is None:
        return _manager(course)
    first = _answered_again(course) or _answered(course.now, is_serious=course.is_serious)
    falling = _always("course", "falling") if course.turning is Turning.FALLING else ""
    return _joined(first, falling, "" if _is_grave(course) else _manager(course))


def _answered(emotion: Emotion, *, is_serious: bool) -> str:
    is_strong = emotion.intensity >= STRONG or (
        is_serious and emotion.polarity is Polarity.NEGATIVE
    )
    grade = "strong" if is_strong else "mild"
    tones = _tones()
    if emotion.primary is PrimaryEmotion.SURPRISED:
        return tones["surprise"][emotion.polarity.value][grade]
    if emotion.primary is not PrimaryEmotion.NEUTRAL:
        return tones["emotion"][emotion.primary.value][grade]
    return tones["polarity"].get(emotion.polarity.value, {}).get(grade, "")


def _answered_again(course: Course) -> str:
    """The words for somebody whom we have comforted already and who still feels so."""
    is_bad = course.now is not None and course.now.polarity is Polarity.NEGATIVE
    if course.now is None or not (is_bad and course.apologies):
        return ""
    return _always("again", course.now.primary.value)


def _manager(course: Course) -> str:
    return _always("course", "serious") if course.is_serious else ""


def _is_grave(course: Course) -> bool:
    """Whether the words for the feeling have been chosen as for the strongest already."""
    return (
        course.now is not None
        and course.now.polarity is Polarity.NEGATIVE
        and not course.apologies
        and course.now.primary is not PrimaryEmotion.SURPRISED
    )


def _always(table: str, name: str) -> str:
    """Words that have no grades; empty where there are none."""
    return _tones()[table].get(name, {}).get("always", "")


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _balance(language: str, text: str) -> int:
    """Signs of formality less those of ease."""
    formal, informal = _FORMAL.get(language), _INFORMAL.get(language)
    signs = len(formal.findall(text)) if formal else 0
    signs -= len(informal.findall(text)) if informal else 0
    signs -= bool(_EMOJI.search(text)) + bool(_SHOUTING_MARKS.search(text))
    return signs


def _own_words(situation: Situation) -> list[str]:
    earlier = [m.text for m in situation.transcript if m.direction is Direction.INBOUND]
    return [*earlier, *(m.text for m in situation.waiting)][-LOOK_BACK:]


@cache
def _tones() -> Tones:
    with FILE.open("rb") as opened:
        return tomllib.load(opened)
