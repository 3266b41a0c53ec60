"""The windows in which staff plan a message: who is meant, the preview, and what was planned.

No part of the desk itself; handlers/desk/follow_ups.py opens them. Says and shows, decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.booking_desk import DeskTools
from bot.desk.follow_up_planning import Looked
from bot.desk.whens import FORMS
from bot.follow_ups.refusing import (
    TEXT_MAX,
    home_zone,
    say_at,
    where_is,
    why_not_by,
    window_ends,
    zone_of,
)
from bot.quiet_moments import next_working
from bot.store.addressees import Way
from bot.store.finding import Found
from channels.desk_blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    option,
    radio,
    section,
    select,
    short,
    text_input,
)
from channels.text import segments
from handlers.desk.words import CHANNELS, choices, exact, say_more

PLAN = "followup"
WHO = "followup_who"
TEXT_LABEL = "What the customer reads"
WHEN_HINT = f"In our own time: {FORMS}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was entered so far."""

    when: str = ""
    text: str = ""
    when_field: str = "when"
    """The field's name; another name lets the window show another value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the window shows beside the fields."""

    at: datetime | None = None
    problem: str = ""
    """Why the time could not be read."""
    holder: str = ""
    """Who holds the conversation, by name."""


def ask_who(found: Sequence[Found], draft: Draft, *, who: str = "") -> Block:
    """The window for a customer who is not named yet, or one of several."""
    if found:
        asked = radio(choices(found))
        first = field("who", "Several fit. Who is meant?", asked)
        more = [context(say_more(found))] if say_more(found) else []
    else:
        asked = text_input(value=who, most=120, placeholder="number, mailbox, booking code or name")
        first, more = field("who", "Customer", asked), []
    return modal(
        WHO,
        "Follow up",
        (first, *more, *_fields(draft, optional=True)),
        submit="Preview",
    )


def plan_window(
    tools: DeskTools,
    looked: Looked,
    draft: Draft,
    preview: Preview,
    windows: Mapping[str, float | None],
) -> Block:
    """The preview with its fields; without a way to the customer it only says why."""
    way = looked.way
    head = section(f"*To* {_whom(looked, way)}")
    if way is None:
        why = [f"{_channel(each)}: {why_not_by(each, windows)}" for each in looked.to.ways]
        told = "\n".join(short(each, 300) for each in why) or "no address is known"
        return modal(PLAN, "Follow up", (head, section(f":no_entry: Nothing can go out.\n{told}")))
    options = [option(str(each.address_id), _channel(each)) for each in looked.ways]
    chosen = select(options, value=str(way.address_id))
    blocks = (
        head,
        field("channel", "Channel", chosen),
        *_fields(draft, optional=False),
        divider(),
        *_shown(tools, looked, draft, preview, window_ends(way, windows)),
    )
    metadata = f"{looked.to.customer_id} {draft.when_field}"
    return modal(PLAN, "Follow up", blocks, submit="Plan it", metadata=metadata)


def planned_window(tools: DeskTools, looked: Looked, at: datetime, text: str) -> Block:
    """What was planned."""
    way = looked.way
    told = f":white_check_mark: Planned for *{say_at(tools.profile, at, home_zone(tools.profile))}*"
    blocks = (
        section(f"{told}\n{_whom(looked, way)}"),
        *exact(text),
        context("All of it is looked at again before it leaves. `/followups` lists and cancels."),
    )
    return modal("followup_planned", "Planned", blocks)


def say_cost(tools: DeskTools, way: Way, text: str) -> str:
    """What it takes, counted as its channel counts; money only where the profile says a price."""
    parts = tools.render(way.channel, text)
    is_sms = way.channel == "sms"
    count = sum(segments(part) for part in parts) if is_sms else len(parts)
    said = f"{count} {'segment' if is_sms else 'message'}{'s' if count != 1 else ''}"
    price = tools.profile.costs.segment.get(way.channel)
    if price is None:
        return said
    return f"{said}, about {(price * count).normalize():f} {tools.profile.business.currency}"


def _fields(draft: Draft, *, optional: bool) -> tuple[Block, ...]:
    when = text_input(value=draft.when, most=80, placeholder="in 2 days")
    text = text_input(value=draft.text, lines=True)
    return (
        field(draft.when_field, "When", when, hint=WHEN_HINT, optional=optional),
        field("text", TEXT_LABEL, text, hint=f"At most {TEXT_MAX} characters.", optional=optional),
    )


def _shown(
    tools: DeskTools, looked: Looked, draft: Draft, preview: Preview, ends: datetime | None
) -> tuple[Block, ...]:
    """The preview: when it is there and here, what it costs, what stands against it.

    `ends` is when the channel's messaging window closes, where it has one.
    """
    way = looked.way or looked.ways[0]
    lines = [f"*Channel* {short(_channel(way), 75)}", *_moments(tools, looked, way, preview)]
    if draft.text:
        lines.append(f"*Cost* {say_cost(tools, way, draft.text)}")
    if ends is not None:
        lines.append(
            f"*Free text until* {say_at(tools.profile, ends, home_zone(tools.profile))}"
            if way.last_inbound_at
            else "*Free text* not now: they have never written there"
        )
    if preview.holder:
        holder = short(preview.holder, 60)
        lines.append(f":hand: {holder} has the conversation: it waits until they give it back.")
    against = [each.reason for each in looked.refusals]
    against += [preview.problem] if preview.problem and draft.when else []
    if against:
        lines.append("\n".join(f":no_entry: {short(each, 400)}" for each in against))
    again = button(f"{PLAN}:preview", "Preview again")
    return (section("\n".join(lines)), actions((again, *_offer(tools, looked, way, preview))))


def _offer(tools: DeskTools, looked: Looked, way: Way, preview: Preview) -> tuple[Block, ...]:
    """The next allowed moment, where the chosen one is in quiet hours or on a day off."""
    if preview.at is None:
        return ()
    allowed = next_working(tools.profile, preview.at, where_is(tools.profile, looked.to, way))
    if allowed == preview.at:
        return ()
    here = allowed.astimezone(home_zone(tools.profile))
    label = f"Use {say_at(tools.profile, allowed, home_zone(tools.profile))}"
    return (button(f"{PLAN}:next", label, value=f"{here:%Y-%m-%d %H:%M}"),)


def _moments(tools: DeskTools, looked: Looked, way: Way, preview: Preview) -> list[str]:
    if preview.at is None:
        return []
    ours, theirs = home_zone(tools.profile), zone_of(tools.profile, looked.to, way)
    lines = [f"*Here* {say_at(tools.profile, preview.at, ours)} ({ours.key})"]
    lines.append(f"*For the customer* {say_at(tools.profile, preview.at, theirs)} ({theirs.key})")
    return lines


def _whom(looked: Looked, way: Way | None) -> str:
    name = short(looked.to.name, 60)
    shown = way or (looked.to.ways[0] if looked.to.ways else None)
    handle = short(shown.handle, 60) if shown else "no address"
    return f"*{name}* · {handle}" if name else f"*{handle}*"


def _channel(way: Way) -> str:
    return f"{CHANNELS.get(way.channel, way.channel)} {way.handle}"
