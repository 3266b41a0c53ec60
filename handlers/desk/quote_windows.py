"""The windows of a quote: what is wanted, and the price with what is to be done with it.

They hold what the next step needs in their metadata, which is checked again there. No part of the
desk itself; handlers/desk/quoting.py and handlers/desk/booking.py show them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

from bot.booking.moments import say_moment
from bot.booking.quote import Order
from bot.desk.quoting import REASON_MAX, Offer, Wanted, facts_of
from bot.profile import Profile
from channels.desk_blocks import (
    Block,
    context,
    divider,
    escape,
    field,
    modal,
    option,
    radio,
    section,
    select,
    short,
    text_input,
)
from handlers.desk.party_fields import Wrong, blocks_of
from handlers.desk.whom import Meant

PARTY, OFFER, DONE = "quote_party", "quote_offer", "desk_done"
STAFF, HOUSE, KEEP, BOOK = "staff", "house", "keep", "book"
METADATA_MAX = 2900


def party_window(
    profile: Profile, meant: Meant, wanted: Wanted, *, told: str = "", person: str = ""
) -> Block:
    """What is to be priced; `person` says why somebody has to decide, and asks for their reason."""
    known = {"u": str(meant.customer_id), "e": meant.card, "s": wanted.order.service}
    blocks = [section(escape(told))] if told else []
    if person:
        blocks += [
            section(f":warning: *The concierge leaves this to a person.*\n{escape(person)}"),
            field(
                "decided",
                "You may offer it all the same. Why?",
                text_input(most=REASON_MAX, lines=True),
                hint="It is kept with your name.",
            ),
        ]
    blocks += _services(profile, wanted.order.service)
    blocks += blocks_of(profile, wanted)
    return modal(PARTY, "Quote", blocks, submit="Price it", metadata=json.dumps(known))


def _services(profile: Profile, code: str) -> list[Block]:
    """Which service, where several are sold; choosing another one changes the fields."""
    if len(profile.services) < 2:
        return []
    listed = [option(name, profile.say(each.name, "en")) for name, each in profile.services.items()]
    chosen = {
        **select(listed, value=code or profile.business.default_service),
        "action_id": PARTY,
    }
    return [{"type": "actions", "block_id": "service", "elements": [chosen]}]


def offer_window(
    profile: Profile, meant: Meant, wanted: Wanted, made: Offer, *, words: str, decided: str
) -> Block:
    """The price, every line of it, with the words for the customer and what to do.

    Raises:
        Wrong: the order is longer than a window can hold.
    """
    known = {
        "u": str(meant.customer_id),
        "e": meant.card,
        "o": made.priced.order.to_json(),
        "z": wanted.zip_code,
        "p": wanted.place,
        "d": wanted.day.isoformat() if wanted.day else "",
        "r": decided[:REASON_MAX],
        "t": str(made.priced.total),
        "n": made.quote.version,
    }
    metadata = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    if len(metadata) > METADATA_MAX:
        raise Wrong({"options": "That is more than one quote can hold; leave something out."})
    blocks = [
        section("\n".join(_lines(profile, made))),
        *[context(f":warning: {escape(each)}") for each in warnings(profile, made)],
        divider(),
        field("then", "And then", radio(_deeds(), value=STAFF)),
        field("text", "What the customer reads", text_input(value=words, lines=True)),
    ]
    return modal(OFFER, "The price", blocks, submit="Do it", metadata=metadata)


def _deeds() -> list[Block]:
    return [
        option(STAFF, "Send it in my name", "You hold the conversation from then on"),
        option(HOUSE, "The concierge sends it", "And keeps the conversation, if it has it"),
        option(BOOK, "Send nothing, go on to a booking"),
        option(KEEP, "Only keep the price"),
    ]


def _lines(profile: Profile, made: Offer) -> Iterator[str]:
    facts = facts_of(profile, made)
    lines = facts["lines"]
    for line in lines if isinstance(lines, list) else ():
        label, counted = escape(str(line["label"])), f"{line['quantity']} × {line['unit_price']}"
        yield f"• {label}: {counted} = {line['amount']}"
    yield f"*Total {facts['total']}*, deposit {facts['deposit']}"
    if facts["gratuity"]:
        yield f"Gratuity {facts['gratuity']}"
    yield f"Good until {say_moment(profile, made.quote.expires_at)}"


def warnings(profile: Profile, made: Offer) -> Iterator[str]:
    """What somebody should know before it goes out."""
    facts = facts_of(profile, made)
    if facts["below_minimum_by"]:
        yield f"Below the minimum of {facts['minimum']} by {facts['below_minimum_by']}."
    if "miles" in made.priced.needs:
        yield "The place is not known, so the way is not in the price and it cannot be booked yet."
    for reason in made.beyond:
        yield f"Offered by a person's decision: {reason}."


def read_offer(known: Mapping[str, object]) -> Wanted:
    """What the window of a price was about; priced again, whatever it says."""
    stored = known.get("o")
    day = str(known.get("d") or "")
    return Wanted(
        order=Order.from_json(stored if isinstance(stored, Mapping) else {}),
        place=str(known.get("p") or ""),
        zip_code=str(known.get("z") or ""),
        day=date.fromisoformat(day) if day else None,
    )


def done_window(title: str, said: str) -> Block:
    """What was done; nothing is left to do in it."""
    return modal(DONE, title, [section(short(said, 2500))])
