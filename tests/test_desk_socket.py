"""Socket Mode: envelopes acknowledged after the deed, a socket that comes back, Slack away.

The vendor's side of the socket is played here, by what its documentation says it sends.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from world import World, open_world

from bot.errors import BadPayload, StoreUnavailable
from bot.language.embed import Encoder
from handlers.desk.opening import DOOR
from handlers.desk.socket import Socket

TOKEN = "xapp-1-A123-456-secret"


@dataclass
class SlackEnd:
    """The vendor's end: where sockets are asked for, and what comes back over them."""

    url: str = ""
    tokens: list[str] = field(default_factory=list)
    refusals: int = 0
    """How many times a socket is refused first."""
    opened: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    acks: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def open(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers["Authorization"])
        if self.refusals:
            self.refusals -= 1
            return web.json_response({"ok": False, "error": "internal_error"})
        return web.json_response({"ok": True, "url": f"{self.url.replace('http', 'ws')}/link"})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.opened.put(socket)
        async for message in socket:
            await self.acks.put(json.loads(message.data))
        return socket

    async def next_socket(self) -> web.WebSocketResponse:
        async with asyncio.timeout(20):
            return await self.opened.get()

    async def next_ack(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return await self.acks.get()


@pytest.fixture
async def slack_end() -> AsyncIterator[SlackEnd]:
    end = SlackEnd()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", end.open)
    app.router.add_get("/link", end.link)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    end.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield end
    await runner.cleanup()


def client_of(end: SlackEnd, http: ClientSession) -> AsyncWebClient:
    client = AsyncWebClient(token="xoxb-x", base_url=f"{end.url}/api/", session=http)
    client.proxy = None
    return client


def envelope(name: str, kind: str, payload: object, **more: object) -> str:
    whole = {"envelope_id": name, "type": kind, "payload": payload, **more}
    return json.dumps({**whole, "accepts_response_payload": kind != "events_api"})


@dataclass
class Door:
    """What takes the payloads; the database is away as often as told."""

    away: int = 0
    taken: list[object] = field(default_factory=list)

    async def dispatch(self, body: object) -> BoltResponse:
        if body == {"broken": True}:
            raise BadPayload("the body holds no object")
        if self.away:
            self.away -= 1
            raise StoreUnavailable("the stores are away; come again")
        self.taken.append(body)
        return BoltResponse(status=200, body="")


async def test_an_envelope_is_acknowledged_once_it_is_stored(slack_end: SlackEnd) -> None:
    """I1: what could not be stored is not acknowledged, and comes again."""
    door = Door(away=1)
    async with ClientSession() as http:
        socket = Socket(door, client_of(slack_end, http), app_token=TOKEN)
        socket.open()
        link = await slack_end.next_socket()
        assert slack_end.tokens == [f"Bearer {TOKEN}"]
        await link.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        event = {"type": "event_callback", "event": {"type": "message"}}
        await link.send_str(envelope("e1", "events_api", event))
        await link.send_str(envelope("e2", "events_api", {"broken": True}))
        # Broken ones are acknowledged, because they would be as broken again.
        assert (await slack_end.next_ack())["envelope_id"] == "e2"
        assert door.taken == []
        await link.send_str(envelope("e1", "events_api", event, retry_attempt=1))
        assert (await slack_end.next_ack())["envelope_id"] == "e1"
        assert door.taken == [event]

        # Slack renews its connections about hourly.
        await link.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        renewed = await slack_end.next_socket()
        await renewed.send_str(envelope("e3", "events_api", event))
        assert (await slack_end.next_ack())["envelope_id"] == "e3"
        await socket.close()


async def test_a_command_is_answered_over_the_socket(
    idle_world: World, slack_end: SlackEnd
) -> None:
    command = {
        "command": "/nothing",
        "text": "",
        "user_id": "U0DANA",
        "channel_id": idle_world.stand_ins.slack.credentials.channel_id,
        "trigger_id": "1.2.3",
    }
    async with ClientSession() as http:
        client = client_of(slack_end, http)
        socket = Socket(idle_world.app[DOOR], client, app_token=TOKEN)
        socket.open()
        link = await slack_end.next_socket()
        await link.send_str(envelope("c1", "slash_commands", command))
        answered = await slack_end.next_ack()
        assert "no such command" in answered["payload"]["text"]
        await socket.close()


async def test_the_service_starts_while_slack_is_away(
    database_url: str,
    redis_url: str,
    encoder: Encoder,
    slack_end: SlackEnd,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """I14: no socket yet is no reason not to answer customers; no token is ever logged."""
    slack_end.refusals = 1000
    away = {"SLACK_APP_TOKEN": TOKEN, "SLACK_API_URL": f"{slack_end.url}/api/"}
    async with open_world(
        database_url, redis_url, encoder, environment=away, with_worker=False
    ) as world:
        await world.customer().texts("Hi")
        await world.until("SELECT count(*) = 1 FROM messages")
        await world.holds(lambda: bool(slack_end.tokens))
    assert TOKEN not in caplog.text
