"""What a visitor of the web chat may see: the messages of their own address alone (I10).

A message to them is there to be seen once its row says `sent`. Rows of one address become visible
in their order but for those that were held, which is why a reader is told where the first gap is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

from bot.domain import Author, ConversationId, CustomerId, Direction, MessageId, Mode, Status
from bot.domain_media import FileId
from bot.store.connection import Connection

CHANNEL = "webchat"
LATEST = 40
"""Messages that a page shows when it opens, and whose states it follows."""
MISSED_MAX = 200
"""More than anybody misses; what is older stays in the transcript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """How things stand for a visitor, small enough to be asked for several times a second."""

    visitor: str
    mark: str
    """Changes whenever anything that the visitor can see has changed."""
    conversation_id: ConversationId | None
    mode: Mode
    is_waiting: bool
    """Whether a message of theirs is not answered yet."""


class File(NamedTuple):
    """A file of a message."""

    name: str
    """As its sender called it; may be empty."""
    kept: FileId | None
    """Of what we sent: where it can be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as its visitor sees it."""

    id: MessageId
    seq: int
    direction: Direction
    author: Author
    text: str
    status: Status
    external_id: str
    at: datetime
    speaker: str
    """Of staff: their name, where the workspace has told it."""
    choices: tuple[Mapping[str, str], ...]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The latest messages, oldest first, and all since a gap."""

    messages: tuple[Seen, ...]
    floor: int
    """Up to here nothing is missing that could still appear."""


_VISIBLE = "(m.direction = 'inbound' OR m.status IN ('sent', 'delivered', 'read'))"

# Hashed in the order of the rows, so that one that appears late between others is seen too.
_GLIMPSES = f"""SELECT a.value AS visitor, c.id AS conversation_id, c.mode, f.is_waiting,
  md5(concat(f.states, c.id, c.mode)) AS mark
FROM unnest($1::text[]) AS w(visitor)
JOIN addresses a ON a.channel = '{CHANNEL}' AND a.value = w.visitor
LEFT JOIN conversations c ON c.customer_id = a.customer_id AND c.mode <> 'closed'
CROSS JOIN LATERAL (
  SELECT string_agg(m.id::text || m.status, ',' ORDER BY m.seq) FILTER (WHERE {_VISIBLE}) AS states,
    coalesce(bool_or(m.status = 'received' AND m.conversation_id = c.id), false) AS is_waiting
  FROM (SELECT id, seq, status, direction, conversation_id FROM messages
    WHERE address_id = a.id AND channel = '{CHANNEL}' ORDER BY seq DESC LIMIT {LATEST}) m) f"""

_WINDOW = f"""WITH latest AS (
  SELECT m.* FROM messages m JOIN addresses a ON a.id = m.address_id
  WHERE a.channel = '{CHANNEL}' AND a.value = $1 AND m.channel = '{CHANNEL}'
  ORDER BY m.seq DESC LIMIT {LATEST}
), missed AS (
  SELECT m.* FROM messages m JOIN addresses a ON a.id = m.address_id
  WHERE a.channel = '{CHANNEL}' AND a.value = $1 AND m.channel = '{CHANNEL}'
    AND $2::bigint > 0 AND m.seq > $2
  ORDER BY m.seq LIMIT {MISSED_MAX}
)
SELECT m.id, m.seq, m.direction, m.author, m.text, m.status,
  coalesce(m.external_id, '') AS external_id,
  coalesce(m.sent_at, m.created_at) AS at, m.rest -> 'choices' AS choices,
  m.rest -> 'media' AS media, (SELECT array_agg(f.id ORDER BY f.place) FROM media_files f
    WHERE f.message_id = m.id AND f.status = 'kept' AND m.direction = 'outbound') AS kept,
  {_VISIBLE} AS is_visible,
  m.direction = 'outbound' AND m.status IN ('queued', 'sending', 'held') AS may_appear,
  coalesce((SELECT s.name FROM desk_word_parts p JOIN desk_words d ON d.id = p.words_id
    JOIN staff_members s ON s.id = d.staff_id WHERE p.message_id = m.id), '') AS speaker
FROM (SELECT * FROM latest UNION SELECT * FROM missed) m ORDER BY m.seq"""

_OWN_OF = f"""SELECT m.external_id FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE a.channel = '{CHANNEL}' AND a.value = $1 AND m.channel = '{CHANNEL}'
  AND m.direction = 'outbound' AND m.external_id = ANY ($2::text[])"""

_OTHER_WAYS = f"""SELECT EXISTS (SELECT FROM conversations c
  JOIN addresses a ON a.customer_id = c.customer_id
  WHERE c.id = $1 AND a.channel <> '{CHANNEL}' AND a.suspended_reason IS NULL)
OR EXISTS (SELECT FROM conversations c JOIN memories r ON r.customer_id = c.customer_id
  WHERE c.id = $1 AND r.kind = ANY ($2::text[]) AND r.value <> '' AND r.replaced_by IS NULL
    AND r.forgotten_at IS NULL)"""

_STORED = f"""SELECT m.id, c.customer_id, m.created_at FROM messages m
JOIN conversations c ON c.id = m.conversation_id
WHERE m.channel = '{CHANNEL}' AND m.external_id = $1 AND m.direction = 'inbound'"""


async def list_glimpses(conn: Connection, visitors: Sequence[str]) -> Mapping[str, Glimpse]:
    """How things stand, by visitor; whoever has never written is not among them."""
    rows = await conn.fetch(_GLIMPSES, list(visitors))
    return {
        row["visitor"]: Glimpse(
            visitor=row["visitor"],
            mark=row["mark"],
            conversation_id=None
            if row["conversation_id"] is None
            else ConversationId(row["conversation_id"]),
            mode=Mode(row["mode"] or "bot"),
            is_waiting=row["is_waiting"],
        )
        for row in rows
    }


async def read_window(conn: Connection, visitor: str, *, after: int) -> Window:
    """The latest messages, and with `after` all that came behind that one, bounded."""
    rows = await conn.fetch(_WINDOW, visitor, after)
    gaps = [row["seq"] for row in rows if row["may_appear"]]
    newest = max((row["seq"] for row in rows), default=after)
    return Window(
        messages=tuple(_seen(dict(row)) for row in rows if row["is_visible"]),
        floor=min(gaps) - 1 if gaps else newest,
    )


async def list_own(conn: Connection, visitor: str, ids: Sequence[UUID]) -> tuple[str, ...]:
    """Which of these are messages to this visitor (I10)."""
    rows = await conn.fetch(_OWN_OF, visitor, [str(each) for each in ids])
    return tuple(row["external_id"] for row in rows)


async def has_other_way(
    conn: Connection, conversation_id: ConversationId, kinds: Sequence[str]
) -> bool:
    """Whether the customer can be reached elsewhere, or has said in a memory of these kinds how."""
    return bool(await conn.fetchval(_OTHER_WAYS, conversation_id, list(kinds)))


async def find_stored(
    conn: Connection, external_id: str
) -> tuple[MessageId, CustomerId, datetime] | None:
    """A message that a visitor sent, whose it is, and when it came."""
    row = await conn.fetchrow(_STORED, external_id)
    if row is None:
        return None
    return MessageId(row["id"]), CustomerId(row["customer_id"]), row["created_at"]


def _seen(row: Mapping[str, Any]) -> Seen:
    return Seen(
        id=MessageId(row["id"]),
        seq=row["seq"],
        direction=Direction(row["direction"]),
        author=Author(row["author"]),
        text=row["text"],
        status=Status(row["status"]),
        external_id=row["external_id"],
        at=row["at"],
        speaker=row["speaker"],
        choices=tuple(row["choices"] or ()),
        files=tuple(
            File(each.get("name", ""), FileId(kept) if kept else None)
            for each, kept in zip_longest(row["media"] or (), row["kept"] or ())
            if each is not None
        ),
    )
