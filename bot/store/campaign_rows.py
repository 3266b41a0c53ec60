"""The recipients of campaigns: a row of the schedule each, once ever, and what became of them.

Planned and lined up here, sent by bot/follow_ups/sending.py like any other, counted here again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import CustomerId
from bot.domain_campaigns import Campaign, CampaignStatus, Progress
from bot.domain_follow_ups import CampaignId, FollowUpId
from bot.store.connection import Connection

TOP = 5
"""So many reasons are named."""
PAUSED = "the campaign is paused"
STOPPED = "the campaign was stopped"
ENDED = "the campaign is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One who is to get it, when and in which words."""

    customer_id: CustomerId
    due_at: datetime
    valid_until: datetime
    language: str
    text: str
    slot: int
    """Which place in the line it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How a campaign stands for one of its recipients at a moment."""

    status: CampaignStatus
    name: str
    """Of the campaign."""
    ends_at: datetime | None
    per_hour: int
    customer: str
    """The recipient's name; empty where it is not known."""
    is_second: bool
    """Whether the same customer has an earlier row of it, as two customers who were joined have."""
    lately: int
    """How many of it were written in the hour before."""
    last_at: datetime
    """When the last of those who wait is due."""


_WAITS = "status IN ('planned', 'due', 'held') AND message_id IS NULL"

# Of two customers who were joined since, one row is there already under the other's key.
_ADD_ROWS = """INSERT INTO follow_ups (key, customer_id, campaign_id, cause, due_at, valid_until,
  status, text, language, about, because, created_at, changed_at)
SELECT 'campaign:' || $1::uuid || ':' || w.customer_id, w.customer_id, $1, 'campaign', w.due_at,
  w.valid_until, 'planned', w.text, w.language, jsonb_build_object('slot', w.slot), $3, $4, $4
FROM jsonb_to_recordset($2) AS w(customer_id uuid, due_at timestamptz, valid_until timestamptz,
  language text, text text, slot int)
WHERE w.customer_id <> ALL (ARRAY(SELECT f.customer_id FROM follow_ups f
  WHERE f.customer_id = ANY ($5::uuid[]) AND f.campaign_id = $1))
ON CONFLICT ON CONSTRAINT one_follow_up_per_key DO NOTHING"""
_PLANNED_TO = """UPDATE campaigns SET last_customer_id = $2, recipients = recipients + $3,
  is_planned = $4 WHERE id = $1"""
_SLOTS = """SELECT array_agg((about ->> 'slot')::int) FROM follow_ups
WHERE campaign_id = $1 AND about ? 'slot'"""

_CANCEL = f"""UPDATE follow_ups SET status = 'cancelled', reason = $2, changed_at = $3,
  changed_by = $4
WHERE id IN (SELECT id FROM follow_ups WHERE campaign_id = $1 AND {_WAITS} LIMIT $5
  FOR UPDATE SKIP LOCKED)"""

# Those whose moment has passed line up anew, a width apart, from the present on.
_LINE_UP = f"""WITH late AS (
  SELECT id, row_number() OVER (ORDER BY due_at, id) + $5::int AS place FROM (
    SELECT id, due_at FROM follow_ups WHERE campaign_id = $1 AND {_WAITS}
      AND (due_at <= $2 OR reason = $4) ORDER BY due_at, id LIMIT $6 FOR UPDATE) AS held)
UPDATE follow_ups f SET status = 'planned', reason = NULL, changed_at = $2, changed_by = '',
  due_at = $2::timestamptz + late.place * $3::interval,
  valid_until = greatest(f.valid_until, least($7::timestamptz,
    $2::timestamptz + late.place * $3::interval + $8::interval))
FROM late WHERE f.id = late.id"""

_TURN = """SELECT c.status, c.name, c.ends_at, c.per_hour, coalesce(p.name, '') AS customer,
  EXISTS (SELECT FROM follow_ups o WHERE o.customer_id = f.customer_id
    AND o.campaign_id = f.campaign_id AND o.id <> f.id AND o.created_at <= $2
    AND (o.message_id IS NOT NULL OR o.id < f.id AND o.status IN ('planned', 'due', 'held'))
  ) AS is_second,
  (SELECT count(*) FROM follow_ups w WHERE w.campaign_id = c.id
    AND w.watched_until > $2::timestamptz + $3::interval - interval '1 hour'
    AND w.watched_until <= $2::timestamptz + $3::interval) AS lately
FROM follow_ups f JOIN campaigns c ON c.id = f.campaign_id JOIN customers p ON p.id = f.customer_id
WHERE f.campaign_id = $1 AND f.id = $4"""
_LAST = f"SELECT max(due_at) FROM follow_ups WHERE campaign_id = $1 AND {_WAITS}"

_PROGRESS = """SELECT count(*) FILTER (WHERE status IN ('planned', 'due', 'held')) AS waiting,
  count(*) FILTER (WHERE status = 'sending') AS on_their_way,
  count(*) FILTER (WHERE status IN ('sent', 'answered', 'converted')) AS sent,
  count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
  count(*) FILTER (WHERE converted_at IS NOT NULL) AS booked,
  count(*) FILTER (WHERE opted_out_at IS NOT NULL) AS opted_out,
  count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
  count(*) FILTER (WHERE status = 'unknown') AS unknown
FROM follow_ups WHERE campaign_id = $1"""
_SKIPPED = """SELECT coalesce(reason, '') AS reason, count(*) FROM follow_ups
WHERE campaign_id = $1 AND status = 'skipped' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $2"""


async def add_rows(
    conn: Connection,
    campaign: Campaign,
    recipients: Sequence[Recipient],
    *,
    up_to: CustomerId | None,
    is_last: bool,
    at: datetime,
) -> int:
    """Plan these, each customer once ever, and note how far that is; how many were new."""
    rows = [
        {
            "customer_id": str(each.customer_id),
            "due_at": each.due_at.isoformat(),
            "valid_until": each.valid_until.isoformat(),
            "language": each.language,
            "text": each.text,
            "slot": each.slot,
        }
        for each in recipients
    ]
    because = f"campaign: {campaign.wanted.name}"
    ids = [each.customer_id for each in recipients]
    done: str = await conn.execute(_ADD_ROWS, campaign.id, rows, because, at, ids)
    added = int(done.rpartition(" ")[2])
    reached = up_to or campaign.last_customer_id
    await conn.execute(_PLANNED_TO, campaign.id, reached, added, is_last)
    return added


async def read_slots(conn: Connection, campaign_id: CampaignId) -> set[int]:
    """The places in its line that are taken."""
    return set(await conn.fetchval(_SLOTS, campaign_id) or ())


async def cancel_waiting(
    conn: Connection, campaign_id: CampaignId, *, reason: str, by: str, at: datetime, limit: int
) -> int:
    """Take back some of those who wait; how many there were."""
    done: str = await conn.execute(_CANCEL, campaign_id, reason, at, by, limit)
    return int(done.rpartition(" ")[2])


async def line_up(
    conn: Connection,
    campaign: Campaign,
    *,
    reason: str,
    places: int,
    limit: int,
    at: datetime,
    stale: timedelta,
) -> int:
    """Give some of those who are late, or wait for that reason, a moment behind `places` others.

    How many there were. They say something for `stale` longer, unless the campaign ends before.
    """
    width = timedelta(hours=1) / campaign.wanted.per_hour
    ends_at = campaign.wanted.ends_at
    done: str = await conn.execute(
        _LINE_UP, campaign.id, at, width, reason, places, limit, ends_at, stale
    )
    return int(done.rpartition(" ")[2])


async def read_turn(
    conn: Connection,
    campaign_id: CampaignId,
    follow_up_id: FollowUpId,
    *,
    at: datetime,
    watched: timedelta,
) -> Turn | None:
    """How it stands for one of its rows; None where there is none.

    What was written in the hour before is known by how long it is `watched`.
    """
    row = await conn.fetchrow(_TURN, campaign_id, at, watched, follow_up_id)
    if row is None:
        return None
    is_full = row["lately"] >= row["per_hour"]
    last_at = await conn.fetchval(_LAST, campaign_id) if is_full else None
    status = CampaignStatus(row["status"])
    return Turn(**{**dict(row), "status": status, "last_at": last_at or at})


async def read_progress(conn: Connection, campaign_id: CampaignId) -> Progress:
    """What became of its recipients so far."""
    row = await conn.fetchrow(_PROGRESS, campaign_id)
    skipped = await conn.fetch(_SKIPPED, campaign_id, TOP)
    return Progress(**dict(row or {}), skipped=tuple((r["reason"], r["count"]) for r in skipped))
