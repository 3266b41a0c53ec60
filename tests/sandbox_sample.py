"""The stand-ins with the vendors' own clients and a service that proves signatures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from playground_sample import ANN, FakeService
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels import desk_blocks as kit
from handlers.sandbox.server import StandIns

NUMBER = "+19167408768"
SAKE, RED = kit.option("sake", "Sake"), kit.option("red", "Red")
MODAL: dict[str, Any] = kit.modal(
    "ask",
    "Ask",
    [
        kit.field("words", "Words", kit.text_input()),
        kit.field("color", "Color", kit.select([RED]), optional=True),
        kit.field("extras", "Extras", kit.checkboxes([SAKE], chosen=["sake"])),
        kit.field("day", "Day", kit.date_input(value="2026-12-05")),
        kit.field("guests", "Guests", kit.number_input(), optional=True),
    ],
    submit="Go",
)
STATUS_URL = "https://concierge.example/webhooks/twilio/status"


class Sandbox:
    """Stand-ins with a service that proves signatures, and the vendors' own clients."""

    def __init__(self, stand_ins: StandIns, service: FakeService) -> None:
        self.stand_ins, self.service = stand_ins, service
        self.twilio, self.slack = stand_ins.twilio, stand_ins.slack
        self.told: list[dict[str, Any]] = []
        """What the workspace told the service, oldest first: events, interactions, commands."""
        self.retries: list[str] = []
        self.answers: dict[str, object] = {}
        """What the service answers to the workspace."""

    def client(self) -> Client:
        """Twilio's client, its requests turned to the stand-in."""
        client = Client(
            self.twilio.account_sid, self.twilio.auth_token, http_client=TwilioHttpClient()
        )
        client.api.base_url = self.stand_ins.url
        return client

    async def send(self, to: str = ANN, text: str = "Hello", **more: str) -> SimpleNamespace:
        """Send with the vendor's client."""
        sender = f"whatsapp:{NUMBER}" if to.startswith("whatsapp:") else NUMBER
        client = self.client()
        made = await asyncio.to_thread(
            client.messages.create, to=to, from_=sender, body=text, **more
        )
        client.http_client.session.close()
        return made

    async def listed(self, **filters: object) -> list[SimpleNamespace]:
        client = self.client()
        found = await asyncio.to_thread(client.messages.list, **filters)
        client.http_client.session.close()
        return list(found)

    def web_client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(
            token=token or self.slack.credentials.bot_token,
            base_url=self.stand_ins.environment("")["SLACK_API_URL"],
            # The library posts again by itself when a connection breaks.
            retry_handlers=[],
        )

    async def take_desk(self, request: web.Request) -> web.Response:
        body = await request.read()
        verifier = SignatureVerifier(self.slack.credentials.signing_secret)
        assert verifier.is_valid_request(body, dict(request.headers))
        self.retries.append(request.headers.get("X-Slack-Retry-Num", ""))
        if request.content_type == "application/json":
            self.told.append(json.loads(body))
        else:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            self.told.append(json.loads(form["payload"]) if "payload" in form else form)
        return web.json_response(self.answers) if self.answers else web.Response()

    def ticket(self, user: str = "U0DANA") -> str:
        """What lets the service open a window for somebody."""
        return self.slack.views.issue(user)


@asynccontextmanager
async def open_sandbox() -> AsyncIterator[Sandbox]:
    """Stand-ins, a service that listens to them, and their clients."""
    stand_ins = StandIns(business_number=NUMBER)
    await stand_ins.start()
    service = FakeService(stand_ins.twilio.auth_token, "https://concierge.example")
    made = Sandbox(stand_ins, service)
    app = web.Application()
    app.router.add_post("/webhooks/twilio", service.receive)
    app.router.add_post("/webhooks/twilio/status", service.receive)
    app.router.add_post("/webhooks/slack", made.take_desk)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    stand_ins.point_at(service.public_url, connect_url=url)
    yield made
    await stand_ins.stop()
    await runner.cleanup()


async def denial(call: Awaitable[object]) -> str:
    """The error by which the vendor's API refuses a call."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])
