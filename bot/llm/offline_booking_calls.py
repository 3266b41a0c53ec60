"""The calls of the booking tools that the offline model makes, with what was said as arguments.

Days and times go in as ISO where they are certain, else in the customer's own words. Decides
nothing: that is offline_booking.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain_booking import Booking
from bot.language.names import read_name
from bot.llm import offline_booking_words as heard
from bot.llm import offline_streets as streets
from bot.llm.offline_dates import When, of_moment, over
from bot.llm.offline_facts import BOOKING_AGENT, Facts
from bot.llm.offline_moves import Wanted
from bot.llm.offline_offers import Offer


def held(facts: Facts) -> Booking | None:
    """The slot that waits for a yes."""
    return next((b for b in facts.bookings if b.agreed_at is None), None)


def agreed(facts: Facts) -> tuple[Booking, ...]:
    """What the customer has said yes to."""
    return tuple(b for b in facts.bookings if b.agreed_at is not None)


def booking_call(name: str, arguments: Mapping[str, object]) -> Wanted:
    """A call that the agent for bookings can make."""
    return Wanted(name=name, arguments=arguments, agent=BOOKING_AGENT)


def confirm_call(facts: Facts) -> Wanted:
    """Hand on the answer to the stated terms."""
    name = read_name(facts.raw, language=facts.language)[:100]
    email = heard.mailbox(facts.raw)
    return booking_call("confirm_booking", {"name": name or None, "email": email})


def hold_call(facts: Facts) -> Wanted:
    """Hold the day and time wished for, with whatever else was wished on the way."""
    return _hold(facts, facts.when.day, facts.when.time)


def hold_call_at(facts: Facts, offer: Offer) -> Wanted:
    """Hold a moment that we had named, likewise."""
    return _hold(facts, offer.day.isoformat(), f"{offer.at:%H:%M}" if offer.at else None)


def _hold(facts: Facts, day: str, at: str | None) -> Wanted:
    texts = (*facts.told, facts.raw)
    wishes = (heard.crew_wish(text, facts.profile) for text in reversed(texts))
    told = (streets.street(text) for text in reversed(texts))
    arguments = {
        "day": day,
        "time": at,
        "address": next(filter(None, told), "") or None,
        "chef": next(filter(None, wishes), "")[:80] or None,
        "occasion": heard.occasion(texts),
    }
    return booking_call("hold_slot", arguments)


def open_day_call(facts: Facts) -> Wanted:
    """Look up all that the day of the booked event has, or the day that is spoken of."""
    day = facts.when.day
    if agreed(facts) and not held(facts):
        day = of_moment(facts.profile, facts.bookings[0].starts_at).day
    looked = open_call(facts)
    return booking_call(looked.name, {**looked.arguments, "day": day, "time": None})


def open_call_on(facts: Facts, day: str) -> Wanted:
    """Look up what a day has."""
    looked = open_call(facts)
    return booking_call(looked.name, {**looked.arguments, "day": day})


def open_call(facts: Facts) -> Wanted:
    """Look up what is free."""
    party = facts.party
    arguments = {
        "day": facts.when.day,
        "time": facts.when_now.time or (facts.when.time if facts.when_now.is_certain else None),
        "guests": party.headcount or None,
        "zip_code": party.zip_code or None,
        "town": (party.city or None) if not party.zip_code else None,
    }
    return booking_call("check_availability", arguments)


def _stated(facts: Facts) -> When:
    """What is said now, over the change that was stated and is still open."""
    proposal, now = facts.proposal, facts.when_now
    moved = proposal.detail.get("starts_at") if proposal else None
    if not moved or not now.is_said:
        return now
    return over(of_moment(facts.profile, datetime.fromisoformat(str(moved))), now)


def change_call(facts: Facts, *, address: str = "", use_new_quote: bool = False) -> Wanted:
    """State a change of what is booked."""
    answers = facts.asked in ("time", "date") and not address
    when = facts.when if answers and not held(facts) else _stated(facts)
    is_elsewhere = facts.party.zip_code != facts.before.zip_code
    arguments = {
        "day": when.day or None,
        "time": when.time,
        "address": address or streets.street(facts.raw) or None,
        "zip_code": facts.party.zip_code if is_elsewhere and facts.party.zip_code else None,
        "use_new_quote": use_new_quote,
    }
    return booking_call("change_booking", arguments)
