"""An outbox row as a letter: headers that nobody can slip others into, text first, files after it.

Used by channels/email.py. Everything in a letter comes from its row, so that a second try is the
same letter under the same Message-ID (I5). Source: RFC 5322 section 3.6, RFC 2045 to 2047, RFC 3834
section 5, RFC 8058 section 3.1 (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from bot.domain import Author, Purpose
from bot.domain_mail import Attachment
from bot.domain_sending import OutboundMessage
from bot.language.wording import say
from bot.unsubscribing import make_link
from channels.base import AddressRefused
from channels.email_page import page
from channels.email_subjects import topic_of
from channels.text import clean

LINE_MAX = 998
UNBROKEN = frozenset({"to", "message-id", "in-reply-to", "references", "list-unsubscribe"})


class _Wire(policy.EmailPolicy):
    """Lines as RFC 2045 and 2047 want them; the library would encode long ids and break them, so
    headers of ids and links are as long as SMTP allows."""

    def fold(self, name: str, value: str) -> str:
        """A header as text."""
        if name.lower() in UNBROKEN and self.max_line_length != LINE_MAX:
            return self.clone(max_line_length=LINE_MAX).fold(name, value)
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as it goes over the line."""
        if name.lower() in UNBROKEN and self.max_line_length != LINE_MAX:
            return self.clone(max_line_length=LINE_MAX).fold_binary(name, value)
        return super().fold_binary(name, value)


# Bodies are ASCII on the wire: not every server takes others.
POLICY = _Wire(linesep="\r\n", max_line_length=76, cte_type="7bit")
SUBJECT_MAX = 200
ID_MAX = 900
ENDS = 10
"""Of a long thread the first and the last so many ids are named."""
_ID = re.compile(rf"[!-;=?-~]{{1,{ID_MAX}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What of the business stands in its letters."""

    name: str = ""
    postal_address: str = ""
    base_url: str = ""
    """Where links lead; empty: letters have none."""
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    content_type: str
    content: bytes


def compose(
    message: OutboundMessage,
    sender: Address,
    recipient: str,
    *,
    head: Letterhead = Letterhead(),
    files: Sequence[Enclosure] = (),
) -> EmailMessage:
    """The letter, complete with Message-ID and date.

    Raises:
        AddressRefused: no letter can be addressed so.
    """
    letter = EmailMessage(policy=POLICY.clone(utf8=not recipient.isascii()))
    letter["From"] = sender
    try:
        letter["To"] = _named(recipient)
    except (MessageError, ValueError, IndexError) as error:
        raise no_mailbox() from error
    letter["Subject"] = subject_of(message, head)
    letter["Date"] = format_datetime(message.claimed_at)
    letter["Message-ID"] = f"<{message_id(message, sender)}>"
    _thread(letter, message)
    _courtesies(letter, message)
    link = _offer_link(letter, message, head)
    _body(letter, message, head, link)
    for each in message.attachments:
        _attach(letter, each)
    for file in files:
        main, _, sub = _declared(file.content_type).partition("/")
        letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return letter


def message_id(message: OutboundMessage, sender: Address) -> str:
    """Made from the row's id before the first try, without angle brackets."""
    return f"{message.id}@{sender.domain}"


def deliverable(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII; its local part may want an extension.

    Raises:
        AddressRefused: it is no mailbox.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        local.encode()
    except UnicodeError as error:
        raise no_mailbox() from error
    if not (local and at and domain) or not (local + domain).isprintable() or " " in address:
        raise no_mailbox()
    return f"{local}@{domain}"


def _named(recipient: str) -> Address:
    """A recipient; of a local part beyond ASCII the library reads nothing, so it is asked for."""
    if recipient.isascii():
        return Address(addr_spec=recipient)
    local, _, domain = recipient.rpartition("@")
    if re.search(r"[\s<>,;:@\"()\[\]\\]", local):
        raise no_mailbox()
    return Address(username=local, domain=domain)


def no_mailbox() -> AddressRefused:
    """What is said of an address that no letter can reach; never the address itself."""
    return AddressRefused("this is no mailbox that mail can reach", opted_out=False)


def subject_of(message: OutboundMessage, head: Letterhead) -> str:
    """Its own, else that of the letter it answers, with one `Re:`, else what it is in general."""
    own = " ".join(clean(message.subject).split())
    if own:
        return own[:SUBJECT_MAX]
    asked = message.answered.subject if message.answered and not is_offer(message) else ""
    topic = topic_of(clean(asked))
    if topic:
        return f"Re: {topic}"[:SUBJECT_MAX]
    name = "letter_offer_subject" if is_offer(message) else "letter_subject"
    return say(name, message.language or "en", business=head.name).strip()[:SUBJECT_MAX]


def is_offer(message: OutboundMessage) -> bool:
    """Whether nobody has asked for it."""
    return message.is_unasked or message.purpose is Purpose.PROMOTIONAL


def _thread(letter: EmailMessage, message: OutboundMessage) -> None:
    """The ids by which mail programs show it below what it answers."""
    answered = message.answered.thread if message.answered else None
    # A letter with a subject of its own begins a thread, unless it is said to be the answer.
    belongs = message.is_reply or not (message.subject or is_offer(message))
    if answered is None or not belongs or not _ID.fullmatch(answered.message_id):
        return
    before = answered.references or ((answered.in_reply_to,) if answered.in_reply_to else ())
    named = [each for each in before if _ID.fullmatch(each) and each != answered.message_id]
    if len(named) > 2 * ENDS - 1:
        named = [*named[:ENDS], *named[-(ENDS - 1) :]]
    letter["In-Reply-To"] = f"<{answered.message_id}>"
    letter["References"] = " ".join(f"<{each}>" for each in (*named, answered.message_id))


def _courtesies(letter: EmailMessage, message: OutboundMessage) -> None:
    """Out-of-office replies to a machine help nobody; a colleague's own words may get one."""
    if message.author is Author.STAFF:
        return
    letter["Auto-Submitted"] = "auto-replied" if message.is_reply else "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"


def _offer_link(letter: EmailMessage, message: OutboundMessage, head: Letterhead) -> str:
    """Where offers end, also with one press in the mail program; empty where it is no offer."""
    if not (is_offer(message) and message.address_id and head.secret and head.base_url):
        return ""
    link = make_link(head.base_url, head.secret, message.address_id)
    letter["List-Unsubscribe"] = f"<{link}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return link


def _body(letter: EmailMessage, message: OutboundMessage, head: Letterhead, link: str) -> None:
    """Both halves say the same; only an offer has a footer in the plain one too."""
    text, language = clean(message.text), message.language or "en"
    footer = [head.name, head.postal_address] if is_offer(message) else [head.name]
    if link:
        footer.append(say("letter_why", language, business=head.name))
        footer.append(f"{say('letter_unsubscribe', language)}: {link}")
    lines = [line for line in footer if line]
    plain = "\n".join((text, "", "-- ", *lines)) if is_offer(message) and lines else text
    letter.set_content(plain, charset="utf-8")
    shown = page(text, title=subject_of(message, head), language=language, footer=lines)
    letter.add_alternative(shown, subtype="html", charset="utf-8")


def _declared(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "application/octet-stream"


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
