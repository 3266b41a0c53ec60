"""What the send gate may say, and what it is told of the channel and the business. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType

from bot.domain import Purpose
from bot.domain_sending import OutboundMessage
from bot.profile import Profile, load_profile
from bot.quiet import Whereabouts, find_whereabouts, home_of
from bot.store.departures import Departure, OtherWay
from bot.templating import Filled


@dataclass(frozen=True, slots=True)
class Leave:
    """The message may go."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The message may not go, now or later."""

    reason: str
    was_held: bool = False
    """Whether it has waited for its moment in vain."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The message may not go now: it is judged again then, or once the customer writes."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Instead:
    """The message may go in another shape: as approved words, or by another way."""

    reason: str
    to: Filled | OtherWay


Verdict = Leave | Refuse | Hold | Instead


@cache
def _shipped() -> Profile:
    return load_profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the channel and the business allow."""

    window_s: float | None
    """Seconds after the customer's last message in which free text is allowed; None: always."""
    windows: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))
    """The same of every configured channel, by name."""
    carrier: str = ""
    """Whose templates may leave the channel's closed window; empty: it has none."""
    profile: Profile = field(default_factory=_shipped)


Rule = Callable[[Departure, Rules, datetime], Verdict | None]


def is_unasked(message: OutboundMessage) -> bool:
    """Whether nobody waits for it. Promotion never is what somebody waits for."""
    return message.is_unasked or message.purpose is Purpose.PROMOTIONAL


def where_is(departure: Departure, rules: Rules) -> Whereabouts:
    """Every place in which its recipient may be."""
    standing = departure.standing
    return find_whereabouts(
        departure.message.recipient, standing.zone, standing.zip_codes, home_of(rules.profile)
    )
