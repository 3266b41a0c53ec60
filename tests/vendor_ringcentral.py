"""RingCentral, as the contract suite must know it: a token in a header, a login before each send.

A 401 is not in the table of failures: the channel then logs in again and sends once more, which
tests/test_channel_ringcentral.py asks.
"""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

from aiohttp import web
from vendor import PUBLIC_URL, Failure, Handler, Said, VendorCase
from wire import answer, hang_up

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, WebhookRequest

TOKEN = "a-token-that-only-we-two-know"
NUMBER = "+15005550006"
ACCOUNT, OWNER = "80964001", "62288320001"
SUBSCRIPTION = "d8f7905d-c8a6-4520-b501-bf6dac950f0c"
EXTENSION = f"/restapi/v1.0/account/{ACCOUNT}/extension/{OWNER}"
LOGIN = {"access_token": "U0pDMDFQ", "expires_in": 3600, "owner_id": OWNER, "token_type": "bearer"}
FORM = MappingProxyType({"content-type": "application/json; charset=UTF-8"})


def sign_ringcentral(request: WebhookRequest, *, token: str = TOKEN) -> WebhookRequest:
    """The request as RingCentral sends it: with the token that it was given."""
    headers = {**request.headers, "verification-token": token}
    return replace(request, headers=MappingProxyType(headers))


def once_logged_in(behave: Handler) -> Handler:
    """A login that works, and then this."""

    async def handle(request: web.Request) -> web.StreamResponse:
        is_login = request.path.endswith("/oauth/token")
        return await (answer(200, LOGIN) if is_login else behave)(request)

    return handle


def record(status: str = "Queued", code: str = "") -> dict[str, object]:
    """What sending is answered with."""
    found: dict[str, object] = {"id": "7001", "type": "SMS", "messageStatus": status}
    return {**found, "deliveryErrorCode": code} if code else found


def failed(code: str, status: int = 400) -> Handler:
    return answer(status, {"errorCode": code, "message": "no", "errors": []})


def _compose(said: Said) -> WebhookRequest:
    body = {
        "id": said.id,
        "type": "SMS",
        "from": {"phoneNumber": said.handle},
        "to": [{"phoneNumber": NUMBER}],
        "creationTime": said.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "direction": "Inbound",
        "subject": said.text,
        "messageStatus": "Received",
        "attachments": [],
    }
    event = {
        "uuid": f"1{said.at.timestamp():.0f}",
        "event": f"{EXTENSION}/message-store/instant?type=SMS",
        "timestamp": body["creationTime"],
        "subscriptionId": SUBSCRIPTION,
        "ownerId": OWNER,
        "body": body,
    }
    return WebhookRequest(
        path="/webhooks/ringcentral", query="", headers=FORM, body=json.dumps(event).encode()
    )


VENDOR = VendorCase(
    name="ringcentral",
    channels=("ringcentral",),
    settings=MappingProxyType(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "RINGCENTRAL_CLIENT_ID": "client-id",
            "RINGCENTRAL_CLIENT_SECRET": "client-secret",
            "RINGCENTRAL_JWT": "a.jwt.credential",
            "RINGCENTRAL_NUMBER": NUMBER,
            "RINGCENTRAL_WEBHOOK_TOKEN": TOKEN,
        }
    ),
    required=(
        "RINGCENTRAL_CLIENT_ID",
        "RINGCENTRAL_CLIENT_SECRET",
        "RINGCENTRAL_JWT",
        "RINGCENTRAL_NUMBER",
        "RINGCENTRAL_WEBHOOK_TOKEN",
    ),
    sign=sign_ringcentral,
    proof=("verification-token",),
    covers_body=False,
    api_variable="RINGCENTRAL_API_URL",
    text_max=1000,
    behave=once_logged_in(answer(200, record())),
    accepted_id="7001",
    failures=tuple(
        Failure(name=name, behave=once_logged_in(behave), error=error, code=code)
        for name, behave, error, code in (
            (
                "opted_out",
                answer(200, record("SendingFailed", "SMS-RC-413")),
                AddressRefused,
                "SMS-RC-413",
            ),
            (
                "landline",
                answer(200, record("SendingFailed", "SMS-RC-410")),
                AddressRefused,
                "SMS-RC-410",
            ),
            (
                "spam",
                answer(200, record("SendingFailed", "SMS-RC-430")),
                VendorRefused,
                "SMS-RC-430",
            ),
            ("parameter", failed("CMN-101"), VendorRefused, "CMN-101"),
            ("forbidden", failed("CMN-401", 403), VendorRefused, "CMN-401"),
            ("not_ours", failed("MSG-304"), VendorRefused, "MSG-304"),
            ("rate", failed("CMN-301", 429), VendorUnavailable, "CMN-301"),
            ("rate_html", answer(429, "<html>slow down</html>"), VendorUnavailable, "429"),
            ("server_error", failed("CMN-201", 503), VendorSilent, "CMN-201"),
            ("unavailable", answer(502, "<html>down</html>"), VendorSilent, "502"),
            ("html_refusal", answer(403, "<html>blocked</html>"), VendorRefused, "403"),
            ("redirect", answer(302, "", {"Location": "/elsewhere"}), VendorRefused, "302"),
            ("html_acceptance", answer(200, "<html>hello</html>"), VendorSilent, "no_id"),
            ("hung_up", hang_up, VendorSilent, "lost"),
        )
    ),
    compose=_compose,
)
