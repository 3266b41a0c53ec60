"""What the contract suite must know of a vendor: how it signs, and how it answers a send.

`tests/vendor_<name>.py` holds a `VENDOR` for each; the suite in test_channel_*.py asks every
channel of every vendor the same questions. Whole recorded requests lie in tests/payloads.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from aiohttp import web

from bot.domain import Status
from bot.errors import VendorError
from channels.base import WebhookRequest

HERE = Path(__file__).parent
PUBLIC_URL = "https://concierge.example.com"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way in which a send can fail, and what it means for the outbox."""

    name: str
    behave: Handler
    """What the vendor's API answers."""
    error: type[VendorError]
    code: str
    """The vendor's own code, as the error carries it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a customer says, before it is put into a vendor's form."""

    channel: str
    id: str
    """What the vendor calls it; `id_of` of the parsed message follows from it."""
    handle: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCase:
    """One vendor of one or several channels."""

    name: str
    """As `Route.vendor` has it."""
    channels: tuple[str, ...]
    settings: Mapping[str, str]
    """Which turn its channels on, and no other vendor's."""
    required: tuple[str, ...]
    """Those of them without any one of which start-up stops and names it."""
    sign: Callable[[WebhookRequest], WebhookRequest]
    """The request as the vendor sends it; by the vendor's own library where there is one."""
    proof: tuple[str, ...]
    """Names of the headers, in lower case, that prove it: without them all it is refused."""
    covers_body: bool = True
    """Whether the proof changes with the body; a password in a header does not."""
    api_variable: str = ""
    """The setting that points the channels at another API; empty: they send by no HTTP API."""
    recipient: str = "+14155550123"
    """A customer's handle on its channels."""
    text_max: int = 1600
    """UTF-16 units in one part of a reply."""
    behave: Handler | None = None
    """What its API answers to all that sending asks, when all is well."""
    accepted_id: str = ""
    """The id that `behave` gives a message."""
    failures: tuple[Failure, ...] = ()
    compose: Callable[[Said], WebhookRequest] | None = None
    """A customer's words as the vendor brings them, not signed; None: it brings none by webhook."""
    report: Callable[[str, str, Status], WebhookRequest] | None = None
    """A channel's delivery receipt for an id of ours, not signed; None: the vendor sends none."""


@cache
def vendors() -> Mapping[str, VendorCase]:
    """Every vendor by name."""
    found = (importlib.import_module(path.stem).VENDOR for path in HERE.glob("vendor_*.py"))
    return {vendor.name: vendor for vendor in sorted(found, key=lambda each: each.name)}
