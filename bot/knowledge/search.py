"""Finds the passages that answer a question, and decides whether they do.

Meaning and words are weighed together in one round trip. Cosines of this encoder are all high, so
what is known is judged by a small calibrated model over likeness and margins, not by one of them.
Its weights lie in data/knowing.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot.clock import Clock, SystemClock
from bot.domain import Passage
from bot.language.embed import Embedder
from bot.store import knowledge as store
from bot.store.connection import Pool
from bot.store.knowledge import Candidate, Question, Weights

WEIGHTS: Final = Weights(full_text=0.2, other_language=0.02, text=0.35)
QUESTION_LIMIT: Final = 2000
WORDS_LIMIT: Final = 40

_KNOWING: Final = Path(__file__).parent / "data" / "knowing.json"
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
# The full-text parser would read it as an operator.
_OPERATORS: Final = frozenset({"or"})
# What a margin counts where there is nothing to compare with.
_MARGIN_ALONE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a search came to."""

    passages: tuple[Passage, ...]
    """The nearest passages, best first; they may be cited only where `known`."""
    answers: tuple[str, ...]
    """The answer of each passage, as it may be said to a customer."""
    confidence: float
    """How likely it is that the first passage answers the question, from 0 to 1."""
    known: bool
    """Whether that is likely enough to say so."""


class KnowledgeSearch:
    """The live articles, by question."""

    def __init__(
        self,
        pool: Pool,
        embedder: Embedder,
        *,
        clock: Clock | None = None,
        home_language: str = "en",
        weights: Weights = WEIGHTS,
    ) -> None:
        self._pool = pool
        self.embedder = embedder
        self._clock = clock or SystemClock()
        self._home_language = home_language
        self._weights = weights

    async def search(
        self,
        question: str,
        *,
        language: str,
        limit: int = 4,
        vector: Sequence[float] | None = None,
    ) -> tuple[Passage, ...]:
        """The passages nearest to a question, best first, whether or not they answer it."""
        return (await self.find(question, language=language, limit=limit, vector=vector)).passages

    async def find(
        self,
        question: str,
        *,
        language: str,
        limit: int = 4,
        vector: Sequence[float] | None = None,
    ) -> Findings:
        """The nearest passages, and whether the first one answers.

        Args:
            vector: the question's embedding of kind "query", where the caller has it already.
        """
        candidates = await self.candidates(
            question, language=language, limit=max(limit, 2), vector=vector
        )
        citable = [candidate for candidate in candidates if not candidate.is_for_people][:limit]
        confidence = _confidence(candidates)
        return Findings(
            passages=tuple(_passage(candidate) for candidate in citable),
            answers=tuple(candidate.answer for candidate in citable),
            confidence=confidence,
            known=bool(citable) and confidence >= _knowing()["threshold"],
        )

    async def candidates(
        self, question: str, *, language: str, limit: int, vector: Sequence[float] | None = None
    ) -> tuple[Candidate, ...]:
        """The nearest articles, with the nearest question for a person among them."""
        text = question[:QUESTION_LIMIT]
        if vector is None:
            vector = (await self.embedder.embed([text], kind="query"))[0]
        sought = Question(
            vector=vector,
            words=_words(text),
            language=language,
            home_language=self._home_language,
        )
        async with self._pool.acquire() as conn:
            return await store.search(
                conn, sought, weights=self._weights, limit=limit, now=self._clock.now()
            )


def features(candidates: Sequence[Candidate]) -> Mapping[str, float]:
    """What knowing is judged by; nothing where no article was found."""
    citable = [candidate for candidate in candidates if not candidate.is_for_people]
    if not citable:
        return {}
    best = citable[0]
    for_people = [candidate for candidate in candidates if candidate.is_for_people]
    return {
        "heading": best.heading_similarity,
        "text": best.text_similarity,
        "rank": best.rank,
        "margin": best.score - citable[1].score if len(citable) > 1 else _MARGIN_ALONE,
        "people_margin": best.score - for_people[0].score if for_people else _MARGIN_ALONE,
    }


def _confidence(candidates: Sequence[Candidate]) -> float:
    found = features(candidates)
    if not found:
        return 0.0
    knowing = _knowing()
    sum_ = knowing["bias"] + sum(knowing[name] * value for name, value in found.items())
    return 1.0 / (1.0 + math.exp(-sum_))


@cache
def _knowing() -> Mapping[str, float]:
    values: dict[str, float] = json.loads(_KNOWING.read_text(encoding="utf-8"))
    return values


def _words(text: str) -> tuple[str, ...]:
    """The question's different words, for the full-text query."""
    words = dict.fromkeys(word for word in _WORD.findall(text.lower()) if word not in _OPERATORS)
    return tuple(words)[:WORDS_LIMIT]


def _passage(candidate: Candidate) -> Passage:
    return Passage(
        chunk_id=candidate.chunk_id,
        article=candidate.article,
        title=candidate.title,
        text=candidate.text,
        language=candidate.language,
        score=candidate.score,
        similarity=candidate.heading_similarity,
    )
