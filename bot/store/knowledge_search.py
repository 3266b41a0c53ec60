"""The search over the live articles: one question, one round trip, the nearest articles back.

What is stored, and how a new version takes over, is in `bot/store/knowledge.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    coverage: Mapping[str, float]
    """By article, the part of the question's words that it uses."""
    language: str
    home_language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may answer, by its best chunk, in the language it would be told in."""

    chunk_id: UUID
    article: str
    language: str
    title: str
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought back."""

    candidates: tuple[Candidate, ...]
    """The nearest articles, best first, with the nearest question for a person among them."""
    stamp: str
    """Names the library that was searched; another after each change. Empty where nothing is."""


# What changes with every publication: a new version is younger, a vanished article is one less.
_STAMP = """SELECT coalesce(max(created_at) || ' ' || count(*), '') AS stamp
FROM knowledge_documents WHERE live"""

_TEXTS = f"""SELECT d.article, d.language, c.heading || ' ' || c.text AS text, s.stamp
FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
CROSS JOIN ({_STAMP}) s
WHERE d.live AND d.approved"""

# An article is ranked by its three nearest chunks in any language, those in the customer's own
# being preferred by $6, so that one chance likeness does not carry it. It is then told in the
# customer's language, else in the home language, else as it was found. The questions that only a
# person may answer are ranked as if they were one article, and the nearest of them always comes
# along: what is nearer to it must not be answered. A mass sums over headings with a bandwidth of
# 0.02, about the step from a paraphrase to a neighbouring topic in this encoder's space.
_SEARCH = f"""WITH sought AS MATERIALIZED (
  SELECT $1::text::vector AS vector
), worded AS (
  SELECT * FROM unnest($2::text[], $3::float8[]) AS w (topic, coverage)
), scored AS (
  SELECT c.id, d.article, d.language, d.title, c.text, c.answer, m.text_similarity,
         CASE WHEN c.answer = '' THEN '' ELSE d.article END AS topic,
         m.heading_similarity - CASE WHEN d.language = $4 THEN 0 ELSE $6::float8 END AS near
  FROM knowledge_chunks c
  JOIN knowledge_documents d ON d.id = c.document_id
  CROSS JOIN sought q
  CROSS JOIN LATERAL (
    SELECT 1 - (c.heading_embedding <=> q.vector) AS heading_similarity,
           1 - (c.embedding <=> q.vector) AS text_similarity
    OFFSET 0) m
  WHERE d.live AND d.approved AND (d.expires_at IS NULL OR d.expires_at > $10)
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
         mean + $7::float8 * text_similarity + $8::float8 * coalesce(w.coverage, 0) AS score
  FROM weighed g LEFT JOIN worded w USING (topic)
), led AS (
  SELECT *, row_number() OVER (PARTITION BY topic = '' ORDER BY score DESC) AS lead FROM ahead
)
SELECT DISTINCT ON (l.score, topic) s.id, s.article, s.language, s.title, s.text, s.answer,
       l.near, l.mean, l.text_similarity, l.coverage, ln(l.mass) AS mass,
       ln(l.whole_mass) AS whole_mass, l.score, t.stamp
FROM led l JOIN scored s USING (topic) CROSS JOIN ({_STAMP}) t
WHERE l.lead <= CASE WHEN topic = '' THEN 1 ELSE $9::int END
ORDER BY l.score DESC, topic, CASE WHEN topic = '' THEN 0
  WHEN s.language = $4 THEN 0 WHEN s.language = $5 THEN 1 ELSE 2 END, s.near DESC"""


async def list_texts(conn: Connection) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """Article, language and words of every live chunk, and the library's stamp."""
    rows = await conn.fetch(_TEXTS)
    texts = tuple((row["article"], row["language"], row["text"]) for row in rows)
    return texts, rows[0]["stamp"] if rows else ""


async def search(
    conn: Connection, question: Question, *, weights: Weights, limit: int, now: datetime
) -> Found:
    """The articles nearest to a question, best first, in one round trip."""
    rows = await conn.fetch(
        _SEARCH,
        vector_text(question.vector),
        list(question.coverage.keys()),
        list(question.coverage.values()),
        question.language,
        question.home_language,
        weights.other_language,
        weights.text,
        weights.words,
        limit,
        now,
    )
    return Found(tuple(_candidate(row) for row in rows), rows[0]["stamp"] if rows else "")


def _candidate(row: asyncpg.Record) -> Candidate:
    values = dict(row)
    del values["stamp"]
    return Candidate(chunk_id=values.pop("id"), **values)
