"""How a card travels to Slack: what is said on the wire, what each failure means, its settings."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import unused_port
from wire import Handler, Wire, answer, hang_up

from bot.errors import ConfigError, VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.desk import Desk, PostedCard, configure
from channels.desk_card import Card, Standing

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-0000",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "SLACK_STAFF_CHANNEL": "C0DESK",
}
POSTED = PostedCard(channel="C0DESK", ts="1795370400.000100")
CARD = Card(
    escalation_id="0199-escalation",
    customer="Ana",
    channel="whatsapp",
    language="es",
    reason="A complaint",
    summary="complaint (confidence 0.93)",
    last_exchange=(("customer", "This is unacceptable", NOW),),
    opened_at=NOW,
)
HELD = Standing(state="claimed", holder="Dana", since=NOW)


def desk_at(url: str, http: ClientSession | None) -> Desk:
    desk = configure({**SETTINGS, "SLACK_API_URL": f"{url}/api/"}, http)
    assert desk is not None
    return desk


# --- posting it -----------------------------------------------------------------------------------


async def test_a_card_is_posted_with_the_id_by_which_it_is_found_again(
    wire: Wire, http: ClientSession
) -> None:
    bodies: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.StreamResponse:
        bodies.append(json.loads(await request.read()))
        return await answer(200, {"ok": True, "channel": "C0DESK", "ts": POSTED.ts})(request)

    wire.behave = take
    desk = desk_at(wire.url, http)
    assert await desk.post(CARD) == POSTED
    assert await desk.update(POSTED, replace(CARD, standing=HELD)) == POSTED
    assert [path for _, path, _ in wire.asked] == ["/api/chat.postMessage", "/api/chat.update"]
    assert wire.authorised == ["Bearer xoxb-0000"] * 2
    for body in bodies:
        assert body["text"]
        assert body["blocks"]
        assert body["metadata"] == {
            "event_type": "escalation",
            "event_payload": {"escalation_id": "0199-escalation"},
        }
    assert bodies[1]["ts"] == POSTED.ts
    assert "Held by Dana" in json.dumps(bodies[1])


FAILURES: list[tuple[str, Handler, type[VendorError], str]] = [
    ("archived", answer(200, {"ok": False, "error": "is_archived"}), VendorRefused, "is_archived"),
    ("auth", answer(200, {"ok": False, "error": "invalid_auth"}), VendorRefused, "invalid_auth"),
    ("revoked", answer(200, {"ok": False, "error": "token_revoked"}), VendorRefused, "token_"),
    ("channel", answer(200, {"ok": False, "error": "channel_not_found"}), VendorRefused, "chan"),
    ("unlisted", answer(200, {"ok": False, "error": "brand_new"}), VendorRefused, "brand_new"),
    ("ratelimited", answer(200, {"ok": False, "error": "ratelimited"}), VendorUnavailable, "rate"),
    ("internal", answer(200, {"ok": False, "error": "internal_error"}), VendorSilent, "internal"),
    ("server_error", answer(500, "<html>oops</html>"), VendorSilent, "500"),
    ("html", answer(200, "<html>hello</html>"), VendorSilent, "200"),
    ("nameless", answer(200, {"ok": True}), VendorSilent, "no_ts"),
    ("hung_up", hang_up, VendorSilent, "lost"),
]


@pytest.mark.parametrize(
    ("behave", "error", "code"), [case[1:] for case in FAILURES], ids=[c[0] for c in FAILURES]
)
async def test_each_failure_has_one_meaning_and_is_met_once(
    behave: Handler,
    error: type[VendorError],
    code: str,
    *,
    wire: Wire,
    http: ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.behave = behave
    with pytest.raises(error) as caught:
        await desk_at(wire.url, http).post(CARD)
    assert caught.value.code.startswith(code)
    assert len(wire.asked) == 1
    assert "unacceptable" not in caplog.text + str(caught.value)
    assert "xoxb-0000" not in caplog.text + str(caught.value)


async def test_slack_may_say_how_long_to_wait(wire: Wire, http: ClientSession) -> None:
    wire.behave = answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})
    with pytest.raises(VendorUnavailable) as caught:
        await desk_at(wire.url, http).post(CARD)
    assert caught.value.retry_after_s == 30.0


async def test_silence_leaves_the_post_open(wire: Wire, http: ClientSession) -> None:
    wire.behave = wire.say_nothing
    with pytest.raises(VendorSilent):
        await replace(desk_at(wire.url, http), timeout_s=0.2).post(CARD)


async def test_a_slack_that_cannot_be_reached_got_nothing(http: ClientSession) -> None:
    with pytest.raises(VendorUnavailable):
        await desk_at(f"http://127.0.0.1:{unused_port()}", http).post(CARD)


async def test_a_post_that_was_never_confirmed_is_found_by_its_metadata(
    wire: Wire, http: ClientSession
) -> None:
    def message(ts: str, **metadata: object) -> dict[str, object]:
        return {"ts": ts, "text": "x"} | ({"metadata": metadata} if metadata else {})

    mine = message(
        POSTED.ts, event_type="escalation", event_payload={"escalation_id": CARD.escalation_id}
    )
    other = message("1.1", event_type="escalation", event_payload={"escalation_id": "other"})

    async def history(request: web.Request) -> web.StreamResponse:
        asked = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        assert asked["include_all_metadata"] in ("1", "true")
        later = {"messages": [message("1.0"), other], "response_metadata": {"next_cursor": "p2"}}
        page = {"messages": [mine]} if asked.get("cursor") == "p2" else later
        return await answer(200, {"ok": True, **page})(request)

    wire.behave = history
    desk = desk_at(wire.url, http)
    assert await desk.find_posted(CARD.escalation_id, NOW) == POSTED
    assert await desk.find_posted("never posted", NOW) is None
    wire.behave = hang_up
    with pytest.raises(VendorUnavailable):
        await desk.find_posted(CARD.escalation_id, NOW)


# --- settings -------------------------------------------------------------------------------------


def test_without_settings_there_is_no_desk() -> None:
    assert configure({"TWILIO_ACCOUNT_SID": "AC1"}) is None
    assert configure({"SLACK_API_URL": "http://127.0.0.1:1/api/"}) is None


@pytest.mark.parametrize("missing", SETTINGS)
def test_half_a_desk_names_what_is_missing(missing: str) -> None:
    with pytest.raises(ConfigError, match=missing):
        configure({**SETTINGS, missing: ""})


def test_a_wrong_address_is_named_and_no_secret_shown() -> None:
    with pytest.raises(ConfigError, match="SLACK_API_URL") as caught:
        configure({**SETTINGS, "SLACK_API_URL": "slack.com"})
    assert "xoxb" not in str(caught.value)
