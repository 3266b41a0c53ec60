"""Owes each owner the morning brief, once a day, at the profile's hour in the business's zone.

The sweep asks; a service that was down at that hour sends it within four hours, and later not.
Where no owner can be found the staff channel reads it. jobs/notify_desk.py posts what is owed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date

from bot.desk.briefing import Asked, find_due, most_asked, read_brief
from bot.errors import VendorRefused
from bot.ids import new_id
from bot.knowledge.grouping import group
from bot.store import desk_notices, staff, staff_lists, unanswered
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NewPost, NoticeId
from channels.desk import Desk
from channels.desk_brief import blocks, summary
from jobs.base import Job, JobDeps
from jobs.desk_people import find_owners

log = logging.getLogger(__name__)

QUESTIONS_READ = 200


async def run(deps: JobDeps, *, day: str) -> None:
    """Owe the brief of that day to whoever is an owner now, unless it was owed before."""
    on, desk = date.fromisoformat(day), deps.desk
    if desk is None or find_due(deps.bot.profile, deps.bot.clock.now()) != on:
        return
    async with borrow(deps.bot.pool) as conn:
        if await staff_lists.is_taken_in(conn, _key(on)):
            return
    recipients = await _recipients(deps, desk)
    questions = await _questions(deps)
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, _key(on)):
            return
        owed = await _owe(deps, conn, on, recipients=recipients, questions=questions)
    for notice_id in owed:
        deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(notice_id))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """The day whose brief is due and was not owed yet."""
    on = find_due(deps.bot.profile, deps.bot.clock.now())
    if deps.desk is None or on is None or await staff_lists.is_taken_in(conn, _key(on)):
        return ()
    return [{"day": on.isoformat()}]


async def _recipients(deps: JobDeps, desk: Desk) -> tuple[str, ...]:
    """Ids of the owners; one empty id, the staff channel, where there is none to be found."""
    try:
        owners = await find_owners(deps, desk)
    except VendorRefused as refused:
        log.warning("desk.owners_unknown", extra={"code": refused.code})
        owners = ()
    return tuple(each.id for each in owners) or ("",)


async def _questions(deps: JobDeps) -> tuple[Asked, ...]:
    async with borrow(deps.bot.pool) as conn:
        asked = await unanswered.list_open(conn, limit=QUESTIONS_READ)
    return most_asked(await group(deps.bot.knowledge.embedder, asked))


async def _owe(
    deps: JobDeps,
    conn: Connection,
    on: date,
    *,
    recipients: Sequence[str],
    questions: tuple[Asked, ...],
) -> list[NoticeId]:
    brief = await read_brief(deps.bot, conn, on, questions=questions)
    business = deps.bot.profile.business
    told, shown = summary(brief, business), blocks(brief, business)
    owed = []
    for recipient in recipients:
        post = NewPost(
            key=f"{_key(on)}:{recipient or 'staff'}",
            text=told,
            kind="brief",
            recipient=recipient,
            extra={"blocks": shown},
        )
        notice_id = await desk_notices.owe_post(conn, post)
        owed += [notice_id] if notice_id is not None else []
    return owed


def _key(on: date) -> str:
    return f"brief:{on.isoformat()}"


job = Job(run=run, timeout_s=60.0, due=due)
