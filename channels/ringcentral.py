"""RingCentral: texts, voicemails and calls of one number of one extension.

No event is signed; RingCentral shows the token we gave it, and the subscription must be ours.
Before it believes in our address it asks it to echo a header. Sources: ringcentral-api-docs,
notifications/webhooks, messaging/sms, basics/rate-limits.md; rc-public-openapi.yml (read
2026-11-23).
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession, FormData

from bot.clock import Clock
from bot.domain import Media, Message, Status
from bot.domain_calls import CallNotice
from bot.domain_sending import OutboundMessage
from bot.errors import BadSignature, VendorRefused, VendorSilent
from bot.settings import load_settings
from bot.store.connection import Pool
from channels.base import AddressRefused, Parsed, Reply, Route, SendResult, WebhookRequest
from channels.carrying import fits_mms
from channels.ringcentral_api import EXTENSION, RingCentralApi, Row, make_api, rows
from channels.ringcentral_calls import list_calls
from channels.ringcentral_events import Ours, parse_event
from channels.ringcentral_media import fetch_media
from channels.ringcentral_records import NAME, to_receipt
from channels.ringcentral_settings import RingCentralSettings, read_settings
from channels.ringcentral_store import MessageStore
from channels.ringcentral_subscription import Keeper
from channels.standing import Subscribed
from channels.text import clean, plain_sms, split

ROUTES = (Route(path="/webhooks/ringcentral", vendor="ringcentral", is_pasted=False),)
MAX_LENGTH = 1000
"""UTF-16 units."""
PER_SECOND = 0.5
"""Forty texts a minute are allowed, and looking things up must fit beside them."""
MMS_FILES, MMS_BYTES = 10, 1_500_000
PROOFS = ("verification-token", "validation-token")
"""The header of the token, and its older name."""
PROBED_BY = "are-we-there"
_ECHOED = re.compile(r"[A-Za-z0-9-]{1,200}")
_EMPTY = (b"", b"{}", b"null")


def is_handshake(request: WebhookRequest) -> bool:
    """Whether this asks for the echo and brings nothing."""
    return "validation-token" in request.headers and request.body.strip() in _EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredRingCentral:
    """One number of one extension."""

    api: RingCentralApi
    store: MessageStore
    keeper: Keeper
    default_sender: str
    webhook_token: str = field(repr=False)
    per_second: float = PER_SECOND
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    window_s: float | None = None

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless it bears our token, or only asks for the echo."""
        if is_handshake(request):
            if not _ECHOED.fullmatch(request.headers["validation-token"]):
                raise BadSignature("Validation-Token is not of a form that is echoed")
            return
        ours = self.webhook_token.encode()
        shown = [request.headers.get(name, "").encode(errors="replace") for name in PROOFS]
        if not any([hmac.compare_digest(each, ours) for each in shown]):
            raise BadSignature("Verification-Token is missing or wrong")

    def accepts(self, request: WebhookRequest) -> bool:
        """The path is nobody else's."""
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """One event, or nothing for the handshake."""
        if is_handshake(request):
            return Parsed()
        return parse_event(request.body, Ours(number=self.default_sender, base=self.api.base))

    def reply(self, request: WebhookRequest) -> Reply:
        """JSON without a body, and the echo where that was asked for; below 1 KiB in all."""
        if not is_handshake(request):
            return Reply(content_type="application/json")
        echoed = {"Validation-Token": request.headers["validation-token"]}
        return Reply(content_type="application/json", headers=echoed)

    def render(self, text: str) -> tuple[str, ...]:
        """Without Markdown and costly typography, in parts that RingCentral takes."""
        return split(plain_sms(clean(text)), MAX_LENGTH)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Send one part, with the files that go with it."""
        about: dict[str, object] = {
            "from": {"phoneNumber": self.default_sender},
            "to": [{"phoneNumber": message.recipient}],
            "text": message.text,
        }
        if message.media:
            form = _with_files(about, message.media)
            answer = await self.api.call("POST", EXTENSION + "/mms", form=form)
        else:
            answer = await self.api.call("POST", EXTENSION + "/sms", payload=about)
        _require_taken(answer)
        found = str(answer.get("id") or "")
        if not found:
            raise VendorSilent("RingCentral accepted a text without naming it", code="no_id")
        return SendResult(external_id=found)

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """What an MMS carries, of one file."""
        return size_bytes <= MMS_BYTES and fits_mms(content_type, size_bytes, recipient)

    async def fetch(self, media: Media) -> bytes:
        """A file that came with a text or a voicemail."""
        return await fetch_media(self.api, media)

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Ask the message store whether a text left that we never heard back about."""
        return await self.store.find_sent(message, known)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What customers texted, and the voicemails they left, since then."""
        return (await self.store.read(since)).messages

    async def read_store(self, since: datetime) -> Parsed:
        """All that the store holds since then, of both directions."""
        return await self.store.read(since)

    async def list_calls(self, since: datetime) -> Sequence[CallNotice]:
        """What its call log has, where no event told us of it."""
        return await list_calls(self.api, since)

    async def has_voicemail(self, caller: str, since: datetime) -> bool:
        """Whether this number has left a voicemail since then."""
        return await self.store.has_voicemail(caller, since)

    async def keep_subscription(self, known: Subscribed, *, now: datetime) -> Subscribed:
        """See that RingCentral calls us, by one subscription."""
        return await self.keeper.keep(known, now=now)

    def probe(self) -> WebhookRequest:
        """RingCentral's own question for the echo: it needs no token, which is nobody else's."""
        headers = {"content-type": "application/json", "validation-token": PROBED_BY}
        return WebhookRequest(path=ROUTES[0].path, query="", headers=headers, body=b"")

    def share(self, pool: Pool, clock: Clock) -> None:
        """Keep quiet together with the other processes."""
        self.api.penalty.pool, self.api.penalty.clock = pool, clock

    async def check(self) -> Sequence[str]:
        """Whether the number is this extension's and may send texts."""
        answer = await self.api.get(EXTENSION + "/phone-number", (("perPage", "1000"),))
        ours = [row for row in rows(answer) if row.get("phoneNumber") == self.default_sender]
        if not ours:
            return ("RINGCENTRAL_NUMBER is no number of the extension that RINGCENTRAL_JWT is of",)
        features = ours[0].get("features")
        if not (isinstance(features, list) and "SmsSender" in features):
            return ("RINGCENTRAL_NUMBER may not send texts: its feature SmsSender is missing",)
        return ()


def _require_taken(answer: Row) -> None:
    """Raises VendorRefused where the answer is a record of a text that failed at once."""
    receipt = to_receipt(answer) if answer.get("id") else None
    if receipt is None or receipt.status is not Status.FAILED:
        return
    if receipt.opted_out or receipt.bad_address:
        raise AddressRefused(receipt.reason, code=receipt.code, opted_out=receipt.opted_out)
    raise VendorRefused(receipt.reason or "RingCentral did not send it", code=receipt.code)


def _with_files(about: Row, media: tuple[Media, ...]) -> FormData:
    """The parts of an MMS.

    Raises:
        VendorRefused: RingCentral takes no files as these.
    """
    size = sum(len(each.content or b"") for each in media)
    if any(each.content is None for each in media):
        raise VendorRefused("a file to be sent is not at hand", code="media")
    if len(media) > MMS_FILES or size > MMS_BYTES:
        raise VendorRefused(
            f"RingCentral takes {MMS_FILES} files of {MMS_BYTES} bytes together", code="media"
        )
    form = FormData()
    form.add_field(
        "json", json.dumps(about), filename="request.json", content_type="application/json"
    )
    for index, each in enumerate(media):
        name = re.sub(r"[^A-Za-z0-9._-]", "_", each.name)[-60:] or f"file{index}"
        form.add_field("attachment", each.content, filename=name, content_type=each.content_type)
    return form


@dataclass(frozen=True, slots=True)
class RingCentral:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ROUTES

    def configure(
        self, settings: Mapping[str, str], http: ClientSession
    ) -> ConfiguredRingCentral | None:
        """On with the five RINGCENTRAL_ variables; RINGCENTRAL_API_URL has a default."""
        found = read_settings(settings)
        return None if found is None else _configured(found, load_settings(settings).base_url, http)


def _configured(
    found: RingCentralSettings, base_url: str, http: ClientSession
) -> ConfiguredRingCentral:
    api = make_api(found, http, NAME)
    token = found.webhook_token.get_secret_value()
    return ConfiguredRingCentral(
        api=api,
        store=MessageStore(api, found.number),
        keeper=Keeper(api=api, address=base_url + ROUTES[0].path, token=token),
        default_sender=found.number,
        webhook_token=token,
    )


channel = RingCentral()
