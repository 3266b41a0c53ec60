"""People at the desk whose deeds go straight to its parts: command, press and window, no wire.

The wire has its own stories; these are about what the deeds do, without waiting for anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from world import World

from bot.clock import ShiftedClock
from bot.desk.people import Member, Role
from handlers.desk.base import Act, Answer, Asked, Office
from handlers.desk.door import _run
from handlers.desk.opening import DOOR

DANA = Member(id="U0DANA", name="Dana", role=Role.STAFF)
RAVI = Member(id="U0RAVI", name="Ravi", role=Role.STAFF)
ROSA = Member(id="U0ROSA", name="Rosa", role=Role.OWNER)
GUS = Member(id="U0GUEST", name="Gus", role=Role.NOBODY)

_numbers = itertools.count(1)


@dataclass
class Hands:
    """Somebody at the desk."""

    world: World
    who: Member = DANA
    window: Mapping[str, Any] = field(default_factory=dict)
    """The one that is open for them."""
    view_id: str = ""

    @property
    def office(self) -> Office:
        return self.world.app[DOOR].office

    async def commands(self, name: str, words: str = "") -> Answer:
        """Type a slash command."""
        found = next(p.commands[name] for p in self.world.app[DOOR].parts if name in p.commands)
        act = Act(run=found.run, role=found.role)
        asked = Asked(by=self.who, name=name, value=words, key=f"command:{next(_numbers)}")
        return self._shown(await _run(self.office, act, asked))

    async def presses(self, button: Mapping[str, Any]) -> Answer:
        """Press a button of a message or of the open window."""
        name, _, detail = button["action_id"].partition(":")
        act = next(p.presses[name] for p in self.world.app[DOOR].parts if name in p.presses)
        asked = Asked(
            by=self.who,
            name=name,
            detail=detail,
            value=button.get("value", ""),
            key=f"press:{next(_numbers)}",
            view_id=self.view_id,
            metadata=self.window.get("private_metadata", ""),
            values=entered(self.window),
        )
        return self._shown(await _run(self.office, act, asked))

    async def submits(self, values: Mapping[str, str] | None = None) -> Answer:
        """Send the open window off, with what it shows where nothing else is entered."""
        name = self.window["callback_id"]
        act = next(p.submits[name] for p in self.world.app[DOOR].parts if name in p.submits)
        asked = Asked(
            by=self.who,
            name=name,
            key=f"view:{self.view_id}",
            view_id=self.view_id,
            metadata=self.window.get("private_metadata", ""),
            values={**entered(self.window), **(values or {})},
        )
        return self._shown(await _run(self.office, act, asked))

    def _shown(self, answer: Answer) -> Answer:
        if answer.window is not None:
            self.window = answer.window
            self.view_id = self.view_id or f"V{next(_numbers)}"
        return answer

    def closes(self) -> None:
        """Close the window; the next is another."""
        self.window, self.view_id = {}, ""


def entered(window: Mapping[str, Any]) -> dict[str, str]:
    """What a window's fields hold when nobody has typed anything."""
    found = {}
    for block in window.get("blocks", ()):
        if block["type"] == "input":
            found[block["block_id"]] = _initial(block["element"])
    return found


def _initial(element: Mapping[str, Any]) -> str:
    if "initial_options" in element:
        return ",".join(each["value"] for each in element["initial_options"])
    if "initial_option" in element:
        return str(element["initial_option"]["value"])
    return str(element.get("initial_value") or element.get("initial_date") or "")


def words_of(shown: Answer | Mapping[str, Any]) -> str:
    """All that is to be read, with field labels and buttons, in order."""
    blocks = shown.blocks if isinstance(shown, Answer) else shown.get("blocks", ())
    return "\n".join([*_texts(list(blocks)), shown.text if isinstance(shown, Answer) else ""])


def buttons_of(shown: Answer | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every button that can be pressed."""
    blocks = shown.blocks if isinstance(shown, Answer) else shown.get("blocks", ())
    return [each for each in _parts(list(blocks)) if each.get("type") == "button"]


def _texts(part: Any) -> list[str]:
    return [
        each["text"]
        for each in _parts(part)
        if isinstance(each.get("text"), str) and each.get("type") in ("mrkdwn", "plain_text")
    ]


def _parts(part: Any) -> list[Mapping[str, Any]]:
    if isinstance(part, Mapping):
        return [part, *(found for value in part.values() for found in _parts(value))]
    if isinstance(part, list | tuple):
        return [found for each in part for found in _parts(each)]
    return []


def set_clock(world: World, at: datetime) -> datetime:
    """Let it be that moment; how it runs on is the machine's."""
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)
    clock.shift = at - datetime.now(UTC)
    return at
