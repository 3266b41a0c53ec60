"""/concierge: whether all is well, today's figures as a picture, and the help to every command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec

from bot import plugins
from bot.desk.chart_links import chart_link
from bot.desk.numbers import read_days, read_money, read_status, today
from bot.desk.people import Role
from bot.errors import VendorError
from bot.store import audit, channel_alarms
from bot.store.channel_alarms import Alarm
from bot.store.connection import borrow
from channels.desk_blocks import Block, header, section, short
from channels.desk_home import status
from handlers.desk.base import Answer, Asked, Office, Part, SlashCommand
from handlers.desk.words import asks_help

ALARM_MAX = 600
CONSOLE = "handlers.console"
"""The package of the owner's web console."""


async def show(office: Office, asked: Asked) -> Answer:
    """The status, or the help where somebody asks for it."""
    words = asked.value.lower()
    if asks_help(words):
        return _help(office)
    if words in ("", "status"):
        return await _status(office, asked)
    said = short(asked.value, 60)
    return Answer(text=f"I know `/concierge` and `/concierge help`, but not “{said}”.")


async def _status(office: Office, asked: Asked) -> Answer:
    profile, settings, now = office.profile, office.settings, office.clock.now()
    day = today(profile, now)
    async with borrow(office.pool) as conn, conn.transaction():
        found = await read_status(conn, profile, settings, channels=tuple(office.channels), now=now)
        days = await read_days(conn, profile, last=day)
        brought = await read_money(conn, profile, day)
        alarms = [*map(_alarm, await channel_alarms.list_open(conn))]
        await audit.record(
            conn, actor=asked.by.id, act="desk.status", subject="concierge", detail={}
        )
    picture = chart_link(settings, day, api_url=str(office.desk.client.base_url), now=now)
    console = f"{settings.base_url}/console" if find_spec(CONSOLE) else ""
    plain = [*alarms, *status(found, days, brought, profile.business, console=console)]
    said = f"The concierge is {'paused' if found.pause else 'answering'}."
    if not picture:
        return Answer(text=said, blocks=tuple(plain))
    drawn = status(found, days, brought, profile.business, picture=picture, console=console)
    return Answer(after=partial(_tell, office, asked, said, [*alarms, *drawn], plain))


def _alarm(alarm: Alarm) -> Block:
    """What is wrong with a channel, before everything else."""
    found = f"\n{alarm.found}" if alarm.found else ""
    return section(f":rotating_light: {short(f'{alarm.said}{found}', ALARM_MAX)}")


async def _tell(
    office: Office, asked: Asked, said: str, drawn: Sequence[Block], plain: Sequence[Block]
) -> None:
    """With the picture; where Slack cannot have that, or nobody can be whispered to, without."""
    try:
        await office.desk.whisper(asked.by.id, said, drawn, channel=asked.channel)
    except VendorError:
        await office.desk.respond(asked.response_url, said, plain, replaces=False)


def _help(office: Office) -> Answer:
    lines = list(_lines())
    shown: list[Block] = [header("What you can type")]
    # A section holds 3,000 characters, and a dozen lines never come near.
    shown += [section("\n".join(lines[at : at + 12])) for at in range(0, len(lines), 12)]
    shown.append(
        section(
            "Commands do not work inside threads: there, use the buttons of the card and the "
            "shortcuts in a message's menu."
        )
    )
    return Answer(text="The commands of the desk", blocks=tuple(shown))


def _lines() -> Iterator[str]:
    parts = plugins.load("handlers.desk", "part", Part).values()
    named = {name: each for part in parts for name, each in part.commands.items()}
    for name in sorted(named):
        each = named[name]
        typed = f"{name} {each.usage}".strip()
        owner = " _(owner)_" if each.role is Role.OWNER else ""
        yield f"`{short(typed, 120)}`  {short(each.help, 200)}{owner}"


part = Part(
    commands={
        "/concierge": SlashCommand(
            run=show,
            usage="[help]",
            help="whether all is well, and today's numbers; with help, this list",
        )
    }
)
