"""A plain mail of our own to the owner. No customer channel: consent and outbox know nothing of it.

Used by jobs/mail_owner.py. The Message-ID is made of the mail's row, so that a second try after an
unknown outcome is the same letter to a mail program (I5).
"""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from bot.errors import VendorRefused
from channels.email import ConfiguredEmail
from channels.email_letter import POLICY, SUBJECT_MAX, deliverable
from channels.email_smtp import hand_over
from channels.text import clean


async def mail(
    email: ConfiguredEmail,
    recipient: str,
    *,
    mail_id: UUID,
    subject: str,
    text: str,
    written_at: datetime,
) -> None:
    """Hand it to the mail server.

    Raises:
        VendorUnavailable: it was not taken now. VendorRefused: it never will be.
        VendorSilent: nobody knows.
    """
    address = deliverable(recipient)
    letter = EmailMessage(policy=POLICY)
    try:
        letter["From"] = email.sender
        letter["To"] = Address(addr_spec=address)
        letter["Subject"] = " ".join(clean(subject).split())[:SUBJECT_MAX]
        letter["Date"] = format_datetime(written_at)
        letter["Message-ID"] = f"<{mail_id}@{email.sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(clean(text), charset="utf-8")
        written = letter.as_bytes()
    except (MessageError, ValueError, IndexError) as error:
        raise VendorRefused("the owner's mail cannot be written") from error
    await hand_over(email.server, sender=email.sender.addr_spec, recipient=address, letter=written)
