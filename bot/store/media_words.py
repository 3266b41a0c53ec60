"""What is said in recordings: which of them nobody has written down, and their words once heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import ConversationId, MessageId
from bot.domain_media import FileId, MediaFile
from bot.store.connection import Connection
from bot.store.media_files import COLUMNS, to_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A recording that nobody has written down."""

    file: MediaFile
    conversation_id: ConversationId
    text: str
    """What its message says beside it."""


_UNHEARD = f"""SELECT {COLUMNS}, m.conversation_id, m.text FROM media_files f
JOIN messages m ON m.id = f.message_id
WHERE f.id = $1 AND f.status = 'kept' AND f.kind = 'audio' AND f.words_by = ''
  AND m.direction = 'inbound'"""

_LIST_UNHEARD = """SELECT f.id FROM media_files f WHERE f.status = 'kept' AND f.kind = 'audio'
  AND f.words_by = '' AND f.due_at <= $1 AND f.created_at > $2
  AND EXISTS (SELECT FROM messages m WHERE m.id = f.message_id AND m.direction = 'inbound')
ORDER BY f.due_at LIMIT $3"""

_CLAIM_UNHEARD = """UPDATE media_files SET due_at = $2::timestamptz + $3::interval,
  tries = tries + 1
WHERE id = $1 AND words_by = '' AND due_at <= $2 RETURNING tries"""

_HEARD = "UPDATE media_files SET words = $2, words_by = $3 WHERE id = $1 AND words_by = ''"

# As a turn locks when it commits; two recordings of one message are joined one after the other.
_LOCK = """SELECT c.id FROM conversations c JOIN messages m ON m.conversation_id = c.id
WHERE m.id = $1 FOR NO KEY UPDATE OF c"""

_SAY = """UPDATE messages m SET text = s.words, scored = false, updated_at = $3,
  rest = jsonb_set(rest, '{extras}',
    coalesce(rest -> 'extras', '{}'::jsonb) || jsonb_build_object('transcribed', $2::text))
FROM (SELECT string_agg(words, ' ' ORDER BY place) AS words FROM media_files
  WHERE message_id = $1 AND words <> '') s
WHERE m.id = $1 AND (m.text = '' OR m.rest -> 'extras' ? 'transcribed') RETURNING m.text"""

# What was read from fewer words is no reading of these: nor is a verdict on it, which the audit log
# keeps. Only once nobody holds the message may anybody be about to keep a line of it.
_HOLD = "SELECT FROM messages WHERE id = $1 FOR UPDATE"

_UNREAD = """WITH asked AS (DELETE FROM emotion_asks WHERE message_id = $1),
  reviewed AS (DELETE FROM emotion_reviews WHERE message_id = $1)
DELETE FROM emotion_history WHERE message_id = $1"""

# Whatever is thought or waits to leave meanwhile knows nothing of it, and dies by the epoch.
_HEED = """WITH fenced AS (
  UPDATE conversations c SET epoch = c.epoch + 1 FROM messages m
  WHERE m.id = $1 AND c.id = m.conversation_id
)
UPDATE messages SET status = 'received', reason = NULL, updated_at = $2 WHERE id = $1"""


async def find_unheard(conn: Connection, file_id: FileId) -> Unheard | None:
    """A recording of a customer that nobody has written down yet."""
    row = await conn.fetchrow(_UNHEARD, file_id)
    if row is None:
        return None
    conversation_id = ConversationId(row["conversation_id"])
    return Unheard(file=to_file(row), conversation_id=conversation_id, text=row["text"])


async def claim_unheard(
    conn: Connection, file_id: FileId, *, now: datetime, claim_s: float
) -> int | None:
    """Which try this is; None where somebody else is at it."""
    found: int | None = await conn.fetchval(
        _CLAIM_UNHEARD, file_id, now, timedelta(seconds=claim_s)
    )
    return found


async def list_unheard(
    conn: Connection, *, now: datetime, since: datetime, limit: int
) -> tuple[FileId, ...]:
    """Recordings that are due to be written down."""
    return tuple(FileId(row["id"]) for row in await conn.fetch(_LIST_UNHEARD, now, since, limit))


async def write_words(
    conn: Connection, file: MediaFile, *, words: str, by: str, at: datetime
) -> str:
    """Keep what is said in it, in the caller's transaction.

    Where its message has no words of its own, they become its words: what it says then, else "".
    Whatever was read from another recording's alone is forgotten: the whole is read anew.
    """
    await conn.execute(_LOCK, file.message_id)
    await conn.execute(_HEARD, file.id, words, by)
    if not words:
        return ""
    await conn.execute(_HOLD, file.message_id)
    says: str | None = await conn.fetchval(_SAY, file.message_id, by, at)
    if says is None:
        return ""
    await conn.execute(_UNREAD, file.message_id)
    return says


async def heed(conn: Connection, message_id: MessageId, *, at: datetime) -> None:
    """Have a turn read a message that must be obeyed, also where one has dealt with it unread."""
    await conn.execute(_HEED, message_id, at)
