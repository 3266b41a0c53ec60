"""Finds the customers whom a segment means, and what stands for and against writing to them.

Read in pages of customer ids, so that no statement takes long, however many customers there are.
bot/follow_ups/segments.py adds what tables cannot tell: places, and when an occasion is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from bot.domain import Consent, CustomerId
from bot.domain_campaigns import Segment
from bot.store.cause_talks import SAID_NO
from bot.store.connection import Connection

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who fits as far as the tables tell."""

    customer_id: CustomerId
    name: str
    language: str
    """Empty where it was never read."""
    zone: str
    zip_code: str
    """Of their last event, else of what they asked a price for; empty: not known."""
    occasions: tuple[str, ...]
    """What they told of birthdays and the like, in their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address, as far as offers go."""

    channel: str
    handle: str
    consent: Consent
    promotional: Consent
    is_suspended: bool
    last_inbound_at: datetime | None
    said_at: datetime | None
    """When its present consent was said; None: never, or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What weighs at present when somebody is to be offered something."""

    doors: tuple[Door, ...] = ()
    """The address last written from comes first."""
    trouble: str = ""
    """Why their conversation is with staff, by one word; empty where it is not."""
    is_recent: bool = False
    """Whether they were written to unasked within the gap, or are about to be."""
    has_refused: bool = False
    """Whether they lately said no to an offer."""


NOBODY = Standing()

# The least id there can be: the first page begins behind it.
_PAGE = """SELECT id FROM customers
WHERE id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT $2"""

_OPEN = "('held', 'confirmed', 'changed', 'completed')"
# What has happened: an event that is over and was not called off.
_HELD = "b.status IN ('confirmed', 'changed', 'completed') AND b.ends_at <= $2"

# $2: now; the days of $3 and $4 begin in the business's zone.
_FITTING = f"""SELECT p.id AS customer_id, coalesce(p.name, '') AS name,
  coalesce(c.language, p.language, '') AS language, coalesce(p.zone, '') AS zone,
  coalesce(nullif(e.zip_code, ''), q.order_priced ->> 'zip_code', '') AS zip_code,
  array(SELECT m.value FROM memories m WHERE m.customer_id = p.id AND m.kind = 'occasion'
    AND m.replaced_by IS NULL AND m.forgotten_at IS NULL) AS occasions
FROM customers p
LEFT JOIN conversations c ON c.customer_id = p.id AND c.mode <> 'closed'
LEFT JOIN LATERAL (SELECT b.headcount, b.zip_code FROM bookings b
  WHERE b.customer_id = p.id AND b.status IN {_OPEN} ORDER BY b.starts_at DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT q.headcount, q.order_priced, q.created_at FROM quotes q
  WHERE q.customer_id = p.id ORDER BY q.created_at DESC LIMIT 1) q ON true
WHERE p.id = ANY ($1::uuid[]) AND p.erased_at IS NULL
  AND NOT EXISTS (SELECT FROM customer_merges g WHERE g.joined_id = p.id AND g.undone_at IS NULL)
  AND ($3::timestamptz IS NULL AND $4::timestamptz IS NULL OR EXISTS (SELECT FROM bookings b
    WHERE b.customer_id = p.id AND {_HELD} AND ($3 IS NULL OR b.starts_at >= $3)
      AND ($4 IS NULL OR b.starts_at < $4)))
  AND ($5::timestamptz IS NULL OR NOT EXISTS (SELECT FROM bookings b
    WHERE b.customer_id = p.id AND b.status IN {_OPEN} AND b.starts_at >= $5))
  AND ($6::timestamptz IS NULL OR q.created_at >= $6 AND NOT EXISTS (SELECT FROM bookings b
    WHERE b.customer_id = p.id AND b.status IN {_OPEN} AND b.created_at >= $6))
  AND ($7::int IS NULL OR coalesce(e.headcount, nullif(q.headcount, 0)) >= $7)
  AND ($8::int IS NULL OR coalesce(e.headcount, nullif(q.headcount, 0)) <= $8)
  AND ($9::text = '' OR coalesce(c.language, p.language, $10::text) = $9)
  AND (NOT $11::bool OR EXISTS (SELECT FROM follow_ups f
    WHERE f.customer_id = p.id AND f.answered_at IS NOT NULL))
ORDER BY p.id"""

_DOORS = """SELECT a.customer_id, a.channel, a.value AS handle, a.consent, a.promotional,
  a.suspended_reason IS NOT NULL AS is_suspended, a.last_inbound_at,
  CASE WHEN a.consent <> 'unknown' THEN (SELECT max(k.said_at) FROM consents k
    WHERE k.address_id = a.id AND k.scope = 'all'
      AND k.act = CASE a.consent WHEN 'revoked' THEN 'opt_out' ELSE 'opt_in' END) END AS said_at
FROM addresses a WHERE a.customer_id = ANY ($1::uuid[])
ORDER BY a.last_inbound_at DESC NULLS LAST, a.created_at"""

# The gap counts what has left and what is about to, as bot/store/follow_up_plans.py's `list_near`.
_WEIGHS = f"""SELECT p.id, coalesce((SELECT e.reason FROM conversations c
    JOIN escalations e ON e.conversation_id = c.id AND e.status <> 'resolved'
    WHERE c.customer_id = p.id AND c.mode <> 'closed' LIMIT 1), '') AS trouble,
  EXISTS (SELECT FROM addresses a JOIN messages m ON m.address_id = a.id
    WHERE a.customer_id = p.id AND m.direction = 'outbound'
      AND (m.rest ? 'unasked' OR m.purpose = 'promotional')
      AND coalesce(m.sent_at, m.claimed_at) > $2
      AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unknown'))
  OR p.id = ANY (ARRAY(SELECT f.customer_id FROM follow_ups f
    WHERE f.customer_id = ANY ($1::uuid[]) AND f.status = 'sending')) AS is_recent,
  p.id = ANY (ARRAY(SELECT f.customer_id FROM follow_ups f
    WHERE f.customer_id = ANY ($1::uuid[]) AND f.cause = ANY ($3::text[]) AND {SAID_NO}
      AND coalesce(answered_at, changed_at) > $4)) AS has_refused
FROM customers p WHERE p.id = ANY ($1::uuid[])"""


async def list_page(
    conn: Connection, after: CustomerId | None, *, limit: int = PAGE
) -> tuple[CustomerId, ...]:
    """The next customers by id, whoever they are; fewer than `limit` are the last ones."""
    return tuple(CustomerId(row["id"]) for row in await conn.fetch(_PAGE, after, limit))


async def list_fitting(
    conn: Connection,
    segment: Segment,
    ids: Sequence[CustomerId],
    *,
    now: datetime,
    event_span: tuple[datetime | None, datetime | None],
    home_language: str,
) -> tuple[Candidate, ...]:
    """Those of these customers who fit, by id; erased and joined ones are not.

    `event_span` is the segment's days as moments, the end left out.
    """

    def days_ago(days: int | None) -> datetime | None:
        return None if days is None else now - timedelta(days=days)

    rows = await conn.fetch(
        _FITTING,
        list(ids),
        now,
        *event_span,
        days_ago(segment.silent_days),
        days_ago(segment.quoted_days),
        segment.guests_least,
        segment.guests_most,
        segment.language,
        home_language,
        segment.has_answered,
    )
    return tuple(Candidate(**{**row, "occasions": tuple(row["occasions"])}) for row in rows)


async def read_standing(
    conn: Connection,
    ids: Sequence[CustomerId],
    *,
    since: datetime,
    refused: tuple[Sequence[str], datetime],
) -> dict[CustomerId, Standing]:
    """How each of them stands; `since` is where the gap between two messages begins.

    `refused`: a no to which causes' messages counts, and since when.
    """
    doors = defaultdict[CustomerId, list[Door]](list)
    for row in await conn.fetch(_DOORS, list(ids)):
        doors[CustomerId(row["customer_id"])].append(_door(row))
    return {
        CustomerId(row["id"]): Standing(
            doors=tuple(doors[CustomerId(row["id"])]),
            trouble=row["trouble"],
            is_recent=row["is_recent"],
            has_refused=row["has_refused"],
        )
        for row in await conn.fetch(_WEIGHS, list(ids), since, list(refused[0]), refused[1])
    }


def _door(row: asyncpg.Record) -> Door:
    return Door(
        channel=row["channel"],
        handle=row["handle"],
        consent=Consent(row["consent"]),
        promotional=Consent(row["promotional"]),
        is_suspended=row["is_suspended"],
        last_inbound_at=row["last_inbound_at"],
        said_at=row["said_at"],
    )
