"""/feelings: how customers felt over some days, and who is unhappy now, with the way to each.

The same figures as /console/feelings and `concierge emotions report`. Customers' own words are not
here: they stand in the threads, and in the console.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.desk.console import PATH as CONSOLE
from bot.feelings.report_words import in_words, say_valence
from bot.feelings.reporting import DAYS_MAX, USUAL, Report, read_report
from bot.store.connection import borrow
from bot.store.emotion_reports import Moment
from channels.desk_blocks import Block, context, moment, section, short
from channels.desk_home import thread_link
from handlers.desk.base import Answer, Asked, Office, Part, SlashCommand
from handlers.desk.follow_up_rules import days_of, tell
from handlers.desk.words import asks_help, show_help

ROWS_MAX = 8
"""Of a table: all that a command brings must fit into one message."""
OPEN_MAX = 12
NAME_MAX = 40


async def show_feelings(office: Office, asked: Asked) -> Answer:
    """The report of the past days, to who asked alone."""
    if asks_help(asked.value):
        return show_help("/feelings")
    days = days_of(asked.value.strip(), USUAL, DAYS_MAX)
    if days is None:
        return show_help("/feelings", f"Say from 1 to {DAYS_MAX} days.")

    async def made() -> Sequence[str | Block]:
        now = office.clock.now()
        async with borrow(office.pool) as conn:
            report = await read_report(conn, office.profile, days=days, now=now)
        return _told(office, report)

    said = f"How customers felt in {days} days"
    return Answer(text=f"{said}: counting …", after=partial(tell, office, asked, said, made))


def _told(office: Office, report: Report) -> Sequence[str | Block]:
    lines = [_line(each) for each in report.open[:OPEN_MAX]]
    if report.open_unhappy > len(lines):
        lines.append(f"... and {report.open_unhappy - len(lines)} more")
    link = f"{office.settings.base_url}{CONSOLE}/feelings"
    return (
        section("\n".join(["*Unhappy now*", *(lines or ["Nobody."])])),
        *in_words(report, most=ROWS_MAX),
        context(f"<{link}|More, with the worst moments, in the console>"),
    )


def _line(each: Moment) -> str:
    who = short(each.customer_name or "Somebody", NAME_MAX)
    held = "with staff" if each.is_with_staff else "the bot has it"
    where = thread_link(each.desk_channel, each.desk_ts) if each.desk_ts else ""
    name = f"<{where}|{who}>" if where else who
    return f"• {name}: {each.emotion.value} {say_valence(each.valence)}, {moment(each.at)}, {held}"


part = Part(
    commands={
        "/feelings": SlashCommand(
            run=show_feelings,
            usage="[DAYS]",
            help="how customers felt, who is unhappy now, and what our answers and alarms did",
        )
    }
)
