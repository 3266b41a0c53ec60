"""What people do in the stand-in for Slack, as a service hears of it: signed, or by socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playground_sample import CARD
from sandbox_sample import MODAL, SAKE, Sandbox, denial, open_sandbox
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with open_sandbox() as opened:
        yield opened


async def test_staff_speak_by_signed_requests(sandbox: Sandbox) -> None:
    channel = sandbox.slack.credentials.channel_id
    card = await sandbox.web_client().chat_postMessage(
        channel=channel, text="card", blocks=list(CARD)
    )
    ts = str(card["ts"])
    assert (await sandbox.slack.staff_writes("On it", thread_ts=ts)).ok
    written = sandbox.slack.messages[-1]
    assert (await sandbox.slack.staff_edits(written.ts, "On my way")).ok
    assert (await sandbox.slack.staff_deletes(written.ts)).ok
    assert (await sandbox.slack.staff_presses(ts, "claim")).ok
    assert (await sandbox.slack.app_hears(sandbox.slack.messages[0])).ok
    assert sandbox.told.pop()["event"]["bot_id"] == "B0CONCIERGE"
    wrote, edited, gone, pressed = sandbox.told
    assert wrote["event"]["thread_ts"] == ts
    assert edited["event"]["message"]["text"] == "On my way"
    assert edited["event"]["previous_message"]["text"] == "On it"
    assert (gone["event"]["subtype"], gone["event"]["deleted_ts"]) == (
        "message_deleted",
        written.ts,
    )
    assert (pressed["type"], pressed["message"]["ts"]) == ("block_actions", ts)
    with pytest.raises(LookupError):
        await sandbox.slack.staff_presses(ts, "no such button")


async def test_slack_tells_a_second_time_what_it_has_told(sandbox: Sandbox) -> None:
    await sandbox.slack.staff_writes("Anyone?", repeat=True)
    first, second = sandbox.told
    assert first == second
    assert sandbox.retries == ["", "1"]


async def test_a_window_is_filled_in_and_answered(sandbox: Sandbox) -> None:
    await sandbox.web_client().views_open(trigger_id=sandbox.ticket(), view=MODAL)
    [window] = sandbox.slack.windows["U0DANA"]
    empty = await sandbox.slack.staff_submits(window)
    assert (dict(empty.errors), sandbox.told) == (
        {"words": "Please complete this required field."},
        [],
    )
    with pytest.raises(LookupError):
        await sandbox.slack.staff_submits(window, {"words": "x", "color": "blue"})
    window.entered.clear()
    sandbox.answers = {"response_action": "errors", "errors": {"words": "Say more."}}
    wrong = await sandbox.slack.staff_submits(window, {"words": "x", "guests": 20})
    assert (wrong.errors, sandbox.slack.views.top("U0DANA")) == ({"words": "Say more."}, window)
    values = sandbox.told[-1]["view"]["state"]["values"]
    assert values == {
        "words": {"words": {"type": "plain_text_input", "value": "x"}},
        "color": {"color": {"type": "static_select", "selected_option": None}},
        "extras": {"extras": {"type": "checkboxes", "selected_options": [SAKE]}},
        "day": {"day": {"type": "datepicker", "selected_date": "2026-12-05"}},
        "guests": {"guests": {"type": "number_input", "value": "20"}},
    }
    sandbox.answers = {"response_action": "update", "view": {**MODAL, "callback_id": "next"}}
    await sandbox.slack.staff_submits(window)
    assert window.name == "next"
    sandbox.answers = {}
    await sandbox.slack.staff_submits(window)
    assert sandbox.slack.views.top("U0DANA") is None


async def test_a_whisper_is_changed_by_its_own_address_five_times(sandbox: Sandbox) -> None:
    client, channel = sandbox.web_client(), sandbox.slack.credentials.channel_id
    await client.chat_postEphemeral(channel=channel, user="U0RAVI", text="x", blocks=list(CARD))
    [whisper] = sandbox.slack.ephemerals
    await sandbox.slack.staff_presses(whisper.ts, "claim", user="U0RAVI")
    pressed = sandbox.told[-1]
    assert (pressed["container"]["is_ephemeral"], "message" in pressed) == (True, False)
    hook = AsyncWebhookClient(pressed["response_url"])
    told = [await hook.send(text=f"{n}", replace_original=True) for n in range(6)]
    assert [each.status_code for each in told] == [200] * 5 + [404]
    assert (whisper.text, whisper.blocks, whisper.replaced) == ("4", (), True)
    await sandbox.slack.staff_commands("/customer", "Ann", user="U0RAVI")
    command = sandbox.told[-1]
    assert (command["command"], command["text"]) == ("/customer", "Ann")
    hook = AsyncWebhookClient(command["response_url"])
    await hook.send(text="Here is Ann")
    assert sandbox.slack.ephemerals[-1].text == "Here is Ann"


async def test_two_people_press_at_once(sandbox: Sandbox) -> None:
    channel = sandbox.slack.credentials.channel_id
    card = await sandbox.web_client().chat_postMessage(
        channel=channel, text="card", blocks=list(CARD)
    )
    ts = str(card["ts"])
    await asyncio.gather(
        *(sandbox.slack.staff_presses(ts, "claim", user=who) for who in ("U0DANA", "U0RAVI"))
    )
    assert {each["user"]["id"] for each in sandbox.told} == {"U0DANA", "U0RAVI"}
    assert len({each["trigger_id"] for each in sandbox.told}) == 2


async def test_a_socket_takes_the_place_of_requests(sandbox: Sandbox) -> None:
    slack = sandbox.slack
    assert await denial(sandbox.web_client().apps_connections_open(app_token="xapp-wrong")) == (
        "invalid_auth"
    )
    client = SocketModeClient(
        app_token=slack.credentials.app_token, web_client=sandbox.web_client()
    )
    heard: list[SocketModeRequest] = []

    async def listen(_: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        answer = {"text": "Here"} if request.accepts_response_payload else None
        await client.send_socket_mode_response(
            SocketModeResponse(envelope_id=request.envelope_id, payload=answer)
        )

    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    await slack.wait_until(lambda: slack.sockets.is_open)
    assert (await slack.staff_writes("By socket")).ok
    assert (await slack.staff_commands("/customer", "Ann")).text == "Here"
    assert [each.type for each in heard] == ["events_api", "slash_commands"]
    assert heard[0].payload["event"]["text"] == "By socket"
    assert (sandbox.told, slack.ephemerals[-1].text) == ([], "Here")
    await client.close()
