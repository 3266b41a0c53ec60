"""Plans a message that staff owe a customer at a time: looked at first, then kept once.

Runs inside the caller's transaction. The desk's window shows what is found here and why something
may not be planned; bot/follow_ups/sending.py decides all of it again when it is due.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.booking_desk import DeskDeps
from bot.desk.people import Member
from bot.domain import AddressId, CustomerId
from bot.domain_follow_ups import FollowUpId
from bot.follow_ups.refusing import Around, Refusal, Windows, Wish, find_refusals, usable
from bot.store import addressees, audit, follow_up_plans, follow_ups
from bot.store.addressees import Addressee, Way
from bot.store.connection import Connection
from bot.store.follow_up_plans import NewFollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a customer and a wish come to."""

    to: Addressee
    ways: tuple[Way, ...]
    """The addresses that may be written to."""
    way: Way | None
    """The one that was chosen, or the one they wrote from last; None where there is none."""
    refusals: tuple[Refusal, ...] = ()
    """Why it may not be planned; only of a whole wish."""


async def look(
    conn: Connection,
    customer_id: CustomerId,
    windows: Windows,
    *,
    address_id: AddressId | None = None,
) -> Looked:
    """How the customer can be written to.

    Raises:
        NotFound: there is no such customer.
    """
    to = await addressees.get(conn, customer_id)
    ways = usable(to, windows)
    chosen = next((way for way in ways if way.address_id == address_id), None)
    return Looked(to=to, ways=ways, way=chosen or (ways[0] if ways else None))


async def judge(
    deps: DeskDeps, conn: Connection, looked: Looked, wish: Wish, windows: Windows
) -> Looked:
    """The same with all that stands against the wish."""
    now = deps.clock.now()
    near = await follow_up_plans.list_near(
        conn, looked.to.customer_id, wish.at, gap_hours=deps.profile.follow_ups.gap_hours
    )
    around = Around(now=now, windows=windows, near=near[0].at if near else None)
    return replace(looked, refusals=find_refusals(deps.profile, looked.to, wish, around))


async def plan(
    deps: DeskDeps,
    conn: Connection,
    customer_id: CustomerId,
    wish: Wish,
    windows: Windows,
    *,
    by: Member,
    key: str,
) -> Looked:
    """Plan it, unless something stands against it or that key has planned already.

    Raises:
        NotFound: there is no such customer.
    """
    # Two people who plan at once see each other's, not both nothing.
    await addressees.hold(conn, customer_id)
    looked = await look(conn, customer_id, windows, address_id=wish.address_id)
    if await follow_up_plans.is_planned(conn, key):
        return looked
    looked = await judge(deps, conn, looked, wish, windows)
    if looked.refusals:
        return looked
    new = NewFollowUp(
        key=key,
        customer_id=customer_id,
        address_id=wish.address_id,
        due_at=wish.at,
        text=wish.text,
        planned_by=by.id,
    )
    planned = await follow_up_plans.plan_own(conn, new, at=deps.clock.now())
    if planned is not None:
        detail = {"follow_up": str(planned), "due_at": wish.at.isoformat()}
        await audit.record(
            conn, actor=by.id, act="follow_up.planned", subject=str(customer_id), detail=detail
        )
    return looked


async def cancel(deps: DeskDeps, conn: Connection, follow_up_id: FollowUpId, *, by: Member) -> bool:
    """Take one back; False where it had left, or was taken back before."""
    whose = await follow_ups.cancel(
        conn, follow_up_id, reason=f"cancelled by {by.name}", by=by.id, at=deps.clock.now()
    )
    if whose is None:
        return False
    detail = {"follow_up": str(follow_up_id)}
    await audit.record(
        conn, actor=by.id, act="follow_up.cancelled", subject=str(whose), detail=detail
    )
    return True
