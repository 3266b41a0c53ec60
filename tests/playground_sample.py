"""A day at the desk as the playground shows it: real stand-ins, real rows, a made-up service.

The service here only proves that webhooks are signed and counts them; what a turn leaves behind is
written to the database as the real one would write it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, encode_basic_auth, web
from playground_rows import ANGRY, QUOTE, SORRY, store_turn
from playwright.async_api import Browser, async_playwright
from slack_sdk.web.async_client import AsyncWebClient
from twilio.request_validator import RequestValidator

from bot.store.connection import Pool
from handlers.playground import add_playground
from handlers.sandbox.server import StandIns

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANN, LUCIA, SAM = "+14155550132", "+19165550147", "+15105550163"

CARD: Sequence[Mapping[str, object]] = (
    {"type": "header", "text": {"type": "plain_text", "text": ":rotating_light: Sam Okafor"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"*Angry, intensity 0.92*\n> {ANGRY}"},
    },
    {
        "type": "section",
        "fields": [
            {"type": "mrkdwn", "text": "*Channel*\nWhatsApp"},
            {"type": "mrkdwn", "text": "*Why*\nAnger at 0.92, threshold 0.70"},
            {"type": "mrkdwn", "text": "*Quote in hand*\nnone"},
            {"type": "mrkdwn", "text": "*Language*\nEnglish"},
        ],
    },
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "claim",
                "style": "primary",
                "text": {"type": "plain_text", "text": "Take over"},
            },
            {
                "type": "button",
                "action_id": "hand_back",
                "text": {"type": "plain_text", "text": "Hand back"},
            },
        ],
    },
    {
        "type": "context",
        "elements": [
            {"type": "mrkdwn", "text": "The customer was told that a person will follow."}
        ],
    },
)


@dataclass(slots=True)
class FakeService:
    """Takes webhooks and remembers them; `status` is what it answers."""

    token: str
    public_url: str
    status: int = 200
    forms: list[dict[str, str]] = field(default_factory=list)
    forged: int = 0
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def have(self, count: int) -> None:
        """Return as soon as this many webhooks have come."""
        while len(self.forms) < count:
            self._more.clear()
            await self._more.wait()

    async def receive(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        url = self.public_url + request.path_qs
        if not RequestValidator(self.token).validate(url, form, signature):
            self.forged += 1
            return web.Response(status=401)
        self.forms.append(form)
        self._more.set()
        return web.Response(status=self.status)

    def inbound(self) -> list[dict[str, str]]:
        return [form for form in self.forms if "Body" in form]

    def receipts(self, sid: str) -> list[str]:
        return [
            f["MessageStatus"] for f in self.forms if f["MessageSid"] == sid and "Body" not in f
        ]


@dataclass(slots=True)
class Served:
    """The playground, listening."""

    url: str
    stand_ins: StandIns
    service: FakeService

    async def reply(self, customer: str, text: str, channel: str = "sms") -> dict[str, object]:
        """Send as the service would; the vendor's answer."""
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        twilio = self.stand_ins.twilio
        api = f"{self.stand_ins.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
        form = {"To": prefix + customer, "From": prefix + twilio.number, "Body": text}
        form["StatusCallback"] = f"{self.service.public_url}/webhooks/twilio/status"
        headers = {"Authorization": encode_basic_auth(twilio.account_sid, twilio.auth_token)}
        async with ClientSession() as http, http.post(api, data=form, headers=headers) as response:
            answer: dict[str, object] = await response.json()
            return answer

    @property
    def slack(self) -> AsyncWebClient:
        token = self.stand_ins.slack.credentials.bot_token
        return AsyncWebClient(token=token, base_url=f"{self.stand_ins.url}/api/")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A headless Chromium that talks to nobody by itself."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "the playground's tests need chromium; name it in CHROMIUM"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield opened
        await opened.close()


@asynccontextmanager
async def serving(
    pool: Pool, *, data_dir: Path | None = None, has_desk: bool = False
) -> AsyncIterator[Served]:
    """Stand-ins, the fake service and the playground on one application."""
    stand_ins = StandIns(data_dir=data_dir, business_number="+19167408768")
    await stand_ins.start()
    service = FakeService(stand_ins.twilio.auth_token, "https://concierge.example")
    app = web.Application()
    app.router.add_post("/webhooks/twilio", service.receive)
    app.router.add_post("/webhooks/twilio/status", service.receive)
    if has_desk:
        app.router.add_post("/webhooks/slack", _answer_ok)
    add_playground(app, stand_ins=stand_ins, pool=pool)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    stand_ins.point_at(service.public_url, connect_url=url)
    try:
        yield Served(url, stand_ins, service)
    finally:
        await runner.cleanup()
        await stand_ins.stop()


async def _answer_ok(_: web.Request) -> web.Response:
    return web.Response()


async def tell_the_day(served: Served, pool: Pool) -> None:
    """A quote by text, a furious customer on WhatsApp with a card at the desk, a Spanish hello."""
    twilio = served.stand_ins.twilio
    sid = await twilio.customer_sends("sms", ANN, "How much for 25 adults and 6 kids?")
    await served.reply(ANN, QUOTE)
    await store_turn(pool, customer=ANN, sid=sid, text="How much for 25 adults and 6 kids?")
    await twilio.customer_sends("sms", LUCIA, "¿Cuánto cuesta para 20 adultos?")
    await served.reply(LUCIA, "Para 20 adultos: 20 × $55.00 = $1,100.00.")
    angry = await twilio.customer_sends("whatsapp", SAM, ANGRY)
    await served.reply(SAM, SORRY, "whatsapp")
    await store_turn(pool, customer=SAM, sid=angry, text=ANGRY, channel="whatsapp", is_angry=True)
    channel = served.stand_ins.slack.credentials.channel_id
    card = await served.slack.chat_postMessage(
        channel=channel, text="Sam Okafor needs a person", blocks=list(CARD)
    )
    await served.slack.chat_postMessage(
        channel=channel,
        thread_ts=str(card["ts"]),
        text="*Sam Okafor:* and *nobody* rang back :rage:",
    )
