"""Speaks to the desk no faster than Slack takes it, over all processes. No job itself.

Every job that posts, redraws or marks goes through `paced`: a near slot is waited for, a far one
raises at once so that the work stays owed and no worker's place is kept. What Slack says about
waiting, or that it says nothing at all, holds for everybody who calls the same method. Source:
Slack, apis/web-api/rate-limits (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeVar

from bot.errors import VendorSilent, VendorUnavailable
from bot.store import desk_pace
from bot.store.connection import borrow
from channels.slack_api import SILENT, SLOW_DOWN
from jobs.base import JobDeps

NEAR_S = 2.0
"""A slot later than this is not waited for."""
SLOWED_S = 5.0
"""Held off where Slack wants us to slow down and does not say for how long, or does not answer."""
AT_ONCE = 8
"""How many calls a process has under way: while Slack hangs, its other errands go on."""
BUSY_AGAIN_S = 1.0
URGENT = ":urgent"
"""A lane beside the common one, so that nothing urgent waits behind what is not."""

Method = Literal[
    "chat.postMessage", "chat.update", "reactions.add", "reactions.remove", "views.publish"
]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a method may be called for long, and how many at once."""

    per_minute: float
    burst: int
    per_channel: bool = False
    """Whether each channel has a pace of its own, instead of the workspace."""


# A little under what the vendor names, since the web process calls some of them too.
PACES: Mapping[Method, Pace] = MappingProxyType(
    {
        "chat.postMessage": Pace(per_minute=60, burst=6, per_channel=True),
        "chat.update": Pace(per_minute=45, burst=8),
        "reactions.add": Pace(per_minute=45, burst=8),
        "reactions.remove": Pace(per_minute=18, burst=4),
        "views.publish": Pace(per_minute=90, burst=10),
    }
)


class FarSlot(VendorUnavailable):
    """The pace has no slot soon. Nothing was sent, and nobody is at fault."""


async def paced(
    deps: JobDeps,
    method: Method,
    channel: str,
    speak: Callable[[], Awaitable[Result]],
    *,
    is_urgent: bool = False,
) -> Result:
    """Call the desk when the method's pace allows it; what is urgent waits only for its like.

    Raises:
        FarSlot: that is too long to wait for; `retry_after_s` says how long it is.
        VendorUnavailable, VendorRefused, VendorSilent: what the call itself came to.
    """
    lane = URGENT if is_urgent else ""
    places = deps.places(f"desk{lane}", AT_ONCE)
    if places.locked():
        raise FarSlot("the desk is busy", code="pace", retry_after_s=BUSY_AGAIN_S)
    pace = PACES[method]
    common = f"{method}:{channel}" if pace.per_channel else method
    place = f"{common}{lane}"
    step_s = 60.0 / pace.per_minute
    # Slots are counted from the first of a burst: those within it are had at once.
    ahead_s = step_s * (pace.burst - 1)
    async with borrow(deps.bot.pool) as conn:
        slot_s = await desk_pace.take_slot(conn, place, step_s=step_s, within_s=ahead_s + NEAR_S)
    wait_s = max(0.0, slot_s - ahead_s)
    if wait_s > NEAR_S:
        raise FarSlot("the desk's pace has no slot yet", code="pace", retry_after_s=wait_s)
    if wait_s:
        await asyncio.sleep(wait_s)
    try:
        async with places:
            return await speak()
    except (VendorUnavailable, VendorSilent) as error:
        if hold_s := _holds_off(error):
            async with borrow(deps.bot.pool) as conn:
                for each in (common, f"{common}{URGENT}"):
                    await desk_pace.hold_off(conn, each, wait_s=hold_s + ahead_s)
        raise


def _holds_off(error: VendorUnavailable | VendorSilent) -> float:
    """How long nobody else shall try; 0 where the failure says nothing about the others."""
    if isinstance(error, VendorSilent):
        return SLOWED_S if error.code == SILENT else 0.0
    return error.retry_after_s or (SLOWED_S if error.code in SLOW_DOWN else 0.0)
