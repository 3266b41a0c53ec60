"""Follow-ups as staff and owners see them: what lies ahead, what became of one, and each rule.

Reads only; bot/store/follow_up_edits.py keeps what staff change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import CustomerId
from bot.domain_follow_ups import FollowUpId
from bot.errors import Conflict, NotFound
from bot.store.connection import Connection
from bot.store.handles import SHOWN

ENDING_LEAST = 6
"""So many of the last letters of an id name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One as a list shows it."""

    id: FollowUpId
    customer_id: CustomerId
    customer: str
    """Name, or the address last written from where none is known."""
    cause: str
    step: str
    due_at: datetime
    status: str
    reason: str
    because: str
    """Why it was planned."""
    text: str
    planned_by: str
    """A staff member's id; empty: a rule."""
    handle: str
    """Channel and address; empty where it is chosen when it goes."""
    has_left: bool = False
    """Whether it lies in the outbox, or has gone: nothing can be changed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A step of a follow-up's life."""

    status: str
    reason: str
    actor: str
    """A staff member's id; empty: the service."""
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What came of one that has left, or was held back; empty or None where nothing did."""

    channel: str
    wording: str
    arm: str
    sent_at: datetime | None
    answered_at: datetime | None
    converted_at: datetime | None
    opted_out_at: datetime | None
    text: str
    """As it was sent."""
    chosen: dict[str, object]
    """What way, hour and words were chosen by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How a cause has fared."""

    cause: str
    waiting: int
    sent: int
    answered: int
    converted: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A cause's rule as the planner last saw it."""

    cause: str
    is_on: bool
    live_since: datetime


SELECT = f"""SELECT f.id, f.customer_id, f.cause, f.step, f.due_at, f.status,
  coalesce(f.reason, '') AS reason, f.because, f.text, f.planned_by,
  f.message_id IS NOT NULL AS has_left,
  coalesce(c.name, (SELECT {SHOWN} FROM addresses a
    WHERE a.customer_id = c.id ORDER BY a.last_inbound_at DESC NULLS LAST LIMIT 1), '') AS customer,
  coalesce(a.channel || ' ' || {SHOWN}, '') AS handle
FROM follow_ups f JOIN customers c ON c.id = f.customer_id
LEFT JOIN addresses a ON a.id = f.address_id"""

_LIST = f"""{SELECT}
WHERE f.status IN ('planned', 'due', 'held') AND ($1::uuid IS NULL OR f.customer_id = $1)
ORDER BY f.due_at, f.id LIMIT $2"""

_COUNT = """SELECT count(*) FROM follow_ups WHERE status IN ('planned', 'due', 'held')
  AND ($1::uuid IS NULL OR customer_id = $1)"""

_PAST = f"""{SELECT}
WHERE f.customer_id = $1 AND f.status NOT IN ('planned', 'due', 'held')
ORDER BY f.changed_at DESC, f.id DESC LIMIT $2"""

_ONE = f"{SELECT} WHERE f.id = $1"

_ENDING = """SELECT id FROM follow_ups
WHERE right(replace(id::text, '-', ''), length($1)) = $1 LIMIT 2"""

_EVENTS = """SELECT status, reason, actor, due_at, at FROM follow_up_events
WHERE follow_up_id = $1 ORDER BY at, id"""

_AFTER = """SELECT coalesce(f.channel, '') AS channel, f.wording, f.arm, f.sent_at, f.answered_at,
  f.converted_at, f.opted_out_at, coalesce(m.text, '') AS text, f.chosen
FROM follow_ups f LEFT JOIN messages m ON m.id = f.message_id WHERE f.id = $1"""

# What waits counts whenever it is due; the rest by when it was due.
_BY_CAUSE = """SELECT cause,
  count(*) FILTER (WHERE status IN ('planned', 'due', 'held', 'sending')) AS waiting,
  count(*) FILTER (WHERE sent_at IS NOT NULL AND arm <> 'holdout' AND due_at >= $1) AS sent,
  count(*) FILTER (WHERE answered_at IS NOT NULL AND due_at >= $1) AS answered,
  count(*) FILTER (WHERE converted_at IS NOT NULL AND arm <> 'holdout' AND due_at >= $1)
    AS converted,
  count(*) FILTER (WHERE status = 'skipped' AND due_at >= $1) AS skipped
FROM follow_ups WHERE due_at >= $1 OR status IN ('planned', 'due', 'held', 'sending')
GROUP BY cause ORDER BY cause"""

_IN_FORCE = "SELECT cause, is_on, live_since FROM follow_up_rules ORDER BY cause"


async def list_ahead(
    conn: Connection, customer_id: CustomerId | None, *, limit: int
) -> tuple[Listed, ...]:
    """What is planned, due or held, soonest first: a customer's or everybody's."""
    rows = await conn.fetch(_LIST, customer_id, limit)
    return tuple(Listed(**dict(row)) for row in rows)


async def count_ahead(conn: Connection, customer_id: CustomerId | None) -> int:
    """How many there are of them."""
    return int(await conn.fetchval(_COUNT, customer_id))


async def list_past(conn: Connection, customer_id: CustomerId, *, limit: int) -> tuple[Listed, ...]:
    """A customer's that have left or came to nothing, the latest first."""
    rows = await conn.fetch(_PAST, customer_id, limit)
    return tuple(Listed(**dict(row)) for row in rows)


async def get_listed(conn: Connection, follow_up_id: FollowUpId) -> Listed:
    """One, whatever became of it.

    Raises:
        NotFound: there is no such follow-up.
    """
    row = await conn.fetchrow(_ONE, follow_up_id)
    if row is None:
        raise NotFound(f"follow-up {follow_up_id}: there is none of that id")
    return Listed(**dict(row))


async def find_by_ending(conn: Connection, ending: str) -> FollowUpId:
    """The one whose id, without its dashes, ends so.

    Raises:
        NotFound, Conflict: there is none, or more than one.
    """
    said = ending.strip().replace("-", "").lower()
    if len(said) < ENDING_LEAST:
        raise NotFound(f"ID: at least {ENDING_LEAST} letters of it; `followups list` names them")
    rows = await conn.fetch(_ENDING, said)
    if not rows:
        raise NotFound(f"ID: no follow-up ends in {said}; `followups list` names them")
    if len(rows) > 1:
        raise Conflict(f"ID: several follow-ups end in {said}; say more of it")
    return FollowUpId(rows[0]["id"])


async def list_events(conn: Connection, follow_up_id: FollowUpId) -> tuple[Event, ...]:
    """Its life so far, step by step."""
    return tuple(Event(**dict(row)) for row in await conn.fetch(_EVENTS, follow_up_id))


async def read_after(conn: Connection, follow_up_id: FollowUpId) -> After:
    """What came of it.

    Raises:
        NotFound: there is no such follow-up.
    """
    row = await conn.fetchrow(_AFTER, follow_up_id)
    if row is None:
        raise NotFound(f"follow-up {follow_up_id}: there is none of that id")
    return After(**dict(row))


async def count_by_cause(conn: Connection, *, since: datetime) -> tuple[RuleCount, ...]:
    """By cause: what waits, and what became of those that were due since then."""
    return tuple(RuleCount(**dict(row)) for row in await conn.fetch(_BY_CAUSE, since))


async def list_in_force(conn: Connection) -> tuple[InForce, ...]:
    """The rules that the planner has seen; those that hang on a booking may not be among them."""
    return tuple(InForce(**dict(row)) for row in await conn.fetch(_IN_FORCE))
