"""What a channel is: one file that verifies, parses, renders and sends for one way to reach us.

handlers/ calls `verify` and `parse`, jobs/ call `send` and `find_sent`. A channel decides nothing
about the conversation. Its last line is `channel = ...`; missing settings switch it off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from aiohttp import ClientSession

from bot.domain import NOTHING, Media, Message
from bot.domain_calls import CallNotice
from bot.domain_sending import Answered, OutboundMessage, Preference, Receipt
from bot.domain_vendors import News, TemplateNews
from bot.errors import VendorRefused, VendorUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A vendor's request exactly as it came, before anything of it is believed."""

    path: str
    """Path of the route that took it, without query."""
    query: str
    """Raw query string, without the question mark."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """The raw bytes that the signature covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one request held: any number of messages and receipts."""

    messages: tuple[Message, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    preferences: tuple[Preference, ...] = ()
    news: tuple[News, ...] = ()
    """What the vendor tells of people's handles, of templates and of our account."""
    unread: tuple[str, ...] = ()
    """Why single items of a batch could not be read: the others are taken in, and the request is
    kept whole as a dead letter."""
    calls: tuple[CallNotice, ...] = ()
    """News of telephone calls."""
    echoes: tuple[Message, ...] = ()
    """What the vendor's store holds of ours; what we did not send is staff's, from elsewhere."""
    has_more: bool = False
    """Whether the vendor's store holds more than it says: that is read (channels/standing.py)."""
    token: tuple[str, bytes] | None = None
    """What proved a request without covering its body, and the body's digest: good for it alone."""
    came_by: tuple[str, str] = ("", "")
    """Subscription and owner, where the vendor names them: taken in only where both are ours."""


class AddressRefused(VendorRefused):
    """Never again to this address: its owner has opted out, or nothing can reach it."""

    def __init__(self, message: str, *, code: str = "", opted_out: bool) -> None:
        super().__init__(message, code=code)
        self.opted_out = opted_out


class PersonBusy(VendorUnavailable):
    """Nothing was done: too much for this one person now, and everybody else is as before."""


class DailyCapReached(VendorUnavailable):
    """Nothing was done, and nothing of this kind is taken from our sender before the next day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The vendor has taken the message over."""

    external_id: str
    segments: int = 1
    """Billable parts, where the vendor counts so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a vendor wants to read when its webhook was accepted."""

    body: str = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One webhook path of a vendor; channels of one vendor share it."""

    path: str
    vendor: str
    max_bytes: int = 1024 * 1024
    overrides: str = ""
    """Fragment that the vendor reads from the configured URL, such as how often it tries again."""
    is_pasted: bool = True
    """Whether the operator gives it to the vendor; else we name it ourselves, with each request."""
    greets: bool = False
    """Whether the vendor proves the address by a GET, which `greet` answers."""
    has_own_door: bool = False
    """Whether another stands there and hands over what is a customer's: at Slack, the desk."""


@runtime_checkable
class Channel(Protocol):
    """A plug-in of this folder, bound to its settings by `configure`.

    `verify` raises BadSignature; `parse` raises BadPayload naming the field; `send` raises
    VendorUnavailable (nothing done, retry), VendorRefused (never again) or VendorSilent (unknown).
    """

    name: str
    routes: tuple[Route, ...]

    def configure(
        self, settings: Mapping[str, str], http: ClientSession
    ) -> ConfiguredChannel | None:
        """The channel with its credentials, or None when none are given.

        Raises:
            ConfigError: some of the settings it needs are there and some are missing.
        """


@runtime_checkable
class FetchesMedia(Protocol):
    """A channel that can get the files that came with its messages."""

    async def fetch(self, media: Media) -> bytes:
        """The file itself, of the vendor's own hosts only and within bounds.

        Raises:
            VendorUnavailable: not now. VendorRefused: never; too large, gone, or somewhere else.
        """


@runtime_checkable
class Greets(Protocol):
    """A channel whose vendor asks by GET whether the address is ours before it sends anything."""

    def greet(self, request: WebhookRequest) -> Reply:
        """What the vendor wants to read.

        Raises:
            BadSignature: whoever asks does not know what we agreed on.
        """


@runtime_checkable
class ShowsReading(Protocol):
    """A channel on which a customer can see that we have read them and are writing."""

    async def show_reading(self, message: Answered) -> None:
        """Mark it read and show that an answer is being written. Raises VendorError."""


@runtime_checkable
class Checks(Protocol):
    """A channel that can ask its vendor whether all is well without changing anything."""

    async def check(self) -> Sequence[str]:
        """A harmless authenticated call.

        Returns:
            What is wrong without stopping the channel, such as a missing scope or a token that
            ends soon, in words for the operator.

        Raises:
            VendorError: the vendor does not answer, or does not know us.
        """


@runtime_checkable
class ListsTemplates(Protocol):
    """A channel whose vendor approves what may leave a closed window, and can say what it has."""

    carrier: str
    """As template_states names it: twilio, meta."""

    async def list_templates(self) -> Sequence[TemplateNews]:
        """Every template of our account, by the vendor's own names. Raises VendorError."""


@runtime_checkable
class Probes(Protocol):
    """A channel that can sign as its vendor does, to try its own address from outside."""

    def probe(self) -> WebhookRequest:
        """A signed request of the vendor's form that brings nothing and changes nothing."""


class ConfiguredChannel(Protocol):
    """A channel that can talk to its vendor."""

    name: str
    routes: tuple[Route, ...]
    per_second: float
    """Messages a sender may send each second, as agreed with the vendor."""
    window_s: float | None
    """Seconds after an inbound message in which free text is allowed; None: always."""
    default_sender: str

    def verify(self, request: WebhookRequest) -> None:
        """Prove over the raw bytes that the vendor sent this.

        Raises:
            BadSignature: it is not proved.
        """

    def accepts(self, request: WebhookRequest) -> bool:
        """Whether a verified request on a shared path is this channel's to parse."""

    def parse(self, request: WebhookRequest) -> Parsed:
        """Turn a verified request into messages and receipts.

        Raises:
            BadPayload: a needed field is missing or malformed; the message names it.
        """

    def reply(self, request: WebhookRequest) -> Reply:
        """What the vendor wants to read on acceptance."""

    def render(self, text: str) -> tuple[str, ...]:
        """The text as the vendor takes it: cleaned, split at sentence ends within its limit."""

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand one rendered part to the vendor."""

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """The vendor's id of a message whose send was never confirmed to us, if it exists there.

        `known` are vendor ids already accounted for. Raises VendorRefused where the vendor cannot
        say, VendorUnavailable where it cannot say now.
        """

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What the vendor holds for us since then; empty where it keeps no list."""
