"""Nouns of booking: the event, the terms that wait for a yes, the crew and what keeps it busy.

Frozen values, like those of bot/domain.py. Rows become these in bot/store; rules are bot/booking's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from bot.domain import ConversationId, CustomerId, QuoteId

BookingId = NewType("BookingId", UUID)
ProposalId = NewType("ProposalId", UUID)
ChefId = NewType("ChefId", UUID)


class BookingStatus(StrEnum):
    """Where a booking is in its life; which may follow which is a rule of the database."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Act(StrEnum):
    """What a customer is asked to say yes to."""

    BOOK = "book"
    CHANGE = "change"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A chef of an event."""

    chef_id: ChefId
    name: str
    leaves_at: datetime
    """When the chef sets out for it."""
    ends_at: datetime
    miles: Decimal | None
    """One way, from home."""
    reason: str
    """Why this chef, in staff's words."""
    by_hand: bool = False
    """Whether staff chose, whatever the rules say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An event, or the slot kept for it."""

    id: BookingId
    code: str
    """What customer and staff call it, such as H7K3Q."""
    customer_id: CustomerId
    conversation_id: ConversationId
    quote_id: QuoteId
    service: str
    starts_at: datetime
    """Aware, UTC; said to people in the business's zone."""
    ends_at: datetime
    status: BookingStatus
    headcount: int
    workers: int
    address: str
    zip_code: str
    total: Decimal
    """Of the quote it stands on."""
    deposit: Decimal
    agreed_at: datetime | None
    """When the customer said yes to the stated terms."""
    held_until: datetime | None
    deposit_paid_at: datetime | None
    moves: int
    """How often its date was changed."""
    fees: Decimal
    """Owed beside the quote."""
    refund: Decimal | None
    version: int
    created_at: datetime
    wishes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    chefs: tuple[Assignment, ...] = ()
    allergies: tuple[str, ...] = ()
    """In the customer's words."""

    @property
    def is_open(self) -> bool:
        """Whether the event is still to come, as far as the books say."""
        return self.status in OPEN

    @property
    def awaits_deposit(self) -> bool:
        """Whether the customer has agreed and staff have yet to see the deposit."""
        return self.status is BookingStatus.HELD and self.agreed_at is not None

    @property
    def is_short_of_chefs(self) -> bool:
        """Whether fewer chefs are assigned than it needs."""
        return self.is_open and len(self.chefs) < self.workers


OPEN = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Terms that were stated and wait for the customer's yes."""

    id: ProposalId
    conversation_id: ConversationId
    booking_id: BookingId
    booking_version: int
    """The booking's version that the terms were made for."""
    act: Act
    quote_id: QuoteId
    """The price that was stated."""
    detail: Mapping[str, object]
    """Plain JSON. change: starts_at, address, zip_code as far as they change, fee. cancel: refund,
    kept."""
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chef:
    """One of the crew."""

    id: ChefId
    number: int
    """Its stretch of the line that keeps a chef in one place at a time."""
    code: str
    name: str
    home_zip: str
    services: frozenset[str]
    languages: frozenset[str]
    strengths: frozenset[str]
    certificates: frozenset[str]
    days_off: frozenset[int]
    """Weekdays, Monday 0."""
    works_from: time | None
    works_until: time | None
    """Local; events start no earlier and end no later. Before works_from: of the next day."""
    events_a_day: int
    max_miles: Decimal | None
    """One way from home; None: as far as the business goes."""
    feed_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One chef at one event, as far as planning another needs to know."""

    chef_id: ChefId
    booking_id: BookingId
    leaves_at: datetime
    starts_at: datetime
    ends_at: datetime
    zip_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which a chef, or everybody, does not work; both ends included, local."""

    chef_id: ChefId | None
    """None: the whole business is closed."""
    starts_on: date
    ends_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The crew and what keeps it busy around some days: all that planning reads."""

    chefs: tuple[Chef, ...]
    """The active ones."""
    engagements: tuple[Engagement, ...] = ()
    """Of events that are held (and not run out), confirmed or changed; oldest first."""
    absences: tuple[Absence, ...] = ()
    served: Mapping[ChefId, int] = field(default_factory=lambda: MappingProxyType({}))
    """How many events each has had of late and has before them, for fairness."""
