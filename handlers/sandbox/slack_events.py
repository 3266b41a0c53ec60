"""What Slack posts to the service: a person's message and a pressed button, signed as Slack signs.

Source: apis/events-api, interactivity/handling-user-interaction and slack_sdk's SignatureVerifier,
read 2026-11-22. One attempt each: whoever wants the vendor's retries calls again with the same ts.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.signature import SignatureVerifier

from bot.clock import Clock
from handlers.sandbox.desk_channel import DeskMessage, Person

WEBHOOK_PATH = "/webhooks/slack"
TIMEOUT_S = 3.0
UNREACHABLE = 0


class SlackEvents:
    """The workspace's way to the service."""

    def __init__(self, signing_secret: str, *, team_id: str, clock: Clock) -> None:
        self.http: ClientSession | None = None
        self.connect_url = ""
        """Where the service listens; Slack's signature does not cover the URL."""
        self._verifier = SignatureVerifier(signing_secret)
        self._team_id = team_id
        self._clock = clock

    async def message(self, message: DeskMessage) -> int:
        """Tell the service of a message that a person wrote; returns its HTTP status."""
        event: dict[str, object] = {
            "type": "message",
            "channel": message.channel,
            "channel_type": "channel",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "event_ts": message.ts,
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        envelope = {
            "type": "event_callback",
            "team_id": self._team_id,
            "event_id": f"Ev{secrets.token_hex(6).upper()}",
            "event_time": int(self._clock.now().timestamp()),
            "event": event,
        }
        return await self._post(json.dumps(envelope), "application/json")

    async def press(
        self, message: DeskMessage, action_id: str, *, user: Person, shown: Mapping[str, object]
    ) -> int:
        """Tell the service that a button was pressed; returns its HTTP status.

        Raises:
            LookupError: the message has no such button.
        """
        action = next((a for a in _actions(message) if a.get("action_id") == action_id), None)
        if action is None:
            raise LookupError(f"message {message.ts} has no button {action_id}")
        payload = {
            "type": "block_actions",
            "team": {"id": self._team_id},
            "user": {"id": user.id, "name": user.name, "team_id": self._team_id},
            "channel": {"id": message.channel},
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
            },
            "message": shown,
            "trigger_id": f"{secrets.randbelow(10**12)}.sandbox",
            "actions": [{**action, "action_ts": message.ts}],
        }
        form = urlencode({"payload": json.dumps(payload)})
        return await self._post(form, "application/x-www-form-urlencoded")

    async def _post(self, body: str, content_type: str) -> int:
        if self.http is None:
            return UNREACHABLE
        timestamp = str(int(self._clock.now().timestamp()))
        signature = self._verifier.generate_signature(timestamp=timestamp, body=body)
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": str(signature),
        }
        url, timeout = self.connect_url + WEBHOOK_PATH, ClientTimeout(total=TIMEOUT_S)
        try:
            async with self.http.post(
                url, data=body.encode(), headers=headers, timeout=timeout
            ) as response:
                await response.read()
                return response.status
        except (TimeoutError, ClientError):
            return UNREACHABLE


def _actions(message: DeskMessage) -> Iterator[Mapping[str, object]]:
    for block in message.blocks:
        yield from cast("list[Mapping[str, object]]", block.get("elements") or [])
        if isinstance(block.get("accessory"), dict):
            yield cast("Mapping[str, object]", block["accessory"])
