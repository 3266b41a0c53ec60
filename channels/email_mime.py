"""A letter's bytes as its text, its HTML and its files, however broken it is.

Nothing in here raises over what somebody sent: what cannot be read as what it says is a file. Knows
no provider, no sender and no thread; channels/email_reading.py asks. Source: RFC 2045, 2046 and
2183, MS-OXTNEF (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from typing import cast

from bot.domain import Media
from channels.email_charsets import decode, decode_words
from channels.email_headers import POLICY, text_of
from channels.email_tnef import TYPES as TNEF_TYPES
from channels.email_tnef import unpack

PARTS_MAX = 200
DELIMITERS_MAX = 2_000
"""Lines that may stand between parts."""
REPORTS_MAX = 5_000
"""Paragraphs of a letter that holds a mail server's report; each may be one recipient's."""
DEPTH_MAX = 20
FILES_MAX = 40
TEXT_MAX_CHARS = 200_000
ORNAMENT_BYTES = 20_000
"""A picture in the text that is smaller is a logo or a sign, not what somebody wants to show."""
_METHOD = re.compile(r"^METHOD:([A-Z]{2,20})\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a letter holds."""

    plain: str
    html: str
    files: tuple[Media, ...]
    ornaments: int = 0
    """Small pictures of its HTML that are left out."""
    invitation: str = ""
    """What a calendar file in it wants: request, reply, cancel or publish."""


def read_letter(raw: bytes) -> EmailMessage:
    """The letter, its headers read forgivingly."""
    whole = raw.lstrip(b"\r\n")
    try:
        if whole.count(b"\n--") <= DELIMITERS_MAX and not _is_endless_report(whole):
            return cast(EmailMessage, message_from_bytes(whole, policy=POLICY))
    except RecursionError:
        pass  # Parts within parts, thousands deep.
    # Nobody writes such a letter; it is kept all the same, as one long text.
    return cast(EmailMessage, BytesHeaderParser(policy=POLICY).parsebytes(whole))


def _is_endless_report(whole: bytes) -> bool:
    """Whether it would be read as thousands of reports, each a letter of its own to the library."""
    blocks = whole.count(b"\n\n") + whole.count(b"\n\r\n")
    return blocks > REPORTS_MAX and b"delivery-status" in whole.lower()


def contents(letter: EmailMessage) -> Contents:
    """What the reader of a mail program would see, and the files beside it."""
    gathered = _Gathered()
    for part in _parts(letter):
        gathered.take(part)
    return Contents(
        plain="\n\n".join(gathered.plain)[:TEXT_MAX_CHARS],
        html="\n".join(gathered.html)[:TEXT_MAX_CHARS],
        files=tuple(gathered.files[:FILES_MAX]),
        ornaments=gathered.ornaments,
        invitation=gathered.invitation,
    )


class _Gathered:
    """What was found so far."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.files: list[Media] = []
        self.ornaments = 0
        self.invitation = ""

    def take(self, part: Message) -> None:
        """One part that holds no others."""
        kind = part.get_content_type()
        if kind.startswith("multipart/"):
            # Its delimiters were lost on the way: what is left is a text with odd lines.
            kind = "text/plain"
        content = _content(part)
        if kind in ("text/plain", "text/html") and not _is_file(part):
            said = decode(content, _charset(part)).strip()
            if said:
                (self.html if kind == "text/html" else self.plain).append(said)
        elif kind in TNEF_TYPES or name_of(part).lower() == "winmail.dat":
            self._unpack(part, content)
        else:
            self._file(part, kind, content)

    def _unpack(self, part: Message, content: bytes) -> None:
        found = unpack(content)
        if found is None:
            self._file(part, part.get_content_type(), content)
            return
        self.files += found.files
        # Its text is only the letter's where the letter has none of its own.
        if not (self.plain or self.html):
            self.plain += [found.plain] if found.plain else []
            self.html += [found.html] if found.html else []

    def _file(self, part: Message, kind: str, content: bytes) -> None:
        if kind == "text/calendar":
            asked = _METHOD.search(decode(content, _charset(part)))
            self.invitation = self.invitation or (asked[1].lower() if asked else "publish")
        is_shown = bool(part.get("Content-ID")) and kind.startswith("image/")
        if is_shown and len(content) < ORNAMENT_BYTES:
            self.ornaments += 1
        elif content:
            name = name_of(part)
            self.files.append(Media(f"mail:{len(self.files)}", kind, name, content))


def _parts(letter: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold no others, in order; a letter in the letter is one of them."""
    if not letter.is_multipart() or letter.get_content_maintype() == "message":
        yield letter
        return
    if depth >= DEPTH_MAX:
        return
    for part in cast(list[Message], letter.get_payload())[:PARTS_MAX]:
        yield from _parts(part, depth + 1)


def _content(part: Message) -> bytes:
    """The bytes of a part; of a letter in a letter, or a report's table, all of it as it came."""
    try:
        if part.is_multipart():
            inner = cast(list[Message], part.get_payload())
            return b"\r\n".join(each.as_bytes() for each in inner)
        found = part.get_payload(decode=True)
    except Exception:
        # The library writes what it could not read, and some of that it cannot write either.
        return b""
    return found if isinstance(found, bytes) else b""


def _is_file(part: Message) -> bool:
    said = part.get_content_disposition()
    return said == "attachment" or (said == "inline" and bool(part.get_filename()))


def _charset(part: Message) -> str:
    found = part.get_param("charset", "")
    return str(found[2] if isinstance(found, tuple) else found)


def name_of(part: Message) -> str:
    """What its sender called a file; a letter in the letter by its subject."""
    try:
        given = part.get_filename("") or ""
    except Exception:
        # Its parameters may be anything, and the library's decoding of them raises anything.
        given = ""
    name = decode_words(given)
    if not name and part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        name = (text_of(inner, "Subject")[:80] if isinstance(inner, EmailMessage) else "") + ".eml"
    return re.sub(r"[\x00-\x1f/\\]", "", name)[:200]
