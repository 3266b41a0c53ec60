"""WhatsApp while a business moves from Twilio to Meta: both are read, and only Meta sends.

For a while both call us: customers who know the old number, receipts of what Twilio has sent, and
what Twilio kept for us while we were away. Neither a channel nor a dialect; channels/whatsapp.py
makes it where both are set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import Media, Message
from bot.domain_sending import Answered, OutboundMessage
from bot.domain_vendors import TemplateNews
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.whatsapp_cloud import PATH, CloudWhatsApp
from channels.whatsapp_twilio import TwilioWhatsApp


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingWhatsApp:
    """Meta's number, and the one at Twilio that is given up."""

    cloud: CloudWhatsApp
    twilio: TwilioWhatsApp

    @property
    def name(self) -> str:
        """One channel, whoever carries it."""
        return self.cloud.name

    @property
    def routes(self) -> tuple[Route, ...]:
        """Of both."""
        return (*self.cloud.routes, *self.twilio.routes)

    @property
    def per_second(self) -> float:
        """Meta's."""
        return self.cloud.per_second

    @property
    def window_s(self) -> float | None:
        """WhatsApp's own."""
        return self.cloud.window_s

    @property
    def default_sender(self) -> str:
        """The id of our number at Meta."""
        return self.cloud.default_sender

    @property
    def carrier(self) -> str:
        """Whose templates count."""
        return self.cloud.carrier

    def _of(self, request: WebhookRequest) -> CloudWhatsApp | TwilioWhatsApp:
        return self.cloud if request.path == PATH else self.twilio

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless whoever owns the path has signed it."""
        self._of(request).verify(request)

    def greet(self, request: WebhookRequest) -> Reply:
        """Meta asks; Twilio never does."""
        return self.cloud.greet(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """Meta's path, and of Twilio's what is WhatsApp's."""
        return self._of(request).accepts(request)

    def parse(self, request: WebhookRequest) -> Parsed:
        """What whoever called says."""
        return self._of(request).parse(request)

    def reply(self, request: WebhookRequest) -> Reply:
        """What whoever called wants to read."""
        return self._of(request).reply(request)

    def render(self, text: str) -> tuple[str, ...]:
        """As Meta takes it."""
        return self.cloud.render(text)

    async def send(self, message: OutboundMessage) -> SendResult:
        """By Meta, whichever number they wrote to."""
        return await self.cloud.send(message)

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """What Meta takes."""
        return self.cloud.can_carry(content_type, size_bytes, recipient)

    async def fetch(self, media: Media) -> bytes:
        """A file, of whoever brought it; each gets its own credentials alone."""
        is_metas = media.url.startswith(f"{self.cloud.api.root}/")
        return await (self.cloud if is_metas else self.twilio).fetch(media)

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """What was in doubt when the business moved may have left by Twilio, which can say."""
        found = await self.twilio.find_sent(message, known)
        return found or await self.cloud.find_sent(message, known)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What Twilio keeps; Meta keeps no list."""
        return await self.twilio.list_received(since)

    async def show_reading(self, message: Answered) -> None:
        """To those who wrote by Meta."""
        await self.cloud.show_reading(message)

    async def check(self) -> Sequence[str]:
        """How Meta stands; a number at Twilio that is gone already harms nobody."""
        return await self.cloud.check()

    async def list_templates(self) -> tuple[TemplateNews, ...]:
        """Those of Meta."""
        return await self.cloud.list_templates()

    def probe(self) -> WebhookRequest:
        """As Meta calls."""
        return self.cloud.probe()
