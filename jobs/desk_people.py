"""Has people of the workspace looked up where nothing is known of them; not a job of its own.

The web process looks up whoever presses something (handlers/desk/roles.py); jobs that must know
somebody who has pressed nothing yet ask here. What is found is kept for both.
"""

from __future__ import annotations

from bot.desk.owners import groups_to_know, list_candidates, list_owners
from bot.desk.people import Member, find_member, nobody
from bot.errors import VendorRefused
from bot.store import staff
from bot.store.connection import borrow
from channels.desk import Desk
from channels.slack_people import look_up, look_up_group
from jobs.base import JobDeps

LOOKED_UP_MAX = 60
"""In a large channel the others are looked up when they press something."""


async def find_or_look_up(deps: JobDeps, desk: Desk, person_id: str) -> Member:
    """Somebody with their role.

    Raises:
        VendorError: nobody knows them yet, and the directory does not tell.
    """
    bot, channel = deps.bot, desk.staff_channel
    for is_last in (False, True):
        async with borrow(bot.pool) as conn:
            known = await find_member(
                conn, bot.profile, person_id, staff_channel=channel, now=bot.clock.now()
            )
        if known is not None and (is_last or not known.is_stale):
            return known.member
        if not is_last:
            await _keep_groups(deps, desk)
            await _keep_person(deps, desk, person_id)
    return nobody(person_id)


async def find_owners(deps: JobDeps, desk: Desk) -> tuple[Member, ...]:
    """The owners; where none is known, everybody who may be one is looked up first.

    Raises:
        VendorError: none is known, and the directory does not tell.
    """
    found = await _known_owners(deps, desk)
    if found:
        return found
    await _keep_groups(deps, desk)
    async with borrow(deps.bot.pool) as conn:
        asked = await list_candidates(conn, deps.bot.profile, staff_channel=desk.staff_channel)
    for person_id in asked[:LOOKED_UP_MAX]:
        try:
            await _keep_person(deps, desk, person_id)
        except VendorRefused:
            continue  # Somebody of another workspace, or gone.
    return await _known_owners(deps, desk)


async def _known_owners(deps: JobDeps, desk: Desk) -> tuple[Member, ...]:
    async with borrow(deps.bot.pool) as conn:
        return await list_owners(
            conn,
            deps.bot.profile,
            staff_channel=desk.staff_channel,
            now=deps.bot.clock.now(),
        )


async def _keep_groups(deps: JobDeps, desk: Desk) -> None:
    now = deps.bot.clock.now()
    for group_id in groups_to_know(deps.bot.profile, desk.staff_channel):
        group = await look_up_group(desk, group_id, at=now)
        async with borrow(deps.bot.pool) as conn:
            await staff.keep_group(conn, group)


async def _keep_person(deps: JobDeps, desk: Desk, person_id: str) -> None:
    person = await look_up(desk, person_id, at=deps.bot.clock.now())
    async with borrow(deps.bot.pool) as conn:
        await staff.keep(conn, person)
