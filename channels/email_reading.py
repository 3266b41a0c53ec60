"""A letter as the message it is: who, what is new in it, which thread, and whether a machine wrote.

The same for every provider. A letter's id is its Message-ID, so that two providers that bring it
bring one message (I2). What it answers is kept for our own headers only: whose conversation it
belongs to, its sender decides and no reference (I10). Called by channels/email.py.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from bot.domain import Kind, Message, Thread
from channels.base import Parsed
from channels.email_headers import canonical, mailboxes, text_of, thread_of, written_at
from channels.email_machines import Machine, judge_letter, read_bounce
from channels.email_mime import Contents, contents, read_letter
from channels.email_raw import RawMail
from channels.email_reply import answers_inside, new_text
from channels.email_reply_html import visible_text
from channels.email_sender import Sender, read_sender
from channels.email_subjects import is_marked, topic_of
from channels.text import clean

NAME = "email"
ID_MAX_CHARS = 500
TEXT_MAX_CHARS = 50_000
SUBJECT_MAX_CHARS = 300
OLD_AFTER = timedelta(days=7)
"""No provider tries for longer, so an older date is a wrong clock's."""
AHEAD_MAX = timedelta(minutes=10)
INSIDE = "it says that the answers stand inside the letter it quotes: read it whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a reader must know of us."""

    addresses: frozenset[str]
    """Our own mailboxes."""
    receiver: str = ""
    """Whose Authentication-Results are ours; empty: nobody's."""


def read_mail(mail: RawMail, house: House, now: datetime) -> Parsed:
    """What the letter is for us."""
    letter = read_letter(mail.raw)
    sender = read_sender(letter, mail, receiver=house.receiver)
    if not sender.address:
        return Parsed(unread=("From: names nobody whom an answer could reach",))
    recipient = canonical(mail.recipient)
    machine = judge_letter(
        letter, envelope_from=mail.envelope_from, our_addresses=house.addresses | {recipient}
    )
    receipts = () if machine is None else read_bounce(letter)
    message = _message(letter, mail, sender, now, machine=machine)
    return Parsed(messages=(message,), receipts=receipts)


def _message(
    letter: EmailMessage, mail: RawMail, sender: Sender, now: datetime, *, machine: Machine | None
) -> Message:
    held = contents(letter)
    thread = thread_of(letter)
    subject = text_of(letter, "Subject")[:SUBJECT_MAX_CHARS]
    whole = held.plain if held.plain.strip() else visible_text(held.html)
    # What a machine encloses, such as a bounce's table, nobody looks at.
    files = held.files if machine is None or machine.needs_person else ()
    text = clean(_said(held, thread, subject)).strip()[:TEXT_MAX_CHARS]
    return Message(
        channel=NAME,
        external_id=_id_of(thread, mail),
        sender=sender.address,
        recipient=canonical(mail.recipient),
        kind=Kind.MEDIA if files and not text else Kind.TEXT,
        text=text,
        full_text=clean(whole) if whole.strip() != text else "",
        media=files,
        subject=subject,
        thread=thread,
        sent_at=_said_at(letter, now),
        extras={**sender.extras(), **_more(letter, held, sender, machine)},
    )


def _said(held: Contents, thread: Thread, subject: str) -> str:
    """The new words. A subject is part of them where a letter begins a thread or says no more."""
    words = new_text(held.plain, held.html or None).strip()
    topic = topic_of(subject)
    begins = not (thread.in_reply_to or thread.references or is_marked(subject))
    if not words:
        return topic if begins else ""
    if not begins or not topic or topic.casefold() in words.casefold():
        return words
    return f"{topic}\n{words}"


def _id_of(thread: Thread, mail: RawMail) -> str:
    """Its Message-ID, or a digest of it where it has none that a row can hold."""
    found = clean(thread.message_id)
    if found and len(found) <= ID_MAX_CHARS:
        return found
    return "sha256:" + hashlib.sha256(mail.raw).hexdigest()


def _said_at(letter: EmailMessage, now: datetime) -> datetime | None:
    """When it was written, unless its clock was plainly wrong."""
    at = written_at(letter)
    return at if at is not None and now - OLD_AFTER <= at <= now + AHEAD_MAX else None


def _more(
    letter: EmailMessage, held: Contents, sender: Sender, machine: Machine | None
) -> dict[str, str]:
    """What staff and the noise filter should know besides who wrote it."""
    judged = "" if machine is None else f"{machine.kind}: {machine.reason}"
    needs_person = machine is not None and machine.needs_person
    is_inside = machine is None and answers_inside(
        new_text(held.plain, held.html or None), held.plain or visible_text(held.html)
    )
    reply_to = ", ".join(address for _, address in mailboxes(letter, "Reply-To"))
    copied = ", ".join(address for _, address in mailboxes(letter, "Cc"))
    said = {
        "machine": "" if needs_person else judged,
        "for_person": judged if needs_person else INSIDE if is_inside else "",
        "reply_to": reply_to if reply_to != sender.address else "",
        "copied_to": copied,
        "invitation": held.invitation,
        "ornaments": str(held.ornaments or ""),
    }
    return {name: value[:300] for name, value in said.items() if value}
