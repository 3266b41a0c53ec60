"""The part of RingCentral's REST API that the service calls, as its callers see it.

Logins, subscriptions with their handshake, sending, the message store and its files, and the
penalty in which every call begins the wait anew. Source: ringcentral-api-docs,
notifications/webhooks/creating-webhooks.md and basics/rate-limits.md; rc-public-openapi.yml (read
2026-11-23). What the account holds is in ringcentral.py.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from handlers.sandbox.faults import Refusal
from handlers.sandbox.ringcentral_door import LOGIN, Account, speak
from handlers.sandbox.ringcentral_records import EXTENSION, Record, stamp

BASE = "/restapi/v1.0/account/~/extension/~"
SUBSCRIPTIONS = "/restapi/v1.0/subscription"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_S = 315_360_000
SHORTEST_S = 604_799
MAX_TEXT = 1000


def rest_application(account: Account) -> web.Application:
    """The API as an application of its own."""
    api = _Api(account)
    application = web.Application(middlewares=[speak(account)], client_max_size=4 * 1024 * 1024)
    route = application.router
    route.add_post(LOGIN, api.log_in)
    route.add_get(SUBSCRIPTIONS, api.list_subscriptions)
    route.add_post(SUBSCRIPTIONS, api.subscribe)
    route.add_get(SUBSCRIPTIONS + "/{id}", api.show_subscription)
    route.add_delete(SUBSCRIPTIONS + "/{id}", api.unsubscribe)
    route.add_post(SUBSCRIPTIONS + "/{id}/renew", api.renew)
    route.add_post(BASE + "/sms", api.send)
    route.add_post(BASE + "/mms", api.send_files)
    route.add_get(BASE + "/message-store", api.list_messages)
    route.add_get(BASE + "/message-store/{id}", api.show_message)
    route.add_get(BASE + "/message-store/{id}/content/{file}", api.show_file)
    route.add_get(BASE + "/phone-number", api.list_numbers)
    route.add_get(BASE + "/call-log", api.list_calls)
    return application


class _Api:
    """One method for each endpoint."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def log_in(self, request: web.Request) -> web.Response:
        form, account = await request.post(), self._account
        account.logins += 1
        pair = f"{account.client_id}:{account.client_secret}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        is_known = hmac.compare_digest(request.headers.get("Authorization", ""), basic)
        if not is_known:
            raise Refusal(401, "OAU-153", "Invalid client")
        if form.get("grant_type") != JWT_GRANT or form.get("assertion") != account.jwt:
            raise Refusal(400, "OAU-251", "JWT is not valid")
        token = secrets.token_hex(20)
        account.tokens.add(token)
        answer = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": 3600,
            "refresh_token": secrets.token_hex(20),
            "refresh_token_expires_in": 604800,
            "scope": "ReadMessages SMS SubscriptionWebhook CallControl",
            "owner_id": EXTENSION,
            "endpoint_id": secrets.token_hex(8),
        }
        return web.json_response(answer)

    async def list_subscriptions(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"records": [_shown(each) for each in self._account.subscriptions.values()]}
        )

    async def subscribe(self, request: web.Request) -> web.Response:
        asked = await request.json()
        mode, filters = asked.get("deliveryMode") or {}, asked.get("eventFilters") or []
        address = str(mode.get("address") or "")
        if mode.get("transportType") != "WebHook" or not address or not filters:
            raise Refusal(400, "CMN-101", "Parameter [deliveryMode] value is invalid")
        if self._account.refuses_consents and any("/sms/consents" in each for each in filters):
            raise Refusal(403, "SUB-505", "Subscriptions creation is not allowed for filters")
        if not await self._account.shake_hands(address):
            raise Refusal(400, "SUB-521", "WebHook endpoint did not answer the validation request")
        name = secrets.token_hex(12)
        kept = {
            "id": name,
            "eventFilters": filters,
            "status": "Active",
            "creationTime": stamp(self._account.clock.now()),
            "deliveryMode": {"transportType": "WebHook", "address": address, "encryption": False},
        }
        self._extend(kept, asked.get("expiresIn"))
        # The vendor keeps the token to itself.
        self._account.subscriptions[name] = {**kept, "_token": mode.get("verificationToken", "")}
        return web.json_response(kept)

    def _extend(self, kept: Record, asked: object) -> None:
        lasts_s = asked if isinstance(asked, int) else SHORTEST_S
        ends = self._account.clock.now() + timedelta(seconds=min(lasts_s, LONGEST_S))
        kept["expirationTime"], kept["expiresIn"] = stamp(ends), min(lasts_s, LONGEST_S)

    def _subscription(self, request: web.Request) -> Record:
        found = self._account.subscriptions.get(request.match_info["id"])
        if found is None:
            raise Refusal(404, "CMN-102", "Resource for parameter [subscriptionId] is not found")
        return found

    async def show_subscription(self, request: web.Request) -> web.Response:
        return web.json_response(_shown(self._subscription(request)))

    async def unsubscribe(self, request: web.Request) -> web.Response:
        del self._account.subscriptions[self._subscription(request)["id"]]
        return web.Response(status=204)

    async def renew(self, request: web.Request) -> web.Response:
        found = self._subscription(request)
        if found["status"] != "Active":
            raise Refusal(400, "SUB-528", "Subscription cannot be renewed")
        self._extend(found, found["expiresIn"])
        return web.json_response(_shown(found))

    async def send(self, request: web.Request) -> web.Response:
        return self._accept(await request.json(), [])

    async def send_files(self, request: web.Request) -> web.Response:
        about: Mapping[str, Any] = {}
        files: list[tuple[bytes, str]] = []
        for name, value in (await request.post()).items():
            if not isinstance(value, web.FileField):
                raise Refusal(400, "CMN-101", "Parameter [attachment] value is invalid")
            content = value.file.read()
            if name == "json":
                about = json.loads(content)
            else:
                files.append((content, value.content_type))
        if not files or sum(len(content) for content, _ in files) > 1_500_000:
            raise Refusal(400, "MSG-304", "Attachments are missing or too large")
        return self._accept(about, files)

    def _accept(self, about: Mapping[str, Any], files: list[tuple[bytes, str]]) -> web.Response:
        sender = (about.get("from") or {}).get("phoneNumber")
        if sender != self._account.number:
            raise Refusal(400, "MSG-304", "Phone number doesn't belong to extension")
        to, text = about.get("to") or [], str(about.get("text") or "")
        if len(to) != 1 or not str(to[0].get("phoneNumber", "")).startswith("+"):
            raise Refusal(400, "CMN-101", "Parameter [to] value is invalid")
        if len(text.encode("utf-16-le")) // 2 > MAX_TEXT or not (text or files):
            raise Refusal(400, "CMN-101", "Parameter [text] value is invalid")
        return web.json_response(self._account.accept(str(to[0]["phoneNumber"]), text, files))

    async def list_messages(self, request: web.Request) -> web.Response:
        query = request.query
        types = set(query.getall("messageType", []))
        since, phone = query.get("dateFrom", ""), query.get("phoneNumber")
        way = query.get("direction")
        found = [
            row
            for row in reversed(self._account.records)
            if (not types or row["type"] in types)
            and row["creationTime"] >= since
            and (not way or row["direction"] == way)
            and (not phone or phone in _phones(row))
        ]
        return _page(found, query)

    async def list_calls(self, request: web.Request) -> web.Response:
        since = request.query.get("dateFrom", "")
        found = [row for row in reversed(self._account.calls) if row["startTime"] >= since]
        return _page(found, request.query)

    async def show_message(self, request: web.Request) -> web.Response:
        for row in self._account.records:
            if row["id"] == request.match_info["id"]:
                return web.json_response(row)
        raise Refusal(404, "CMN-102", "Resource for parameter [messageId] is not found")

    async def show_file(self, request: web.Request) -> web.Response:
        found = self._account.files.get(request.match_info["file"])
        if found is None:
            raise Refusal(404, "CMN-102", "Resource for parameter [attachmentId] is not found")
        return web.Response(body=found[0], content_type=found[1])

    async def list_numbers(self, request: web.Request) -> web.Response:
        features = ["CallerId", "SmsSender", "MmsSender"]
        return web.json_response(
            {"records": [{"phoneNumber": self._account.number, "features": features}]}
        )


def _page(found: list[Record], query: Mapping[str, str]) -> web.Response:
    size, page = int(query.get("perPage", "100")), int(query.get("page", "1"))
    shown = found[(page - 1) * size : page * size]
    navigation = {"nextPage": {"uri": "next"}} if page * size < len(found) else {}
    paging = {"page": page, "perPage": size, "totalElements": len(found)}
    return web.json_response({"records": shown, "navigation": navigation, "paging": paging})


def _shown(subscription: Record) -> Record:
    return {name: value for name, value in subscription.items() if not name.startswith("_")}


def _phones(row: Record) -> set[str]:
    return {str(each.get("phoneNumber")) for each in (row["from"], *row["to"])}
