"""`concierge emotions rescore` and `backlog`: reading old messages anew, and what waits.

handlers/commands/emotions.py adds both to its subcommands. The work is jobs/rescore_emotions.py's.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.deps import Deps
from bot.store import rescorings, unscored
from bot.store.connection import borrow
from bot.store.rescorings import Rescoring
from bot.store.unscored import Backlog
from handlers.commands.stores import open_stores
from jobs.assembly import build_deps
from jobs.rescore_emotions import go_on

SAID_EVERY = 10
"""Batches between two lines of progress."""


async def rescore(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Ask for it, and unless it shall be the workers' do it here, saying how far it is."""
    async with open_stores(environment) as (on, pool):
        deps = build_deps(on.settings, on.profile, pool=pool, clock=on.clock, channels={})
        try:
            since = _begin(asked.since, deps.zone)
            async with borrow(pool) as conn, conn.transaction():
                now = on.clock.now()
                going = await rescorings.ask(conn, scorer=deps.reader.scorer, since=since, now=now)
            print(f"By {going.scorer}: {say_progress(going)}. The older readings are kept.")
            print("The workers do it." if asked.later else await _work(deps, going))
        finally:
            await deps.model.close()
    return 0


async def _work(deps: Deps, going: Rescoring) -> str:
    """Go on until it ends, or is another one's to go on with."""
    count = 0
    async with aclosing(go_on(deps)) as steps:
        async for going in steps:
            count += 1
            if count % SAID_EVERY == 0:
                print(say_progress(going), flush=True)
    async with borrow(deps.pool) as conn:
        is_open = await rescorings.find_open(conn) is not None
    if is_open:
        return (
            f"{say_progress(going)}. Fresh messages come first, or somebody else is at it: the "
            "workers go on, and `concierge emotions backlog` says how far they are."
        )
    return f"Done: {going.read_count:,} messages read."


async def backlog(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print what waits."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        waiting = await unscored.read_backlog(conn)
        going = await rescorings.find_open(conn)
        now = on.clock.now()
    print(say_backlog(waiting, now))
    if going is not None:
        print(f"Being read anew by {going.scorer}: {say_progress(going)}.")
    return 0


def say_backlog(waiting: Backlog, now: datetime) -> str:
    """What waits for its first reading, in a line."""
    if not waiting.count:
        return "No message waits to be read."
    noun = "message waits" if waiting.count == 1 else "messages wait"
    return f"{waiting.count:,} {noun} to be read, the oldest for {waiting.age_s(now):,.0f} s."


def say_progress(going: Rescoring) -> str:
    """How far it is."""
    total = max(going.total, going.read_count)
    share = f" ({going.read_count / total:.0%})" if total else ""
    return f"{going.read_count:,} of {total:,} messages read{share}"


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The first moment of that day where the business is."""
    return datetime.combine(day, time(), zone).astimezone(UTC) if day is not None else None


def add_rescore(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rescore`."""
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DATE", help="only what came in since"
    )
    parser.add_argument("--later", action="store_true", help="leave it to the workers")
