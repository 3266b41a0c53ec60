"""How Twilio's two channels read its forms and its signature, beside what all channels promise."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from contract import RECORDED, Case
from recordings import Recording
from vendor import vendors

from bot.errors import BadPayload, BadSignature
from channels.base import ConfiguredChannel, WebhookRequest

CHANNELS = vendors()["twilio"].channels
every_channel = pytest.mark.parametrize("name", CHANNELS)
every_recording = pytest.mark.parametrize(
    ("case", "recording"),
    [(case, each) for case, each in RECORDED if case.vendor.name == "twilio"],
    ids=lambda value: value.name if isinstance(value, Case) else value.event,
)


def configured(name: str, http: ClientSession, **more: str) -> ConfiguredChannel:
    return Case(name, vendors()["twilio"]).open(http, **more)


@every_recording
async def test_a_signature_for_another_address_is_refused_whatever_the_headers_say(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    elsewhere = case.open(http, PUBLIC_URL="https://other.example.com")
    request = case.signed(recording.request)
    headers = {**request.headers, "host": "concierge.example.com", "x-forwarded-proto": "https"}
    with pytest.raises(BadSignature):
        elsewhere.verify(replace(request, headers=headers))
    for changed in (
        replace(request, path=request.path + "/"),
        replace(request, query="to=elsewhere"),
    ):
        with pytest.raises(BadSignature):
            case.open(http).verify(changed)


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", None),
        ("MessageSid", "x" * 500),
        ("MessageSid", "a b"),
        ("From", None),
        ("From", "+"),
        ("From", "\x00"),
        ("To", None),
        ("To", "☎"),
        ("NumMedia", "many"),
        ("NumMedia", "-1"),
        ("MediaUrl0", None),
        ("Latitude", "north"),
    ],
)
async def test_a_malformed_request_is_refused_by_the_field(
    name: str, field: str, value: str | None, http: ClientSession
) -> None:
    prefix = "whatsapp:" if name == "whatsapp" else ""
    fields = {"MessageSid": "SM1", "From": f"{prefix}+14155550123", "To": f"{prefix}+14155238886"}
    fields |= {"NumMedia": "1"} if field == "MediaUrl0" else {"Body": "hi"}
    fields |= {"Longitude": "1.0"} if field == "Latitude" else {}
    fields.pop(field, None)
    if value is not None:
        fields[field] = value if field not in ("From", "To") else prefix + value
    request = WebhookRequest(
        path="/webhooks/twilio", query="", headers={}, body=urlencode(fields).encode()
    )
    with pytest.raises(BadPayload, match=field) as caught:
        configured(name, http).parse(request)
    assert value is None or len(value) < 3 or value not in str(caught.value)


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("body", [b"Body=%ff%fe", b"\xff", b"&".join(b"a=1" for _ in range(600))])
async def test_an_unreadable_form_is_refused_not_raised(
    name: str, body: bytes, http: ClientSession
) -> None:
    channel = configured(name, http)
    header = "x-twilio-signature"
    request = WebhookRequest(path="/webhooks/twilio", query="", headers={header: "A"}, body=body)
    with pytest.raises(BadPayload, match="form"):
        channel.verify(request)


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("body", [b"", b"CallSid=CA1&From=%2B14155550123", b"ConversationSid=CH1"])
async def test_an_event_we_do_not_handle_changes_nothing(
    name: str, body: bytes, http: ClientSession
) -> None:
    request = WebhookRequest(path="/webhooks/twilio", query="", headers={}, body=body)
    parsed = configured(name, http).parse(request)
    assert parsed.messages == parsed.receipts == ()
