"""The profile's articles as documents and chunks: what is live, how a new version takes over.

A document is never changed: a new version comes in beside it and takes over in one transaction.
Of the profile's articles only the live version keeps its chunks; their files are the other ones.
What the owner takes in by hand is in bot/store/knowledge_versions.py and is left alone here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from bot.errors import Conflict
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
    text: Iterable[float] | None
    """None where an earlier chunk of the document has the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document with all that a search needs of it."""

    document: Document
    vectors: Sequence[ChunkVectors]
    """One for each chunk."""
    words: Sequence[str]
    """Its different words, as bot/knowledge/words.py cuts them."""


_LIVE = """SELECT article, language, digest FROM knowledge_documents
WHERE live AND source = 'profile'"""

_TAKEN_IN = """SELECT DISTINCT article FROM knowledge_documents
WHERE live AND source <> 'profile' AND article = ANY($1) ORDER BY article"""

# Two processes may start at the same time: the second waits here, then finds nothing left to do.
_LOCK = "SELECT pg_advisory_xact_lock(7238117)"

_RETIRE = """UPDATE knowledge_documents SET live = false
WHERE live AND source = 'profile'
  AND (article, language) IN (SELECT * FROM unnest($1::text[], $2::text[]))"""

_DROP_CHUNKS = """DELETE FROM knowledge_chunks c USING knowledge_documents d
WHERE d.id = c.document_id AND NOT d.live AND d.source = 'profile'"""

_INSERT = """INSERT INTO knowledge_documents
  (article, language, title, body, digest, approved, expires_at, live, source, origin, words,
   version)
SELECT $1::text, $2::text, $3, $4, $5, $6, $7, $8, $9, $10, array_to_tsvector($11::text[]),
  coalesce(max(version), 0) + 1
FROM knowledge_documents WHERE article = $1 AND language = $2
RETURNING id, version"""

_INSERT_CHUNK = """INSERT INTO knowledge_chunks
  (document_id, ordinal, heading, text, answer, heading_embedding, embedding)
VALUES ($1, $2, $3, $4, $5, $6::text::vector, $7::text::vector)"""


async def list_live(conn: Connection) -> Mapping[Key, str]:
    """The digest of every live article of the profile."""
    rows = await conn.fetch(_LIVE)
    return {(row["article"], row["language"]): row["digest"] for row in rows}


async def lock(conn: Connection) -> None:
    """Wait until nobody else changes which articles are live; until the transaction ends."""
    await conn.execute(_LOCK)


async def publish(
    conn: Connection, prepared: Iterable[Prepared], *, keep: Collection[Key]
) -> tuple[Key, ...]:
    """Make these versions live and retire the profile's articles not in `keep`, all at once.

    A document that is live already, because another process was quicker, is left as it is.

    Returns:
        What changed: new versions and vanished articles.

    Raises:
        Conflict: an article taken in by hand is live under the name of one of these.
    """
    async with conn.transaction():
        await lock(conn)
        taken = await conn.fetch(_TAKEN_IN, sorted({article for article, _ in keep}))
        if taken:
            named = ", ".join(row["article"] for row in taken)
            raise Conflict(
                f"article {named}: both in the profile and taken in by hand; rename the profile's "
                f"file or run `concierge articles retire NAME`"
            )
        live = await list_live(conn)
        fresh = [one for one in prepared if live.get(one.document.key) != one.document.digest]
        vanished = [key for key in live if key not in keep]
        retired = [*(one.document.key for one in fresh), *vanished]
        await conn.execute(_RETIRE, [key[0] for key in retired], [key[1] for key in retired])
        for one in fresh:
            await insert(conn, one, live=True)
        await conn.execute(_DROP_CHUNKS)
    return tuple(retired)


async def insert(
    conn: Connection,
    prepared: Prepared,
    *,
    live: bool,
    source: str = "profile",
    origin: str = "",
) -> int:
    """Store a document as its article's next version; the number of that."""
    document = prepared.document
    (row,) = await conn.fetch(
        _INSERT,
        document.article,
        document.language,
        document.title,
        document.body,
        document.digest,
        document.approved,
        document.expires_at,
        live,
        source,
        origin,
        list(prepared.words),
    )
    chunks = zip(document.chunks, prepared.vectors, strict=True)
    await conn.executemany(
        _INSERT_CHUNK,
        [
            (
                row["id"],
                place,
                chunk.heading,
                chunk.text,
                chunk.answer,
                vector_text(vectors.heading),
                None if vectors.text is None else vector_text(vectors.text),
            )
            for place, (chunk, vectors) in enumerate(chunks)
        ],
    )
    return int(row["version"])


def vector_text(numbers: Iterable[float]) -> str:
    """pgvector's text form; asyncpg knows no binary one."""
    return "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"
