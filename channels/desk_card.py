"""The card of an escalation in Block Kit: what staff need to know to take a conversation over.

Pure: jobs/card_making.py gathers the facts, channels/desk.py posts it. What is over is shown in
grey, without buttons.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.desk_blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    escape,
    header,
    moment,
    mrkdwn,
    quoted,
    section,
    short,
)

MAX_FIELD = 200
MAX_WHY = 500
MAX_SUMMARY = 1000
MAX_SUGGESTION = 900
MAX_FALLBACK = 1000
MAX_EXCHANGE = 6
MAX_JSON = 12_000
"""Of all blocks together; Slack's own ceiling is not documented."""
NO_SUGGESTION = "The concierge has no reply to suggest here."

MARKS = {"urgent": "🔴 Urgent: ", "high": "🟠 High: "}
"""What a pressing card begins with; the mark is seen where colours are not, and the word aloud."""

State = Literal["open", "claimed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who has it, and since when."""

    state: State = "open"
    holder: str = ""
    since: datetime | None = None
    """When it came to this state."""
    outcome: str = ""
    """How it ended, in words."""
    snoozed_until: datetime | None = None
    waiting_since: datetime | None = None
    """Since when the customer waits for staff."""
    reminded: int = 0


OPEN = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What staff need to know to take a conversation over; plain text, nothing of Slack."""

    escalation_id: str
    customer: str
    """Name and handle, or the handle where no name is known."""
    channel: str
    language: str
    reason: str
    """Why a person is needed, in words."""
    summary: str
    """What weighed, with the confidence where it was a judgement."""
    last_exchange: tuple[tuple[str, str, datetime], ...]
    """Who, what, when; oldest first."""
    opened_at: datetime
    weighed: tuple[str, ...] = ()
    """The customer's words that weighed most."""
    emotion: str = ""
    """The emotion and where it is going."""
    booking: str = ""
    """The next booking, in words."""
    quote: str = ""
    """The quote in hand, in words."""
    consent: str = ""
    """Whether and how the customer may be written to."""
    suggestion: str | None = None
    """A reply to send; empty where none could be made, None while nobody has tried."""
    standing: Standing = OPEN
    severity: str = "normal"
    """normal, high or urgent: how pressing it is."""


def fallback(card: Card) -> str:
    """The card in one line, for notifications and screen readers."""
    line = f"{_mark(card)}{card.customer} ({card.channel}) needs a person: {card.reason}"
    if _mark(card) and card.summary:
        line += f" ({card.summary})"
    if card.standing.state == "resolved":
        line = f"Done: {card.customer} ({card.channel})"
    return cut(escape(" ".join(line.split())), MAX_FALLBACK)


def blocks(card: Card) -> list[Block]:
    """The card in Block Kit: why first, then who, the last words, a reply, and what can be done.

    At most 20 blocks and at most 12,000 characters of JSON: Slack refuses more than 50 blocks,
    3,000 characters a section, and about 13,000 in all.
    """
    if card.standing.state == "resolved":
        return list(_over(card))
    before = [
        header(f"{_mark(card)}{card.customer} needs a person"),
        section(_why(card)),
        _facts(card),
    ]
    after = list(_beneath(card))
    words = _exchange(card, room=MAX_JSON - _size([*before, divider(), *after]))
    return [*before, *([divider()] if words else []), *words, *after]


def _mark(card: Card) -> str:
    return MARKS.get(card.severity, "")


def _beneath(card: Card) -> Iterator[Block]:
    if card.suggestion is not None:
        yield divider()
        yield _suggested(card.suggestion)
    yield context(status_line(card))
    yield actions(_buttons(card), block="card")


def _over(card: Card) -> Iterator[Block]:
    yield header(f"{card.customer}: done")
    yield context(status_line(card))
    facts = [_why(card), *(f"*{name}:* {short(value, MAX_FIELD)}" for name, value in _rows(card))]
    for fact in facts:
        yield context(fact)
    yield context(f"Opened {moment(card.opened_at)}")


def _why(card: Card) -> str:
    told = f"*Why:* {short(card.reason, MAX_WHY)}"
    if card.summary:
        told += f"\n{short(card.summary, MAX_SUMMARY)}"
    if card.weighed:
        words = ", ".join(f"“{short(word, 60)}”" for word in card.weighed[:3])
        told += f"\n*What weighed most:* {words}"
    return told


def _rows(card: Card) -> list[tuple[str, str]]:
    rows = [
        ("Customer", card.customer),
        ("Channel", card.channel),
        ("Language", card.language),
        ("Emotion", card.emotion),
        ("Booking", card.booking),
        ("Quote in hand", card.quote),
        ("May be written to", card.consent),
    ]
    return [(name, value) for name, value in rows if value]


def _facts(card: Card) -> Block:
    fields = [mrkdwn(f"*{name}*\n{short(value, MAX_FIELD) or '-'}") for name, value in _rows(card)]
    return {"type": "section", "fields": fields}


def _exchange(card: Card, *, room: int) -> list[Block]:
    """The last words that fit, in the order they were said; the latest find room first."""
    kept: list[Block] = []
    for who, text, at in reversed(card.last_exchange[-MAX_EXCHANGE:]):
        said = section(f"*{short(who, 60)}* · {moment(at)}\n{quoted(text)}")
        room -= _size([said])
        if room < 0:
            break
        kept.insert(0, said)
    return kept


def _suggested(suggestion: str) -> Block:
    if not suggestion:
        return context(NO_SUGGESTION)
    words = "\n".join(f">{line}" for line in escape(suggestion.strip()).split("\n"))
    return section(f"*Suggested reply*\n{cut(words, MAX_SUGGESTION)}")


def status_line(card: Card) -> str:
    """Who has it since when, what waits, and how often somebody was reminded."""
    standing = card.standing
    since = moment(standing.since or card.opened_at)
    holder = short(standing.holder, 60)
    if standing.state == "resolved":
        by = f" by {holder}" if holder else ""
        outcome = f" · {short(standing.outcome, 60)}" if standing.outcome else ""
        return f"*Resolved*{by} {since}{outcome}"
    first = (
        f"*Held by {holder}* since {since}" if standing.state == "claimed" else f"*Open* {since}"
    )
    parts = [first]
    if standing.waiting_since is not None:
        parts.append(f"customer waits since {moment(standing.waiting_since)}")
    if standing.snoozed_until is not None:
        parts.append(f"snoozed until {moment(standing.snoozed_until)}")
    if standing.reminded:
        times = "once" if standing.reminded == 1 else f"{standing.reminded} times"
        parts.append(f"reminded {times}")
    return " · ".join(parts)


def _buttons(card: Card) -> list[Block]:
    held = card.standing.state == "claimed"
    wanted = HELD if held else UNHELD
    value = card.escalation_id
    return [
        button(action, label, value=value, style="primary" if action == "claim" else "")
        for action, label in wanted
        if card.suggestion or action != "send_suggestion"
    ]


_MORE = (
    ("send_suggestion", "Send suggestion"),
    ("quote", "Quote"),
    ("book", "Book"),
    ("snooze", "Snooze"),
    ("why", "Why did you say that"),
    ("wrong", "Wrong answer"),
)
UNHELD = (("claim", "Claim"), *_MORE, ("resolve", "Resolve"))
HELD = (("return", "Return to bot"), ("resolve", "Resolve"), *_MORE)


def _size(shown: Sequence[Block]) -> int:
    return len(json.dumps(shown, ensure_ascii=False))
