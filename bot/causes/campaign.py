"""Words to a chosen part of the customers, as the owner has started them.

Planned by jobs/plan_campaign.py, one for each of the segment; the words lie in the row. Here it is
asked again when one is due: whether the campaign still runs, and whether it is this one's turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.causes.base import Cause
from bot.causes.moments import refused
from bot.domain import Purpose
from bot.domain_campaigns import CampaignStatus
from bot.domain_follow_ups import Gone, Later, Matter, Owed
from bot.profile import Profile
from bot.store import campaign_rows
from bot.store.campaign_rows import PAUSED, Turn
from bot.store.connection import Connection

WATCHED = timedelta(days=14)
PAUSED_LOOK = timedelta(hours=6)
"""A paused one looks so seldom; whoever lets it run again wakes those who wait."""


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """Whether the campaign still wants it said, and now."""
    if owed.campaign_id is None:
        return Gone("it belongs to no campaign")
    turn = await campaign_rows.read_turn(conn, owed.campaign_id, owed.id, at=at, watched=WATCHED)
    if turn is None:
        return Gone("the campaign is not there any more")
    stopped = _why_gone(turn, at)
    if stopped:
        return Gone(stopped)
    if turn.status is CampaignStatus.PAUSED:
        return Later(PAUSED, at + PAUSED_LOOK)
    if turn.lately >= turn.per_hour:
        width = timedelta(hours=1) / turn.per_hour
        reason = f"{turn.per_hour} an hour are enough for this campaign: it goes to the end"
        return Later(reason, max(turn.last_at, at) + width)
    return await refused(conn, owed, at) or _matter(profile, turn)


def _why_gone(turn: Turn, at: datetime) -> str:
    if turn.status in (CampaignStatus.CANCELLED, CampaignStatus.DRAFT):
        return "the campaign was stopped"
    if turn.status is CampaignStatus.DONE or (turn.ends_at and at >= turn.ends_at):
        return "the campaign is over"
    if turn.is_second:
        return "the same customer has it by another address: two customers were joined"
    return ""


def _matter(profile: Profile, turn: Turn) -> Matter:
    fields = {"name": turn.customer, "business": profile.business.name}

    def same(_language: str) -> Mapping[str, str]:
        return fields

    return Matter(fields=same)


cause = Cause(
    title="Campaign",
    purpose=Purpose.PROMOTIONAL,
    weight=20,
    find=None,
    look=look,
    converts_by="booking",
    watched=WATCHED,
    is_sale=True,
)
