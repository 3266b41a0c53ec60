"""The card that staff get: what stands on it, what can never stand on it, and how posting fails."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import unused_port
from channel_cases import Handler, Wire, answer, hang_up, open_wire
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.desk import Card, Desk, PostedCard, blocks, configure, escape, fallback

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-0000",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "SLACK_STAFF_CHANNEL": "C0DESK",
}
POSTED = PostedCard(channel="C0DESK", ts="1795370400.000100")
CARD = Card(
    escalation_id="0199-escalation",
    customer="Ana & Luis",
    channel="whatsapp",
    language="es",
    reason="asks for a person (confidence 0.93)",
    summary="Wants to move Saturday's party; the chef was late last time.",
    last_exchange=(
        ("customer", "This is <!channel> unacceptable", NOW),
        ("concierge", "I am sorry.", NOW + timedelta(minutes=1)),
    ),
    opened_at=NOW,
    emotion="angry 0.82, rising",
    quote="20 guests, $1,100.00, until 29 November",
)


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with open_wire() as wire:
        yield wire


def desk_at(url: str, http: ClientSession | None) -> Desk:
    desk = configure({**SETTINGS, "SLACK_API_URL": f"{url}/api/"}, http)
    assert desk is not None
    return desk


def texts(block: Mapping[str, object]) -> list[str]:
    """Every text of a block, wherever it stands."""
    nested = [block.get("text"), *cast("list[object]", block.get("fields") or [])]
    nested += cast("list[object]", block.get("elements") or [])
    return [str(item["text"]) for item in nested if isinstance(item, dict)]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# --- what stands on it ----------------------------------------------------------------------------


def test_a_card_says_who_where_why_and_what_is_in_hand() -> None:
    shown = "\n".join(text for block in blocks(CARD) for text in texts(block))
    for wanted in (
        "Ana &amp; Luis",
        "whatsapp",
        "asks for a person (confidence 0.93)",
        "angry 0.82, rising",
        "20 guests, $1,100.00",
        "the chef was late last time",
        ">I am sorry.",
        "0199-escalation",
    ):
        assert wanted in shown
    assert fallback(CARD).startswith("Ana &amp; Luis on whatsapp needs a person: asks for")


def test_no_mention_survives() -> None:
    shown = json.dumps(blocks(CARD)) + fallback(replace(CARD, customer="<!here>"))
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "&lt;!channel&gt;" in shown


hostile = st.text(max_size=400) | st.sampled_from(
    ["<!channel>", "<@U1>" * 900, "&" * 5000, "😀" * 4000, "\n" * 5000, "\x00 \x00", "<a" * 9000]
)


@settings(deadline=None)
@given(
    customer=hostile,
    reason=hostile,
    summary=hostile,
    words=st.lists(hostile, max_size=20),
    quote=hostile,
)
def test_any_card_stays_within_slacks_limits(
    customer: str, reason: str, summary: str, words: list[str], quote: str
) -> None:
    card = replace(
        CARD,
        customer=customer,
        reason=reason,
        summary=summary,
        quote=quote,
        last_exchange=tuple((customer, word, NOW) for word in words),
    )
    shown = blocks(card)
    assert len(shown) <= 50
    assert units(json.dumps(shown, ensure_ascii=False)) < 16_000
    assert sum(units(text) for block in shown for text in texts(block)) < 12_000
    for block in shown:
        limit = 150 if block["type"] == "header" else 3000
        assert all(0 < units(text) <= limit for text in texts(block))
        assert all(units(text) <= 2000 for text in texts(block) if "fields" in block)
    assert units(fallback(card)) <= 1000
    for text in (text for block in shown[1:] for text in texts(block)):
        assert "<!" not in text.replace("<!date^", "")
        assert "<@" not in text


@settings(deadline=None)
@given(st.text())
def test_what_was_typed_can_be_read_back(text: str) -> None:
    escaped = escape(text)
    read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read == escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert "<" not in escaped
    assert ">" not in escaped


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
    assert await desk.update(POSTED, replace(CARD, status="claimed by Dana")) == POSTED
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
    assert "claimed by Dana" in json.dumps(bodies[1])


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
