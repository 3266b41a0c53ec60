"""WhatsApp as Twilio carries it: the text-message forms with `whatsapp:` before every handle.

A dialect, no channel: channels/whatsapp.py owns the name and decides who carries it. Handles lose
their prefix on the way in and get it back on the way out. Source: Twilio, whatsapp/key-concepts and
messaging/guides/webhook-request (read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession

from bot.domain import Media, Message
from bot.domain_sending import OutboundMessage
from bot.domain_vendors import TemplateNews
from bot.settings import Settings, load_settings
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.carrying import fits_whatsapp
from channels.twilio_api import (
    EMPTY_TWIML,
    INBOUND_PATH,
    PROBED_AS,
    ROUTES,
    TwilioApi,
    make_api,
)
from channels.twilio_checks import check_sender
from channels.twilio_content import CARRIER, list_templates
from channels.twilio_forms import is_whatsapp, parse_form
from channels.twilio_media import fetch_media, media_form
from channels.twilio_settings import WHATSAPP, make_verifier, read_settings, sender_handle
from channels.twilio_signature import Verifier, is_json, read_form

NAME = "whatsapp"
# Source: Twilio caps a body at 1600 characters (read 2026-11-22).
MAX_LENGTH = 1600
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
    settings: Settings = field(default_factory=Settings, repr=False)
    """What signs the links under which the vendor fetches our files."""
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    window_s: float | None = WINDOW_S
    carrier: str = CARRIER

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
        """Send one part of free text, or a template; the send gate has seen to the window."""
        sender = message.sender or self.default_sender
        form = {"To": WHATSAPP + message.recipient, "From": WHATSAPP + sender}
        if message.template is None:
            return await self.api.send(form | media_form(self.settings, message))
        # Source: Twilio, content/send-templates: the variables are a JSON string of strings, and a
        # body beside them is not taken.
        form["ContentSid"] = message.template.content_id
        if message.template.variables:
            form["ContentVariables"] = json.dumps(dict(message.template.variables))
        return await self.api.send(form)

    async def list_templates(self) -> tuple[TemplateNews, ...]:
        """How our templates stand with WhatsApp, as Twilio knows."""
        return await list_templates(self.api)

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """What WhatsApp itself carries."""
        return fits_whatsapp(content_type, size_bytes)

    async def fetch(self, media: Media) -> bytes:
        """A file that came with a message."""
        return await fetch_media(self.api, media)

    async def check(self) -> Sequence[str]:
        """Whether Twilio knows us, and the sender as ours."""
        return await check_sender(self.api, self.default_sender, kind="whatsapp")

    def probe(self) -> WebhookRequest:
        """An empty form, signed: nothing comes of it."""
        headers = {**PROBED_AS, **self.verifier.sign(INBOUND_PATH)}
        return WebhookRequest(path=INBOUND_PATH, query="", headers=headers, body=b"")

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
    ours = load_settings(settings)
    return TwilioWhatsApp(
        api=make_api(found, ours.base_url, http),
        settings=ours,
        verifier=make_verifier(found, settings),
        default_sender=sender_handle(found.whatsapp_from, "TWILIO_WHATSAPP_FROM"),
        per_second=found.whatsapp_per_second,
        markup=markup,
    )
