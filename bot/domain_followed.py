"""The follow-up that a customer's words may answer, as a turn sees it.

A value. bot/store/follow_up_answers.py reads it; bot/follow_ups/answering.py, the tools and the
prompt go by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import NOTHING, MessageId, QuoteId
from bot.domain_booking import BookingId
from bot.domain_follow_ups import FollowUpId


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """What we wrote unasked last, or the one under which they tapped."""

    id: FollowUpId
    cause: str
    step: str
    key: str
    """Of a booking's it ends with the start it speaks of."""
    booking_id: BookingId | None
    quote_id: QuoteId | None
    message_ids: tuple[MessageId, ...]
    """The parts that it went out in."""
    external_ids: tuple[str, ...]
    """The vendor's names of them, as far as it has told."""
    text: str
    choices: tuple[str, ...]
    """The titles that were offered to be tapped."""
    reached_at: datetime
    is_open: bool
    """Whether they have not written since, but for what waits now."""
    wording: str = ""
    """The name of its words, such as after_event_unhappy_a."""
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What its words said, by name, such as guests."""
