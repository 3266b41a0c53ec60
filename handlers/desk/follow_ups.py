"""/followup: staff plan a message to a customer.

A window previews who reads what, where and when, and why it may not go; jobs/send_follow_up.py
sends, handlers/desk/follow_up_listing.py lists. No model is asked for anything here.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.desk.finding import find_customers
from bot.desk.follow_up_planning import Looked, judge, look, plan
from bot.desk.whens import read_when
from bot.domain import AddressId, CustomerId, Mode
from bot.errors import NotFound
from bot.follow_ups.refusing import Wish, home_zone
from bot.store import staff
from bot.store.connection import Connection, borrow
from channels.desk_blocks import Block
from handlers.desk.base import Act, Answer, Asked, Office, Part, SlashCommand
from handlers.desk.follow_up_windows import (
    PLAN,
    WHO,
    Draft,
    Preview,
    ask_who,
    plan_window,
    planned_window,
)
from handlers.desk.words import asks_help, show_help, split_words


async def open_follow_up(office: Office, asked: Asked) -> Answer:
    """/followup: the preview, or the question who is meant."""
    if asks_help(asked.value):
        return show_help("/followup")
    spoken = split_words(asked.value, home_zone(office.profile), now=office.clock.now())
    draft = Draft(when=spoken.when, text=spoken.text)
    if not spoken.who:
        return Answer(window=ask_who((), draft))
    async with borrow(office.pool) as conn:
        found = await find_customers(conn, office.profile, spoken.who)
        if not found:
            return show_help("/followup", f"Nobody is known as “{spoken.who[:80]}”.")
        if len(found) > 1:
            return Answer(window=ask_who(found, draft))
        return Answer(window=await _preview(office, conn, found[0].customer_id, draft))


async def choose_customer(office: Office, asked: Asked) -> Answer:
    """The window that asked who is meant was sent: the preview takes its place."""
    draft = _draft(asked.values)
    async with borrow(office.pool) as conn:
        found = await find_customers(conn, office.profile, asked.values.get("who", ""))
        if not found:
            return Answer(errors={"who": "Nobody fits: a number, mailbox, booking code or name"})
        if len(found) > 1:
            return Answer(window=ask_who(found, draft))
        return Answer(window=await _preview(office, conn, found[0].customer_id, draft))


async def preview_again(office: Office, asked: Asked) -> Answer:
    """Shows the window anew with what was entered, or with the moment that was offered."""
    named = _metadata(asked.metadata)
    draft = _draft(asked.values)
    if asked.detail == "next":
        # A field keeps what was typed for as long as it keeps its name.
        other = "when_next" if draft.when_field == "when" else "when"
        draft = Draft(when=asked.value, text=draft.text, when_field=other)
    channel = _address(asked.values.get("channel", ""))
    async with borrow(office.pool) as conn:
        return Answer(window=await _preview(office, conn, named, draft, channel))


async def plan_follow_up(office: Office, asked: Asked) -> Answer:
    """The preview was sent off: planned, or told by field why not."""
    customer_id, draft = _metadata(asked.metadata), _draft(asked.values)
    when = read_when(draft.when, home_zone(office.profile), now=office.clock.now())
    address = _address(asked.values.get("channel", ""))
    errors = {draft.when_field: when.problem} if when.at is None else {}
    if address is None:
        errors["channel"] = "choose a channel"
    if when.at is None or address is None:
        return Answer(errors=errors)
    wish = Wish(address_id=address, at=when.at, text=draft.text)
    async with borrow(office.pool) as conn, conn.transaction():
        looked = await plan(
            office.tools,
            conn,
            customer_id,
            wish,
            _windows(office),
            by=asked.by,
            key=f"follow_up:{asked.key}",
        )
    if looked.refusals:
        return Answer(errors=_by_field(looked, draft.when_field))
    return Answer(window=planned_window(office.tools, looked, when.at, draft.text))


async def _preview(
    office: Office,
    conn: Connection,
    customer_id: CustomerId,
    draft: Draft,
    address_id: AddressId | None = None,
) -> Block:
    """The window as things stand: read, judged and shown."""
    windows = _windows(office)
    looked = await look(conn, customer_id, windows, address_id=address_id)
    when = read_when(draft.when, home_zone(office.profile), now=office.clock.now())
    if looked.way is not None and when.at is not None:
        wish = Wish(address_id=looked.way.address_id, at=when.at, text=draft.text or "-")
        looked = await judge(office.tools, conn, looked, wish, windows)
    preview = Preview(at=when.at, problem=when.problem, holder=await _holder(conn, looked) or "")
    return plan_window(office.tools, looked, draft, preview, windows)


async def _holder(conn: Connection, looked: Looked) -> str:
    if looked.to.mode is not Mode.HUMAN:
        return ""
    names = await staff.read_names(conn, [looked.to.holder]) if looked.to.holder else {}
    return names.get(looked.to.holder) or "The staff desk"


def _by_field(looked: Looked, when_field: str) -> Mapping[str, str]:
    """All that stands against it, each beside its field."""
    errors: dict[str, str] = {}
    for each in looked.refusals:
        name = when_field if each.field == "when" else each.field
        errors[name] = f"{errors[name]}; {each.reason}" if name in errors else each.reason
    return errors


def _draft(values: Mapping[str, str]) -> Draft:
    name = "when_next" if "when_next" in values else "when"
    return Draft(when=values.get(name, ""), text=values.get("text", ""), when_field=name)


def _windows(office: Office) -> Mapping[str, float | None]:
    return {name: channel.window_s for name, channel in office.channels.items()}


def _metadata(metadata: str) -> CustomerId:
    return CustomerId(_uuid(metadata.partition(" ")[0]))


def _address(value: str) -> AddressId | None:
    return AddressId(_uuid(value)) if value else None


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound("what this button belonged to is not there any more") from error


part = Part(
    presses={PLAN: Act(run=preview_again)},
    submits={WHO: Act(run=choose_customer), PLAN: Act(run=plan_follow_up)},
    commands={
        "/followup": SlashCommand(
            run=open_follow_up,
            usage="CUSTOMER in 2 days: TEXT",
            help="Plan a message to a customer: by number, mailbox, booking code or name. A window "
            "shows who reads what, where, when and at what cost before anything is planned.",
        ),
    },
)
