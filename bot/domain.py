"""All nouns of the service, frozen. Nothing here reads a clock, a database or a vendor's field.

Closed sets are StrEnums whose values are the words used in the database, logs and metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

CustomerId = NewType("CustomerId", UUID)
AddressId = NewType("AddressId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
TurnId = NewType("TurnId", UUID)
QuoteId = NewType("QuoteId", UUID)
EscalationId = NewType("EscalationId", UUID)

NOTHING: Mapping[str, str] = MappingProxyType({})


class Direction(StrEnum):
    """From, or to, the customer."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


class Kind(StrEnum):
    """What a message is."""

    TEXT = "text"
    MEDIA = "media"
    REACTION = "reaction"
    BUTTON = "button"
    LOCATION = "location"
    EDIT = "edit"
    DELETION = "deletion"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    UNSUPPORTED = "unsupported"
    CALL = "call"
    """A telephone call; the extra `call` says how it ended: missed, answered or voicemail."""
    VOICEMAIL = "voicemail"
    """A recording, with its text where the vendor or a model wrote it down."""


class Status(StrEnum):
    """Where a message is in its life: the first three inbound, the others outbound."""

    RECEIVED = "received"
    ANSWERED = "answered"
    IGNORED = "ignored"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    HELD = "held"


class Purpose(StrEnum):
    """The class of an outbound message, by which the send gate judges it."""

    REQUIRED = "required"
    ESSENTIAL = "essential"
    CONVERSATIONAL = "conversational"
    PROMOTIONAL = "promotional"


class Mode(StrEnum):
    """Who has the floor in a conversation."""

    BOT = "bot"
    HUMAN = "human"
    CLOSED = "closed"


class Scope(StrEnum):
    """What a consent, or its end, speaks of."""

    ALL = "all"
    PROMOTIONAL = "promotional"


class Consent(StrEnum):
    """Whether we may write to an address."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REVOKED = "revoked"


class PrimaryEmotion(StrEnum):
    """Ekman's six, and neutral."""

    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    FEARFUL = "fearful"
    SURPRISED = "surprised"
    DISGUSTED = "disgusted"
    NEUTRAL = "neutral"


class Polarity(StrEnum):
    """Whether a message speaks well or badly of its matter."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a message; its type is as the vendor declared it, not yet believed."""

    url: str
    """Where the vendor keeps it; fetched only from an allow-listed host. `kept:KEY` is ours."""
    content_type: str
    name: str = ""
    """As its sender called it."""
    content: bytes | None = field(default=None, repr=False)
    """The file itself, where the vendor sent it along: stored before the request is acknowledged,
    and its URL then says where."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The vendor's own grouping, as mail has it: ids without angle brackets, oldest first."""

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The one message type: what every channel parses to, and nothing past parsing knows more."""

    channel: str
    external_id: str
    """The vendor's id; with `channel` the idempotency key."""
    sender: str
    """Handle of whoever wrote it: E.164, mailbox, or an opaque id of the channel."""
    recipient: str
    direction: Direction = Direction.INBOUND
    author: Author = Author.CUSTOMER
    kind: Kind = Kind.TEXT
    text: str = ""
    """Free of NUL and lone surrogates; see `channels.text.clean`."""
    full_text: str = ""
    """All of a letter, of which `text` is only what is new; empty where they are the same."""
    media: tuple[Media, ...] = ()
    subject: str = ""
    thread: Thread | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    """When we took it in; set by intake from the one clock."""
    language: str | None = None
    extras: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """A few bounded vendor facts worth keeping: profile name, button payload, whether the sender is
    proved (`unproven`)."""
    also: str = ""
    """Another name that the vendor has for the sender, such as an opaque id beside the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A row of the transcript, as a turn sees it."""

    id: MessageId
    seq: int
    direction: Direction
    author: Author
    kind: Kind
    text: str
    status: Status
    channel: str
    address_id: AddressId
    created_at: datetime
    said_at: datetime
    """When the vendor says it was sent, else when we took it in."""
    external_id: str = ""
    """The vendor's name of it; empty where it never told us."""
    replied_to: str = ""
    """The `external_id` of the message it was tapped under, or quotes."""
    language: str | None = None
    media_count: int = 0
    consent: Consent = Consent.UNKNOWN
    extras: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to take one turn in a conversation; dead once another token is in the row."""

    conversation_id: ConversationId
    token: int
    epoch: int
    mode: Mode
    failures: int = 0
    """How many turns in a row have raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emotion:
    """What a scorer reads from one inbound message."""

    primary: PrimaryEmotion
    polarity: Polarity
    intensity: float
    """0.0 calm to 1.0 beside oneself."""
    confidence: float
    """Probability of `primary`, calibrated as far as the scorer is."""
    scorer: str
    escalate: float = 0.0
    """How much a good manager would want to be told of it now; from 0.5 the scorer says they do."""

    @property
    def valence(self) -> float:
        """-1.0 as bad as can be to 1.0 as good; 0.0 where it is neither."""
        if self.polarity is Polarity.NEUTRAL:
            return 0.0
        return self.intensity if self.polarity is Polarity.POSITIVE else -self.intensity


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One line of a quote; the sum of the lines is its total."""

    code: str
    label: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A priced offer. Never changed: a correction is a new version."""

    id: QuoteId
    version: int
    order: Mapping[str, object]
    """What was priced, as plain JSON, so that the next version can start from it."""
    lines: tuple[QuoteLine, ...]
    total: Decimal
    deposit: Decimal
    expires_at: datetime
    service: str = ""
    """Code in the profile; empty means the one sold by default."""
    headcount: int = 0
    workers: int = 1
    """How many of the crew it needs."""
    shortfall: Decimal = Decimal(0)
    travel: Decimal | None = None
    """None where the distance was not known."""
    gratuity: tuple[Decimal, Decimal] | None = None
    """Suggested, least and most; never part of the total."""
