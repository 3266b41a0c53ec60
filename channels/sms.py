"""Text messages over Twilio: plain text, 1600 characters, paid by the segment.

Twilio itself blocks an address after STOP; which words mean it, is bot/consent.py's business.
Source: Twilio, messaging/guides/webhook-request and api/messages (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import ClientSession

from bot.domain import Message, OutboundMessage
from bot.settings import load_settings
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.text import clean, plain_sms, split
from channels.twilio_api import EMPTY_TWIML, ROUTES, TwilioApi, make_api
from channels.twilio_forms import is_whatsapp, parse_form
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
        form = {"To": message.recipient, "Body": message.text}
        sender = message.sender or self.default_sender
        if sender:
            form["From"] = sender
        if self.service_sid:
            form["MessagingServiceSid"] = self.service_sid
        return await self.api.send(form)

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
        return ConfiguredSms(
            api=make_api(found, load_settings(settings).base_url, http),
            verifier=make_verifier(found, settings),
            default_sender=sender_handle(found.sms_from, "TWILIO_SMS_FROM"),
            service_sid=found.messaging_service_sid,
            per_second=found.sms_per_second,
        )


channel = Sms()
