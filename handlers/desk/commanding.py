"""Does what a slash command does, for a button that stands in its place.

Not a part of its own: the home tab and the customer's card call it, and neither knows the part that
has the command.
"""

from __future__ import annotations

from dataclasses import replace

from bot import plugins
from handlers.desk.base import Answer, Asked, Office, Part, SlashCommand

GONE = "This command is not there any more. Nothing was done."


def find_command(name: str) -> SlashCommand | None:
    """The command of that name, slash included; all parts are loaded once the desk is open."""
    parts = plugins.load("handlers.desk", "part", Part).values()
    return next((each.commands[name] for each in parts if name in each.commands), None)


async def run_command(office: Office, asked: Asked, name: str, words: str = "") -> Answer:
    """What the command does with these words, if whoever pressed the button may."""
    found = find_command(name)
    if found is None:
        return Answer(text=GONE)
    if not asked.by.may(found.role):
        return Answer(text="Only the owner may do this. Nothing was done.")
    return await found.run(office, replace(asked, name=name, value=words, view_id=""))
