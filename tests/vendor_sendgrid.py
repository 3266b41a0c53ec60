"""SendGrid's Inbound Parse, as the contract suite must know it: signed over every byte."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mail_forms import INBOX, MULTIPART, OUR_SETTINGS, form, letter_of, posted
from vendor import Said, VendorCase

from bot.clock import SystemClock
from channels.base import WebhookRequest

PATH = "/webhooks/email/sendgrid"
SIGNATURE = "x-twilio-email-event-webhook-signature"
STAMP = "x-twilio-email-event-webhook-timestamp"
# Any number will do for a key that protects nothing; the same one each time keeps runs alike.
PRIVATE = ec.derive_private_key(20261123, ec.SECP256R1())
PUBLIC = b64encode(
    PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()


def sign_sendgrid(request: WebhookRequest) -> WebhookRequest:
    """The request as SendGrid would send it now."""
    stamp = str(int(SystemClock().now().timestamp()))
    signature = PRIVATE.sign(stamp.encode() + request.body, ec.ECDSA(SHA256()))
    proof = {SIGNATURE: b64encode(signature).decode(), STAMP: stamp}
    return replace(request, headers=MappingProxyType({**request.headers, **proof}))


def _compose(said: Said) -> WebhookRequest:
    fields = {
        "envelope": json.dumps({"to": [INBOX], "from": said.handle}),
        "SPF": "pass",
        "dkim": "{@example.com : pass}",
        "email": bytes(letter_of(said)),
    }
    return posted(PATH, form(fields), MULTIPART)


VENDOR = VendorCase(
    name="sendgrid",
    channels=("email",),
    settings={**OUR_SETTINGS, "SENDGRID_INBOUND_PUBLIC_KEY": PUBLIC},
    required=("EMAIL_FROM", "SMTP_URL"),
    sign=sign_sendgrid,
    proof=(SIGNATURE, STAMP),
    recipient="ana@example.com",
    text_max=100_000,
    compose=_compose,
)
