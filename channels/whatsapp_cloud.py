"""WhatsApp as Meta carries it itself, by the Cloud API.

A dialect, no channel: channels/whatsapp.py owns the name and decides who carries it. Our own handle
is the id of our phone number at Meta. Source: Meta, webhooks/overview and create-webhook-endpoint
(2026-04-05), read 2026-11-23.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs

from aiohttp import ClientSession
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.domain import Media, Message
from bot.domain_sending import Answered, OutboundMessage
from bot.domain_vendors import TemplateNews
from bot.errors import BadSignature, VendorRefused
from bot.media_links import FOR_VENDORS, message_file_link
from bot.settings import Settings, load_settings
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.carrying import fits_whatsapp
from channels.prefixed import given_with, is_any_set, read_into
from channels.whatsapp_cloud_api import GraphApi, Upload
from channels.whatsapp_cloud_checks import check_number
from channels.whatsapp_cloud_media import fetch_media
from channels.whatsapp_cloud_messages import Place
from channels.whatsapp_cloud_parse import parse_batch
from channels.whatsapp_cloud_render import Held, to_body
from channels.whatsapp_cloud_templates import CARRIER, list_templates

NAME = "whatsapp"
PATH = "/webhooks/whatsapp"
MAX_LENGTH = 4096
# Source: Meta: a post holds up to 1000 updates and 3 MB.
MAX_BODY_BYTES = 4 * 1024 * 1024
ROUTES = (Route(path=PATH, vendor="meta", max_bytes=MAX_BODY_BYTES, greets=True),)
# Source: Meta, conversations: free text for 24 hours after each message of the person.
WINDOW_S = 24 * 3600.0
SIGNATURE_HEADER = "x-hub-signature-256"
PROBE = b'{"object":"whatsapp_business_account","entry":[]}'
_PREFIX = "META_"


class NotAgreed(BadSignature):
    """Whoever greets us does not know our word. The vendor documents 403 for it."""

    http_status = 403


class MetaSettings(BaseModel):
    """The META_ variables, without their prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    app_secret: SecretStr = Field(min_length=1)
    verify_token: SecretStr = Field(min_length=1)
    access_token: SecretStr = Field(min_length=1)
    phone_number_id: str = Field(pattern=r"^[0-9]{5,20}$")
    api_url: str = Field(
        default="https://graph.facebook.com", pattern=r"^https?://[^/?#@]+(/[^?#@]*)?$"
    )
    waba_id: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    """The WhatsApp business account, where the token may act for several."""
    per_second: float = Field(default=80.0, gt=0)
    """Messages a second; 20 for a number that the phone app uses too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWhatsApp:
    """One phone number at Meta."""

    api: GraphApi
    app_secret: bytes = field(repr=False)
    verify_token: bytes = field(repr=False)
    default_sender: str
    """The id of our phone number."""
    per_second: float
    markup: Callable[[str], tuple[str, ...]]
    """How the channel writes text, whoever carries it."""
    settings: Settings = field(default_factory=Settings, repr=False)
    """What signs the links under which Meta fetches our files."""
    waba_id: str = ""
    """The WhatsApp account; empty: the token says which."""
    carrier: str = CARRIER
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    window_s: float | None = WINDOW_S

    def verify(self, request: WebhookRequest) -> None:
        """Over the raw bytes: Meta escapes in its own way, so that the same JSON written anew has
        another digest. Raises BadSignature unless Meta signed exactly this."""
        given = request.headers.get(SIGNATURE_HEADER, "")
        made = self._digest(request.body)
        if not hmac.compare_digest(given.encode(errors="replace"), made.encode()):
            raise BadSignature("X-Hub-Signature-256 is missing or does not fit the body")

    def greet(self, request: WebhookRequest) -> Reply:
        """Meta asks once whether the address is ours.

        Raises:
            NotAgreed: whoever asks does not know the word that we agreed on.
        """
        asked = {name: values[0] for name, values in parse_qs(request.query).items()}
        given = asked.get("hub.verify_token", "").encode(errors="replace")
        is_same = hmac.compare_digest(given, self.verify_token)
        if asked.get("hub.mode") != "subscribe" or not is_same:
            raise NotAgreed("hub.mode must be subscribe and hub.verify_token the one we agreed on")
        return Reply(body=asked.get("hub.challenge", "")[:200])

    def accepts(self, request: WebhookRequest) -> bool:
        """Whatever comes to our own path."""
        return request.path == PATH

    def parse(self, request: WebhookRequest) -> Parsed:
        """All that the batch holds for our number."""
        place = Place(media_base=self.api.root, phone_number_id=self.default_sender)
        return parse_batch(request.body, place)

    def reply(self, request: WebhookRequest) -> Reply:
        """Meta reads the status alone."""
        return Reply()

    def render(self, text: str) -> tuple[str, ...]:
        """In WhatsApp's signs, in parts that Meta takes."""
        return self.markup(text)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one row; the send gate has seen to the window."""
        return await self.api.send(to_body(message, await self._held(message)))

    async def _held(self, message: OutboundMessage) -> Held | None:
        """Where Meta finds its file: with it, where we have it here, else at a link that ends.

        Raises:
            VendorRefused: it can be given neither way.
        """
        if not message.media or message.template is not None:
            return None
        file = message.media[0]
        if file.content is not None:
            made = Upload(content=file.content, content_type=file.content_type, name=file.name)
            return Held(id=await self.api.upload(made))
        link = file.url
        if link.startswith("kept:"):
            link = message_file_link(
                self.settings, message.id, 0, now=message.claimed_at, lasts=FOR_VENDORS
            )
        if not link.startswith(("https://", "http://")):
            raise VendorRefused("the file of this message cannot be found", code="no_file")
        return Held(link=link)

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """What WhatsApp itself carries."""
        return fits_whatsapp(content_type, size_bytes)

    async def fetch(self, media: Media) -> bytes:
        """A file that came with a message."""
        return await fetch_media(self.api, media)

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Nobody can be asked: a status with our tag settles the message when it comes (I5).

        Raises:
            VendorRefused: always.
        """
        raise VendorRefused("Meta keeps no list, and no status has named it so far", code="no_list")

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """Meta keeps no list either; it tries each webhook again for days."""
        return ()

    async def show_reading(self, message: Answered) -> None:
        """Two blue ticks, and that somebody writes, until our answer or 25 seconds."""
        if not message.external_id.startswith("wamid."):
            return
        await self.api.tell(
            {
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": message.external_id,
                "typing_indicator": {"type": "text"},
            }
        )

    async def check(self) -> Sequence[str]:
        """Whether Meta knows us, and how our number and token stand."""
        return await check_number(self.api)

    async def list_templates(self) -> tuple[TemplateNews, ...]:
        """How our templates stand, by name and language."""
        return await list_templates(self.api, self.waba_id)

    def probe(self) -> WebhookRequest:
        """A batch of nothing, signed."""
        headers = {"content-type": "application/json", SIGNATURE_HEADER: self._digest(PROBE)}
        return WebhookRequest(path=PATH, query="", headers=headers, body=PROBE)

    def _digest(self, body: bytes) -> str:
        return f"sha256={hmac.new(self.app_secret, body, hashlib.sha256).hexdigest()}"


def configure(
    settings: Mapping[str, str], http: ClientSession, markup: Callable[[str], tuple[str, ...]]
) -> CloudWhatsApp | None:
    """On with META_APP_SECRET, META_VERIFY_TOKEN, META_ACCESS_TOKEN and META_PHONE_NUMBER_ID.

    Raises:
        ConfigError: names each variable that is missing or wrong.
    """
    given = given_with(_PREFIX, settings)
    if not is_any_set(MetaSettings, given):
        return None
    found = read_into(MetaSettings, _PREFIX, given, _FORMS)
    return CloudWhatsApp(
        api=GraphApi(
            http=http,
            base=found.api_url.rstrip("/"),
            phone_number_id=found.phone_number_id,
            authorization=f"Bearer {found.access_token.get_secret_value()}",
        ),
        app_secret=found.app_secret.get_secret_value().encode(),
        verify_token=found.verify_token.get_secret_value().encode(),
        default_sender=found.phone_number_id,
        per_second=found.per_second,
        markup=markup,
        settings=load_settings(settings),
        waba_id=found.waba_id,
    )


_FORMS = {
    "phone_number_id": "the number's id at Meta, digits alone, and not the telephone number",
    "waba_id": "the WhatsApp business account's id, digits alone",
}
