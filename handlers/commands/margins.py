"""`concierge margins`: what each event leaves; bot/follow_ups/margins.py says what counts."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import timedelta

from bot.follow_ups.margins import read_margins
from bot.follow_ups.report_words import say_margins
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.commands.stores import open_stores


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the table of the events of the last days, or of those ahead."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        now = on.clock.now()
        other = now + timedelta(days=asked.days if asked.ahead else -asked.days)
        found = await read_margins(conn, on.profile, min(now, other), max(now, other))
    print(say_margins(on.profile, found))
    return 0


def _days(given: str) -> int:
    days = int(given)
    if not 1 <= days <= 3660:
        raise ValueError(given)
    return days


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_days, default=30, help="so many days (30)")
    parser.add_argument("--ahead", action="store_true", help="of the events that are ahead")


command = Command(help="what each event leaves, costs and all", run=run, add_arguments=_arguments)
