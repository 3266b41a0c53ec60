"""Where somebody may be, and when they may be written to unasked there (I6, I15).

A place that is known goes before a number's, a number's before the business's. Where several zones
or states are possible, all of them must allow it. The hours are bot/quiet_laws.py's and the
profile's, whichever are stricter. bot/send_gate.py and bot/follow_ups.py ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as number_zones

from bot.booking.travel import find_place
from bot.profile import Profile
from bot.quiet_laws import FEDERAL, STATE_OF_AREA, STATES, Law, Span

UNKNOWN_ZONE = "Etc/Unknown"
STEPS_MAX = 60
"""So many openings are tried; zones so far apart that none is in all of them end earlier."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Every place in which somebody may be at present."""

    zones: tuple[str, ...]
    states: tuple[str, ...] = ()
    is_united_states: bool = False

    @property
    def laws(self) -> tuple[Law, ...]:
        """What all of these places ask for."""
        if not (self.is_united_states or self.states):
            return ()
        return (FEDERAL, *(STATES[state] for state in self.states if state in STATES))


@lru_cache(maxsize=8192)
def find_whereabouts(
    handle: str, zone: str, zip_codes: tuple[str, ...], home: tuple[str, str]
) -> Whereabouts:
    """Where the owner of a handle may be.

    Args:
        handle: E.164, a mailbox or an opaque id.
        zone: IANA name as they have said it, else empty.
        zip_codes: of their event, or where they asked a price for.
        home: the business's zone and country, for who may be anywhere.
    """
    places = [place for code in zip_codes if (place := find_place(code))]
    by_number = _of_number(handle)
    if zone and _is_zone(zone):
        near = [place.state for place in places if place.zone == zone]
        there = by_number.states if zone in by_number.zones else ()
        known = by_number.is_united_states or bool(near)
        return Whereabouts((zone,), tuple(near) or there, is_united_states=known)
    if places:
        zones, states = _each(p.zone for p in places), _each(p.state for p in places)
        return Whereabouts(zones, states, is_united_states=True)
    if by_number.zones:
        return by_number
    home_zone, country = home
    is_ours = by_number.is_united_states or (country == "US" and not handle.startswith("+"))
    return Whereabouts((home_zone,), by_number.states, is_united_states=is_ours)


def home_of(profile: Profile) -> tuple[str, str]:
    """The business's zone and country, as `find_whereabouts` takes them."""
    return profile.business.zone, profile.business.territory


def next_allowed(profile: Profile, at: datetime, where: Whereabouts) -> datetime:
    """That moment, or the next at which all of the places allow it; aware, UTC.

    Zones that lie too far apart to be awake together leave the business's own.
    """
    ours = Span(profile.follow_ups.quiet_until, profile.follow_ups.quiet_from)
    found = _next(at, where, (Law(ours), *where.laws))
    if found is not None:
        return found
    alone = Whereabouts((profile.business.zone,), where.states, where.is_united_states)
    return _next(at, alone, (Law(ours), *where.laws)) or at + timedelta(days=1)


def quiet_begins(profile: Profile, at: datetime, where: Whereabouts) -> datetime:
    """When the hours that `at` lies in end first in any of the places; aware, UTC."""
    ours = Span(profile.follow_ups.quiet_until, profile.follow_ups.quiet_from)
    laws = (Law(ours), *where.laws)
    return min(_span_at(at, zone, law)[1] for zone in where.zones for law in laws)


def cap_a_day(profile: Profile, where: Whereabouts) -> int:
    """Unasked messages in 24 hours: the profile's number, or a stricter law's."""
    laws = (law.a_day for law in where.laws if law.a_day is not None)
    return min((profile.manners.unasked_a_day, *laws))


def wants_clear_consent(where: Whereabouts) -> bool:
    """Whether a law of one of the places wants a yes to promotion itself."""
    return any(law.wants_clear_consent for law in where.laws)


def _next(at: datetime, where: Whereabouts, laws: Sequence[Law]) -> datetime | None:
    """The first moment from `at` on that is inside every span, or None where there is none."""
    moment = at.astimezone(UTC)
    latest = moment + timedelta(days=9)
    for _ in range(STEPS_MAX):
        waits = [_opening(moment, zone, law) for zone in where.zones for law in laws]
        later = max(waits)
        if later <= moment:
            return moment
        moment = later
        if moment > latest:
            return None
    return None


def _opening(at: datetime, zone: str, law: Law) -> datetime:
    """That moment where the law allows it in the zone, else its next opening there."""
    opens, closes = _span_at(at, zone, law)
    if at < opens:
        return opens
    if at < closes:
        return at
    local = at.astimezone(ZoneInfo(zone))
    tomorrow = datetime.combine(local.date() + timedelta(days=1), local.time(), ZoneInfo(zone))
    return _span_at(tomorrow, zone, law)[0]


def _span_at(at: datetime, zone: str, law: Law) -> tuple[datetime, datetime]:
    """When the law's span of that local day begins and ends; aware, UTC."""
    here = ZoneInfo(zone)
    day = at.astimezone(here).date()
    span = law.on(day)
    begins = datetime.combine(day, span.opens, here).astimezone(UTC)
    return begins, datetime.combine(day, span.closes, here).astimezone(UTC)


def _of_number(handle: str) -> Whereabouts:
    """What a number says: its zones, and its state where it is one of the United States."""
    if handle.startswith("US."):
        return Whereabouts((), (), is_united_states=True)  # A WhatsApp id names the country.
    if not handle.startswith("+"):
        return Whereabouts(())
    try:
        number = phonenumbers.parse(handle)
    except phonenumbers.NumberParseException:
        return Whereabouts(())
    # Of a number that is bound to no place, its country's zones.
    found = number_zones.time_zones_for_number(number)
    if UNKNOWN_ZONE in found:
        found = number_zones.time_zones_for_geographical_number(number)
    zones = tuple(zone for zone in found if zone != UNKNOWN_ZONE)
    if number.country_code != 1:
        return Whereabouts(zones)
    state = STATE_OF_AREA.get(handle[2:5])
    is_ours = phonenumbers.region_code_for_number(number) in ("US", None, "001") or bool(state)
    return Whereabouts(zones, (state,) if state else (), is_united_states=is_ours)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _each(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
