"""Says dates, slots, bookings and their terms, in the customer's language, each figure once.

What a model is told and what the customer reads come from the same strings. The sentences lie in
bot/language/phrases/booking.toml; the tools put them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.lists import format_list

from bot.booking.availability import Closed, Slot
from bot.booking.moments import say_day, say_moment
from bot.booking.policies import CancelTerms, notice_hours
from bot.booking.travel import find_place
from bot.domain_booking import Booking
from bot.language.wording import say
from bot.profile import Profile, money
from bot.profile_wording import figure

DAYS_SAID = 4
"""Of a longer span no more days are said at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Whom we speak for, and how."""

    profile: Profile
    language: str
    seed: str = ""
    """What picks among the variants of a phrase."""

    def say(self, name: str, /, **slots: str) -> str:
        """A phrase in the customer's language; "p.m." brings its own stop to a sentence's end."""
        return say(name, self.language, seed=self.seed, **slots).replace("..", ".")

    def money(self, amount: Decimal) -> str:
        """A sum."""
        return money(self.profile.business, amount, self.language)

    def figure(self, kind: str, value: object) -> str:
        """A figure of a kind, such as "days"."""
        return figure(self.profile.business, kind, value, self.language)

    def moment(self, at: datetime) -> str:
        """Weekday, date, year and time."""
        return say_moment(self.profile, at, self.language)

    def day(self, on: date) -> str:
        """Weekday, date and year."""
        return say_day(on, self.language)

    def time(self, at: datetime) -> str:
        """The time of day in the business's zone."""
        return self.figure("time", at.astimezone(self.zone).time())

    def either(self, parts: Sequence[str]) -> str:
        """ "a, b or c"."""
        return format_list(list(parts), style="or", locale=self.language)

    def join(self, *sentences: str) -> str:
        """Sentences in one paragraph."""
        gap = "" if self.language == "zh" else " "
        return gap.join(filter(None, sentences))

    @property
    def zone(self) -> ZoneInfo:
        """In which days and hours are said (I15)."""
        return ZoneInfo(self.profile.business.zone)


def moment_data(voice: Voice, at: datetime) -> dict[str, str]:
    """A moment as the model is told it: in full words, and as it may hand it to another tool."""
    local = at.astimezone(voice.zone)
    return {
        "when": voice.moment(at),
        "day": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
    }


def slots_data(voice: Voice, slots: Iterable[Slot]) -> list[dict[str, str]]:
    """Open slots as the model is told them."""
    return [moment_data(voice, slot.starts_at) for slot in slots]


def say_open(voice: Voice, slots: Sequence[Slot]) -> str:
    """Open slots by day: "Saturday, December 5, 2026: 12:00 PM or 6:00 PM."."""
    by_day = [
        (day, list(found))
        for day, found in groupby(slots, key=lambda s: s.starts_at.astimezone(voice.zone).date())
    ]
    lines = [
        voice.say(
            "day_open",
            day=voice.day(day),
            times=voice.either([voice.time(slot.starts_at) for slot in found]),
        )
        for day, found in by_day[:DAYS_SAID]
    ]
    if len(by_day) > DAYS_SAID:
        lines.append(voice.say("days_more"))
    return "\n".join(lines)


def say_nearest(voice: Voice, slots: Sequence[Slot]) -> str:
    """What is open around it, and a question."""
    if not slots:
        return voice.say("nearest_none")
    moments = sorted(slot.starts_at.astimezone(voice.zone) for slot in slots)
    if len({moment.date() for moment in moments}) == 1:
        times = voice.either([voice.time(moment) for moment in moments])
        said = voice.say("day_times", day=voice.day(moments[0].date()), times=times)
    else:
        said = voice.either([voice.moment(slot.starts_at) for slot in slots])
    return voice.join(voice.say("nearest_open", slots=said), voice.say("nearest_ask"))


def say_why_not(voice: Voice, slot: Slot, *, service: str, headcount: int) -> str:
    """The weightiest reason against a slot, with the figure of the rule."""
    reason = slot.reasons[0] if slot.reasons else Closed.TAKEN
    if reason in (Closed.TOO_LARGE, Closed.TOO_FAR):
        return voice.say(reason.value)
    hours = notice_hours(voice.profile, service, headcount)
    starts = voice.profile.service(service).schedule.slots
    slots = {
        "when": voice.moment(slot.starts_at),
        "day": voice.day(slot.starts_at.astimezone(voice.zone).date()),
        "hours": voice.figure("hours", hours),
        "starts": voice.either([voice.figure("time", start) for start in starts]),
    }
    return voice.say(f"not_{reason.value}", **slots)


def say_place(booking_address: str, zip_code: str) -> str:
    """The address with its town, or the town alone.

    The ZIP is left to staff: of a customer who named a town we only know the middle of it.
    """
    place = find_place(zip_code)
    town = place.town if place else zip_code
    if not booking_address:
        return town
    is_told = names_town(booking_address, town) or (zip_code and zip_code in booking_address)
    return booking_address if is_told or not town else f"{booking_address}, {town}"


def names_town(address: str, town: str) -> bool:
    """Whether an address ends with its town; a street may be called like it."""
    ending = (
        rf"(?:^|[\s,]){re.escape(town.casefold())}(?:,?\s+[a-z]{{2}}\b\.?)?[\s,.]*(?:\d{{5}})?\W*$"
    )
    return bool(town) and re.search(ending, address.casefold()) is not None


def say_rule(voice: Voice) -> str:
    """The rule on cancelling, with its figure."""
    return voice.say("rule_cancel", days=voice.figure("days", voice.profile.booking.refund_days))


def say_cancel_terms(voice: Voice, terms: CancelTerms) -> str:
    """What cancelling now would mean for the money."""
    if terms.refund:
        return voice.say("cancel_refund", refund=voice.money(terms.refund))
    if terms.kept:
        days = voice.figure("days", voice.profile.booking.refund_days)
        return voice.say("cancel_kept", days=days, kept=voice.money(terms.kept))
    return voice.say("cancel_unpaid")


def say_status(voice: Voice, booking: Booking) -> str:
    """How a booking stands."""
    lines = [_standing(voice, booking)]
    lines.append(
        voice.say("status_party", guests=str(booking.headcount), total=voice.money(booking.total))
    )
    if booking.agreed_at is None:
        hours = voice.figure("hours", voice.profile.booking.hold_hours)
        deposit = voice.money(booking.deposit)
        lines.append(voice.say("held_deposit", deposit=deposit, hours=hours))
    if booking.fees:
        lines.append(voice.say("status_fees", fees=voice.money(booking.fees)))
    if booking.address:
        place = say_place(booking.address, booking.zip_code)
        lines.append(voice.say("status_address", address=place))
    elif booking.agreed_at is not None:
        lines.append(voice.say("status_no_address"))
    return voice.join(*lines)


def status_data(voice: Voice, booking: Booking) -> Mapping[str, object]:
    """A booking as the model is told it: nothing that is only ours."""
    return {
        **moment_data(voice, booking.starts_at),
        "status": standing(booking),
        "held_until": voice.moment(booking.held_until) if booking.held_until else None,
        "guests": booking.headcount,
        "total": voice.money(booking.total),
        "deposit": voice.money(booking.deposit),
        "is_deposit_paid": booking.deposit_paid_at is not None,
        "fees": voice.money(booking.fees) if booking.fees else None,
        "place": say_place(booking.address, booking.zip_code) or None,
        "is_address_known": bool(booking.address),
        "allergies": list(booking.allergies),
    }


def standing(booking: Booking) -> str:
    """Where a booking is, in a word that a model understands."""
    if booking.awaits_deposit:
        return "booked, deposit awaited"
    return "on hold, yes awaited" if booking.agreed_at is None else booking.status.value


def deeds_of(booking: Booking) -> frozenset[str]:
    """What may be said to be done, in the guard's words, because it was done some time."""
    if booking.agreed_at is None:
        return frozenset({"held"})
    if booking.awaits_deposit:
        return frozenset({"held", "booked"})
    return frozenset({"booked", "confirmed", "paid"})


def _standing(voice: Voice, booking: Booking) -> str:
    when = voice.moment(booking.starts_at)
    until = booking.held_until
    if booking.agreed_at is None and until is not None:
        return voice.say("status_held", when=when, until=voice.time(until))
    if booking.awaits_deposit and until is not None:
        deposit = voice.money(booking.deposit)
        return voice.say("status_agreed", when=when, deposit=deposit, until=voice.moment(until))
    return voice.say("status_confirmed", when=when)
