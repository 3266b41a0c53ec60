"""/pause and /resume: staff have the bot answer nobody by itself for a while."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk import pausing
from bot.desk.whens import read_span, read_when
from bot.errors import BadPayload
from bot.follow_ups.refusing import home_zone
from bot.ids import new_id
from bot.store import staff
from bot.store.connection import borrow
from bot.store.desk_notices import NoticeId
from channels.desk_blocks import short
from handlers.desk.base import Answer, Asked, Office, Part, Ring, SlashCommand
from handlers.desk.words import asks_help, show_help

LONGEST = timedelta(days=14)
REASON_MAX = 300
_WORDS = re.compile(
    r"(?:for\s+(?P<span>.+?)|until\s+(?P<until>.+?))?(?:(?:^|\s+)because\s+(?P<reason>.+))?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What was typed after /pause."""

    until: datetime | None
    reason: str


async def pause(office: Office, asked: Asked) -> Answer:
    """/pause, with or without an end and a reason; nonsense pauses nothing."""
    if asks_help(asked.value):
        return show_help("/pause")
    try:
        wish = _read(office, asked.value)
    except BadPayload as wrong:
        return show_help("/pause", str(wrong))
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return Answer(text="The concierge is paused.")
        told = await pausing.pause(
            office.tools, conn, by=asked.by, reason=wish.reason, until=wish.until, key=asked.key
        )
    words = f"Paused {pausing.say_end(office.tools, told.pause)}. The desk is told."
    words += f" Because {short(wish.reason, REASON_MAX)}." if wish.reason else ""
    return Answer(text=words, rings=_tell(told.notice_id))


async def resume(office: Office, asked: Asked) -> Answer:
    """/resume: the bot answers again, also those whom only the pause gave to staff."""
    if asked.value:
        problem = "" if asks_help(asked.value) else "/resume takes no words"
        return show_help("/resume", problem)
    async with borrow(office.pool) as conn, conn.transaction():
        told = await pausing.resume(office.tools, conn, by=asked.by)
    if told is None:
        return Answer(text="Nothing is paused: the concierge is answering.")
    rings = (*_tell(told.notice_id), Ring(job="end_pause", key=str(new_id()), ids={}))
    return Answer(text="The concierge answers again. The desk is told.", rings=rings)


def _read(office: Office, words: str) -> _Wish:
    """End and reason.

    Raises:
        BadPayload: the words say neither, or the end is no moment to come.
    """
    match = _WORDS.fullmatch(words.strip())
    if match is None:
        raise BadPayload("that says neither for how long nor why")
    reason = " ".join((match["reason"] or "").split())[:REASON_MAX]
    now = office.clock.now()
    if match["span"]:
        length = read_span(match["span"])
        if length is None or not timedelta() < length <= LONGEST:
            raise BadPayload("for how long: say minutes, hours or days, at most 14 days")
        return _Wish(until=now + length, reason=reason)
    if match["until"]:
        when = read_when(match["until"], home_zone(office.profile), now=now)
        if when.at is None or when.at > now + LONGEST:
            raise BadPayload(f"until when: {when.problem or 'at most 14 days ahead'}")
        return _Wish(until=when.at, reason=reason)
    return _Wish(until=None, reason=reason)


def _tell(notice_id: NoticeId | None) -> tuple[Ring, ...]:
    if notice_id is None:
        return ()
    return (Ring(job="notify_desk", key=str(notice_id), ids={"notice_id": str(notice_id)}),)


part = Part(
    commands={
        "/pause": SlashCommand(
            run=pause,
            usage="[for 2 hours | until 17:00] [because ...]",
            help="The concierge answers nobody by itself: every conversation comes to the desk, "
            "and customers are told that a person follows. STOP and HELP are still obeyed.",
        ),
        "/resume": SlashCommand(
            run=resume,
            usage="",
            help="The concierge answers again, also what nobody has claimed meanwhile.",
        ),
    },
)
