"""Slack's way to the service: requests signed as Slack signs, one attempt each, answers read.

Source: apis/events-api, authentication/verifying-requests-from-slack and slack_sdk's
SignatureVerifier (read 2026-11-22). Where the service has opened a socket, over that instead.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.signature import SignatureVerifier

from bot.clock import Clock
from handlers.sandbox.slack_socket import Sockets

WEBHOOK_PATH = "/webhooks/slack"
TIMEOUT_S = 3.0
UNREACHABLE = NOTHING_SENT = 0
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the service answered to something that a person did."""

    status: int
    """0: it could not be reached, or took longer than the vendor waits."""
    body: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    """The text of the answer, whether it came as itself or in JSON."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """What the window shows beside its fields, the vendor's own words among them."""

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return self.status == 200


class SlackEvents:
    """The workspace's way to the service."""

    def __init__(
        self, signing_secret: str, *, sockets: Sockets, team_id: str, clock: Clock
    ) -> None:
        self.sockets = sockets
        self.http: ClientSession | None = None
        self.connect_url = ""
        """Where the service listens; Slack's signature does not cover the URL."""
        self.shared: set[str] = set()
        """Channels shared with another workspace."""
        self._verifier = SignatureVerifier(signing_secret)
        self._team_id = team_id
        self._clock = clock

    async def event(self, event: Mapping[str, object], *, repeat: bool = False) -> Answered:
        """Tell the service of an event; with `repeat` the same one comes again at once."""
        envelope = {
            "type": "event_callback",
            "token": "obsolete",
            "team_id": self._team_id,
            "api_app_id": "A0SANDBOX",
            "event": event,
            "event_id": f"Ev{secrets.token_hex(6).upper()}",
            "event_time": int(self._clock.now().timestamp()),
            "authorizations": [{"team_id": self._team_id, "user_id": "U0CONCIERGE"}],
            "is_ext_shared_channel": event.get("channel") in self.shared,
        }
        answered = await self._tell("events_api", envelope)
        return await self._tell("events_api", envelope, attempt=1) if repeat else answered

    async def interaction(self, payload: Mapping[str, object], *, repeat: bool = False) -> Answered:
        """Tell the service of a press, a submission or a shortcut."""
        answered = await self._tell("interactive", payload)
        return await self._tell("interactive", payload) if repeat else answered

    async def command(self, fields: Mapping[str, str], *, repeat: bool = False) -> Answered:
        """Tell the service of a slash command."""
        answered = await self._tell("slash_commands", fields)
        return await self._tell("slash_commands", fields) if repeat else answered

    async def _tell(
        self, kind: str, payload: Mapping[str, object], *, attempt: int = 0
    ) -> Answered:
        """Over the socket where the service has opened one, else by a signed request."""
        if self.sockets.is_open:
            told = await self.sockets.tell(kind, payload, attempt=attempt)
            return Answered(status=UNREACHABLE) if told is None else _read(200, json.dumps(told))
        if kind == "events_api":
            return await self._post(json.dumps(payload), JSON, attempt=attempt)
        form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
        return await self._post(urlencode(form), FORM)

    async def _post(self, body: str, content_type: str, *, attempt: int = 0) -> Answered:
        if self.http is None:
            return Answered(status=UNREACHABLE)
        timestamp = str(int(self._clock.now().timestamp()))
        signature = self._verifier.generate_signature(timestamp=timestamp, body=body)
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": str(signature),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        url, timeout = self.connect_url + WEBHOOK_PATH, ClientTimeout(total=TIMEOUT_S)
        try:
            async with self.http.post(
                url, data=body.encode(), headers=headers, timeout=timeout
            ) as response:
                return _read(response.status, await response.text())
        except (TimeoutError, ClientError):
            return Answered(status=UNREACHABLE)


def _read(status: int, text: str) -> Answered:
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        body = {}
    if not isinstance(body, dict) or not body:
        return Answered(status=status, text=text)
    errors = body.get("errors") if body.get("response_action") == "errors" else {}
    return Answered(
        status=status,
        body=body,
        text=str(body.get("text") or ""),
        errors={str(k): str(v) for k, v in errors.items()} if isinstance(errors, dict) else {},
    )
