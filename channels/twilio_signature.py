"""Proves that a webhook comes from Twilio, and reads its form; shared by every Twilio channel.

Own code on purpose: this stands on the hot path, and the vendor's RequestValidator reads URL and
form anew for each of up to four attempts. tests/test_twilio_signature.py holds it equal to that
validator over random requests. Source: contracts of Twilio, webhooks-security and
webhook-shared-keys (read 2026-11-22).
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from types import MappingProxyType
from urllib.parse import parse_qs, parse_qsl, urlsplit

from bot.errors import BadPayload, BadSignature
from channels.base import WebhookRequest

SIGNATURE_HEADER = "x-twilio-signature"
KEY_HEADER = "x-twilio-webhooks-signature-settings"
MAX_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Form:
    """A form body, read once."""

    fields: Mapping[str, str]
    """The first value of each name."""
    signed: str
    """The part of the signed string that the form adds: each distinct pair, sorted."""


@lru_cache(maxsize=16)
def read_form(body: bytes) -> Form:
    """Read a form; kept for a moment, because verify, accepts and parse all ask for it.

    Raises:
        BadPayload: it is not UTF-8, or has more fields than Twilio ever sends.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError as error:
        raise BadPayload("the form is not UTF-8") from error
    except ValueError as error:
        raise BadPayload(f"the form has more than {MAX_FIELDS} fields") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    signed = "".join(chain.from_iterable(sorted(set(pairs))))
    return Form(MappingProxyType(fields), signed)


def is_json(request: WebhookRequest) -> bool:
    """Whether the vendor declared the body as JSON, which it signs by its hash in the URL."""
    return request.headers.get("content-type", "").partition(";")[0].strip().endswith("json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Checks requests against our public address and the secrets we share with Twilio."""

    bases: tuple[str, ...]
    """Our public address as configured, and the same with its port put in or left out."""
    tokens: tuple[bytes, ...] = field(repr=False)
    """Auth tokens, two during a rotation."""
    key_id: str = ""
    key: bytes = field(default=b"", repr=False)
    """The shared key; where there is one, the weaker signature by token is refused."""

    def verify(self, request: WebhookRequest) -> None:
        """Compare the signature over exactly the URL that Twilio was given.

        Host and X-Forwarded-* are never read: whoever sends the request chooses them.

        Raises:
            BadSignature: the header is missing, or no accepted secret gives it.
            BadPayload: the form cannot be read at all.
        """
        given = request.headers.get(SIGNATURE_HEADER, "")
        if not given:
            raise BadSignature("X-Twilio-Signature is missing")
        secrets, digest = self._secrets(request.headers.get(KEY_HEADER))
        target = request.path + ("?" + request.query if request.query else "")
        added = _body_part(request)
        expected = given.encode("utf-8", "replace")
        for secret in secrets:
            for base in self.bases:
                message = (base + target + added).encode("utf-8", "replace")
                computed = b64encode(hmac.digest(secret, message, digest))
                if hmac.compare_digest(computed, expected):
                    return
        raise BadSignature("X-Twilio-Signature does not fit PUBLIC_URL and TWILIO_AUTH_TOKEN")

    def sign(self, path: str) -> Mapping[str, str]:
        """What proves an empty form posted to this path of ours, as Twilio would prove it."""
        settings = f"key={self.key_id},algorithm=HMAC_SHA256" if self.key else None
        secrets, digest = self._secrets(settings)
        proof = b64encode(hmac.digest(secrets[0], (self.bases[0] + path).encode(), digest))
        named = {} if settings is None else {KEY_HEADER: settings}
        return {SIGNATURE_HEADER: proof.decode(), **named}

    def _secrets(self, settings: str | None) -> tuple[tuple[bytes, ...], str]:
        """Which secrets count; our configuration decides it, the header has only to agree."""
        if not self.key:
            if settings is not None:
                raise BadSignature("signed with a shared key, but TWILIO_WEBHOOK_KEY is not set")
            return self.tokens, "sha1"
        parts = dict(_pair(part) for part in (settings or "").split(","))
        if parts != {"key": self.key_id, "algorithm": "HMAC_SHA256"}:
            raise BadSignature("not signed with TWILIO_WEBHOOK_KEY_ID by HMAC_SHA256")
        return (self.key,), "sha256"


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _body_part(request: WebhookRequest) -> str:
    if not is_json(request):
        return read_form(request.body).signed
    declared = parse_qs(request.query).get("bodySHA256", [""])[0]
    if not hmac.compare_digest(sha256(request.body).hexdigest().encode(), declared.encode()):
        raise BadSignature("bodySHA256 does not fit the body")
    return ""


def public_bases(url: str) -> tuple[str, ...]:
    """The address as configured first, then with its port added or left out.

    Twilio may sign either form, as its own library allows for.
    """
    url = url.rstrip("/")
    parts = urlsplit(url)
    if parts.port is None:
        netloc = f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    else:
        netloc = parts.netloc.removesuffix(f":{parts.port}")
    return url, parts._replace(netloc=netloc).geturl()
