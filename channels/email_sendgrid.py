"""SendGrid's dialect of inbound mail: Inbound Parse, taken apart or raw, signed by a policy.

Taken on only with the policy's public key: the signature covers a time and every byte. Its texts
come in whatever charset `charsets` says. Source: twilio.com/docs/sendgrid, for-developers/
parsing-email/inbound-email and /securing-your-parse-webhooks (read 2026-11-23).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.errors import BadPayload, BadSignature, ConfigError
from channels.base import WebhookRequest
from channels.email_form import File, Form, read_form
from channels.email_raw import Findings, RawMail
from channels.email_rebuilding import Part, header_lines, rebuild

KEY = "SENDGRID_INBOUND_PUBLIC_KEY"
SIGNATURE = "x-twilio-email-event-webhook-signature"
STAMP = "x-twilio-email-event-webhook-timestamp"
_DKIM = re.compile(r"@([\w.-]+)\s*:\s*(\w+)")


@dataclass(frozen=True, slots=True)
class SendGrid:
    """One parse setting's security policy."""

    key: ec.EllipticCurvePublicKey

    def verify(self, request: WebhookRequest) -> None:
        """Prove over the raw bytes that SendGrid sent it.

        Raises:
            BadSignature: it is not proved.
        """
        signature, stamp = (request.headers.get(name, "") for name in (SIGNATURE, STAMP))
        try:
            given = b64decode(signature.encode("ascii"), validate=True)
            signed = stamp.encode("ascii") + request.body
            self.key.verify(given, signed, ec.ECDSA(SHA256()))
        except (ValueError, InvalidSignature) as error:
            raise BadSignature(f"{SIGNATURE} does not prove that SendGrid sent this") from error
        if not stamp:
            raise BadSignature(f"{STAMP} is missing")

    def read(self, request: WebhookRequest) -> RawMail:
        """The letter.

        Raises:
            BadPayload: a needed field is missing or malformed; the message names it.
        """
        form = read_form(request)
        envelope = _mapping(form, "envelope")
        to = envelope.get("to")
        if not (isinstance(to, list) and to):
            raise BadPayload("envelope names no recipient")
        signed = {domain.lower(): how.lower() for domain, how in _DKIM.findall(form.text("dkim"))}
        dkim = "pass" if "pass" in signed.values() else next(iter(signed.values()), "none")
        return RawMail(
            raw=form.raw("email", "rawEmail") or _rebuilt(form),
            envelope_from=str(envelope.get("from") or ""),
            recipient=str(to[0]),
            findings=Findings(
                spf=form.text("SPF").strip().lower(),
                dkim=dkim if "dkim" in form.fields else "",
                signed_by=tuple(domain for domain, how in signed.items() if how == "pass"),
            ),
        )


def read_key(given: str) -> ec.EllipticCurvePublicKey:
    """The policy's public key.

    Raises:
        ConfigError: it is none.
    """
    try:
        found = load_der_public_key(b64decode("".join(given.split()), validate=True))
    except ValueError as error:
        raise ConfigError(f"{KEY} is wrong: give the key as the policy shows it") from error
    if not (isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name == "secp256r1"):
        raise ConfigError(f"{KEY} is wrong: a key of the curve P-256 is expected")
    return found


def _mapping(form: Form, name: str) -> Mapping[str, object]:
    try:
        found = json.loads(form.text(name) or "{}")
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"{name} is no JSON") from error
    if not isinstance(found, dict):
        raise BadPayload(f"{name} is no JSON object")
    return found


def _rebuilt(form: Form) -> bytes:
    charsets = _mapping(form, "charsets")
    if "headers" not in form.fields:
        raise BadPayload("headers is missing, and email too")
    said = _mapping(form, "attachment-info")
    files = [name for name in form.files if re.fullmatch(r"attachment\d{1,3}", name)]
    files.sort(key=lambda name: int(name.removeprefix("attachment")))
    return rebuild(
        header_lines(form.text("headers")),
        plain=form.text("text", str(charsets.get("text", "utf-8"))),
        html=form.text("html", str(charsets.get("html", "utf-8"))),
        parts=[_part(form.files[name], said.get(name)) for name in files],
    )


def _part(file: File, said: object) -> Part:
    about = said if isinstance(said, dict) else {}
    kind = str(about.get("type") or file.content_type)
    name = str(about.get("filename") or about.get("name") or file.name)
    given = File(name=name, content_type=kind, content=file.content)
    return Part(file=given, content_id=str(about.get("content-id") or ""))
