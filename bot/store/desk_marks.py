"""The marks on staff's messages at the desk: how far what they said has got to the customer.

jobs/mark_words.py puts them there; what is to be shown follows from the outbox's rows alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.domain import MessageId
from bot.store.connection import Connection
from bot.store.desk_words import FIELDS, OWN, Words, WordsId, to_words

_PLACE = "SELECT desk_channel, desk_ts FROM desk_notices WHERE id = $1 AND desk_ts IS NOT NULL"

_OF_MESSAGE = "SELECT words_id FROM desk_word_parts WHERE message_id = $1"

_TRIED = "SELECT channel FROM messages WHERE id = $1"

_OF_RECEIPTS = """SELECT DISTINCT p.words_id
FROM unnest($1::text[], $2::text[]) AS r (channel, external_id)
JOIN messages m ON m.channel = r.channel AND m.external_id = r.external_id
JOIN desk_word_parts p ON p.message_id = m.id WHERE m.author = 'staff'"""

# What the mark is to be, from the part that has come least far; see `read_standing`.
_STANDING = """CASE WHEN w.status IN ('offered', 'undone') THEN w.status ELSE coalesce((
  SELECT CASE WHEN bool_or(m.status IN ('failed', 'dropped', 'unknown', 'held')) THEN 'failed'
    WHEN bool_or(m.status IN ('queued', 'sending')) THEN 'waiting'
    WHEN bool_or(m.status = 'sent') THEN 'sent'
    WHEN bool_or(m.status = 'delivered') THEN 'delivered' ELSE 'read' END
  FROM desk_word_parts p JOIN messages m ON m.id = p.message_id WHERE p.words_id = w.id
  HAVING count(*) > 0), 'waiting') END"""

_READ_STANDING = f"SELECT {_STANDING} FROM desk_words w WHERE w.id = $1"

# Two workers that put marks on one message at once would leave both marks.
_CLAIM_MARK = f"""UPDATE desk_words SET shown_at = now() WHERE id = $1
  AND (shown_at IS NULL OR shown_at < now() - make_interval(secs => $2)) RETURNING {FIELDS}"""

_MARKED = "UPDATE desk_words SET shown = $2 WHERE id = $1"

_LET_GO = "UPDATE desk_words SET shown_at = NULL WHERE id = $1"

_TO_MARK = f"""SELECT w.id FROM desk_words w
WHERE w.id > (SELECT uuidv7(interval '-2 days')) AND w.status <> 'offered'
  AND w.shown NOT IN ('read', 'undone') AND w.shown <> {_STANDING}
  AND (w.shown_at IS NULL OR w.shown_at < now() - interval '30 seconds')
ORDER BY w.id LIMIT $1"""


async def find_place(conn: Connection, words: Words) -> tuple[str, str] | None:
    """Channel and ts of the message that bears the mark; None where it is not posted yet."""
    if words.desk_channel != OWN:
        return words.desk_channel, words.desk_ts
    row = await conn.fetchrow(_PLACE, UUID(words.desk_ts))
    return None if row is None else (row["desk_channel"], row["desk_ts"])


async def find_of_message(conn: Connection, message_id: MessageId) -> WordsId | None:
    """The words that a row of the outbox is a part of."""
    row_id = await conn.fetchval(_OF_MESSAGE, message_id)
    return None if row_id is None else WordsId(row_id)


async def find_tried(conn: Connection, message_id: MessageId) -> str:
    """The channel by which a row of the outbox was to leave."""
    return str(await conn.fetchval(_TRIED, message_id))


async def list_of_receipts(
    conn: Connection, keys: Sequence[tuple[str, str]]
) -> tuple[WordsId, ...]:
    """Staff's words among the messages of these channels and vendor's ids; mostly none."""
    rows = await conn.fetch(_OF_RECEIPTS, [key[0] for key in keys], [key[1] for key in keys])
    return tuple(WordsId(row["words_id"]) for row in rows)


async def read_standing(conn: Connection, words_id: WordsId) -> str:
    """offered, undone, waiting, sent, delivered, read or failed: of the part that is least far."""
    return str(await conn.fetchval(_READ_STANDING, words_id))


async def claim_mark(conn: Connection, words_id: WordsId, *, claim_s: float) -> Words | None:
    """Take the marking of words, or None where another worker is at it."""
    return to_words(await conn.fetchrow(_CLAIM_MARK, words_id, claim_s))


async def mark(conn: Connection, words_id: WordsId, shown: str) -> None:
    """Keep which mark their message bears."""
    await conn.execute(_MARKED, words_id, shown)


async def let_go(conn: Connection, words_id: WordsId) -> None:
    """Whoever comes next may mark them."""
    await conn.execute(_LET_GO, words_id)


async def list_to_mark(conn: Connection, *, limit: int) -> tuple[WordsId, ...]:
    """Words of the last days that bear another mark than they should."""
    return tuple(WordsId(row["id"]) for row in await conn.fetch(_TO_MARK, limit))
