"""What will become of a follow-up at its moment as things stand, so that staff can read it.

Asks bot/follow_ups/judging.py, which decides when one is sent as well; writes nothing. The list,
the story and "send now" at the desk and at the terminal show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.booking_desk import DeskDeps
from bot.domain_follow_ups import Owed
from bot.follow_ups.deciding import Decision, HoldBack, PutOff, Send, Skip
from bot.follow_ups.judging import Judged, judge
from bot.follow_ups.ways import Lines, Option, choose_way, say_choice
from bot.store.connection import Connection

Outcome = Literal["send", "later", "held", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What becomes of one."""

    outcome: Outcome
    reason: str = ""
    """Why it does not go; empty where it does."""
    at: datetime | None = None
    """The moment it is foretold for; None: it is due, so now."""
    until: datetime | None = None
    """When it is judged again, where it waits."""
    way: str = ""
    """Channel and address by which it goes, or would if nothing else stood against it."""
    text: str = ""
    """What the customer would read; empty where nothing can be said."""
    chosen: tuple[tuple[str, str], ...] = ()
    """What was weighed, each with its reason."""


async def foretell(deps: DeskDeps, conn: Connection, owed: Owed, lines: Lines) -> Foretold:
    """What becomes of it when it is due, if nothing happens until then."""
    at = owed.due_at if owed.due_at > deps.clock.now() else None
    judged = await judge(deps, conn, owed, lines, at=at)
    outcome, reason, until = _outcome(judged.decision)
    option = _option(judged)
    worded = option.worded if option is not None else None
    return Foretold(
        outcome=outcome,
        reason=reason,
        at=at,
        until=until,
        way="" if option is None else f"{option.way.channel} to {option.way.handle}",
        text="" if worded is None else worded.text,
        chosen=_chosen(judged, option),
    )


def _outcome(decision: Decision) -> tuple[Outcome, str, datetime | None]:
    match decision:
        case Send():
            return "send", "", None
        case PutOff(reason, until, is_held):
            return "held" if is_held else "later", reason, until
        case Skip(reason) | HoldBack(reason):
            return "skip", reason, None


def _option(judged: Judged) -> Option | None:
    """The way it goes, or would go if nothing else stood against it."""
    if isinstance(judged.decision, Send):
        return judged.decision.option
    options = judged.facts.options
    worded = (each for each in options if each.worded is not None)
    return choose_way(options) or next(worded, None)


def _chosen(judged: Judged, option: Option | None) -> tuple[tuple[str, str], ...]:
    if option is None:
        return ()
    said = [("Way", option.why_not or say_choice(option, judged.facts.options))]
    if option.worded is not None:
        said.append(("Words", option.worded.name))
    if judged.matter is not None and judged.matter.wants_feeling:
        said.append(("How they felt", judged.facts.feeling.value))
    if option.cost is not None:
        said.append(("Cost", f"{option.cost.normalize():f}"))
    return tuple(said)
