"""`concierge desk`: what waits at the staff desk, read from the database alone.

For when Slack is away: who waits, who has them, which cards Slack did not take and why.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.desk.cards import REASONS
from bot.profile import Profile
from bot.store import channel_alarms, desk_waiting
from bot.store.connection import borrow
from bot.store.desk_waiting import OwedPost, Paused, Waiting
from handlers.commands.base import Command
from handlers.commands.stores import open_stores

OPEN_MAX = 200
KINDS = {
    "notice": "notices",
    "draft": "drafts",
    "thread": "posts in threads",
    "customer": "customers' words in threads",
    "reminder": "reminders",
    "person": "posts to one person",
    "brief": "morning briefs",
    "bundle": "posts for several customers",
    "question": "proposals",
}


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print what waits."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        waiting = await desk_waiting.list_open(conn, limit=OPEN_MAX)
        owed = await desk_waiting.list_owed(conn)
        pause = await desk_waiting.find_pause(conn)
        alarms = await channel_alarms.list_open(conn)
        now, profile = on.clock.now(), on.profile
    for alarm in alarms:
        print(f"ALARM since {_at(alarm.since, profile)}: {alarm.said} {alarm.found}".rstrip())
    print("\n".join(page(waiting, owed, pause, profile=profile, now=now)))
    return 0


def page(
    waiting: Sequence[Waiting],
    owed: Sequence[OwedPost],
    pause: Paused | None,
    *,
    profile: Profile,
    now: datetime,
) -> Iterator[str]:
    """All of it, a line for each."""
    if pause is not None:
        yield _paused(pause, profile)
    if not waiting:
        yield "Nobody waits for a person."
    for each in waiting:
        yield from _case(each, profile, now)
    if len(waiting) == OPEN_MAX:
        yield f"... and perhaps more; only {OPEN_MAX} are listed."
    for post in owed:
        error = f": {post.error}" if post.error else ""
        kind = KINDS.get(post.kind, post.kind)
        yield f"Owed to Slack: {post.count} {kind}, since {_at(post.oldest, profile)}{error}"


def _paused(pause: Paused, profile: Profile) -> str:
    until = f", until {_at(pause.ends_at, profile)}" if pause.ends_at else ""
    why = f": {pause.reason}" if pause.reason else ""
    since = _at(pause.started_at, profile)
    return f"PAUSED by {pause.started_by} since {since}{until}{why}. The bot answers nobody."


def _case(each: Waiting, profile: Profile, now: datetime) -> Iterator[str]:
    reached = f"{each.channel} {each.address}".strip()
    who = f"{each.customer} ({reached})" if each.customer != each.address else reached
    yield f"{who}: {REASONS.get(each.reason, each.reason)}, {_since(each.created_at, now)}"
    yield f"  {_holder(each, profile, now)}"
    if each.waiting_since is not None:
        yield f"  the customer waits for an answer {_since(each.waiting_since, now)}"
    if each.post_status in ("queued", "posting"):
        tried = f"tried {each.post_attempts} time(s)" if each.post_attempts else "not tried yet"
        yield f"  the card is NOT in Slack, {tried}. {each.post_error}".rstrip()
    elif each.post_status == "bundled":
        yield "  stands as a line of one post for several customers"


def _holder(each: Waiting, profile: Profile, now: datetime) -> str:
    if each.snoozed_until is not None and each.snoozed_until > now:
        return f"snoozed until {_at(each.snoozed_until, profile)}"
    return f"{each.held_by} has it" if each.held_by else "nobody has it"


def _since(at: datetime, now: datetime) -> str:
    minutes = max(0, int((now - at) / timedelta(minutes=1)))
    if minutes < 60:
        return f"for {minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"for {hours} h {rest} min" if hours < 48 else f"for {hours // 24} days"


def _at(at: datetime, profile: Profile) -> str:
    return f"{at.astimezone(ZoneInfo(profile.business.zone)):%Y-%m-%d %H:%M}"


command = Command(help="what waits at the staff desk, even while Slack is away", run=run)
