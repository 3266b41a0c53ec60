"""/announce DATE: the owner tells everybody whose event is that day something they must know.

A window for day and words, then one that says whom it reaches, whom not and why; only then it is
owed, once. jobs/send_announcement.py writes it and tells the owner how it went.
"""

from __future__ import annotations

import json
from datetime import date, time

from bot.booking.moments import say_day
from bot.desk.announcing import AHEAD_MAX, NAMED_MAX, TEXT_MAX, Reach, announce, find_reach
from bot.desk.people import Role
from bot.desk.whens import read_when
from bot.errors import BadPayload
from bot.follow_ups.refusing import Windows, home_zone
from bot.store import announcements
from bot.store.connection import Connection, borrow
from channels.desk_blocks import (
    Block,
    checkboxes,
    context,
    date_input,
    divider,
    field,
    modal,
    option,
    section,
    short,
    text_input,
)
from handlers.desk.base import Act, Answer, Asked, Office, Part, Ring, SlashCommand
from handlers.desk.words import CHANNELS, asks_help, exact, show_help

WRITE = "announce"
CONFIRM = "announce_confirm"
ALL = "all"
END_OF_DAY = time(23, 59)


async def open_announcement(office: Office, asked: Asked) -> Answer:
    """/announce: the window, with the day that was named."""
    if asks_help(asked.value):
        return show_help("/announce")
    day = ""
    if asked.value:
        zone, now = home_zone(office.profile), office.clock.now()
        when = read_when(asked.value, zone, now=now, usual=END_OF_DAY)
        if when.at is None:
            return show_help("/announce", f"DATE: {when.problem}")
        day = when.at.astimezone(zone).date().isoformat()
    return Answer(window=_write_window(day))


async def confirm(office: Office, asked: Asked) -> Answer:
    """Day and words were entered: whom it reaches, before anything is owed."""
    errors = {}
    try:
        day = _read_day(office, asked.values.get("day", ""))
    except BadPayload as wrong:
        errors["day"] = str(wrong)
    text = asked.values.get("text", "").strip()
    if problem := _against_text(text):
        errors["text"] = problem
    if asked.values.get("who") != ALL:
        errors["who"] = "tick whom it is meant for"
    if errors:
        return Answer(errors=errors)
    async with borrow(office.pool) as conn:
        reach = await _reach(office, conn, day)
    if not reach.ways:
        return Answer(errors={"day": _nobody(reach)})
    return Answer(window=_confirm_window(day, text, reach))


async def send(office: Office, asked: Asked) -> Answer:
    """The count was confirmed: owed to exactly so many, or shown anew where they changed."""
    day, text, count = _from_metadata(asked.metadata)
    key = f"announcement:{asked.key}"
    async with borrow(office.pool) as conn, conn.transaction():
        known = await announcements.find_by_key(conn, key)
        if known is not None:
            return Answer(window=_sent_window(day, known.recipients))
        reach = await _reach(office, conn, day)
        if len(reach.ways) != count:
            return Answer(window=_confirm_window(day, text, reach, is_changed=True))
        made = await announce(office.tools, conn, day, text, reach, by=asked.by, key=key)
    rings = () if made is None else (_ring(str(made)),)
    return Answer(window=_sent_window(day, count), rings=rings)


def _write_window(day: str) -> Block:
    everybody = option(
        ALL, "I mean everybody with an event that day", "held and confirmed bookings"
    )
    hint = f"Goes out as you write it, in your language. At most {TEXT_MAX} characters."
    blocks = (
        field("day", "Day of the events", date_input(value=day)),
        field("text", "What they read", text_input(lines=True), hint=hint),
        field("who", "Please confirm", checkboxes((everybody,))),
        context("The next window says how many it reaches; nothing goes out before that."),
    )
    return modal(WRITE, "Announce", blocks, submit="Check")


def _confirm_window(day: date, text: str, reach: Reach, *, is_changed: bool = False) -> Block:
    count = len(reach.ways)
    by = ", ".join(f"{CHANNELS.get(name, name)} {n}" for name, n in reach.by_channel.items())
    head = f"*{_say(day)}*\nGoes to *{_customers(count)}*: {short(by, 300)}"
    blocks = [section(head), divider(), *exact(text), divider()]
    if is_changed:
        blocks.insert(0, section(":warning: Bookings changed meanwhile: look again."))
    if reach.unreached:
        named = [f"• {short(n, 60)}: {short(w, 200)}" for n, w in reach.unreached[:NAMED_MAX]]
        if len(reach.unreached) > NAMED_MAX:
            named.append(f"• and {len(reach.unreached) - NAMED_MAX} more")
        blocks.append(section("*Not reached*\n" + "\n".join(named)))
    if not count:
        return modal(CONFIRM, "Announce", (*blocks, context("Nobody is left to be told.")))
    metadata = json.dumps([day.isoformat(), text, count], ensure_ascii=False)
    return modal(CONFIRM, "Announce", blocks, submit="Send", metadata=metadata)


def _sent_window(day: date, count: int) -> Block:
    told = f":white_check_mark: On its way to {_customers(count)} with an event on {_say(day)}."
    return modal(
        "announce_sent",
        "Announced",
        (section(told), context("You are told here in Slack how it went.")),
    )


async def _reach(office: Office, conn: Connection, day: date) -> Reach:
    windows: Windows = {name: channel.window_s for name, channel in office.channels.items()}
    return await find_reach(office.tools, conn, day, windows, now=office.clock.now())


def _read_day(office: Office, given: str) -> date:
    """The day, not over and within a year.

    Raises:
        BadPayload: it is none.
    """
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise BadPayload("choose the day of the events") from error
    today = office.clock.now().astimezone(home_zone(office.profile)).date()
    if day < today:
        raise BadPayload("that day is over")
    if day > today + AHEAD_MAX:
        raise BadPayload("that is more than a year ahead")
    return day


def _against_text(text: str) -> str:
    if not text:
        return "write what they shall read"
    return f"at most {TEXT_MAX} characters; this has {len(text)}" if len(text) > TEXT_MAX else ""


def _nobody(reach: Reach) -> str:
    if not reach.unreached:
        return "nobody has an event, held or confirmed, on that day"
    whys = "; ".join(dict.fromkeys(why for _name, why in reach.unreached))
    return f"none of {len(reach.unreached)} can be reached: {whys[:300]}"


def _from_metadata(metadata: str) -> tuple[date, str, int]:
    try:
        day, text, count = json.loads(metadata)
        return date.fromisoformat(day), str(text), int(count)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadPayload("the window is not ours; open it again with /announce") from error


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count} customers"


def _say(day: date) -> str:
    return say_day(day, "en", "EEE, MMM d, y")


def _ring(announcement_id: str) -> Ring:
    ids = {"announcement_id": announcement_id}
    return Ring(job="send_announcement", key=announcement_id, ids=ids)


part = Part(
    submits={
        WRITE: Act(run=confirm, role=Role.OWNER),
        CONFIRM: Act(run=send, role=Role.OWNER),
    },
    commands={
        "/announce": SlashCommand(
            run=open_announcement,
            usage="DATE",
            help="Tell everybody whose event is on a day something they must know. You confirm how "
            "many it reaches before anything goes out.",
            role=Role.OWNER,
        ),
    },
)
