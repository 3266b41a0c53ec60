"""The stand-in for Slack over real HTTP, held against the vendor's own client and documents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ServerDisconnectedError
from playground_sample import CARD
from sandbox_sample import Sandbox, open_sandbox
from slack_sdk.errors import SlackApiError

HUGE = {"type": "section", "text": "s" * 2900}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with open_sandbox() as opened:
        yield opened


async def test_slack_posts_threads_and_metadata(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    assert (await client.auth_test())["ok"]
    metadata = {"event_type": "card", "event_payload": {"id": "7"}}
    card = await client.chat_postMessage(
        channel=channel, text="card", blocks=list(CARD), metadata=metadata
    )
    reply = await client.chat_postMessage(channel=channel, text="more", thread_ts=card["ts"])
    history = await client.conversations_history(channel=channel, include_all_metadata=True)
    [shown] = history["messages"]
    assert (shown["ts"], shown["metadata"], shown["reply_count"]) == (card["ts"], metadata, 1)
    thread = await client.conversations_replies(channel=channel, ts=str(card["ts"]))
    assert [message["ts"] for message in thread["messages"]] == [card["ts"], reply["ts"]]
    await client.reactions_add(channel=channel, timestamp=str(card["ts"]), name="eyes")
    await client.chat_update(channel=channel, ts=str(card["ts"]), text="taken")
    message = sandbox.slack.messages[0]
    assert (message.text, message.blocks, message.edited) == ("taken", (), True)
    assert (await client.users_info(user="U0DANA"))["user"]["real_name"] == "Dana"
    await client.views_publish(user_id="U0DANA", view={"type": "home", "blocks": []})
    assert sandbox.slack.views[0]["type"] == "home"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "header", "text": "h" * 151}]}, "invalid_blocks"),
        (
            {"text": "x", "blocks": [HUGE] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
async def test_slack_refuses_as_slack_does(
    sandbox: Sandbox, given: dict[str, object], error: str
) -> None:
    parameters = {"channel": sandbox.slack.credentials.channel_id, **given}
    with pytest.raises(SlackApiError) as refused:
        await sandbox.web_client().api_call("chat.postMessage", json=parameters)
    assert refused.value.response["error"] == error
    with pytest.raises(SlackApiError) as unknown:
        await sandbox.web_client("xoxb-wrong").auth_test()
    assert unknown.value.response["error"] == "invalid_auth"


async def test_slack_faults(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    sandbox.slack.fail_next("ratelimited", retry_after=3)
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel=channel, text="x")
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "3"
    sandbox.slack.drop_after_accept()
    with pytest.raises(ServerDisconnectedError):
        await client.chat_postMessage(channel=channel, text="posted all the same")
    assert [message.text for message in sandbox.slack.messages] == ["posted all the same"]


async def test_staff_speak_by_signed_requests(sandbox: Sandbox) -> None:
    channel = sandbox.slack.credentials.channel_id
    card = await sandbox.web_client().chat_postMessage(
        channel=channel, text="card", blocks=list(CARD)
    )
    ts = str(card["ts"])
    assert await sandbox.slack.staff_writes("On it", thread_ts=ts) == 200
    assert await sandbox.slack.staff_presses(ts, "claim") == 200
    (kind, event), (form_kind, _) = sandbox.desk_requests
    assert (kind, json.loads(event)["event"]["thread_ts"]) == ("application/json", ts)
    assert form_kind == "application/x-www-form-urlencoded"
    with pytest.raises(LookupError):
        await sandbox.slack.staff_presses(ts, "no such button")
