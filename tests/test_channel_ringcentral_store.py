"""RingCentral's message store and files: read whole, with our token shown to nobody else.

The rest of the channel's own rules is in test_channel_ringcentral.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from channel_cases import NOW, outbound
from test_channel_ringcentral import CALLER, on, opened
from vendor_ringcentral import LOGIN, NUMBER, once_logged_in
from wire import Handler, Wire, answer

from bot.clock import FrozenClock, SystemClock
from bot.domain import Kind, Media, Status
from bot.errors import VendorRefused, VendorUnavailable
from channels.ringcentral_media import fetch_media, require_theirs
from channels.ringcentral_records import to_receipt
from handlers.sandbox.base import Ground
from handlers.sandbox.changes import Changes
from handlers.sandbox.journal import Journal
from handlers.sandbox.ringcentral import RingCentralStandIn


def row(name: str, **more: object) -> dict[str, object]:
    return {
        "id": name,
        "type": "SMS",
        "direction": "Outbound",
        "from": {"phoneNumber": NUMBER},
        "to": [{"phoneNumber": CALLER}],
        "subject": "my gate code is 4711",
        "creationTime": "2026-11-22T18:00:00.000Z",
        "messageStatus": "Sent",
        **more,
    }


def store_of(*pages: list[dict[str, object]], files: Mapping[str, bytes] | None = None) -> Handler:
    """A message store of so many pages."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/oauth/token"):
            return web.json_response(LOGIN)
        name = Path(request.path).name
        if name in (files or {}):
            return web.Response(body=(files or {})[name])
        number = int(request.query["page"])
        more = (
            {"nextPage": {"uri": "https://elsewhere.example/next"}} if number < len(pages) else {}
        )
        return web.json_response({"records": pages[number - 1], "navigation": more})

    return handle


SPOKEN = row(
    "7",
    type="VoiceMail",
    direction="Inbound",
    subject=None,
    **{"from": {"phoneNumber": CALLER}, "to": [{"extensionNumber": "101"}]},
    vmTranscriptionStatus="InProgress",
    attachments=[{"type": "AudioRecording", "uri": "/sound", "contentType": "audio/mpeg"}],
)


async def test_the_store_is_read_whole(wire: Wire, http: ClientSession) -> None:
    """I5, I7: pages by number and never by a link; receipts and echoes; one broken record spoils
    no other, and what is not ready is looked for again."""
    ours = on(wire, http)
    ours.api.penalty.clock = FrozenClock(NOW + timedelta(seconds=60))
    inbound = {
        "direction": "Inbound",
        "from": {"phoneNumber": CALLER},
        "to": [{"phoneNumber": NUMBER}],
    }
    first = [
        row("1", **inbound, subject="hello"),
        row("2", messageStatus="DeliveryFailed", deliveryErrorCode="SMS-UP-410"),
        row("3", **inbound, subject={}),
    ]
    second = [
        row("1", **inbound, subject="hello"),
        row("4", messageStatus="SendingFailed", deliveryErrorCode="SMS-RC-413"),
        row("5", to=[{"phoneNumber": CALLER}, {"phoneNumber": "+14155550199"}]),
        {"id": "6", "type": "SMS"},
        SPOKEN,
    ]
    wire.behave = store_of(first, second, files={"words": "¿Cuánto cuesta?".encode()})
    found = await ours.read_store(NOW)
    assert [m.external_id for m in found.messages] == ["1"]
    assert [m.external_id for m in found.echoes] == ["2"]
    assert {r.external_id: (r.status, r.bad_address, r.opted_out) for r in found.receipts} == {
        "2": (Status.FAILED, True, False),
        "4": (Status.FAILED, False, True),
        "5": (Status.SENT, False, False),
    }
    assert found.has_more
    wire.behave = store_of(*([row(str(page))] for page in range(100)))
    with pytest.raises(VendorUnavailable, match="pages"):
        await ours.read_store(NOW)


async def test_voicemails_wait_for_their_words(wire: Wire, http: ClientSession) -> None:
    """For two minutes; the words are fetched once, and without any the sound comes alone."""
    ours = on(wire, http)
    clock = ours.api.penalty.clock = FrozenClock(NOW + timedelta(seconds=60))
    written = {**SPOKEN, "vmTranscriptionStatus": "Completed"}
    written["attachments"] = [
        {"type": "AudioRecording", "uri": "/sound", "contentType": "audio/mpeg", "vmDuration": 4},
        {"type": "AudioTranscription", "uri": "/words", "contentType": "text/plain"},
    ]
    wire.behave = store_of([written], files={"words": "¿Cuánto cuesta?".encode()})
    for _ in range(2):
        found = await ours.read_store(NOW)
        (voicemail,) = found.messages
        assert (voicemail.kind, voicemail.text) == (Kind.VOICEMAIL, "¿Cuánto cuesta?")
        assert not found.has_more
    assert sum(path == "/words" for _, path, _ in wire.asked) == 1
    clock.advance(timedelta(seconds=120))
    wire.behave = store_of([SPOKEN])
    found = await ours.read_store(NOW)
    assert [(m.kind, m.text, m.media[0].url) for m in found.messages] == [
        (Kind.VOICEMAIL, "", f"{wire.url}/sound")
    ]


async def test_a_lost_send_is_found_by_its_words(wire: Wire, http: ClientSession) -> None:
    """I5: the oldest that nobody accounts for, of the same words to the same person."""
    ours = on(wire, http)
    listed = [
        row("12", creationTime="2026-11-22T18:00:09.000Z"),
        row("11", creationTime="2026-11-22T18:00:05.000Z"),
        row("10", creationTime="2026-11-22T18:00:01.000Z"),
        row("9", subject="something else"),
        row("8", to=[{"phoneNumber": "+14155550199"}]),
    ]
    wire.behave = store_of(listed)
    assert await ours.find_sent(outbound("ringcentral"), frozenset({"10"})) == "11"
    assert await ours.find_sent(outbound("ringcentral"), frozenset({"10", "11", "12"})) is None
    query = next(path for _, path, _ in wire.asked if "message-store" in path)
    assert "direction=Outbound" in query
    assert "phoneNumber=%2B14155550123" in query


async def test_the_token_goes_to_ringcentral_alone(wire: Wire, http: ClientSession) -> None:
    theirs = opened(http).api
    for good in (
        "https://media.ringcentral.com/restapi/v1.0/x",
        "https://platform.ringcentral.com/restapi/v1.0/x",
    ):
        require_theirs(theirs, good)
    for bad in (
        "http://media.ringcentral.com/x",
        "https://ringcentral.com.evil.example/x",
        "https://evilringcentral.com/x",
        "https://user@media.ringcentral.com/x",
        "https://media.ringcentral.com:8443@evil.example/x",
        "file:///etc/passwd",
    ):
        with pytest.raises(VendorRefused):
            require_theirs(theirs, bad)
    ours = on(wire, http)
    wire.behave = once_logged_in(answer(302, "", {"Location": "https://evil.example/x"}))
    with pytest.raises(VendorRefused, match="not at RingCentral"):
        await ours.fetch(Media(f"{wire.url}/file", "image/png"))
    wire.behave = once_logged_in(answer(200, "x" * 70_000))
    with pytest.raises(VendorRefused, match="larger"):
        await fetch_media(ours.api, Media("/file", "text/plain"), max_bytes=64_000)


async def test_files_leave_as_one_message(http: ClientSession) -> None:
    """What RingCentral takes as one message; with what it does not take it is not troubled."""
    vendor = RingCentralStandIn(
        Ground(
            changes=Changes(),
            journal=Journal(None),
            clock=SystemClock(),
            number=NUMBER,
            secrets=defaultdict(lambda: "a-secret-of-the-stand-in"),
        )
    )
    server = TestServer(vendor.application())
    await server.start_server()
    await vendor.start(http, str(server.make_url("")).rstrip("/"))
    ours = opened(http, **vendor.environment())
    menu = Media("kept:abc", "image/png", "our menü.png", b"\x89PNG....")
    message = replace(outbound("ringcentral"), media=(menu,))
    sent = await ours.send(message)
    assert [each["id"] for each in vendor.sent] == [sent.external_id]
    kept = vendor.sent[0]["attachments"][-1]
    assert (kept["contentType"], kept["size"]) == ("image/png", 8)
    assert await ours.fetch(Media(kept["uri"], "image/png")) == menu.content
    heard = len(vendor.called)
    for wrong in (
        (replace(menu, content=None),),
        (menu,) * 11,
        (replace(menu, content=b"x" * 2**21),),
    ):
        with pytest.raises(VendorRefused):
            await ours.send(replace(message, media=wrong))
    assert len(vendor.called) == heard
    await vendor.stop()
    await server.close()


async def test_doctor_asks_whether_the_number_may_text(wire: Wire, http: ClientSession) -> None:
    ours = on(wire, http)
    for records, said in (
        ([{"phoneNumber": NUMBER, "features": ["SmsSender"]}], None),
        ([{"phoneNumber": NUMBER, "features": ["CallerId"]}], "SmsSender"),
        ([{"phoneNumber": CALLER, "features": ["SmsSender"]}], "no number of the extension"),
    ):
        wire.behave = once_logged_in(answer(200, {"records": records}))
        warnings = list(await ours.check())
        assert (said in warnings[0]) if said else not warnings


def test_unknown_states_and_codes_move_nothing_and_may_pass() -> None:
    assert to_receipt(row("1", messageStatus="Received")) is None
    found = to_receipt(row("1", messageStatus="DeliveryFailed", deliveryErrorCode="SMS-CAR-999"))
    assert found is not None
    assert (found.is_soft, found.bad_address, found.opted_out) == (True, False, False)
