"""The windows and the few words about who holds a conversation. No plug-in, no decisions."""

from __future__ import annotations

from datetime import datetime

from bot.desk.floor import OUTCOMES, Floor
from channels.desk_blocks import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    escape,
    field,
    modal,
    moment,
    option,
    radio,
    section,
    text_input,
)

NOTE = "note"
NOTE_MAX = 1000
ANSWER = "answer"
OUTCOME = "outcome"
UNTIL = "until"
QUARTER, HOUR, OPENING = "15m", "1h", "opening"
CANNOT_READ = (
    "No language model is configured: what answers now works by fixed rules and cannot read this."
)


def return_window(floor: Floor, *, waits: bool, can_read: bool) -> Block:
    """Asks how the bot shall go on; `waits` says whether the customer wrote since staff's words."""
    hint = "Only the concierge reads this. It changes no price, date or rule."
    asked = text_input(lines=True, most=NOTE_MAX, placeholder="They want to keep the date; ...")
    blocks = [field(NOTE, "An instruction for the concierge", asked, optional=True, hint=hint)]
    if not can_read:
        blocks.append(context(CANNOT_READ))
    if waits:
        ticks = checkboxes([option(ANSWER, "Answer what they wrote last")], chosen=[ANSWER])
        blocks.append(field(ANSWER, "The customer waits", ticks, optional=True))
    metadata = str(floor.escalation_id)
    return modal("return", "Return to bot", blocks, submit="Return", metadata=metadata)


def resolve_window(floor: Floor) -> Block:
    """Asks what came of it."""
    options = [option(value, label) for value, label in OUTCOMES.items()]
    note = text_input(lines=True, most=NOTE_MAX)
    blocks = [
        section("Nothing is sent to the customer. When they write again, the concierge answers."),
        field(OUTCOME, "What came of it?", radio(options)),
        field(NOTE, "A note for the thread", note, optional=True),
    ]
    metadata = str(floor.escalation_id)
    return modal("resolve", "Resolve", blocks, submit="Resolve", metadata=metadata)


def snooze_window(floor: Floor, *, opening: datetime) -> Block:
    """Asks for how long nobody shall be reminded."""
    options = [
        option(QUARTER, "15 minutes"),
        option(HOUR, "1 hour"),
        option(OPENING, "Until we open tomorrow"),
    ]
    blocks = [
        field(UNTIL, "No reminders for", radio(options, value=HOUR)),
        context(f"Tomorrow we open {moment(opening)}. Whoever holds it goes on holding it."),
    ]
    metadata = str(floor.escalation_id)
    return modal("snooze", "Snooze", blocks, submit="Snooze", metadata=metadata)


def somebody_holds(floor: Floor) -> tuple[str, tuple[Block, ...]]:
    """Who holds it and since when, with the way to take over."""
    name = escape(floor.holder_name)
    since = f" since {moment(floor.held_since)}" if floor.held_since else ""
    confirm = f"{floor.holder_name} will be told in the thread, and you speak to the customer."
    label = f"Take over from {floor.holder_name}"
    take = button("take_over", label, value=str(floor.escalation_id), confirm=confirm)
    told = f"{name} holds this conversation{since}."
    return told, (section(told), actions([take]))


def you_hold(floor: Floor, *, by_buttons: bool, undo_s: int) -> str:
    """What is different from now on, for whoever has just taken it."""
    goes = "when you press Send under it" if by_buttons else f"after {undo_s} seconds"
    return (
        "You hold this conversation now, and the concierge is silent. What you write in this thread"
        f" goes to the customer {goes}; start with // to speak among yourselves."
    )
