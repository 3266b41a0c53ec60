"""Which words of a question the articles use: what vectors miss, words tell.

Vectors find "how heavy is the grill" next to "how big is the grill"; that no article speaks of
weight is seen here. Words are cut to their beginnings, which stands in for grammar in languages
with spaces; Chinese, for which PostgreSQL has no parser, is taken in pairs of characters. They are
stored as a tsvector with each document and weighed in bot/store/knowledge_search.py.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

STEM_LENGTH: Final = 5

_WORD: Final = re.compile(r"[^\W\d_]{2,}|\d+")
_HAN: Final = re.compile("[\u4e00-\u9fff]+")


def words(text: str) -> frozenset[str]:
    """The text's different word beginnings, numbers and Chinese character pairs."""
    bare = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    found = {word[:STEM_LENGTH] for word in _WORD.findall(_HAN.sub(" ", plain))}
    for run in _HAN.findall(plain):
        found.update(run[place : place + 2] for place in range(max(len(run) - 1, 1)))
    return frozenset(found)
