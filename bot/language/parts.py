"""Splits a text into the wishes it holds: "do you come here and how much for 20?" holds two.

Pure text work, no model. The reader reads each part on its own where there are several; whoever
answers questions looks each of them up. A text that is one wish comes back as it is.
"""

from __future__ import annotations

import re
from typing import Final

PARTS_MAX: Final = 3
_CHARACTERS_READ: Final = 2000
# Shorter than this it is a greeting or a leftover, not a wish. A Chinese character is a word.
_LETTERS_MIN: Final = 8
_HAN_MIN: Final = 3

_QUESTION_WORDS: Final = (
    r"how|what|when|where|who|which|do|does|can|could|is|are|will|would"
    r"|cu[aá]nt[oa]s?|cu[aá]ndo|qu[eé]|c[oó]mo|d[oó]nde|cu[aá]l|hay|tienen?|pueden?|aceptan|vienen"
    r"|llegan|incluye|se puede"
)
_WISH_WORDS: Final = (
    r"i(?:'d| would)? (?:like|need|want)|we(?:'d| would)? (?:like|need|want)|please|book|reserve"
    r"|quiero|quisiera|necesito|me gustar[ií]a"
)
# Where one wish ends and the next begins: a mark, a line, or "and" before a question or a wish.
_SEAMS: Final = re.compile(
    r"(?<=[?？!！。;；])|(?<=[^\W\d]{3}[.…])\s+|\n+"
    r"|[,，]?\s*\b(?:and also|and|also|plus|but|y también|y tambien|además|ademas|también|y|pero)\b"
    rf",?\s+[¿]?(?=(?:{_QUESTION_WORDS}|{_WISH_WORDS})\b)"
    rf"|,\s*[¿]?(?=(?:{_QUESTION_WORDS})\b)"
    r"|[,，、\s]*(?:另外|还有|還有|顺便|順便|而且)(?:问一下|問一下|想问|想問)?[,，]?"
    r"|[,，](?=(?:多少钱|多少錢|能不能|可不可以|有没有|有沒有|怎么|怎麼|要不要|几点|幾點|请问|請問"
    r"|可以))",
    re.IGNORECASE,
)
_HAN: Final = re.compile("[\u3400-\u9fff]")


def split_wishes(text: str) -> tuple[str, ...]:
    """The parts of a text that may each want something, in order, at most three."""
    parts = (part.strip(" ,，¿¡") for part in _SEAMS.split(text[:_CHARACTERS_READ]) if part)
    found = tuple(part for part in parts if _says_something(part))
    return found[:PARTS_MAX]


def _says_something(part: str) -> bool:
    return sum(map(str.isalpha, part)) >= _LETTERS_MIN or len(_HAN.findall(part)) >= _HAN_MIN
