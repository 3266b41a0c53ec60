"""Campaigns: the drafts, and their life.

Whoever plans or moves one holds its row, so that two who press at once are one. Its recipients are
in bot/store/campaign_rows.py.
"""

from __future__ import annotations

from datetime import datetime

import asyncpg

from bot.domain import CustomerId
from bot.domain_campaigns import Campaign, CampaignStatus, Wanted, segment_kept, segment_of
from bot.domain_follow_ups import CampaignId
from bot.store.connection import Connection

_ADD = """INSERT INTO campaigns (key, name, segment, words, per_hour, starts_at, ends_at,
  written_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT one_campaign_per_key DO NOTHING"""
_BY_KEY = "SELECT * FROM campaigns WHERE key = $1"
_FIND = "SELECT * FROM campaigns WHERE id = $1"
_NAMED = """SELECT * FROM campaigns WHERE id::text = lower($1) OR lower(name) = lower($1)
ORDER BY created_at DESC LIMIT 1"""
_RECENT = "SELECT * FROM campaigns ORDER BY created_at DESC LIMIT $1"
_HOLD = "SELECT * FROM campaigns WHERE id = $1 FOR NO KEY UPDATE"
_TAKE = "SELECT * FROM campaigns WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"
_MOVE = """UPDATE campaigns SET status = $2, started_by = coalesce(started_by, $3),
  started_at = coalesce(started_at, $4) WHERE id = $1"""
_CALL_OFF = "UPDATE campaigns SET status = 'cancelled' WHERE id = $1"
_DONE = "UPDATE campaigns SET status = 'done', told_at = $2 WHERE id = $1"

_WORK = """SELECT id FROM campaigns c WHERE (status = 'running'
    AND (NOT is_planned OR ends_at <= $1 OR NOT EXISTS (SELECT FROM follow_ups f
      WHERE f.campaign_id = c.id AND f.status IN ('planned', 'due', 'held', 'sending'))))
  OR (status = 'cancelled' AND EXISTS (SELECT FROM follow_ups f WHERE f.campaign_id = c.id
      AND f.status IN ('planned', 'due', 'held') AND f.message_id IS NULL))
ORDER BY created_at LIMIT $2"""


async def add(conn: Connection, wanted: Wanted, *, key: str, by: str, at: datetime) -> Campaign:
    """Keep a draft; under the same key it is the one that was kept before."""
    words, per_hour = dict(wanted.words), wanted.per_hour
    span = (wanted.starts_at, wanted.ends_at)
    kept = segment_kept(wanted.segment)
    await conn.execute(_ADD, key, wanted.name, kept, words, per_hour, *span, by, at)
    (row,) = await conn.fetch(_BY_KEY, key)
    return _campaign(row)


async def find(conn: Connection, campaign_id: CampaignId) -> Campaign | None:
    """One, or None where there is none of that id."""
    row = await conn.fetchrow(_FIND, campaign_id)
    return None if row is None else _campaign(row)


async def find_named(conn: Connection, named: str) -> Campaign | None:
    """By its id or its name, the newest of that name."""
    row = await conn.fetchrow(_NAMED, named.strip())
    return None if row is None else _campaign(row)


async def list_recent(conn: Connection, *, limit: int) -> tuple[Campaign, ...]:
    """The newest first."""
    return tuple(_campaign(row) for row in await conn.fetch(_RECENT, limit))


async def hold(conn: Connection, campaign_id: CampaignId) -> Campaign | None:
    """Hold one until the transaction ends, waiting for whoever has it."""
    row = await conn.fetchrow(_HOLD, campaign_id)
    return None if row is None else _campaign(row)


async def take(conn: Connection, campaign_id: CampaignId) -> Campaign | None:
    """Hold one until the transaction ends; None where another has it."""
    row = await conn.fetchrow(_TAKE, campaign_id)
    return None if row is None else _campaign(row)


async def move(
    conn: Connection, campaign_id: CampaignId, status: CampaignStatus, *, by: str, at: datetime
) -> None:
    """It runs, or rests. Who started it first, and when, stays."""
    await conn.execute(_MOVE, campaign_id, status.value, by, at)


async def call_off(conn: Connection, campaign_id: CampaignId) -> None:
    """It is stopped, whether it was started or not."""
    await conn.execute(_CALL_OFF, campaign_id)


async def finish(conn: Connection, campaign_id: CampaignId, *, at: datetime) -> None:
    """It is over, and who started it is told."""
    await conn.execute(_DONE, campaign_id, at)


async def list_work(conn: Connection, *, now: datetime, limit: int) -> tuple[CampaignId, ...]:
    """Those to be planned on, to be ended, or with rows that a stop has left."""
    return tuple(CampaignId(row["id"]) for row in await conn.fetch(_WORK, now, limit))


def _campaign(row: asyncpg.Record) -> Campaign:
    last = row["last_customer_id"]
    return Campaign(
        id=CampaignId(row["id"]),
        wanted=Wanted(
            name=row["name"],
            segment=segment_of(row["segment"]),
            words=row["words"],
            per_hour=row["per_hour"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
        ),
        status=CampaignStatus(row["status"]),
        written_by=row["written_by"],
        started_by=row["started_by"] or "",
        created_at=row["created_at"],
        started_at=row["started_at"],
        last_customer_id=None if last is None else CustomerId(last),
        recipients=row["recipients"],
        is_planned=row["is_planned"],
    )
