"""Articles as documents and chunks: what is live, and how a new version takes over.

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

    heading: Iterable[float]
    text: Iterable[float]


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
            (
                document_id,
                place,
                c.heading,
                c.text,
                c.answer,
                vector_text(v.heading),
                vector_text(v.text),
            )
            for place, (c, v) in enumerate(zip(document.chunks, vectors, strict=True))
        ],
    )


def vector_text(numbers: Iterable[float]) -> str:
    """pgvector's text form; asyncpg knows no binary one."""
    return "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"
