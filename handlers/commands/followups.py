"""`concierge followups`: what is planned and why, what staff change of it, and what rules bring.

As the desk's /followups, from a terminal: whatever changes something goes through
bot/follow_ups/managing.py, and nothing passes what is judged when it is due.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.booking_desk import DeskTools
from bot.desk.follow_up_planning import cancel as take_back
from bot.desk.people import OPERATOR
from bot.desk.whens import read_when
from bot.errors import CallerError, Conflict
from bot.follow_ups.dry_run import DAYS_MAX, Trial, try_cause
from bot.follow_ups.dry_run_words import say_tried
from bot.follow_ups.managing import LEFT, Edit, send_now
from bot.follow_ups.managing import edit as change
from bot.follow_ups.measuring import read_report
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.report_words import say_report
from bot.follow_ups.rules_words import read_rules, say_rules
from bot.follow_ups.state_words import say_state, say_title
from bot.follow_ups.ways import Lines
from bot.follow_ups.why import read_story
from bot.follow_ups.why_words import say_foretold, say_story
from bot.store import follow_up_lists
from bot.store.connection import Connection
from bot.store.follow_up_lists import Listed
from handlers.commands.base import Command
from handlers.commands.booking_pages import shown, table
from handlers.commands.stores import open_counter
from jobs.follow_up_lines import lines_of

LIST_MAX = 200
RESULT_DAYS = 30
CELL_MAX = 60
SHOWN_ID = 8
"""So many of the last letters of an id are shown; the same name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the subcommands work with, inside one transaction."""

    desk: DeskTools
    conn: Connection
    lines: Lines


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what is so now."""
    act: Callable[[Office, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open_office(environment) as office:
        said = await act(office, asked)
    print(said)
    return 0


@asynccontextmanager
async def _open_office(environment: Mapping[str, str]) -> AsyncIterator[Office]:
    async with open_counter(environment) as at:
        yield Office(desk=at.desk, conn=at.conn, lines=lines_of(at.channels))


async def list_all(office: Office, asked: argparse.Namespace) -> str:
    """What waits, soonest first."""
    listed = await follow_up_lists.list_ahead(office.conn, None, limit=asked.most)
    if not listed:
        return "No follow-ups planned."
    head = ("ID", "WHEN", "WHO", "WHAT", "WHY", "STATE")
    count = await follow_up_lists.count_ahead(office.conn, None)
    said = table(head, [_row(office, each) for each in listed])
    return said if count <= len(listed) else f"{said}\n… and {count - len(listed)} later ones"


async def why(office: Office, asked: argparse.Namespace) -> str:
    """The whole story of one."""
    wanted = await follow_up_lists.find_by_ending(office.conn, asked.id)
    story = await read_story(office.desk, office.conn, wanted, office.lines)
    told = say_story(office.desk.profile, story)
    return "\n\n".join(f"{each.head}\n{_indented(each.text)}" for each in told)


async def cancel(office: Office, asked: argparse.Namespace) -> str:
    """Take one back."""
    wanted = await follow_up_lists.find_by_ending(office.conn, asked.id)
    if await take_back(office.desk, office.conn, wanted, by=OPERATOR):
        return "Cancelled."
    listed = await follow_up_lists.get_listed(office.conn, wanted)
    said = LEFT if listed.has_left else say_state(listed.status, listed.reason)
    raise Conflict(f"ID: nothing to cancel: {said}")


async def edit(office: Office, asked: argparse.Namespace) -> str:
    """Another moment, or other words."""
    if asked.at is None and asked.text is None:
        raise CallerError("--at or --text: say what shall be another")
    wanted = await follow_up_lists.find_by_ending(office.conn, asked.id)
    at = None
    if asked.at is not None:
        zone = home_zone(office.desk.profile)
        when = read_when(asked.at, zone, now=office.desk.clock.now())
        if when.at is None:
            raise CallerError(f"--at: {when.problem}")
        at = when.at
    asks = Edit(at=at, text=asked.text)
    edited = await change(office.desk, office.conn, wanted, asks, office.lines.windows, by=OPERATOR)
    if edited.refusals:
        named = {"when": "--at", "text": "--text"}
        said = [f"{named.get(each.field, '--at')}: {each.reason}" for each in edited.refusals]
        raise Conflict("; ".join(said))
    due = say_at(office.desk.profile, edited.owed.due_at, home_zone(office.desk.profile))
    head = "Kept" if edited.is_changed else "Nothing was changed"
    return f"{head}: it goes on {due}, if it still may."


async def now(office: Office, asked: argparse.Namespace) -> str:
    """Judge one now instead of later."""
    wanted = await follow_up_lists.find_by_ending(office.conn, asked.id)
    foretold = await send_now(office.desk, office.conn, wanted, office.lines, by=OPERATOR)
    said = say_foretold(office.desk.profile, foretold)
    if foretold.outcome == "skip":
        return f"Nothing was changed: now {said}."
    return f"{said[:1].upper()}{said[1:]}. The worker judges it within a minute."


async def rules(office: Office, _asked: argparse.Namespace) -> str:
    """Each cause: on or off, since when, and how it fared."""
    found = await read_rules(office.conn, office.desk.profile, now=office.desk.clock.now())
    return "\n\n".join(say_rules(office.desk.profile, found))


async def results(office: Office, asked: argparse.Namespace) -> str:
    """What follow-ups brought."""
    until = office.desk.clock.now()
    since = until - timedelta(days=asked.days)
    report = await read_report(office.conn, office.desk.profile, since, until)
    return say_report(office.desk.profile, report)


async def try_it(office: Office, asked: argparse.Namespace) -> str:
    """What a rule would have done; nothing is sent or kept."""
    figures = dict(asked.set)
    trial = Trial(
        cause=asked.cause,
        days=asked.days,
        now=office.desk.clock.now(),
        lines=office.lines,
        render=office.desk.render,
    )
    tried = await try_cause(office.conn, office.desk.profile, trial, figures)
    said = [f"{name} = {value}" for name, value in figures.items()]
    return "\n\n".join(say_tried(office.desk.profile, tried, said))


def _row(office: Office, each: Listed) -> tuple[str, ...]:
    profile = office.desk.profile
    return (
        each.id.hex[-SHOWN_ID:],
        say_at(profile, each.due_at, home_zone(profile)),
        _cell(each.customer or "-"),
        _cell(say_title(each.cause, each.step)),
        _cell(each.because or each.text or "-"),
        _cell(say_state(each.status, each.reason)),
    )


def _cell(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= CELL_MAX else f"{words[: CELL_MAX - 1]}…"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in shown(text).splitlines())


def _figure(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not (name and equals and value):
        raise ValueError(given)
    return name.strip(), value


def _up_to(most: int) -> Callable[[str], int]:
    def number(given: str) -> int:
        found = int(given)
        if not 1 <= found <= most:
            raise ValueError(given)
        return found

    return number


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: object, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    one = part("list", list_all, "what waits, soonest first")
    one.add_argument("--most", type=_up_to(5000), default=LIST_MAX, help=f"lines ({LIST_MAX})")
    part("why", why, "the whole story of one").add_argument("id", metavar="ID")
    part("cancel", cancel, "take one back").add_argument("id", metavar="ID")
    one = part("edit", edit, "another moment or other words")
    one.add_argument("id", metavar="ID")
    one.add_argument("--at", metavar="WHEN", help='such as "Friday 14:00" or "2026-12-05 10:00"')
    one.add_argument("--text", metavar="WORDS", help='what they read; "" for the rule\'s words')
    part("now", now, "judge one now: it goes if it may").add_argument("id", metavar="ID")
    part("rules", rules, "each cause: on or off, since when, and how it fared")
    one = part("results", results, "what follow-ups brought")
    one.add_argument("--days", type=_up_to(366), default=RESULT_DAYS, help=f"({RESULT_DAYS})")
    one = part("try", try_it, "what a rule would have done in the past; nothing is sent")
    one.add_argument("cause", metavar="CAUSE", help="such as unanswered_quote")
    one.add_argument("--days", type=_up_to(DAYS_MAX), default=DAYS_MAX, help=f"({DAYS_MAX})")
    one.add_argument(
        "--set",
        type=_figure,
        action="append",
        default=[],
        metavar="FIGURE=VALUE",
        help="another figure of [follow_ups], such as quote_hours=12,48",
    )


command = Command(
    help="what is planned for whom and why, and what follow-ups bring",
    run=run,
    add_arguments=_arguments,
)
