"""What a booking leaves when food, crew, models, carriers and staff's time are paid.

A price that nobody has stated is named as missing and never taken as nothing: a margin with
something missing is at most what it says. A cancelled event counts with the deposit that was kept.
Staff's time is `staff_message_minutes` for each message they wrote and, at most as much again, for
reading a conversation they took over. bot/follow_ups/report_words.py says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain_booking import BookingId
from bot.profile import Profile
from bot.store import margins
from bot.store.connection import Connection
from bot.store.margins import Asked, Carried, Earned, Worked

FREE = frozenset({"webchat"})
"""Nobody carries what goes out on our own page."""
DOLLARS = "USD"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMargin:
    """One event, or all of a span of time. None: not known at all."""

    code: str
    revenue: Decimal
    food_crew: Decimal | None
    model: Decimal | None
    carrier: Decimal | None
    """Segments and approved templates."""
    staff: Decimal
    follow_ups: Decimal
    """Of the costs, what messages that nobody asked for took."""
    unknown: tuple[str, ...]
    """What has no price and is therefore missing in the costs."""

    @property
    def margin(self) -> Decimal:
        """What is left, as far as costs are known."""
        known = (self.food_crew, self.model, self.carrier, self.staff)
        return self.revenue - sum((each for each in known if each is not None), ZERO)

    @property
    def percent(self) -> Decimal | None:
        """The same of the revenue; None where there is none."""
        return 100 * self.margin / self.revenue if self.revenue else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """The events of a span of time, the earliest first, and all of them together."""

    bookings: tuple[BookingMargin, ...]
    total: BookingMargin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    known: Decimal | None
    for_follow_ups: Decimal
    unknown: tuple[str, ...]


async def read_margins(
    conn: Connection, profile: Profile, since: datetime, until: datetime
) -> Margins:
    """Events that begin from `since` until before `until`."""
    earned = await margins.list_earned(conn, since, until)
    asked = {each.id: each for each in await margins.list_asked(conn, since, until)}
    most = profile.costs.staff_message_minutes
    done = await margins.list_worked(conn, since, until, reading_most=most)
    worked = {each.id: each for each in done}
    carried: Mapping[BookingId, list[Carried]] = defaultdict(list)
    for each in await margins.list_carried(conn, since, until):
        carried[each.id].append(each)
    found = tuple(
        _margin(profile, each, asked.get(each.id), worked.get(each.id), carried.get(each.id, ()))
        for each in earned
    )
    return Margins(bookings=found, total=_total(found))


def _margin(
    profile: Profile,
    earned: Earned,
    asked: Asked | None,
    worked: Worked | None,
    carried: Iterable[Carried],
) -> BookingMargin:
    model, sent = _model(profile, asked), _carrier(profile, tuple(carried))
    share = profile.costs.share_percent
    food = ZERO if earned.is_off else earned.revenue * share / 100 if share else None
    staff, planned = _staff(profile, worked)
    missing = ("food and crew",) if food is None else ()
    return BookingMargin(
        code=earned.code,
        revenue=earned.revenue,
        food_crew=food,
        model=model.known,
        carrier=sent.known,
        staff=staff,
        follow_ups=model.for_follow_ups + sent.for_follow_ups + planned,
        unknown=(*missing, *model.unknown, *sent.unknown),
    )


def _model(profile: Profile, asked: Asked | None) -> _Cost:
    if asked is None:
        return _Cost(known=ZERO, for_follow_ups=ZERO, unknown=())
    if profile.business.currency != DOLLARS:
        # Models are paid in dollars, and what those are worth on the day is not known here.
        return _Cost(known=None, for_follow_ups=ZERO, unknown=("models, paid in US dollars",))
    return _Cost(
        known=asked.cost if asked.priced else None,
        for_follow_ups=asked.for_follow_ups,
        unknown=("some model calls",) if asked.unpriced else (),
    )


def _carrier(profile: Profile, carried: tuple[Carried, ...]) -> _Cost:
    known, for_follow_ups, unknown, priced = ZERO, ZERO, set[str](), 0
    for each in carried:
        for price, units, name in _prices(profile, each):
            if price is None:
                unknown.add(name)
                continue
            priced += 1
            known += price * units
            for_follow_ups += price * units if each.is_follow_up else ZERO
    return _Cost(
        known=known if priced or not unknown else None,
        for_follow_ups=for_follow_ups,
        unknown=tuple(sorted(unknown)),
    )


def _prices(profile: Profile, sent: Carried) -> Iterable[tuple[Decimal | None, Decimal, str]]:
    """What each part of its way takes: price, how often, and what it is called."""
    if sent.channel in FREE:
        return
    yield profile.costs.segment.get(sent.channel), sent.units, f"messages by {sent.channel}"
    if sent.content_id:
        category = _categories(profile).get(sent.content_id, "")
        name = f"{category} templates" if category else "a template that is not in the profile"
        yield profile.costs.template.get(category), sent.messages, name


def _categories(profile: Profile) -> Mapping[str, str]:
    """The category of each approved template, by the vendor's id of it."""
    return {
        text.id_at(carrier): template.category
        for template in profile.templates.values()
        for text in template.languages.values()
        for carrier in ("twilio", "meta")
        if text.id_at(carrier)
    }


def _staff(profile: Profile, worked: Worked | None) -> tuple[Decimal, Decimal]:
    """What staff's time took, and of that the part for messages they planned ahead."""
    if worked is None:
        return ZERO, ZERO
    costs = profile.costs
    minute = costs.staff_hour / 60
    writing = worked.messages * costs.staff_message_minutes
    planned = worked.own_follow_ups * costs.staff_message_minutes
    return (writing + worked.reading_minutes) * minute, planned * minute


def _total(found: tuple[BookingMargin, ...]) -> BookingMargin:
    return BookingMargin(
        code="",
        revenue=sum((each.revenue for each in found), ZERO),
        food_crew=_sum(each.food_crew for each in found),
        model=_sum(each.model for each in found),
        carrier=_sum(each.carrier for each in found),
        staff=sum((each.staff for each in found), ZERO),
        follow_ups=sum((each.follow_ups for each in found), ZERO),
        unknown=tuple(sorted({what for each in found for what in each.unknown})),
    )


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    """Of what is known; None where there is something and none of it is."""
    given = tuple(parts)
    known = [each for each in given if each is not None]
    return sum(known, ZERO) if known or not given else None
