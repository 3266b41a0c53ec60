"""Twilio's telephone calls, as the contract suite must know them: nothing is sent over an API."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import urlencode

from recordings import ACCOUNT_SID, TWILIO_TOKEN, sign_twilio
from vendor import PUBLIC_URL, Said, VendorCase
from vendor_twilio import FORM

from channels.base import WebhookRequest

OURS = "+15005550006"


def _compose(said: Said) -> WebhookRequest:
    fields = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{said.id.removeprefix('SM')}",
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "From": said.handle,
        "To": OURS,
        "StirVerstat": "TN-Validation-Passed-A",
        "SpeechResult": said.text,
        "Confidence": "0.91",
    }
    return WebhookRequest(
        path="/webhooks/twilio/voice/turn",
        query="language=en&turn=1",
        headers=FORM,
        body=urlencode(fields).encode(),
    )


VENDOR = VendorCase(
    name="twilio_voice",
    channels=("voice",),
    settings=MappingProxyType(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_VOICE": "1",
        }
    ),
    required=("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    sign=sign_twilio,
    proof=("x-twilio-signature",),
    compose=_compose,
)
