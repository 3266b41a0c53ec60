"""The home tab: shown anew whenever somebody opens it, with buttons for the common commands.

A button does what its slash command does without any words, in the window that the command opens.
The page itself is published by jobs/publish_home.py, which also decides who sees what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.ids import new_id
from bot.store import desk_homes
from bot.store.connection import borrow
from channels.desk_home import COMMAND, OPEN_THREAD
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, Ring
from handlers.desk.commanding import GONE, run_command

COMMANDS = frozenset({"/followup", "/followups", "/pause", "/resume"})


async def opened(office: Office, event: Mapping[str, object]) -> Answer:
    """Somebody looks at their home: have it shown as it is now."""
    person = event.get("user")
    if event.get("tab", "home") != "home" or not isinstance(person, str) or not person:
        return QUIET
    async with borrow(office.pool) as conn:
        await desk_homes.note_opened(conn, person, at=office.clock.now())
    return Answer(rings=(_ring(person),))


async def command(office: Office, asked: Asked) -> Answer:
    """What a slash command does when nothing is typed after it."""
    if asked.value not in COMMANDS:
        return Answer(text=GONE)
    answer = await run_command(office, asked, asked.value)
    rings = (*answer.rings, _ring(asked.by.id))
    if answer.window is None:
        return replace(answer, rings=rings)
    # A home is no window that another could be put on top of.
    opening = partial(office.desk.open_window, asked.trigger_id, answer.window)
    return replace(answer, window=None, after=opening, rings=rings)


async def nothing(_office: Office, _asked: Asked) -> Answer:
    """A link was followed; the vendor tells of that too."""
    return QUIET


def _ring(person: str) -> Ring:
    return Ring(job="publish_home", key=str(new_id()), ids={"staff_id": person})


part = Part(
    events={"app_home_opened": opened},
    presses={COMMAND: Act(run=command), OPEN_THREAD: Act(run=nothing)},
)
