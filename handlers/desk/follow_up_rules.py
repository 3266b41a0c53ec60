"""What /followups shows by a first word: the rules, what they brought, and a trial run.

No part of the desk itself; handlers/desk/follow_up_listing.py calls it. What may take longer than
the vendor waits is answered in words first, and whispered when it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from bot.desk.people import Role
from bot.errors import ConciergeError, VendorError
from bot.follow_ups.dry_run import DAYS_MAX, Trial, tried_causes, try_cause
from bot.follow_ups.dry_run_words import say_tried
from bot.follow_ups.margins import read_margins
from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import say_margins, say_report
from bot.follow_ups.rules_words import read_rules, say_rules
from bot.store.connection import STORE_DOWN, borrow
from channels.desk_blocks import Block, cut, escape, section, short
from handlers.desk.base import Answer, Asked, Office
from handlers.desk.words import show_help
from jobs.follow_up_lines import lines_of

RESULT_DAYS = 30
RESULT_DAYS_MAX = 366
WITHIN_S = 24.0
"""What follows an answer is given up a little later (handlers/desk/answering.py)."""
PIECE = 2800
BLOCKS_MAX = 40
TOO_LONG = "That took too long: name fewer days."

Made = Callable[[], Awaitable[Sequence[str | Block]]]


async def show_rules(office: Office, _asked: Asked, _words: str) -> Answer:
    """Each cause: on or off, since when, and how it fared."""
    now = office.clock.now()
    async with borrow(office.pool) as conn:
        rules = await read_rules(conn, office.profile, now=now)
    told = [section(escape(each)) for each in say_rules(office.profile, rules)]
    return Answer(text="The rules of follow-ups", blocks=tuple(told[:BLOCKS_MAX]))


async def show_results(office: Office, asked: Asked, words: str) -> Answer:
    """What follow-ups brought in the past days."""
    days = days_of(words.strip(), RESULT_DAYS, RESULT_DAYS_MAX)
    if days is None:
        return show_help("/followups", f"Say from 1 to {RESULT_DAYS_MAX} days.")

    async def made() -> Sequence[str]:
        now = office.clock.now()
        async with borrow(office.pool) as conn, conn.transaction(readonly=True):
            report = await read_report(conn, office.profile, now - timedelta(days=days), now)
        return (say_report(office.profile, report),)

    said = f"What follow-ups brought in {days} days"
    return Answer(text=f"{said}: counting …", after=partial(tell, office, asked, said, made))


async def show_margins(office: Office, asked: Asked, words: str) -> Answer:
    """What the events of the past days left, for the owner."""
    if not asked.by.may(Role.OWNER):
        return show_help("/followups", "What events leave is for owners.")
    days = days_of(words.strip(), RESULT_DAYS, RESULT_DAYS_MAX)
    if days is None:
        return show_help("/followups", f"Say from 1 to {RESULT_DAYS_MAX} days.")

    async def made() -> Sequence[str]:
        now = office.clock.now()
        async with borrow(office.pool) as conn, conn.transaction(readonly=True):
            found = await read_margins(conn, office.profile, now - timedelta(days=days), now)
        return (say_margins(office.profile, found),)

    said = f"What the events of {days} days left"
    return Answer(text=f"{said}: counting …", after=partial(tell, office, asked, said, made))


async def show_trial(office: Office, asked: Asked, words: str) -> Answer:
    """What a rule would have done in the past days."""
    cause, *rest = words.split() or [""]
    figures = dict(_figure(each) for each in rest if "=" in each)
    days = days_of(" ".join(each for each in rest if "=" not in each), DAYS_MAX, DAYS_MAX)
    if not cause or days is None:
        told = f"Name a cause, and from 1 to {DAYS_MAX} days: {', '.join(tried_causes())}."
        return show_help("/followups", told)

    async def made() -> Sequence[str]:
        trial = Trial(
            cause=cause,
            days=days,
            now=office.clock.now(),
            lines=lines_of(office.channels),
            render=office.tools.render,
        )
        async with borrow(office.pool) as conn, conn.transaction(readonly=True):
            tried = await try_cause(conn, office.profile, trial, figures)
        return say_tried(office.profile, tried, [f"{k} = {v}" for k, v in figures.items()])

    said = "What the rule would have done"
    return Answer(text=f"{said}: trying it …", after=partial(tell, office, asked, said, made))


async def tell(office: Office, asked: Asked, said: str, made: Made) -> None:
    """What was asked for, or why there is nothing, to who asked alone."""
    try:
        told: Sequence[str | Block]
        async with asyncio.timeout(WITHIN_S):
            told = await made()
    except ConciergeError as error:
        told = (str(error),)
    except (TimeoutError, *STORE_DOWN):
        told = (TOO_LONG,)
    blocks = [section(f"*{short(said, 100)}*"), *_pieces(told)][:BLOCKS_MAX]
    try:
        await office.desk.whisper(asked.by.id, said, blocks, channel=asked.channel)
    except VendorError:
        await office.desk.respond(asked.response_url, said, blocks, replaces=False)


def _pieces(told: Sequence[str | Block]) -> list[Block]:
    """Each paragraph as it stands, in letters of one width; long ones by whole lines."""
    made: list[Block] = []
    for each in told:
        if not isinstance(each, str):
            made.append(each)
            continue
        piece = ""
        for line in each.splitlines():
            line = cut(escape(line), PIECE)
            if len(piece) + len(line) > PIECE:
                made.append(section(f"```{piece}```"))
                piece = ""
            piece += f"{line}\n"
        made.append(section(f"```{piece}```"))
    return made


def days_of(words: str, usual: int, most: int) -> int | None:
    """A number of days; None where it is none."""
    if not words:
        return usual
    if not (words.isascii() and words.isdigit() and len(words) <= 4):
        return None
    return int(words) if 1 <= int(words) <= most else None


def _figure(said: str) -> tuple[str, str]:
    name, _, value = said.partition("=")
    return name, value
