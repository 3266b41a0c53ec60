"""Socket Mode: Slack's requests over a socket that we open, for servers nobody can reach.

The vendor's client keeps the socket open and comes back after a loss; here each envelope goes
through the door and is acknowledged once its part has committed (I1). handlers/desk/opening.py
starts it. Slack being away delays it and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Protocol

from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CallerError, StoreUnavailable

log = logging.getLogger(__name__)

PING_S = 10.0
"""Also what the client waits between tries to connect."""
WARN_EVERY_S = 30.0
STOP_WITHIN_S = 3.0

# The client's own words quote tokens in addresses and whole payloads: ours say what happened.
_silent_log = logging.getLogger("slack_sdk.socket")
_silent_log.setLevel(logging.CRITICAL + 1)


class Takes(Protocol):
    """What takes a payload: the door."""

    async def dispatch(self, body: object) -> BoltResponse:
        """Answer it, or raise why it cannot be taken."""


class Socket:
    """One for a web process; inside a running loop."""

    def __init__(self, door: Takes, client: AsyncWebClient, *, app_token: str) -> None:
        self._door = door
        self._client = SocketModeClient(
            app_token=app_token, web_client=client, logger=_silent_log, ping_interval=PING_S
        )
        # The client takes a proxy from the environment even for a stand-in on this machine.
        self._client.proxy = client.proxy
        self._client.socket_mode_request_listeners.append(self._take)
        self._connecting: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to connect, and go on until it succeeds; nobody waits for it."""
        self._connecting = asyncio.create_task(self._connect())

    async def close(self) -> None:
        """Hang up."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        async with asyncio.timeout(STOP_WITHIN_S):
            await self._client.close()  # type: ignore[no-untyped-call]  # The vendor's own.

    async def _connect(self) -> None:
        # The vendor's client tries until it succeeds and says nothing that may be logged.
        trying = asyncio.ensure_future(self._client.connect())  # type: ignore[no-untyped-call]  # The vendor's own.
        try:
            while not (await asyncio.wait({trying}, timeout=WARN_EVERY_S))[0]:
                log.warning("desk.socket_not_open")
            log.info("desk.socket_open")
        finally:
            trying.cancel()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answer = await self._door.dispatch(request.payload)
        except StoreUnavailable:
            # Not acknowledged, so Slack sends it again.
            log.warning("desk.envelope_left", extra={"kind": request.type})
            return
        except CallerError as refused:
            log.warning("desk.envelope_refused", extra={"said": str(refused)})
            answer = BoltResponse(status=200, body="")
        if answer.status == 200:
            acknowledged = SocketModeResponse(request.envelope_id, payload=_payload(answer))
            await client.send_socket_mode_response(acknowledged)


def _payload(answer: BoltResponse) -> dict[str, object] | None:
    """What Bolt would have answered over HTTP."""
    if not answer.body:
        return None
    if "json" in str(answer.first_headers().get("content-type", "")):
        found = json.loads(answer.body)
        return found if isinstance(found, dict) else None
    return {"text": answer.body}
