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
_SORRY: Final = re.compile("sorry|apolog|handover|comfort|complaint")

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
