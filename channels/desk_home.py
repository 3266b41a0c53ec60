"""How the home tab and the status look: lists, figures and the picture, in Block Kit.

Pure: what bot/desk/homes.py and bot/desk/numbers.py read becomes blocks. Where Slack cannot fetch
the picture, rows of small blocks stand in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.desk.cards import REASONS, way
from bot.desk.homes import HomePage
from bot.desk.numbers import Status, in_words, say_share, say_span, share, sparkline, typical
from bot.follow_ups.state_words import say_title
from bot.profile import money
from bot.profile_models import Business
from bot.store.booking_lists import Listed
from bot.store.desk_homes import DueFollowUp, OpenTrouble
from bot.store.desk_numbers import Day, Money, Pause
from channels.desk_blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    header,
    link_button,
    moment,
    section,
    short,
)

COMMAND, OPEN_THREAD = "home_command", "home_open"
MAX_ALT = 2000
LINE_CHARS = 120
PAUSES = "The bot will answer nobody by itself until somebody resumes it."
STRANGER = (
    "Hello! This home belongs to the people of the staff channel. If you work here, ask to be "
    "invited there, and open this tab again."
)


def home(page: HomePage, business: Business, *, picture: str = "") -> Block:
    """The home of somebody at the desk; at most 60 blocks."""
    made: list[Block] = []
    if page.pause is not None:
        made.append(section(f":double_vertical_bar: {paused(page.pause)}"))
    made.append(actions(_commands(page), block="commands"))
    made += _troubles(page)
    made += [header(f"Today's events ({len(page.events)})"), *_events(page.events, business)]
    made += [header(f"Follow-ups due today ({len(page.follow_ups)})")]
    made.append(section("\n".join(map(_follow_up, page.follow_ups)) or "None."))
    made += [header("How it goes"), section(in_short(page.days)), *figures(page.days, picture)]
    made.append(context(f"As of {moment(page.at)}. Opening this tab brings it up to date."))
    return {"type": "home", "blocks": made}


def stranger() -> Block:
    """The home of anybody else."""
    return {"type": "home", "blocks": [section(STRANGER)]}


def figures(days: Sequence[Day], picture: str) -> list[Block]:
    """The picture with its figures for whoever cannot see it, or the figures in rows."""
    if picture:
        told = in_words(days)[:MAX_ALT]
        return [{"type": "image", "image_url": picture, "alt_text": told}]
    shares = [day.contained / day.settled if day.settled else None for day in days]
    rows = (
        ("Conversations", [float(day.conversations) for day in days]),
        ("Settled by the bot", shares),
        ("Escalations", [float(day.escalations) for day in days]),
        ("Median answer", [day.response_s for day in days]),
    )
    wide = max(len(label) for label, _ in rows)
    told = "\n".join(f"{label:<{wide}}  {sparkline(values)}" for label, values in rows)
    return [section(f"```{told}```")]


def in_short(days: Sequence[Day]) -> str:
    """The last day, and all of them together; what there is no figure of is left out."""
    whole = [
        (share(days), say_share, "settled by the bot alone"),
        (typical([day.response_s for day in days]), say_span, "for the bot's median answer"),
        (typical([day.claim_s for day in days]), say_span, "until somebody claims"),
        (typical([day.answer_s for day in days]), say_span, "until staff answer"),
    ]
    told = ", ".join(f"{say(value)} {what}" for value, say, what in whole if value is not None)
    return f"*Today:* {day_line(days[-1])}\n*{len(days)} days:* {told or 'no figures yet'}"


def day_line(day: Day) -> str:
    """One day in figures."""
    parts = [_count(day.conversations, "conversation")]
    if day.settled:
        parts.append(f"{day.contained} of {day.settled} settled by the bot alone")
    parts.append(_count(day.escalations, "escalation"))
    if day.response_s is not None:
        parts.append(f"median answer {say_span(day.response_s)}")
    return ", ".join(parts)


def money_line(made: Money, business: Business) -> str:
    """What a day brought."""
    parts = [
        f"{_count(made.quotes, 'quote')} for {say_money(business, made.quoted)}",
        f"{_count(made.bookings, 'booking')} for {say_money(business, made.booked)}",
        f"{_count(made.deposits, 'deposit')} for {say_money(business, made.paid)}",
    ]
    if made.cancellations:
        parts.append(
            f"{_count(made.cancellations, 'cancellation')} of "
            f"{say_money(business, made.cancelled)}, refunds {say_money(business, made.refunds)}"
        )
    return ", ".join(parts)


def status(
    shown: Status,
    days: Sequence[Day],
    brought: Money,
    business: Business,
    *,
    picture: str = "",
    console: str = "",
) -> list[Block]:
    """What /concierge shows."""
    made = [header(f"{business.name} concierge"), section(_health(shown))]
    made.append(section(f"{in_short(days)}\n*Money today:* {money_line(brought, business)}"))
    made += figures(days, picture)
    help_line = "`/concierge help` lists every command."
    link = f"<{console}|Web console> · " if console else ""
    made.append(context(f"{link}{help_line}"))
    return made


def paused(pause: Pause) -> str:
    """Since when and by whom the bot is paused."""
    until = f", until {moment(pause.ends_at)}" if pause.ends_at else ""
    why = f": {short(pause.reason, LINE_CHARS)}" if pause.reason else ""
    by = short(pause.started_by, 60)
    return f"*The bot is paused* by {by} since {moment(pause.started_at)}{until}{why}"


def say_money(business: Business, amount: Decimal) -> str:
    """A sum as the business writes it."""
    return money(business, amount, business.home_language)


def thread_link(channel: str, ts: str) -> str:
    """Where the card of an escalation stands; Slack finds the workspace by the channel."""
    return f"https://slack.com/archives/{channel}/p{ts.replace('.', '')}"


def _health(shown: Status) -> str:
    wait = shown.backlog
    models = ", ".join(
        f"{each.name}{f' {short(each.model, 60)}' if each.model else ''}"
        f"{f' ({each.note})' if each.note else ''}"
        for each in shown.models
    )
    lines = [
        paused(shown.pause) if shown.pause else "*The bot is answering.*",
        f"*Models, in order:* {models}",
        f"*Channels:* {short(', '.join(shown.channels), 200) or 'none is set up'}",
        f"*Escalations:* {wait.open_escalations} open, {wait.claimed_escalations} claimed",
        f"*Waiting:* {_count(wait.messages, 'message')} for an answer, "
        f"{_count(wait.replies, 'reply', 'replies')} to go out, {_count(wait.cards, 'card')} and "
        f"{_count(wait.posts, 'post')} for Slack",
    ]
    if shown.error is not None:
        at = moment(shown.error.since)
        lines.append(f"*Last error of the desk:* {short(shown.error.error, 200)} ({at})")
    return "\n".join(lines)


def _commands(page: HomePage) -> list[Block]:
    turn = ("/resume", "Resume the bot", "") if page.pause else ("/pause", "Pause the bot", PAUSES)
    named = (("/followup", "New follow-up", ""), ("/followups", "Follow-ups", ""), turn)
    return [
        button(f"{COMMAND}:{name[1:]}", label, value=name, confirm=asks)
        for name, label, asks in named
    ]


def _troubles(page: HomePage) -> list[Block]:
    count = page.open_count + page.claimed_count
    made = [header(f"Open escalations ({count})")]
    if not page.troubles:
        made.append(section("None. Every customer is looked after."))
    made += [_trouble(each) for each in page.troubles]
    left = count - len(page.troubles)
    if left > 0:
        made.append(context(f"… and {left} more in the staff channel"))
    return [*made, divider()]


def _trouble(each: OpenTrouble) -> Block:
    if each.holder:
        since = f" since {moment(each.claimed_at)}" if each.claimed_at else ""
        held = f"held by {short(each.holder, 60)}{since}"
    else:
        held = "*nobody holds it*"
    waits = f", customer waits since {moment(each.waiting_since)}" if each.waiting_since else ""
    rests = f", snoozed until {moment(each.snoozed_until)}" if each.snoozed_until else ""
    line = (
        f"*{short(each.customer, 60)}* by {short(way(each.channel), 20)}: "
        f"{short(REASONS.get(each.reason, each.reason), LINE_CHARS)}\n"
        f"opened {moment(each.created_at)}, {held}{waits}{rests}"
    )
    if not each.desk_ts:
        return section(f"{line}\n_its card is on its way_")
    url = thread_link(each.desk_channel, each.desk_ts)
    opener = link_button(f"{OPEN_THREAD}:{each.id}", "Open thread", url)
    return {**section(line), "accessory": opener}


def _events(events: Sequence[Listed], business: Business) -> list[Block]:
    if not events:
        return [section("No events are left today.")]
    told = "\n".join(event_line(each, business) for each in events[:12])
    left = len(events) - 12
    return [section(told + (f"\n… and {left} more" if left > 0 else ""))]


def event_line(each: Listed, business: Business) -> str:
    """An event with whose it is and whether enough of the crew come."""
    booking = each.booking
    lacking = booking.workers - len(booking.chefs)
    crew = ", ".join(short(chef.name, 30) for chef in booking.chefs) or "nobody"
    worker = business.worker.get("en", "worker")
    short_of = f" · :warning: {_count(lacking, worker)} missing" if lacking > 0 else ""
    return (
        f"• {moment(booking.starts_at)} `{short(booking.code, 20)}` {short(each.customer, 50)}, "
        f"{_count(booking.headcount, 'guest')}, {booking.status}, {crew}{short_of}"
    )


def _follow_up(each: DueFollowUp) -> str:
    words = short(each.text or say_title(each.cause, each.step), LINE_CHARS)
    by = f" _({short(each.planned_by, 40)})_" if each.planned_by else ""
    held = f" · held: {short(each.held, 80)}" if each.held else ""
    return f"• {moment(each.due_at)} *{short(each.customer, 60)}*: {words}{by}{held}"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
