"""Meta, which carries WhatsApp itself, as the contract suite must know it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from types import MappingProxyType

from vendor import PUBLIC_URL, Failure, Said, VendorCase
from wire import answer, hang_up

from bot.domain import Status
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, WebhookRequest

SECRET = "0123456789abcdef0123456789abcdef"
NUMBER_ID = "106540352242922"
WAMID = "wamid.HBgLMTQxNTU1NTAxMjMVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"
PATH = "/webhooks/whatsapp"
JSON = MappingProxyType({"content-type": "application/json", "user-agent": "facebookexternalua"})


def sign(request: WebhookRequest) -> WebhookRequest:
    """The request as Meta signs it: the bytes, with the app's secret."""
    digest = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    given = {**request.headers, "x-hub-signature-256": f"sha256={digest}"}
    return replace(request, headers=MappingProxyType(given))


def request_of(value: dict[str, object], *, field: str = "messages") -> WebhookRequest:
    """A post with one change of our number, not signed."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID}
    full = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": "102290129340398", "changes": [{"field": field, "value": full}]}
    batch = {"object": "whatsapp_business_account", "entry": [entry]}
    return WebhookRequest(path=PATH, query="", headers=JSON, body=json.dumps(batch).encode())


def _compose(said: Said) -> WebhookRequest:
    digits = said.handle.removeprefix("+")
    message = {
        "from": digits,
        "id": f"wamid.{said.id}",
        "timestamp": str(int(said.at.timestamp())),
        "type": "text",
        "text": {"body": said.text},
    }
    contact = {"profile": {"name": "Kerry Fisher"}, "wa_id": digits}
    return request_of({"contacts": [contact], "messages": [message]})


def _report(_channel: str, external_id: str, status: Status) -> WebhookRequest:
    item: dict[str, object] = {
        "id": external_id,
        "status": status.value,
        "timestamp": "1795370400",
        "recipient_id": "14155550123",
    }
    if status is Status.FAILED:
        item["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
    return request_of({"statuses": [item]})


def refusal(code: int) -> dict[str, object]:
    """An error as the Graph API words it."""
    return {"error": {"message": f"(#{code}) refused", "type": "OAuthException", "code": code}}


VENDOR = VendorCase(
    name="meta",
    channels=("whatsapp",),
    settings=MappingProxyType(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "META_APP_SECRET": SECRET,
            "META_VERIFY_TOKEN": "a word that we agreed on",
            "META_ACCESS_TOKEN": "EAAJB-token-of-a-system-user",
            "META_PHONE_NUMBER_ID": NUMBER_ID,
        }
    ),
    required=(
        "META_APP_SECRET",
        "META_VERIFY_TOKEN",
        "META_ACCESS_TOKEN",
        "META_PHONE_NUMBER_ID",
    ),
    sign=sign,
    proof=("x-hub-signature-256",),
    api_variable="META_API_URL",
    text_max=4096,
    behave=answer(200, {"messaging_product": "whatsapp", "messages": [{"id": WAMID}]}),
    accepted_id=WAMID,
    failures=tuple(
        Failure(name=name, behave=behave, error=error, code=code)
        for name, behave, error, code in (
            ("window_closed", answer(400, refusal(131047)), VendorRefused, "131047"),
            ("undeliverable", answer(400, refusal(131026)), VendorRefused, "131026"),
            ("our_own_number", answer(400, refusal(131021)), AddressRefused, "131021"),
            ("token_ended", answer(401, refusal(190)), VendorRefused, "190"),
            ("no_permission", answer(403, refusal(200)), VendorRefused, "200"),
            ("not_in_the_table", answer(400, refusal(131999)), VendorRefused, "131999"),
            ("too_fast", answer(400, refusal(130429)), VendorUnavailable, "130429"),
            ("too_many_to_one", answer(400, refusal(131056)), VendorUnavailable, "131056"),
            ("away", answer(503, refusal(131016)), VendorUnavailable, "131016"),
            ("rate_without_code", answer(429, "<html>"), VendorUnavailable, "429"),
            ("no_reason", answer(404, "<html>not here</html>"), VendorRefused, "404"),
            ("html_instead_of_json", answer(502, "<html>"), VendorSilent, "502"),
            ("accepted_without_name", answer(200, {"messages": []}), VendorSilent, "unnamed"),
            ("unreadable_success", answer(200, "<html>fine</html>"), VendorSilent, "unnamed"),
            ("cut_off", hang_up, VendorSilent, "lost"),
        )
    ),
    compose=_compose,
    report=_report,
)
