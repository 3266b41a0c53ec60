"""WhatsApp as Twilio carries it: the text-message forms with `whatsapp:` before every handle.

A dialect, no channel: channels/whatsapp.py owns the name and decides who carries it. Handles lose
their prefix on the way in and get it back on the way out. Source: Twilio, whatsapp/key-concepts and
messaging/guides/webhook-request (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import ClientSession

from bot.domain import Message, OutboundMessage
from bot.settings import load_settings
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.twilio_api import EMPTY_TWIML, ROUTES, TwilioApi, make_api
from channels.twilio_forms import is_whatsapp, parse_form
from channels.twilio_settings import WHATSAPP, make_verifier, read_settings, sender_handle
from channels.twilio_signature import Verifier, is_json, read_form

NAME = "whatsapp"
# Source: Twilio, whatsapp/key-concepts: free text for 24 hours after each inbound message.
WINDOW_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioWhatsApp:
    """One WhatsApp sender of a Twilio account."""

    api: TwilioApi
    verifier: Verifier
    default_sender: str
    """E.164, without prefix."""
    per_second: float
    markup: Callable[[str], tuple[str, ...]]
    """How the channel writes text, whoever carries it."""
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    window_s: float | None = WINDOW_S

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless Twilio signed exactly this."""
        self.verifier.verify(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """What bears the prefix on the path shared with text messages."""
        return not is_json(request) and is_whatsapp(read_form(request.body).fields)

    def parse(self, request: WebhookRequest) -> Parsed:
        """One message or one receipt."""
        if is_json(request):
            return Parsed()
        fields = read_form(request.body).fields
        return parse_form(fields, channel=NAME, prefix=WHATSAPP, media_base=self.api.base)

    def reply(self, request: WebhookRequest) -> Reply:
        """TwiML that sends nothing: answers leave by the outbox."""
        return EMPTY_TWIML

    def render(self, text: str) -> tuple[str, ...]:
        """In WhatsApp's signs, in parts that the vendor takes."""
        return self.markup(text)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one part of free text; the send gate has seen to the messaging window."""
        sender = message.sender or self.default_sender
        form = {"To": WHATSAPP + message.recipient, "From": WHATSAPP + sender}
        return await self.api.send(form | {"Body": message.text})

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Ask Twilio's message list whether a text left that we never heard back about."""
        sender = WHATSAPP + (message.sender or self.default_sender)
        to = WHATSAPP + message.recipient
        return await self.api.find_sent(message, known, to=to, sender=sender)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What customers wrote since then, by Twilio's own list."""
        to = WHATSAPP + self.default_sender
        return await self.api.list_received(since, channel=NAME, prefix=WHATSAPP, to=to)


def configure(
    settings: Mapping[str, str], http: ClientSession, markup: Callable[[str], tuple[str, ...]]
) -> TwilioWhatsApp | None:
    """On with TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_WHATSAPP_FROM."""
    found = read_settings(settings, ("TWILIO_WHATSAPP_FROM",))
    if found is None:
        return None
    return TwilioWhatsApp(
        api=make_api(found, load_settings(settings).base_url, http),
        verifier=make_verifier(found, settings),
        default_sender=sender_handle(found.whatsapp_from, "TWILIO_WHATSAPP_FROM"),
        per_second=found.whatsapp_per_second,
        markup=markup,
    )
