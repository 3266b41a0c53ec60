"""The search over the live articles: one question, one round trip, the nearest articles back.

What is stored, and how a new version takes over, is in `bot/store/knowledge.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.store.connection import Connection
from bot.store.knowledge import vector_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How the parts of a score are weighed; tuned on data, a business may set its own."""

    words: float
    """Of the part of the question's words that the article uses."""
    other_language: float
    """Taken off a passage that is not in the customer's language."""
    text: float
    """Of the nearest section's cosine, beside the headings'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for."""

    vector: Sequence[float]
    words: Sequence[str]
    """Its different words, cut as those of the articles are."""
    language: str
    home_language: str
    gap: float
    """Added to an article that there is not in the customer's language: what is written in another
    language always lies farther, by about that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may answer, by its best chunk, in the language it would be told in."""

    chunk_id: UUID
    article: str
    language: str
    title: str
    version: int
    text: str
    answer: str
    near: float
    """Cosine of the question and the nearest heading, less the penalty for another language."""
    mean: float
    """The same over the three nearest headings, the nearest counting most."""
    text_similarity: float
    """Cosine of the question and the article's nearest section."""
    coverage: float
    """The part of the question's words that the article uses."""
    mass: float
    """Logarithm of how densely its headings lie around the question."""
    whole_mass: float
    """The same for all articles of its kind."""
    score: float
    """What the order follows."""

    @property
    def is_for_people(self) -> bool:
        """Whether only a person may answer this."""
        return not self.answer


# An article is ranked by its three nearest chunks in any language, so that one chance likeness does
# not carry it. Those in the customer's own language are preferred by $5; an article that has none
# is made up for by $10. It is then told in the customer's language, else in the home language, else
# as it was found. The questions that only a person may answer are ranked as if they were one
# article, and the nearest of them always comes along: what is nearer to it must not be answered. A
# mass sums over headings with a bandwidth of 0.02, about the step from a paraphrase to a
# neighbouring topic in this encoder's space.
#
# Words: a rare one counts for more, one that no article uses for most. An article that is not
# written in the customer's language cannot share its words, so it counts as much as the best; where
# none is written in it, words tell nothing, and 0.5 lies between the answered and the unanswerable.
# A library is some hundreds of documents: read whole, as the vectors are, and in one snapshot.
_SEARCH = """WITH sought AS MATERIALIZED (
  SELECT $1::text::vector AS vector
), citable AS MATERIALIZED (
  SELECT id, article, language, title, version, words,
         bool_or(language = $3) OVER (PARTITION BY article) AS is_translated
  FROM knowledge_documents
  WHERE live AND approved AND (expires_at IS NULL OR expires_at > $9)
), asked AS MATERIALIZED (
  SELECT word, quote_literal(word)::tsquery AS query FROM unnest($2::text[]) AS w (word)
), uses AS MATERIALIZED (
  SELECT a.word, d.article FROM asked a JOIN citable d ON d.words @@ a.query
), telling AS MATERIALIZED (
  SELECT a.word, ln(((SELECT count(*) FROM citable) + 1)::float8 / (count(u.article) + 0.5)::float8)
           AS weight
  FROM asked a LEFT JOIN uses u USING (word) GROUP BY a.word
), shared AS (
  SELECT article, sum(weight) AS weight
  FROM (SELECT DISTINCT article, word FROM uses) u JOIN telling USING (word) GROUP BY article
), worded AS (
  SELECT d.article AS topic,
         CASE WHEN NOT (SELECT bool_or(is_translated) FROM citable) THEN 0.5
              ELSE (CASE WHEN bool_or(d.is_translated) THEN coalesce(max(s.weight), 0)
                         ELSE coalesce((SELECT max(weight) FROM shared), 0) END
                / (SELECT greatest(sum(weight), 0.001) FROM telling))::float8 END AS coverage
  FROM citable d LEFT JOIN shared s USING (article) GROUP BY d.article
), scored AS MATERIALIZED (
  SELECT c.id, d.article, d.language, d.title, d.version, c.text, c.answer, m.text_similarity,
         CASE WHEN c.answer = '' THEN '' ELSE d.article END AS topic,
         m.heading_similarity - CASE WHEN d.language = $3 THEN 0
           WHEN d.is_translated THEN $5::float8 ELSE -$10::float8 END AS near
  FROM knowledge_chunks c
  JOIN citable d ON d.id = c.document_id
  CROSS JOIN sought q
  CROSS JOIN LATERAL (
    SELECT 1 - (c.heading_embedding <=> q.vector) AS heading_similarity,
           1 - (c.embedding <=> q.vector) AS text_similarity
    OFFSET 0) m
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY topic ORDER BY near DESC) AS place FROM scored
), weighed AS (
  SELECT topic, max(near) AS near, max(text_similarity) AS text_similarity,
         sum(near / (place + 1)) FILTER (WHERE place <= 3)
           / sum(1.0 / (place + 1)) FILTER (WHERE place <= 3) AS mean,
         sum(exp(near / 0.02)) AS mass
  FROM placed GROUP BY topic
), ahead AS (
  SELECT g.*, coalesce(w.coverage, 0) AS coverage,
         sum(mass) OVER (PARTITION BY topic = '') AS whole_mass,
         mean + $6::float8 * text_similarity + $7::float8 * coalesce(w.coverage, 0) AS score
  FROM weighed g LEFT JOIN worded w USING (topic)
), led AS (
  SELECT *, row_number() OVER (PARTITION BY topic = '' ORDER BY score DESC) AS lead FROM ahead
)
SELECT DISTINCT ON (l.score, topic) s.id, s.article, s.language, s.title, s.version, s.text,
       s.answer, l.near, l.mean, l.text_similarity, l.coverage, ln(l.mass) AS mass,
       ln(l.whole_mass) AS whole_mass, l.score
FROM led l JOIN scored s USING (topic)
WHERE l.lead <= CASE WHEN topic = '' THEN 1 ELSE $8::int END
ORDER BY l.score DESC, topic, CASE WHEN topic = '' THEN 0
  WHEN s.language = $3 THEN 0 WHEN s.language = $4 THEN 1 ELSE 2 END,
  s.near + $6 * coalesce(s.text_similarity, l.text_similarity) DESC"""


async def search(
    conn: Connection, question: Question, *, weights: Weights, limit: int, now: datetime
) -> tuple[Candidate, ...]:
    """The articles nearest to a question, best first, with the nearest question for a person."""
    rows = await conn.fetch(
        _SEARCH,
        vector_text(question.vector),
        list(question.words),
        question.language,
        question.home_language,
        weights.other_language,
        weights.text,
        weights.words,
        limit,
        now,
        question.gap,
    )
    return tuple(_candidate(row) for row in rows)


def _candidate(row: asyncpg.Record) -> Candidate:
    values = dict(row)
    return Candidate(chunk_id=values.pop("id"), **values)
