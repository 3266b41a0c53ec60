"""How owed posts look at the desk, kind by kind: words, buttons, a draft, a list for a storm.

Pure: jobs/notice_making.py reads what they say, jobs/notify_desk.py posts them. Buttons come from
whoever owes the post, as data; every word of a customer is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from bot.desk.cards import way
from channels.desk_blocks import (
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    escape,
    header,
    moment,
    mrkdwn,
    section,
    short,
)
from channels.desk_card import MARKS

LINES_MAX = 20
BLOCKS_MAX = 50
PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")
STYLES = frozenset({"primary", "danger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """What became of a draft that waits for staff."""

    code: str
    is_open: bool
    said: str = ""
    """What was decided and by whom, in words; empty while nobody has."""
    sent_text: str = ""
    """Other words that went out in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLine:
    """One customer of a storm."""

    escalation_id: str
    customer: str
    channel: str
    reason: str
    opened_at: datetime
    severity: str = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What a post for many shows."""

    lines: tuple[StormLine, ...]
    count: int
    """Of all that still stand in it."""
    opened: int
    resolved: int


def post_blocks(text: str, extra: Mapping[str, object]) -> list[Block]:
    """A post of words: its blocks where they were made already, else the text; then its buttons."""
    given = extra.get("blocks")
    shown = list(cast("list[Block]", given)) if isinstance(given, list) else []
    shown = shown or [section(called(extra) + emphasised(text))]
    buttons = made_buttons(extra.get("buttons"))
    return [*shown[: BLOCKS_MAX - 1], *([actions(buttons)] if buttons else [])]


def called(extra: Mapping[str, object]) -> str:
    """Who is called by name, or everybody who is there; only what we wrote ourselves can call."""
    named = extra.get("mentions")
    people = [str(each) for each in named] if isinstance(named, list) else []
    words = [f"<@{each}>" for each in people if PERSON.fullmatch(each)]
    words += ["<!here>"] if extra.get("here") is True else []
    return f"{' '.join(words)} " if words else ""


def made_buttons(given: object) -> list[Block]:
    """Buttons from their data; what is no button is left out."""
    made: list[Block] = []
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping) and each.get("action") and each.get("label"):
            style = str(each.get("style") or "")
            made.append(
                button(
                    str(each["action"])[:255],
                    str(each["label"]),
                    value=str(each.get("value") or ""),
                    style=style if style in STYLES else "",  # type: ignore[arg-type]  # Looked up.
                    confirm=str(each.get("confirm") or ""),
                )
            )
    return made


def draft_blocks(text: str, state: DraftState) -> list[Block]:
    """A draft for staff to decide on; once they have, who did and no button any more."""
    shown = [section(emphasised(text))]
    if state.sent_text:
        shown.append(section(f"*Sent instead:* {cut(escape(state.sent_text), 1500)}"))
    if said := short(state.said, 300):
        shown.append(context(said))
    if not state.is_open:
        return shown
    code = state.code
    sure = "It goes to the customer as it stands."
    buttons = [
        button("draft_send", "Send", value=code, style="primary", confirm=sure),
        button("draft_edit", "Edit and send", value=code),
        button("draft_discard", "Discard", value=code, style="danger", confirm=DISCARDS),
        button("why", "Why", value=code),
    ]
    return [*shown, actions(buttons)]


DISCARDS = "The customer gets no answer from the concierge to this."


def storm_blocks(storm: Storm) -> list[Block]:
    """A line for each customer, with a button that gives them a card of their own."""
    if not storm.count:
        return [section("*All seen to.* Nobody of this rush waits here any more."), _tally(storm)]
    people = "1 customer needs" if storm.count == 1 else f"{storm.count} customers need"
    shown = [header(f"{people} a person")]
    for place, line in enumerate(storm.lines[:LINES_MAX]):
        mark = MARKS.get(line.severity, "")
        told = f"{mark}*{short(line.customer, 40)}* by {short(way(line.channel), 20)}: "
        told += f"{short(line.reason, 60)} · {moment(line.opened_at)}"
        opener = button(f"open_card:{place}", "Open", value=line.escalation_id)
        shown.append({"type": "section", "text": mrkdwn(told), "accessory": opener})
    more = storm.count - len(storm.lines[:LINES_MAX])
    if more:
        shown.append(context(f"and {more} more"))
    return [*shown, _tally(storm)]


def _tally(storm: Storm) -> Block:
    parts = [f"{storm.opened} with a card of their own" if storm.opened else ""]
    parts.append(f"{storm.resolved} resolved" if storm.resolved else "")
    told = ", ".join(filter(None, parts))
    return context(told or "So many came at once that they stand in one post.")


def emphasised(text: str) -> str:
    """A few words for staff, escaped, with what stands before the first colon in bold."""
    first, newline, more = escape(text).partition("\n")
    head, colon, rest = first.partition(": ")
    told = f"*{head}:* {rest}" if colon else head
    return cut(f"{told}{newline}{more}".strip(), MAX_SECTION) or "-"
