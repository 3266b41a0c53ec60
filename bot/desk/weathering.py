"""While the desk cannot be reached the owner is told by mail: what is wrong, its mend, who waits.

One mail when it begins, and a further one at most once an hour while new customers come to wait.
Cards stay owed and are posted when the desk is back (jobs/escalate.py). Inside the caller's
transaction; jobs/mail_owner.py calls it from the sweep and sends what it owes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.desk.cards import REASONS
from bot.profile import Profile
from bot.store import desk_waiting, owner_mails
from bot.store.connection import Connection
from bot.store.desk_waiting import Waiting

AWAY_FOR = timedelta(minutes=10)
"""A desk that is silent for so long is away; what it refuses it refuses at once."""
MAIL_EVERY = timedelta(hours=1)
LISTED_MAX = 30
ABOUT = "desk"
REFUSED = "Slack refuses ("
"""How the error of a refusal begins (channels/slack_api.py); only a person can mend one."""


async def find_untold(conn: Connection, *, now: datetime) -> tuple[Waiting, ...]:
    """Who waits behind a desk that is away, where the owner does not know yet; none is well."""
    waiting = await desk_waiting.list_unposted(
        conn, older_than=now - AWAY_FOR, limit=LISTED_MAX * 10
    )
    if not any(is_stuck(each, now=now) for each in waiting):
        return ()
    last = await owner_mails.find_last(conn, ABOUT)
    if last is None:
        return waiting
    is_new = any(each.created_at > last for each in waiting)
    return waiting if is_new and now - last >= MAIL_EVERY else ()


def is_stuck(waiting: Waiting, *, now: datetime) -> bool:
    """Whether this card needs a person's help: refused, or not taken for too long."""
    return waiting.post_error.startswith(REFUSED) or now - waiting.created_at > AWAY_FOR


async def owe_mail(conn: Connection, profile: Profile, *, now: datetime) -> UUID | None:
    """Owe the owner a mail where one is due; two workers at once owe one."""
    recipient = recipient_of(profile)
    if not recipient:
        return None
    await owner_mails.lock(conn)
    waiting = await find_untold(conn, now=now)
    if not waiting:
        return None
    return await owner_mails.add(
        conn,
        f"{ABOUT}:{waiting[0].escalation_id}:{now:%Y%m%d%H%M%S}",
        recipient=recipient,
        subject=f"{profile.business.name}: Slack does not take the concierge's posts",
        text=letter(waiting, profile=profile, now=now),
        now=now,
    )


def recipient_of(profile: Profile) -> str:
    """Where the owner is told; empty: nowhere."""
    return profile.desk.owner_email or profile.business.email


def letter(waiting: Sequence[Waiting], *, profile: Profile, now: datetime) -> str:
    """What the owner reads: no word of what customers wrote, but how to reach them."""
    count = len(waiting)
    lines = [
        f"{count} conversation{'s' if count > 1 else ''} wait{'' if count > 1 else 's'} for a "
        "person, and the staff channel in Slack cannot be told.",
        "",
        f"What is wrong: {mend(waiting, now=now)}",
        "",
        "Who waits:",
        *(_line(each, profile) for each in waiting[:LISTED_MAX]),
    ]
    if count > LISTED_MAX:
        lines.append(f"- and {count - LISTED_MAX} more")
    lines += [
        "",
        "They were told that a person will follow. Nothing is lost: their cards are posted by "
        "themselves as soon as Slack takes them again.",
        "On the server, `concierge desk` shows what waits, and `concierge doctor` checks Slack.",
    ]
    return "\n".join(lines)


def mend(waiting: Sequence[Waiting], *, now: datetime) -> str:
    """What is wrong with what can be done about it, as the latest try found."""
    refused = [each.post_error for each in waiting if each.post_error.startswith(REFUSED)]
    if refused:
        return refused[-1]
    said = next((each.post_error for each in reversed(waiting) if each.post_error), "no answer")
    minutes = int((now - waiting[0].created_at).total_seconds() // 60)
    return (
        f"{said}, for {minutes} minutes now. Look at https://slack-status.com and at this server's "
        "connection; nothing has to be done here once Slack answers."
    )


def _line(each: Waiting, profile: Profile) -> str:
    local = each.created_at.astimezone(ZoneInfo(profile.business.zone))
    reached = f"{each.channel} {each.address}".strip()
    who = f"{each.customer} ({reached})" if each.customer != each.address else reached
    held = f", {each.held_by} has it" if each.held_by else ""
    why = REASONS.get(each.reason, each.reason)
    why = why[:1].lower() + why[1:]
    return f"- {who}: {why}, since {local:%b} {local.day}, {local:%H:%M}{held}"
