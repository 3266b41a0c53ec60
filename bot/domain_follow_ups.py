"""Nouns of follow-ups: what is planned, what it is about when it is due, and why it is left out.

Frozen values. bot/causes makes plans and matters of rows, bot/follow_ups decides, bot/store keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from bot.domain import NOTHING, AddressId, ConversationId, CustomerId, MessageId, QuoteId
from bot.domain_booking import BookingId
from bot.domain_sending import Choice

FollowUpId = NewType("FollowUpId", UUID)
CampaignId = NewType("CampaignId", UUID)

STAFF = "staff"
"""The cause of those whose words a person wrote to one customer."""
CAMPAIGN = "campaign"
"""The cause of those that are part of a campaign."""
HOLDOUT = "holdout"
"""The arm of those who are not written to, so that what a message brings can be told."""


class FollowUpStatus(StrEnum):
    """Where a follow-up is in its life; schema.sql says what each means."""

    PLANNED = "planned"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    HELD = "held"
    CANCELLED = "cancelled"
    ANSWERED = "answered"
    CONVERTED = "converted"
    UNKNOWN = "unknown"


WAITING = (FollowUpStatus.PLANNED, FollowUpStatus.DUE, FollowUpStatus.HELD)


class Feeling(StrEnum):
    """How a customer has felt of late, as far as the wording goes."""

    HAPPY = "happy"
    NEUTRAL = "neutral"
    UNHAPPY = "unhappy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One message to be planned."""

    cause: str
    key: str
    """The same for the same matter and step, for ever: the same twice plans once."""
    customer_id: CustomerId
    due_at: datetime
    valid_until: datetime
    """After this it says nothing any more: a late one is left out."""
    because: str
    """Why, in staff's words, such as "priced $660.00 on Nov 3"."""
    step: str = ""
    """Which of its cause's messages, such as 24h or 7d."""
    booking_id: BookingId | None = None
    quote_id: QuoteId | None = None
    conversation_id: ConversationId | None = None
    memory_id: UUID | None = None
    campaign_id: CampaignId | None = None
    about: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    """Plain JSON of what it rests on, for `Cause.look` to compare with when it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A row of the schedule."""

    id: FollowUpId
    cause: str
    step: str
    key: str
    customer_id: CustomerId
    due_at: datetime
    valid_until: datetime | None
    """None: as long as staff want it."""
    status: FollowUpStatus
    created_at: datetime
    looks: int
    """How often it was put off so far."""
    because: str
    reason: str
    text: str
    """Staff's own words; empty: the rule's."""
    planned_by: str
    """The staff member; empty: a rule."""
    address_id: AddressId | None
    """Where it goes; None: chosen when it goes."""
    booking_id: BookingId | None
    quote_id: QuoteId | None
    conversation_id: ConversationId | None
    memory_id: UUID | None
    campaign_id: CampaignId | None
    message_id: MessageId | None
    about: Mapping[str, object]
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a follow-up is about at the moment it is judged, all of it read from rows then."""

    fields: Callable[[str], Mapping[str, str]]
    """By language: what the words may say, such as name, day, time, guests, chef, total; a figure
    that is not known is empty or missing. Dates and sums are already in that language's form."""
    choices: Callable[[str], tuple[Choice, ...]] = lambda _language: ()
    """By language: what the customer may tap."""
    wants_feeling: bool = False
    """Whether the wording differs with how the customer has felt."""
    link: str = ""
    """An address the words may carry, such as for a review; never to an unhappy customer."""


@dataclass(frozen=True, slots=True)
class Gone:
    """It is not owed any more."""

    reason: str
    """In staff's words, such as "the customer has booked since"."""


@dataclass(frozen=True, slots=True)
class Later:
    """It is owed, but at another moment."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when a cause looks for matters."""

    since: datetime
    until: datetime
    limit: int = 500
    unplanned_only: bool = True
    """False: those that have a row as well, for a look into the past."""
