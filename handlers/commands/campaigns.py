"""`concierge campaigns`: write to a part of the customers, after a look at whom it reaches.

A file says who is meant and in which words; bot/follow_ups/campaign_reading.py checks it as it
checks the desk's window. Whoever has this terminal acts as the owner.
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.booking_desk import DeskTools
from bot.domain_campaigns import Campaign
from bot.errors import CallerError, Conflict, NotFound
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import Means, Preview, preview
from bot.follow_ups.campaign_reading import WORDS, pick_customers, read_campaign
from bot.follow_ups.campaign_say import say_preview, say_progress, say_state
from bot.follow_ups.refusing import home_zone
from bot.follow_ups.segments import say_segment
from bot.store import campaign_rows, campaigns
from bot.store.connection import Connection
from handlers.commands.base import Command
from handlers.commands.booking_pages import table
from handlers.commands.stores import open_counter
from jobs.plan_campaign import means_of

ACTOR = "operator"
LISTED_MAX = 50
FILE_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the subcommands work with, inside one transaction."""

    desk: DeskTools
    means: Means
    conn: Connection


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
        yield Office(desk=at.desk, means=means_of(at.channels, at.desk.render), conn=at.conn)


async def list_all(office: Office, _asked: argparse.Namespace) -> str:
    """The newest first."""
    found = await campaigns.list_recent(office.conn, limit=LISTED_MAX)
    rows = [
        (each.wanted.name, say_state(office.desk.profile, each), str(each.id)) for each in found
    ]
    return table(("NAME", "STATE", "ID"), rows) if rows else "There are none yet."


async def look(office: Office, asked: argparse.Namespace) -> str:
    """Keep a file as a draft, and say what it would come to."""
    given, digest = _read_file(asked.file, home_zone(office.desk.profile))
    profile, now = office.desk.profile, office.desk.clock.now()
    picked, problem = await pick_customers(office.conn, profile, given.get("customers", ""))
    wanted, errors = read_campaign(profile, given, picked, now=now)
    if problem:
        errors = {**errors, "customers": problem}
    if wanted is None or errors:
        lines = "\n".join(f"  {name}: {why}" for name, why in errors.items())
        raise CallerError(f"FILE: {asked.file} cannot be taken:\n{lines}")
    made = await deeds.draft(office.desk, office.conn, wanted, key=f"file:{digest}", by=ACTOR)
    seen = await _preview(office, made)
    page = _page(office, made, seen)
    if not seen.count:
        return page
    return f"{page}\n\nStart it with: concierge campaigns start {made.id} --count {seen.count}"


async def start(office: Office, asked: argparse.Namespace) -> str:
    """Let a draft run, if it reaches about as many as its preview said."""
    campaign = await _find(office, asked.campaign)
    seen = await _preview(office, campaign)
    if campaign.started_at is None and deeds.has_changed(asked.count, seen.count):
        page = _page(office, campaign, seen)
        raise Conflict(f"--count: {asked.count} was confirmed, it is {seen.count} by now:\n{page}")
    campaign = await deeds.start(office.desk, office.conn, campaign.id, count=seen.count, by=ACTOR)
    return f"{campaign.wanted.name}: {say_state(office.desk.profile, campaign)}"


async def pause(office: Office, asked: argparse.Namespace) -> str:
    """Write to nobody else until it goes on."""
    campaign = await _find(office, asked.campaign)
    campaign = await deeds.pause(office.desk, office.conn, campaign.id, by=ACTOR)
    return f"{campaign.wanted.name}: {say_state(office.desk.profile, campaign)}"


async def resume(office: Office, asked: argparse.Namespace) -> str:
    """Go on with a paused one."""
    campaign = await _find(office, asked.campaign)
    campaign = await deeds.resume(office.desk, office.conn, campaign.id, by=ACTOR)
    return f"{campaign.wanted.name}: {say_state(office.desk.profile, campaign)}"


async def stop(office: Office, asked: argparse.Namespace) -> str:
    """End it for good: whoever waits gets nothing."""
    campaign = await _find(office, asked.campaign)
    campaign, _told = await deeds.stop(office.desk, office.conn, campaign.id, by=ACTOR)
    return await _state(office, campaign)


async def show(office: Office, asked: argparse.Namespace) -> str:
    """How one stands."""
    return await _state(office, await _find(office, asked.campaign))


def _read_file(path: Path, zone: ZoneInfo) -> tuple[dict[str, str], str]:
    """The file's fields as text, moments as that zone's clock shows them, and a digest of it.

    Raises:
        CallerError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX_BYTES + 1)
        if len(raw) > FILE_MAX_BYTES:
            raise CallerError(f"FILE: {path} has more than {FILE_MAX_BYTES} bytes")
        found = tomllib.loads(raw.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CallerError(f"FILE: {path} cannot be read as TOML: {error}") from error
    given: dict[str, str] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            begins = WORDS if name == "words" else "" if name == "segment" else f"{name}."
            given |= {f"{begins}{each}": _as_text(one, zone) for each, one in value.items()}
        else:
            given[name] = _as_text(value, zone)
    return given, hashlib.sha256(raw).hexdigest()[:32]


def _as_text(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, datetime):
        here = value if value.tzinfo is None else value.astimezone(zone)
        return f"{here:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


async def _preview(office: Office, campaign: Campaign) -> Preview:
    desk = office.desk
    return await preview(
        office.conn, desk.profile, campaign.wanted, office.means, now=desk.clock.now()
    )


def _page(office: Office, campaign: Campaign, seen: Preview) -> str:
    head = f"{campaign.wanted.name}: {say_segment(campaign.wanted.segment)}"
    samples = [f"\n{channel}: {words}" for channel, words in seen.samples]
    return "\n".join([head, *say_preview(office.desk.profile, seen), *samples])


async def _state(office: Office, campaign: Campaign) -> str:
    progress = await campaign_rows.read_progress(office.conn, campaign.id)
    state = say_state(office.desk.profile, campaign)
    head = f"{campaign.wanted.name} ({campaign.id}): {state}"
    who = say_segment(campaign.wanted.segment)
    words = [f"{language}: {text}" for language, text in campaign.wanted.words.items()]
    return "\n".join([head, who, *words, say_progress(progress)])


async def _find(office: Office, named: str) -> Campaign:
    found = await campaigns.find_named(office.conn, named)
    if found is None:
        raise NotFound(
            f"CAMPAIGN: there is none called {named!r}; `concierge campaigns list` names them"
        )
    return found


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: object, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    part("list", list_all, "what there is, the newest first")
    one = part("preview", look, "keep a file as a draft and say whom it would reach")
    one.add_argument("file", metavar="FILE.toml", type=Path)
    one = part("start", start, "let a draft run")
    one.add_argument("campaign", metavar="CAMPAIGN", help="its name or id")
    one.add_argument("--count", type=int, required=True, help="how many its preview reached")
    for name, act, said in (
        ("pause", pause, "write to nobody else until it goes on"),
        ("resume", resume, "go on with a paused one"),
        ("stop", stop, "end one for good; whoever waits gets nothing"),
        ("show", show, "how one stands"),
    ):
        part(name, act, said).add_argument("campaign", metavar="CAMPAIGN", help="its name or id")


command = Command(
    help="write to a part of the customers, after a look at whom it reaches",
    run=run,
    add_arguments=_arguments,
)
