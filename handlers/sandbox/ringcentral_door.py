"""At the door of RingCentral's stand-in: penalty, orders to misbehave, the token, and refusals.

Source: ringcentral-api-docs, basics/rate-limits.md (read 2026-11-23). What lies behind the door is
in ringcentral_rest.py.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.clock import Clock
from handlers.sandbox.faults import Fault, FaultKind, Faults, Refusal
from handlers.sandbox.ringcentral_records import Record

LOGIN = "/restapi/oauth/token"


class Account(Protocol):
    """What this dialect needs of the account behind it."""

    clock: Clock
    faults: Faults
    number: str
    client_id: str
    client_secret: str
    jwt: str
    tokens: set[str]
    logins: int
    penalty_s: float
    penalty_until: datetime | None
    records: list[Record]
    calls: list[Record]
    subscriptions: dict[str, Record]
    files: dict[str, tuple[bytes, str]]
    called: list[tuple[str, str]]
    refuses_consents: bool

    async def shake_hands(self, address: str) -> bool:
        """Whether the address echoes what it is sent."""

    def accept(self, to: str, text: str, files: list[tuple[bytes, str]]) -> Record:
        """Take an outbound text over."""


def speak(account: Account) -> Middleware:
    """Penalty, then orders to misbehave, then the token; each refusal in the vendor's words."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = "/restapi" + request.path.partition("/restapi")[2]
        account.called.append((request.method, path))
        try:
            _keep_penalty(account)
            fault = account.faults.take(f"{request.method} {path.rpartition('/')[2]}")
            if fault is not None:
                return await _misbehave(account, fault, request, handler)
            if path != LOGIN:
                _check_token(account, request)
            return await handler(request)
        except Refusal as refusal:
            return _refuse(refusal)

    return middleware


def _keep_penalty(account: Account) -> None:
    now = account.clock.now()
    if account.penalty_until is not None and now < account.penalty_until:
        # Each call during the penalty begins it anew.
        account.penalty_until = now + timedelta(seconds=account.penalty_s)
        raise Refusal(429, "CMN-301", "Request rate exceeded", retry_after=account.penalty_s // 1)


async def _misbehave(
    account: Account, fault: Fault, request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Fail outright, or carry it out and lose the line before the answer."""
    if fault.kind is FaultKind.DROP:
        _check_token(account, request)
        await handler(request)
        if request.transport is not None:
            request.transport.close()
        return web.Response()
    if fault.status == 429:
        account.penalty_s = fault.retry_after or 60.0
        account.penalty_until = account.clock.now() + timedelta(seconds=account.penalty_s)
        raise Refusal(429, "CMN-301", "Request rate exceeded", retry_after=account.penalty_s // 1)
    if fault.status == 401:
        account.tokens.clear()
        raise Refusal(401, "OAU-213", "Token not found")
    if not fault.code:
        return web.Response(status=fault.status, text="<html>busy</html>", content_type="text/html")
    raise Refusal(fault.status, fault.code, "refused by order")


def _check_token(account: Account, request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or token not in account.tokens:
        raise Refusal(401, "OAU-213", "Token not found")


def _refuse(refusal: Refusal) -> web.Response:
    headers = {"RCRequestId": secrets.token_hex(8)}
    if refusal.retry_after:
        headers["Retry-After"] = f"{refusal.retry_after:g}"
    body: Record = {"errorCode": refusal.code, "message": refusal.message, "errors": []}
    if str(refusal.code).startswith("OAU-2") or refusal.code == "OAU-153":
        body |= {"error": "invalid_grant", "error_description": refusal.message}
    return web.json_response(body, status=refusal.status, headers=headers)
