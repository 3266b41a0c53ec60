"""Says a price: as plain strings for a model, and as a finished, short text for the customer.

Every figure is formatted here once, so that what the model is told and what the customer reads
agree to the letter. The sentences are in bot/language/phrases; the price tool calls this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.booking.moments import say_day
from bot.booking.quote import Filler, Line, LineKind, Priced
from bot.language.wording import say
from bot.profile import Profile, money

FILLERS_PER_GUEST = 2
"""More portions for a guest than this are no sensible advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A price and what the customer's text needs beside it."""

    priced: Priced
    """What the quote is for; of a range its upper end."""
    least: Priced | None = None
    """The lower end, where the customer gave a range."""
    place: str
    """As the customer named it; empty while unknown."""
    is_place_known: bool
    expires_at: datetime
    is_update: bool
    is_date_known: bool
    seed: str

    @property
    def question(self) -> str:
        """The one thing to ask next, as a phrase."""
        if not self.priced.exact:
            return "ask_zip"
        return "ask_confirm" if self.is_date_known else "ask_date"


def told_data(profile: Profile, language: str, told: Told) -> dict[str, object]:
    """The price as strings; each may be said to the customer as it stands."""
    priced, business = told.priced, profile.business

    def written(amount: Decimal) -> str:
        return money(business, amount, language)

    least_most = priced.gratuity
    return {
        "priced": True,
        "lines": [
            {
                "label": _label(profile, language, line, priced),
                "quantity": _count(line.quantity),
                "unit_price": written(line.unit_price),
                "amount": written(line.amount),
            }
            for line in priced.lines
        ],
        "headcount": str(priced.headcount),
        "range": _range(profile, language, told),
        "total": written(priced.total),
        "deposit": written(priced.deposit),
        "balance_on_the_day": written(priced.balance),
        "minimum": written(priced.subtotal + priced.shortfall) if priced.shortfall else None,
        "below_minimum_by": written(priced.shortfall) if priced.shortfall else None,
        "would_fill_minimum": [
            _filler(profile, language, each, priced) for each in _sensible(priced)
        ],
        "travel": written(priced.travel)
        if priced.travel is not None
        else "distance unknown: travel may be added",
        "place": told.place or None,
        "gratuity": "not included; suggested " + " to ".join(map(written, least_most))
        if least_most
        else None,
        "good_until": say_day(told.expires_at.date(), language, "long"),
        "ask_next": told.question.removeprefix("ask_"),
    }


def tell(profile: Profile, language: str, told: Told) -> str:
    """The price as a finished reply that ends with one question."""
    question = say(told.question, language, seed=told.seed)
    return f"{body(profile, language, told)}\n{question}"


def body(profile: Profile, language: str, told: Told) -> str:
    """The reply without its question."""
    lines = [say("price_update" if told.is_update else "price_lead", language, seed=told.seed)]
    lines += [_line(profile, language, line, told.priced) for line in told.priced.lines]
    gap = "" if language == "zh" else " "
    return "\n".join([*lines, gap.join(_closing(profile, language, told))])


def _label(profile: Profile, language: str, line: Line, priced: Priced) -> str:
    """What a line is called; of the minimum what it is there for, with its figure."""
    if line.kind is not LineKind.MINIMUM:
        return profile.say(line.label, language)
    minimum = money(profile.business, priced.subtotal + priced.shortfall, language)
    amount = money(profile.business, line.amount, language)
    worded = say("price_minimum", language, minimum=minimum, amount=amount)
    return worded.removesuffix(amount).rstrip(" :：")


def _range(profile: Profile, language: str, told: Told) -> dict[str, str] | None:
    """Both ends of a range, and that the quote is for the upper one."""
    if told.least is None:
        return None
    least, most = told.least, told.priced
    return {
        "fewest": str(least.headcount),
        "total_for_fewest": money(profile.business, least.total, language),
        "most": str(most.headcount),
        "total_for_most": money(profile.business, most.total, language),
        "quote_is_for": str(most.headcount),
    }


def _sensible(priced: Priced) -> tuple[Filler, ...]:
    """The fillers a party could eat, the best advice first, of either kind: dishes, upgrades."""
    most = FILLERS_PER_GUEST * priced.headcount
    fitting = [filler for filler in priced.fillers if filler.quantity <= most]

    def is_wasteful(filler: Filler) -> bool:
        return (filler.amount - priced.shortfall) * 2 > priced.shortfall

    dishes = sorted((f for f in fitting if f.kind is not LineKind.OPTION), key=is_wasteful)
    upgrades = sorted(
        (f for f in fitting if f.kind is LineKind.OPTION),
        key=lambda f: (is_wasteful(f), f.quantity),
    )
    best = (*dishes[:1], *upgrades[:1])
    return (*best, *(f for f in (*dishes, *upgrades) if f not in best))


def _said_fillers(priced: Priced) -> tuple[Filler, ...]:
    """The one dish and the one upgrade that are worth saying; without either, two of the other."""
    sensible = _sensible(priced)[:2]
    exact = [f for f in sensible if f.amount - priced.shortfall <= priced.shortfall]
    return tuple(exact) or sensible[:1]


def _line(profile: Profile, language: str, line: Line, priced: Priced) -> str:
    slots = {
        "label": _label(profile, language, line, priced),
        "quantity": _count(line.quantity),
        "unit_price": money(profile.business, line.unit_price, language),
        "amount": money(profile.business, line.amount, language),
    }
    if line.kind is LineKind.MINIMUM or (line.kind is LineKind.EXTRA and line.quantity == 1):
        return say("price_single", language, **slots)
    if line.kind is LineKind.TRAVEL:
        return say("price_travel", language, **slots)
    return say("price_line" if line.unit_price else "price_free", language, **slots)


def _closing(profile: Profile, language: str, told: Told) -> Iterator[str]:
    priced, business = told.priced, profile.business
    total = money(business, priced.total, language)
    yield say("price_total" if priced.exact else "price_total_before_travel", language, total=total)
    if told.least is not None:
        yield _both_ends(profile, language, told.least, priced)
    yield from _shortfall(profile, language, priced)
    if told.place and not told.is_place_known:
        yield say("price_zip_unknown", language, place=told.place)
    elif told.place and priced.travel == 0:
        yield say("price_travel_free", language, place=told.place)
    deposit = money(business, priced.deposit, language)
    yield say("price_deposit", language, seed=told.seed, deposit=deposit)
    if priced.gratuity:
        yield say("price_gratuity", language)


def _both_ends(profile: Profile, language: str, least: Priced, most: Priced) -> str:
    return say(
        "price_both_ends",
        language,
        low=str(least.headcount),
        low_total=money(profile.business, least.total, language),
        high=str(most.headcount),
        high_total=money(profile.business, most.total, language),
    )


def _shortfall(profile: Profile, language: str, priced: Priced) -> Iterator[str]:
    """What would fill the order up; nothing where nothing more is sold."""
    if not priced.fillers:
        return
    amount = money(profile.business, priced.shortfall, language)
    said = [_filler(profile, language, each, priced) for each in _said_fillers(priced)]
    if not said:
        yield say("price_shortfall_other", language, shortfall=amount)
        return
    joined = say("or", language).join(said)
    yield say("price_shortfall", language, shortfall=amount, fillers=joined)


def _filler(profile: Profile, language: str, filler: Filler, priced: Priced) -> str:
    """Such as "11 x gyoza"; with its price where that is more than is missing."""
    is_upgrade = filler.kind is LineKind.OPTION
    amount = money(profile.business, filler.amount, language)
    return say(
        "price_filler_upgrade" if is_upgrade else "price_filler",
        language,
        quantity=str(filler.quantity),
        label=profile.say(filler.label, language),
        beyond=f" ({amount})" if filler.amount > priced.shortfall else "",
    )


def _count(quantity: Decimal) -> str:
    """A count without trailing zeros, a distance with its tenth."""
    return str(int(quantity)) if quantity == int(quantity) else str(quantity.normalize())
