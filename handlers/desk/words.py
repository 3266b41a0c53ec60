"""What is typed after a slash command: who and when are meant, and the help that answers nonsense.

No part of the desk itself; its parts call it. Reads words and shows text, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import plugins
from bot.desk.finding import LIMIT, unmarked
from bot.desk.people import Role
from bot.desk.whens import read_when
from bot.store.finding import Found
from channels.desk_blocks import Block, escape, option, section, short
from handlers.desk.base import Answer, Part, SlashCommand

HELP = frozenset({"help", "?", "-h", "--help", "usage"})
_DAYS = "mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs?)?(?:day)?|fri(?:day)?|sat(?:urday)?"
_BEGINS_WHEN = re.compile(
    rf"(?:in|at|on|today|tonight|tomorrow|tmrw|noon|this|next|{_DAYS}|sun(?:day)?)\.?,?"
    r"|\d{4}-\d{1,2}-\d{1,2}\S*|\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?|\d{1,2}(?::\d{2})?(?:am|pm)"
    r"|\d{1,2}:\d{2}|\d{1,3}(?:m|min|h|d|w)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?",
    re.IGNORECASE,
)
_TEXT_AFTER = re.compile(r"(?<!\d):|:(?!\d)|：")
HANDLE_MAX = 40
NAME_MAX = 60
PIECE = 500
"""Fits a section however much of it has to be escaped."""
CHANNELS = {
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "email": "E-mail",
    "webchat": "Web chat",
    "slack": "Slack",
}
"""What staff call a channel."""
EXACTLY = "If none of them is meant, say more of the name, or give the number."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The words of "CUSTOMER in 2 days: TEXT", each empty where it was not said."""

    who: str = ""
    when: str = ""
    text: str = ""


def asks_help(words: str) -> bool:
    """Whether nothing but the usage is asked for."""
    return words.strip().lower() in HELP


def help_of(command: str) -> str:
    """How a command is used, for Slack; empty where there is none of that name."""
    found = _commands().get(command)
    return "" if found is None else _usage(command, found)


def help_of_all(role: Role = Role.STAFF) -> str:
    """Every command that somebody of this role may use, by name."""
    ranks = (Role.NOBODY, Role.STAFF, Role.OWNER)
    may = ranks.index(role)
    return "\n".join(
        _usage(name, each)
        for name, each in sorted(_commands().items())
        if ranks.index(each.role) <= may
    )


def show_help(command: str, problem: str = "") -> Answer:
    """The usage, after what was wrong where something was; seen by who typed it alone."""
    told = f"{short(problem, 600)}\n{help_of(command)}" if problem else help_of(command)
    return Answer(text=told, blocks=(section(told),))


def split_words(words: str, zone: ZoneInfo, *, now: datetime) -> Spoken:
    """CUSTOMER, WHEN and TEXT of a command; a name may be several words, and hold a month's.

    The text begins at the first colon that ends a word: 14:00 is a time.
    """
    head, text = unmarked(words).strip(), ""
    if (colon := _TEXT_AFTER.search(head)) is not None:
        head, text = head[: colon.start()].strip(), head[colon.end() :].strip()
    parts = head.split()
    starts = [i for i in range(1, len(parts)) if _may_begin(parts[i:])]
    for i in starts:
        when = " ".join(parts[i:])
        if read_when(when, zone, now=now).at is not None:
            return Spoken(who=_name(parts[:i]), when=when, text=text)
    if starts:
        i = starts[0]
        return Spoken(who=_name(parts[:i]), when=" ".join(parts[i:]), text=text)
    return Spoken(who=_name(parts), text=text)


def say_who(found: Found) -> str:
    """A customer by name and address, escaped."""
    name = short(found.name, NAME_MAX)
    handle = short(found.handle, HANDLE_MAX)
    return f"*{name}* · {handle}" if name else f"*{handle}*"


def say_more(found: Sequence[Found]) -> str:
    """Why who is meant may not be among them; empty where all who fit are there."""
    return "" if len(found) < LIMIT else f"Others may fit too: {LIMIT} are shown. {EXACTLY}"


def choices(found: Sequence[Found]) -> tuple[Block, ...]:
    """Customers to choose from, by id."""
    return tuple(
        option(str(each.customer_id), each.name or each.handle, each.handle) for each in found
    )


def _may_begin(parts: Sequence[str]) -> bool:
    """Whether a time may begin here; May and June are names too, where no day follows."""
    if _MONTH.fullmatch(parts[0]):
        return len(parts) > 1 and parts[1][0].isdigit()
    return _BEGINS_WHEN.fullmatch(parts[0]) is not None


def exact(text: str) -> tuple[Block, ...]:
    """A text of any length as it stands, to the last sign: for what is confirmed by reading it."""
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return tuple(section(escape(piece)) for piece in pieces)


def _name(parts: Sequence[str]) -> str:
    return " ".join(parts).rstrip(",;")


def _commands() -> dict[str, SlashCommand]:
    parts = plugins.load("handlers.desk", "part", Part).values()
    return {name: command for part in parts for name, command in part.commands.items()}


def _usage(name: str, command: SlashCommand) -> str:
    who = " _(owner)_" if command.role is Role.OWNER else ""
    return f"`{f'{name} {command.usage}'.strip()}`{who}\n{command.help}"
