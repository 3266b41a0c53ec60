"""Whole vendor requests from tests/payloads, loaded and signed again.

Signed by the vendors' own libraries, never by the code under test. A recording is `<event>.http`,
its first line the provenance, and `<event>.json`, what it must become.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from channels.base import WebhookRequest

PAYLOADS = Path(__file__).parent / "payloads"
PUBLIC_URL = "https://concierge.example.com"
TWILIO_TOKEN = "12345678901234567890123456789012"
ACCOUNT_SID = "AC00000000000000000000000000000001"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_SMS_FROM": "+15005550006",
        "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
    }
)
"""Credentials under which every channel is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One request of a vendor and what it must become."""

    channel: str
    event: str
    provenance: str
    request: WebhookRequest
    """Not signed yet."""
    messages: tuple[Mapping[str, object], ...]
    receipts: tuple[Mapping[str, object], ...]


def list_recordings(channel: str) -> tuple[Recording, ...]:
    """Every recording of a channel, by name."""
    return tuple(_load(path) for path in sorted((PAYLOADS / channel).glob("*.http")))


def get_recording(channel: str, event: str) -> Recording:
    """The recording of one event."""
    return _load(PAYLOADS / channel / f"{event}.http")


def _load(path: Path) -> Recording:
    head, _, body = path.read_bytes().partition(b"\n\n")
    first, start, *header_lines = head.decode().split("\n")
    mark, _, provenance = first.partition(": ")
    if mark != "# Provenance":
        raise ValueError(f"{path.name} must state its provenance in its first line")
    target = start.split(" ")[1]
    url_path, _, query = target.partition("?")
    pairs = (line.partition(": ") for line in header_lines)
    expected = json.loads(path.with_suffix(".json").read_text())
    return Recording(
        channel=path.parent.name,
        event=path.stem,
        provenance=provenance,
        request=WebhookRequest(
            path=url_path,
            query=query,
            headers=MappingProxyType({name.lower(): value for name, _, value in pairs}),
            body=body.removesuffix(b"\n"),
        ),
        messages=tuple(expected["messages"]),
        receipts=tuple(expected["receipts"]),
    )


def twilio_signature(url: str, body: bytes, token: str = TWILIO_TOKEN) -> str:
    """The signature that Twilio's own library computes for a form."""
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    return str(RequestValidator(token).compute_signature(url, MultiDict(pairs)))


def sign_twilio(
    request: WebhookRequest, *, base_url: str = PUBLIC_URL, token: str = TWILIO_TOKEN
) -> WebhookRequest:
    """The request as Twilio would have signed it for this address."""
    url = base_url + request.path + (f"?{request.query}" if request.query else "")
    given = {**request.headers, "x-twilio-signature": twilio_signature(url, request.body, token)}
    return replace(request, headers=MappingProxyType(given))


SIGN: Mapping[str, Callable[[WebhookRequest], WebhookRequest]] = MappingProxyType(
    {"twilio": sign_twilio}
)
"""How the requests of each vendor are signed."""
SIGNATURE_HEADER: Mapping[str, str] = MappingProxyType({"twilio": "x-twilio-signature"})
