"""Whether a message that nobody asked for may go to a customer at a moment, and why not (I6, I15).

Asked when staff plan one, and again when it is due: what was right may not be by then. Sends
nothing and writes nothing; bot/send_gate.py still decides at the moment of leaving.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.booking.moments import say_day
from bot.domain import AddressId, Consent
from bot.profile import Profile
from bot.profile_wording import figure
from bot.quiet import Whereabouts, find_whereabouts, home_of
from bot.quiet_moments import is_off_day, next_working
from bot.store.addressees import Addressee, Way

TEXT_MAX = 1000
AHEAD_MAX = timedelta(days=365)
COMPLAINTS = frozenset({"complaint", "emotion", "money"})
"""Why a conversation is with staff, where nothing but an answer to it is fit to be sent."""

Windows = Mapping[str, float | None]
"""By configured channel: seconds after the customer's last message in which free text may go."""
Field = Literal["channel", "when", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why it may not go, by the field that would have to be another."""

    field: Field
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What staff want to be sent."""

    address_id: AddressId
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What else weighs: the present, the channels there are, and the nearest unasked message."""

    now: datetime
    windows: Windows
    near: datetime | None = None


def find_refusals(
    profile: Profile, to: Addressee, wish: Wish, around: Around
) -> tuple[Refusal, ...]:
    """All that stands against it; nothing where it may be planned."""
    way = find_way(to, wish.address_id)
    if way is None:
        return (Refusal(field="channel", reason="this address is not the customer's any more"),)
    why = why_not_by(way, around.windows)
    found = [Refusal(field="channel", reason=why)] if why else []
    if to.trouble in COMPLAINTS:
        reason = "a complaint of this customer is open: answer it in its thread first"
        found.append(Refusal(field="channel", reason=reason))
    found += [Refusal(field="when", reason=each) for each in _against_time(profile, to, wish, way)]
    found += [Refusal(field="when", reason=each) for each in _near(profile, wish, way, around)]
    found += [Refusal(field="text", reason=each) for each in _against_text(wish.text)]
    return tuple(found)


def find_way(to: Addressee, address_id: AddressId) -> Way | None:
    """The customer's address of that id."""
    return next((way for way in to.ways if way.address_id == address_id), None)


def usable(to: Addressee, windows: Windows) -> tuple[Way, ...]:
    """The addresses that may be written to at all, the one last written from first."""
    return tuple(way for way in to.ways if not why_not_by(way, windows))


def why_not_by(way: Way, windows: Windows) -> str:
    """Why nothing may go to this address; empty where something may."""
    if way.consent is Consent.REVOKED:
        return "the customer has opted out of this address"
    if way.suspended_reason:
        return f"this address cannot be reached: {way.suspended_reason}"
    if way.channel not in windows:
        return f"the channel {way.channel} is not configured"
    return ""


def where_is(profile: Profile, to: Addressee, way: Way) -> Whereabouts:
    """Every place in which the recipient may be, as the send gate will read it."""
    zip_codes = (to.zip_code,) if to.zip_code else ()
    return find_whereabouts(way.handle, to.zone, zip_codes, home_of(profile))


def zone_of(profile: Profile, to: Addressee, way: Way) -> ZoneInfo:
    """Where the recipient's clock hangs: of several places they may be in, the first."""
    return ZoneInfo(where_is(profile, to, way).zones[0])


def home_zone(profile: Profile) -> ZoneInfo:
    """Where the business's clock hangs."""
    return ZoneInfo(profile.business.zone)


def window_ends(way: Way, windows: Windows) -> datetime | None:
    """Until when the channel takes free text; None where it always does."""
    seconds = windows.get(way.channel)
    if seconds is None:
        return None
    heard = way.last_inbound_at or datetime.min.replace(tzinfo=UTC)
    return heard + timedelta(seconds=seconds)


def say_at(profile: Profile, at: datetime, zone: ZoneInfo) -> str:
    """ "Wed, Nov 25, 2026, 10:00 AM" in that zone."""
    here = at.astimezone(zone)
    day = say_day(here.date(), "en", "EEE, MMM d, y")
    return f"{day}, {figure(profile.business, 'time', here.time(), 'en')}"


def is_closed(way: Way, windows: Windows, at: datetime) -> bool:
    """Whether the channel takes nothing but templates at that moment."""
    ends = window_ends(way, windows)
    return ends is not None and at > ends


def _against_time(profile: Profile, to: Addressee, wish: Wish, way: Way) -> list[str]:
    where = where_is(profile, to, way)
    allowed = next_working(profile, wish.at, where)
    if allowed == wish.at:
        return []
    if is_off_day(profile, wish.at, where):
        first = say_at(profile, allowed, home_zone(profile))
        return [f"nobody is written to unasked on that day; the next allowed moment is {first}"]
    theirs = " or ".join(f"{wish.at.astimezone(ZoneInfo(zone)):%H:%M}" for zone in where.zones[:3])
    return [
        f"it is {theirs} for the customer then, outside the hours in which they may be written "
        f"to; the next allowed moment is {say_at(profile, allowed, home_zone(profile))} here"
    ]


def _near(profile: Profile, wish: Wish, way: Way, around: Around) -> list[str]:
    found = []
    ours = home_zone(profile)
    if wish.at <= around.now:
        found.append("that is over already")
    if wish.at > around.now + AHEAD_MAX:
        found.append("that is more than a year ahead")
    if around.near is not None:
        found.append(
            f"another message that the customer did not ask for is at "
            f"{say_at(profile, around.near, ours)}: keep {profile.follow_ups.gap_hours} hours apart"
        )
    if is_closed(way, around.windows, wish.at):
        ends = window_ends(way, around.windows)
        since = f" since {say_at(profile, ends, ours)}" if way.last_inbound_at and ends else ""
        found.append(
            f"the messaging window of {way.channel} is closed by then{since}: only an approved "
            "template may go; choose another channel or an earlier time"
        )
    return found


def _against_text(text: str) -> list[str]:
    if not text.strip():
        return ["write what the customer shall read"]
    if len(text) > TEXT_MAX:
        return [f"at most {TEXT_MAX} characters; this has {len(text)}"]
    return []
