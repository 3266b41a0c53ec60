"""`concierge emotions report`: how customers felt over some days, in figures.

The same as the console's page (handlers/console/feelings.py). Words of customers come only where
they are asked for, and that is noted. handlers/commands/emotions.py adds it to its subcommands.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.desk.people import OPERATOR
from bot.errors import CallerError
from bot.feelings.report_words import as_csv, in_words, say_valence
from bot.feelings.reporting import DAYS_MAX, USUAL, Report, read_report
from bot.store import audit
from bot.store.connection import borrow
from bot.store.emotion_reports import WORDS_MAX, Moment
from handlers.commands.booking_pages import shown, table
from handlers.commands.stores import open_stores

HEADS = ("WHEN", "FELT", "CHANNEL", "WITH", "CONVERSATION", "WORDS")


async def report(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print it."""
    if not 1 <= asked.days <= DAYS_MAX:
        raise CallerError(f"--days: from 1 to {DAYS_MAX}")
    if asked.csv and asked.words:
        raise CallerError("--words: a table for other programs has none")
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        now = on.clock.now()
        found = await read_report(
            conn, on.profile, days=asked.days, now=now, with_words=asked.words
        )
        if asked.words:
            shown = {"days": asked.days, "moments": len(found.worst)}
            await audit.record(
                conn, actor=OPERATOR.id, act="emotion.quoted", subject="report", detail=shown
            )
        zone = ZoneInfo(on.profile.business.zone)
    print(as_csv(found).rstrip("\n") if asked.csv else say_report(found, zone))
    return 0


def say_report(found: Report, zone: ZoneInfo) -> str:
    """All of it as plain text."""
    parts = [*in_words(found)]
    if found.open:
        rows = [_row(each, zone) for each in found.open]
        parts.append(f"Unhappy now: {found.open_unhappy}\n{table(HEADS[:-1], rows)}")
    if found.worst:
        rows = [(*_row(each, zone), _words(each)) for each in found.worst]
        parts.append(f"Worst moments\n{table(HEADS, rows)}")
    return "\n\n".join(parts)


def _row(each: Moment, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{each.emotion.value} {say_valence(each.valence)}",
        each.channel,
        "staff" if each.is_with_staff else "bot",
        str(each.conversation_id),
    )


def _words(each: Moment) -> str:
    """In one line; whatever a terminal would obey is left out."""
    said = " ".join(shown(each.words).split())
    return said if len(said) <= WORDS_MAX else f"{said[:WORDS_MAX]}…"


def add_report(parser: argparse.ArgumentParser) -> None:
    """The arguments of `report`."""
    parser.add_argument("--days", type=int, default=USUAL, metavar="N", help="up to today")
    parser.add_argument("--csv", action="store_true", help="every figure on a line of its own")
    parser.add_argument("--words", action="store_true", help="with what customers wrote; noted")
