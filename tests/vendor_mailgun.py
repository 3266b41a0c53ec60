"""Mailgun's inbound routes, as the contract suite must know them: proved by fields of the form."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from mail_forms import INBOX, MULTIPART, OUR_SETTINGS, form, letter_of, posted, with_fields
from vendor import Said, VendorCase

from bot.clock import SystemClock
from channels.base import WebhookRequest

KEY = "key-0123456789abcdef0123456789abcdef"
PATH = "/webhooks/email/mailgun"


def proof(token: str = "", *, stamp: str = "") -> dict[str, str]:
    """What a request of now carries; a token of its own unless it is given."""
    stamp = stamp or str(int(SystemClock().now().timestamp()))
    token = token or secrets.token_hex(25)
    digest = hmac.new(KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": digest}


def sign_mailgun(request: WebhookRequest) -> WebhookRequest:
    """The request as Mailgun would send it now."""
    return with_fields(request, proof())


def _compose(said: Said) -> WebhookRequest:
    head = b"X-Mailgun-Spf: Pass\r\nX-Mailgun-Dkim-Check-Result: Pass\r\n"
    fields = {
        "recipient": INBOX,
        "sender": said.handle,
        "body-mime": head + bytes(letter_of(said)),
    }
    return posted(PATH, form(fields), MULTIPART)


VENDOR = VendorCase(
    name="mailgun",
    channels=("email",),
    settings={**OUR_SETTINGS, "MAILGUN_SIGNING_KEY": KEY},
    required=("EMAIL_FROM", "SMTP_URL"),
    sign=sign_mailgun,
    proof=(),
    covers_body=False,
    recipient="ana@example.com",
    text_max=100_000,
    compose=_compose,
)
