"""Postmark's inbound stream, as the contract suite must know it: proved by a password."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from email.utils import format_datetime
from types import MappingProxyType

from mail_forms import INBOX, OUR_SETTINGS, posted
from vendor import Said, VendorCase

from channels.base import WebhookRequest

PATH = "/webhooks/email/postmark"
USER, PASSWORD = "postmark", "correct horse: battery"


def sign_postmark(request: WebhookRequest) -> WebhookRequest:
    """The request as Postmark would send it to a URL with name and password."""
    known = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {**request.headers, "authorization": f"Basic {known}"}
    return replace(request, headers=MappingProxyType(headers))


def _compose(said: Said) -> WebhookRequest:
    body = {
        "From": f"Ana <{said.handle}>",
        "FromFull": {"Email": said.handle, "Name": "Ana", "MailboxHash": ""},
        "OriginalRecipient": INBOX,
        "Subject": "",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Date": format_datetime(said.at),
        "TextBody": said.text,
        "HtmlBody": "",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{said.handle}>"},
            {"Name": "X-Spam-Tests", "Value": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS"},
            {
                "Name": "Received-SPF",
                "Value": f"pass identity=mailfrom; envelope-from={said.handle}",
            },
            {"Name": "Message-ID", "Value": f"<{said.id}@mail.example.com>"},
        ],
        "Attachments": [],
    }
    return posted(PATH, json.dumps(body).encode(), "application/json; charset=utf-8")


VENDOR = VendorCase(
    name="postmark",
    channels=("email",),
    settings={
        **OUR_SETTINGS,
        "POSTMARK_INBOUND_USER": USER,
        "POSTMARK_INBOUND_PASSWORD": PASSWORD,
    },
    required=("EMAIL_FROM", "SMTP_URL", "POSTMARK_INBOUND_USER", "POSTMARK_INBOUND_PASSWORD"),
    sign=sign_postmark,
    proof=("authorization",),
    covers_body=False,
    recipient="ana@example.com",
    text_max=100_000,
    compose=_compose,
)
