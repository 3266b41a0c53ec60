"""What every channel promises, asked of each file in channels/ that is one.

A new channel joins by its recordings and, for a new vendor, by its signer in recordings.py. What
sending promises is asked in test_channel_sending.py; the same over HTTP is told in the stories.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from channel_cases import CHANNELS, configured, vendor_of
from recordings import SETTINGS, SIGN, SIGNATURE_HEADER, Recording, list_recordings

from bot.errors import BadPayload, BadSignature, ConfigError
from channels.base import ConfiguredChannel, WebhookRequest

RECORDINGS = [recording for name in CHANNELS for recording in list_recordings(name)]


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def each(recordings: list[Recording]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "recording", recordings, ids=lambda recording: f"{recording.channel}-{recording.event}"
    )


def signed(channel: ConfiguredChannel, request: WebhookRequest) -> WebhookRequest:
    return SIGN[vendor_of(channel)](request)


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANNELS)
async def test_a_channel_without_any_settings_is_off(name: str, http: ClientSession) -> None:
    assert CHANNELS[name].configure({}, http) is None


@pytest.mark.parametrize("name", CHANNELS)
async def test_a_channel_answers_to_its_file_name(name: str, http: ClientSession) -> None:
    channel = configured(name, http)
    assert CHANNELS[name].name == channel.name == name
    assert channel.routes == CHANNELS[name].routes
    assert channel.per_second > 0


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
async def test_half_a_configuration_names_what_is_missing(
    name: str, missing: str, http: ClientSession
) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != missing}
    with pytest.raises(ConfigError, match=missing):
        CHANNELS[name].configure(settings, http)


# --- verify ---------------------------------------------------------------------------------------


@each(RECORDINGS)
async def test_a_signed_request_is_believed(recording: Recording, http: ClientSession) -> None:
    channel = configured(recording.channel, http)
    channel.verify(signed(channel, recording.request))


@each(RECORDINGS)
async def test_an_unsigned_request_is_refused(recording: Recording, http: ClientSession) -> None:
    channel = configured(recording.channel, http)
    header = SIGNATURE_HEADER[vendor_of(channel)]
    given = {name: value for name, value in recording.request.headers.items() if name != header}
    with pytest.raises(BadSignature):
        channel.verify(replace(recording.request, headers=given))


@each(RECORDINGS)
@pytest.mark.parametrize("signature", ["", "AAAA", "é" * 28, "x" * 10_000])
async def test_a_wrong_signature_is_refused(
    recording: Recording, signature: str, http: ClientSession
) -> None:
    channel = configured(recording.channel, http)
    header = SIGNATURE_HEADER[vendor_of(channel)]
    given = {**recording.request.headers, header: signature}
    with pytest.raises(BadSignature):
        channel.verify(replace(recording.request, headers=given))


@each(RECORDINGS)
async def test_a_tampered_request_is_refused(recording: Recording, http: ClientSession) -> None:
    channel = configured(recording.channel, http)
    request = signed(channel, recording.request)
    for changed in (
        replace(request, body=request.body + b"&Body=more"),
        replace(request, body=request.body.replace(b"ApiVersion", b"ApiVersioN", 1) + b"&a="),
        replace(request, path=request.path + "/"),
        replace(request, query="to=elsewhere"),
    ):
        with pytest.raises(BadSignature):
            channel.verify(changed)


@each(RECORDINGS)
async def test_a_signature_for_another_address_is_refused_whatever_the_headers_say(
    recording: Recording, http: ClientSession
) -> None:
    elsewhere = configured(recording.channel, http, PUBLIC_URL="https://other.example.com")
    request = signed(elsewhere, recording.request)
    headers = {**request.headers, "host": "concierge.example.com", "x-forwarded-proto": "https"}
    with pytest.raises(BadSignature):
        elsewhere.verify(replace(request, headers=headers))


# --- parse ----------------------------------------------------------------------------------------


@each(RECORDINGS)
async def test_a_recording_becomes_its_message(recording: Recording, http: ClientSession) -> None:
    channel = configured(recording.channel, http)
    parsed = channel.parse(recording.request)
    shown = [
        {
            "external_id": message.external_id,
            "sender": message.sender,
            "recipient": message.recipient,
            "kind": str(message.kind),
            "text": message.text,
            "media": [{"url": m.url, "content_type": m.content_type} for m in message.media],
            "extras": dict(message.extras),
        }
        for message in parsed.messages
    ]
    assert shown == list(recording.messages)
    assert {message.channel for message in parsed.messages} <= {recording.channel}
    receipts = [
        {
            "external_id": receipt.external_id,
            "status": str(receipt.status),
            "code": receipt.code,
            "has_reason": bool(receipt.reason),
            "opted_out": receipt.opted_out,
            "bad_address": receipt.bad_address,
        }
        for receipt in parsed.receipts
    ]
    assert receipts == list(recording.receipts)


@each(RECORDINGS)
async def test_exactly_one_channel_of_a_vendor_accepts_a_request(
    recording: Recording, http: ClientSession
) -> None:
    routes = configured(recording.channel, http).routes
    sharing = [configured(name, http) for name, c in CHANNELS.items() if c.routes == routes]
    accepting = [channel.name for channel in sharing if channel.accepts(recording.request)]
    assert accepting == [recording.channel]


@each(RECORDINGS)
async def test_extras_are_few_and_short(recording: Recording, http: ClientSession) -> None:
    body = recording.request.body + b"&ProfileName=" + b"x" * 5000
    for message in (
        configured(recording.channel, http).parse(replace(recording.request, body=body)).messages
    ):
        assert len(message.extras) <= 12
        assert all(len(value) <= 300 for value in message.extras.values())


@each(RECORDINGS)
async def test_the_vendor_reads_what_it_wants_on_acceptance(
    recording: Recording, http: ClientSession
) -> None:
    reply = configured(recording.channel, http).reply(recording.request)
    assert reply.content_type == "text/xml"
    assert reply.body.endswith("<Response/>")


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
    header = SIGNATURE_HEADER[vendor_of(channel)]
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


def test_every_recording_states_where_it_comes_from() -> None:
    assert RECORDINGS
    assert all("read 20" in r.provenance or "recorded 20" in r.provenance for r in RECORDINGS)


# --- render ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "A sentence that goes on. " * 1000,
        "一句话。" * 3000,
        "👨‍👩‍👧‍👦" * 1000,
        "https://example.com/" + "a" * 5000,
        "nul\x00 and \ud800 lone",
    ],
    ids=["short", "long", "chinese", "emoji", "url", "broken"],
)
async def test_replies_fit_the_vendors_limit(name: str, text: str, http: ClientSession) -> None:
    parts = configured(name, http).render(text)
    assert parts
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= 1600 for part in parts)


@pytest.mark.parametrize("name", CHANNELS)
async def test_nothing_to_say_is_no_message(name: str, http: ClientSession) -> None:
    assert configured(name, http).render(" \n\x00 ") == ()
