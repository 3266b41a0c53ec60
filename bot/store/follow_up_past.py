"""What was so about a customer at a moment of the past, for the trial run of a rule.

The same facts as bot/store/follow_up_facts.py reads of the present, so that the same rules decide.
Reads only, and lets the whole transaction do nothing else; bot/follow_ups/dry_run.py asks. What
keeps no history is read as it is now: zone, name, and what a carrier says of our templates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from bot.domain import Consent, CustomerId, Mode
from bot.domain_booking import BookingId
from bot.store.addressees import Addressee, to_way
from bot.store.connection import Connection
from bot.store.follow_up_facts import Reach, Recent, Unasked
from bot.store.follow_up_plans import Near
from bot.store.opted_out import NUMBER_CHANNELS, NUMBERS

What = Literal["booking", "deposit", "headcount", "feedback", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A customer as they stood then."""

    to: Addressee
    reaches: tuple[Reach, ...]
    recent: Recent
    near: tuple[Near, ...]
    """What had gone to them within the gap, and what was planned and went within the next."""
    is_paused: bool
    free_at: datetime | None
    """When staff gave back what they had then, and a pause was over; None: not by now."""


_ONLY_READ = """SELECT set_config('transaction_read_only', 'on', true),
  set_config('statement_timeout', $1, true)"""

_THEN = """SELECT p.id AS customer_id, coalesce(p.name, '') AS name,
  coalesce((SELECT c.language FROM conversations c WHERE c.customer_id = p.id
    AND c.created_at <= $2 ORDER BY c.created_at DESC LIMIT 1), p.language, '') AS language,
  coalesce(p.zone, '') AS zone,
  coalesce((SELECT nullif(b.zip_code, '') FROM bookings b WHERE b.customer_id = p.id
      AND b.created_at <= $2 AND b.ends_at > $2 AND b.status NOT IN ('cancelled', 'lapsed')
      ORDER BY b.starts_at LIMIT 1),
    (SELECT q.order_priced ->> 'zip_code' FROM quotes q WHERE q.customer_id = p.id
      AND q.created_at <= $2 ORDER BY q.created_at DESC LIMIT 1), '') AS zip_code,
  (SELECT max(coalesce(m.sent_at, m.created_at)) FROM conversations c
    JOIN messages m ON m.conversation_id = c.id
    WHERE c.customer_id = p.id AND coalesce(m.sent_at, m.created_at) <= $2
      AND m.direction = 'outbound' AND m.status NOT IN ('failed', 'dropped')
      AND NOT m.rest ? 'unasked' AND m.purpose <> 'promotional') AS told_at,
  coalesce(e.reason, '') AS trouble, e.id IS NOT NULL AS is_held, e.resolved_at,
  u.id IS NOT NULL AS is_paused, u.over_at
FROM customers p
LEFT JOIN LATERAL (SELECT e.id, e.reason, e.resolved_at FROM conversations c
  JOIN escalations e ON e.conversation_id = c.id
  WHERE c.customer_id = p.id AND e.created_at <= $2
    AND (e.resolved_at IS NULL OR e.resolved_at > $2)
  ORDER BY e.created_at DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT u.id, coalesce(u.ended_at, u.ends_at) AS over_at FROM pauses u
  WHERE u.started_at <= $2 AND coalesce(u.ended_at, u.ends_at, 'infinity') > $2
  ORDER BY u.started_at DESC LIMIT 1) u ON true
WHERE p.id = $1 AND p.erased_at IS NULL"""

# The ledger goes before the present state, which is believed only where nothing was ever said.
# Other customers' addresses of the same telephone number speak for it too.
_WAYS = f"""SELECT * FROM (SELECT a.id, a.channel, a.value, a.created_at,
  a.customer_id = $1 AS is_own,
  CASE WHEN l.act = 'opt_in' THEN 'given' WHEN l.act = 'opt_out' THEN 'revoked'
    WHEN EXISTS (SELECT FROM consents k WHERE k.address_id = a.id AND k.scope = 'all')
      THEN 'unknown' ELSE a.consent END AS consent,
  CASE WHEN o.act = 'opt_in' AND EXISTS (SELECT FROM consents k WHERE k.address_id = a.id
      AND k.scope = 'all' AND k.act = 'opt_out' AND k.said_at BETWEEN o.said_at AND $2)
      THEN 'unknown'
    WHEN o.act = 'opt_in' THEN 'given' WHEN o.act = 'opt_out' THEN 'revoked'
    WHEN EXISTS (SELECT FROM consents k WHERE k.address_id = a.id AND k.scope = 'promotional')
      THEN 'unknown' ELSE a.promotional END AS promotional,
  (SELECT max(m.created_at) FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.customer_id = a.customer_id AND m.address_id = a.id AND m.direction = 'inbound'
      AND m.created_at <= $2) AS last_inbound_at,
  CASE WHEN coalesce(a.suspended_at <= $2, true) THEN coalesce(a.suspended_reason, '')
    ELSE '' END AS suspended_reason,
  (SELECT max(k.said_at) FROM consents k WHERE k.address_id = a.id AND k.scope = 'all'
    AND k.act = 'opt_in' AND k.said_at <= $2) AS given_at,
  CASE WHEN l.act = 'opt_out' THEN l.said_at ELSE a.created_at END AS stopped_at,
  coalesce(h.sent, 0) AS sent, coalesce(h.answered, 0) AS answered
FROM addresses a
LEFT JOIN LATERAL (SELECT act, said_at FROM consents k WHERE k.address_id = a.id
  AND k.scope = 'all' AND k.said_at <= $2 ORDER BY k.said_at DESC, k.id DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT act, said_at FROM consents k WHERE k.address_id = a.id
  AND k.scope = 'promotional' AND k.said_at <= $2 ORDER BY k.said_at DESC, k.id DESC LIMIT 1) o
  ON true
LEFT JOIN (SELECT channel, count(*) AS sent, count(*) FILTER (WHERE answered_at <= $2) AS answered
  FROM follow_ups WHERE customer_id = $1 AND sent_at <= $2 AND arm <> 'holdout'
    AND key <> $3 GROUP BY channel) h ON h.channel = a.channel
WHERE a.id IN (SELECT id FROM addresses WHERE customer_id = $1
  UNION SELECT b.id FROM addresses mine JOIN addresses b ON b.value = mine.value
  WHERE mine.customer_id = $1 AND mine.channel IN ({NUMBERS}) AND b.channel IN ({NUMBERS}))
) AS ways WHERE created_at <= $2 OR last_inbound_at IS NOT NULL
ORDER BY last_inbound_at DESC NULLS LAST, created_at"""

# $3: the key of the message that is tried: what it really sent is not in its own way.
_UNASKED = """SELECT max(o.left_at) AS at, o.is_essential, max(o.cause) AS cause
FROM (SELECT m.purpose = 'essential' AS is_essential,
    coalesce(m.sent_at, m.claimed_at) AS left_at, coalesce(f.cause, '') AS cause,
    CASE WHEN m.rest ->> 'unasked' = 'true' THEN m.id::text
      ELSE coalesce(m.rest ->> 'unasked', m.id::text) END AS whole
  FROM addresses a JOIN messages m ON m.address_id = a.id
  LEFT JOIN follow_ups f ON f.message_id = m.id
  WHERE a.customer_id = $1 AND m.direction = 'outbound'
    AND (m.rest ? 'unasked' OR m.purpose = 'promotional')
    AND coalesce(m.sent_at, m.claimed_at) <= $2
    AND coalesce(m.sent_at, m.claimed_at) > $2::timestamptz - interval '14 days'
    AND m.status IN ('sent', 'delivered', 'read', 'unknown')
    AND f.key IS DISTINCT FROM $3) o
GROUP BY o.whole, o.is_essential ORDER BY at DESC"""

_AHEAD = """SELECT sent_at AS at, cause FROM follow_ups
WHERE customer_id = $1 AND created_at <= $2 AND sent_at > $2 AND arm <> 'holdout'
  AND sent_at < $2::timestamptz + make_interval(hours => $4) AND key <> $3
ORDER BY sent_at"""

# Of the message's own booking, where it is about one: $4.
_CAME: dict[What, str] = {
    "booking": """SELECT true FROM bookings WHERE customer_id = $1 AND agreed_at > $2
  AND agreed_at <= $3 AND id IS DISTINCT FROM $4::uuid LIMIT 1""",
    "deposit": """SELECT true FROM bookings WHERE customer_id = $1 AND deposit_paid_at > $2
  AND deposit_paid_at <= $3 AND ($4::uuid IS NULL OR id = $4) LIMIT 1""",
    "headcount": """SELECT true FROM bookings WHERE customer_id = $1
  AND headcount_confirmed_at > $2 AND headcount_confirmed_at <= $3
  AND ($4::uuid IS NULL OR id = $4) LIMIT 1""",
    "feedback": """SELECT true FROM feedback WHERE customer_id = $1 AND created_at > $2
  AND created_at <= $3 AND coalesce(booking_id = $4::uuid, true) LIMIT 1""",
}
_WROTE = """SELECT true FROM conversations c JOIN messages m ON m.conversation_id = c.id
WHERE c.customer_id = $1 AND m.direction = 'inbound' AND m.created_at > $2 AND m.created_at <= $3
LIMIT 1"""

_SENT = """SELECT key FROM follow_ups
WHERE key = ANY ($1) AND sent_at IS NOT NULL AND arm <> 'holdout'"""


async def only_read(conn: Connection, *, timeout_s: int) -> None:
    """Let this transaction write nothing, and no question of it take longer than that."""
    await conn.execute(_ONLY_READ, str(timeout_s * 1000))


async def find_then(
    conn: Connection, customer_id: CustomerId, at: datetime, *, key: str, gap_hours: int
) -> Then | None:
    """The customer as they stood then; None for one who is no more."""
    row = await conn.fetchrow(_THEN, customer_id, at)
    if row is None:
        return None
    reaches = _reaches(await conn.fetch(_WAYS, customer_id, at, key))
    unasked = await conn.fetch(_UNASKED, customer_id, at, key)
    ahead = await conn.fetch(_AHEAD, customer_id, at, key, gap_hours)
    heard = [each.way.last_inbound_at for each in reaches if each.way.last_inbound_at]
    gone = tuple(Near(at=each["at"], cause=each["cause"], is_planned=False) for each in unasked)
    planned = tuple(Near(at=each["at"], cause=each["cause"], is_planned=True) for each in ahead)
    return Then(
        to=_addressee(row, reaches),
        reaches=reaches,
        recent=Recent(
            heard_at=max(heard, default=None),
            told_at=row["told_at"],
            unasked=tuple(Unasked(each["at"], each["is_essential"]) for each in unasked),
        ),
        near=(*gone, *planned),
        is_paused=row["is_paused"],
        free_at=_free_at(row),
    )


def _free_at(row: asyncpg.Record) -> datetime | None:
    ends = [row["resolved_at"]] if row["is_held"] else []
    ends += [row["over_at"]] if row["is_paused"] else []
    known = [each for each in ends if each is not None]
    return max(known) if ends and len(known) == len(ends) else None


def _addressee(row: asyncpg.Record, reaches: tuple[Reach, ...]) -> Addressee:
    return Addressee(
        customer_id=CustomerId(row["customer_id"]),
        name=row["name"],
        language=row["language"],
        zone=row["zone"],
        zip_code=row["zip_code"],
        ways=tuple(each.way for each in reaches),
        conversation_id=None,
        mode=Mode.HUMAN if row["is_held"] else Mode.BOT,
        epoch=0,
        holder="",
        trouble=row["trouble"],
    )


def _reaches(rows: Iterable[asyncpg.Record]) -> tuple[Reach, ...]:
    """Their own addresses, each with the refusals said elsewhere; the last written from first."""
    known = tuple(rows)
    gone = [each for each in known if each["consent"] == Consent.REVOKED.value]
    return tuple(_reach(each, gone) for each in known if each["is_own"])


def _reach(row: asyncpg.Record, gone: Iterable[asyncpg.Record]) -> Reach:
    others = [each for each in gone if each["id"] != row["id"]]
    is_number = row["channel"] in NUMBER_CHANNELS
    same = [each for each in others if is_number and _is_same_number(row, each)]
    stopped = [each for each in others if each["is_own"] or each in same]
    return Reach(
        way=to_way(row),
        promotional=Consent(row["promotional"]),
        given_at=row["given_at"] if stopped else None,
        stopped_at=max((each["stopped_at"] for each in stopped), default=None),
        number_stopped_at=max((each["stopped_at"] for each in same), default=None),
        sent=row["sent"],
        answered=row["answered"],
    )


def _is_same_number(one: asyncpg.Record, other: asyncpg.Record) -> bool:
    return other["channel"] in NUMBER_CHANNELS and bool(one["value"] == other["value"])


async def has_come(
    conn: Connection,
    customer_id: CustomerId,
    what: What,
    between: tuple[datetime, datetime],
    *,
    booking_id: BookingId | None,
) -> bool:
    """Whether what a message wants came in that time, whatever brought it."""
    if what == "answer":
        return bool(await conn.fetchval(_WROTE, customer_id, *between))
    return bool(await conn.fetchval(_CAME[what], customer_id, *between, booking_id))


async def list_sent(conn: Connection, keys: list[str]) -> frozenset[str]:
    """Those of the keys whose message really went."""
    return frozenset(row["key"] for row in await conn.fetch(_SENT, keys))
