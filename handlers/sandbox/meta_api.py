"""The part of the Graph API that the service calls, as its callers see it.

Source: business-messaging-api_v23.0.yaml (facebook/openapi, 2025-11-21) and Meta's page of error
codes, read 2026-11-23. What a request does is decided in meta.py; here is Meta's HTTP and JSON.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Handler, Middleware

from handlers.sandbox.faults import Fault, Refusal
from handlers.sandbox.meta_payloads import WABA_ID
from handlers.sandbox.phones import Upload

PAGE = 2
"""Templates on a page, so that there is more than one."""

MAX_LENGTHS = {"text": 4096, "interactive": 1024, "caption": 1024}


class Number(Protocol):
    """What this dialect needs of the stand-in behind it."""

    access_token: str
    phone_number_id: str
    uploads: dict[str, Upload]
    health: dict[str, str]
    scopes: list[str]
    templates: list[dict[str, str]]

    async def accept(self, request: web.Request, body: Mapping[str, Any]) -> str:
        """Take an outbound message over and name it, or raise Refusal."""

    def take_reading(self, body: Mapping[str, Any]) -> None:
        """Note a read mark or that somebody writes."""

    def take_fault(self, operation: str) -> Fault | None:
        """A fault that was ordered for this kind of request."""

    def keep(self, upload: Upload) -> str:
        """Keep a file under an id."""

    @property
    def api_url(self) -> str:
        """Where this API lies."""


def graph_application(number: Number) -> web.Application:
    """The API as an application to be mounted at /meta."""
    application = web.Application(
        middlewares=[_speak_graph(number)], client_max_size=32 * 1024 * 1024
    )
    base = "/{version:v[0-9]+\\.[0-9]+}"
    application.router.add_post(base + "/{phone:[0-9]+}/messages", _messages(number))
    application.router.add_post(base + "/{phone:[0-9]+}/media", _upload(number))
    application.router.add_get(base + "/debug_token", _token(number))
    application.router.add_get(base + "/{node:[0-9]+}", _node(number))
    application.router.add_get(base + "/{waba:[0-9]+}/message_templates", _templates(number))
    application.router.add_get("/lookaside/{media:[0-9]+}", _file(number))
    return application


def _messages(number: Number) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        _require_number(number, request)
        body = await request.json()
        if body.get("messaging_product") != "whatsapp":
            raise Refusal(400, 100, "messaging_product is required")
        if body.get("status") == "read":
            _refuse(number.take_fault("read"))
            number.take_reading(body)
            return web.json_response({"success": True})
        _check(body)
        message_id = await number.accept(request, body)
        to = body.get("to") or body.get("recipient")
        contacts = [{"input": to, "wa_id": to}]
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": contacts,
                "messages": [{"id": message_id}],
            }
        )

    return handle


def _check(body: Mapping[str, Any]) -> None:
    """As strict as the vendor where its answer to a mistake is known."""
    if not (body.get("to") or body.get("recipient")):
        raise Refusal(400, 131008, "Required parameter is missing: to")
    kind = body.get("type", "text")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise Refusal(400, 131008, f"Required parameter is missing: {kind}")
    words = content.get("body", "") if kind == "text" else content.get("caption", "")
    if kind == "interactive":
        _check_interactive(content)
        words = content["body"]["text"]
    limit = MAX_LENGTHS.get(kind, MAX_LENGTHS["caption"])
    if len(words) > limit or (kind == "text" and not words):
        raise Refusal(400, 131009, "Parameter value is not valid: body")


def _check_interactive(content: Mapping[str, Any]) -> None:
    action = content["action"]
    if content["type"] == "button":
        titles = [each["reply"]["title"] for each in action["buttons"]]
        longest, most = 20, 3
    else:
        titles = [each["title"] for part in action["sections"] for each in part["rows"]]
        longest, most = 24, 10
        if not 0 < len(action["button"]) <= 20:
            raise Refusal(400, 131009, "Parameter value is not valid: button")
    is_fitting = all(0 < len(title) <= longest for title in titles)
    if not is_fitting or not 0 < len(titles) <= most or len(set(titles)) != len(titles):
        raise Refusal(400, 131009, "Parameter value is not valid: title")


def _upload(number: Number) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        _require_number(number, request)
        _refuse(number.take_fault("media"))
        given: dict[str, bytes] = {}
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                given[part.name or ""] = bytes(await part.read(decode=False))
        if given.get("messaging_product") != b"whatsapp" or "file" not in given:
            raise Refusal(400, 100, "messaging_product and file are required")
        upload = Upload(content=given["file"], content_type=given.get("type", b"").decode())
        return web.json_response({"id": number.keep(upload)})

    return handle


def _node(number: Number) -> Handler:
    """A phone number's health, or where a file lies."""

    async def handle(request: web.Request) -> web.StreamResponse:
        _refuse(number.take_fault("read"))
        node = request.match_info["node"]
        if node == number.phone_number_id:
            return web.json_response({"id": node, **number.health})
        upload = number.uploads.get(node)
        if upload is None:
            raise Refusal(400, 100, "Unsupported get request. Object does not exist")
        return web.json_response(
            {
                "id": node,
                "messaging_product": "whatsapp",
                "url": f"{number.api_url}/lookaside/{node}",
                "mime_type": upload.content_type,
                "file_size": str(len(upload.content)),
            }
        )

    return handle


def _file(number: Number) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        fault = number.take_fault("file")
        if fault is not None:
            return web.Response(status=fault.status)
        upload = number.uploads.get(request.match_info["media"])
        if upload is None or not request.headers.get("User-Agent"):
            raise web.HTTPNotFound
        return web.Response(body=upload.content, content_type=upload.content_type)

    return handle


def _templates(number: Number) -> Handler:
    """The account's templates, a few on a page."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.match_info["waba"] != WABA_ID:
            raise Refusal(400, 100, "Unsupported get request. Object does not exist")
        start = int(request.query.get("after", "0"))
        end = start + PAGE
        answer: dict[str, object] = {"data": number.templates[start:end]}
        paging: dict[str, object] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(number.templates):
            paging["next"] = f"{number.api_url}/next"
        return web.json_response({**answer, "paging": paging})

    return handle


def _token(number: Number) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        granular = [{"scope": scope, "target_ids": [WABA_ID]} for scope in number.scopes]
        data = {
            "is_valid": True,
            "scopes": number.scopes,
            "granular_scopes": granular,
            "expires_at": 0,
        }
        return web.json_response({"data": data})

    return handle


def _speak_graph(number: Number) -> Middleware:
    """Check the token first and word every refusal as the vendor does."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {number.access_token}".encode()):
                raise Refusal(401, 190, "Invalid OAuth access token")
            return await handler(request)
        except Refusal as refusal:
            headers = {}
            if refusal.retry_after is not None:
                headers["Retry-After"] = f"{refusal.retry_after:g}"
            error = {
                "message": f"(#{refusal.code}) {refusal.message}",
                "type": "OAuthException",
                "code": refusal.code,
                "error_data": {"messaging_product": "whatsapp", "details": refusal.message},
                "fbtrace_id": "A1b2C3d4",
            }
            return web.json_response({"error": error}, status=refusal.status, headers=headers)

    return middleware


def _require_number(number: Number, request: web.Request) -> None:
    if request.match_info["phone"] != number.phone_number_id:
        raise Refusal(400, 100, "Unsupported post request. Object does not exist")


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refusal(fault.status, int(fault.code or 1), "Ordered to fail")
