"""Letters that are about to leave, and the mail channel that takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from aiohttp import ClientSession
from channel_cases import outbound

from bot.domain_mail import Attachment
from bot.domain_sending import OutboundMessage
from channels.email import ConfiguredEmail, channel

# The channel opens no HTTP session of its own.
NO_HTTP = cast(ClientSession, None)
ANA = "ana@example.com"
FILE = Attachment(
    name="party.ics",
    content_type="text/calendar; method=PUBLISH",
    text="BEGIN:VCALENDAR\r\nSUMMARY:派对\r\nEND:VCALENDAR\r\n",
)


def letter(**changes: object) -> OutboundMessage:
    """A claimed row for Ana."""
    row = replace(outbound("email"), recipient=ANA, subject="Your party")
    return replace(row, **changes)  # type: ignore[arg-type]  # Fields by name.


def mail(port: int = 25, **settings: str) -> ConfiguredEmail:
    """The channel, speaking to a server on loopback."""
    given_ = {
        "EMAIL_FROM": "Café Hibachi <bookings@hibachi.example>",
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
    }
    configured = channel.configure({**given_, **settings}, NO_HTTP)
    assert configured is not None
    return configured
