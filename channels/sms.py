"""Text messages over Twilio: plain text, 1600 characters, paid by the segment.

Twilio itself blocks an address after STOP; which words mean it, is bot/consent.py's business.
Source: Twilio, messaging/guides/webhook-request and api/messages (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession

from bot.domain import Media, Message
from bot.domain_sending import OutboundMessage
from bot.settings import Settings, load_settings
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.carrying import fits_mms
from channels.text import clean, plain_sms, split
from channels.twilio_api import (
    EMPTY_TWIML,
    INBOUND_PATH,
    PROBED_AS,
    ROUTES,
    TwilioApi,
    make_api,
)
from channels.twilio_checks import check_sender
from channels.twilio_forms import is_whatsapp, parse_form
from channels.twilio_media import fetch_media, media_form
from channels.twilio_settings import make_verifier, read_settings, sender_handle
from channels.twilio_signature import Verifier, is_json, read_form

NAME = "sms"
MAX_LENGTH = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSms:
    """Text messages of one Twilio account."""

    api: TwilioApi
    verifier: Verifier
    default_sender: str
    """E.164 or short code; empty where a messaging service chooses."""
    service_sid: str
    per_second: float
    settings: Settings = field(default_factory=Settings, repr=False)
    """What signs the links under which the vendor fetches our files."""
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    window_s: float | None = None

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless Twilio signed exactly this."""
        self.verifier.verify(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """Whatever on the shared path is not WhatsApp's."""
        return is_json(request) or not is_whatsapp(read_form(request.body).fields)

    def parse(self, request: WebhookRequest) -> Parsed:
        """One message or one receipt; nothing for events of other Twilio products."""
        if is_json(request):
            return Parsed()
        fields = read_form(request.body).fields
        return parse_form(fields, channel=NAME, prefix="", media_base=self.api.base)

    def reply(self, request: WebhookRequest) -> Reply:
        """TwiML that sends nothing: answers leave by the outbox."""
        return EMPTY_TWIML

    def render(self, text: str) -> tuple[str, ...]:
        """Without Markdown and costly typography, in parts that Twilio takes."""
        return split(plain_sms(clean(text)), MAX_LENGTH)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one part; a messaging service, where set, may still choose the sender."""
        form = {"To": message.recipient, **media_form(self.settings, message)}
        sender = message.sender or self.default_sender
        if sender:
            form["From"] = sender
        if self.service_sid:
            form["MessagingServiceSid"] = self.service_sid
        return await self.api.send(form)

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """Pictures and small files, to countries where text messages carry any."""
        return fits_mms(content_type, size_bytes, recipient)

    async def fetch(self, media: Media) -> bytes:
        """A file that came with a message."""
        return await fetch_media(self.api, media)

    async def check(self) -> Sequence[str]:
        """Whether Twilio knows us, and the sender as ours."""
        return await check_sender(self.api, self.default_sender, service_sid=self.service_sid)

    def probe(self) -> WebhookRequest:
        """An empty form, signed: nothing comes of it."""
        headers = {**PROBED_AS, **self.verifier.sign(INBOUND_PATH)}
        return WebhookRequest(path=INBOUND_PATH, query="", headers=headers, body=b"")

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Ask Twilio's message list whether a text left that we never heard back about."""
        sender = "" if self.service_sid else message.sender or self.default_sender
        return await self.api.find_sent(message, known, to=message.recipient, sender=sender)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What customers texted since then, by Twilio's own list."""
        to = "" if self.service_sid else self.default_sender
        return await self.api.list_received(since, channel=NAME, prefix="", to=to)


@dataclass(frozen=True, slots=True)
class Sms:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ROUTES

    def configure(self, settings: Mapping[str, str], http: ClientSession) -> ConfiguredSms | None:
        """On with TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender or messaging service."""
        found = read_settings(settings, ("TWILIO_SMS_FROM", "TWILIO_MESSAGING_SERVICE_SID"))
        if found is None:
            return None
        ours = load_settings(settings)
        return ConfiguredSms(
            api=make_api(found, ours.base_url, http),
            settings=ours,
            verifier=make_verifier(found, settings),
            default_sender=sender_handle(found.sms_from, "TWILIO_SMS_FROM"),
            service_sid=found.messaging_service_sid,
            per_second=found.sms_per_second,
        )


channel = Sms()
