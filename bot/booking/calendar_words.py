"""What a calendar entry and the mail that brings it say, line by line.

The customer reads of their own booking and nothing else; the chef also whom to call, and every
allergy that was said. Sentences lie in bot/language/phrases/calendar.toml. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.booking.booking_words import say_place
from bot.booking.moments import say_day, say_moment
from bot.booking.quote import Order
from bot.domain_booking import Booking, BookingStatus, ChefId
from bot.language.wording import say
from bot.profile import Profile, money
from bot.profile_kinds import Named
from bot.profile_wording import figure
from bot.store.calendars import CalendarEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail's words."""

    subject: str
    text: str


def language_of(profile: Profile, entry: CalendarEntry) -> str:
    """The customer's language, or the business's own where it does not speak theirs."""
    known = entry.language in profile.business.languages
    return entry.language if known else profile.business.home_language


def title(profile: Profile, booking: Booking, language: str) -> str:
    """For the chef: the service and how many guests."""
    service = profile.say(profile.service(booking.service).name, language)
    said = say("calendar_title", language, service=service, guests=str(booking.headcount))
    return f"{said[0].upper()}{said[1:]}"


def own_title(profile: Profile, booking: Booking, language: str) -> str:
    """For the customer: the service and whose it is."""
    service = profile.say(profile.service(booking.service).name, language)
    said = say("calendar_title_own", language, service=service, business=profile.business.name)
    return f"{said[0].upper()}{said[1:]}"


def for_chef(profile: Profile, entry: CalendarEntry, chef_id: ChefId) -> str:
    """All that a chef has to know of an event, in the language of the house."""
    return "\n".join(_chef_lines(profile, entry, chef_id))


def for_customer(profile: Profile, entry: CalendarEntry) -> str:
    """The customer's own booking, in their language."""
    language = language_of(profile, entry)
    lines = [*_order_lines(profile, entry, language), *_money_lines(profile, entry, language)]
    if profile.business.phone:
        phone = figure(profile.business, "phone", profile.business.phone, language)
        lines.append(say("calendar_questions", language, phone=phone))
    return "\n".join(lines)


def mail(profile: Profile, entry: CalendarEntry, act: str) -> Mail:
    """What the customer reads once a booking was agreed, confirmed, changed or cancelled."""
    booking, language = entry.booking, language_of(profile, entry)
    service = profile.say(profile.service(booking.service).name, language)
    zone = ZoneInfo(profile.business.zone)
    day = say_day(booking.starts_at.astimezone(zone).date(), language)
    is_cancelled = booking.status is BookingStatus.CANCELLED
    name = " ".join(entry.customer_name.split())
    hello = say("mail_hello", language, name=name) if name else say("mail_hello_nobody", language)
    moment = say_moment(profile, booking.starts_at, language)
    place = say_place(booking.address, booking.zip_code)
    return Mail(
        subject=say(f"mail_subject_{act}", language, service=service, day=day),
        text="\n".join(
            (
                hello,
                "",
                say(f"mail_{act}", language, service=service),
                "",
                say("calendar_when", language, moment=moment),
                say("calendar_where", language, place=place),
                for_customer(profile, entry),
                "",
                say("mail_file_cancel" if is_cancelled else "mail_file", language),
                "",
                profile.business.name,
            )
        ),
    )


def order_in_words(profile: Profile, booking: Booking, order: Order, language: str) -> str:
    """ "12 adults, 6 Filet mignon, 2 extra Shrimp": what is to be cooked, or done."""
    service = profile.service(booking.service)
    said = []
    for code, count in order.counts.items():
        band = service.bands.get(code)
        plural = band.plural if band and count != 1 else None
        said.append(f"{count} {profile.say(plural or band.name, language) if band else code}")
    said += _named(profile, service.options, order.options, language)
    said += [
        say("calendar_further", language, option=each)
        for each in _named(profile, service.options, order.further, language)
    ]
    said += _named(profile, service.add_ons, order.add_ons, language)
    said += _named(profile, service.extras, order.extras, language)
    return ("、" if language == "zh" else ", ").join(said)


def _named(
    profile: Profile, items: Mapping[str, Named], counts: Mapping[str, int], language: str
) -> list[str]:
    """Counts with names; a code that the profile has dropped since is said as it is."""
    return [
        f"{count} {profile.say(items[code].name, language) if code in items else code}"
        for code, count in counts.items()
    ]


def _order_lines(profile: Profile, entry: CalendarEntry, language: str) -> Iterator[str]:
    booking = entry.booking
    yield say("calendar_guests", language, guests=str(booking.headcount))
    order = order_in_words(profile, booking, Order.from_json(entry.order), language)
    if order:
        yield say("calendar_order", language, order=order)
    yield say("calendar_code", language, code=booking.code)


def _money_lines(profile: Profile, entry: CalendarEntry, language: str) -> Iterator[str]:
    """What it costs, and what of that is open."""
    booking, business = entry.booking, profile.business

    def written(amount: Decimal) -> str:
        return money(business, amount, language)

    if booking.status is BookingStatus.CANCELLED:
        if booking.refund:
            yield say("calendar_refund", language, refund=written(booking.refund))
        elif booking.deposit_paid_at is not None:
            yield say("calendar_no_refund", language)
        return
    total = booking.total + booking.fees
    yield say("calendar_total", language, total=written(total))
    if booking.fees:
        yield say("calendar_fees", language, fees=written(booking.fees))
    if booking.status is BookingStatus.HELD and booking.held_until is not None:
        moment = say_moment(profile, booking.held_until, language)
        deposit = written(booking.deposit)
        due = say("calendar_deposit_due", language, deposit=deposit, moment=moment)
        yield due.replace("..", ".")  # "p.m." brings its own stop.
    elif booking.is_open:
        payable = profile.say(profile.payment.balance_due, language)
        balance = written(max(total - booking.deposit, Decimal(0)))
        yield say("calendar_balance", language, balance=balance, due=payable)


def _chef_lines(profile: Profile, entry: CalendarEntry, chef_id: ChefId) -> Iterator[str]:
    booking, language = entry.booking, profile.business.home_language
    yield from _order_lines(profile, entry, language)
    yield _allergies(booking, language)
    who = ", ".join(filter(None, (entry.customer_name, _phone(profile, entry, language))))
    if who:
        yield say("calendar_customer", language, who=who)
    others = [each.name for each in booking.chefs if each.chef_id != chef_id]
    if others:
        yield say("calendar_team", language, names=", ".join(others))
    leaves_at = _leaves_at(booking, chef_id)
    if leaves_at is not None:
        yield say("calendar_leave", language, moment=say_moment(profile, leaves_at, language))
    if booking.awaits_deposit:
        yield say("calendar_deposit_awaited", language)


def _allergies(booking: Booking, language: str) -> str:
    if not booking.allergies:
        return say("calendar_no_allergies", language)
    return say("calendar_allergies", language, words="; ".join(booking.allergies))


def _phone(profile: Profile, entry: CalendarEntry, language: str) -> str:
    return figure(profile.business, "phone", entry.phone, language) if entry.phone else ""


def _leaves_at(booking: Booking, chef_id: ChefId) -> datetime | None:
    return next((each.leaves_at for each in booking.chefs if each.chef_id == chef_id), None)
