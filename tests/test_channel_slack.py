"""Slack as a channel for customers: what is read, what is sent, where an answer goes.

I5 sent once, I11 verified or refused. What every channel promises is asked in the contract suite;
the stories are in test_channel_slack_customers.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientSession, web
from recordings import list_recordings
from vendor_slack import CHANNEL, TS, VENDOR, api, refuses, says, sign_slack
from wire import Wire

from bot.clock import FrozenClock, SystemClock
from bot.domain import (
    Author,
    ConversationId,
    Media,
    MessageId,
    Purpose,
    Thread,
)
from bot.domain_sending import Answered, OutboundMessage
from bot.errors import BadPayload, BadSignature, ConfigError, VendorRefused, VendorUnavailable
from channels.slack import ConfiguredSlack, channel, root_of
from channels.slack_manifest import CUSTOMER_SCOPES, Offered, make_manifest
from channels.slack_signature import sign

RECORDINGS = list_recordings("slack")
NOW = SystemClock().now()
SHARED = "C0SHARED1"


def configured(http: ClientSession, **more: str) -> ConfiguredSlack:
    found = channel.configure({**VENDOR.settings, **more}, http)
    assert found is not None
    return found


def on(wire: Wire, http: ClientSession) -> ConfiguredSlack:
    return configured(http, SLACK_API_URL=f"{wire.url}/api/")


def outbound(recipient: str = "T061EG9R6/U061F7AUR", **more: object) -> OutboundMessage:
    made = OutboundMessage(
        id=MessageId(UUID(int=1)),
        conversation_id=ConversationId(UUID(int=2)),
        channel="slack",
        recipient=recipient,
        sender=CHANNEL,
        text="A table <!channel> & more",
        author=Author.BOT,
        purpose=Purpose.CONVERSATIONAL,
        epoch=0,
        attempt=1,
        created_at=NOW,
        claimed_at=NOW,
        is_reply=True,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # Fields by name.


def after(message_id: str, *roots: str) -> Answered:
    thread = Thread(message_id=message_id, references=roots)
    return Answered(external_id=f"{CHANNEL}:{message_id}", said_at=NOW, thread=thread)


# --- what is read ---------------------------------------------------------------------------------


async def test_only_what_slack_signed_within_five_minutes_is_believed(http: ClientSession) -> None:
    """I11; the vendor's own documented vector of a JSON body stands at its moment."""
    slack, request = configured(http), sign_slack(RECORDINGS[0].request)
    slack.verify(request)
    for broken in (
        replace(request, body=request.body + b" "),
        replace(request, headers={**request.headers, "x-slack-signature": "v0=" + "é" * 64}),
        replace(request, headers={**request.headers, "x-slack-request-timestamp": "now"}),
        sign_slack(request, secret="another"),
    ):
        with pytest.raises(BadSignature):
            slack.verify(broken)
    late = replace(slack, clock=FrozenClock(SystemClock().now() + timedelta(seconds=302)))
    with pytest.raises(BadSignature):
        late.verify(request)
    # Over the socket alone there is no secret, and then nothing that comes by HTTP is proven.
    stamp = request.headers["x-slack-request-timestamp"]
    forged = {**request.headers, "x-slack-signature": sign(request.body, stamp=stamp, secret="")}
    with pytest.raises(BadSignature):
        replace(slack, signing_secret="").verify(replace(request, headers=forged))


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"user": "<script>"}, "user"),
        ({"user": None}, "user"),
        ({"ts": "yesterday"}, "ts"),
        ({"ts": None}, "ts"),
        ({"thread_ts": "x"}, "ts"),
        ({"team": "nobody", "user_team": "nobody"}, "team_id"),
    ],
)
async def test_what_is_malformed_is_refused_by_the_field(
    event: dict[str, object], named: str, http: ClientSession
) -> None:
    recording = next(each for each in RECORDINGS if each.event == "direct")
    body = json.loads(recording.request.body)
    body["event"] |= event
    with pytest.raises(BadPayload, match=named) as caught:
        configured(http).read(body)
    assert not any(isinstance(v, str) and v in str(caught.value) for v in event.values())
    for broken in (b"{", b"[]", b"[" * 50_000):
        with pytest.raises(BadPayload):
            configured(http).parse(replace(recording.request, body=broken))


async def test_only_channels_that_the_owner_opened_are_heard(http: ClientSession) -> None:
    """I11: a channel in the house is nobody's way in until it is named, the staff channel never."""
    in_house = next(each for each in RECORDINGS if each.event == "mention_in_house")
    shared = next(each for each in RECORDINGS if each.event == "mention_shared")
    staff = next(each for each in RECORDINGS if each.event == "mention_staff_channel")
    listed = configured(http, SLACK_CUSTOMER_CHANNELS="C0INHOUSE, C0OTHER")
    assert [len(listed.parse(each.request).messages) for each in (in_house, shared, staff)] == [
        *(1, 0, 0)
    ]
    for wrong in ("#in-house", "D024BE91L", "C0STAFF"):
        with pytest.raises(ConfigError, match="SLACK_CUSTOMER_CHANNELS"):
            configured(http, SLACK_CUSTOMER_CHANNELS=wrong)


async def test_it_is_off_until_the_owner_wants_it(http: ClientSession) -> None:
    desk_alone = {key: v for key, v in VENDOR.settings.items() if key != "SLACK_CUSTOMERS"}
    assert channel.configure(desk_alone, http) is None
    assert channel.configure({**desk_alone, "SLACK_CUSTOMERS": "0"}, http) is None
    with pytest.raises(ConfigError, match="SLACK_CUSTOMERS"):
        channel.configure({**desk_alone, "SLACK_CUSTOMERS": "maybe"}, http)
    with pytest.raises(ConfigError, match="SLACK_STAFF_CHANNEL"):
        configured(http, SLACK_STAFF_CHANNEL="#desk")
    for name in VENDOR.required:
        with pytest.raises(ConfigError, match=name):
            channel.configure({k: v for k, v in VENDOR.settings.items() if k != name}, http)


# --- what is sent ---------------------------------------------------------------------------------


async def test_an_answer_stands_where_it_was_asked(wire: Wire, http: ClientSession) -> None:
    bodies = []

    async def note(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.text())
        return await api(request)

    wire.behave = note
    slack = on(wire, http)
    sent = await slack.send(outbound(answered=after("5.0", "4.0")))
    assert sent.external_id == VENDOR.accepted_id
    [(_method, path, _form)] = wire.asked
    form = json.loads(bodies[0])
    assert path == "/api/chat.postMessage"
    assert (form["channel"], form["thread_ts"]) == (CHANNEL, "4.0")
    # No mention that a model wrote wakes a whole channel.
    assert form["text"] == "A table &lt;!channel&gt; &amp; more"
    assert form["metadata"]["event_payload"] == {"customer_message_id": str(UUID(int=1))}
    assert wire.authorised == ["Bearer xoxb-0"]
    # Nobody has written from there yet: the talk is opened first.
    await slack.send(outbound(sender="", answered=None))
    assert [path for _, path, _ in wire.asked[1:]] == [
        "/api/conversations.open?users=U061F7AUR",
        "/api/chat.postMessage",
    ]


def test_threads_are_kept_and_not_begun() -> None:
    shared = f"T0OTHERCO/U0CONNECT1/{SHARED}"
    assert root_of(outbound(answered=after("5.0"))) == ""
    assert root_of(outbound(answered=after("5.0", "4.0"))) == "4.0"
    assert root_of(outbound(answered=after("5.0", "4.0"), is_reply=False)) == ""
    assert root_of(outbound(shared, answered=after("5.0"))) == "5.0"
    assert root_of(outbound(shared, answered=after("5.0", "4.0"), is_reply=False)) == "4.0"
    assert root_of(outbound(answered=None)) == ""


async def test_a_lost_answer_is_found_by_its_mark(wire: Wire, http: ClientSession) -> None:
    """I5."""
    mark = {
        "event_type": "customer_message",
        "event_payload": {"customer_message_id": str(UUID(int=1))},
    }
    wire.behave = says({"ok": True, "messages": [{"ts": "1.0"}, {"ts": TS, "metadata": mark}]})
    slack = on(wire, http)
    assert await slack.find_sent(outbound(), frozenset()) == f"{CHANNEL}:{TS}"
    assert await slack.find_sent(outbound(id=MessageId(UUID(int=9))), frozenset()) is None
    in_thread = outbound(answered=after("5.0", "4.0"))
    assert await slack.find_sent(in_thread, frozenset()) == f"{CHANNEL}:{TS}"
    assert "conversations.replies" in wire.asked[-1][1]
    wire.behave = says("<html>", status=502)
    with pytest.raises(VendorUnavailable):
        await slack.find_sent(outbound(), frozenset())


async def test_the_token_goes_to_slack_alone(wire: Wire, http: ClientSession) -> None:
    slack = on(wire, http)

    async def files(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("files.info"):
            url = f"{wire.url}/files/F1/a.png"
            return await says({"ok": True, "file": {"url_private": url}})(request)
        if request.path.endswith("moved"):
            return web.Response(status=302, headers={"Location": "https://evil.example/"})
        if request.path.endswith("html"):
            return web.Response(text="<!DOCTYPE html>", content_type="text/html")
        return web.Response(body=b"\x89PNG", content_type="image/png")

    wire.behave = files
    for url in (f"{wire.url}/files/F1/a.png", f"{wire.url}/api/files.info?file=F1"):
        assert await slack.fetch(Media(url, "image/png")) == b"\x89PNG"
    asked = len(wire.asked)
    for elsewhere in (
        "https://evil.example/a.png",
        "https://files.slack.com.evil.example/a",
        "https://files.slack.com@evil.example/a",
        "http://files.slack.com/a",
        "http://[",
    ):
        with pytest.raises(VendorRefused, match="not at Slack"):
            await slack.fetch(Media(elsewhere, "image/png"))
    assert len(wire.asked) == asked
    with pytest.raises(VendorRefused):
        await slack.fetch(Media(f"{wire.url}/moved", "image/png"))
    with pytest.raises(VendorRefused, match="files:read"):
        await slack.fetch(Media(f"{wire.url}/html", "image/png"))


async def test_the_check_names_missing_scopes(wire: Wire, http: ClientSession) -> None:
    slack = on(wire, http)
    held = ",".join(scope for scope in CUSTOMER_SCOPES if scope != "im:history")
    wire.behave = says({"ok": True, "user_id": "U1"}, headers={"X-OAuth-Scopes": held})
    [told] = await slack.check()
    assert "im:history" in told
    wire.behave = refuses("token_revoked")
    with pytest.raises(VendorRefused, match="SLACK_BOT_TOKEN"):
        await slack.check()


def test_the_manifest_lets_customers_write_where_the_owner_wants_it() -> None:
    offered = Offered(commands=(), shortcuts=(), events=("message",))

    def made(*, to_customers: bool) -> tuple[set[str], set[str], bool]:
        given: Any = make_manifest(
            "My Hibachi",
            replace(offered, to_customers=to_customers),
            base_url="https://concierge.example.com",
            by_socket=False,
        )
        return (
            set(given["oauth_config"]["scopes"]["bot"]),
            set(given["settings"]["event_subscriptions"]["bot_events"]),
            given["features"]["app_home"]["messages_tab_read_only_enabled"],
        )

    scopes, events, is_read_only = made(to_customers=True)
    assert set(CUSTOMER_SCOPES) <= scopes
    assert {"message.im", "app_mention", "message.channels"} <= events
    assert not is_read_only
    scopes, events, is_read_only = made(to_customers=False)
    assert "app_mentions:read" not in scopes
    assert "message.im" not in events
    assert is_read_only
