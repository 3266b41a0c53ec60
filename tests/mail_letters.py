"""Letters as they come in, and the message that the service makes of one."""

from __future__ import annotations

from datetime import UTC, datetime

from mail_forms import INBOX

from bot.domain import Message
from channels.email_raw import Findings, RawMail
from channels.email_reading import House, read_mail

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOUSE = House(addresses=frozenset({INBOX}), receiver="mx.hibachi.example")
ANA = "ana@example.com"
PASSED = Findings(spf="pass", dkim="pass", signed_by=("example.com",))


def read(raw: str | bytes, *, sender: str = ANA, found: Findings = PASSED) -> Message:
    """The one message that a letter becomes."""
    whole = raw.encode() if isinstance(raw, str) else raw
    mail = RawMail(raw=whole, envelope_from=sender, recipient=INBOX, findings=found)
    [message] = read_mail(mail, HOUSE, NOW).messages
    return message


def letter(body: str = "Hello", *headers: str, sender: str = f"Ana <{ANA}>") -> str:
    head = [f"From: {sender}", f"To: {INBOX}", "Message-ID: <a1@example.com>", *headers]
    return "\r\n".join((*head, "", body))
