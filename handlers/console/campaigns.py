"""/console/campaigns: the owner writes to a part of the customers, after a look at whom it reaches.

As /campaign in Slack: bot/follow_ups/campaigns.py decides, and a start is confirmed with the count
that was shown.
"""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Mapping

from bot.desk.people import Role
from bot.domain_campaigns import Campaign, CampaignStatus
from bot.domain_follow_ups import CampaignId
from bot.errors import NotFound
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import preview
from bot.follow_ups.campaign_reading import (
    FIELDS,
    PER_HOUR,
    PER_HOUR_MAX,
    WORDS,
    pick_customers,
    read_campaign,
)
from bot.follow_ups.campaign_say import say_preview, say_progress, say_state
from bot.follow_ups.segments import say_segment
from bot.ids import new_id
from bot.store import campaign_rows, campaigns
from bot.store.connection import borrow
from handlers.console.base import ID, Asked, GoTo, Office, Page, Shown, read_id
from jobs.plan_campaign import means_of

PATH = "/campaigns"
ONE = f"{PATH}/{ID}"
LISTED_MAX = 100
CHANGED = "Not started: it reaches another number of customers by now. Look again."


async def show_list(office: Office, _asked: Asked) -> Shown:
    """GET /console/campaigns: the newest first."""
    async with borrow(office.pool) as conn:
        found = await campaigns.list_recent(conn, limit=LISTED_MAX)
    rows = [(each, say_state(office.profile, each), _who(each)) for each in found]
    return Shown(template="campaigns.html", title="Campaigns", facts={"rows": rows})


async def show_new(office: Office, _asked: Asked) -> Shown:
    """GET /console/campaigns/new."""
    return _form(office, {"per_hour": str(PER_HOUR), "key": new_id().hex}, {})


async def write(office: Office, asked: Asked) -> Shown | GoTo:
    """POST /console/campaigns/new: kept as a draft that goes to nobody, or told what is wrong."""
    key = read_id(asked.form.get("key", "")).hex
    given = {n: v for n, v in asked.form.items() if v and (n in FIELDS or n.startswith(WORDS))}
    async with borrow(office.pool) as conn:
        picked, problem = await pick_customers(conn, office.profile, given.get("customers", ""))
    wanted, errors = read_campaign(office.profile, given, picked, now=office.clock.now())
    if problem:
        errors = {**errors, "customers": problem}
    if wanted is None or errors:
        return _form(office, asked.form, errors)
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
    async with borrow(office.pool) as conn, conn.transaction():
        made = await deeds.draft(
            office.tools, conn, wanted, key=f"campaign:console:{key}:{digest}", by=asked.by.id
        )
    return GoTo(path=f"{PATH}/{made.id}", said="drafted")


async def show_one(office: Office, asked: Asked, *, problem: str = "") -> Shown:
    """GET: a draft with whom it would reach; any other with how far it has come."""
    async with borrow(office.pool) as conn:
        campaign = await campaigns.find(conn, CampaignId(asked.named()))
        if campaign is None:
            raise NotFound("this campaign is not there any more")
        is_draft = campaign.status is CampaignStatus.DRAFT
        progress = await campaign_rows.read_progress(conn, campaign.id)
        seen = None
        if is_draft:
            means = means_of(office.channels, office.tools.render)
            now = office.clock.now()
            seen = await preview(conn, office.profile, campaign.wanted, means, now=now)
    facts = {
        "id": str(campaign.id),
        "status": campaign.status.value,
        "state": say_state(office.profile, campaign),
        "who": _who(campaign),
        "words": list(campaign.wanted.words.items()),
        "count": seen.count if seen else 0,
        "lines": say_preview(office.profile, seen) if seen else say_progress(progress).splitlines(),
        "samples": seen.samples if seen else (),
        "problem": problem,
    }
    title = f"Campaign {campaign.wanted.name}"
    return Shown(template="campaign.html", title=title, facts=facts, status=409 if problem else 200)


async def start(office: Office, asked: Asked) -> Shown | GoTo:
    """POST: it runs, if it reaches about as many as its preview said."""
    said = asked.form.get("count", "")
    shown = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    campaign_id = CampaignId(asked.named())
    async with borrow(office.pool) as conn, conn.transaction():
        campaign = await campaigns.find(conn, campaign_id)
        if campaign is None:
            raise NotFound("this campaign is not there any more")
        means = means_of(office.channels, office.tools.render)
        now = office.clock.now()
        seen = await preview(conn, office.profile, campaign.wanted, means, now=now)
        is_draft = campaign.status is CampaignStatus.DRAFT
        is_started = not (is_draft and deeds.has_changed(shown, seen.count))
        if is_started:
            await deeds.start(office.tools, conn, campaign_id, count=seen.count, by=asked.by.id)
    if is_started:
        _ring(office, campaign_id)
        return GoTo(path=f"{PATH}/{asked.id}", said="started")
    return await show_one(office, asked, problem=CHANGED)


async def pause(office: Office, asked: Asked) -> GoTo:
    """POST: nobody else is written to until it goes on."""
    async with borrow(office.pool) as conn, conn.transaction():
        await deeds.pause(office.tools, conn, CampaignId(asked.named()), by=asked.by.id)
    return GoTo(path=f"{PATH}/{asked.id}", said="paused")


async def resume(office: Office, asked: Asked) -> GoTo:
    """POST: it goes on."""
    campaign_id = CampaignId(asked.named())
    async with borrow(office.pool) as conn, conn.transaction():
        await deeds.resume(office.tools, conn, campaign_id, by=asked.by.id)
    _ring(office, campaign_id)
    return GoTo(path=f"{PATH}/{asked.id}", said="resumed")


async def stop(office: Office, asked: Asked) -> GoTo:
    """POST: it is over for good."""
    campaign_id = CampaignId(asked.named())
    async with borrow(office.pool) as conn, conn.transaction():
        _campaign, told = await deeds.stop(office.tools, conn, campaign_id, by=asked.by.id)
    _ring(office, campaign_id)
    if told is not None:
        office.doorbell.ring("notify_desk", str(told), notice_id=str(told))
    return GoTo(path=f"{PATH}/{asked.id}", said="stopped")


def _form(office: Office, values: Mapping[str, str], errors: Mapping[str, str]) -> Shown:
    business = office.profile.business
    home = business.home_language
    names = (*FIELDS, *(f"{WORDS}{each}" for each in business.languages), "key")
    facts = {
        "values": {name: values.get(name, "") for name in names},
        "errors": dict(errors),
        "languages": sorted(business.languages, key=lambda each: (each != home, each)),
        "language_choices": [(each, each) for each in business.languages],
        "months": [(n, calendar.month_name[n]) for n in range(1, 13)],
        "per_hour_max": PER_HOUR_MAX,
    }
    status = 422 if errors else 200
    return Shown(template="campaign_new.html", title="New campaign", facts=facts, status=status)


def _who(campaign: Campaign) -> str:
    said = say_segment(campaign.wanted.segment)
    return f"{said[:1].upper()}{said[1:]}"


def _ring(office: Office, campaign_id: CampaignId) -> None:
    office.doorbell.ring("plan_campaign", str(new_id()), campaign_id=str(campaign_id))


page = Page(
    reads={PATH: show_list, f"{PATH}/new": show_new, ONE: show_one},
    writes={
        f"{PATH}/new": write,
        f"{ONE}/start": start,
        f"{ONE}/pause": pause,
        f"{ONE}/resume": resume,
        f"{ONE}/stop": stop,
    },
    label="Campaigns",
    place=5,
    role=Role.OWNER,
)
