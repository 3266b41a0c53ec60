"""Whom a command or a button is about: one customer, several to choose from, or nobody.

No part of the desk itself; the parts that quote and book call it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from bot.desk.finding import find_customers
from bot.domain import CustomerId, EscalationId
from bot.store import booking_lists
from bot.store.connection import Connection, borrow
from bot.store.finding import Found
from channels.desk_blocks import (
    MAX_VALUE,
    Block,
    actions,
    button,
    context,
    field,
    modal,
    radio,
    section,
    text_input,
)
from handlers.desk.base import Answer, Asked, Handler, Office
from handlers.desk.words import asks_help, choices, say_more, say_who, show_help

WHO = "_who"
GONE = "This card belongs to no customer any more."
_HANDLE = re.compile(r"(\S*@\S+|\+?[\d().-]*\d{4}[\d().-]*)\s+(?=\S)")
_COLON = re.compile(r"(?<!\d):|:(?!\d)|：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The customer, and what was said after them."""

    customer_id: CustomerId
    words: str = ""
    card: str = ""
    """The escalation whose card was pressed, if any."""


def split(words: str) -> tuple[str, str]:
    """CUSTOMER and WHAT of "CUSTOMER: WHAT"; after a number or mailbox no colon is needed."""
    colon = _COLON.search(words)
    if colon is not None:
        return words[: colon.start()].strip(), words[colon.end() :].strip()
    handle = _HANDLE.match(words)
    if handle is not None:
        return handle[1], words[handle.end() :].strip()
    return words.strip(), ""


async def read_command(
    office: Office, conn: Connection, asked: Asked, *, action: str
) -> Meant | Answer:
    """The customer of a command; several are shown with buttons of that action.

    Where nobody is named, a window asks; its name is that of the action and WHO.
    """
    who, what = split(asked.value)
    if asks_help(asked.value):
        return show_help(asked.name)
    if not who:
        return Answer(window=_ask_who((), f"{action}{WHO}", what))
    found = await find_customers(conn, office.profile, who)
    if not found and what and not _COLON.search(asked.value):
        found = await find_customers(conn, office.profile, asked.value)
        what = ""
    if not found:
        return show_help(asked.name, "I know no customer of that name, number or mailbox.")
    if len(found) > 1:
        return _which(found, what, action)
    return Meant(customer_id=found[0].customer_id, words=what)


async def read_who(office: Office, conn: Connection, asked: Asked) -> Meant | Answer:
    """The customer that was entered or chosen in the window that asks for one."""
    who = asked.values.get("one") or asked.values.get("who", "")
    what = asked.values.get("what", "")
    found = await find_customers(conn, office.profile, who)
    if not found:
        return Answer(errors={"who": "Nobody fits: a number, mailbox, booking code or name."})
    if len(found) > 1:
        return Answer(window=_ask_who(found, asked.name, what))
    return Meant(customer_id=found[0].customer_id, words=what)


def _ask_who(found: tuple[Found, ...], name: str, what: str) -> Block:
    """Nobody is named yet, or several fit."""
    if found:
        asks = field("one", "Several fit. Who is meant?", radio(choices(found)))
        more = [context(say_more(found))] if say_more(found) else []
    else:
        typed = text_input(most=120, placeholder="number, mailbox, booking code or name")
        asks, more = field("who", "Customer", typed), []
    words = text_input(value=what, most=500, lines=True)
    wanted = field("what", "What they want, in words", words, optional=True)
    return modal(name, "Which customer?", (asks, *more, wanted), submit="Go on")


def _which(found: tuple[Found, ...], what: str, action: str) -> Answer:
    said = "Several customers fit. Which one?"
    blocks = [section(said)]
    for place, each in enumerate(found):
        value = f"{each.customer_id} {what}"[:MAX_VALUE].strip()
        blocks += [
            section(say_who(each)),
            actions([button(f"{action}:{place}", "This one", value=value)]),
        ]
    blocks += [context(say_more(found))] if say_more(found) else []
    return Answer(text=said, blocks=tuple(blocks))


async def read_card(conn: Connection, asked: Asked) -> Meant | None:
    """The customer of a card that was pressed; None where there is none any more."""
    escalation_id = read_id(asked.value)
    if escalation_id is None:
        return None
    found = await booking_lists.find_customer_of(conn, EscalationId(escalation_id))
    return None if found is None else Meant(customer_id=found, card=str(escalation_id))


def read_choice(asked: Asked) -> Meant | None:
    """The customer of a button that names one, with what was typed before it."""
    first, _, words = asked.value.partition(" ")
    customer_id = read_id(first)
    return None if customer_id is None else Meant(customer_id=CustomerId(customer_id), words=words)


def read_id(text: str) -> UUID | None:
    """An id that came back from the desk; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """How a window about a customer is reached; each is what an `Act` runs."""

    card: Handler
    choice: Handler
    """The customer card, or one of several that a command could have meant."""
    command: Handler
    who: Handler
    """The window that asked whom a command without words is about."""


def ways_in(
    window: Callable[[Office, Connection, Meant], Awaitable[Answer]], *, action: str
) -> WaysIn:
    """All ways to `window`; `action` is the choice's."""

    async def card(office: Office, asked: Asked) -> Answer:
        async with borrow(office.pool) as conn:
            meant = await read_card(conn, asked)
            return Answer(text=GONE) if meant is None else await window(office, conn, meant)

    async def choice(office: Office, asked: Asked) -> Answer:
        meant = read_choice(asked)
        if meant is None:
            return Answer(text=GONE)
        async with borrow(office.pool) as conn:
            return await window(office, conn, meant)

    async def command(office: Office, asked: Asked) -> Answer:
        async with borrow(office.pool) as conn:
            meant = await read_command(office, conn, asked, action=action)
            return meant if isinstance(meant, Answer) else await window(office, conn, meant)

    async def who(office: Office, asked: Asked) -> Answer:
        async with borrow(office.pool) as conn:
            meant = await read_who(office, conn, asked)
            return meant if isinstance(meant, Answer) else await window(office, conn, meant)

    return WaysIn(card=card, choice=choice, command=command, who=who)
