"""What several pages of the console say and name alike. No page itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.follow_ups.refusing import Refusal, home_zone, say_at, zone_of
from bot.store.addressees import Addressee
from handlers.console.base import Office

FOLLOW_UPS = "/follow-ups"
"""Where they are listed, below the console."""


def say_there(office: Office, to: Addressee | None, at: datetime) -> str:
    """A moment on the customer's clock; empty where that shows what ours does, or is not known."""
    if to is None or not to.ways:
        return ""
    zone, home = zone_of(office.profile, to, to.ways[0]), home_zone(office.profile)
    if at.astimezone(zone).utcoffset() == at.astimezone(home).utcoffset():
        return ""
    return f"{say_at(office.profile, at, zone)} ({zone.key})"


def by_field(refusals: Iterable[Refusal]) -> dict[str, str]:
    """All that stands against something, each beside its field."""
    errors: dict[str, str] = {}
    for each in refusals:
        said = errors.get(each.field)
        errors[each.field] = f"{said}; {each.reason}" if said else each.reason
    return errors
