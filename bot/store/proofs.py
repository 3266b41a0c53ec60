"""Codes that were sent to another address of somebody who says that it is theirs too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain import AddressId, ConversationId, CustomerId
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A code that waits to be typed."""

    id: UUID
    digest: bytes
    tries: int
    expires_at: datetime
    other_id: CustomerId
    """Whose the address is now."""
    is_other_with_staff: bool
    """Whether staff have the floor in that customer's conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that a code goes to."""

    id: AddressId
    customer_id: CustomerId


# Whoever is heard on it last has it, where a number has several channels.
_FIND = """SELECT id, customer_id FROM addresses WHERE channel = ANY($1::text[]) AND value = $2
ORDER BY last_inbound_at DESC NULLS LAST, id LIMIT 1"""

_MAKE = """WITH somebody AS (INSERT INTO customers DEFAULT VALUES RETURNING id)
INSERT INTO addresses (customer_id, channel, value) SELECT id, $1, $2 FROM somebody
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING RETURNING id, customer_id"""

_LOCK = "SELECT channel FROM addresses WHERE id = $1 FOR NO KEY UPDATE"

_COUNT = """SELECT greatest(
  (SELECT count(*) FROM address_proofs p WHERE p.customer_id = $1 AND p.conversation_id = $2
     AND p.created_at > $4),
  (SELECT count(*) FROM address_proofs p WHERE p.address_id = $3 AND p.created_at > $4))"""

_COUNT_ALL = """SELECT count(*) FROM address_proofs
WHERE id > (SELECT uuidv7($1::timestamptz - now()))"""

_OPEN_TALK = """INSERT INTO conversations (customer_id, channel) VALUES ($1, $2)
ON CONFLICT (customer_id) WHERE mode <> 'closed' DO NOTHING"""

_TALK = """SELECT id, epoch FROM conversations WHERE customer_id = $1 AND mode <> 'closed'"""

_INSERT = """INSERT INTO address_proofs
  (id, customer_id, conversation_id, address_id, code_digest, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""

_LATEST = """SELECT p.id, p.code_digest, p.tries, p.expires_at, a.customer_id AS other_id,
  EXISTS (SELECT FROM conversations c WHERE c.customer_id = a.customer_id AND c.mode = 'human'
    AND c.id <> p.conversation_id) AS with_staff
FROM address_proofs p JOIN addresses a ON a.id = p.address_id
WHERE p.customer_id = $1 AND p.conversation_id = $2 AND p.proved_at IS NULL
  AND NOT EXISTS (SELECT FROM address_proofs later WHERE later.customer_id = $1
    AND later.conversation_id = $2 AND later.created_at > p.created_at
    AND later.proved_at IS NOT NULL)
ORDER BY p.created_at DESC LIMIT 1"""

_TRY = """UPDATE address_proofs SET tries = tries + 1,
  proved_at = CASE WHEN $2 THEN $3::timestamptz END
WHERE id = $1 AND proved_at IS NULL AND tries = $4 RETURNING true"""


async def find_target(conn: Connection, channels: list[str], value: str) -> Target | None:
    """The address as somebody has it already."""
    row = await conn.fetchrow(_FIND, channels, value)
    return None if row is None else Target(id=row["id"], customer_id=row["customer_id"])


async def make_target(conn: Connection, channel: str, value: str) -> Target | None:
    """A new address, of a customer of its own: nobody is given it before they have proved it."""
    row = await conn.fetchrow(_MAKE, channel, value)
    return None if row is None else Target(id=row["id"], customer_id=row["customer_id"])


async def lock_target(conn: Connection, address_id: AddressId) -> str:
    """Count codes to it one after the other; its channel."""
    channel: str = await conn.fetchval(_LOCK, address_id)
    return channel


async def count_since(
    conn: Connection,
    who: tuple[CustomerId, ConversationId],
    address_id: AddressId | None,
    *,
    since: datetime,
) -> int:
    """How many codes this conversation has asked for, or this address was sent, if that is more."""
    return int(await conn.fetchval(_COUNT, *who, address_id, since))


async def count_all(conn: Connection, *, since: datetime) -> int:
    """How many codes were made since, for whomever."""
    return int(await conn.fetchval(_COUNT_ALL, since))


async def open_conversation(
    conn: Connection, customer_id: CustomerId, channel: str
) -> tuple[ConversationId, int]:
    """The customer's open conversation with its epoch; begun where there is none."""
    await conn.execute(_OPEN_TALK, customer_id, channel)
    row = await conn.fetchrow(_TALK, customer_id)
    assert row is not None  # noqa: S101 - It was there or was made a line ago.
    return ConversationId(row["id"]), row["epoch"]


async def insert(
    conn: Connection,
    proof_id: UUID,
    who: tuple[CustomerId, ConversationId],
    address_id: AddressId,
    *,
    digest: bytes,
    times: tuple[datetime, datetime],
) -> None:
    """Keep a code's digest, with when it was made and how long it counts."""
    made_at, expires_at = times
    await conn.execute(_INSERT, proof_id, *who, address_id, digest, expires_at, made_at)


async def find_latest(
    conn: Connection, customer_id: CustomerId, conversation_id: ConversationId
) -> Proof | None:
    """The last code that was asked for in this conversation and was not typed yet. Those before a
    proved one count for nothing: six digits may mean a gate."""
    row = await conn.fetchrow(_LATEST, customer_id, conversation_id)
    if row is None:
        return None
    return Proof(
        id=row["id"],
        digest=row["code_digest"],
        tries=row["tries"],
        expires_at=row["expires_at"],
        other_id=CustomerId(row["other_id"]),
        is_other_with_staff=row["with_staff"],
    )


async def note_try(conn: Connection, proof: Proof, *, is_right: bool, at: datetime) -> bool:
    """Count a try; False where another has been counted since the proof was read."""
    return bool(await conn.fetchval(_TRY, proof.id, is_right, at, proof.tries))
