"""Gives each recipient of a campaign a row of the schedule, and ends a campaign that is over.

A page a transaction, with the campaign held: one that is killed goes on after the last page, and
two workers do not plan the same. The sweep asks until nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from bot.domain_follow_ups import CampaignId
from bot.follow_ups.campaign_reach import Means
from bot.follow_ups.campaigns import go_on
from bot.store import campaigns
from bot.store.connection import Connection, borrow
from channels.base import ConfiguredChannel
from channels.text import segments
from jobs.base import Job, JobDeps

LIMIT = 20
SMS = "sms"
Render = Callable[[str, str], tuple[str, ...]]


def means_of(channels: Mapping[str, ConfiguredChannel], render: Render) -> Means:
    """The channels there are, and how each counts what is paid for."""

    def count(channel: str, text: str) -> int:
        parts = render(channel, text)
        return sum(map(segments, parts)) if channel == SMS else len(parts)

    windows = {name: channel.window_s for name, channel in channels.items()}
    return Means(windows=windows, count=count)


async def run(deps: JobDeps, *, campaign_id: str) -> None:
    """Go on where it was, until nothing is left or another is at it."""
    wanted = CampaignId(UUID(campaign_id))
    means = means_of(deps.channels, deps.bot.render)
    is_more = True
    while is_more:
        async with borrow(deps.bot.pool) as conn, conn.transaction():
            is_more, notice_id = await go_on(deps.bot, conn, wanted, means)
        if notice_id is not None:
            deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Those to be planned on or ended, and those with rows that a stop has left."""
    found = await campaigns.list_work(conn, now=deps.bot.clock.now(), limit=LIMIT)
    return [{"campaign_id": str(each)} for each in found]


job = Job(run=run, due=due)
