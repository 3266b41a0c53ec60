"""What Mailgun, SendGrid and Postmark post to the service for a letter, each in its own form.

Pure; handlers/sandbox/mail_providers.py signs and posts. A letter whose sender is proved carries
what the provider's checks would say of it. Source: receive-http of documentation.mailgun.com,
inbound-email of twilio.com/docs/sendgrid, inbound-webhook of postmarkapp.com (read 2026-11-23).
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

BOUNDARY = "----stand-in-of-a-mail-provider"
Field = tuple[str, bytes, str, str]
"""Name, content, and of a file its name and type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A letter on its way through a provider."""

    raw: bytes
    envelope_from: str
    recipient: str
    is_proven: bool
    """Whether SPF and DKIM hold for its sender."""

    @property
    def letter(self) -> EmailMessage:
        """Read by the standard library."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def domain(self) -> str:
        """Of the address in From."""
        return parseaddr(str(self.letter["From"] or ""))[1].rpartition("@")[2]


def multipart(fields: Sequence[Field]) -> tuple[bytes, str]:
    """A form's body and its content type."""
    out = []
    for name, content, filename, kind in fields:
        said = f'Content-Disposition: form-data; name="{name}"'
        if filename:
            said += f'; filename="{filename}"\r\nContent-Type: {kind}'
        out.append(f"--{BOUNDARY}\r\n{said}\r\n\r\n".encode() + content + b"\r\n")
    out.append(f"--{BOUNDARY}--\r\n".encode())
    return b"".join(out), f"multipart/form-data; boundary={BOUNDARY}"


def mailgun(passed: Passed, proof: Mapping[str, str], *, as_mime: bool) -> tuple[bytes, str]:
    """A route's request, taken apart or with the whole MIME."""
    letter = passed.letter
    result = "Pass" if passed.is_proven else "Fail"
    # Its findings stand above the way that the letter came.
    found = [
        ("X-Mailgun-Spf", result),
        ("X-Mailgun-Dkim-Check-Result", result),
        ("Received", f"from mail.{passed.domain} by mxa.mailgun.org with ESMTP"),
    ]
    signed = [("DKIM-Signature", f"v=1; a=rsa-sha256; d={passed.domain}; s=mail; h=from; b=AA==")]
    fields = [*_plain(proof), *_plain({"recipient": passed.recipient})]
    fields += _plain({"sender": passed.envelope_from, "from": str(letter["From"] or "")})
    fields += _plain({"subject": str(letter["Subject"] or "")})
    if as_mime:
        head = "".join(f"{name}: {value}\r\n" for name, value in (*found, *signed))
        return multipart([*fields, ("body-mime", head.encode() + passed.raw, "", "")])
    headers = [*found, *signed, *((name, str(value)) for name, value in letter.items())]
    plain, html, files = _taken_apart(letter)
    fields += _plain({"message-headers": json.dumps(headers), "body-plain": plain})
    fields += _plain({"body-html": html} if html else {})
    fields += _plain({"attachment-count": str(len(files))})
    fields += [
        (f"attachment-{place}", content, name, kind)
        for place, (name, kind, content) in enumerate(files, 1)
    ]
    return multipart(fields)


def sendgrid(passed: Passed, *, as_mime: bool) -> tuple[bytes, str]:
    """Inbound Parse's request, raw or taken apart."""
    letter = passed.letter
    result = "pass" if passed.is_proven else "fail"
    fields = _plain(
        {
            "SPF": result,
            "dkim": f"{{@{passed.domain} : {result}}}",
            "envelope": json.dumps({"to": [passed.recipient], "from": passed.envelope_from}),
            "from": str(letter["From"] or ""),
            "to": passed.recipient,
            "subject": str(letter["Subject"] or ""),
        }
    )
    if as_mime:
        return multipart([*fields, ("email", passed.raw, "", "")])
    plain, html, files = _taken_apart(letter)
    head = "".join(f"{name}: {value}\n" for name, value in letter.items())
    said = {f"attachment{i}": {"filename": n, "type": k} for i, (n, k, _) in enumerate(files, 1)}
    fields += _plain(
        {
            "headers": head,
            "text": plain,
            "html": html,
            "charsets": json.dumps({"text": "UTF-8", "html": "UTF-8", "subject": "UTF-8"}),
            "attachments": str(len(files)),
            "attachment-info": json.dumps(said),
        }
    )
    fields += [
        (f"attachment{place}", content, name, kind)
        for place, (name, kind, content) in enumerate(files, 1)
    ]
    return multipart(fields)


def postmark(passed: Passed) -> tuple[bytes, str]:
    """The JSON of an inbound stream."""
    letter = passed.letter
    name, address = parseaddr(str(letter["From"] or ""))
    plain, html, files = _taken_apart(letter)
    tests = "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS"
    spf = "pass" if passed.is_proven else "fail"
    found = {
        "Return-Path": f"<{passed.envelope_from}>",
        "X-Spam-Status": "No",
        "X-Spam-Tests": tests if passed.is_proven else "SPF_FAIL",
        "Received-SPF": f"{spf} (mail server) identity=mailfrom;"
        f" envelope-from={passed.envelope_from}; receiver={passed.recipient}",
    }
    apart = ("from", "to", "cc", "subject", "date", "reply-to")
    headers = [(k, str(v)) for k, v in letter.items() if k.lower() not in apart]
    body = {
        "FromName": name,
        "MessageStream": "inbound",
        "From": str(letter["From"] or ""),
        "FromFull": {"Email": address, "Name": name, "MailboxHash": ""},
        "To": str(letter["To"] or ""),
        "OriginalRecipient": passed.recipient,
        "Subject": str(letter["Subject"] or ""),
        "MessageID": secrets.token_hex(16),
        "ReplyTo": str(letter["Reply-To"] or ""),
        "Date": str(letter["Date"] or ""),
        "TextBody": plain,
        "HtmlBody": html,
        "Headers": [{"Name": k, "Value": v} for k, v in (*found.items(), *headers)],
        "Attachments": [_enclosed(*each) for each in files],
    }
    return json.dumps(body).encode(), "application/json; charset=utf-8"


def _enclosed(name: str, kind: str, content: bytes) -> dict[str, object]:
    return {
        "Name": name,
        "Content": b64encode(content).decode(),
        "ContentType": kind,
        "ContentLength": len(content),
        "ContentID": "",
    }


def _plain(fields: Mapping[str, str]) -> list[Field]:
    return [(name, value.encode("utf-8", "replace"), "", "") for name, value in fields.items()]


def _taken_apart(letter: EmailMessage) -> tuple[str, str, list[tuple[str, str, bytes]]]:
    """Text, HTML and files."""
    texts = {}
    for kind in ("plain", "html"):
        body = letter.get_body((kind,))
        texts[kind] = str(body.get_content()) if body is not None else ""
    files = []
    # A letter without parts has no files, and the library cannot be asked for them.
    for part in letter.iter_attachments() if letter.is_multipart() else ():
        whole = part.get_payload(decode=True)
        content = whole if isinstance(whole, bytes) else part.get_payload(0).as_bytes()  # type: ignore[union-attr]  # A letter in the letter.
        files.append((part.get_filename() or "file", part.get_content_type(), content))
    return texts["plain"], texts["html"], files
