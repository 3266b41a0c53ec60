"""What a channel is: one file that verifies, parses, renders and sends for one way to reach us.

handlers/ calls `verify` and `parse`, jobs/ call `send` and `find_sent`. A channel decides nothing
about the conversation. Its last line is `channel = ...`; missing settings switch it off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from aiohttp import ClientSession

from bot.domain import Message, OutboundMessage, Receipt
from bot.errors import VendorRefused


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


class AddressRefused(VendorRefused):
    """Never again to this address: its owner has opted out, or nothing can reach it."""

    def __init__(self, message: str, *, code: str = "", opted_out: bool) -> None:
        super().__init__(message, code=code)
        self.opted_out = opted_out


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One webhook path of a vendor; channels of one vendor share it."""

    path: str
    vendor: str
    max_bytes: int = 1024 * 1024
    overrides: str = ""
    """Fragment that the vendor reads from the configured URL, such as how often it tries again."""


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
