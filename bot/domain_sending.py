"""What leaves and what comes back of it: a claimed row of the outbox, receipts, vendor-told wishes.

Values only, like bot/domain.py, which has what both directions share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import (
    NOTHING,
    AddressId,
    Author,
    ConversationId,
    Media,
    MessageId,
    Purpose,
    Scope,
    Status,
    Thread,
)
from bot.domain_mail import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What somebody told a vendor, and not us, of wanting our messages."""

    channel: str
    handle: str
    """Whose it is, as a message's sender would be."""
    wants: bool
    scope: Scope
    said_at: datetime | None = None
    words: str = ""
    """The vendor's name for it, as proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A vendor's notice that changes a delivery status."""

    channel: str
    external_id: str
    status: Status
    code: str = ""
    """The vendor's error code, empty when all is well."""
    reason: str = ""
    """The code in words that staff understand."""
    opted_out: bool = False
    """Whether the code means that this address refuses our messages."""
    bad_address: bool = False
    """Whether the code means that this address cannot be reached at all."""
    is_soft: bool = False
    """Whether the failure may pass: the address is given up only after several in a row."""
    about: tuple[str, ...] = ()
    """Domains of the mailboxes that the vendor names as not reached; empty: it names none."""
    tag: str = ""
    """Our own name for the message, our row's id, where the vendor gives it back (I5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUse:
    """An approved template with what stands in its gaps; it may leave a closed window."""

    content_id: str
    """The vendor's id of the template."""
    variables: Mapping[str, str]
    """By the gap's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing a customer may tap instead of writing it; what comes back is its title."""

    id: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The customer's message that an outbound one follows, by the vendor's own names for it."""

    external_id: str
    said_at: datetime
    subject: str = ""
    thread: Thread | None = None
    extras: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A row of the outbox, claimed for delivery."""

    id: MessageId
    conversation_id: ConversationId
    channel: str
    recipient: str
    sender: str
    """Our own handle that the customer last wrote to; empty: the channel's default."""
    text: str
    author: Author
    purpose: Purpose
    epoch: int
    attempt: int
    created_at: datetime
    claimed_at: datetime
    subject: str = ""
    thread: Thread | None = None
    attachments: tuple[Attachment, ...] = ()
    template: TemplateUse | None = None
    answered: Answered | None = None
    """The message it replies to, else the last one that came from this address."""
    is_reply: bool = False
    """Whether `answered` is what it replies to."""
    choices: tuple[Choice, ...] = ()
    """What the customer may tap; the text says it all for channels that cannot show them."""
    choose: str = ""
    """What stands on the button behind which a channel keeps a longer list of them."""
    media: tuple[Media, ...] = ()
    """Files that go with it, `kept:KEY` each."""
    is_unasked: bool = False
    """Whether nobody waits for it: quiet hours and caps hold for it."""
    address_id: AddressId | None = None
    """Ours of the recipient; a letter's link to end our offers names it."""
    language: str = ""
    """In which it is written; empty: nobody has said."""
    is_follow_up: bool = False
    """Whether it is one, or part of one: its plan asks what became of it."""
    wording: str = ""
    """Name of a follow-up's words: an approved template may be their twin. Empty on later parts of
    a text that was cut."""
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What was filled into them, by the name of its gap."""
