"""Mail over SMTP, so far only from us to customers: a booking in writing, with its calendar file.

SMTP keeps no list of what was sent, so a letter whose fate is unknown is put before a person and
never sent again (I5). Source: RFC 5321 (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr

from aiohttp import ClientSession

from bot.domain import Message, OutboundMessage
from bot.errors import BadSignature, ConfigError, VendorRefused
from channels.base import AddressRefused, Parsed, Reply, Route, SendResult, WebhookRequest
from channels.email_letter import compose, deliverable, message_id
from channels.email_smtp import Server, greet, hand_over, read_server
from channels.text import clean

NAME = "email"
PER_SECOND = 5.0
"""What a small relay takes without slowing us down."""
VARIABLES = ("EMAIL_FROM", "SMTP_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredEmail:
    """A mailbox of ours and the server that takes its letters."""

    server: Server
    sender: Address
    default_sender: str
    per_second: float = PER_SECOND
    name: str = NAME
    routes: tuple[Route, ...] = ()
    window_s: float | None = None

    def verify(self, request: WebhookRequest) -> None:
        """Nothing comes in this way yet."""
        raise BadSignature("no vendor of mail calls us")

    def accepts(self, request: WebhookRequest) -> bool:
        """Nothing."""
        return False

    def parse(self, request: WebhookRequest) -> Parsed:
        """Nothing."""
        return Parsed()

    def reply(self, request: WebhookRequest) -> Reply:
        """Nothing."""
        return Reply()

    def render(self, text: str) -> tuple[str, ...]:
        """In one piece: a letter has no length that anybody writes."""
        cleaned = clean(text).strip()
        return (cleaned,) if cleaned else ()

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand one letter to the mail server."""
        recipient = deliverable(message.recipient)
        try:
            letter = compose(message, self.sender, recipient).as_bytes()
        except AddressRefused:
            raise
        except (MessageError, ValueError) as error:
            raise VendorRefused("the letter cannot be written as mail") from error
        await hand_over(
            self.server, sender=self.sender.addr_spec, recipient=recipient, letter=letter
        )
        return SendResult(external_id=message_id(message, self.sender))

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Nobody can be asked.

        Raises:
            VendorRefused: always.
        """
        raise VendorRefused("a mail server keeps no list of what it has taken")

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """Nothing comes in this way yet."""
        return ()

    async def check(self) -> None:
        """Log in at the mail server and leave; raises VendorError where that fails."""
        await greet(self.server, sender=self.sender.addr_spec)


@dataclass(frozen=True, slots=True)
class Email:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ()

    def configure(self, settings: Mapping[str, str], http: ClientSession) -> ConfiguredEmail | None:
        """On with EMAIL_FROM and SMTP_URL."""
        missing = [name for name in VARIABLES if not settings.get(name, "").strip()]
        if len(missing) == len(VARIABLES):
            return None
        if missing:
            raise ConfigError(f"{missing[0]} is missing: mail needs {' and '.join(VARIABLES)}")
        sender = _sender(settings["EMAIL_FROM"])
        return ConfiguredEmail(
            server=read_server(settings), sender=sender, default_sender=sender.addr_spec
        )


def _sender(given: str) -> Address:
    """EMAIL_FROM: a mailbox, or a name with one in angle brackets.

    Raises:
        ConfigError: it is none.
    """
    name, address = parseaddr(given.strip())
    try:
        return Address(display_name=name, addr_spec=deliverable(address))
    except (AddressRefused, MessageError, ValueError, IndexError) as error:
        raise ConfigError("EMAIL_FROM is wrong: write name@domain or Name <name@domain>") from error


channel = Email()
