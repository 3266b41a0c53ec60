"""Prices a party and keeps the price as an immutable quote, version after version.

The sums are bot/booking/pricing.py's; this reads the arguments, finds the distance, words the
result and holds the quote back until the turn commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from bot.booking import travel
from bot.booking.price_words import Told, tell, told_data
from bot.booking.pricing import price
from bot.booking.quote import CannotPrice, Order, Priced, Refusal
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

PERSON_DECIDES = {
    Refusal.LARGE_PARTY: "too_large",
    Refusal.TOO_FAR: "too_far",
    Refusal.NEEDS_COMPANION: "needs_company",
}


class Counted(Arguments):
    """So many of one thing."""

    code: str = Field(min_length=1, max_length=64, description="Code from the business profile.")
    count: int = Field(ge=1, le=100_000, description="How many.")


class PriceParty(Arguments):
    """What to price. Use the profile's codes."""

    guests: list[Counted] = Field(
        max_length=20, description="How many of each band, such as adult, child, under_five."
    )
    options: list[Counted] | None = Field(
        default=None, description="Options chosen in place of included ones, with portions."
    )
    further: list[Counted] | None = Field(
        default=None, description="Options on top of those included, with portions."
    )
    add_ons: list[Counted] | None = Field(default=None, description="Add-ons with portions.")
    extras: list[Counted] | None = Field(default=None, description="Extras for the whole booking.")
    zip_code: str | None = Field(
        default=None, max_length=12, description="ZIP of the event, if the customer said it."
    )
    town: str | None = Field(
        default=None, max_length=80, description="Town of the event, if no ZIP was said."
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Price, word, and keep the quote when the turn commits."""
    asked = PriceParty.model_validate(arguments)
    situation = context.situation
    result = price_party(context.deps.profile, situation, asked, now=context.now)
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
    profile: Profile, situation: Situation, asked: PriceParty, *, now: datetime
) -> ToolResult:
    """The pure part: the priced and worded result, with the quote but without its effect.

    Raises:
        ToolFailed: a code, count or place is wrong; the message names the field.
    """
    place, zip_code, miles = _place(profile, situation, asked)
    order = Order(
        counts=_table(asked.guests, "guests"),
        options=_table(asked.options, "options"),
        further=_table(asked.further, "further"),
        add_ons=_table(asked.add_ons, "add_ons"),
        extras=_table(asked.extras, "extras"),
        miles=miles,
    )
    try:
        priced = price(profile, order)
    except CannotPrice as refused:
        return _refused(refused, situation)
    quote = _quote(profile, situation, priced, zip_code, now)
    told = Told(
        priced=priced,
        place=place,
        is_place_known=miles is not None,
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


def _table(counted: Sequence[Counted] | None, field: str) -> Mapping[str, int]:
    table: dict[str, int] = {}
    for entry in counted or ():
        if entry.code in table:
            raise ToolFailed(f"{field}: {entry.code} is there twice; give one count for it")
        table[entry.code] = entry.count
    return table


def _place(
    profile: Profile, situation: Situation, asked: PriceParty
) -> tuple[str, str, Decimal | None]:
    """The place as the customer named it, its ZIP and its road miles; the last ones if unsaid."""
    named = (asked.zip_code or asked.town or "").strip()
    if not named and situation.quote is not None:
        named = str(situation.quote.order.get("zip_code") or "")
    found = travel.locate(profile, named) if named else None
    if found is None:
        return named, "", None
    return named, found.zip, travel.road_miles(profile, found.zip)


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


def _quote(
    profile: Profile, situation: Situation, priced: Priced, zip_code: str, now: datetime
) -> Quote:
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
        id=QuoteId(new_id()),
        version=situation.quote.version + 1 if situation.quote else 1,
        order={**priced.order.to_json(), "zip_code": zip_code},
        lines=lines,
        total=priced.total,
        deposit=priced.deposit,
        expires_at=now + timedelta(hours=profile.booking.quote_valid_hours),
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
        "everything known so far, not only what changed. Guests without a stated age are adults."
    ),
    arguments=PriceParty,
    access="write",
    run=run,
)
