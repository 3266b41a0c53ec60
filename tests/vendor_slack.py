"""Slack, as the contract suite must know it: signed by the vendor's own library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from zlib import crc32

from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from vendor import PUBLIC_URL, Failure, Handler, Said, VendorCase
from wire import hang_up

from bot.clock import SystemClock
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, WebhookRequest

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHANNEL, TS = "D024BE91L", "1764000000.000100"


def sign_slack(request: WebhookRequest, *, secret: str = SECRET) -> WebhookRequest:
    """The request as Slack would send it now."""
    stamp = str(int(SystemClock().now().timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=request.body)
    proof = {"x-slack-request-timestamp": stamp, "x-slack-signature": str(signature)}
    return replace(request, headers=MappingProxyType({**request.headers, **proof}))


def says(
    body: Mapping[str, object] | str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Handler:
    """The Web API answers so, whatever it is asked."""

    async def behave(_request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=headers)
        return web.Response(
            status=status,
            text=json.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return behave


def refuses(error: str, *, status: int = 200, **headers: str) -> Handler:
    """HTTP 200 that says no, which is how Slack refuses."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return says({"ok": False, "error": error}, status=status, headers=named)


async def api(request: web.Request) -> web.StreamResponse:
    """All is well: a talk with the person is there, and what is posted stands in it."""
    if request.path.endswith("conversations.open"):
        return await says({"ok": True, "channel": {"id": CHANNEL}})(request)
    if request.path.endswith(("conversations.history", "conversations.replies")):
        return await says({"ok": True, "messages": []})(request)
    return await says({"ok": True, "channel": CHANNEL, "ts": TS})(request)


def _compose(said: Said) -> WebhookRequest:
    """A mention in a shared channel; who wrote it is `TEAM/USER/CHANNEL`, as an address has it."""
    team, user, channel = said.handle.split("/")
    words = said.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    event = {
        "type": "app_mention",
        "channel": channel,
        "user": user,
        "text": f"<@U0LAN0Z89> {words}",
        "ts": f"{int(said.at.timestamp())}.{crc32(said.id.encode()) % 1_000_000:06d}",
        "team": team,
    }
    envelope = {
        "type": "event_callback",
        "team_id": "T061EG9R6",
        "api_app_id": "A0MDYCDME",
        "event": event,
        "event_id": f"Ev{said.id}",
        "authorizations": [{"team_id": "T061EG9R6", "user_id": "U0LAN0Z89", "is_bot": True}],
        "is_ext_shared_channel": True,
    }
    return WebhookRequest(
        path="/webhooks/slack",
        query="",
        headers=MappingProxyType({"content-type": "application/json"}),
        body=json.dumps(envelope).encode(),
    )


_DEAD = ("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_disabled")
_OURS = ("account_inactive", "invalid_auth", "token_revoked", "missing_scope", "restricted_action")

VENDOR = VendorCase(
    name="slack",
    channels=("slack",),
    settings={
        "PUBLIC_URL": PUBLIC_URL,
        "SLACK_CUSTOMERS": "1",
        "SLACK_BOT_TOKEN": "xoxb-0",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_STAFF_CHANNEL": "C0STAFF",
    },
    required=("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_STAFF_CHANNEL"),
    sign=sign_slack,
    proof=("x-slack-signature", "x-slack-request-timestamp"),
    api_variable="SLACK_API_URL",
    recipient="T0OTHERCO/U0CONNECT1/C0SHARED1",
    text_max=3000,
    behave=api,
    accepted_id=f"{CHANNEL}:{TS}",
    compose=_compose,
    failures=(
        *(Failure(name=e, behave=refuses(e), error=AddressRefused, code=e) for e in _DEAD),
        *(Failure(name=e, behave=refuses(e), error=VendorRefused, code=e) for e in _OURS),
        Failure(
            name="rate",
            behave=refuses("ratelimited", status=429, Retry_After="7"),
            error=VendorUnavailable,
            code="ratelimited",
        ),
        Failure(
            name="rate_html",
            behave=says("<html>slow down</html>", status=429),
            error=VendorUnavailable,
            code="429",
        ),
        Failure(
            name="busy",
            behave=refuses("service_unavailable"),
            error=VendorUnavailable,
            code="service_unavailable",
        ),
        Failure(
            name="internal",
            behave=refuses("internal_error"),
            error=VendorSilent,
            code="internal_error",
        ),
        Failure(
            name="down",
            behave=says("<html>down</html>", status=503),
            error=VendorSilent,
            code="503",
        ),
        Failure(name="html", behave=says("<html>hello</html>"), error=VendorSilent, code="200"),
        Failure(name="nameless", behave=says({"ok": True}), error=VendorSilent, code="no_ts"),
        Failure(name="hung_up", behave=hang_up, error=VendorSilent, code="lost"),
    ),
)
