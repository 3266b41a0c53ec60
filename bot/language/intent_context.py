"""What the conversation makes of a message: how likely it only answers what we asked last.

Read alone, "the 14th" wants a date looked up and "20" wants nothing at all; after our question both
are answers and belong to whoever asked. Pure: the router mixes what stands here with the reading.
The likelihoods were set by hand on how such answers look, not learnt: there are too few marked
conversations to learn them from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.language.intents import Intent
from bot.language.numbers import fold

ANSWERS: Final = 0.9
"""That a few words which hold what was asked for answer it."""
MAY_ANSWER: Final = 0.3
"""That a few words without it answer all the same: a name, a town, "the big one"."""
SAME_AGAIN: Final = 1.6
"""How much likelier a few words want what was wanted before: "and for 30?", "and Sunday?"."""
WORDS_MAX: Final = 8
"""Whoever writes more says what they want."""
YES_WORDS_MAX: Final = 4

_NUMBER: Final = re.compile(
    r"\d|[一二三四五六七八九十两兩百]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|dozen|\w+teen|twenty|thirty|forty|fifty|un[oa]?|dos|tres|cuatro|cinco|seis|siete"
    r"|ocho|nueve|diez|once|doce|docena|trece|catorce|quince|veinti?\w*|treinta|cuarenta"
    r"|cincuenta|just us|none|no kids|solo|ninguno)\b"
)
_DAY: Final = re.compile(
    r"\d|[一二三四五六七八九十]号|[周週月日号號点點天晚早午]|\b(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun"
    r"|\w+day|to(?:day|night|morrow)|tmrw|noon|evening|morning|weekend|jan|feb|mar|apr|may|june?"
    r"|july?|aug|sept?|oct|nov|dec|\w+ber|\w+uary|march|april|august|first|second|third|\w+th"
    r"|lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana|tarde|noche|mediodia"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|\w+bre|primero|any|whenever|either"
    r"|cualquiera)\b"
)
_YES_OR_NO: Final = re.compile(
    r"^\W*(?:y|n|ye[sap]\w*|yup|ok(?:ay)?|sure|no(?:pe)?|nah|please|correct|right|go ahead|do it"
    r"|sounds? good|perfect|fine|book it|confirm\w*|si+|claro|dale|va|vale|correcto|perfecto|sale"
    r"|adelante|por favor|asi es|de acuerdo|好|行|可以|对|對|是|嗯|不|确认|確認|没问题|沒問題)"
)
_ASKS: Final = re.compile(
    r"吗|嗎|多少|怎么|怎麼|\b(?:how|what|why|who|where|can you|do you|cuanto|como"
    r"|que(?! viene| entra| sigue)|donde"
    r"|cual|por que)\b"
)
_WHAT_ANSWERS: Final[Mapping[str, re.Pattern[str]]] = {
    "headcount": _NUMBER,
    "ages": _NUMBER,
    "zip": _NUMBER,
    "address": _NUMBER,
    "date": _DAY,
    "time": _DAY,
    "hold": _YES_OR_NO,
    "yes": _YES_OR_NO,
    "confirm": _YES_OR_NO,
    "person": _YES_OR_NO,
}
"""What an answer to each of the questions of bot/language/wording.py holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message in its place: what was said just before it."""

    text: str
    """The message itself."""
    asked: str = ""
    """What we asked last, as one of `wording.QUESTIONS`; empty where we asked nothing."""
    last_intent: Intent | None = None
    """What the customer wanted in the turn before."""


def answering(heard: Heard) -> float:
    """How likely the message only answers what we asked, 0 to 1."""
    folded = fold(heard.text)
    if not heard.asked or _length(folded) > WORDS_MAX or _ASKS.search(folded):
        return 0.0
    pattern = _WHAT_ANSWERS.get(heard.asked)
    if pattern is None or not pattern.search(folded):
        return 0.0 if re.search("[?？]", folded) else MAY_ANSWER
    # "Yes" answers; "yes, and I want my money back" says more than that.
    return MAY_ANSWER if pattern is _YES_OR_NO and _length(folded) > YES_WORDS_MAX else ANSWERS


def same_again(heard: Heard) -> Mapping[Intent, float]:
    """Odds by which intents are likelier, because a few words seldom change the matter."""
    if heard.last_intent is None or _length(fold(heard.text)) > WORDS_MAX:
        return {}
    return {heard.last_intent: SAME_AGAIN}


def _length(folded: str) -> float:
    """In words; two Chinese characters count as one."""
    han = len(re.findall("[\u3400-\u9fff]", folded))
    return len(re.findall(r"[^\W\u3400-\u9fff]+", folded)) + han / 2
