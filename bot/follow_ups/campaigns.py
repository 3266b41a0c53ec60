"""The life of a campaign: drafted, confirmed by its count, planned row by row, paused, ended, told.

Each runs inside the caller's transaction with the campaign held. Who may is asked by whoever calls:
handlers/desk/campaigns.py and handlers/commands/campaigns.py; jobs/plan_campaign.py plans.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.booking_desk import DeskDeps
from bot.domain_campaigns import Campaign, CampaignStatus, Wanted
from bot.domain_follow_ups import CampaignId
from bot.errors import Conflict, NotFound
from bot.follow_ups.campaign_pace import Line
from bot.follow_ups.campaign_reach import (
    Left,
    Means,
    Reached,
    begin_of,
    is_too_late,
    judge_pages,
)
from bot.follow_ups.campaign_say import say_progress
from bot.store import audit, campaign_rows, campaigns, desk_notices
from bot.store.campaign_rows import ENDED, PAUSED, STOPPED, Recipient
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId

BATCH = 500
STALE_AFTER = timedelta(days=30)
"""So long after its turn an offer without an end of its own says nothing any more."""
DIFFERS_PERCENT = 10
"""A count that has changed by more than that is confirmed anew."""
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
"""What the desk calls one of its people; an operator at a terminal has no such name."""


async def draft(deps: DeskDeps, conn: Connection, wanted: Wanted, *, key: str, by: str) -> Campaign:
    """Keep what was written; nothing goes out by it."""
    return await campaigns.add(conn, wanted, key=key, by=by, at=deps.clock.now())


def has_changed(shown: int, count: int) -> bool:
    """Whether so many are reached now that whoever confirmed `shown` must look again."""
    return abs(count - shown) * 100 > shown * DIFFERS_PERCENT


async def start(
    deps: DeskDeps, conn: Connection, campaign_id: CampaignId, *, count: int, by: str
) -> Campaign:
    """Let a draft run; of two who press at once one has done it, and the other sees that it runs.

    Raises:
        NotFound, Conflict: there is none, it was stopped, is over, or reaches nobody.
    """
    campaign, now = await _hold(conn, campaign_id), deps.clock.now()
    if campaign.status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.DONE):
        return campaign
    if campaign.status is CampaignStatus.CANCELLED:
        raise Conflict("this campaign was stopped: write it anew")
    if is_too_late(campaign.wanted, begin_of(campaign.wanted, now)):
        raise Conflict("its end is over: write it anew with another one")
    if not count:
        raise Conflict("nobody would be reached")
    await campaigns.move(conn, campaign_id, CampaignStatus.RUNNING, by=by, at=now)
    await _note(conn, campaign, "started", by=by, recipients=count)
    return await _hold(conn, campaign_id)


async def pause(deps: DeskDeps, conn: Connection, campaign_id: CampaignId, *, by: str) -> Campaign:
    """Nobody else is written to until it goes on; what lies in the outbox still leaves.

    Raises:
        NotFound, Conflict: there is none, or it does not run.
    """
    campaign = await _hold(conn, campaign_id)
    if campaign.status is CampaignStatus.PAUSED:
        return campaign
    if campaign.status is not CampaignStatus.RUNNING:
        raise Conflict(f"only one that runs can be paused; this one is {campaign.status.value}")
    await campaigns.move(conn, campaign_id, CampaignStatus.PAUSED, by=by, at=deps.clock.now())
    await _note(conn, campaign, "paused", by=by)
    return await _hold(conn, campaign_id)


async def resume(deps: DeskDeps, conn: Connection, campaign_id: CampaignId, *, by: str) -> Campaign:
    """It goes on: who was late by now lines up anew, at its pace.

    Raises:
        NotFound, Conflict: there is none, or it is not paused.
    """
    campaign, now = await _hold(conn, campaign_id), deps.clock.now()
    if campaign.status is CampaignStatus.RUNNING:
        return campaign
    if campaign.status is not CampaignStatus.PAUSED:
        raise Conflict(f"only a paused one can go on; this one is {campaign.status.value}")
    await campaigns.move(conn, campaign_id, CampaignStatus.RUNNING, by=by, at=now)
    done, places = BATCH, 0
    while done == BATCH:
        done = await campaign_rows.line_up(
            conn, campaign, reason=PAUSED, places=places, limit=BATCH, at=now, stale=STALE_AFTER
        )
        places += done
    await _note(conn, campaign, "resumed", by=by)
    return await _hold(conn, campaign_id)


async def stop(
    deps: DeskDeps, conn: Connection, campaign_id: CampaignId, *, by: str
) -> tuple[Campaign, NoticeId | None]:
    """It is over for good: whoever waits gets nothing. Who started it is told, if it is another.

    Raises:
        NotFound, Conflict: there is none, or it is over.
    """
    campaign = await _hold(conn, campaign_id)
    if campaign.status is CampaignStatus.CANCELLED:
        return campaign, None
    if campaign.status is CampaignStatus.DONE:
        raise Conflict("it is over already")
    await campaigns.call_off(conn, campaign_id)
    await campaign_rows.cancel_waiting(
        conn, campaign_id, reason=STOPPED, by=by, at=deps.clock.now(), limit=BATCH
    )
    await _note(conn, campaign, "stopped", by=by)
    told = None
    if campaign.started_by not in ("", by):
        progress = await campaign_rows.read_progress(conn, campaign_id)
        told = await _tell(conn, campaign, "stopped", say_progress(progress))
    return await _hold(conn, campaign_id), told


async def go_on(
    deps: DeskDeps, conn: Connection, campaign_id: CampaignId, means: Means
) -> tuple[bool, NoticeId | None]:
    """Do the next piece of what a campaign needs: whether more is left, and whom to tell.

    A page of its recipients is planned, some of those who wait are taken back, or it is ended.
    """
    campaign, now = await campaigns.take(conn, campaign_id), deps.clock.now()
    if campaign is None:
        return False, None
    is_over = is_too_late(campaign.wanted, now)
    if campaign.status is CampaignStatus.CANCELLED or (
        campaign.status is CampaignStatus.RUNNING and is_over
    ):
        reason = STOPPED if campaign.status is CampaignStatus.CANCELLED else ENDED
        taken = await campaign_rows.cancel_waiting(
            conn, campaign_id, reason=reason, by="", at=now, limit=BATCH
        )
        if taken == BATCH:
            return True, None
    if campaign.status is not CampaignStatus.RUNNING:
        return False, None
    if not campaign.is_planned and not is_over:
        return await _plan_page(deps, conn, campaign, means), None
    return False, await _finish(deps, conn, campaign)


async def _plan_page(deps: DeskDeps, conn: Connection, campaign: Campaign, means: Means) -> bool:
    """A page of the segment gets its rows; whether there are more pages."""
    now, wanted = deps.clock.now(), campaign.wanted
    taken = await campaign_rows.read_slots(conn, campaign.id)
    begins = begin_of(wanted, campaign.started_at or now)
    line = Line(deps.profile, begins, wanted.per_hour, taken)
    found: tuple[Reached | Left, ...]
    pages = judge_pages(conn, deps.profile, wanted, means, after=campaign.last_customer_id, now=now)
    found, up_to, is_last = await anext(pages)
    await pages.aclose()
    made = [_recipient(wanted, each, line) for each in found if isinstance(each, Reached)]
    recipients = [each for each in made if each is not None]
    await campaign_rows.add_rows(conn, campaign, recipients, up_to=up_to, is_last=is_last, at=now)
    return True


def _recipient(wanted: Wanted, each: Reached, line: Line) -> Recipient | None:
    """Their place in the line; None where the campaign is over by then."""
    place = line.take(each.where)
    if place is None or is_too_late(wanted, place[1]):
        return None
    slot, due_at = place
    return Recipient(
        customer_id=each.customer_id,
        due_at=due_at,
        valid_until=wanted.ends_at or due_at + STALE_AFTER,
        language=each.language,
        text=wanted.words[each.language],
        slot=slot,
    )


async def _finish(deps: DeskDeps, conn: Connection, campaign: Campaign) -> NoticeId | None:
    """End it once nobody waits and nothing is on its way, and tell who started it."""
    progress = await campaign_rows.read_progress(conn, campaign.id)
    if progress.waiting or progress.on_their_way:
        return None
    await campaigns.finish(conn, campaign.id, at=deps.clock.now())
    return await _tell(conn, campaign, "done", say_progress(progress))


async def _hold(conn: Connection, campaign_id: CampaignId) -> Campaign:
    campaign = await campaigns.hold(conn, campaign_id)
    if campaign is None:
        raise NotFound("this campaign is not there any more")
    return campaign


async def _note(
    conn: Connection, campaign: Campaign, what: str, *, by: str, recipients: int | None = None
) -> None:
    detail = {} if recipients is None else {"recipients": recipients}
    subject = str(campaign.id)
    await audit.record(conn, actor=by, act=f"campaign.{what}", subject=subject, detail=detail)


async def _tell(conn: Connection, campaign: Campaign, state: str, words: str) -> NoticeId | None:
    """Whoever started it reads it; of one started at a terminal, the staff channel."""
    starter = campaign.started_by
    text = f"Campaign {campaign.wanted.name}: {state}\n{words}"
    key = f"campaign:{campaign.id}:{state}"
    if _PERSON.fullmatch(starter):
        post = NewPost(key=key, text=text, kind="person", recipient=starter)
    else:
        post = NewPost(key=key, text=text)
    return await desk_notices.owe_post(conn, post)
