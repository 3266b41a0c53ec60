"""What a follow-up is judged by at the moment it is due: addresses, the talk, what came unasked.

Read only, in few queries; bot/follow_ups/judging.py asks, bot/follow_ups/deciding.py decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import Consent, CustomerId
from bot.store.addressees import Way, to_way
from bot.store.connection import Connection
from bot.store.opted_out import GIVEN_AT, OPTED_OUT

States = Mapping[str, tuple[str, str]]
"""Of one carrier, by a template's name and language: its state and category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An address with all that speaks for and against it."""

    way: Way
    promotional: Consent
    given_at: datetime | None
    """When they last opted in here, where they have opted out elsewhere."""
    stopped_at: datetime | None
    """When they last opted out at another address that is still opted out."""
    number_stopped_at: datetime | None
    """The same where that address is the same telephone number."""
    sent: int
    """How many follow-ups went to them on this channel."""
    answered: int
    """How many of those they have answered."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """A message that nobody waited for and that has left."""

    at: datetime
    is_essential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What has passed between the customer and us of late."""

    is_waiting: bool = False
    """Whether they wrote something that nobody has read yet."""
    heard_at: datetime | None = None
    """When they wrote last, anywhere."""
    told_at: datetime | None = None
    """When we last wrote something that was no unasked message."""
    lies_at: datetime | None = None
    """Since when something unasked that is no follow-up lies in the outbox."""
    unasked: tuple[Unasked, ...] = ()
    """Of the last seven days, the latest first."""


# As the send gate reads it (bot/store/departures.py), for all addresses of a customer at once.
_REACHES = f"""SELECT a.id, a.channel, a.value, a.consent, a.last_inbound_at, a.promotional,
  coalesce(a.suspended_reason, '') AS suspended_reason, s.stopped_at, s.number_stopped_at,
  {GIVEN_AT} AS given_at,
  coalesce(h.sent, 0) AS sent, coalesce(h.answered, 0) AS answered
FROM addresses a
{OPTED_OUT}
LEFT JOIN (SELECT channel, count(*) AS sent, count(answered_at) AS answered FROM follow_ups
  WHERE customer_id = $1 AND sent_at IS NOT NULL AND arm <> 'holdout' GROUP BY channel) h
  ON h.channel = a.channel
WHERE a.customer_id = $1
ORDER BY a.last_inbound_at DESC NULLS LAST, a.created_at"""

_IS_UNASKED = "(m.rest ? 'unasked' OR m.purpose = 'promotional')"

_RECENT = f"""SELECT
  EXISTS (SELECT FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.customer_id = $1 AND m.status = 'received'
      AND m.rest -> 'extras' ->> 'machine' IS NULL) AS is_waiting,
  (SELECT max(last_inbound_at) FROM addresses WHERE customer_id = $1) AS heard_at,
  (SELECT max(t.at) FROM addresses a CROSS JOIN LATERAL (
      SELECT coalesce(m.sent_at, m.created_at) AS at FROM messages m
      WHERE m.address_id = a.id AND m.direction = 'outbound' AND NOT {_IS_UNASKED}
        AND m.status NOT IN ('failed', 'dropped')
      ORDER BY m.seq DESC LIMIT 1) t
    WHERE a.customer_id = $1) AS told_at,
  (SELECT max(m.created_at) FROM addresses a JOIN messages m ON m.address_id = a.id
    WHERE a.customer_id = $1 AND m.direction = 'outbound' AND {_IS_UNASKED}
      AND m.status IN ('queued', 'held') AND NOT m.rest ? 'follow_up') AS lies_at"""

# Parts of one message count once, as at the send gate.
_UNASKED = f"""SELECT max(o.left_at) AS at, o.is_essential
FROM (SELECT m.purpose = 'essential' AS is_essential,
    coalesce(m.sent_at, m.claimed_at) AS left_at,
    CASE WHEN m.rest ->> 'unasked' = 'true' THEN m.id::text
      ELSE coalesce(m.rest ->> 'unasked', m.id::text) END AS whole
  FROM addresses a JOIN messages m ON m.address_id = a.id
  WHERE a.customer_id = $1 AND m.direction = 'outbound' AND {_IS_UNASKED}
    AND coalesce(m.sent_at, m.claimed_at) > $2::timestamptz - interval '7 days'
    AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unknown')) o
GROUP BY o.whole, o.is_essential ORDER BY at DESC"""

_STATES = """SELECT carrier, name || '/' || language AS key, state, category
FROM template_states WHERE carrier = ANY ($1)"""


async def list_reaches(conn: Connection, customer_id: CustomerId) -> tuple[Reach, ...]:
    """Every address of the customer, the one last written from first."""
    return tuple(
        Reach(
            way=to_way(row),
            promotional=Consent(row["promotional"]),
            given_at=row["given_at"],
            stopped_at=row["stopped_at"],
            number_stopped_at=row["number_stopped_at"],
            sent=row["sent"],
            answered=row["answered"],
        )
        for row in await conn.fetch(_REACHES, customer_id)
    )


async def read_recent(conn: Connection, customer_id: CustomerId, *, now: datetime) -> Recent:
    """What has passed between them and us until now."""
    row = await conn.fetchrow(_RECENT, customer_id)
    sent = await conn.fetch(_UNASKED, customer_id, now)
    facts = {} if row is None else dict(row)
    return Recent(
        **facts, unasked=tuple(Unasked(each["at"], each["is_essential"]) for each in sent)
    )


async def read_states(conn: Connection, carriers: Sequence[str]) -> Mapping[str, States]:
    """What each of these carriers says of our templates."""
    found: dict[str, dict[str, tuple[str, str]]] = {name: {} for name in carriers}
    for row in await conn.fetch(_STATES, list(carriers)) if carriers else ():
        found[row["carrier"]][row["key"]] = (row["state"], row["category"])
    return found
