"""Which words of a question the articles use: what vectors miss, words tell.

Vectors find "how heavy is the grill" next to "how big is the grill"; that no article speaks of
weight is seen here. Words are cut to their beginnings, which stands in for grammar in languages
with spaces; Chinese is taken in pairs of characters.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
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


class Lexicon:
    """The words of every live article, and how telling each word is."""

    def __init__(self, texts: Iterable[tuple[str, str, str]] = (), *, stamp: str = "") -> None:
        """Read article, language and text of each chunk; `stamp` names their library."""
        self.stamp = stamp
        self._articles: dict[str, set[str]] = {}
        self._languages: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()
        self._texts = 0
        for article, language, text in texts:
            held = words(text)
            self._articles.setdefault(article, set()).update(held)
            self._languages.add((article, language))
            self._counts.update(held)
            self._texts += 1

    def coverage(self, question: str, *, language: str) -> Mapping[str, float]:
        """For each article that shares a word, the part of the question it covers, from 0 to 1.

        A rare word counts for more; one that no article uses counts for most. An article that is
        not written in this language cannot share its words, so it counts as much as the best.
        """
        weights = {word: self._weight(word) for word in words(question)}
        whole = sum(weights.values())
        shared = {
            article: sum(weight for word, weight in weights.items() if word in held)
            for article, held in self._articles.items()
        }
        best = max(shared.values(), default=0.0)
        foreign = {name for name in shared if (name, language) not in self._languages}
        shared.update(dict.fromkeys(foreign, best))
        return {article: part / whole for article, part in shared.items() if part}

    def _weight(self, word: str) -> float:
        return math.log((self._texts + 1) / (self._counts[word] + 0.5))
