"""Prices a party for staff and keeps the price: the sums, rows and words are the bot's own.

What the price tool does for a customer's words, for fields that somebody at the desk filled in.
Where the bot would leave an order to a person, somebody at the desk may decide, and says why.
Called by handlers/desk/quoting.py; nothing here asks a model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.booking import travel
from bot.booking.price_words import Told, tell, told_data
from bot.booking.pricing import price
from bot.booking.quote import CannotPrice, Order, Priced
from bot.booking.travel import Distances
from bot.booking_desk import DeskDeps
from bot.desk.people import Member
from bot.desk.talks import Talk
from bot.domain import Quote
from bot.errors import Conflict
from bot.language.slots import PartyReading, read_party
from bot.profile import Profile
from bot.store import audit, escalations, quotes
from bot.store.connection import Connection
from bot.tools.price_party import quote_of

REASON_MAX = 300
AHEAD_MAX = timedelta(days=731)
NOT_BEYOND: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be priced, as staff entered it."""

    order: Order
    place: str = ""
    """As it was typed."""
    zip_code: str = ""
    """Of the place; empty while none was named."""
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A price that is shown and not kept yet."""

    priced: Priced
    quote: Quote
    told: Told
    beyond: tuple[str, ...] = ()
    """Why the bot would have left it to a person."""


def prefilled(profile: Profile, talk: Talk, words: str) -> Wanted:
    """What the fields begin with: the price in hand, or what the customer wrote, and then `words`.

    Read by rules alone; what they miss is left empty for whoever looks at it.
    """
    quote, language = talk.situation.quote, talk.situation.language
    order = Order() if quote is None else Order.from_json(quote.order)
    zip_code = "" if quote is None else str(quote.order.get("zip_code") or "")
    texts = [*(talk.said if quote is None else ()), *([words] if words else [])]
    if not texts:
        return Wanted(order=order, place=zip_code, zip_code=zip_code)

    def is_town(phrase: str) -> bool:
        return travel.locate(profile, phrase) is not None

    known = None if quote is None else _known(order, zip_code)
    read = read_party(texts, profile, language=language, is_town=is_town, known=known)
    read_order = replace(
        order,
        counts={code: count for code, count in read.counts.items() if count},
        options=dict(read.options),
        further=dict(read.further),
        add_ons=dict(read.add_ons),
        extras=dict(read.extras),
    )
    return Wanted(order=read_order, place=read.zip_code or read.city, zip_code=read.zip_code)


def _known(order: Order, zip_code: str) -> PartyReading:
    return PartyReading(
        counts=order.counts,
        options=order.options,
        further=order.further,
        add_ons=order.add_ons,
        extras=order.extras,
        zip_code=zip_code,
    )


async def with_way(profile: Profile, distances: Distances, wanted: Wanted) -> Wanted | None:
    """The same with how far it is, as every price counts it; None where nobody knows the place."""
    if not wanted.place:
        return replace(wanted, zip_code="", order=replace(wanted.order, miles=None))
    found = travel.locate(profile, wanted.place)
    if found is None:
        # Without a price for the way, the place is only where to go.
        unpriced = replace(wanted, order=replace(wanted.order, miles=None), zip_code=wanted.place)
        return None if profile.travel is not None else unpriced
    miles = await distances.miles(profile.business.base_zip, found.zip)
    return replace(wanted, zip_code=found.zip, order=replace(wanted.order, miles=miles))


def offer(
    profile: Profile, talk: Talk, wanted: Wanted, *, now: datetime, is_decided: bool
) -> Offer:
    """The price as the tool would make it.

    Raises:
        CannotPrice: with every reason; where only a person may decide and nobody has.
    """
    try:
        priced, beyond = price(profile, wanted.order), NOT_BEYOND
    except CannotPrice as refused:
        if not (refused.needs_person and is_decided):
            raise
        beyond = tuple(reason.message for reason in refused.reasons)
        priced = price(_unlimited(profile, wanted.order.service), wanted.order)
    situation = talk.situation
    quote = quote_of(profile, situation, priced, wanted.zip_code, now)
    told = Told(
        priced=priced,
        place=wanted.place,
        is_place_known=priced.order.miles is not None,
        expires_at=quote.expires_at,
        is_update=situation.quote is not None,
        is_date_known=wanted.day is not None,
        seed=f"{situation.conversation_id} {quote.version}",
    )
    return Offer(priced=priced, quote=quote, told=told, beyond=beyond)


def _unlimited(profile: Profile, code: str) -> Profile:
    """The profile without the limits that only a person may pass."""
    code = code or profile.business.default_service
    service, way = profile.services[code], profile.travel
    bands = {
        name: band.model_copy(update={"free_with": None}) for name, band in service.bands.items()
    }
    free = service.model_copy(update={"person_over": None, "bands": bands})
    far = way and way.model_copy(update={"max_miles": Decimal(10_000)})
    services = {**profile.services, code: free}
    return profile.model_copy(update={"services": services, "travel": far})


def say_offer(profile: Profile, talk: Talk, made: Offer) -> str:
    """The price in the customer's language, as the offline model says it."""
    return tell(profile, talk.situation.language, made.told)


def facts_of(profile: Profile, made: Offer) -> dict[str, object]:
    """The price in figures that staff read."""
    return told_data(profile, "en", made.told)


async def keep(
    deps: DeskDeps, conn: Connection, talk: Talk, made: Offer, *, by: Member, decided: str
) -> Quote:
    """Keep the price for ever, under the next version of the conversation, which is locked.

    Raises:
        Conflict: the customer's price has moved on since it was shown.
    """
    in_hand = talk.situation.quote
    if in_hand is not None and in_hand.version >= made.quote.version:
        raise Conflict("another price was made in this conversation meanwhile; look at it first")
    situation = talk.situation
    await quotes.insert_quote(
        conn,
        conversation_id=situation.conversation_id,
        customer_id=situation.customer_id,
        quote=made.quote,
    )
    kept = await quotes.get(conn, made.quote.id)
    detail: dict[str, object] = {"by": by.name, "version": kept.version, "total": str(kept.total)}
    if made.beyond:
        detail |= {"beyond": list(made.beyond), "reason": decided[:REASON_MAX]}
    await audit.record(conn, actor=by.id, act="quote.made", subject=str(kept.id), detail=detail)
    if talk.held is not None:
        await escalations.want_redraw(conn, talk.held.escalation_id)
    return kept


def against_day(deps: DeskDeps, day: date) -> str:
    """Why no event can be on a day, where the business is; empty where one can."""
    if day < today(deps):
        return "This day is over."
    return "That is more than two years ahead." if day > today(deps) + AHEAD_MAX else ""


def today(deps: DeskDeps) -> date:
    """The day on the business's wall (I15)."""
    return deps.clock.now().astimezone(ZoneInfo(deps.profile.business.zone)).date()
