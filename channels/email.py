"""Mail, both ways: in by the webhooks of Mailgun, SendGrid and Postmark, out over SMTP.

Each provider is a dialect file that proves a request and makes one raw letter of it; what a letter
is, email_reading says for all of them. SMTP keeps no list of what was sent, so a letter whose fate
is unknown is put before a person and never sent again (I5). Source: RFC 5321, the providers' pages
in their dialect files (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import urlsplit

from aiohttp import ClientSession

from bot.clock import SystemClock
from bot.domain import Message
from bot.domain_sending import OutboundMessage
from bot.errors import BadSignature, ConfigError, VendorRefused
from bot.media import MediaStore, nowhere, open_media
from bot.profile import load_profile
from bot.settings import Settings, load_settings
from channels.base import AddressRefused, Parsed, Reply, Route, SendResult, WebhookRequest
from channels.email_enclosing import BYTES_MAX as ENCLOSED_MAX
from channels.email_enclosing import enclosures
from channels.email_headers import canonical
from channels.email_letter import Letterhead, compose, deliverable, message_id
from channels.email_mailgun import Mailgun
from channels.email_postmark import Postmark
from channels.email_raw import RawMail
from channels.email_reading import House, read_mail
from channels.email_sendgrid import KEY as SENDGRID_KEY
from channels.email_sendgrid import SendGrid, read_key
from channels.email_smtp import Server, greet, hand_over, is_loopback, read_server
from channels.text import clean

NAME = "email"
PER_SECOND = 5.0
"""What a small relay takes without slowing us down."""
BYTES_MAX = 30 * 1024 * 1024
NEEDED = ("EMAIL_FROM", "SMTP_URL")
MAILGUN_KEY = "MAILGUN_SIGNING_KEY"
POSTMARK = ("POSTMARK_INBOUND_USER", "POSTMARK_INBOUND_PASSWORD")
RECEIVER = "EMAIL_AUTHSERV_ID"
ROUTES: Mapping[str, Route] = {
    vendor: Route(path=f"/webhooks/email/{vendor}", vendor=vendor, max_bytes=BYTES_MAX)
    for vendor in ("mailgun", "sendgrid", "postmark")
}


@dataclass(frozen=True, slots=True)
class Door:
    """One provider: what proves its requests, and what makes a letter of them."""

    verify: Callable[[WebhookRequest], None]
    read: Callable[[WebhookRequest], RawMail]
    token: Callable[[WebhookRequest], tuple[str, bytes]] | None = None
    """What proved a request whose body is not covered, and that body's digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredEmail:
    """A mailbox of ours, the server that takes its letters, and who brings it mail."""

    server: Server
    sender: Address
    default_sender: str
    house: House
    head: Letterhead = field(default_factory=Letterhead)
    media: MediaStore = field(default_factory=nowhere)
    doors: Mapping[str, Door] = field(default_factory=dict)
    """By path."""
    per_second: float = PER_SECOND
    name: str = NAME
    routes: tuple[Route, ...] = ()
    window_s: float | None = None

    def verify(self, request: WebhookRequest) -> None:
        """By the provider whose path it came on."""
        door = self.doors.get(request.path)
        if door is None:
            raise BadSignature("no provider of mail that we know calls this address")
        door.verify(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """Every mail that comes on one of its paths."""
        return request.path in self.doors

    def parse(self, request: WebhookRequest) -> Parsed:
        """One letter, as a message, and what it tells of ours where it is a bounce."""
        door = self.doors[request.path]
        parsed = read_mail(door.read(request), self.house, SystemClock().now())
        return replace(parsed, token=door.token(request)) if door.token else parsed

    def reply(self, request: WebhookRequest) -> Reply:
        """Providers look at the status alone."""
        return Reply()

    def render(self, text: str) -> tuple[str, ...]:
        """In one piece: a letter has no length that anybody writes."""
        cleaned = clean(text).strip()
        return (cleaned,) if cleaned else ()

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand one letter to the mail server."""
        recipient = deliverable(message.recipient)
        files = await enclosures(self.media, message.media)
        try:
            letter = compose(
                message, self.sender, recipient, head=self.head, files=files
            ).as_bytes()
        except AddressRefused:
            raise
        except (MessageError, ValueError) as error:
            raise VendorRefused("the letter cannot be written as mail") from error
        await hand_over(
            self.server, sender=self.sender.addr_spec, recipient=recipient, letter=letter
        )
        return SendResult(external_id=message_id(message, self.sender))

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """Whatever is kept, as far as mail servers take it."""
        return size_bytes <= ENCLOSED_MAX

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Nobody can be asked.

        Raises:
            VendorRefused: always.
        """
        raise VendorRefused("a mail server keeps no list of what it has taken")

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """Providers hand every mail on and keep no list that could be asked for one mailbox."""
        return ()

    async def check(self) -> Sequence[str]:
        """Log in at the mail server and leave; raises VendorError where that fails."""
        await greet(self.server, sender=self.sender.addr_spec)
        if self.doors:
            return ()
        return ("mail goes out, but nobody brings any in: set a provider's key",)


@dataclass(frozen=True, slots=True)
class Email:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = tuple(ROUTES.values())

    def configure(self, settings: Mapping[str, str], http: ClientSession) -> ConfiguredEmail | None:
        """On with EMAIL_FROM and SMTP_URL; each provider with its own settings besides."""
        doors, receiver = _doors(settings), settings.get(RECEIVER, "").strip()
        missing = [name for name in NEEDED if not settings.get(name, "").strip()]
        if len(missing) == len(NEEDED) and not (doors or receiver):
            return None
        if missing:
            raise ConfigError(f"{missing[0]} is missing: mail needs {' and '.join(NEEDED)}")
        sender, known = _sender(settings["EMAIL_FROM"]), load_settings(settings)
        return ConfiguredEmail(
            head=_letterhead(known),
            media=open_media(known),
            server=read_server(settings),
            sender=sender,
            default_sender=sender.addr_spec,
            house=House(
                addresses=frozenset({canonical(sender.addr_spec)}),
                receiver=receiver,
            ),
            doors={ROUTES[vendor].path: door for vendor, door in doors.items()},
            routes=tuple(ROUTES[vendor] for vendor in doors),
        )


def _doors(settings: Mapping[str, str]) -> Mapping[str, Door]:
    """Every provider whose settings are there.

    Raises:
        ConfigError: half of one's settings are missing, or a key is none.
    """
    found: dict[str, Door] = {}
    if key := settings.get(MAILGUN_KEY, "").strip():
        mailgun, clock = Mailgun(key), SystemClock()
        found["mailgun"] = Door(
            lambda request: mailgun.verify(request, clock.now()), mailgun.read, mailgun.token
        )
    if key := settings.get(SENDGRID_KEY, "").strip():
        sendgrid = SendGrid(read_key(key))
        found["sendgrid"] = Door(sendgrid.verify, sendgrid.read)
    user, password = (settings.get(name, "").strip() for name in POSTMARK)
    if bool(user) != bool(password):
        raise ConfigError(
            f"{POSTMARK[bool(user)]} is missing: Postmark needs {' and '.join(POSTMARK)}"
        )
    if user:
        postmark = Postmark(user, password)
        found["postmark"] = Door(postmark.verify, postmark.read)
    return found


def _letterhead(settings: Settings) -> Letterhead:
    business = load_profile(settings.business_profile).business
    base_url = settings.base_url
    # Mail programs press the link by themselves, and only where nobody on the way can read it.
    is_safe = urlsplit(base_url).scheme == "https" or is_loopback(urlsplit(base_url).hostname or "")
    return Letterhead(
        name=business.name,
        postal_address=business.postal_address,
        base_url=base_url if is_safe else "",
        secret=settings.concierge_secret.get_secret_value(),
    )


def _sender(given: str) -> Address:
    """EMAIL_FROM: a mailbox, or a name with one in angle brackets.

    Raises:
        ConfigError: it is none.
    """
    name, address = parseaddr(given.strip())
    try:
        # Ours is in ASCII: other servers than our own must be able to write back.
        return Address(display_name=name, addr_spec=deliverable(address).encode("ascii").decode())
    except (AddressRefused, MessageError, ValueError, IndexError) as error:
        raise ConfigError("EMAIL_FROM is wrong: write name@domain or Name <name@domain>") from error


channel = Email()
