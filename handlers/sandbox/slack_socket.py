"""Socket Mode: the service opens a socket, and what people do comes over it instead of by HTTP.

Envelopes are acknowledged by their id, with an answer or without. Source: apis/events-api/
using-socket-mode and slack_sdk's socket_mode client (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Mapping

from aiohttp import WSMsgType, web

from handlers.sandbox.changes import Changes
from handlers.sandbox.slack_requests import Answer, SlackRefusal

ACK_WITHIN_S = 3.0
Acknowledged = Mapping[str, object]


class Sockets:
    """The sockets that are open; an envelope goes to one of them, the newest."""

    def __init__(self, app_token: str, *, changes: Changes) -> None:
        self.url = ""
        """Where the stand-in listens."""
        self.acknowledged: list[str] = []
        """Ids of the envelopes that were acknowledged, oldest first."""
        self._app_token, self._changes = app_token, changes
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Acknowledged]] = {}

    @property
    def is_open(self) -> bool:
        """Whether the service listens on a socket."""
        return bool(self._open)

    def application(self) -> web.Application:
        """To be mounted at /socket."""
        application = web.Application()
        application.router.add_get("/{ticket}", self._listen)
        return application

    def connect(self, token: str) -> Answer:
        """apps.connections.open: an address that is good for one socket.

        Raises:
            SlackRefusal: it is not the app's own token.
        """
        if not hmac.compare_digest(token.encode(), self._app_token.encode()):
            raise SlackRefusal(
                "invalid_auth" if token.startswith("xapp-") else "not_allowed_token_type"
            )
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return {"url": f"{self.url.replace('http', 'ws', 1)}/socket/{ticket}"}

    async def tell(
        self, kind: str, payload: Mapping[str, object], *, attempt: int = 0
    ) -> Acknowledged | None:
        """Send one envelope; what it was acknowledged with, or None where it was not in time."""
        envelope_id = secrets.token_hex(16)
        waiting: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
        }
        try:
            await self._open[-1].send_json(envelope)
            async with asyncio.timeout(ACK_WITHIN_S):
                return await waiting
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._waiting[envelope_id]

    async def refresh(self) -> None:
        """Ask for new sockets and close the old ones, as the vendor does about every hour."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    async def stop(self) -> None:
        """Close what is open."""
        for socket in list(self._open):
            await socket.close()

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            raise web.HTTPNotFound
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0SANDBOX"}}
        await socket.send_json(hello)
        self._open.append(socket)
        self._changes.touch("socket", ticket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self._open.remove(socket)
        return socket

    def _take(self, text: str) -> None:
        try:
            given = json.loads(text)
        except ValueError:
            return
        envelope_id = given.get("envelope_id") if isinstance(given, dict) else None
        waiting = self._waiting.get(str(envelope_id))
        if waiting is not None and not waiting.done():
            self.acknowledged.append(str(envelope_id))
            payload = given.get("payload")
            waiting.set_result(payload if isinstance(payload, Mapping) else {})
