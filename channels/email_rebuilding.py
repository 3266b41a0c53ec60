"""Mail that a provider has taken apart, put together again: one reader then serves all of them.

The letter's own headers stay as they are but for those that describe its parts. Used by the
dialects of channels/email.py.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message as Letter

from channels.email_charsets import decode
from channels.email_form import File
from channels.email_headers import write_headers

BOUNDARY = "=-=parts-of-the-letter-put-together-again=-="
INNER = "=-=one-text-in-two-forms=-="
_OF_PARTS = dict.fromkeys(
    ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")
)
_AS_IT_IS = frozenset({"message/rfc822", "message/delivery-status", "message/global"})
"""What RFC 2046 section 5.2.1 lets nobody encode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of the letter with what its HTML calls it."""

    file: File
    content_id: str = ""


def rebuild(
    headers: tuple[tuple[str, str], ...], *, plain: str, html: str, parts: Sequence[Part] = ()
) -> bytes:
    """The letter as bytes."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    out = [write_headers(headers, without=_OF_PARTS), b"MIME-Version: 1.0\r\n"]
    out.append(f'Content-Type: {_outer(kind)}; boundary="{BOUNDARY}"\r\n\r\n'.encode())
    out.append(f"--{BOUNDARY}\r\n".encode() + _texts(plain, html))
    out += [f"\r\n--{BOUNDARY}\r\n".encode() + _file(each) for each in parts]
    out.append(f"\r\n--{BOUNDARY}--\r\n".encode())
    return b"".join(out)


def header_lines(block: str) -> tuple[tuple[str, str], ...]:
    """A header block as names and values, its folded lines joined."""
    joined = re.sub(r"\r?\n[ \t]+", " ", block.strip("\r\n"))
    pairs = (line.partition(":") for line in joined.splitlines())
    return tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon)


def _outer(kind: str) -> str:
    """What a report is, it stays: by that a bounce is known."""
    letter = Letter()
    letter["Content-Type"] = kind
    if letter.get_content_type() != "multipart/report":
        return "multipart/mixed"
    of = re.sub(r"[^\w-]", "", str(letter.get_param("report-type", "")))
    return f"multipart/report; report-type={of}" if of else "multipart/report"


def _texts(plain: str, html: str) -> bytes:
    if not html:
        return _text("plain", plain)
    if not plain:
        return _text("html", html)
    head = f'Content-Type: multipart/alternative; boundary="{INNER}"\r\n\r\n'.encode()
    begin, end = f"\r\n--{INNER}\r\n".encode(), f"\r\n--{INNER}--\r\n".encode()
    return head + begin + _text("plain", plain) + begin + _text("html", html) + end


def _text(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + encodebytes(text.encode("utf-8", "replace"))


def _file(part: Part) -> bytes:
    file = part.file
    letter = Letter()
    declared = " ".join(decode(file.content_type.encode("utf-8", "replace")).split())
    letter["Content-Type"] = declared or "application/octet-stream"
    if part.content_id:
        letter["Content-ID"] = "<" + re.sub(r"[<>\s]", "", part.content_id) + ">"
    name = re.sub(r"[\x00-\x1f]", "", file.name)
    place = "inline" if part.content_id else "attachment"
    letter.add_header("Content-Disposition", place, filename=("utf-8", "", name))
    is_bare = letter.get_content_type() in _AS_IT_IS
    if not is_bare:
        letter["Content-Transfer-Encoding"] = "base64"
    head = b"".join(f"{k}: {v}\r\n".encode("utf-8", "replace") for k, v in letter.raw_items())
    return head + b"\r\n" + (file.content if is_bare else encodebytes(file.content))
