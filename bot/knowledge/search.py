"""Finds the passages that answer a question, and says whether they do.

Meaning and words are weighed together in one round trip: the words of the live articles are held
in memory, and read again when a search reports that the library has changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock, SystemClock
from bot.domain import Passage
from bot.knowledge.knowing import features, shipped
from bot.knowledge.words import Lexicon
from bot.language.embed import Embedder
from bot.store import knowledge_search as store
from bot.store.connection import Connection, Pool, borrow
from bot.store.knowledge_search import Candidate, Found, Question, Weights

WEIGHTS: Final = Weights(words=0.03, other_language=0.015, text=0.4)
QUESTION_LIMIT: Final = 2000


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
        self._lexicon = Lexicon()

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
        confidence = shipped().confidence(features(candidates))
        return Findings(
            passages=tuple(_passage(candidate) for candidate in citable),
            answers=tuple(candidate.answer for candidate in citable),
            confidence=confidence,
            known=bool(citable) and confidence >= shipped().threshold,
        )

    async def candidates(
        self, question: str, *, language: str, limit: int, vector: Sequence[float] | None = None
    ) -> tuple[Candidate, ...]:
        """The nearest articles, with the nearest question for a person among them."""
        text = question[:QUESTION_LIMIT]
        if vector is None:
            vector = (await self.embedder.embed([text], kind="query"))[0]
        async with borrow(self._pool) as conn:
            found = await self._search(conn, text, vector, language, limit)
            if found.stamp != self._lexicon.stamp:
                texts, stamp = await store.list_texts(conn)
                self._lexicon = Lexicon(texts, stamp=stamp)
                found = await self._search(conn, text, vector, language, limit)
        return found.candidates

    async def _search(
        self, conn: Connection, text: str, vector: Sequence[float], language: str, limit: int
    ) -> Found:
        sought = Question(
            vector=vector,
            coverage=self._lexicon.coverage(text, language=language),
            language=language,
            home_language=self._home_language,
        )
        return await store.search(
            conn, sought, weights=self._weights, limit=limit, now=self._clock.now()
        )


def _passage(candidate: Candidate) -> Passage:
    return Passage(
        chunk_id=candidate.chunk_id,
        article=candidate.article,
        title=candidate.title,
        text=candidate.text,
        language=candidate.language,
        score=candidate.score,
        similarity=candidate.near,
    )
