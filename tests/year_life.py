"""One customer of a simulated year: the notes of what was true of them at every moment.

tests/year_lives.py writes them, tests/year_judge.py holds what was sent against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from follow_up_ground import Somebody

ZONES = {
    "415": "America/Los_Angeles",
    "303": "America/Denver",
    "312": "America/Chicago",
    "212": "America/New_York",
}
"""Area code and where its people live."""
HERE = "415"
"""Of the business's own zone."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What an event was from a moment on."""

    at: datetime
    starts_at: datetime
    ends_at: datetime
    guests: int
    status: str
    held_until: datetime | None

    def is_on(self, at: datetime) -> bool:
        """Whether it was still to come, then."""
        if self.status == "held" and self.held_until is not None and self.held_until <= at:
            return False
        return self.starts_at > at and self.status in ("held", "confirmed", "changed")


@dataclass
class Life:
    """One customer, and what is true of them at every moment of the year."""

    who: Somebody
    zone: ZoneInfo
    wants_offers: bool
    stops: list[datetime] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    troubles: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when until when a person had the conversation."""
    wrote_at: list[datetime] = field(default_factory=list)
    is_busy: bool = False
    """Whether a complaint of theirs is open."""
    events: dict[str, list[Stand]] = field(default_factory=dict)
    """What each of their events was from when on."""
    prices: dict[str, tuple[datetime, Decimal]] = field(default_factory=dict)
    angry_at: list[datetime] = field(default_factory=list)

    def agreed(self, at: datetime) -> bool:
        """Whether they had said yes to offers by then; who writes START has agreed to all of it."""
        return self.wants_offers or any(each < at for each in self.starts)

    def stood(self, booking_id: str, at: datetime) -> Stand | None:
        """What an event was at a moment."""
        before = [each for each in self.events.get(booking_id, ()) if each.at <= at]
        return before[-1] if before else None

    def has_ahead(self, at: datetime) -> bool:
        """Whether they had an event to come then."""
        stood = (self.stood(booking_id, at) for booking_id in self.events)
        return any(s is not None and s.is_on(at) for s in stood)

    def has_stopped(self, at: datetime) -> bool:
        """Whether they had opted out by then."""
        stopped = max((each for each in self.stops if each < at), default=None)
        started = max((each for each in self.starts if each < at), default=None)
        return stopped is not None and (started is None or started < stopped)


@dataclass(frozen=True, slots=True)
class Left:
    """One text that the vendor has."""

    sid: str
    handle: str
    at: datetime
    body: str
    row: Mapping[str, Any] | None
    """Ours; None where we know nothing of it."""

    @property
    def name(self) -> str:
        """By which a finding is looked into."""
        said = f"{self.row['cause']} {self.row['id']}" if self.row else self.sid
        return f"{said} to {self.handle} at {self.at:%Y-%m-%d %H:%M}Z"

    @property
    def is_notice(self) -> bool:
        """Whether it told of a hold that ran out: news nobody asked for, and no follow-up.

        It comes whenever that happens, and whatever follows keeps its distance from it.
        """
        return self.row is not None and self.row["id"] is None

    @property
    def is_news(self) -> bool:
        """Whether it was about an event they had booked, which the week's cap leaves alone."""
        return self.row is not None and self.row["purpose"] == "essential"
