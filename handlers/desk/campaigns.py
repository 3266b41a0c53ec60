"""/campaign: the owner writes to a chosen part of the customers, after a look at whom it reaches.

Written, previewed, confirmed with the count that was shown; paused, gone on with or stopped. Who
may is the owner alone. bot/follow_ups/campaigns.py decides, jobs/plan_campaign.py plans.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from bot.desk.people import Role
from bot.domain_campaigns import Campaign, CampaignStatus
from bot.domain_follow_ups import CampaignId
from bot.errors import BadPayload, ConciergeError, NotFound
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import Preview, preview
from bot.follow_ups.campaign_reading import pick_customers, read_campaign
from bot.ids import new_id
from bot.store import campaign_rows, campaigns
from bot.store.connection import borrow
from channels.desk_blocks import Block
from handlers.desk.base import (
    OLD_WINDOW,
    QUIET,
    Act,
    Answer,
    Asked,
    Office,
    Part,
    Ring,
    SlashCommand,
)
from handlers.desk.campaign_windows import (
    CAMPAIGN,
    NEW,
    START,
    counting_window,
    list_window,
    new_window,
    preview_window,
    state_window,
)
from handlers.desk.words import show_help
from jobs.plan_campaign import means_of

LISTED_MAX = 15
ANSWER_WITHIN_S = 1.5
"""Counting that takes longer goes on behind the answer, and the window shows it then."""
Work = Callable[[Office, Asked], Awaitable[Answer]]


async def open_campaigns(office: Office, asked: Asked) -> Answer:
    """/campaign: what there is, with a button for a new one."""
    if asked.value:
        problem = "" if asked.value.strip().lower() == "help" else "/campaign takes no words"
        return show_help("/campaign", problem)
    async with borrow(office.pool) as conn:
        found = await campaigns.list_recent(conn, limit=LISTED_MAX)
    return Answer(window=list_window(office.profile, found))


async def press(office: Office, asked: Asked) -> Answer:
    """A button of one of the windows; what it names is looked up."""
    deed = asked.detail.partition(":")[0]
    if deed == "new":
        return Answer(window=new_window(office.profile))
    if deed == "preview":
        return await _in_time(office, asked, _show_preview)
    act = _DEEDS.get(deed)
    return QUIET if act is None else await act(office, asked, _id(asked.value))


async def write(office: Office, asked: Asked) -> Answer:
    """The form was sent: kept as a draft that goes to nobody, and previewed."""
    given = {name: text for name, text in asked.values.items() if text}
    async with borrow(office.pool) as conn:
        named = given.get("customers", "")
        picked, problem = await pick_customers(conn, office.profile, named)
    wanted, errors = read_campaign(office.profile, given, picked, now=office.clock.now())
    if problem:
        errors = {**errors, "customers": problem}
    if wanted is None or errors:
        return Answer(errors={name: why[:300] for name, why in errors.items()})
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
    key = f"campaign:{asked.key}:{digest}"
    async with borrow(office.pool) as conn, conn.transaction():
        made = await deeds.draft(office.tools, conn, wanted, key=key, by=asked.by.id)
    return await _in_time(office, asked, partial(_show_draft, made.id))


async def confirm(office: Office, asked: Asked) -> Answer:
    """The preview was confirmed with its count: started, or shown anew where that has changed."""
    return await _in_time(office, asked, _start)


async def _start(office: Office, asked: Asked) -> Answer:
    known = asked.known()
    shown = known.get("n")
    if not isinstance(shown, int):
        raise BadPayload(OLD_WINDOW)
    campaign, seen = await _look(office, _id(known.get("c")))
    if campaign.status is CampaignStatus.DRAFT:
        if deeds.has_changed(shown, seen.count) or not seen.count:
            window = preview_window(office.profile, campaign, seen, is_changed=True)
            return Answer(window=window)
        async with borrow(office.pool) as conn, conn.transaction():
            campaign = await deeds.start(
                office.tools, conn, campaign.id, count=seen.count, by=asked.by.id
            )
    told = ":arrow_forward: It runs. You are told here in Slack how it went."
    if campaign.started_by != asked.by.id:
        told = f":information_source: <@{campaign.started_by}> has started it already."
    window = await _state(office, campaign, told=told)
    return Answer(window=window, rings=(_ring(campaign.id),))


async def _show_preview(office: Office, asked: Asked) -> Answer:
    return await _show_draft(_id(asked.value), office, asked)


async def _show_draft(campaign_id: CampaignId, office: Office, _asked: Asked) -> Answer:
    campaign, seen = await _look(office, campaign_id)
    return Answer(window=preview_window(office.profile, campaign, seen))


async def _show(office: Office, _asked: Asked, campaign_id: CampaignId) -> Answer:
    return Answer(window=await _state(office, await _find(office, campaign_id)))


async def _pause(office: Office, asked: Asked, campaign_id: CampaignId) -> Answer:
    async with borrow(office.pool) as conn, conn.transaction():
        campaign = await deeds.pause(office.tools, conn, campaign_id, by=asked.by.id)
    return Answer(window=await _state(office, campaign))


async def _resume(office: Office, asked: Asked, campaign_id: CampaignId) -> Answer:
    async with borrow(office.pool) as conn, conn.transaction():
        campaign = await deeds.resume(office.tools, conn, campaign_id, by=asked.by.id)
    return Answer(window=await _state(office, campaign), rings=(_ring(campaign.id),))


async def _stop(office: Office, asked: Asked, campaign_id: CampaignId) -> Answer:
    async with borrow(office.pool) as conn, conn.transaction():
        campaign, told = await deeds.stop(office.tools, conn, campaign_id, by=asked.by.id)
    rings = [_ring(campaign.id)]
    if told is not None:
        rings.append(Ring(job="notify_desk", key=str(told), ids={"notice_id": str(told)}))
    return Answer(window=await _state(office, campaign), rings=tuple(rings))


_DEEDS = {"look": _show, "pause": _pause, "resume": _resume, "stop": _stop}


async def _in_time(office: Office, asked: Asked, work: Work) -> Answer:
    """Do it now, or behind the answer where counting so many takes longer than Slack waits.

    What was cut off has changed nothing, or is found done when it is begun anew.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await work(office, asked)
    except TimeoutError:
        return Answer(window=counting_window(), after=partial(_later, office, asked, work))


async def _later(office: Office, asked: Asked, work: Work) -> None:
    try:
        answer = await work(office, asked)
    except ConciergeError as refused:
        answer = Answer(window=counting_window(str(refused)))
    if answer.window is not None:
        await office.desk.update_window(asked.view_id, answer.window)
    for ring in answer.rings:
        office.doorbell.ring_for(ring.job, ring.key, dict(ring.ids))


async def _look(office: Office, campaign_id: CampaignId) -> tuple[Campaign, Preview]:
    """A campaign with what it would come to now."""
    means = means_of(office.channels, office.tools.render)
    now = office.clock.now()
    async with borrow(office.pool) as conn:
        campaign = await campaigns.find(conn, campaign_id)
        if campaign is None:
            raise NotFound("this campaign is not there any more")
        seen = await preview(conn, office.profile, campaign.wanted, means, now=now)
    return campaign, seen


async def _find(office: Office, campaign_id: CampaignId) -> Campaign:
    async with borrow(office.pool) as conn:
        campaign = await campaigns.find(conn, campaign_id)
    if campaign is None:
        raise NotFound("this campaign is not there any more")
    return campaign


async def _state(office: Office, campaign: Campaign, *, told: str = "") -> Block:
    async with borrow(office.pool) as conn:
        progress = await campaign_rows.read_progress(conn, campaign.id)
    return state_window(office.profile, campaign, progress, told=told)


def _id(value: object) -> CampaignId:
    try:
        return CampaignId(UUID(str(value)))
    except ValueError as error:
        raise BadPayload(OLD_WINDOW) from error


def _ring(campaign_id: CampaignId) -> Ring:
    return Ring(job="plan_campaign", key=str(new_id()), ids={"campaign_id": str(campaign_id)})


part = Part(
    presses={CAMPAIGN: Act(run=press, role=Role.OWNER)},
    submits={
        NEW: Act(run=write, role=Role.OWNER),
        START: Act(run=confirm, role=Role.OWNER),
    },
    commands={
        "/campaign": SlashCommand(
            run=open_campaigns,
            usage="",
            help="Write to a chosen part of the customers who agreed to offers. You see whom it "
            "reaches, whom not and what it costs before anything goes out.",
            role=Role.OWNER,
        ),
    },
)
