"""The whole story of one follow-up: what called for it, its steps, and what would happen now.

Reads only; bot/follow_ups/why_words.py says it. The desk and `concierge followups why` call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.booking_desk import DeskDeps
from bot.causes.base import Cause, causes
from bot.domain_follow_ups import WAITING, FollowUpId, Owed
from bot.errors import NotFound
from bot.follow_ups.foretelling import Foretold, foretell
from bot.follow_ups.ways import Lines
from bot.store import follow_up_lists, follow_ups, staff
from bot.store.connection import Connection
from bot.store.follow_up_lists import After, Event, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All there is to be said of one."""

    owed: Owed
    listed: Listed
    cause: Cause | None
    """None: no file of that name is there any more."""
    events: tuple[Event, ...]
    after: After
    names: Mapping[str, str]
    """Of staff, by id."""
    foretold: Foretold | None
    """What becomes of it at its moment, as things stand; None where it waits no more."""
    is_rule_changed: bool
    """Whether the rule that planned it has other figures by now."""


async def read_story(
    deps: DeskDeps, conn: Connection, follow_up_id: FollowUpId, lines: Lines
) -> Story:
    """The story of one, whatever became of it.

    Raises:
        NotFound: there is no such follow-up.
    """
    owed = await follow_ups.find(conn, follow_up_id)
    if owed is None:
        raise NotFound(f"follow-up {follow_up_id}: there is none of that id")
    events = await follow_up_lists.list_events(conn, owed.id)
    waits = owed.status in WAITING and owed.message_id is None
    actors = {owed.planned_by, *(event.actor for event in events)} - {""}
    return Story(
        owed=owed,
        listed=await follow_up_lists.get_listed(conn, owed.id),
        cause=causes().get(owed.cause),
        events=events,
        after=await follow_up_lists.read_after(conn, owed.id),
        names=await staff.read_names(conn, sorted(actors)),
        foretold=await foretell(deps, conn, owed, lines) if waits else None,
        is_rule_changed=bool(owed.rule)
        and owed.rule != deps.profile.follow_ups.digest_of(owed.cause),
    )
