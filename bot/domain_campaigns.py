"""Nouns of campaigns: who is meant, the words, and how far one has come. Frozen values.

bot/follow_ups/campaigns.py moves them, bot/store/campaigns.py keeps them, bot/store/segments.py
finds who is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.domain import CustomerId
from bot.domain_follow_ups import CampaignId


class CampaignStatus(StrEnum):
    """Where a campaign is in its life."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Which customers are meant: all of what is said holds for each; nothing said is everybody."""

    event_since: date | None = None
    """They had an event on that day or later, in the business's calendar."""
    event_until: date | None = None
    """They had one on that day or before."""
    silent_days: int | None = None
    """No event in so many days, and none ahead."""
    quoted_days: int | None = None
    """Priced in so many days, and nothing booked since."""
    guests_least: int | None = None
    """Of their last event, else of their last price."""
    guests_most: int | None = None
    miles: int | None = None
    """At most so far by road from `zip_code`."""
    zip_code: str = ""
    towns: tuple[str, ...] = ()
    """Their event, or what they asked a price for, is in one of these."""
    language: str = ""
    occasion_month: int | None = None
    """They told of a birthday or the like in that month, 1 to 12."""
    has_answered: bool = False
    """They answered something that we wrote unasked."""
    customer_ids: tuple[CustomerId, ...] = ()
    """Picked by staff, one by one; empty: anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A campaign as it is written."""

    name: str
    segment: Segment
    words: Mapping[str, str]
    """By language."""
    per_hour: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """Nobody is written to from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as it stands."""

    id: CampaignId
    wanted: Wanted
    status: CampaignStatus
    written_by: str
    started_by: str
    """Empty: nobody has."""
    created_at: datetime
    started_at: datetime | None
    last_customer_id: CustomerId | None
    """Up to whom it is planned."""
    recipients: int
    """How many have a row of the schedule."""
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of those who are meant."""

    waiting: int = 0
    on_their_way: int = 0
    sent: int = 0
    """Taken by the vendor, answered ones among them."""
    answered: int = 0
    booked: int = 0
    opted_out: int = 0
    cancelled: int = 0
    unknown: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    """Reason and how many, the most first."""


_NUMBERS = ("silent_days", "quoted_days", "guests_least", "guests_most", "miles", "occasion_month")
_DAYS = ("event_since", "event_until")


def segment_kept(segment: Segment) -> dict[str, object]:
    """A segment as plain JSON, without what it does not say."""
    names = (*_NUMBERS, "zip_code", "language", "has_answered")
    found: dict[str, object] = {name: value for name in names if (value := getattr(segment, name))}
    found |= {n: day.isoformat() for n in _DAYS if (day := getattr(segment, n)) is not None}
    found |= {"towns": list(segment.towns)} if segment.towns else {}
    picked = [str(each) for each in segment.customer_ids]
    return found | ({"customer_ids": picked} if picked else {})


def segment_of(kept: Mapping[str, Any]) -> Segment:
    """The segment that was kept."""
    days: dict[str, Any] = {n: date.fromisoformat(kept[n]) for n in _DAYS if n in kept}
    return Segment(
        **{name: kept[name] for name in _NUMBERS if name in kept},
        **days,
        zip_code=kept.get("zip_code", ""),
        towns=tuple(kept.get("towns", ())),
        language=kept.get("language", ""),
        has_answered=bool(kept.get("has_answered", False)),
        customer_ids=tuple(CustomerId(UUID(each)) for each in kept.get("customer_ids", ())),
    )
