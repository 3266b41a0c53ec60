"""`concierge autonomy`: who answers on which topic, and what a drafted one lacks to be automatic.

The rules are in bot/autonomy.py; this reads, prints and passes on.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import autonomy
from bot.autonomy import Ruling
from bot.domain_answers import TopicMode
from bot.language.intents import Intent
from bot.profile import Profile
from bot.store import topics
from bot.store.connection import Connection, borrow
from handlers.commands.base import Command
from handlers.commands.booking_pages import table
from handlers.commands.stores import open_stores

HEAD = ("TOPIC", "MODE", "BECAUSE OF", "DECIDED", "UNCHANGED", "TO BECOME AUTOMATIC")
BECAUSE = {"owner": "the owner", "profile": "the profile", "default": "the profile's default"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What the subcommands work with, inside one transaction."""

    profile: Profile
    conn: Connection


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what is so now."""
    act: Callable[[Owner, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open(environment) as owner:
        said = await act(owner, asked)
    print(said)
    return 0


@asynccontextmanager
async def _open(environment: Mapping[str, str]) -> AsyncIterator[Owner]:
    async with open_stores(environment) as (on, pool), borrow(pool) as conn, conn.transaction():
        yield Owner(profile=on.profile, conn=conn)


async def show(owner: Owner, _asked: argparse.Namespace) -> str:
    """Every intent under its agent, each with who answers it."""
    rules = owner.profile.autonomy
    known = autonomy.all_topics()
    standing = await topics.read(owner.conn, known, latest=rules.unlock_after)
    rows = []
    for intent in sorted(Intent, key=lambda each: (autonomy.agent_of(each), each.value)):
        agent = autonomy.agent_of(intent)
        ruling = autonomy.mode_of(owner.profile, standing, intent.value, agent)
        rows.append(_row(owner.profile, f"{agent}: {intent.value}", intent.value, ruling))
    return table(HEAD, rows)


def _row(profile: Profile, shown: str, intent: str, ruling: Ruling) -> tuple[str, ...]:
    because = BECAUSE[ruling.source.value]
    if ruling.topic != intent:
        because += f", for {ruling.topic}"
    if ruling.is_unlocked:
        because += ": unlocked"
    tally = ruling.tally
    share = f"{tally.unchanged * 100 // tally.decided} %" if tally.decided else "-"
    lacks = autonomy.missing(profile.autonomy, ruling) or "-"
    return (shown, ruling.mode.value, because, str(tally.decided), share, lacks)


async def choose(owner: Owner, asked: argparse.Namespace) -> str:
    """The owner decides for a topic."""
    mode = TopicMode(asked.mode)
    await autonomy.choose(owner.conn, asked.topic, mode, by=asked.by)
    return f"{asked.topic}: {mode.value} from now on, until you clear it."


async def clear(owner: Owner, asked: argparse.Namespace) -> str:
    """The profile decides again."""
    was_set = await autonomy.let_go(owner.conn, asked.topic, by=asked.by)
    return f"{asked.topic}: as the profile says{'' if was_set else '; it was so already'}."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(act=show)
    parts = parser.add_subparsers(dest="part", metavar="WHAT")
    said = "who answers on each topic (also without a word)"
    parts.add_parser("list", help=said, description=said).set_defaults(act=show)
    one = parts.add_parser("set", help="decide for a topic, whatever the profile says")
    one.add_argument("topic", metavar="TOPIC", help="an intent, or an agent for all of its intents")
    one.add_argument("mode", choices=[mode.value for mode in TopicMode])
    one.add_argument("--by", required=True, help="who decides; kept in the audit log")
    one.set_defaults(act=choose)
    one = parts.add_parser("clear", help="let the profile decide again")
    one.add_argument("topic", metavar="TOPIC")
    one.add_argument("--by", required=True, help="who decides; kept in the audit log")
    one.set_defaults(act=clear)


command = Command(help="who answers on which topic", run=run, add_arguments=_arguments)
