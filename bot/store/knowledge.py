"""Articles as documents and chunks: what is live, how a new version takes over, and the search.

A document is never changed: a new version comes in beside it and takes over in one transaction.
Only the live version keeps its chunks, so the search reads nothing that is out of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from bot.store.connection import Connection

Key: TypeAlias = tuple[str, str]
"""Article and language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One way to find one answer."""

    heading: str
    """A heading, or a question in a customer's words."""
    text: str
    """The section it leads to; empty where only a person may answer."""
    answer: str
    """What may be said to a customer as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article in one language, facts filled in."""

    article: str
    language: str
    title: str
    body: str
    approved: bool
    expires_at: datetime | None
    chunks: tuple[Chunk, ...]

    @property
    def key(self) -> Key:
        """What no two live documents share."""
        return self.article, self.language

    @property
    def digest(self) -> str:
        """Changes with anything a customer could be told or that helps to find it."""
        content = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkVectors:
    """Where a chunk lies in the space of meanings, 384 numbers each."""

    heading: Sequence[float]
    text: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may answer, by its best chunk, in the language it would be told in."""

    chunk_id: UUID
    article: str
    language: str
    title: str
    text: str
    answer: str
    heading_similarity: float
    """Cosine of the question and the nearest heading or listed question of the article."""
    text_similarity: float
    """Cosine of the question and the article's nearest section."""
    rank: float
    """Full-text rank, from 0 to 1."""
    score: float
    """All of them fused; what the order follows."""

    @property
    def is_for_people(self) -> bool:
        """Whether only a person may answer this."""
        return not self.answer


_LIVE = "SELECT article, language, digest FROM knowledge_documents WHERE live"

# Two processes may start at the same time: the second waits here, then finds nothing left to do.
_LOCK = "SELECT pg_advisory_xact_lock(7238117)"

_RETIRE = """UPDATE knowledge_documents SET live = false
WHERE live AND (article, language) IN (SELECT * FROM unnest($1::text[], $2::text[]))"""

_DROP_CHUNKS = """DELETE FROM knowledge_chunks c USING knowledge_documents d
WHERE d.id = c.document_id AND NOT d.live"""

_INSERT = """INSERT INTO knowledge_documents
  (article, language, title, body, digest, approved, expires_at, live, version)
SELECT $1::text, $2::text, $3, $4, $5, $6, $7, true, coalesce(max(version), 0) + 1
FROM knowledge_documents WHERE article = $1 AND language = $2
RETURNING id"""

_INSERT_CHUNK = """INSERT INTO knowledge_chunks
  (document_id, ordinal, heading, text, answer, heading_embedding, embedding)
VALUES ($1, $2, $3, $4, $5, $6::text::vector, $7::text::vector)"""

# An article is ranked by its three nearest chunks in any language, those in the customer's own
# being preferred by $6, so that one chance likeness does not carry it. It is then told in the
# customer's language, else in the home language, else as it was found. The nearest question that
# only a person may answer always comes along: what is nearer to it must not be answered.
_SEARCH = """WITH sought AS MATERIALIZED (
  SELECT $1::text::vector AS vector, websearch_to_tsquery('simple', $2) AS words
), scored AS (
  SELECT c.id, d.article, d.language, d.title, c.text, c.answer, m.*,
         m.heading_similarity + $5::float8 * m.rank
           - CASE WHEN d.language = $3 THEN 0 ELSE $6::float8 END AS near
  FROM knowledge_chunks c
  JOIN knowledge_documents d ON d.id = c.document_id
  CROSS JOIN sought q
  CROSS JOIN LATERAL (
    SELECT 1 - (c.heading_embedding <=> q.vector) AS heading_similarity,
           1 - (c.embedding <=> q.vector) AS text_similarity,
           CASE WHEN c.search @@ q.words THEN ts_rank(c.search, q.words, 32) ELSE 0 END AS rank
    OFFSET 0) m
  WHERE d.live AND d.approved AND (d.expires_at IS NULL OR d.expires_at > $9)
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY article ORDER BY near DESC) AS place FROM scored
), weighed AS (
  SELECT article, bool_and(answer = '') AS for_people,
         max(heading_similarity) AS heading_similarity,
         max(text_similarity) AS text_similarity, max(rank) AS rank,
         sum(near / (place + 1)) FILTER (WHERE place <= 3)
           / sum(1.0 / (place + 1)) FILTER (WHERE place <= 3)
           + $7::float8 * max(text_similarity) AS score
  FROM placed GROUP BY article
), ahead AS (
  SELECT *, row_number() OVER (PARTITION BY for_people ORDER BY score DESC) AS lead FROM weighed
)
SELECT DISTINCT ON (l.score, l.article) s.id, s.article, s.language, s.title, s.text, s.answer,
       l.heading_similarity, l.text_similarity, l.rank, l.score
FROM ahead l JOIN scored s USING (article)
WHERE l.lead <= CASE WHEN l.for_people THEN 1 ELSE $8::int END
ORDER BY l.score DESC, l.article, s.language = $3 DESC, s.language = $4 DESC, s.near DESC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How the parts of a score are weighed; tuned on data, a business may set its own."""

    full_text: float
    """Of the full-text rank, beside a heading's cosine."""
    other_language: float
    """Taken off a passage that is not in the customer's language."""
    text: float
    """Of the nearest section's cosine, beside the headings'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for."""

    vector: Sequence[float]
    words: tuple[str, ...]
    language: str
    home_language: str


async def list_live(conn: Connection) -> Mapping[Key, str]:
    """Every live document's digest."""
    rows = await conn.fetch(_LIVE)
    return {(row["article"], row["language"]): row["digest"] for row in rows}


async def publish(
    conn: Connection,
    documents: Iterable[tuple[Document, Sequence[ChunkVectors]]],
    *,
    keep: Collection[Key],
) -> tuple[Key, ...]:
    """Make these versions live and retire every article that is not in `keep`, all at once.

    A document that is live already, because another process was quicker, is left as it is.

    Returns:
        What changed: new versions and vanished articles.
    """
    async with conn.transaction():
        await conn.execute(_LOCK)
        live = await list_live(conn)
        fresh = [pair for pair in documents if live.get(pair[0].key) != pair[0].digest]
        vanished = [key for key in live if key not in keep]
        retired = [*(document.key for document, _ in fresh), *vanished]
        await conn.execute(_RETIRE, [key[0] for key in retired], [key[1] for key in retired])
        for document, vectors in fresh:
            await _insert(conn, document, vectors)
        await conn.execute(_DROP_CHUNKS)
    return tuple(retired)


async def search(
    conn: Connection,
    question: Question,
    *,
    weights: Weights,
    limit: int,
    now: datetime,
) -> tuple[Candidate, ...]:
    """The articles nearest to a question, best first, in one round trip."""
    rows = await conn.fetch(
        _SEARCH,
        _vector(question.vector),
        " or ".join(question.words),
        question.language,
        question.home_language,
        weights.full_text,
        weights.other_language,
        weights.text,
        limit,
        now,
    )
    return tuple(_candidate(row) for row in rows)


async def _insert(conn: Connection, document: Document, vectors: Sequence[ChunkVectors]) -> None:
    document_id = await conn.fetchval(
        _INSERT,
        document.article,
        document.language,
        document.title,
        document.body,
        document.digest,
        document.approved,
        document.expires_at,
    )
    await conn.executemany(
        _INSERT_CHUNK,
        [
            (document_id, place, c.heading, c.text, c.answer, _vector(v.heading), _vector(v.text))
            for place, (c, v) in enumerate(zip(document.chunks, vectors, strict=True))
        ],
    )


def _vector(numbers: Sequence[float]) -> str:
    """pgvector's text form; asyncpg knows no binary one."""
    return "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"


def _candidate(row: asyncpg.Record) -> Candidate:
    return Candidate(
        chunk_id=row["id"],
        article=row["article"],
        language=row["language"],
        title=row["title"],
        text=row["text"],
        answer=row["answer"],
        heading_similarity=row["heading_similarity"],
        text_similarity=row["text_similarity"],
        rank=row["rank"],
        score=row["score"],
    )
