"""Headers of mail that others wrote: ids, mailboxes and texts, however badly they are written.

Mailboxes are read before encoded words are: a display name may decode to what looks like an
address. Used by the mail dialects and readers of this folder. Source: RFC 5322 sections 3.4 and
3.6.4, RFC 2047 section 5 (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email import policy
from email.headerregistry import BaseHeader
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import cast

from bot.domain import Thread
from channels.email_charsets import decode_words, mended

IDS_MAX = 100
HEADER_MAX = 16_000
"""Characters, as long as the ids of a thread that went on for months."""
PART_HEADER_MAX = 2_000
_ID = re.compile(r"<([^<>\s]{1,998})>")
_BARE_ID = re.compile(r"[^<>\s,;()]{1,500}@[^<>\s,;()]{1,255}")
_LINE_ENDS = re.compile(r"[\r\n]+")


class _Forgiving(policy.EmailPolicy):
    """The standard library's reading, or the plain text where it gives up on a hostile header.

    Its parsers take time by the square of a header's length, so longer ones than anybody writes
    are cut before they see them.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """A header as it comes in."""
        name, value = super().header_source_parse(sourcelines)
        most = PART_HEADER_MAX if name.lower().startswith("content-") else HEADER_MAX
        return name, value[:most]

    def header_fetch_parse(self, name: str, value: str) -> BaseHeader | str:
        """A header as it is asked for."""
        if hasattr(value, "name"):
            return value
        whole = _LINE_ENDS.sub("", mended(value))
        try:
            return cast(BaseHeader, self.header_factory(name, whole))
        except Exception:
            # Its parser raises whatever comes to hand; a letter is no reason to lose a request.
            return decode_words(whole)


POLICY = _Forgiving()


def raw_values(letter: EmailMessage, name: str) -> tuple[str, ...]:
    """Every header of that name as it stands in the letter, unfolded."""
    wanted = name.lower()
    return tuple(
        _LINE_ENDS.sub("", str(value)) for key, value in letter.raw_items() if key.lower() == wanted
    )


def text_of(letter: EmailMessage, name: str) -> str:
    """The first header of that name in plain words; empty where there is none."""
    found = raw_values(letter, name)
    return decode_words(found[0]) if found else ""


def mailboxes(letter: EmailMessage, name: str) -> tuple[tuple[str, str], ...]:
    """Display name and address of everybody in the headers of that name."""
    values = [mended(value) for value in raw_values(letter, name)]
    try:
        read = getaddresses(values)
    except (RecursionError, ValueError, IndexError):
        # Comments within comments, thousands deep, which name nobody.
        return ()
    found = ((decode_words(shown), canonical(given)) for shown, given in read if "@" in given)
    return tuple(dict.fromkeys(found))


def canonical(address: str) -> str:
    """An address as we keep it: in small letters, its domain in ASCII; empty where it is none.

    What follows a plus is the customer's own business: two such addresses are two addresses.
    """
    local, at, domain = address.strip().strip("<>").rpartition("@")
    try:
        domain = domain.strip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    kept = f"{local}@{domain}".lower()
    is_whole = bool(local and at and domain) and kept.isprintable() and len(kept) <= 320
    return kept if is_whole and not re.search(r"[\s<>,;]", kept) else ""


def ids_in(values: tuple[str, ...]) -> tuple[str, ...]:
    """The message ids in headers, oldest first, without angle brackets and each once."""
    found: dict[str, None] = {}
    for value in values:
        whole = decode_words(value) if "=?" in value else mended(value)
        ids = _ID.findall(whole) or _BARE_ID.findall(whole)
        found |= dict.fromkeys(ids)
    return tuple(found)[:1] + tuple(found)[1:][-IDS_MAX:]


def thread_of(letter: EmailMessage) -> Thread:
    """What the letter says of itself and of what it answers."""
    own = ids_in(raw_values(letter, "Message-ID"))
    parents = ids_in(raw_values(letter, "In-Reply-To"))
    return Thread(
        message_id=own[0] if own else "",
        # Several parents are allowed and rare; the last is the one that was written last.
        in_reply_to=parents[-1] if parents else "",
        references=ids_in(raw_values(letter, "References")),
    )


def written_at(letter: EmailMessage) -> datetime | None:
    """Its date, aware; None where it has none that can be read."""
    try:
        found = parsedate_to_datetime(text_of(letter, "Date"))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def write_headers(pairs: tuple[tuple[str, str], ...], *, without: Mapping[str, object]) -> bytes:
    """A header block of headers that a provider has taken apart; `without` names in lower case."""
    lines = [
        f"{name}: {_LINE_ENDS.sub(' ', value)}".encode("utf-8", "replace")
        for name, value in pairs
        if name.lower() not in without and re.fullmatch(r"[!-9;-~]{1,100}", name)
    ]
    return b"".join(line + b"\r\n" for line in lines)
