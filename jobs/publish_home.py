"""Shows somebody their home tab: when they open it, and for half a day after whenever it changes.

One publishing of a home at a time, so that an older page never takes the place of a newer one; what
has changed meanwhile differs from the version that was kept, and the sweep finds it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.desk.chart_links import chart_link
from bot.desk.homes import HomePage, read_page, read_version
from bot.desk.people import Role
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.store import desk_homes
from bot.store.connection import Connection, borrow
from channels.desk import Desk
from channels.desk_blocks import Block
from channels.desk_home import home, stranger
from jobs.base import Job, JobDeps
from jobs.desk_pace import paced
from jobs.desk_people import find_or_look_up

log = logging.getLogger(__name__)

KEPT_FRESH_FOR = timedelta(hours=12)
"""After this nobody looks any more; opening it again shows it anew at once."""
CLAIM_S = 45.0
AGAIN_S = 5.0
LIMIT = 500
UNSEEN_PICTURE = frozenset({"invalid_blocks", "invalid_arguments"})
"""What Slack answers where it cannot fetch the picture."""


async def run(deps: JobDeps, *, staff_id: str) -> None:
    """Publish the home of one person, unless somebody is at it."""
    desk = deps.desk
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        if not await desk_homes.claim(conn, staff_id, claim_s=CLAIM_S):
            return
    try:
        version = await _show(deps, desk, staff_id)
    except (VendorUnavailable, VendorSilent) as error:
        # Published twice it is the same page, so that an unknown outcome is no trouble.
        wait_s = (error.retry_after_s if isinstance(error, VendorUnavailable) else None) or AGAIN_S
        async with borrow(deps.bot.pool) as conn:
            await desk_homes.release(conn, staff_id, wait_s=wait_s)
        key = f"{staff_id}:again"
        deps.doorbell.ring("publish_home", key, delay_s=wait_s + 0.05, staff_id=staff_id)
        return
    async with borrow(deps.bot.pool) as conn:
        await desk_homes.mark_shown(conn, staff_id, version)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """The homes that show another state than the present one."""
    if deps.desk is None:
        return ()
    since = deps.bot.clock.now() - KEPT_FRESH_FOR
    looked_at = await desk_homes.list_looked_at(conn, since=since, limit=LIMIT)
    if not looked_at:
        return ()
    version = await read_version(deps.bot, conn)
    return [{"staff_id": each.staff_id} for each in looked_at if each.version != version]


async def _show(deps: JobDeps, desk: Desk, staff_id: str) -> str:
    """Publish the page as it is now; its version."""
    member = await find_or_look_up(deps, desk, staff_id)
    async with borrow(deps.bot.pool) as conn:
        page = await read_page(deps.bot, conn)
    try:
        await _publish(deps, desk, staff_id, page if member.may(Role.STAFF) else None)
    except VendorRefused as refused:
        # Nothing but a change of the app's settings helps; the next change of the page tries again.
        log.warning("desk.home_refused", extra={"code": refused.code})
    return page.version


async def _publish(deps: JobDeps, desk: Desk, staff_id: str, page: HomePage | None) -> None:
    async def publish(view: Block) -> None:
        await paced(deps, "views.publish", "", lambda: desk.publish_home(staff_id, view))

    if page is None:
        await publish(stranger())
        return
    bot = deps.bot
    picture = chart_link(
        bot.settings, page.days[-1].on, api_url=str(desk.client.base_url), now=bot.clock.now()
    )
    shown = home(page, bot.profile.business, picture=picture)
    try:
        await publish(shown)
    except VendorRefused as refused:
        if not picture or refused.code not in UNSEEN_PICTURE:
            raise
        await publish(home(page, bot.profile.business))


job = Job(run=run, timeout_s=60.0, due=due)
