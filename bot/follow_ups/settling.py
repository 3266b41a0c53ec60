"""Keeps what became of follow-ups once they lay in the outbox: gone, held, or never got there.

What came too late for the customer's hours, or found its conversation in other hands, is planned
anew; whatever else got nowhere ends with the gate's reason or the vendor's. One whose fate nobody
knows is not sent again (I5). jobs/settle_follow_ups.py calls it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.booking_desk import DeskDeps
from bot.causes.staff import LATE_MAX
from bot.domain import Status
from bot.domain_follow_ups import Owed
from bot.errors import NotFound
from bot.follow_ups.refusing import find_way, home_zone, say_at
from bot.follow_ups.telling import tell_moved, tell_skipped, tell_unknown
from bot.follow_ups.ways import places_of
from bot.quiet import Whereabouts
from bot.quiet_moments import next_working
from bot.send_gate import CHANGED_HANDS, TOO_LATE, WAS_CLOSED
from bot.store import addressees, follow_up_outcomes
from bot.store.connection import Connection
from bot.store.desk_notices import NoticeId
from bot.store.follow_up_outcomes import Lost

BATCH = 500
MAY_PASS = frozenset({TOO_LATE, CHANGED_HANDS, WAS_CLOSED})
"""What says nothing against another moment: it is decided anew then, staff's floor included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One pass."""

    told: tuple[NoticeId, ...]
    """What those who planned some of them are told."""
    is_all: bool
    """False: there was more than one pass takes."""


async def settle(deps: DeskDeps, conn: Connection) -> Settled:
    """One pass, in the caller's transaction; two at once share what there is."""
    now = deps.clock.now()
    await follow_up_outcomes.mark_sent(conn, at=now, limit=BATCH)
    await follow_up_outcomes.mark_waiting(conn, at=now, limit=BATCH)
    lost = await follow_up_outcomes.take_lost(conn, limit=BATCH)
    told = [await _settle_lost(deps, conn, each) for each in lost]
    is_all = len(lost) < BATCH and not await follow_up_outcomes.is_due(conn)
    return Settled(told=tuple(filter(None, told)), is_all=is_all)


async def _settle_lost(deps: DeskDeps, conn: Connection, lost: Lost) -> NoticeId | None:
    owed, now = lost.owed, deps.clock.now()
    if lost.status is Status.UNKNOWN:
        reason = lost.why or "the vendor cannot tell whether it got there"
        await follow_up_outcomes.mark_unknown(conn, owed.id, reason=reason, at=now)
        return await tell_unknown(conn, owed, reason)
    if lost.status is Status.DROPPED and lost.why in MAY_PASS:
        return await _plan_anew(deps, conn, owed, lost.why)
    reason = lost.why or "it did not get there"
    await follow_up_outcomes.mark_not_sent(conn, owed.id, reason=reason, at=now)
    return await tell_skipped(conn, owed, reason)


async def _plan_anew(deps: DeskDeps, conn: Connection, owed: Owed, reason: str) -> NoticeId | None:
    """At the next moment that its address allows; it is judged like any other when that comes."""
    now, valid = deps.clock.now(), owed.valid_until
    if valid is None:  # Staff's own: planned anew it would not know how late it is.
        valid = owed.due_at + LATE_MAX
    until = next_working(deps.profile, now, await _where(deps, conn, owed))
    if now >= valid:
        at = say_at(deps.profile, valid, home_zone(deps.profile))
        reason = f"it could not leave before {at}; after that it says nothing any more"
    elif until > valid:
        reason += f", and after {say_at(deps.profile, valid, home_zone(deps.profile))}"
        reason += " it says nothing any more"
    elif await follow_up_outcomes.plan_anew(conn, owed.id, reason=reason, due_at=until, at=now):
        return await tell_moved(deps, conn, owed, reason, until, is_held=False)
    else:
        reason += ", and another one has been planned in its place"
    await follow_up_outcomes.mark_not_sent(conn, owed.id, reason=reason, at=now)
    return await tell_skipped(conn, owed, reason)


async def _where(deps: DeskDeps, conn: Connection, owed: Owed) -> Whereabouts:
    """Every place in which they may be; where the business is, if nobody knows them any more."""
    try:
        to = await addressees.get(conn, owed.customer_id)
    except NotFound:
        return Whereabouts((deps.profile.business.zone,))
    way = find_way(to, owed.address_id) if owed.address_id else None
    if way is None:
        return Whereabouts((deps.profile.business.zone,))
    return places_of(deps.profile, to, way)
