"""All that a turn knows before any model is asked: loaded once, after the conversation is claimed.

Tools, agents and the offline model read it; nobody changes it. A new quote makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain import ConversationId, CustomerId, Emotion, MessageId, Quote, StoredMessage
from bot.domain_answers import Memory
from bot.domain_booking import Booking, Proposal
from bot.domain_followed import FollowedUp
from bot.domain_media import MediaFile, Picture

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
    """Of the waiting messages, as far as they were read."""
    earlier_emotions: Mapping[MessageId, Emotion] = field(default_factory=dict)
    """The same of the customer's messages in the transcript, by the newest reading of each."""
    bookings: tuple[Booking, ...] = ()
    """The customer's events that are not over, soonest first; holds that ran out are left out."""
    proposal: Proposal | None = None
    """The terms that were stated last and still wait for a yes."""
    open_escalation: bool = False
    staff_note: str = ""
    """How staff, who gave the conversation back, want the bot to go on; empty: they said nothing.
    An instruction of the house, but no source of figures (I8)."""
    paused: bool = False
    """Whether staff have the bot answer nobody by itself."""
    has_left: bool = False
    """Whether they have opted out at one of their addresses; that was confirmed to them then."""
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
    files: Mapping[MessageId, tuple[MediaFile, ...]] = field(default_factory=dict)
    """Of the waiting messages, where a turn has waited for them."""
    pictures: tuple[Picture, ...] = ()
    """What a model is shown of them, oldest first; empty where none of ours can see."""
    earlier_pictures: tuple[Picture, ...] = ()
    """The same of the last messages of the transcript."""
    follow_up: FollowedUp | None = None
    """What we wrote unasked last, of late, or under which they tapped; their words may answer it
    while it `is_open`."""

    @property
    def text(self) -> str:
        """The waiting messages read as one; of very long ones the end."""
        return "\n".join(m.text for m in self.waiting if m.text)[-TEXT_MAX_CHARS:]
