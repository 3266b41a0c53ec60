"""Postmark's dialect of inbound mail: one JSON object, proved by the password in our own URL.

Anything but 200 is tried ten times in as many hours; only 403 ends that at once. What Postmark's
SpamAssassin found stands above the sender's own headers. Source: postmarkapp.com/developer,
webhooks/inbound-webhook and user-guide/inbound/parse-an-email (read 2026-11-23).
"""

from __future__ import annotations

import binascii
import hmac
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import BadPayload, BadSignature
from channels.base import WebhookRequest
from channels.email_form import File
from channels.email_raw import Findings, RawMail
from channels.email_rebuilding import Part, rebuild

_SPF = ("fail", "softfail", "neutral", "none", "pass")
_ENVELOPE = re.compile(r"envelope-from=\"?<?([^\s;>\"]*)", re.IGNORECASE)


class Unreadable(BadPayload):
    """A request that no further try makes readable."""

    http_status = 403


@dataclass(frozen=True, slots=True)
class Postmark:
    """The name and password that the webhook's URL carries."""

    user: str
    password: str = field(repr=False)

    def verify(self, request: WebhookRequest) -> None:
        """Prove that whoever asks knows the URL.

        Raises:
            BadSignature: they do not.
        """
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            known = b64decode(given.strip().encode("ascii"), validate=True)
        except ValueError:
            known = b""
        expected = f"{self.user}:{self.password}".encode()
        if not (hmac.compare_digest(known, expected) and kind.lower() == "basic"):
            raise BadSignature("Authorization does not have the name and password of the webhook")

    def read(self, request: WebhookRequest) -> RawMail:
        """The letter.

        Raises:
            Unreadable: a needed field is missing or malformed; the message names it.
        """
        try:
            said = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is no JSON") from error
        if not isinstance(said, dict):
            raise Unreadable("the body is no JSON object")
        headers = _headers(said)
        if not said.get("OriginalRecipient"):
            raise Unreadable("OriginalRecipient is missing")
        author = _author(said)
        path = _envelope_from(headers)
        return RawMail(
            raw=_text(said, "RawEmail").encode("utf-8", "replace") or _rebuilt(said, headers),
            # Where it is not told, nobody may take it for a bounce, nor SPF for the author's proof.
            envelope_from=author if path is None else path,
            recipient=_text(said, "OriginalRecipient"),
            findings=_findings(headers, author, path),
        )


def _text(said: Mapping[str, object], name: str) -> str:
    found = said.get(name) or ""
    if not isinstance(found, str):
        raise Unreadable(f"{name} is no text")
    return found


def _items(said: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = said.get(name) or []
    if not (isinstance(found, list) and all(isinstance(each, dict) for each in found)):
        raise Unreadable(f"{name} is no list of objects")
    return found


def _headers(said: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((_text(each, "Name"), _text(each, "Value")) for each in _items(said, "Headers"))


def _rebuilt(said: Mapping[str, object], headers: tuple[tuple[str, str], ...]) -> bytes:
    """The letter; what Postmark has taken out of its headers is put back where it is not there."""
    there = {name.lower() for name, _ in headers}
    named = (("From", "From"), ("To", "To"), ("Cc", "Cc"), ("Subject", "Subject"), ("Date", "Date"))
    more = [(name, _text(said, key)) for name, key in (*named, ("Reply-To", "ReplyTo"))]
    back = tuple((name, value) for name, value in more if value and name.lower() not in there)
    return rebuild(
        (*headers, *back),
        plain=_text(said, "TextBody"),
        html=_text(said, "HtmlBody"),
        parts=[_part(each) for each in _items(said, "Attachments")],
    )


def _part(said: Mapping[str, object]) -> Part:
    try:
        content = b64decode(_text(said, "Content"))
    except binascii.Error as error:
        raise Unreadable("Attachments[].Content is no base64") from error
    file = File(name=_text(said, "Name"), content_type=_text(said, "ContentType"), content=content)
    return Part(file=file, content_id=_text(said, "ContentID"))


def _author(said: Mapping[str, object]) -> str:
    whole = said.get("FromFull")
    return _text(whole, "Email") if isinstance(whole, dict) else ""


def _values(headers: tuple[tuple[str, str], ...], wanted: str) -> list[str]:
    return [value for name, value in headers if name.lower() == wanted]


def _envelope_from(headers: tuple[tuple[str, str], ...]) -> str | None:
    """Where a bounce would go; None where nothing says so."""
    for path in _values(headers, "return-path"):
        return path.strip().strip("<>")
    return _checked(headers)


def _checked(headers: tuple[tuple[str, str], ...]) -> str | None:
    """Whose SPF was looked at, as the one header says that has it."""
    said = _values(headers, "received-spf")
    found = _ENVELOPE.search(said[0]) if len(said) == 1 else None
    return found[1] if found else None


def _findings(headers: tuple[tuple[str, str], ...], author: str, path: str | None) -> Findings:
    """What SpamAssassin found: its header counts only where it stands alone, since a second one is
    the sender's own. DKIM_VALID_AU means that a signature of the author's domain holds."""
    tests = _values(headers, "x-spam-tests")
    found = set(re.findall(r"[A-Z_0-9]+", tests[0].upper())) if len(tests) == 1 else set()
    spf = next((each for each in _SPF if f"SPF_{each.upper()}" in found), "")
    if spf == "pass" and (path is None or path != _checked(headers)):
        # It holds for another envelope than the one that the letter names.
        spf = ""
    dkim = "pass" if "DKIM_VALID" in found else "fail" if "DKIM_INVALID" in found else "none"
    domain = author.rpartition("@")[2].lower()
    return Findings(
        spf=spf,
        dkim=dkim if found else "",
        signed_by=(domain,) if domain and "DKIM_VALID_AU" in found else (),
    )
