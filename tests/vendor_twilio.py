"""Twilio, which carries text messages and WhatsApp, as the contract suite must know it."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import urlencode

from recordings import ACCOUNT_SID, TWILIO_TOKEN, sign_twilio
from vendor import PUBLIC_URL, Failure, Said, VendorCase
from wire import answer, hang_up

from bot.domain import Status
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, WebhookRequest

SID = "SM" + "a" * 32
OURS = {"sms": "+15005550006", "whatsapp": "whatsapp:+14155238886"}
FORM = MappingProxyType({"content-type": "application/x-www-form-urlencoded; charset=UTF-8"})


def _compose(said: Said) -> WebhookRequest:
    prefix = "whatsapp:" if said.channel == "whatsapp" else ""
    fields = {
        "ToCountry": "US",
        "SmsMessageSid": said.id,
        "NumMedia": "0",
        "SmsSid": said.id,
        "SmsStatus": "received",
        "Body": said.text,
        "To": OURS[said.channel],
        "NumSegments": "1",
        "MessageSid": said.id,
        "AccountSid": ACCOUNT_SID,
        "From": prefix + said.handle,
        "ApiVersion": "2010-04-01",
    }
    return _form("/webhooks/twilio", fields)


def _report(channel: str, external_id: str, status: Status) -> WebhookRequest:
    fields = {
        "MessageSid": external_id,
        "MessageStatus": status.value,
        "SmsSid": external_id,
        "SmsStatus": status.value,
        "AccountSid": ACCOUNT_SID,
        "To": ("whatsapp:" if channel == "whatsapp" else "") + "+14155550123",
        "From": OURS[channel],
        "ApiVersion": "2010-04-01",
    }
    return _form("/webhooks/twilio/status", fields)


def _form(path: str, fields: dict[str, str]) -> WebhookRequest:
    return WebhookRequest(path=path, query="", headers=FORM, body=urlencode(fields).encode())


VENDOR = VendorCase(
    name="twilio",
    channels=("sms", "whatsapp"),
    settings=MappingProxyType(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_SMS_FROM": OURS["sms"],
            "TWILIO_WHATSAPP_FROM": OURS["whatsapp"],
        }
    ),
    required=("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    sign=sign_twilio,
    proof=("x-twilio-signature",),
    api_variable="TWILIO_API_URL",
    behave=answer(201, {"sid": SID, "status": "queued", "num_segments": "2"}),
    accepted_id=SID,
    failures=tuple(
        Failure(name=name, behave=behave, error=error, code=code)
        for name, behave, error, code in (
            ("opted_out", answer(400, {"code": 21610, "status": 400}), AddressRefused, "21610"),
            ("bad_number", answer(400, {"code": 21211}), AddressRefused, "21211"),
            ("our_request", answer(400, {"code": 21606}), VendorRefused, "21606"),
            ("credentials", answer(401, {"code": 20003}), VendorRefused, "20003"),
            ("window", answer(400, {"code": 63016}), VendorRefused, "63016"),
            ("unlisted_code", answer(400, {"code": 29999}), VendorRefused, "29999"),
            ("queue_full", answer(400, {"code": 21611}), VendorUnavailable, "21611"),
            ("rate", answer(429, {"code": 20429}), VendorUnavailable, "20429"),
            ("rate_html", answer(429, "<html>slow down</html>"), VendorUnavailable, "429"),
            ("server_error", answer(500, {"code": 20500}), VendorSilent, "20500"),
            ("unavailable", answer(503, "<html>down</html>"), VendorSilent, "503"),
            ("html_refusal", answer(403, "<html>blocked</html>"), VendorRefused, "403"),
            ("redirect", answer(302, "", {"Location": "/elsewhere"}), VendorRefused, "302"),
            ("html_acceptance", answer(200, "<html>hello</html>"), VendorSilent, "200"),
            ("nameless_acceptance", answer(201, ["?"]), VendorSilent, "201"),
            ("hung_up", hang_up, VendorSilent, "lost"),
        )
    ),
    compose=_compose,
    report=_report,
)
