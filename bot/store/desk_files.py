"""What hangs on staff's messages: kept beside their words until it is carried over to the customer.

bot/desk/speaking_files.py reads and writes these; bot/store/desk_words.py has the words themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.domain import MessageId
from bot.store.connection import Connection
from bot.store.desk_words import WordsId


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFile:
    """A file as Slack names it; nothing of it is believed yet."""

    url: str
    name: str
    type: str


_ATTACH = """UPDATE desk_words SET files = $2, files_due_at = $3
WHERE id = $1 AND files = '[]'::jsonb RETURNING true"""

_AGAIN = "UPDATE desk_words SET files_due_at = $2 WHERE id = $1 AND files <> '[]'::jsonb"

_CLAIM = """UPDATE desk_words SET files_due_at = $2::timestamptz + $3::interval
WHERE id = $1 AND files_due_at <= $2 RETURNING files, created_at"""

_DONE = "UPDATE desk_words SET files_due_at = NULL WHERE id = $1"

_DUE = """SELECT id FROM desk_words WHERE files_due_at <= $1 ORDER BY files_due_at LIMIT $2"""

# When the words that these hang on leave, so that the files follow them and Undo holds for both.
_LEAVES = """SELECT min(m.due_at) FROM desk_word_parts p JOIN messages m ON m.id = p.message_id
WHERE p.words_id = $1 AND m.status = 'queued'"""


_KEEP_BACK = """UPDATE messages SET status = 'dropped', reason = $2, updated_at = now()
WHERE id = $1 AND status = 'queued'"""


async def attach(
    conn: Connection, words_id: WordsId, files: Sequence[StaffFile], *, at: datetime | None
) -> None:
    """Owe the customer what hangs on these words, once; at None nothing is owed yet."""
    await conn.execute(_ATTACH, words_id, [asdict(each) for each in files], at)


async def owe_again(conn: Connection, words_id: WordsId, *, at: datetime) -> None:
    """The words go out, or go out anew, and so does what hangs on them."""
    await conn.execute(_AGAIN, words_id, at)


async def claim(
    conn: Connection, words_id: WordsId, *, now: datetime, claim_s: float
) -> tuple[tuple[StaffFile, ...], datetime] | None:
    """What is to be carried over, for this caller alone, and when it was said."""
    row = await conn.fetchrow(_CLAIM, words_id, now, timedelta(seconds=claim_s))
    if row is None:
        return None
    return tuple(StaffFile(**each) for each in row["files"]), row["created_at"]


async def finish(conn: Connection, words_id: WordsId) -> None:
    """All of it was carried over, or was told of."""
    await conn.execute(_DONE, words_id)


async def list_due(conn: Connection, *, now: datetime, limit: int) -> tuple[WordsId, ...]:
    """Words with files that nobody has carried over."""
    return tuple(WordsId(row["id"]) for row in await conn.fetch(_DUE, now, limit))


async def leaves_at(conn: Connection, words_id: WordsId) -> datetime | None:
    """When the words themselves leave; None where they have left or there are none."""
    found: datetime | None = await conn.fetchval(_LEAVES, words_id)
    return found


async def keep_back(conn: Connection, message_id: MessageId, *, reason: str) -> None:
    """It stands in the transcript and never leaves."""
    await conn.execute(_KEEP_BACK, message_id, reason)
