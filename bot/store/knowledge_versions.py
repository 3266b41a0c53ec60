"""Articles that the owner takes in by hand: stored unapproved, approved, retired, rolled back.

Each deed is one transaction behind the lock that the profile's refresh takes too, so a search sees
the old version or the new one, and of two people at once the second sees what the first has done.
Called by bot/knowledge/taking_in.py and `concierge articles`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.errors import Conflict, NotFound
from bot.store import audit, knowledge
from bot.store.connection import Connection
from bot.store.knowledge import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one article in one language."""

    article: str
    language: str
    title: str
    version: int
    source: str
    """profile, markdown, web or pdf."""
    origin: str
    """The page or file it was read from; empty for the profile's."""
    live: bool
    approved: bool
    approved_by: str | None
    expires_at: datetime | None
    created_at: datetime
    chunk_count: int
    cited_count: int
    """Turns whose answer rests on this version."""


_VERSIONS = """SELECT d.article, d.language, d.title, d.version, d.source, d.origin, d.live,
  d.approved, d.approved_by, d.expires_at, d.created_at,
  (SELECT count(*) FROM knowledge_chunks c WHERE c.document_id = d.id) AS chunk_count,
  (SELECT count(DISTINCT p.turn_id) FROM turn_passages p WHERE p.article = d.article
    AND p.language = d.language AND p.version = d.version) AS cited_count
FROM knowledge_documents d"""

# What counts now: live ones, and what waits for approval, is newer than the live one and was never
# approved. Retired versions are history.
_CURRENT = f"""{_VERSIONS} WHERE d.live OR (d.source <> 'profile' AND NOT d.approved
  AND NOT EXISTS (SELECT FROM knowledge_documents n WHERE n.article = d.article
    AND n.language = d.language AND n.version > d.version))
ORDER BY d.article, d.language, d.version"""

_OF_ARTICLE = f"{_VERSIONS} WHERE d.article = $1 ORDER BY d.language, d.version DESC"

_CHUNKS = """SELECT c.heading, c.text, c.answer FROM knowledge_chunks c
JOIN knowledge_documents d ON d.id = c.document_id
WHERE d.article = $1 AND d.language = $2 AND d.version = $3 ORDER BY c.ordinal"""

_IN_PROFILE = """SELECT true FROM knowledge_documents
WHERE article = $1 AND live AND source = 'profile' LIMIT 1"""

_SAME = """SELECT version FROM knowledge_documents
WHERE article = $1 AND language = $2 AND digest = $3 AND source <> 'profile' AND (live OR version =
  (SELECT max(version) FROM knowledge_documents WHERE article = $1 AND language = $2))"""

# The newest that was taken in, in each language.
_NEWEST = """SELECT DISTINCT ON (language) id, language, version, live FROM knowledge_documents
WHERE article = $1 AND source <> 'profile' ORDER BY language, version DESC"""

# The newest approved one below the live one; where none is live, the newest approved one.
_BEFORE = """SELECT DISTINCT ON (d.language) d.id, d.language, d.version FROM knowledge_documents d
WHERE d.article = $1 AND d.source <> 'profile' AND d.approved AND NOT d.live
  AND d.version < coalesce((SELECT l.version FROM knowledge_documents l
    WHERE l.article = d.article AND l.language = d.language AND l.live), 2147483647)
ORDER BY d.language, d.version DESC"""

_UNLIVE = """UPDATE knowledge_documents SET live = false
WHERE article = $1 AND language = ANY($2) AND live AND source <> 'profile'"""

_UNLIVE_ALL = """UPDATE knowledge_documents SET live = false
WHERE article = $1 AND live AND source <> 'profile' RETURNING language, version"""

_MAKE_LIVE = "UPDATE knowledge_documents SET live = true WHERE id = ANY($1)"

_APPROVE = """UPDATE knowledge_documents SET live = true, approved = true, approved_by = $2
WHERE id = ANY($1)"""


async def list_current(conn: Connection) -> tuple[Version, ...]:
    """What is live and what waits for approval, by name."""
    return tuple(_version(row) for row in await conn.fetch(_CURRENT))


async def list_versions(conn: Connection, article: str) -> tuple[Version, ...]:
    """Every version of an article, newest first in each language; none where there is no such."""
    return tuple(_version(row) for row in await conn.fetch(_OF_ARTICLE, article))


async def list_chunks(conn: Connection, version: Version) -> tuple[tuple[str, str, str], ...]:
    """Heading, text and answer of each chunk; none of a version of the profile's that is over."""
    rows = await conn.fetch(_CHUNKS, version.article, version.language, version.version)
    return tuple((row["heading"], row["text"], row["answer"]) for row in rows)


async def is_in_profile(conn: Connection, article: str) -> bool:
    """Whether the profile has a live article of that name."""
    return bool(await conn.fetchval(_IN_PROFILE, article))


async def add(
    conn: Connection, prepared: Prepared, *, source: str, origin: str, actor: str
) -> tuple[int, bool]:
    """Store a version that nobody has approved.

    Returns:
        Its number, and whether it is new: what is live or newest already is not stored again.

    Raises:
        Conflict: the profile has an article of that name.
    """
    document = prepared.document
    async with conn.transaction():
        await _take(conn, document.article)
        same = await conn.fetchval(_SAME, document.article, document.language, document.digest)
        if same is not None:
            return int(same), False
        version = await knowledge.insert(conn, prepared, live=False, source=source, origin=origin)
        await _note(conn, actor, "add", document.article, {document.language: version})
    return version, True


async def approve(conn: Connection, article: str, *, by: str) -> dict[str, int]:
    """Make the newest version live in every language it was taken in, in place of what was live.

    Returns:
        Versions by language that are live by this; none where they were already.

    Raises:
        NotFound: nothing was taken in under that name.
        Conflict: the profile has an article of that name.
    """
    async with conn.transaction():
        await _take(conn, article)
        newest = await conn.fetch(_NEWEST, article)
        if not newest:
            raise NotFound(f"NAME: no article {article} was taken in")
        due = [row for row in newest if not row["live"]]
        await conn.execute(_UNLIVE, article, [row["language"] for row in due])
        await conn.execute(_APPROVE, [row["id"] for row in due], by)
        versions = {row["language"]: row["version"] for row in due}
        if versions:
            await _note(conn, by, "approve", article, versions)
    return versions


async def retire(conn: Connection, article: str, *, actor: str) -> dict[str, int]:
    """Cite it no more; what it said is kept and can be rolled back to.

    Raises:
        NotFound: no article of that name taken in by hand is live.
        Conflict: it is the profile's.
    """
    async with conn.transaction():
        await knowledge.lock(conn)
        rows = await conn.fetch(_UNLIVE_ALL, article)
        if not rows:
            if await is_in_profile(conn, article):
                raise Conflict(f"NAME: {article} is the profile's; take its file out there")
            raise NotFound(f"NAME: no article {article} that was taken in is live")
        versions = {row["language"]: row["version"] for row in rows}
        await _note(conn, actor, "retire", article, versions)
    return versions


async def roll_back(conn: Connection, article: str, *, actor: str) -> dict[str, int]:
    """Make the approved version before the live one live again, in each language that has one.

    Raises:
        NotFound: there is no earlier approved version.
        Conflict: the profile has an article of that name.
    """
    async with conn.transaction():
        await _take(conn, article)
        before = await conn.fetch(_BEFORE, article)
        if not before:
            raise NotFound(f"NAME: {article} has no earlier version that was approved")
        await conn.execute(_UNLIVE, article, [row["language"] for row in before])
        await conn.execute(_MAKE_LIVE, [row["id"] for row in before])
        versions = {row["language"]: row["version"] for row in before}
        await _note(conn, actor, "rollback", article, versions)
    return versions


async def _take(conn: Connection, article: str) -> None:
    """The lock, and the name: no article may come from two places."""
    await knowledge.lock(conn)
    if await is_in_profile(conn, article):
        raise Conflict(f"NAME: the profile has an article {article}; choose another with --name")


async def _note(
    conn: Connection, actor: str, act: str, article: str, versions: dict[str, int]
) -> None:
    await audit.record(conn, actor=actor, act=f"articles.{act}", subject=article, detail=versions)


def _version(row: asyncpg.Record) -> Version:
    return Version(**dict(row))
