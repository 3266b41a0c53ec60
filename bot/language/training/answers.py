"""Short calm messages in their place, which nobody had to write: what a talk mostly consists of.

A line that was written with something before it mostly has a feeling in it, because that is what it
is for. Without these the model would take every "yes" after our terms for a bitter one, and every
"6pm" after an apology for a reason to call a manager.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain import Polarity
from bot.language.training.lines import CALM, INTENTS, PLAIN_INTENTS, Line, line_of
from bot.language.wording import phrases

ANSWERS: Final = frozenset({"affirm", "deny", "thanks"})
"""Intents of what is said to a question, and calm after one of ours."""
SHORT_CHARACTERS: Final = 45
LANGUAGES: Final = ("en", "es", "zh")
UPSET_FROM: Final = 0.5
AFTER_UPSET: Final = 0.3
"""So many follow an angry or worried message of the same customer, and what we said to it."""
UNASKED: Final = 0.3
"""So many of the others follow what asks nothing: a confirmation, a refusal, a notice."""
ALONE: Final = 0.15
"""So many pleased words with nothing before them."""
PLEASED: Final = {
    "en": "great|great!|great.|perfect|perfect!|lovely|awesome|cool|nice|wonderful|of course"
    "|ok great|great thanks|good|excellent|sounds good|sweet|amazing|love it|brilliant|super"
    "|ok cool|nice one",
    "es": "genial|genial!|perfecto|perfecto!|excelente|muy bien|qué bien|claro|por supuesto|va"
    "|súper|padrísimo|buenísimo|maravilloso|ok perfecto|genial gracias|estupendo|ándale|qué bueno",
    "zh": "太好了|太好了！|完美|不错|很好|真棒|棒|好极了|当然|好嘞|赞|行啊|好呀|漂亮|没问题"
    "|不用了|嗯|挺好的",
}
"""Words that are bitter after bad news alone."""
_SORRY: Final = re.compile("sorry|apolog|handover|comfort|complaint")
_BAD_NEWS: Final = re.compile(
    "sorry|apolog|can't|cannot|couldn't|unable|unfortunately|too late|cancel|is kept|no longer"
    "|siento|lament|no pued|no pod|por desgracia|demasiado tarde|se queda|ya no"
    "|抱歉|对不起|不能|无法|没法|遗憾|取消|不退",
    re.IGNORECASE,
)
"""Of what the service says; whether a "great" after it is bitter only the hands' lines say."""
_PERSON: Final = re.compile("person|hand_?over|team|notice|staff|human|ask")
"""What may be a relief or one more delay: read as either, and nobody is called for it."""
_TORN: Final = [["neutral", "neutral", 0.1, False], ["angry", "negative", 0.4, False]]

Told = tuple[list[str], list[str], list[str]]
"""What the service tells, what it asks, and what it says to somebody who is upset."""


def read_answers(own: Sequence[Line], *, count: int, weight: float, seed: int) -> list[Line]:
    """So many short plain lines, each after what we or the same customer said.

    Args:
        own: lines with feeling, to be what a calm one came after.
    """
    rng = random.Random(seed)
    rows = [json.loads(row) for row in INTENTS.read_text(encoding="utf-8").splitlines()]
    short = [row for row in rows if row["intent"] in PLAIN_INTENTS | ANSWERS]
    short = [row for row in short if len(row["text"]) <= SHORT_CHARACTERS]
    plain = {each: _texts(rows, each) for each in LANGUAGES}
    upset = {each: _upset(own, each) for each in LANGUAGES}
    told = {each: _phrases(each) for each in LANGUAGES}
    lines = []
    for row in rng.choices(short, k=count):
        language = row["language"]
        if upset[language] and rng.random() < AFTER_UPSET:
            before = _after_upset(upset[language], told[language], rng)
        else:
            before = _after_talk(plain[language], told[language], rng)
        lines.append(line_of({**row, **CALM, "before": before}, "answers", weight))
    return lines


def read_pleased(*, count: int, weight: float, seed: int) -> list[Line]:
    """So many pleased words of one or two, alone or after what is no bad news."""
    rng = random.Random(seed)
    lines = []
    for _ in range(count):
        language = rng.choice(LANGUAGES)
        said = phrases()[language]
        row: dict[str, Any] = {"text": rng.choice(PLEASED[language].split("|")), **CALM}
        row |= {"language": language, "intensity": 0.1}
        name = rng.choice(list(said))
        ours = re.sub(r"\{[^}]*\}", "12", rng.choice(said[name]))
        if rng.random() >= ALONE and not _BAD_NEWS.search(ours):
            row["before"] = [["us", ours]]
            if _PERSON.search(name):
                row["labels"] = _TORN
        lines.append(line_of(row, "pleased", weight))
    return lines


def _after_upset(upset: Sequence[str], told: Told, rng: random.Random) -> list[list[str]]:
    tells, asks, sorry = told
    said = [rng.choice(sorry), *rng.sample([*tells, *asks], rng.randint(0, 2))]
    return [["customer", rng.choice(upset)], ["us", " ".join(said)]]


def _after_talk(plain: Sequence[str], told: Told, rng: random.Random) -> list[list[str]]:
    tells, asks, _sorry = told
    said = rng.sample(tells, rng.randint(1, 3))
    if rng.random() >= UNASKED:
        said = [*said[: rng.randint(0, 3)], rng.choice(asks)]
    before = [["customer", each] for each in rng.sample(plain, rng.randint(0, 1))]
    return [*before, ["us", " ".join(said)]]


def _texts(rows: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    own = [row for row in rows if row["language"] == language]
    return [row["text"] for row in own if row["intent"] in PLAIN_INTENTS]


def _upset(own: Sequence[Line], language: str) -> list[str]:
    return [
        line.spoken.text
        for line in own
        if line.language == language
        and line.polarity is Polarity.NEGATIVE
        and line.intensity >= UPSET_FROM
    ]


def _phrases(language: str) -> Told:
    """With a figure where the service puts one in."""
    said = {
        name: [re.sub(r"\{[^}]*\}", "12", each) for each in variants]
        for name, variants in phrases()[language].items()
    }
    every = [each for variants in said.values() for each in variants]
    asks = [each for each in every if each.rstrip().endswith(("?", "？"))]
    sorry = [each for name in said if _SORRY.search(name) for each in said[name]]
    return [each for each in every if each not in set(asks)], asks, sorry
