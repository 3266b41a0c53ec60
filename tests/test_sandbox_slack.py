"""The stand-in for Slack over real HTTP, held against the vendor's own client and documents."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ServerDisconnectedError
from playground_sample import CARD
from sandbox_sample import MODAL, Sandbox, denial, open_sandbox
from slack_sdk.errors import SlackApiError

HUGE = {"type": "section", "text": {"type": "mrkdwn", "text": "s" * 2900}}
PIXELS = b"\x89PNG as far as anybody looks"


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
    assert sandbox.slack.homes["U0DANA"].view["type"] == "home"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        (
            {
                "text": "x",
                "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}],
            },
            "invalid_blocks",
        ),
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


async def test_slack_knows_people_channels_and_groups(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    rosa = (await client.users_info(user="U0ROSA"))["user"]
    assert (rosa["is_admin"], rosa["tz"]) == (True, "America/Los_Angeles")
    assert rosa["profile"]["email"] == "rosa@example.com"
    # Who shares a channel with the app is no stranger there, but of another workspace.
    sasha = (await client.users_info(user="U0STRANGER"))["user"]
    assert (sasha["is_stranger"], sasha["team_id"] == rosa["team_id"]) == (False, False)
    members = (await client.conversations_members(channel=channel))["members"]
    assert {"U0DANA", "U0RAVI", "U0ROSA"} <= set(members)
    assert "U0GUEST" not in members
    assert (await client.usergroups_users_list(usergroup="S0OWNERS"))["users"] == ["U0ROSA"]
    letter = await client.chat_postMessage(channel="U0ROSA", text="Good morning")
    opened = await client.conversations_open(users="U0ROSA")
    assert letter["channel"] == opened["channel"]["id"]
    found = await client.conversations_history(channel=letter["channel"])
    assert [each["text"] for each in found["messages"]] == ["Good morning"]


async def test_slack_takes_messages_back_and_marks_off(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    ts = str((await client.chat_postMessage(channel=channel, text="card"))["ts"])
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    assert sandbox.slack.messages[0].reactions == {}
    assert await denial(client.reactions_remove(channel=channel, timestamp=ts, name="eyes")) == (
        "no_reaction"
    )
    await client.chat_postEphemeral(channel=channel, user="U0DANA", text="psst", thread_ts=ts)
    [whisper] = sandbox.slack.ephemerals
    assert (whisper.user, whisper.text, whisper.thread_ts) == ("U0DANA", "psst", ts)
    guest = client.chat_postEphemeral(channel=channel, user="U0GUEST", text="psst")
    assert await denial(guest) == "user_not_in_channel"
    whispered = client.chat_update(channel=channel, ts=whisper.ts, text="no")
    assert await denial(whispered) == "message_not_found"
    await client.chat_delete(channel=channel, ts=ts)
    assert sandbox.slack.messages == []
    sandbox.slack.archive()
    assert await denial(client.chat_postMessage(channel=channel, text="x")) == "is_archived"
    sandbox.slack.behave()
    await client.chat_postMessage(channel=channel, text="x")


async def test_slack_shows_files_only_to_its_app(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    ts = str((await client.chat_postMessage(channel=channel, text="card"))["ts"])
    await client.files_upload_v2(
        channel=channel, thread_ts=ts, filename="cake.png", content=PIXELS, alt_txt="A cake"
    )
    [shown] = sandbox.slack.messages[-1].files
    assert (shown["mimetype"], shown["alt_txt"]) == ("image/png", "A cake")
    assert sandbox.slack.messages[-1].thread_ts == ts
    await sandbox.slack.staff_writes("Look", thread_ts=ts, files=[("menu.pdf", PIXELS)])
    event = sandbox.told[-1]["event"]
    assert (event["subtype"], event["files"][0]["name"]) == ("file_share", "menu.pdf")
    address = event["files"][0]["url_private"]
    token = sandbox.slack.credentials.bot_token
    async with ClientSession() as http:
        async with http.get(address) as response:
            assert await response.read() != PIXELS, "the vendor shows a page to sign in"
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(address, headers=headers) as response:
            assert await response.read() == PIXELS


@pytest.mark.parametrize(
    "view",
    [
        {**MODAL, "title": {"type": "plain_text", "text": "t" * 25}},
        {**MODAL, "private_metadata": "m" * 3001},
        {**MODAL, "blocks": [{"type": "divider"}] * 101},
        {k: v for k, v in MODAL.items() if k != "submit"},
        {**MODAL, "blocks": [MODAL["blocks"][0]] * 2},
        {**MODAL, "blocks": [{**MODAL["blocks"][1], "element": {"type": "static_select"}}]},
    ],
)
async def test_slack_refuses_windows_that_are_too_much(
    sandbox: Sandbox, view: dict[str, object]
) -> None:
    opened = sandbox.web_client().views_open(trigger_id=sandbox.ticket(), view=view)
    assert await denial(opened) == "invalid_arguments"
    assert not sandbox.slack.windows


async def test_buttons_of_one_message_have_names_of_their_own(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    twice = [CARD[4], {**CARD[4], "block_id": "again"}]
    posted = client.chat_postMessage(channel=channel, text="x", blocks=twice)
    assert await denial(posted) == "invalid_blocks"


async def test_a_window_opens_once_within_three_seconds(sandbox: Sandbox) -> None:
    client, ticket = sandbox.web_client(), sandbox.ticket()
    opened = (await client.views_open(trigger_id=ticket, view=MODAL))["view"]
    again = client.views_open(trigger_id=ticket, view=MODAL)
    assert await denial(again) == "exchanged_trigger_id"
    assert await denial(client.views_open(trigger_id="1.2", view=MODAL)) == "invalid_trigger_id"
    late = sandbox.ticket()
    sandbox.slack.views.ticket_s = -1.0
    assert await denial(client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    sandbox.slack.views.ticket_s = 3.0
    await client.views_push(trigger_id=sandbox.ticket(), view={**MODAL, "callback_id": "over"})
    assert [each.name for each in sandbox.slack.windows["U0DANA"]] == ["ask", "over"]
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
    stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
    assert await denial(stale) == "hash_conflict"
