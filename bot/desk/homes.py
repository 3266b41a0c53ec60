"""What a home tab shows: open trouble, today's events, what is due, and how it goes.

The same for everybody at the desk; whoever is not of it is shown nothing of any customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.desk.numbers import bounds, read_days, today
from bot.store import booking_lists, desk_homes, desk_numbers
from bot.store.booking_lists import Listed
from bot.store.connection import Connection
from bot.store.desk_homes import DueFollowUp, OpenTrouble
from bot.store.desk_numbers import Day, Pause

TROUBLES, EVENTS, FOLLOW_UPS = 15, 12, 12
"""As many as are listed; the counts say how many more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """One state of the desk."""

    version: str
    at: datetime
    pause: Pause | None
    troubles: tuple[OpenTrouble, ...]
    open_count: int
    claimed_count: int
    events: tuple[Listed, ...]
    """Of today that are not over, soonest first."""
    follow_ups: tuple[DueFollowUp, ...]
    """Due today; what is overdue is among them."""
    days: tuple[Day, ...]
    """The last is today."""


async def read_version(deps: DeskDeps, conn: Connection) -> str:
    """A word that differs as soon as the page does."""
    now = deps.clock.now()
    day = today(deps.profile, now)
    _, until = bounds(deps.profile, day, day)
    return await desk_homes.read_version(conn, until=until, now=now)


async def read_page(deps: DeskDeps, conn: Connection) -> HomePage:
    """The page as it is now. The version is read first: what changes meanwhile is shown anew."""
    version = await read_version(deps, conn)
    profile, now = deps.profile, deps.clock.now()
    day = today(profile, now)
    _, until = bounds(profile, day, day)
    backlog = await desk_numbers.read_backlog(conn, now=now)
    return HomePage(
        version=version,
        at=now,
        pause=await desk_numbers.find_pause(conn, now=now),
        troubles=await desk_homes.list_troubles(conn, limit=TROUBLES),
        open_count=backlog.open_escalations,
        claimed_count=backlog.claimed_escalations,
        events=await booking_lists.list_on_days(
            conn, (day, day), None, zone=profile.business.zone, now=now
        ),
        follow_ups=await desk_homes.list_due(conn, until=until, limit=FOLLOW_UPS),
        days=await read_days(conn, profile, last=day),
    )
