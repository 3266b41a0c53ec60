"""What staff do with a follow-up that waits: other words, another moment, or at once.

Whoever planned it, a rule or a person. Nothing here goes past what bot/follow_ups/sending.py judges
when it is due: an edit changes what is judged, "send now" only when. Runs inside the caller's
transaction; the desk and `concierge followups` call it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.booking_desk import DeskDeps
from bot.desk.people import Member
from bot.domain_follow_ups import CAMPAIGN, STAFF, WAITING, FollowUpId, Owed
from bot.errors import Conflict, NotFound
from bot.follow_ups.foretelling import Foretold, foretell
from bot.follow_ups.refusing import (
    TEXT_MAX,
    Around,
    Refusal,
    Windows,
    Wish,
    find_refusals,
    home_zone,
    say_at,
    usable,
)
from bot.follow_ups.ways import Lines
from bot.store import addressees, audit, follow_up_edits, follow_up_plans, follow_ups
from bot.store.addressees import Addressee
from bot.store.connection import Connection
from bot.store.follow_up_edits import Changes

SAME = timedelta(minutes=1)
"""Moments are typed to the minute: nearer than this is the same one."""
LEFT = "it has left already, or lies in the outbox: nothing can be changed any more"
OVER = "it is not planned any more: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What one shall be; None: as it is."""

    at: datetime | None = None
    text: str | None = None
    """Empty: back to the rule's words."""
    seen: str | None = None
    """`version_of` what whoever edits was shown; None: whatever it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What came of an edit."""

    owed: Owed
    is_changed: bool = False
    refusals: tuple[Refusal, ...] = ()
    """Why it stays as it was, by field; empty where it was changed."""


def version_of(owed: Owed) -> str:
    """Another one as soon as somebody, or the service, has changed the moment or the words."""
    return f"{owed.due_at.isoformat()} {owed.status.value} {hash_of(owed.text)}"


def hash_of(text: str) -> str:
    """A few letters that differ as soon as the words do, but for the blanks around them."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


async def edit(
    deps: DeskDeps,
    conn: Connection,
    follow_up_id: FollowUpId,
    asked: Edit,
    windows: Windows,
    *,
    by: Member,
) -> Edited:
    """Give one another moment or other words, unless something stands against it.

    Raises:
        NotFound: there is no such follow-up, or its customer is no more.
        Conflict: it does not wait any more, or was changed since it was shown.
    """
    owed = await _hold(conn, follow_up_id)
    is_moved = asked.at is not None and abs(asked.at - owed.due_at) >= SAME
    at = asked.at if asked.at is not None and is_moved else owed.due_at
    text = owed.text if asked.text is None else asked.text.strip()
    is_reworded = text != owed.text
    if not is_moved and not is_reworded:
        return Edited(owed=owed)  # Also where the same window is sent off twice.
    if asked.seen is not None and asked.seen != version_of(owed):
        raise Conflict("somebody, or the service, has changed it meanwhile: open it again")
    refusals = [*_against_words(owed, text)] if is_reworded else []
    if is_moved:
        refusals += await _against_moment(deps, conn, owed, at, windows)
    if refusals:
        return Edited(owed=owed, refusals=tuple(refusals))
    now = deps.clock.now()
    changes = Changes(due_at=at, text=text, reason=f"edited by {by.name}")
    await follow_up_edits.change(conn, owed.id, changes, by=by.id, at=now)
    detail = {
        "follow_up": str(owed.id),
        "due_at": at.isoformat(),
        "words": "changed" if is_reworded else "as they were",
    }
    await audit.record(
        conn, actor=by.id, act="follow_up.edited", subject=str(owed.customer_id), detail=detail
    )
    return Edited(owed=replace(owed, due_at=at, text=text), is_changed=True)


async def send_now(
    deps: DeskDeps, conn: Connection, follow_up_id: FollowUpId, lines: Lines, *, by: Member
) -> Foretold:
    """Let one be judged now instead of later; what will become of it.

    One that would be left out if it were judged now stays planned as it was.

    Raises:
        NotFound: there is no such follow-up, or its customer is no more.
        Conflict: it does not wait any more.
    """
    owed = await _hold(conn, follow_up_id)
    now = deps.clock.now()
    foretold = await foretell(deps, conn, replace(owed, due_at=now), lines)
    if foretold.outcome == "skip":
        return foretold
    changes = Changes(due_at=now, text=owed.text, reason=f"to go now, says {by.name}")
    await follow_up_edits.change(conn, owed.id, changes, by=by.id, at=now)
    detail = {"follow_up": str(owed.id), "due_at": now.isoformat()}
    await audit.record(
        conn, actor=by.id, act="follow_up.now", subject=str(owed.customer_id), detail=detail
    )
    return foretold


async def _hold(conn: Connection, follow_up_id: FollowUpId) -> Owed:
    """The customer first, then the row, as whoever sends it does."""
    seen = await follow_ups.find(conn, follow_up_id)
    if seen is None:
        raise NotFound(f"follow-up {follow_up_id}: there is none of that id")
    await addressees.hold(conn, seen.customer_id)
    owed = await follow_up_edits.lock(conn, follow_up_id)
    if owed is None or owed.customer_id != seen.customer_id:
        raise Conflict("its customer has just been joined with another: open it again")
    if owed.message_id is not None:
        raise Conflict(LEFT)
    if owed.status not in WAITING:
        raise Conflict(f"{OVER}{owed.reason or owed.status.value}")
    return owed


def _against_words(owed: Owed, text: str) -> list[Refusal]:
    if not text and (owed.planned_by or owed.cause in (STAFF, CAMPAIGN)):
        return [Refusal(field="text", reason="write what the customer shall read")]
    if len(text) > TEXT_MAX:
        said = f"at most {TEXT_MAX} characters; this has {len(text)}"
        return [Refusal(field="text", reason=said)]
    return []


async def _against_moment(
    deps: DeskDeps, conn: Connection, owed: Owed, at: datetime, windows: Windows
) -> list[Refusal]:
    """What stands against that moment: its hour, another message, or that it is over by then."""
    to = await addressees.get(conn, owed.customer_id)
    near = await follow_up_plans.list_near(
        conn, owed.customer_id, at, gap_hours=deps.profile.follow_ups.gap_hours, but=owed.id
    )
    around = Around(now=deps.clock.now(), windows=windows, near=near[0].at if near else None)
    found = _of_best_way(deps, to, owed, at, around)
    if owed.valid_until is not None and at > owed.valid_until:
        until = say_at(deps.profile, owed.valid_until, home_zone(deps.profile))
        found.append(Refusal(field="when", reason=f"it says nothing any more after {until}"))
    return found


def _of_best_way(
    deps: DeskDeps, to: Addressee, owed: Owed, at: datetime, around: Around
) -> list[Refusal]:
    """Against the moment, on the address it goes to; where that is chosen later, on the best."""
    ways = usable(to, around.windows)
    chosen = [way.address_id for way in ways if owed.address_id in (None, way.address_id)]
    if not chosen:
        return [Refusal(field="when", reason="nothing can reach this customer at any time")]
    by_way = [
        [
            each
            for each in find_refusals(
                deps.profile, to, Wish(address_id=address_id, at=at, text="-"), around
            )
            if each.field == "when"
        ]
        for address_id in chosen
    ]
    return min(by_way, key=len)
