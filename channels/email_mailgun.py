"""Mailgun's dialect of inbound mail: Routes that forward to a URL, taken apart or as MIME.

The signature covers a time and a token but no byte of the mail, so a token is good for one mail
only, which handlers/asides.py sees to. 406 tells Mailgun not to try again; anything else but 200 is
tried for eight hours. Source: documentation.mailgun.com, receive-forward-store/receive-http,
webhooks/securing-webhooks; where the findings stand, anymail's recorded requests (read 2026-11-23).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.errors import BadPayload, BadSignature
from channels.base import WebhookRequest
from channels.email_form import Form, read_form
from channels.email_headers import raw_values
from channels.email_mime import read_letter
from channels.email_raw import Findings, RawMail
from channels.email_rebuilding import Part, rebuild

STALE_AFTER_S = 8.5 * 3600
"""As long as Mailgun goes on trying, and a little more."""
AHEAD_MAX_S = 300
_STAMP = re.compile(r"[0-9]{1,12}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class NotAcceptable(BadPayload):
    """A request that no further try makes readable."""

    http_status = 406


@dataclass(frozen=True, slots=True)
class Mailgun:
    """One account's signing key."""

    key: str = field(repr=False)

    def verify(self, request: WebhookRequest, now: datetime) -> None:
        """Prove that Mailgun sent it, of late; whether its token is this mail's, `token` asks.

        Raises:
            BadSignature: it is not proved. NotAcceptable: there is no form in it.
        """
        form = _form(request)
        stamp, token = form.text("timestamp"), form.text("token")
        expected = hmac.new(self.key.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
        given = form.fields.get("signature", b"")
        is_equal = hmac.compare_digest(expected.hexdigest().encode(), given)
        if not (is_equal and _STAMP.fullmatch(stamp) and _TOKEN.fullmatch(token)):
            raise BadSignature("signature does not prove that Mailgun sent this")
        age_s = now.timestamp() - int(stamp)
        if not -AHEAD_MAX_S <= age_s <= STALE_AFTER_S:
            raise BadSignature("timestamp is too far from now; check the clock of this machine")

    def token(self, request: WebhookRequest) -> tuple[str, bytes]:
        """What proved it, and a digest of all the rest: other processes may have seen the token."""
        form = _form(request)
        return form.text("token"), _fingerprint(form)

    def read(self, request: WebhookRequest) -> RawMail:
        """The letter.

        Raises:
            NotAcceptable: a needed field is missing.
        """
        form = _form(request)
        recipient = form.text("recipient").partition(",")[0]
        if not recipient:
            raise NotAcceptable("recipient is missing")
        raw = form.raw("body-mime") or _rebuilt(form)
        # Where it is not told, nobody may take it for a bounce, nor SPF for the author's proof.
        is_told = "sender" in form.fields
        found = _findings(raw)
        return RawMail(
            raw=raw,
            envelope_from=form.text("sender" if is_told else "from").strip().strip("<>"),
            recipient=recipient,
            findings=found if is_told else replace(found, spf=""),
        )


def _form(request: WebhookRequest) -> Form:
    try:
        return read_form(request)
    except BadPayload as error:
        raise NotAcceptable(str(error)) from error


def _fingerprint(form: Form) -> bytes:
    """What makes a mail this one: all of the form but for the proof, whose files may be many."""
    digest = hashlib.sha256()
    for name in sorted(form.fields):
        if name not in ("timestamp", "token", "signature"):
            digest.update(name.encode("utf-8", "replace") + b"\0" + form.fields[name] + b"\0")
    for name in sorted(form.files):
        digest.update(name.encode("utf-8", "replace") + b"\0" + form.files[name].content + b"\0")
    return digest.digest()


def _rebuilt(form: Form) -> bytes:
    headers = _headers(form)
    ids = _content_ids(form)
    parts = [
        Part(file=file, content_id=ids.get(name, "")) for name, file in sorted(form.files.items())
    ]
    return rebuild(headers, plain=form.text("body-plain"), html=form.text("body-html"), parts=parts)


def _headers(form: Form) -> tuple[tuple[str, str], ...]:
    try:
        found = json.loads(form.text("message-headers"))
        pairs = tuple((str(name), str(value)) for name, value in found)
    except (ValueError, TypeError, RecursionError) as error:
        raise NotAcceptable("message-headers is no list of pairs") from error
    return pairs


def _content_ids(form: Form) -> dict[str, str]:
    """What the HTML calls a file, by the file's field."""
    try:
        found = json.loads(form.text("content-id-map") or "{}")
        return {str(name): str(cid) for cid, name in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _findings(raw: bytes) -> Findings:
    """What Mailgun's spam filter wrote into the letter, which stands above the way it came.

    Where the filter is off, what is called so is the sender's, below Mailgun's own `Received`. A
    header that is there twice was written by somebody else too, so neither counts; nor do two
    signatures of two domains, since Mailgun does not say which of them holds.
    """
    letter = read_letter(raw)
    names = [name.lower() for name, _ in letter.raw_items()]
    own = frozenset(names[: names.index("received")] if "received" in names else names)
    spf, dkim = (
        values[0].strip().lower() if len(values) == 1 and name.lower() in own else ""
        for name in ("X-Mailgun-Spf", "X-Mailgun-Dkim-Check-Result")
        for values in (raw_values(letter, name),)
    )
    signers = {
        found[1].lower()
        for value in raw_values(letter, "DKIM-Signature")
        if (found := re.search(r"(?:^|;)\s*d\s*=\s*([\w.-]+)", value))
    }
    is_signed = dkim == "pass" and len(signers) == 1
    return Findings(spf=spf, dkim=dkim, signed_by=tuple(signers) if is_signed else ())
