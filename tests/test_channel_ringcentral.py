"""RingCentral's own rules: the handshake, whose events are believed, logins, penalties, the store.

What every channel promises is in test_channel_contract.py and its neighbours, what customers and
colleagues meet in test_channel_ringcentral_stories.py.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from aiohttp import ClientSession
from channel_cases import NOW, outbound
from recordings import get_recording
from vendor_ringcentral import NUMBER, VENDOR, once_logged_in, record, sign_ringcentral
from wire import Wire, answer

from bot.clock import FrozenClock
from bot.domain import Media, Scope
from bot.domain_calls import CallNotice
from bot.errors import BadPayload, BadSignature, ConfigError, VendorUnavailable
from channels.base import Parsed, WebhookRequest
from channels.ringcentral import ConfiguredRingCentral, channel

CALLER = "+14155550123"


def opened(http: ClientSession, **more: str) -> ConfiguredRingCentral:
    found = channel.configure({**VENDOR.settings, **more}, http)
    assert found is not None
    return found


def on(wire: Wire, http: ClientSession) -> ConfiguredRingCentral:
    return opened(http, RINGCENTRAL_API_URL=wire.url)


def asked(headers: Mapping[str, str], body: bytes = b"") -> WebhookRequest:
    given = MappingProxyType(dict(headers))
    return WebhookRequest(path="/webhooks/ringcentral", query="", headers=given, body=body)


def event(name: str, **changes: object) -> WebhookRequest:
    """A recorded event, with its body changed."""
    request = get_recording("ringcentral", name).request
    envelope = json.loads(request.body)
    envelope["body"] |= changes
    return sign_ringcentral(replace(request, body=json.dumps(envelope).encode()))


def test_what_is_wrong_in_the_settings_is_named() -> None:
    for name, value, said in (
        ("RINGCENTRAL_NUMBER", "12345", "RINGCENTRAL_NUMBER"),
        ("RINGCENTRAL_NUMBER", "call us", "RINGCENTRAL_NUMBER"),
        ("RINGCENTRAL_WEBHOOK_TOKEN", "short", "RINGCENTRAL_WEBHOOK_TOKEN"),
        ("RINGCENTRAL_WEBHOOK_TOKEN", "with spaces in it, and long", "RINGCENTRAL_WEBHOOK_TOKEN"),
        ("RINGCENTRAL_API_URL", "platform.ringcentral.com", "RINGCENTRAL_API_URL"),
    ):
        with pytest.raises(ConfigError, match=said):
            channel.configure({**VENDOR.settings, name: value}, None)  # type: ignore[arg-type]  # It fails before any use.
    only_address = {"RINGCENTRAL_API_URL": "https://platform.devtest.ringcentral.com"}
    assert channel.configure(only_address, None) is None  # type: ignore[arg-type]  # It is off.


async def test_the_handshake_is_echoed_and_nothing_else_is(http: ClientSession) -> None:
    """I11: only a plain token without an event is echoed, and it proves nothing."""
    ours = opened(http)
    token = "2f6e6a0e-0d2b-4c40-9f0a-2d3a1a6f0c11"
    for body in (b"", b" ", b"{}", b"null"):
        request = asked({"validation-token": token}, body)
        ours.verify(request)
        assert ours.parse(request) == Parsed()
        reply = ours.reply(request)
        assert dict(reply.headers) == {"Validation-Token": token}
        assert (reply.body, reply.content_type) == ("", "application/json")
    probe = ours.probe()
    ours.verify(probe)
    assert (ours.parse(probe), "verification-token" in probe.headers) == (Parsed(), False)
    for hostile in ("", "a" * 201, "a b", "a\tb", "токен", "<x>", "a;b"):
        with pytest.raises(BadSignature):
            ours.verify(asked({"validation-token": hostile}))
    with_event = event("text")
    unsigned = {k: v for k, v in with_event.headers.items() if k != "verification-token"}
    with pytest.raises(BadSignature):
        ours.verify(replace(with_event, headers={**unsigned, "validation-token": token}))
    by_older_name = {**unsigned, "validation-token": with_event.headers["verification-token"]}
    request = replace(with_event, headers=by_older_name)
    ours.verify(request)
    assert len(ours.parse(request).messages) == 1
    assert not ours.reply(request).headers


async def test_events_say_what_they_say(http: ClientSession) -> None:
    ours = opened(http)
    text = ours.parse(event("text"))
    assert text.came_by == ("d8f7905d-c8a6-4520-b501-bf6dac950f0c", "62288320001")
    assert text.messages[0].sent_at == datetime(2026, 11, 23, 20, 57, 5, tzinfo=UTC)
    assert text.messages[0].extras["profile_name"] == "ANA PEREZ"
    assert "vendor_confirms" in ours.parse(event("text_stop")).messages[0].extras
    assert "vendor_confirms" not in ours.parse(event("text", subject="CANCEL")).messages[0].extras
    picture = ours.parse(event("picture_with_relative_link")).messages[0]
    assert picture.media[0].url.startswith("https://platform.ringcentral.com/restapi/v1.0/")
    assert picture.media[0].name == "patio.jpg"
    assert ours.parse(event("store_change")).has_more
    assert ours.parse(event("voicemail")).has_more
    (wish,) = ours.parse(event("consents")).preferences
    assert (wish.handle, wish.wants, wish.scope) == (CALLER, False, Scope.ALL)
    (wish,) = ours.parse(event("high_volume_opt_out")).preferences
    assert (wish.handle, wish.wants) == (CALLER, False)
    turned = event("high_volume_opt_out", **{"from": CALLER, "to": NUMBER, "active": False})
    assert ours.parse(turned).preferences[0].wants
    by_hand = [{"from": NUMBER, "to": CALLER, "optStatus": "OptIn", "source": "Api"}]
    assert ours.parse(event("consents", records=by_hand)).preferences == ()
    batch = ours.parse(event("consents", records=[{"optStatus": "?"}, 7, *by_hand[:0]]))
    assert len(batch.unread) == 2


async def test_no_depth_breaks_the_reader(http: ClientSession) -> None:
    with pytest.raises(BadPayload, match="JSON"):
        opened(http).parse(asked({"verification-token": "x"}, b"[" * 100_000))


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("text", {"id": None}, "id is missing"),
        ("text", {"id": "../../x"}, "id must be"),
        ("text", {"from": {}}, "from.phoneNumber"),
        ("text", {"from": {"phoneNumber": "???"}}, "from.phoneNumber"),
        ("text", {"to": "us"}, "to is missing"),
        ("text", {"subject": {"a": 1}}, "subject"),
        ("call_missed", {"telephonySessionId": ""}, "telephonySessionId"),
        ("call_missed", {"sequence": "8"}, "sequence"),
        ("call_missed", {"parties": {}}, "parties"),
        ("consents", {"records": None}, "records"),
        ("high_volume_text", {"from": "nobody"}, "from"),
        ("high_volume_opt_out", {"active": "yes"}, "active"),
    ],
)
async def test_what_cannot_be_read_is_named(
    name: str, changes: dict[str, object], said: str, http: ClientSession
) -> None:
    with pytest.raises(BadPayload, match=said) as caught:
        opened(http).parse(event(name, **changes))
    assert "415555" not in str(caught.value)


async def test_calls_are_read_piece_by_piece(http: ClientSession) -> None:
    ours = opened(http)

    def call(name: str, **party: object) -> CallNotice:
        parties = json.loads(get_recording("ringcentral", name).request.body)["body"]["parties"]
        return ours.parse(event(name, parties=[{**parties[0], **party}])).calls[0]

    assert not call("call_rings").is_over
    missed = call("call_missed")
    assert (missed.caller, missed.is_over, missed.is_answered) == (CALLER, True, False)
    assert call("call_answered").is_answered
    assert call("call_rings", status={"code": "VoiceMail"}).is_voicemail
    for reason in ("Pickup", "AttendedTransfer", "AgentAnswered"):
        assert call("call_missed", status={"code": "Disconnected", "reason": reason}).is_answered
    assert call("call_hidden").caller == ""
    outbound_call = call("call_answered", direction="Outbound", to={"phoneNumber": CALLER})
    assert (outbound_call.caller, outbound_call.is_outbound) == (CALLER, True)
    assert ours.parse(event("call_between_extensions")).calls == ()
    assert ours.parse(event("call_missed", origin={"type": "Conference"})).calls == ()
    assert ours.parse(event("call_missed", parties=[None, 3])).calls == ()


async def test_one_login_serves_all_who_wait(wire: Wire, http: ClientSession) -> None:
    """The JWT is shown once for many calls, again when the token ends, and once after a 401."""
    wire.behave = once_logged_in(answer(200, {"records": [], "navigation": {}}))
    ours = on(wire, http)
    clock = ours.api.penalty.clock = FrozenClock(NOW)
    await asyncio.gather(*(ours.list_received(NOW) for _ in range(5)))
    logins = [path for _, path, _ in wire.asked if path.endswith("/oauth/token")]
    assert len(logins) == 1
    assert wire.asked[0][2]["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    clock.advance(timedelta(seconds=3590))
    await ours.list_received(NOW)
    assert sum(path.endswith("/oauth/token") for _, path, _ in wire.asked) == 2
    before = len(wire.asked)
    wire.behave = once_logged_in(answer(401, {"errorCode": "OAU-213"}))
    with pytest.raises(VendorUnavailable):
        await ours.send(outbound("ringcentral"))
    assert [path.rpartition("/")[2] for _, path, _ in wire.asked[before:]] == [
        "sms",
        "token",
        "sms",
    ]


async def test_a_penalty_is_sat_out_in_silence(wire: Wire, http: ClientSession) -> None:
    """Each call while RingCentral wants quiet would begin the wait anew; a refused login is sat
    out like one."""
    wire.behave = once_logged_in(answer(429, {}, {"Retry-After": "30"}))
    ours = on(wire, http)
    clock = ours.api.penalty.clock = FrozenClock(NOW)
    with pytest.raises(VendorUnavailable) as caught:
        await ours.list_received(NOW)
    assert caught.value.retry_after_s == 30
    heard = len(wire.asked)
    clock.advance(timedelta(seconds=20))
    with pytest.raises(VendorUnavailable) as caught:
        await ours.send(outbound("ringcentral"))
    assert caught.value.retry_after_s == pytest.approx(10)
    with pytest.raises(VendorUnavailable):
        await ours.fetch(Media(f"{wire.url}/x", "image/png"))
    assert len(wire.asked) == heard
    clock.advance(timedelta(seconds=11))
    wire.behave = once_logged_in(answer(200, record()))
    assert (await ours.send(outbound("ringcentral"))).external_id == "7001"

    wire.behave = answer(400, {"error": "invalid_grant", "errorCode": "OAU-251"})
    stranger = on(wire, http)
    with pytest.raises(VendorUnavailable, match="RINGCENTRAL_JWT") as refused:
        await stranger.send(outbound("ringcentral"))
    assert refused.value.code == "OAU-251"
    heard = len(wire.asked)
    with pytest.raises(VendorUnavailable):
        await stranger.send(outbound("ringcentral"))
    assert len(wire.asked) == heard
    assert "a.jwt.credential" not in repr(stranger)
    assert VENDOR.settings["RINGCENTRAL_CLIENT_SECRET"] not in repr(stranger)
