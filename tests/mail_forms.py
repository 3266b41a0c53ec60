"""Multipart forms as mail providers write them, made and taken apart by no code of the service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from types import MappingProxyType

from vendor import PUBLIC_URL, Said

from channels.base import WebhookRequest

BOUNDARY = "xYzZY"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
OUR_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "PUBLIC_URL": PUBLIC_URL,
        "EMAIL_FROM": "Hibachi <bookings@hibachi.example>",
        "SMTP_URL": "smtp://127.0.0.1:25",
    }
)
INBOX = "bookings@hibachi.example"


def form(fields: Mapping[str, str | bytes]) -> bytes:
    """A body with these fields, none of them a file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value if isinstance(value, bytes) else value.encode())
        + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join((*parts, f"--{BOUNDARY}--\r\n".encode()))


def with_fields(request: WebhookRequest, fields: Mapping[str, str]) -> WebhookRequest:
    """The form with more fields before the others; urlencoded ones too."""
    kind = request.headers.get("content-type", "")
    if "urlencoded" in kind:
        more = "&".join(f"{name}={value}" for name, value in fields.items())
        return replace(request, body=more.encode() + b"&" + request.body)
    found = re.search(r'boundary="?([^";]+)', kind)
    boundary = found[1] if found else BOUNDARY
    more_parts = form(fields).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    return replace(
        request, body=more_parts.replace(BOUNDARY.encode(), boundary.encode()) + request.body
    )


def letter_of(said: Said) -> EmailMessage:
    """What a customer says, as their mail program sends it."""
    letter = EmailMessage()
    letter["From"] = f"Ana <{said.handle}>"
    letter["To"] = INBOX
    letter["Date"] = said.at
    letter["Message-ID"] = f"<{said.id}@mail.example.com>"
    letter.set_content(said.text, cte="base64")
    return letter


def posted(path: str, body: bytes, kind: str) -> WebhookRequest:
    """A request, not signed yet."""
    headers = MappingProxyType({"content-type": kind})
    return WebhookRequest(path=path, query="", headers=headers, body=body)
