"""The consent ledger: each line has its proof, and the address carries the last one (I6).

Two scopes: everything, and promotion alone. What somebody told a vendor and not us is a line as
well. The send gate asks what the address carries; staff read the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from bot.domain import AddressId, Consent, CustomerId, MessageId, Scope
from bot.domain_sending import Preference
from bot.store.connection import Connection

Act = Literal["opt_out", "opt_in"]
Source = Literal["message", "vendor", "staff", "page"]
WORDS_MAX_CHARS = 500

# The same line told twice is one, and so is a yes to offers that stands. What was said later about
# the same thing stays as it is.
_WRITE = """WITH line AS (
  INSERT INTO consents (address_id, act, source, words, message_id, said_at, scope)
  SELECT $1, $2, $3, $4, $5::uuid, $6, $7 WHERE NOT EXISTS (
    SELECT FROM consents c WHERE c.address_id = $1 AND c.act = $2 AND c.source = $3
      AND c.words = $4 AND c.message_id IS NOT DISTINCT FROM $5::uuid AND c.said_at = $6
      AND c.scope = $7)
    AND NOT ($7 = 'promotional' AND $3 = 'message'
      AND $8 = (SELECT a.promotional FROM addresses a WHERE a.id = $1)
      AND EXISTS (SELECT FROM consents c WHERE c.address_id = $1 AND c.scope = $7 AND c.act = $2))
)
UPDATE addresses SET {} WHERE id = $1 AND NOT EXISTS (
  SELECT FROM consents c WHERE c.address_id = $1 AND c.act <> $2 AND c.said_at > $6
    AND c.scope = $7)"""
# A STOP ends the yes to offers too: who comes back with START has not asked for them again.
_PRESENT = {
    Scope.ALL: """consent = $8, promotional = CASE WHEN $8 = 'revoked' AND promotional = 'given'
  THEN 'unknown' ELSE promotional END""",
    Scope.PROMOTIONAL: "promotional = $8",
}

_READ = "SELECT consent FROM addresses WHERE id = $1"

_FIND = """SELECT id FROM addresses WHERE channel = $1 AND value = coalesce(
  (SELECT x.value FROM address_aliases x WHERE x.channel = $1 AND x.alias = $2), $2)"""

# Of two who meet somebody new at once, one makes them: the other's customer would have no address.
_MAKE = """WITH person AS (INSERT INTO customers DEFAULT VALUES RETURNING id)
INSERT INTO addresses (customer_id, channel, value) SELECT id, $1, $2 FROM person
RETURNING id"""
_MEETING = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 11))"

_STANDING = """SELECT a.id AS address_id, a.channel, a.value AS handle, a.consent, a.promotional,
  coalesce(a.suspended_reason, '') AS suspended_reason, k.act, k.scope, k.source, k.words,
  k.message_id, k.said_at
FROM addresses a LEFT JOIN LATERAL (
  SELECT * FROM consents c WHERE c.address_id = a.id ORDER BY c.said_at DESC, c.id DESC LIMIT 1
) k ON true WHERE a.customer_id = $1 ORDER BY a.last_inbound_at DESC NULLS LAST, a.created_at"""

_LINES = """SELECT act, scope, source, words, message_id, said_at FROM consents
WHERE address_id = $1 ORDER BY said_at DESC, id DESC LIMIT $2"""


_SUBSCRIBER = """SELECT a.value AS handle, a.promotional, coalesce(p.language, '') AS language
FROM addresses a JOIN customers p ON p.id = a.customer_id
WHERE a.id = $1 AND p.erased_at IS NULL"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Whom a link to end our offers was made for."""

    handle: str
    promotional: Consent
    language: str
    """Empty where it was never read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger: what was said, how we know, and when."""

    act: Act
    scope: Scope
    source: Source
    words: str
    message_id: MessageId | None
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How one address stands, and the line it stands by."""

    address_id: AddressId
    channel: str
    handle: str
    consent: Consent
    promotional: Consent
    suspended_reason: str
    """Empty where it can be reached."""
    last: Line | None
    """None: nobody has said anything, so answers may go there and nothing promotional."""

    @property
    def is_without_offers(self) -> bool:
        """Whether they take answers and nothing that they did not ask for."""
        return self.promotional is Consent.REVOKED and self.consent is not Consent.REVOKED


async def write(
    conn: Connection,
    address_id: AddressId,
    *,
    act: Act,
    source: Source,
    said_at: datetime,
    words: str = "",
    message_id: MessageId | None = None,
    scope: Scope = Scope.ALL,
) -> None:
    """Add a line to the ledger; it is the present consent unless something later says otherwise.

    A message that was fetched long after it was written must not undo what was said since.
    """
    present = Consent.REVOKED if act == "opt_out" else Consent.GIVEN
    await conn.execute(
        _WRITE.format(_PRESENT[scope]),
        address_id,
        act,
        source,
        words[:WORDS_MAX_CHARS],
        message_id,
        said_at,
        scope.value,
        present.value,
    )


async def take_preferences(conn: Connection, told: Sequence[Preference], *, at: datetime) -> None:
    """Keep what people told a vendor; of somebody we have not met, with an address made for it."""
    for each in told:
        async with conn.transaction():
            address_id = await _find_or_make(conn, each.channel, each.handle)
            await write(
                conn,
                address_id,
                act="opt_in" if each.wants else "opt_out",
                source="vendor",
                said_at=each.said_at or at,
                words=each.words,
                scope=each.scope,
            )


async def get(conn: Connection, address_id: AddressId) -> Consent:
    """Whether we may write to this address."""
    return Consent(await conn.fetchval(_READ, address_id))


async def list_standing(conn: Connection, customer_id: CustomerId) -> tuple[Entry, ...]:
    """Whether we may write to each of a customer's addresses, since when and by what proof."""
    rows = await conn.fetch(_STANDING, customer_id)
    return tuple(
        Entry(
            address_id=AddressId(row["address_id"]),
            channel=row["channel"],
            handle=row["handle"],
            consent=Consent(row["consent"]),
            promotional=Consent(row["promotional"]),
            suspended_reason=row["suspended_reason"],
            last=_line(row) if row["act"] else None,
        )
        for row in rows
    )


async def list_lines(
    conn: Connection, address_id: AddressId, *, limit: int = 50
) -> tuple[Line, ...]:
    """An address's lines, the newest first."""
    return tuple(_line(row) for row in await conn.fetch(_LINES, address_id, limit))


async def find_subscriber(conn: Connection, address_id: AddressId) -> Subscriber | None:
    """Whom an address belongs to, for the page that ends our offers; None where they are gone."""
    row = await conn.fetchrow(_SUBSCRIBER, address_id)
    if row is None:
        return None
    return Subscriber(**{**dict(row), "promotional": Consent(row["promotional"])})


def _line(row: asyncpg.Record) -> Line:
    return Line(
        act=row["act"],
        scope=Scope(row["scope"]),
        source=row["source"],
        words=row["words"],
        message_id=row["message_id"],
        said_at=row["said_at"],
    )


async def _find_or_make(conn: Connection, channel: str, handle: str) -> AddressId:
    found = await conn.fetchval(_FIND, channel, handle)
    if found is None:
        await conn.execute(_MEETING, channel, handle)
        found = await conn.fetchval(_FIND, channel, handle)
    if found is None:
        found = await conn.fetchval(_MAKE, channel, handle)
    return AddressId(found)
