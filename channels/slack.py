"""Slack as a channel for customers: they write to the app, or name it in a channel shared with us.

Off unless SLACK_CUSTOMERS is 1, because an app that staff alone use must not begin to answer
everybody in their workspace. The desk's settings serve it too; its requests come in by the desk's
door, which tells customers from staff (handlers/desk/customers.py). Source: Slack, reference/
methods/chat.postMessage, messaging/metadata and apis/slack-connect (read 2026-11-23).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, SystemClock
from bot.domain import Media, Message
from bot.domain_sending import OutboundMessage
from bot.errors import BadPayload, ConfigError, VendorRefused, VendorSilent
from channels.base import AddressRefused, Parsed, Reply, Route, SendResult, WebhookRequest
from channels.desk_blocks import escape
from channels.desk_marks import Mark, direct_channel, find_ts, metadata
from channels.slack_api import TIMEOUT_S, call, make_client, read_settings
from channels.slack_customer import NAME, Open, is_channel, read_event, room_of
from channels.slack_files import fetch_file
from channels.slack_manifest import CUSTOMER_SCOPES
from channels.slack_scopes import find_missing
from channels.slack_signature import SIGNATURE, STAMP, sign, verify
from channels.text import clean, split, whatsapp_markup

# Source: Slack, changelog 2018-04: 4000 characters are advised, and escaping makes some longer.
MAX_LENGTH = 3000
PER_SECOND = 1.0
"""Source: apis/web-api/rate-limits: about one message a second in a channel, which is what an
address is sent from here; a burst may be more."""
CUSTOMERS, LISTED = "SLACK_CUSTOMERS", "SLACK_CUSTOMER_CHANNELS"
KIND = "customer_message"
ROUTES = (Route(path="/webhooks/slack", vendor="slack", has_own_door=True),)
GONE: Mapping[str, str] = {
    "cannot_dm_bot": "This is an app and reads nothing.",
    "channel_not_found": "The channel is gone, or the app was taken out of it.",
    "is_archived": "The channel is archived.",
    "not_in_channel": "The app was taken out of the channel.",
    "user_disabled": "This person has left their workspace.",
    "user_not_found": "This person is not there any more.",
    "users_not_found": "This person is not there any more.",
}
"""What says that this address reads nothing any more, in words for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSlack:
    """One app, spoken to with its token."""

    client: AsyncWebClient
    where: Open
    signing_secret: str
    """Empty where Slack comes over the socket only: then no request proves itself."""
    clock: Clock
    timeout_s: float = TIMEOUT_S
    name: str = NAME
    routes: tuple[Route, ...] = ROUTES
    per_second: float = PER_SECOND
    window_s: float | None = None
    default_sender: str = ""

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless Slack signed exactly this, within the last five minutes."""
        verify(
            request.body,
            stamp=request.headers.get(STAMP, ""),
            signature=request.headers.get(SIGNATURE, ""),
            secret=self.signing_secret,
            now=self.clock.now(),
        )

    def accepts(self, request: WebhookRequest) -> bool:
        """The path is Slack's alone."""
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """One message, or none: forms and most events are the desk's, or nobody's."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Parsed()
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise BadPayload("the body is no JSON") from error
        if not isinstance(body, dict):
            raise BadPayload("the body is no JSON object")
        return self.read(body)

    def read(self, body: Mapping[str, object]) -> Parsed:
        """The same of a payload that was verified and decoded, or came over the socket."""
        message = read_event(body, self.where)
        return Parsed(messages=(message,) if message else ())

    def reply(self, request: WebhookRequest) -> Reply:
        """Nothing: answers leave by the outbox."""
        return Reply()

    def render(self, text: str) -> tuple[str, ...]:
        """In Slack's own signs, in parts that read well."""
        return split(whatsapp_markup(clean(text)), MAX_LENGTH)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Post one part where the customer spoke, in their thread if they began one."""
        try:
            channel = await self._room(message)
            answer = await call(
                self.client.chat_postMessage(
                    channel=channel,
                    # Escaped, no mention that a model wrote wakes a whole channel.
                    text=escape(message.text),
                    thread_ts=root_of(message) or None,
                    metadata=metadata(_mark(message)),
                    unfurl_links=False,
                    unfurl_media=False,
                ),
                timeout_s=self.timeout_s,
            )
        except VendorRefused as refused:
            raise _meaning(refused) from refused
        ts = answer.get("ts")
        if not isinstance(ts, str) or not ts:
            raise VendorSilent("Slack accepted a message without naming it", code="no_ts")
        return SendResult(external_id=f"{answer.get('channel') or channel}:{ts}")

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """Look for our row's id in the metadata of what stands there."""
        channel, since = await self._room(message), message.created_at - timedelta(minutes=1)
        ts = await find_ts(
            self.client,
            channel,
            _mark(message),
            since=since,
            root_ts=root_of(message),
            timeout_s=self.timeout_s,
        )
        found = f"{channel}:{ts}" if ts else None
        return None if found in known else found

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """Nothing: an app may hardly read what was said, and Slack itself comes three times."""
        return ()

    async def fetch(self, media: Media) -> bytes:
        """A file that came with a message."""
        return await fetch_file(self.client, media, timeout_s=self.timeout_s)

    def probe(self) -> WebhookRequest:
        """Slack's own question whether the address is ours, signed."""
        body = json.dumps({"type": "url_verification", "challenge": "probe"}).encode()
        stamp = str(int(self.clock.now().timestamp()))
        proof = sign(body, stamp=stamp, secret=self.signing_secret)
        headers = {"content-type": "application/json", STAMP: stamp, SIGNATURE: proof}
        return WebhookRequest(path=ROUTES[0].path, query="", headers=headers, body=body)

    async def check(self) -> Sequence[str]:
        """Who the token is, and what it may not do that customers' messages need."""
        return await find_missing(self.client, CUSTOMER_SCOPES, timeout_s=self.timeout_s)

    async def _room(self, message: OutboundMessage) -> str:
        """The channel to post in: the shared one, or the talk between the app and this person."""
        person, shared = room_of(message.recipient)
        if shared:
            return shared
        if message.sender.startswith("D") and is_channel(message.sender):
            return message.sender
        return await direct_channel(self.client, person, timeout_s=self.timeout_s)


def root_of(message: OutboundMessage) -> str:
    """The thread that it belongs in; empty: the talk itself.

    In a direct message a thread is kept where the customer began one, and what nobody asked for
    stands in none. In a shared channel everything stays in the thread of the customer's message.
    """
    answered = message.answered
    if answered is None or answered.thread is None:
        return ""
    said = answered.thread
    root = said.references[0] if said.references else ""
    if room_of(message.recipient)[1]:
        return root or said.message_id
    return root if message.is_reply else ""


def _mark(message: OutboundMessage) -> Mark:
    return KIND, str(message.id)


def _meaning(refused: VendorRefused) -> VendorRefused:
    words = GONE.get(refused.code)
    if words is None:
        return refused
    return AddressRefused(words, code=refused.code, opted_out=False)


@dataclass(frozen=True, slots=True)
class Slack:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ROUTES

    def configure(self, settings: Mapping[str, str], http: ClientSession) -> ConfiguredSlack | None:
        """On with SLACK_CUSTOMERS=1 and the desk's settings."""
        if not takes_customers(settings):
            if settings.get(LISTED, "").strip() and not settings.get(CUSTOMERS, "").strip():
                raise ConfigError(f"{CUSTOMERS} is missing: {LISTED} opens nothing without it")
            return None
        found = read_settings({**settings, "SLACK_STAFF_CHANNEL": _staff_channel(settings)})
        if found is None:
            raise ConfigError(f"SLACK_BOT_TOKEN is missing: {CUSTOMERS} needs the desk's settings")
        listed = frozenset(filter(None, (x.strip() for x in settings.get(LISTED, "").split(","))))
        if any(not is_channel(each) or each.startswith("D") for each in listed):
            raise ConfigError(f"{LISTED}: name channels by their ids, with commas between them")
        if found.staff_channel in listed:
            raise ConfigError(f"{LISTED}: the staff channel cannot be open to customers")
        secret = found.signing_secret
        return ConfiguredSlack(
            client=make_client(found, http),
            where=Open(
                staff_channel=found.staff_channel,
                listed=listed,
                api_url=found.api_url.rstrip("/") + "/",
            ),
            signing_secret=secret.get_secret_value() if secret else "",
            clock=SystemClock(),
        )


def takes_customers(settings: Mapping[str, str]) -> bool:
    """Whether the owner wants customers to write to the app.

    Raises:
        ConfigError: the variable says neither yes nor no.
    """
    wanted = settings.get(CUSTOMERS, "").strip().lower()
    if wanted in ("", "0", "false", "no", "off"):
        return False
    if wanted not in ("1", "true", "yes", "on"):
        raise ConfigError(f"{CUSTOMERS} must be 1 or 0: whether customers may write in Slack")
    return True


def _staff_channel(settings: Mapping[str, str]) -> str:
    """By its id, or nobody could tell what is said there from what customers say."""
    given = settings.get("SLACK_STAFF_CHANNEL", "").strip()
    if given and not is_channel(given):
        raise ConfigError(f"SLACK_STAFF_CHANNEL: {CUSTOMERS} needs the channel's id (C...)")
    return given


channel = Slack()
