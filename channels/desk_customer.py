"""How a customer looks at the desk: the card, the list of several, the window for a note.

Pure: what bot/desk/customers.py read becomes Block Kit. Names, addresses and words are the
customer's own, so that each goes through channels/desk_blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from bot.desk.cards import OUTCOMES, REASONS, way
from bot.desk.customers import CustomerCard, Event, Reach
from bot.desk.finding import LIMIT
from bot.profile import money
from bot.profile_models import Business
from bot.store.customer_cards import Happened
from bot.store.finding import Found
from bot.store.notes import MAX_CHARS, Note
from channels.desk_blocks import (
    Block,
    actions,
    button,
    divider,
    field,
    header,
    modal,
    moment,
    section,
    short,
    text_input,
)

OPEN, TAKE_OVER, ADD_NOTE = "open_customer", "take_over_customer", "note_customer"
LIFT = "lift_address"
FOLLOW_UP, QUOTE, BOOK = "follow_up_customer", "quote_customer", "book_customer"
NOTE_WINDOW = "customer_note"
TEXT = "text"
LINE_CHARS = 140
LIFTS = 3
MEMORIES, EVENTS, REACHES = 8, 5, 6
_CONSENTS = {
    "unknown": "answers, no offers",
    "given": "agreed to offers too",
    "revoked": "opted out",
    "without_offers": "answers, no offers: they ended those",
}
_DEEDS = {
    "hold": "held",
    "agree": "agreed",
    "confirm": "deposit in",
    "change": "changed",
    "cancel": "cancelled",
    "lapse": "lapsed",
    "complete": "took place",
}


def card(shown: CustomerCard, business: Business, *, more: Sequence[str] = ()) -> list[Block]:
    """The card; `more` names the further actions of the desk that take a customer.

    At most 15 blocks and well under the vendor's 13,000 characters in all.
    """
    made = [header(title(shown)), section(_who(shown))]
    made.append(section("*Addresses*\n" + (_lines(map(_reach, shown.reaches[:REACHES])) or "none")))
    if shown.feelings:
        made.append(section(_feelings(shown)))
    made += _business(shown, business)
    if shown.memories:
        made.append(section("*Remembered*\n" + _memories(shown)))
    if shown.notes:
        made.append(section("*Notes, for staff alone*\n" + _lines(map(note_line, shown.notes))))
    told = _lines(_happened(each, business) for each in shown.timeline)
    made += [divider(), section("*Latest*\n" + (told or "nothing yet"))]
    made.append(actions(buttons(shown, more), block="customer"))
    return made


def buttons(shown: CustomerCard, more: Sequence[str]) -> list[Block]:
    """What can be done for them from here."""
    value = str(shown.customer_id)
    made = [
        button(TAKE_OVER, "Take over", value=value, style="primary"),
        button(ADD_NOTE, "Add note", value=value),
    ]
    suspended = [each for each in shown.reaches if each.trouble][:LIFTS]
    made += [
        button(
            f"{LIFT}:{each.address_id}",
            f"Try {each.handle[:40]} again",
            value=str(each.address_id),
            confirm="Write to this address again, though it could not be reached?",
        )
        for each in suspended
    ]
    named = ((FOLLOW_UP, "Follow up"), (QUOTE, "Quote"), (BOOK, "Book"))
    return made + [button(act, label, value=value) for act, label in named if act in more]


def title(shown: CustomerCard) -> str:
    """What they are called."""
    return shown.name or (shown.reaches[0].handle if shown.reaches else "Somebody without a name")


def several(found: Sequence[Found], asked: str) -> list[Block]:
    """A line with a button for each."""
    count = str(len(found)) if len(found) < LIMIT else "Several"
    made = [section(f"*{count} customers fit* “{short(asked, 80)}”")]
    for each in found:
        last = f" · last wrote {moment(each.last_at)}" if each.last_at else ""
        line = f"*{short(each.name or 'no name', 60)}* · {short(each.handle, 80)}{last}"
        opener = button(f"{OPEN}:{each.customer_id}", "Open", value=str(each.customer_id))
        made.append({**section(line), "accessory": opener})
    return made


def note_window(customer_id: str, name: str) -> Block:
    """Where a note is written."""
    words = text_input(lines=True, most=MAX_CHARS, placeholder="What should the team know?")
    shown = [
        section(f"About *{short(name, 80)}*. Only staff read it: no customer, and no model."),
        field(TEXT, "Note", words),
    ]
    return modal(NOTE_WINDOW, "Add a note", shown, submit="Keep", metadata=customer_id)


def noted_window(name: str, kept: Sequence[Note]) -> Block:
    """What the window shows once the note is kept."""
    shown = [section(f"Kept. The latest notes about *{short(name, 80)}*:")]
    shown.append(section(_lines(map(note_line, kept)) or "none"))
    return modal("noted", "Notes", shown)


def note_line(note: Note) -> str:
    """One note."""
    words = short(note.text, 3 * LINE_CHARS)
    return f"• {words}  _{short(note.written_by, 40)}, {moment(note.created_at)}_"


def _who(shown: CustomerCard) -> str:
    lines = [
        f"*Language:* {short(shown.language, 40) or 'not known'}",
        f"*Their time:* {short(shown.local_time, 80)}",
        f"*Customer since:* {_day(shown.since)}",
    ]
    if shown.holder:
        lines.append(f"*Held by:* {short(shown.holder, 60)}")
    if shown.was_joined:
        lines.append("_Who you asked for was joined with this customer._")
    return "\n".join(lines)


def _feelings(shown: CustomerCard) -> str:
    told = f"*How they feel*  {short(shown.feelings, LINE_CHARS)}"
    if shown.worst is None:
        return told
    worst = shown.worst
    line = f"{short(worst.felt, 40)} {moment(worst.at)} · {short(worst.ended, LINE_CHARS)}"
    return f"{told}\n*Worst moment*  {line}"


def _reach(reach: Reach) -> str:
    consent = _CONSENTS.get(reach.consent, reach.consent)
    line = f"• {short(way(reach.channel), 20)} {short(reach.handle, 90)} · {consent}"
    state = f"cannot be reached: {short(reach.trouble, 120)}" if reach.trouble else reach.window
    proof = f"\n   _{short(reach.proof, LINE_CHARS)}_" if reach.proof else ""
    return f"{line} · {state}{proof}"


def _business(shown: CustomerCard, business: Business) -> Iterator[Block]:
    for label, events in (("Coming up", shown.ahead), ("Past", shown.past)):
        if events:
            told = _lines(_event(each, business) for each in events[:EVENTS])
            left = len(events) - EVENTS
            yield section(f"*{label}*\n{told}" + (f"\n… and {left} more" if left > 0 else ""))
    if shown.offers:
        told = _lines(
            f"• {_money(each.total, business)} for {each.headcount} guests (version {each.version})"
            f", good until {moment(each.expires_at)}"
            for each in shown.offers
        )
        yield section(f"*Quotes in hand*\n{told}")


def _event(event: Event, business: Business) -> str:
    what = f"{event.guests} guests, {_money(event.total, business)}, {event.status}"
    return f"• `{short(event.code, 20)}` {moment(event.starts_at)} · {what}"


def _memories(shown: CustomerCard) -> str:
    return _lines(
        f"• {short(each.kind.replace('_', ' '), 30)}: {short(each.value, LINE_CHARS)}"
        for each in shown.memories[:MEMORIES]
    )


def _happened(each: Happened, business: Business) -> str:
    return f"{moment(each.at)}  {_TOLD[each.kind](each, business)}"


def _message(each: Happened, _: Business) -> str:
    who = "Customer" if each.who == "customer" else each.who.capitalize()
    words = short(each.text, LINE_CHARS) or "_no text_"
    return f"*{short(who, 30)}* by {short(way(each.what), 20)}: {words}"


def _booking(each: Happened, business: Business) -> str:
    event = f" for {moment(each.due_at)}" if each.due_at else ""
    done = _DEEDS.get(each.what, each.what)
    total = _money(each.amount, business)
    return f"*Booking* `{short(each.text, 20)}` {done}{event}, {total}"


def _quote(each: Happened, business: Business) -> str:
    return f"*Quote* {each.what}: {_money(each.amount, business)}"


def _escalation(each: Happened, _: Business) -> str:
    held = f", claimed by {short(each.who, 40)}" if each.who else ""
    return f"*Escalation*: {short(REASONS.get(each.what, each.what), 80)}{held}"


def _resolved(each: Happened, _: Business) -> str:
    by = f" by {short(each.who, 40)}" if each.who else ""
    return f"*Resolved*{by}: {short(OUTCOMES.get(each.what, each.what), 40) or 'no outcome'}"


def _follow_up(each: Happened, _: Business) -> str:
    due = f" for {moment(each.due_at)}" if each.due_at else ""
    return f"*Follow-up*{due}, {each.what}: {short(each.text, LINE_CHARS) or 'our own words'}"


def _note(each: Happened, _: Business) -> str:
    return f"*Note* by {short(each.who, 40)}: {short(each.text, LINE_CHARS)}"


_TOLD = {
    "message": _message,
    "booking": _booking,
    "quote": _quote,
    "escalation": _escalation,
    "resolved": _resolved,
    "follow_up": _follow_up,
    "note": _note,
}


def _money(amount: Decimal | None, business: Business) -> str:
    return "" if amount is None else money(business, amount, business.home_language)


def _day(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_long}}|{at:%Y-%m-%d}>"


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)
