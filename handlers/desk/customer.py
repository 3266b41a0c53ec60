"""/customer WHO: a customer's card for whoever asks, and what can be done for them from it.

Shown to who asked alone. What is done about a follow-up, a quote and a booking is other parts'; the
buttons stand on the card where there are such parts.
"""

from __future__ import annotations

from uuid import UUID

from bot import plugins
from bot.desk import customers, floor
from bot.desk.finding import find_customers
from bot.domain import AddressId, CustomerId
from bot.store import audit, customer_cards, notes, staff
from bot.store.connection import Connection, borrow
from channels.desk_blocks import context, short
from channels.desk_customer import (
    ADD_NOTE,
    BOOK,
    FOLLOW_UP,
    LIFT,
    NOTE_WINDOW,
    OPEN,
    QUOTE,
    TAKE_OVER,
    TEXT,
    card,
    note_window,
    noted_window,
    several,
    title,
)
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, SlashCommand
from handlers.desk.commanding import find_command, run_command
from handlers.desk.following import rings_of
from handlers.desk.words import asks_help, say_more, show_help

USAGE = "WHO"
ASK = (
    "Whose card? Give a number, a mailbox, a booking code or a name: `/customer Ana` or "
    "`/customer +1 415 555 0101`."
)


async def show(office: Office, asked: Asked) -> Answer:
    """The card of the one who fits, a list of the several, or what was looked for."""
    words = " ".join(asked.value.split())
    if asks_help(words):
        return show_help("/customer")
    if not words:
        return Answer(text=ASK)
    async with borrow(office.pool) as conn, conn.transaction():
        named = _as_id(words)
        if named is not None:
            return await _card(office, conn, named, asked)
        found = await find_customers(conn, office.profile, words)
        if len(found) == 1:
            return await _card(office, conn, found[0].customer_id, asked)
    if not found:
        return Answer(
            text=f"Nobody fits “{short(words, 80)}”. I looked through numbers (also by their last "
            "digits), mailboxes, booking codes and names."
        )
    shown = several(found, words)
    shown += [context(say_more(found))] if say_more(found) else []
    return Answer(text="Several customers fit.", blocks=tuple(shown))


async def open_one(office: Office, asked: Asked) -> Answer:
    """One of a list, in the list's place."""
    async with borrow(office.pool) as conn, conn.transaction():
        answer = await _card(office, conn, customers.read_id(asked.value), asked)
    return Answer(text=answer.text, blocks=answer.blocks, replaces=True)


async def take_over(office: Office, asked: Asked) -> Answer:
    """Take their conversation, from the bot or from whoever holds it."""
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        customer_id = await customers.resolve(conn, customers.read_id(asked.value))
        name = short(await _name(conn, customer_id), 80)
        talk = await customer_cards.find_talk(conn, customer_id)
        if talk is None:
            return Answer(text=f"{name} has no open conversation. Use Follow up to write to them.")
        held = await floor.take_over(office.tools, conn, talk, by=asked.by, via="customer card")
    told = f"You hold the conversation with {name} now. What you write in its thread goes to them."
    where = "Its card is being posted in the staff channel." if held.is_new else ""
    return Answer(text=f"{told} {where}".strip(), rings=rings_of(held))


async def lift(office: Office, asked: Asked) -> Answer:
    """An address that was given up is tried again, whoever presses twice."""
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        address_id = AddressId(customers.read_id(asked.value))
        await customers.lift(conn, address_id, by=asked.by.id)
    return Answer(text="What is sent from now on goes to that address again.")


async def follow_up(office: Office, asked: Asked) -> Answer:
    """The window for a message to them, as /followup opens it."""
    return await run_command(office, asked, "/followup", str(customers.read_id(asked.value)))


async def ask_note(office: Office, asked: Asked) -> Answer:
    """The window in which a note is written."""
    async with borrow(office.pool) as conn:
        customer_id = await customers.resolve(conn, customers.read_id(asked.value))
        name = await _name(conn, customer_id)
    return Answer(window=note_window(str(customer_id), name))


async def keep_note(office: Office, asked: Asked) -> Answer:
    """Keep what was written; sent off twice it is kept once."""
    said = asked.values.get(TEXT, "").strip()
    if not said:
        return Answer(errors={TEXT: "Please write something to keep."})
    if len(said) > notes.MAX_CHARS:
        return Answer(errors={TEXT: f"At most {notes.MAX_CHARS} characters; this has {len(said)}."})
    async with borrow(office.pool) as conn, conn.transaction():
        customer_id = await customers.add_note(
            office.tools, conn, asked.metadata, said, by=asked.by, key=asked.key
        )
        name = await _name(conn, customer_id)
        kept = await notes.list_latest(conn, customer_id, limit=customers.NOTES)
    return Answer(window=noted_window(name, kept))


async def _card(office: Office, conn: Connection, customer_id: CustomerId, asked: Asked) -> Answer:
    windows = {name: each.window_s for name, each in office.channels.items()}
    shown = await customers.read_card(office.tools, conn, customer_id, windows=windows)
    # Who looked at whose life stands in the log, and nothing of what they saw.
    await audit.record(
        conn,
        actor=asked.by.id,
        act="customer.shown",
        subject=str(shown.customer_id),
        detail={"via": asked.name},
    )
    blocks = card(shown, office.profile.business, more=_others())
    return Answer(text=f"Customer card: {short(title(shown), 80)}", blocks=tuple(blocks))


def _others() -> tuple[str, ...]:
    """Which buttons of other parts there are; all parts are loaded once the desk is open."""
    parts = plugins.load("handlers.desk", "part", Part).values()
    found = [act for act in (QUOTE, BOOK) if any(act in each.presses for each in parts)]
    return (*([FOLLOW_UP] if find_command("/followup") else []), *found)


def _as_id(words: str) -> CustomerId | None:
    """Somebody named by id, who may have been joined or erased since; None where it is no id."""
    try:
        return CustomerId(UUID(words))
    except ValueError:
        return None


async def _name(conn: Connection, customer_id: CustomerId) -> str:
    basics = await customer_cards.find_basics(conn, customer_id) or {}
    if basics.get("name"):
        return str(basics["name"])
    rows = await customer_cards.get(conn, customer_id)
    return str(rows.addresses[0]["value"]) if rows.addresses else "this customer"


part = Part(
    commands={
        "/customer": SlashCommand(
            run=show,
            usage=USAGE,
            help="who they are, what happened, what is booked, and how they feel",
        )
    },
    presses={
        OPEN: Act(run=open_one),
        TAKE_OVER: Act(run=take_over),
        LIFT: Act(run=lift),
        FOLLOW_UP: Act(run=follow_up),
        ADD_NOTE: Act(run=ask_note),
    },
    submits={NOTE_WINDOW: Act(run=keep_note)},
)
