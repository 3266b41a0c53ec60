"""The part of Twilio's REST API that the service calls, as its callers see it.

Source: twilio_api_v2010.json of twilio/twilio-oai (2026-04-14) and the error pages, read
2026-11-22. What a request does is decided in twilio.py; here is only the vendor's HTTP and JSON.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import MultiMapping

from handlers.sandbox.faults import Refusal
from handlers.sandbox.phones import PhoneMessage, Phones, Upload
from handlers.sandbox.twilio_account import Standing, add_account
from handlers.sandbox.twilio_sent_media import fetch_sent
from handlers.sandbox.webhooks import WebhookSender

VERSION = "2010-04-01"
MAX_PAGE = 1000


class Account(Protocol):
    """What this dialect needs of the stand-in behind it."""

    account_sid: str
    auth_token: str
    number: str
    standing: Standing
    phones: Phones
    uploads: dict[str, Upload]
    webhooks: WebhookSender

    async def accept(self, request: web.Request, form: MultiMapping[str]) -> PhoneMessage:
        """Take an outbound message over, or raise Refusal."""

    def inbound_url(self) -> str:
        """Where texts to the number are sent."""

    async def before_listing(self) -> None:
        """Misbehave if told to, before messages are listed or read."""


def rest_application(account: Account) -> web.Application:
    """The API as an application to be mounted at /2010-04-01."""

    async def create(request: web.Request) -> web.Response:
        form = await _form(request)
        carried = await _fetched(account, form)
        message = await account.accept(request, form)
        if carried is not None:
            sid = f"ME{message.sid[2:]}"
            account.uploads[sid] = carried
            message.media = ((sid, carried.content_type),)
        return web.json_response(to_json(account, message), status=201)

    async def list_messages(request: web.Request) -> web.Response:
        await account.before_listing()
        return web.json_response(_page(account, request.query))

    async def show(request: web.Request) -> web.Response:
        await account.before_listing()
        return web.json_response(to_json(account, _find(account, request)))

    async def list_media(request: web.Request) -> web.Response:
        return web.json_response(_media_list(account, _find(account, request)))

    application = web.Application(middlewares=[_speak_twilio(account)])
    base = "/Accounts/{account}/Messages"
    application.router.add_post(f"{base}.json", create)
    application.router.add_get(f"{base}.json", list_messages)
    application.router.add_get(base + "/{sid:[A-Z]{2}[0-9a-f]{32}}.json", show)
    application.router.add_get(base + "/{sid}/Media.json", list_media)
    _add_media(application, account, base)
    add_account(application, account)
    return application


async def _fetched(account: Account, form: MultiMapping[str]) -> Upload | None:
    if account.webhooks.http is None:
        return None
    try:
        return await fetch_sent(account.webhooks.http, form)
    except ValueError as error:
        raise Refusal(400, 21620, "Invalid media URL(s)") from error


def _add_media(application: web.Application, account: Account, base: str) -> None:
    """The files themselves: a redirect, as at the vendor, to storage that wants no credentials."""

    async def redirect(request: web.Request) -> web.Response:
        media = request.match_info["media"]
        await account.before_listing()
        if media not in account.uploads:
            raise Refusal(404, 20404, "The requested media was not found")
        return web.Response(status=307, headers={"Location": f"/{VERSION}/storage/{media}"})

    async def storage(request: web.Request) -> web.Response:
        upload = account.uploads.get(request.match_info["media"])
        if upload is None:
            raise web.HTTPNotFound
        return web.Response(body=upload.content, content_type=upload.content_type)

    application.router.add_get(base + "/{sid}/Media/{media}", redirect)
    application.router.add_get("/storage/{media}", storage)


def to_json(account: Account, message: PhoneMessage) -> dict[str, object]:
    """A message as the API shows it."""
    uri = f"/{VERSION}/Accounts/{account.account_sid}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": account.account_sid,
        "api_version": VERSION,
        "body": message.body,
        "date_created": _rfc2822(message.created_at),
        "date_sent": _rfc2822(message.sent_at) if message.sent_at else None,
        "date_updated": _rfc2822(message.sent_at or message.created_at),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender,
        "to": message.recipient,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "uri": f"{uri}.json",
    }


def _speak_twilio(account: Account) -> Middleware:
    """Check credentials first and word every refusal as the vendor does."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if "/storage/" not in request.path:
                _check_credentials(account, request)
            return await handler(request)
        except Refusal as refusal:
            headers = {}
            if refusal.retry_after is not None:
                headers["Retry-After"] = f"{refusal.retry_after:g}"
            body = {
                "code": refusal.code,
                "message": refusal.message,
                "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
                "status": refusal.status,
            }
            return web.json_response(body, status=refusal.status, headers=headers)

    return middleware


def _check_credentials(account: Account, request: web.Request) -> None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    given = b""
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(encoded, validate=True)
        except ValueError:
            given = b""
    expected = f"{account.account_sid}:{account.auth_token}".encode()
    if not hmac.compare_digest(given, expected):
        raise Refusal(401, 20003, "Authenticate")
    if request.match_info.get("account", account.account_sid) != account.account_sid:
        raise Refusal(404, 20404, f"The requested resource {request.path} was not found")


async def _form(request: web.Request) -> MultiMapping[str]:
    form = await request.post()
    return form  # type: ignore[return-value]  # The vendor's forms carry no files.


def _find(account: Account, request: web.Request) -> PhoneMessage:
    message = account.phones.find(request.match_info["sid"])
    if message is None:
        raise Refusal(404, 20404, f"The requested resource {request.path} was not found")
    return message


def _page(account: Account, query: Mapping[str, str]) -> dict[str, object]:
    """One page, newest first; the token is the last sid shown, so that arrivals shift nothing."""
    size = min(max(int(query.get("PageSize", "50")), 1), MAX_PAGE)
    found = [message for message in _newest_first(account.phones, query) if _fits(message, query)]
    token = query.get("PageToken", "").removeprefix("PA")
    start = next((at + 1 for at, message in enumerate(found) if message.sid == token), 0)
    page = found[start : start + size]
    number = int(query.get("Page", "0"))
    base = f"/{VERSION}/Accounts/{account.account_sid}/Messages.json"
    following = None
    if start + size < len(found):
        kept = {key: value for key, value in query.items() if key not in ("Page", "PageToken")}
        kept |= {"PageSize": str(size), "Page": str(number + 1), "PageToken": f"PA{page[-1].sid}"}
        following = f"{base}?{urlencode(kept)}"
    return {
        "messages": [to_json(account, message) for message in page],
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start + len(page) - 1, 0),
        "uri": f"{base}?{urlencode(query)}",
        "first_page_uri": f"{base}?PageSize={size}&Page=0",
        "next_page_uri": following,
        "previous_page_uri": None,
    }


def _newest_first(phones: Phones, query: Mapping[str, str]) -> list[PhoneMessage]:
    """The shortest list that surely holds what is asked for."""
    for name in ("To", "From"):
        handle = query.get(name, "").removeprefix("whatsapp:")
        if handle and (mine := phones.of_customer(handle)):
            return mine[::-1]
    return phones.messages[::-1]


def _fits(message: PhoneMessage, query: Mapping[str, str]) -> bool:
    sent_at = message.sent_at or message.created_at
    wanted_to, wanted_from = query.get("To"), query.get("From")
    after, before, day = query.get("DateSent>"), query.get("DateSent<"), query.get("DateSent")
    return (
        (not wanted_to or message.recipient == wanted_to)
        and (not wanted_from or message.sender == wanted_from)
        and (not after or sent_at.replace(microsecond=0) >= _moment(after))
        and (not before or sent_at <= _moment(before))
        and (not day or timedelta() <= sent_at - _moment(day) < timedelta(days=1))
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal(400, 20001, f"Invalid DateSent: {text}") from error


def _media_list(account: Account, message: PhoneMessage) -> dict[str, object]:
    base = f"/{VERSION}/Accounts/{account.account_sid}/Messages/{message.sid}/Media"
    items = [
        {
            "sid": media_sid,
            "parent_sid": message.sid,
            "account_sid": account.account_sid,
            "content_type": content_type,
            "date_created": _rfc2822(message.created_at),
            "date_updated": _rfc2822(message.created_at),
            "uri": f"{base}/{media_sid}.json",
        }
        for media_sid, content_type in message.media
    ]
    return {"media_list": items, "uri": f"{base}.json", "page": 0, "next_page_uri": None}


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
