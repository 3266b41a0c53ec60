"""Tells staff and owner that something is wrong with a channel, and that it is well again.

Inside the caller's transaction: a post in the staff channel and a mail to the owner, once each
however often an alarm is looked at. Called by jobs/watch_channels.py, jobs/probe_channel.py and
jobs/check_grants.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from bot.desk.weathering import recipient_of
from bot.profile import Profile
from bot.store import desk_notices, owner_mails
from bot.store.channel_alarms import Alarm
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId

NAMES = {
    "sms": "text messages",
    "whatsapp": "WhatsApp",
    "email": "e-mail",
    "slack": "Slack",
    "webchat": "the web chat",
    "ringcentral": "RingCentral",
    "voice": "telephone calls",
    "desk": "the staff channel in Slack",
}
ABOUT = "channel"
WHAT_NOW = "On the server, `concierge doctor` asks every vendor and shows what is wrong."
FOUND_MAX = 600


def name_of(channel: str) -> str:
    """What people call a channel."""
    return NAMES.get(channel, channel)


async def tell(
    conn: Connection, profile: Profile, alarm: Alarm, *, now: datetime
) -> NoticeId | None:
    """Say that an alarm is raised, with what was found; None where it was said."""
    found = f"\nWhat we found: {alarm.found[:FOUND_MAX]}" if alarm.found else ""
    # A vendor's own words may stand in it, and must not become a mention.
    said = f":rotating_light: {escape(f'{alarm.said}{found}', quote=False)}\n{WHAT_NOW}"
    letter = _Letter(
        key=f"{ABOUT}:{alarm.id}",
        subject=f"something is wrong with {name_of(alarm.channel)}",
        text=_text(alarm),
    )
    await _mail(conn, profile, letter, now=now)
    return await desk_notices.owe_post(conn, NewPost(key=f"alarm:{alarm.id}", text=said))


async def tell_end(
    conn: Connection, profile: Profile, alarm: Alarm, said: str, *, now: datetime
) -> NoticeId | None:
    """Say that it is over, to whoever was told of it; None where this was said."""
    told = f"All well again with {name_of(alarm.channel)}: {said}"
    letter = _Letter(
        key=f"{ABOUT}_over:{alarm.id}",
        subject=f"all well again with {name_of(alarm.channel)}",
        text=f"{told}\n\nWhat it was: {alarm.said}",
    )
    await _mail(conn, profile, letter, now=now)
    return await desk_notices.owe_post(conn, NewPost(key=f"alarm_over:{alarm.id}", text=told))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A mail to the owner."""

    key: str
    """The same is mailed once."""
    subject: str
    text: str


async def _mail(conn: Connection, profile: Profile, letter: _Letter, *, now: datetime) -> None:
    recipient = recipient_of(profile)
    if recipient:
        await owner_mails.add(
            conn,
            letter.key,
            recipient=recipient,
            subject=f"{profile.business.name}: {letter.subject}",
            text=letter.text,
            now=now,
        )


def _text(alarm: Alarm) -> str:
    lines = [alarm.said, ""]
    if alarm.found:
        lines += [f"What we found: {alarm.found}", ""]
    return "\n".join([*lines, WHAT_NOW.replace("`", '"')])


def at(moment: datetime, profile: Profile) -> str:
    """A moment on the business's clock."""
    local = moment.astimezone(ZoneInfo(profile.business.zone))
    return f"{local:%a %b} {local.day}, {local:%H:%M}"


def for_long(span: timedelta) -> str:
    """A span as people say it."""
    hours = span / timedelta(hours=1)
    if hours < 1.5:
        return f"{max(1, round(hours * 60))} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"
