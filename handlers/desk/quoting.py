"""Quote: a button of the card, and `/quote`. Prices what staff enter and sends or keeps the price.

The sums and the words are the bot's own (bot/desk/quoting.py); the row is immutable and belongs to
the conversation. Nothing is written before the second window is sent off.
"""

from __future__ import annotations

from dataclasses import replace

from bot.booking.quote import CannotPrice, Order
from bot.desk import quoting
from bot.desk.quoting import Offer, Wanted
from bot.desk.talks import Talk, open_talk, read_talk, refuse_others, say_as_concierge, say_as_staff
from bot.domain import CustomerId, Quote
from bot.errors import CallerError, Conflict
from bot.profile import money
from bot.store import staff
from bot.store.connection import Connection, borrow
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, Ring, SlashCommand
from handlers.desk.book_windows import day_window
from handlers.desk.party_fields import Wrong, errors_of, read
from handlers.desk.quote_windows import (
    BOOK,
    HOUSE,
    OFFER,
    PARTY,
    STAFF,
    done_window,
    offer_window,
    party_window,
    read_offer,
)
from handlers.desk.talk_rings import deliver_of, rings_after, rings_of_saying
from handlers.desk.whom import WHO, Meant, read_id, ways_in

TEXT_MAX = 3000


async def _open(office: Office, conn: Connection, meant: Meant) -> Answer:
    talk = await read_talk(office.tools, conn, meant.customer_id)
    wanted = quoting.prefilled(office.profile, talk, meant.words)
    return Answer(window=party_window(office.profile, meant, wanted))


async def other_service(office: Office, asked: Asked) -> Answer:
    """Another service was chosen: its own fields, in the same window."""
    known = asked.known()
    service = asked.value if asked.value in office.profile.services else ""
    return Answer(window=party_window(office.profile, _meant(known), Wanted(order=_of(service))))


def _of(service: str) -> Order:
    return Order(service=service)


async def price_it(office: Office, asked: Asked) -> Answer:
    """Read the fields and show the price, or what is wrong with which field."""
    known = asked.known()
    meant, code = _meant(known), str(known.get("s") or "")
    decided = asked.values.get("decided", "").strip()
    try:
        wanted = await _with_way(office, read(office.profile, code, asked.values))
        async with borrow(office.pool) as conn:
            talk = await read_talk(office.tools, conn, meant.customer_id)
        made = _offer(office, talk, wanted, is_decided=bool(decided))
        words = quoting.say_offer(office.profile, talk, made)
        window = offer_window(
            office.profile, meant, wanted, made, words=words, decided=decided if made.beyond else ""
        )
    except Wrong as wrong:
        return Answer(errors=wrong.errors)
    except CannotPrice as refused:
        if refused.needs_person:
            why = "\n".join(reason.message for reason in refused.reasons)
            return Answer(window=party_window(office.profile, meant, wanted, person=why))
        return Answer(errors=errors_of(office.profile, code, refused))
    return Answer(window=window)


async def _with_way(office: Office, wanted: Wanted) -> Wanted:
    if wanted.day is not None and (why := quoting.against_day(office.tools, wanted.day)):
        raise Wrong({"day": why})
    found = await quoting.with_way(office.profile, office.distances, wanted)
    if found is None:
        raise Wrong({"place": "I do not know this place; give its ZIP."})
    return found


def _offer(office: Office, talk: Talk, wanted: Wanted, *, is_decided: bool) -> Offer:
    now = office.clock.now()
    return quoting.offer(office.profile, talk, wanted, now=now, is_decided=is_decided)


async def do_it(office: Office, asked: Asked) -> Answer:
    """Keep the price, and send it where that was chosen; once, however often it is sent off."""
    known, then = asked.known(), asked.values.get("then", "")
    text = asked.values.get("text", "").strip()
    if then in (STAFF, HOUSE) and not text:
        return Answer(errors={"text": "What shall the customer read?"})
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, f"{asked.key}:{asked.name}"):
                return QUIET
            return await _done(office, conn, asked, known)
    except CannotPrice as refused:
        return Answer(errors={"then": f"It has no price any more: {refused}"})
    except (Conflict, CallerError) as refused:
        return Answer(errors={"then": f"{str(refused).capitalize()}. Nothing was kept or sent."})


async def _done(office: Office, conn: Connection, asked: Asked, known: dict[str, object]) -> Answer:
    meant, then = _meant(known), asked.values.get("then", "")
    talk = await open_talk(office.tools, conn, meant.customer_id)
    made = _as_shown(office, talk, known)
    if then in (STAFF, HOUSE):
        refuse_others(talk, asked.by)
    decided = str(known.get("r") or "")
    quote = await quoting.keep(office.tools, conn, talk, made, by=asked.by, decided=decided)
    text = asked.values.get("text", "")[:TEXT_MAX]
    rings: tuple[Ring, ...] = rings_after(talk)
    if then == STAFF:
        said = await say_as_staff(office.tools, conn, talk, text, by=asked.by)
        rings = (*rings, *rings_of_saying(said))
    elif then == HOUSE:
        await say_as_concierge(office.tools, conn, talk, text)
        rings = (*rings, deliver_of(talk))
    elif then == BOOK:
        priced = replace(talk, situation=replace(talk.situation, quote=quote))
        window = day_window(office.tools, meant, priced, day=str(known.get("d") or ""))
        return Answer(window=window, rings=rings)
    return Answer(window=done_window("The price", _said(office, quote, then)), rings=rings)


def _as_shown(office: Office, talk: Talk, known: dict[str, object]) -> Offer:
    """The very price that was looked at.

    Raises:
        Conflict: prices, or the one in hand, have changed since.
    """
    decided = bool(known.get("r"))
    made = _offer(office, talk, read_offer(known), is_decided=decided)
    if str(made.priced.total) != known.get("t") or made.quote.version != known.get("n"):
        raise Conflict("the price has changed since it was shown; open the window again")
    return made


def _said(office: Office, quote: Quote, then: str) -> str:
    total = money(office.profile.business, quote.total, "en")
    said = f"Quote {quote.version} over {total} is kept."
    if then == STAFF:
        return f"{said} It goes to the customer in your name, and you hold the conversation."
    if then == HOUSE:
        return f"{said} The concierge sends it to the customer."
    return f"{said} Nothing was sent."


def _meant(known: dict[str, object]) -> Meant:
    customer_id = read_id(str(known.get("u")))
    if customer_id is None:
        raise CallerError("this window belongs to no customer")
    return Meant(customer_id=CustomerId(customer_id), card=str(known.get("e") or ""))


OPEN = ways_in(_open, action="quote_customer")

part = Part(
    presses={
        "quote": Act(run=OPEN.card),
        "quote_customer": Act(run=OPEN.choice),
        PARTY: Act(run=other_service),
    },
    submits={
        f"quote_customer{WHO}": Act(run=OPEN.who),
        PARTY: Act(run=price_it),
        OFFER: Act(run=do_it),
    },
    commands={
        "/quote": SlashCommand(
            run=OPEN.command,
            usage="CUSTOMER: WHAT THEY WANT",
            help="Prices a party for a customer, and sends or keeps the price: "
            "`/quote Ana: 12 adults and 3 kids in Fremont`.",
        )
    },
)
