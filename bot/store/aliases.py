"""Other names of an address: what vendors call the same person beside the handle we key them by.

Learnt from messages that bear two names, so that whichever comes alone later finds the one address.
`record_inbound` follows them. Consent goes with the person: who has left under one name has left.
An opaque id is its person's for good, a number only until somebody else has it: one that comes
with another id than before, of which no change was told, has changed hands (I10).
bot/identity_aliases.py joins the customers that turn out to be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from bot.domain import AddressId, CustomerId
from bot.domain_vendors import Renamed
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A handle that we key somebody by, and another name of theirs."""

    channel: str
    value: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two customers whose addresses the vendor has named as one person's."""

    channel: str
    kept: CustomerId
    """Whose address stays in use."""
    joined: CustomerId
    is_proved: bool
    """Whether one message bore both names. A move to a number that was known before proves less:
    it may have been a stranger's until then."""


_UNKNOWN = """SELECT i.channel, i.value, i.alias
FROM unnest($1::text[], $2::text[], $3::text[]) AS i (channel, value, alias)
WHERE NOT EXISTS (SELECT FROM address_aliases x
  WHERE x.channel = i.channel AND x.alias = i.alias)"""

# Whoever was known by the alias alone is the same address under its better name from now on.
_RENAME = """UPDATE addresses SET value = $3 WHERE channel = $1 AND value = $2
RETURNING id"""

_REPOINT = """UPDATE address_aliases SET value = $3, is_former = is_former OR $4
WHERE channel = $1 AND value = $2 AND alias <> $3"""

_KEEP = """INSERT INTO address_aliases (channel, alias, value, is_former) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, alias) DO NOTHING"""

_FORGET = "DELETE FROM address_aliases WHERE channel = $1 AND alias = $2"

_RESOLVE = "SELECT value FROM address_aliases WHERE channel = $1 AND alias = $2"

_FIND = "SELECT id, customer_id FROM addresses WHERE channel = $1 AND value = $2"

# What two processes learn of one handle at once they learn one after the other.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 8))"

_OTHER_ID = """SELECT alias FROM address_aliases
WHERE channel = $1 AND value = $2 AND alias <> $3 AND NOT is_former
ORDER BY created_at DESC LIMIT 1"""

# An address that the id had before it was known with the number: its history stays, its name goes.
_RETIRE = """UPDATE addresses SET value = value || '#' || id, suspended_at = now(),
  suspended_reason = coalesce(suspended_reason, $3) WHERE channel = $1 AND value = $2"""

_ANEW = """WITH somebody AS (INSERT INTO customers DEFAULT VALUES RETURNING id)
INSERT INTO addresses (customer_id, channel, value) SELECT id, $1, $2 FROM somebody
ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING RETURNING id"""

_HAS_LEFT = "SELECT consent = 'revoked' FROM addresses WHERE id = $1"

# An end of consent under one of two names, with its proof, is one under the other too.
_CARRY = """WITH line AS (
  INSERT INTO consents (address_id, act, source, words, said_at, scope)
  SELECT $2, c.act, 'vendor', c.words, c.said_at, c.scope FROM consents c JOIN addresses a
    ON a.id = c.address_id
  WHERE c.address_id = $1 AND a.consent = 'revoked' AND c.act = 'opt_out' AND c.scope = 'all'
  ORDER BY c.said_at DESC LIMIT 1 RETURNING address_id
)
UPDATE addresses SET consent = 'revoked' WHERE id IN (SELECT address_id FROM line)"""

_LEAVE = """UPDATE addresses SET suspended_reason = $2, suspended_at = now()
WHERE id = $1 AND suspended_reason IS NULL"""

MOVED = "the customer has moved to another number"


async def learn(conn: Connection, names: Sequence[Named]) -> tuple[Twins, ...]:
    """Keep the names that are new, one look-up where none is; who turned out to be one."""
    asked = sorted(set(names))
    rows = await conn.fetch(
        _UNKNOWN, *([getattr(n, part) for n in asked] for part in ("channel", "value", "alias"))
    )
    found = []
    for row in rows:
        named = Named(row["channel"], row["value"], row["alias"])
        async with conn.transaction():
            found.append(await _learn(conn, named))
    return tuple(twins for twins in found if twins is not None)


async def resolve(conn: Connection, channel: str, handle: str) -> str:
    """The handle by which we key whoever has this name."""
    found: str | None = await conn.fetchval(_RESOLVE, channel, handle)
    return found or handle


async def rename(conn: Connection, news: Renamed) -> tuple[Twins, ...]:
    """Somebody has another handle. Their address, with its consent and its talk, goes with them.

    An old number may become a stranger's, so that nothing of it leads to them any more; an opaque
    id never does, and what comes late under it is theirs. Returns who may be one because of it.
    """
    channel = news.channel
    old, new = [await resolve(conn, channel, each) for each in (news.old, news.new)]
    if old == new:
        return ()
    found: list[Twins | None] = []
    async with conn.transaction():
        if news.also:
            # Whoever had the new number by another id has it no more.
            await _vacate(conn, channel, new, news.also)
        if await _rename(conn, channel, old, new) is None:
            found.append(await _part(conn, channel, old, new))
        await conn.execute(_REPOINT, channel, old, new, True)
        if news.old.startswith("+"):
            await conn.execute(_FORGET, channel, news.old)
        else:
            await conn.execute(_KEEP, channel, news.old, new, True)
    if news.also and news.also != new:
        found += await learn(conn, (Named(channel, new, news.also),))
    return tuple(twins for twins in found if twins is not None)


async def _learn(conn: Connection, named: Named) -> Twins | None:
    channel, alias = named.channel, named.alias
    value = await resolve(conn, channel, named.value)
    await conn.execute(_ALONE, channel, value)
    if value == alias or await resolve(conn, channel, alias) != alias:
        return None
    vacated = await _vacate(conn, channel, value, alias)
    if vacated is not None:
        if await conn.fetchrow(_FIND, channel, alias):
            # They may have had it before the one who has lost it now: each goes by their own id.
            return None
        await _begin_anew(conn, channel, value, vacated)
    twins = None
    if await _rename(conn, channel, alias, value) is None:
        known, kept = [await conn.fetchrow(_FIND, channel, each) for each in (alias, value)]
        if known and kept:
            await _carry(conn, known["id"], kept["id"])
            twins = _twins(channel, kept, known, is_proved=True)
    await conn.execute(_REPOINT, channel, alias, value, False)
    await conn.execute(_KEEP, channel, alias, value, False)
    return twins


async def _vacate(conn: Connection, channel: str, number: str, alias: str) -> AddressId | None:
    """Make room where the number has become somebody else's: whoever had it keeps their address
    and all that hangs on it under their own id."""
    is_number = number.startswith("+")
    former = await conn.fetchval(_OTHER_ID, channel, number, alias) if is_number else None
    if former is None:
        return None
    await conn.execute(_FORGET, channel, former)
    await conn.execute(_RETIRE, channel, former, MOVED)
    vacated = await _rename(conn, channel, number, former)
    await conn.execute(_REPOINT, channel, number, former, True)
    return vacated


async def _begin_anew(conn: Connection, channel: str, number: str, vacated: AddressId) -> None:
    """A number that was left stays left: should it be the same person after all, they have asked
    for nothing since (I6)."""
    if await conn.fetchval(_HAS_LEFT, vacated):
        anew = await conn.fetchval(_ANEW, channel, number)
        if anew is not None:
            await _carry(conn, vacated, AddressId(anew))


async def _rename(conn: Connection, channel: str, old: str, new: str) -> AddressId | None:
    """The address under its new handle; None where there is none, or that handle is taken."""
    try:
        async with conn.transaction():
            row_id = await conn.fetchval(_RENAME, channel, old, new)
    except asyncpg.UniqueViolationError:
        return None
    return None if row_id is None else AddressId(row_id)


async def _part(conn: Connection, channel: str, old: str, new: str) -> Twins | None:
    """Both are known: the new one has written before the news came. The old one is left alone."""
    known, kept = [await conn.fetchrow(_FIND, channel, each) for each in (old, new)]
    if not (known and kept):
        return None
    await _carry(conn, known["id"], kept["id"])
    await conn.execute(_LEAVE, known["id"], MOVED)
    return _twins(channel, kept, known, is_proved=False)


def _twins(
    channel: str, kept: asyncpg.Record, joined: asyncpg.Record, *, is_proved: bool
) -> Twins | None:
    if kept["customer_id"] == joined["customer_id"]:
        return None
    return Twins(
        channel=channel,
        kept=CustomerId(kept["customer_id"]),
        joined=CustomerId(joined["customer_id"]),
        is_proved=is_proved,
    )


async def _carry(conn: Connection, known: AddressId, kept: AddressId) -> None:
    await conn.execute(_CARRY, known, kept)
