"""Files of messages: owed when their message is stored, then kept, refused or gone.

The bytes lie in bot/media.py under `key`; two rows may share one. A row that is wanted is claimed
by moving its due time, so that a job that dies gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from bot.domain import ConversationId, CustomerId, Media, MessageId
from bot.domain_media import FileId, FileKind, FileStatus, MediaFile
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that is to be got, and where."""

    file: MediaFile
    channel: str
    media: Media
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """What is kept of one."""

    kind: FileKind
    name: str
    content_type: str
    size_bytes: int
    digest: str
    """Of what came, before anything was taken off."""
    key: str
    note: str = ""


COLUMNS = """f.id, f.message_id, f.place, f.status, f.kind, f.name, f.content_type, f.reason, f.key,
  f.size_bytes, f.words, f.words_by, f.tries"""

# Of messages from before files had rows; record_inbound makes those of all others.
_WANT = """INSERT INTO media_files (message_id, place, name, content_type, due_at, created_at)
SELECT m.id, i.place - 1, left(coalesce(i.item ->> 'name', ''), 200),
  left(coalesce(i.item ->> 'type', ''), 200), $2, $2
FROM messages m, jsonb_array_elements(m.rest -> 'media') WITH ORDINALITY AS i (item, place)
WHERE m.id = $1 AND i.place <= 30
ON CONFLICT ON CONSTRAINT one_file_per_place DO NOTHING"""

_CLAIM = f"""WITH claimed AS (
  UPDATE media_files SET due_at = $2::timestamptz + $3::interval, tries = tries + 1
  WHERE id IN (SELECT w.id FROM media_files w
    WHERE w.message_id = $1 AND w.status = 'wanted' AND w.due_at <= $2
    ORDER BY w.place FOR UPDATE SKIP LOCKED)
  RETURNING *)
SELECT {COLUMNS}, f.created_at, m.channel, m.rest -> 'media' -> f.place AS media
FROM claimed f JOIN messages m ON m.id = f.message_id ORDER BY f.place"""

_KEEP = """UPDATE media_files SET status = 'kept', kind = $2, name = $3, content_type = $4,
  size_bytes = $5, digest = $6, key = $7, reason = nullif($8, ''), tries = 0, due_at = created_at
WHERE id = $1 AND status = 'wanted'"""

_END = """UPDATE media_files SET status = $2, reason = $3, key = NULL
WHERE id = $1 AND status = 'wanted'"""

# Nothing was tried.
_GIVE_WAY = """UPDATE media_files SET due_at = $2, tries = tries - 1
WHERE id = $1 AND status = 'wanted'"""

_RETRY = "UPDATE media_files SET due_at = $2, reason = $3 WHERE id = $1 AND status = 'wanted'"

_DUE = """SELECT message_id FROM media_files WHERE status = 'wanted' AND due_at <= $1
GROUP BY message_id ORDER BY min(due_at) LIMIT $2"""

_OF = f"""SELECT {COLUMNS} FROM media_files f WHERE f.message_id = ANY ($1::uuid[])
ORDER BY f.message_id, f.place"""

_GET = f"SELECT {COLUMNS} FROM media_files f WHERE f.id = $1"

_AT = f"SELECT {COLUMNS} FROM media_files f WHERE f.message_id = $1 AND f.place = $2"

# Files of what waits for a turn that are still to be got or to be heard, and were not in vain yet.
_UNREADY = """SELECT count(*) FROM messages m JOIN media_files f ON f.message_id = m.id
WHERE m.conversation_id = $1 AND m.status = 'received' AND f.tries <= $3
  AND (f.status = 'wanted'
    OR ($2 AND f.status = 'kept' AND f.kind = 'audio' AND f.words_by = ''))"""

_GO = """INSERT INTO media_files (message_id, place, status, kind, name, content_type, size_bytes,
  digest, key, due_at, created_at)
VALUES ($1, $2, 'kept', $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT ON CONSTRAINT one_file_per_place DO NOTHING"""

_OF_CUSTOMER = """DELETE FROM media_files f USING messages m, addresses a
WHERE m.id = f.message_id AND a.id = m.address_id AND a.customer_id = $1
RETURNING f.key, f.digest, coalesce(m.rest -> 'media' -> f.place ->> 'url', '') AS url"""

_UNREFERENCED = """SELECT asked.key FROM unnest($1::text[]) AS asked (key)
WHERE NOT EXISTS (SELECT FROM media_files f WHERE f.key = asked.key)
  AND NOT EXISTS (SELECT FROM media_files f JOIN messages m ON m.id = f.message_id
    WHERE f.status = 'wanted' AND m.rest -> 'media' -> f.place ->> 'url' = 'kept:' || asked.key)"""


async def want(conn: Connection, message_id: MessageId, *, now: datetime) -> None:
    """Owe the files of a message, if nobody has yet."""
    await conn.execute(_WANT, message_id, now)


async def claim(
    conn: Connection, message_id: MessageId, *, now: datetime, claim_s: float
) -> tuple[WantedFile, ...]:
    """The files of a message that are due, for this caller alone while the claim lasts."""
    rows = await conn.fetch(_CLAIM, message_id, now, timedelta(seconds=claim_s))
    return tuple(
        WantedFile(
            file=to_file(row),
            channel=row["channel"],
            media=_media(row["media"] or {}),
            created_at=row["created_at"],
        )
        for row in rows
    )


async def keep(conn: Connection, file_id: FileId, kept: NewFile) -> None:
    """It lies in the store."""
    await conn.execute(
        _KEEP,
        file_id,
        kept.kind.value,
        kept.name,
        kept.content_type,
        kept.size_bytes,
        kept.digest,
        kept.key,
        kept.note,
    )


async def end(conn: Connection, file_id: FileId, *, status: FileStatus, reason: str) -> None:
    """It is refused, or gone."""
    await conn.execute(_END, file_id, status.value, reason[:300])


async def retry_later(conn: Connection, file_id: FileId, *, due_at: datetime, reason: str) -> None:
    """It could not be got this time."""
    await conn.execute(_RETRY, file_id, due_at, reason[:300])


async def give_way(conn: Connection, file_id: FileId, *, due_at: datetime) -> None:
    """Nothing was tried, because there was no place for it."""
    await conn.execute(_GIVE_WAY, file_id, due_at)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[MessageId, ...]:
    """Messages with files that are to be got now."""
    return tuple(MessageId(row["message_id"]) for row in await conn.fetch(_DUE, now, limit))


async def list_of(
    conn: Connection, message_ids: Sequence[MessageId]
) -> Mapping[MessageId, tuple[MediaFile, ...]]:
    """The files of these messages, in order; a message without any is not named."""
    found: dict[MessageId, tuple[MediaFile, ...]] = {}
    for row in await conn.fetch(_OF, list(message_ids)):
        file = to_file(row)
        found[file.message_id] = (*found.get(file.message_id, ()), file)
    return found


async def find(conn: Connection, file_id: FileId) -> MediaFile | None:
    """One file."""
    row = await conn.fetchrow(_GET, file_id)
    return None if row is None else to_file(row)


async def find_of_message(
    conn: Connection, message_id: MessageId | None, place: int
) -> MediaFile | None:
    """The file of that number in a message."""
    row = await conn.fetchrow(_AT, message_id, place)
    return None if row is None else to_file(row)


async def count_unready(
    conn: Connection, conversation_id: ConversationId, *, with_words: bool, tries_max: int
) -> int:
    """How many files of what waits are still on their way; `with_words`: or still to be heard."""
    return int(await conn.fetchval(_UNREADY, conversation_id, with_words, tries_max))


async def add_outbound(
    conn: Connection, message_id: MessageId, place: int, kept: NewFile, *, at: datetime
) -> None:
    """A file of ours goes with an outbound message."""
    await conn.execute(
        _GO,
        message_id,
        place,
        kept.kind.value,
        kept.name,
        kept.content_type,
        kept.size_bytes,
        kept.digest,
        kept.key,
        at,
    )


async def forget_customer(conn: Connection, customer_id: CustomerId) -> tuple[str, ...]:
    """Drop every file of a customer; the keys that nobody names any more.

    Also those under which lies what came, before its place and camera were taken off.
    """
    rows = await conn.fetch(_OF_CUSTOMER, customer_id)
    keys = {row["key"] for row in rows} | {row["digest"] for row in rows}
    keys |= {row["url"].removeprefix("kept:") for row in rows if row["url"].startswith("kept:")}
    return await list_unreferenced(conn, sorted(filter(None, keys)))


async def list_unreferenced(conn: Connection, keys: Sequence[str]) -> tuple[str, ...]:
    """Those of these keys that no file is kept under."""
    return tuple(row["key"] for row in await conn.fetch(_UNREFERENCED, list(keys)))


def to_file(row: asyncpg.Record) -> MediaFile:
    return MediaFile(
        id=FileId(UUID(str(row["id"]))),
        message_id=MessageId(UUID(str(row["message_id"]))),
        place=row["place"],
        status=FileStatus(row["status"]),
        kind=FileKind(row["kind"]),
        name=row["name"],
        content_type=row["content_type"],
        reason=row["reason"] or "",
        key=row["key"] or "",
        size_bytes=row["size_bytes"] or 0,
        words=row["words"],
        words_by=row["words_by"],
        tries=row["tries"],
    )


def _media(item: Mapping[str, str]) -> Media:
    return Media(item.get("url", ""), item.get("type", ""), item.get("name", ""))
