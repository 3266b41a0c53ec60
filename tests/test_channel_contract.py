"""What every channel promises of what comes in, asked of each as each of its vendors carries it.

That it must be proved is asked in test_channel_proof.py, what sending promises in
test_channel_sending.py, what the running service makes of it in test_channel_stories.py. A new
vendor joins by tests/vendor_<name>.py and its recordings.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from channel_cases import NOW
from contract import (
    CASES,
    RECORDED,
    Case,
    channels,
    every_case,
    every_composed,
    every_recording,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recordings import PAYLOADS, Recording
from vendor import PUBLIC_URL, Said, vendors

from bot.domain import Direction, Message
from bot.domain_sending import Receipt
from bot.errors import BadPayload, UnsupportedEvent
from channels.base import WebhookRequest

NEEDED = {"external_id", "sender", "kind", "text"}
"""What a recording must say of each message; the rest of the keys are compared where given."""


# --- parse ----------------------------------------------------------------------------------------


def shown(message: Message) -> dict[str, object]:
    """Everything of a message that a recording can speak of."""
    thread = message.thread
    return {
        "external_id": message.external_id,
        "sender": message.sender,
        "recipient": message.recipient,
        "direction": str(message.direction),
        "author": str(message.author),
        "kind": str(message.kind),
        "text": message.text,
        "subject": message.subject,
        "also": message.also,
        "media": [
            {"url": each.url, "content_type": each.content_type, "name": each.name}
            for each in message.media
        ],
        "thread": thread
        and {
            "message_id": thread.message_id,
            "in_reply_to": thread.in_reply_to,
            "references": list(thread.references),
        },
        "extras": dict(message.extras),
    }


def reported(receipt: Receipt) -> dict[str, object]:
    """Everything of a receipt that a recording can speak of."""
    return {
        "external_id": receipt.external_id,
        "status": str(receipt.status),
        "code": receipt.code,
        "has_reason": bool(receipt.reason),
        "opted_out": receipt.opted_out,
        "bad_address": receipt.bad_address,
        "is_soft": receipt.is_soft,
        "tag": receipt.tag,
    }


def as_said(found: object, expected: object) -> object:
    """What was found, of those parts that the recording speaks of."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: as_said(found.get(key), value) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [as_said(one, other) for one, other in zip(found, expected, strict=True)]
    return found


@every_recording
async def test_a_recording_becomes_its_messages(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    parsed = case.open(http).parse(recording.request)
    messages = [shown(each) for each in parsed.messages]
    receipts = [reported(each) for each in parsed.receipts]
    assert all(set(each) >= NEEDED for each in recording.messages)
    assert as_said(messages, list(recording.messages)) == list(recording.messages)
    assert as_said(receipts, list(recording.receipts)) == list(recording.receipts)
    assert {m.channel for m in parsed.messages} <= {case.channel}
    assert {r.channel for r in parsed.receipts} <= {case.channel}


@every_recording
async def test_exactly_one_channel_accepts_a_request(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    opened = [each.open(http) for each in CASES if each.vendor is case.vendor]
    sharing = [c for c in opened if any(r.path == recording.request.path for r in c.routes)]
    signed = case.signed(recording.request)
    assert [c.name for c in sharing if c.accepts(signed)] == [case.channel]


@every_recording
async def test_extras_are_few_and_short(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    for message in case.open(http).parse(recording.request).messages:
        assert len(message.extras) <= 12
        assert all(len(value) <= 300 for value in message.extras.values())


@every_recording
async def test_the_same_request_is_the_same_messages(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    """Nothing in an id comes from when or how often it was read (I2)."""
    channel = case.open(http)
    once, again = channel.parse(recording.request), channel.parse(recording.request)
    assert [m.external_id for m in once.messages] == [m.external_id for m in again.messages]
    assert len({m.external_id for m in once.messages}) == len(once.messages)


@every_recording
async def test_the_vendor_reads_a_short_acceptance(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    reply = case.open(http).reply(case.signed(recording.request))
    assert "/" in reply.content_type
    assert len(reply.body) < 512


def test_every_recording_is_asked_and_states_where_it_comes_from() -> None:
    assert RECORDED
    asked = {(recording.channel, recording.event) for _, recording in RECORDED}
    kept = {(path.parent.name, path.stem) for path in PAYLOADS.glob("*/*.http")}
    assert asked == kept
    for _, recording in RECORDED:
        said = recording.provenance
        assert "read 20" in said or "recorded 20" in said, recording.event


@every_case
def test_every_channel_of_a_vendor_has_recordings(case: Case) -> None:
    assert sum(each is case for each, _ in RECORDED) >= 3


# --- whatever may come (I11, I4) ------------------------------------------------------------------

SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("\x00"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@every_case
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=300) | SHAPES.map(lambda value: json.dumps(value).encode()))
async def test_no_body_breaks_the_reader(case: Case, body: bytes, http: ClientSession) -> None:
    """A request that proves its sender and holds anything at all has one of three ends."""
    channel = case.open(http)
    for route in channel.routes:
        request = WebhookRequest(path=route.path, query="", headers={}, body=body)
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            typed = replace(request, headers={"content-type": kind})
            with suppress(BadPayload, UnsupportedEvent):
                assert all(m.external_id for m in channel.parse(typed).messages)


@every_recording
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_no_damage_breaks_the_reader(
    case: Case, recording: Recording, data: st.DataObject, http: ClientSession
) -> None:
    body = recording.request.body
    start = data.draw(st.integers(0, len(body)))
    length = data.draw(st.integers(0, 40))
    damaged = body[:start] + data.draw(st.binary(max_size=20)) + body[start + length :]
    try:
        parsed = case.open(http).parse(replace(recording.request, body=damaged))
    except (BadPayload, UnsupportedEvent):
        return
    for message in parsed.messages:
        assert "\x00" not in message.text
        assert message.text.encode() is not None
        assert message.sender


@every_composed
@pytest.mark.parametrize(
    "text",
    [
        "Hola, ¿cuánto? ñ",
        "你好，二十个人多少钱？",
        "👩‍👩‍👧‍👦 ok",
        "<b>&amp;</b> 'x' \"y\"",
        "a\nb",
        "x" * 1500,
    ],
    ids=["spanish", "chinese", "emoji", "marks", "lines", "long"],
)
async def test_words_come_in_as_they_were_written(
    case: Case, text: str, http: ClientSession
) -> None:
    assert case.vendor.compose is not None
    said = Said(
        channel=case.channel,
        id="SM" + "7" * 32,
        handle=case.vendor.recipient,
        text=text,
        at=NOW,
    )
    [message] = case.open(http).parse(case.signed(case.vendor.compose(said))).messages
    assert message.text == text
    assert message.direction is Direction.INBOUND


# --- render ---------------------------------------------------------------------------------------


@every_case
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
async def test_replies_fit_the_vendors_limit(case: Case, text: str, http: ClientSession) -> None:
    parts = case.open(http).render(text)
    assert parts
    longest = case.vendor.text_max
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= longest for part in parts)
    assert not any("\x00" in part for part in parts)


@every_case
async def test_nothing_to_say_is_no_message(case: Case, http: ClientSession) -> None:
    assert case.open(http).render(" \n\x00 ") == ()


def test_every_webhook_path_is_one_that_the_documentation_names() -> None:
    paths = {route.path for channel in channels().values() for route in channel.routes}
    assert paths
    assert all(path.startswith(("/webhooks/", "/chat/")) for path in paths)
    assert all(vendor.settings["PUBLIC_URL"] == PUBLIC_URL for vendor in vendors().values())
