"""All that a turn knows before any model is asked: loaded once, after the conversation is claimed.

Tools, agents and the offline model read it; nobody changes it. A new quote makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain import ConversationId, CustomerId, Emotion, MessageId, Quote, StoredMessage
from bot.domain_answers import Memory
from bot.domain_booking import Booking, Proposal

TEXT_MAX_CHARS = 4000
TRANSCRIPT_MAX = 24
"""Messages of the transcript; of a longer conversation the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The conversation as it stands when the turn begins."""

    conversation_id: ConversationId
    customer_id: CustomerId
    channel: str
    language: str
    agent: str | None
    """The agent that spoke last, or None in a new conversation."""
    waiting: tuple[StoredMessage, ...]
    transcript: tuple[StoredMessage, ...]
    """Everything recent before them, oldest first."""
    quote: Quote | None
    """The latest quote of the conversation, if it has not expired."""
    customer_name: str = ""
    emotions: Mapping[MessageId, Emotion] = field(default_factory=dict)
    bookings: tuple[Booking, ...] = ()
    """The customer's events that are not over, soonest first; holds that ran out are left out."""
    proposal: Proposal | None = None
    """The terms that were stated last and still wait for a yes."""
    open_escalation: bool = False
    failures: int = 0
    """How many of the bot's last answers in a row said that it did not understand."""
    summary: str = ""
    """What was said before the transcript begins, in short; empty where nothing was."""
    memories: tuple[Memory, ...] = ()
    """What the customer has told of themselves, in any conversation, newest first."""
    last_order: Mapping[str, object] | None = None
    """The order of the customer's latest booked event: what "same as last time" means."""
    last_intent: str | None = None
    """What the customer wanted in the turn before, as its record says."""
    awaits_code: bool = False
    """Whether a code was sent of late to an address that the customer says is theirs too."""

    @property
    def text(self) -> str:
        """The waiting messages read as one; of very long ones the end."""
        return "\n".join(m.text for m in self.waiting if m.text)[-TEXT_MAX_CHARS:]
