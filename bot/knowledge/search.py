"""Finds the passages that answer a question, and says whether they do.

Meaning and words are weighed together in one round trip and one snapshot of the library: a search
sees an article's old version or its new one, never parts of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.clock import Clock, SystemClock
from bot.domain_answers import Passage
from bot.knowledge.knowing import features, shipped
from bot.knowledge.words import words
from bot.language.embed import Embedder
from bot.profile import Profile
from bot.store import knowledge_search as store
from bot.store.connection import Pool, borrow
from bot.store.knowledge_search import Candidate, Question, Weights

WEIGHTS: Final = Weights(words=0.06, other_language=0.015, text=0.4)
GAP: Final = 0.05
"""How much farther a paraphrase in another language lies in this encoder's space; measured on the
tuning questions between English and Spanish ..."""
GAPS: Final = {"zh": 0.1}
"""... and from Chinese to either."""
OFF_TOPIC: Final = "for_people_else"
"""The profile's article of questions that are not the business's; none where it has no such."""
QUESTION_LIMIT: Final = 2000
WORDS_LIMIT: Final = 100
"""A question has fewer; beyond that it is a text, and its meaning tells enough."""


def weights_of(profile: Profile) -> Weights:
    """As the business sets them."""
    rules = profile.knowledge
    return replace(
        WEIGHTS,
        words=float(rules.words_weight),
        other_language=float(rules.other_language_weight),
    )


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
    is_off_topic: bool = False
    """Whether what lies nearest is nothing of the business's: small talk, or another trade."""


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
        confidence = shipped().confidence(features(candidates))
        return Findings(
            passages=tuple(_passage(candidate) for candidate in citable),
            answers=tuple(candidate.answer for candidate in citable),
            confidence=confidence,
            known=bool(citable) and confidence >= shipped().threshold,
            is_off_topic=bool(candidates) and candidates[0].article == OFF_TOPIC,
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
            words=sorted(words(text))[:WORDS_LIMIT],
            language=language,
            home_language=self._home_language,
            gap=GAPS.get(language, GAP),
        )
        async with borrow(self._pool) as conn:
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
        version=candidate.version,
        score=candidate.score,
        similarity=candidate.near,
    )
