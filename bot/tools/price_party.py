"""Prices a party and keeps the price as an immutable quote, version after version.

The sums are bot/booking/pricing.py's; this reads the arguments, finds the distance, words the
result and holds the quote back until the turn commits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.booking import travel
from bot.booking.price_words import Told, tell, told_data
from bot.booking.pricing import price, price_range
from bot.booking.quote import CannotPrice, Order, Priced, Refusal
from bot.clock import FrozenClock
from bot.domain import Direction, Quote, QuoteId, QuoteLine
from bot.errors import ToolFailed
from bot.ids import new_id
from bot.language.numbers import fold
from bot.language.slot_masks import find_date
from bot.language.wording import say
from bot.profile import Profile
from bot.situation import Situation
from bot.store import quotes
from bot.store.connection import Connection
from bot.tools.base import Arguments, Escalate, Tool, ToolContext, ToolResult
from bot.tools.party_arguments import PriceParty, fewest_of, order_of

PERSON_DECIDES = {
    Refusal.LARGE_PARTY: "too_large",
    Refusal.TOO_FAR: "too_far",
    Refusal.NEEDS_COMPANION: "needs_company",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the event is, as far as it is known."""

    named: str = ""
    """As the customer named it."""
    zip_code: str = ""
    miles: Decimal | None = None
    """One way by road from the base."""


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Price, word, and keep the quote when the turn commits."""
    asked = PriceParty.model_validate(arguments)
    situation, profile = context.situation, context.deps.profile
    destination = _destination(profile, situation, asked)
    if destination.zip_code and destination.miles is None:
        base = profile.business.base_zip
        miles = await context.deps.distances.miles(base, destination.zip_code)
        destination = replace(destination, miles=miles)
    result = price_party(profile, situation, asked, now=context.now, destination=destination)
    quote = result.quote
    if quote is None:
        return result

    async def keep(conn: Connection) -> None:
        await quotes.insert_quote(
            conn,
            conversation_id=situation.conversation_id,
            customer_id=situation.customer_id,
            quote=quote,
        )

    return replace(result, effects=(keep,))


def price_party(
    profile: Profile,
    situation: Situation,
    asked: PriceParty,
    *,
    now: datetime,
    destination: Destination | None = None,
) -> ToolResult:
    """The pure part: the priced and worded result, with the quote but without its effect.

    Without a destination, the place is looked up and its miles are the bundled table's.

    Raises:
        ToolFailed: a code, count or place is wrong; the message names the field.
    """
    if destination is None:
        found = _destination(profile, situation, asked)
        estimate = travel.road_miles(profile, found.zip_code)
        destination = replace(found, miles=estimate if found.miles is None else found.miles)
    try:
        order = order_of(profile, asked, destination.miles)
        least, priced = _priced(profile, asked, order)
    except CannotPrice as refused:
        return _refused(refused, situation)
    quote = quote_of(profile, situation, priced, destination.zip_code, now)
    told = Told(
        priced=priced,
        least=least,
        place=destination.named,
        is_place_known=destination.miles is not None,
        expires_at=quote.expires_at,
        is_update=situation.quote is not None,
        is_date_known=_has_date(situation),
        seed=f"{situation.conversation_id} {quote.version}",
    )
    return ToolResult(
        data=told_data(profile, situation.language, told),
        worded=tell(profile, situation.language, told),
        quote=quote,
    )


def _priced(profile: Profile, asked: PriceParty, order: Order) -> tuple[Priced | None, Priced]:
    """The lower end, where the customer gave a range, and what the quote is for."""
    fewest = fewest_of(asked, order)
    if fewest is None:
        return None, price(profile, order)
    return price_range(profile, order, fewest)


def _destination(profile: Profile, situation: Situation, asked: PriceParty) -> Destination:
    """The place as the customer named it, or the last quote's where none is named now.

    For the same ZIP its miles hold, so that a customer is never charged two ways to one place.
    """
    stored = situation.quote.order if situation.quote else {}
    last = str(stored.get("zip_code") or "")
    named = (asked.zip_code or asked.town or "").strip() or last
    found = travel.locate(profile, named) if named else None
    if found is None:
        return Destination(named=named)
    miles = Order.from_json(stored).miles if found.zip == last else None
    return Destination(named=named, zip_code=found.zip, miles=miles)


def _refused(refused: CannotPrice, situation: Situation) -> ToolResult:
    first = refused.reasons[0]
    if not refused.needs_person:
        wrong = "; ".join(f"{reason.field}: {reason.message}" for reason in refused.reasons)
        raise ToolFailed(wrong) from refused
    words = say(PERSON_DECIDES[first.code], situation.language, seed=str(situation.conversation_id))
    return ToolResult(
        data={"priced": False, "reason": first.message},
        worded=words,
        control=Escalate(reason=first.message, summary=f"{first.field}: needs a decision"),
    )


def quote_of(
    profile: Profile, situation: Situation, priced: Priced, zip_code: str, now: datetime
) -> Quote:
    """The price as it is kept, under the next version of the conversation."""
    lines = tuple(
        QuoteLine(
            code=line.code,
            label=profile.say(line.label, situation.language),
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
        )
        for line in priced.lines
    )
    return Quote(
        # Its id tells what was said before it was made, and what since.
        id=QuoteId(new_id(FrozenClock(now))),
        version=situation.quote.version + 1 if situation.quote else 1,
        order={**priced.order.to_json(), "zip_code": zip_code},
        lines=lines,
        total=priced.total,
        deposit=priced.deposit,
        expires_at=now + timedelta(hours=profile.booking.quote_valid_hours),
        service=priced.service,
        headcount=priced.headcount,
        workers=priced.workers,
        shortfall=priced.shortfall,
        travel=priced.travel,
        gratuity=priced.gratuity,
    )


def _has_date(situation: Situation) -> bool:
    """Whether the customer has named a day or time yet."""
    said = [m.text for m in situation.transcript if m.direction is Direction.INBOUND]
    said += [message.text for message in situation.waiting]
    return any(find_date(text, fold(text)) for text in said)


tool = Tool(
    description=(
        "Price a party exactly and keep the price as a quote. Call it whenever the customer has "
        "said how many guests come, and again whenever anything about the party changes. Give "
        "everything known so far, not only what changed. Guests without a stated age are adults. "
        "Of a range both ends are priced, and the quote is for the most guests: say so."
    ),
    arguments=PriceParty,
    access="write",
    run=run,
)
