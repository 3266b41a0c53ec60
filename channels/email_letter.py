"""An outbox row as a letter: headers that nobody can slip others into, text first, files after it.

Used by channels/email.py. Everything in a letter comes from its row, so that a second try is the
same letter under the same Message-ID (I5). Source: RFC 5322 section 3.6, RFC 2045 to 2047, RFC 3834
section 5 (read 2026-11-23).
"""

from __future__ import annotations

from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from bot.domain import OutboundMessage
from bot.domain_mail import Attachment
from channels.base import AddressRefused
from channels.text import clean

# The library's own SMTP policy encodes long ids in thread headers and breaks them; the longest line
# that SMTP allows leaves them whole.
POLICY = policy.SMTP.clone(max_line_length=998)
SUBJECT_MAX = 200


def compose(message: OutboundMessage, sender: Address, recipient: str) -> EmailMessage:
    """The letter, complete with Message-ID and date.

    Raises:
        AddressRefused: no letter can be addressed so.
    """
    letter = EmailMessage(policy=POLICY)
    letter["From"] = sender
    try:
        letter["To"] = Address(addr_spec=recipient)
    except (MessageError, ValueError, IndexError) as error:
        raise no_mailbox() from error
    letter["Subject"] = " ".join(clean(message.subject).split())[:SUBJECT_MAX]
    letter["Date"] = format_datetime(message.claimed_at)
    letter["Message-ID"] = f"<{message_id(message, sender)}>"
    # Out-of-office replies to a machine help nobody.
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(clean(message.text), charset="utf-8")
    for each in message.attachments:
        _attach(letter, each)
    return letter


def message_id(message: OutboundMessage, sender: Address) -> str:
    """Made from the row's id before the first try, without angle brackets."""
    return f"{message.id}@{sender.domain}"


def deliverable(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII.

    Raises:
        AddressRefused: it is no mailbox, or one that only an extension could reach.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        local.encode("ascii")
    except UnicodeError as error:
        raise no_mailbox() from error
    if not (local and at and domain) or not (local + domain).isprintable() or " " in address:
        raise no_mailbox()
    return f"{local}@{domain}"


def no_mailbox() -> AddressRefused:
    """What is said of an address that no letter can reach; never the address itself."""
    return AddressRefused("this is no mailbox that mail can reach", opted_out=False)


def _attach(letter: EmailMessage, each: Attachment) -> None:
    """As bytes, because the library would fold the lines of a text its own way."""
    kind, *given = (part.strip() for part in each.content_type.split(";"))
    main, _, sub = kind.partition("/")
    parameters = {"charset": "utf-8"}
    for parameter in given:
        name, _, value = parameter.partition("=")
        parameters[name] = value
    letter.add_attachment(
        each.text.encode(), maintype=main, subtype=sub, filename=each.name, params=parameters
    )
