"""A telephone at Twilio: somebody calls, hears what the service says, and speaks or presses keys.

A stand-in: it runs the TwiML that the service answers with, and posts what Twilio would, signed by
the vendor's own library. Calls are kept in memory only; a caller's patience is not played: it comes
for the next answer at once. Sources: Twilio, voice/twiml and its verbs (read 2026-11-23).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, fromstring

from aiohttp import ClientSession, ClientTimeout, web

from handlers.sandbox.base import Ground, StandIn
from handlers.sandbox.webhooks import WebhookSender

CALL_PATH = "/webhooks/twilio/voice"
STATUS_PATH = f"{CALL_PATH}/status"
TIMEOUT = ClientTimeout(total=15.0)
HOPS_MAX = 20
PASSED = "TN-Validation-Passed-A"


class CallFailed(Exception):
    """Twilio would say "an application error has occurred" and hang up."""


@dataclass(slots=True)
class Call:
    """One call, from the caller's side."""

    exchange: VoiceStandIn
    number: str
    """Empty where it is hidden."""
    attested: str = PASSED
    sid: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")
    heard: list[str] = field(default_factory=list)
    """Every sentence that was spoken, oldest first."""
    voices: list[str] = field(default_factory=list)
    """The language of each."""
    rung: str = ""
    """The telephone that is being rung; empty while none is."""
    is_over: bool = False
    _gather: Element | None = None
    _after_ring: str = ""
    _last: tuple[str, Mapping[str, str]] = ("", field(default_factory=dict))

    async def dial(self) -> str:
        """Ring the business; what is heard first."""
        return await self._run(CALL_PATH, {"CallStatus": "ringing"})

    async def says(self, words: str, *, confidence: float = 0.93) -> str:
        """Say something; what is heard then."""
        return await self._act({"SpeechResult": words, "Confidence": str(confidence)})

    async def presses(self, digits: str) -> str:
        """Press keys; what is heard then."""
        return await self._act({"Digits": digits})

    async def is_silent(self) -> str:
        """Say nothing until Twilio's patience ends."""
        return await self._act({})

    async def comes_again(self) -> str:
        """Twilio posts the same once more, because it never read the answer (I2)."""
        return await self._run(*self._last)

    async def ringing_ends(self, status: str) -> str:
        """completed: somebody spoke to the caller. no-answer, busy, failed: nobody did."""
        self.rung = ""
        return await self._run(self._after_ring, {"DialCallStatus": status})

    async def hangs_up(self, *, seconds: int = 60) -> None:
        """End the call, and tell the service so."""
        self.is_over = True
        ended = {"CallStatus": "completed", "CallDuration": str(seconds)}
        await self._post(STATUS_PATH, ended)

    async def _act(self, result: Mapping[str, str]) -> str:
        if self._gather is None:
            raise CallFailed("nobody listens")
        return await self._run(self._gather.get("action", ""), result)

    async def _run(self, target: str, more: Mapping[str, str]) -> str:
        """Fetch a document and run it, and what it leads to, until the caller may act."""
        self._last, already = (target, more), len(self.heard)
        self._gather = None
        for _ in range(HOPS_MAX):
            following = self._perform(await self._post(target, more))
            if not following:
                return " ".join(self.heard[already:])
            target, more = following, {}
        raise CallFailed("redirected without end")

    def _perform(self, document: Element) -> str:
        """Run the verbs; the address to go to, where one says so."""
        for verb in document:
            match verb.tag:
                case "Say":
                    self._hear(verb)
                case "Gather":
                    for nested in verb:
                        self._hear(nested)
                    self._gather = verb
                    return ""
                case "Redirect":
                    return verb.text or ""
                case "Dial":
                    self.rung, self._after_ring = verb.text or "", verb.get("action", "")
                    return ""
        self.is_over = True
        return ""

    def _hear(self, say: Element) -> None:
        if say.tag != "Say" or len(say):
            raise CallFailed("12200: schema validation warning")
        self.heard.append(say.text or "")
        self.voices.append(say.get("language", ""))

    async def _post(self, target: str, more: Mapping[str, str]) -> Element:
        status, body = await self.exchange.post(target, {**self._form(), **more})
        if status != 200:
            raise CallFailed(f"11200: HTTP {status}")
        return fromstring(body)  # noqa: S314  # What the service itself wrote.

    def _form(self) -> dict[str, str]:
        form = {
            "AccountSid": self.exchange.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "From": self.number or "+266696687",
            "To": self.exchange.number,
        }
        return form | ({"StirVerstat": self.attested} if self.attested else {})


class VoiceStandIn:
    """The exchange: all calls to the business's number."""

    def __init__(self, ground: Ground) -> None:
        self.number = ground.number
        self.account_sid = ground.secrets["twilio_account_sid"]
        self._signer = WebhookSender(ground.secrets["twilio_auth_token"])
        self._http: ClientSession | None = None
        self._public_url = self._connect_url = ""

    def call(self, number: str, *, attested: str = PASSED) -> Call:
        """Somebody who is about to ring."""
        return Call(self, number, attested)

    async def post(
        self, target: str, form: Mapping[str, str], *, signature: str = ""
    ) -> tuple[int, str]:
        """Post a form, signed unless another signature is given; status and body."""
        if self._http is None:
            raise CallFailed("not started")
        url = urljoin(self._public_url, target).partition("#")[0]
        headers = {"X-Twilio-Signature": signature or self._signer.signature(url, form)}
        reachable = url.replace(self._public_url, self._connect_url, 1)
        async with self._http.post(
            reachable, data=dict(form), headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as answered:
            return answered.status, await answered.text()

    def application(self) -> web.Application | None:
        """Calls need no API: the account's own is Twilio's stand-in."""
        return None

    async def start(self, http: ClientSession, url: str) -> None:
        """Ready to place calls."""
        self._http = http

    async def stop(self) -> None:
        """Nothing goes on by itself."""

    def point_at(self, public_url: str, connect_url: str) -> None:
        """Where the service is."""
        self._public_url, self._connect_url = public_url, connect_url

    def environment(self) -> Mapping[str, str]:
        """Calls are taken, and a telephone of the business's own rings."""
        return {"TWILIO_VOICE": "1", "TWILIO_VOICE_FORWARD_TO": "+19165550199"}

    def restore(self, fact: Mapping[str, object]) -> bool:
        """A call outlives nothing."""
        return False


stand_in = StandIn(make=VoiceStandIn)
