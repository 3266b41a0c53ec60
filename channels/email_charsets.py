"""Bytes of mail as text, whatever their label says: never an error, at worst a replacement sign.

Labels lie, so what the web learnt of them holds here too: gb2312 means gb18030, iso-8859-1 means
windows-1252, ks_c_5601 means cp949. Source: WHATWG Encoding, section 4.2, labels (read 2026-11-23).
"""

from __future__ import annotations

import codecs
import re
from email.errors import MessageError
from email.header import decode_header

from channels.text import clean

_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb-2312": "gb18030",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
_TEXTUAL = re.compile(r"[\w.:+-]{1,40}")
_SURROGATES = re.compile("[\udc80-\udcff]")
_ENCODED_PAIR = re.compile(r"(\?=)[ \t\r\n]+(=\?)")


def decode(content: bytes, label: str = "") -> str:
    """The text, by its label, else as UTF-8, else as what old mail programs write."""
    said = _named(label)
    # What is valid UTF-8 is hardly ever anything else, whatever an old program calls it.
    for name in ("utf-8", said) if said == "cp1252" else (said, "utf-8"):
        if not name:
            continue
        try:
            return clean(content.decode(name).removeprefix("\ufeff"))
        except (UnicodeError, LookupError, ValueError):
            continue
    # A label that names a charset is right about nearly all of it; without one it is the most used.
    name = _named(label)
    fallback = name if name and name != "utf-8" else "cp1252"
    return clean(content.decode(fallback, "replace"))


def _named(label: str) -> str:
    """The codec of a label; empty where there is none, or one that makes no text of bytes."""
    wanted = label.strip().strip("\"'").lower()
    if not _TEXTUAL.fullmatch(wanted):
        return ""
    try:
        found = codecs.lookup(_MEANT.get(wanted, wanted))
    except LookupError:
        return ""
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name != "idna" else ""


def mended(value: str) -> str:
    """A header's value as the standard library hands it out, its bytes that are no ASCII read."""
    if not _SURROGATES.search(value):
        return value
    return decode(value.encode("utf-8", "surrogateescape"))


def decode_words(value: str) -> str:
    """A header's value with its encoded words read (RFC 2047), on one line."""
    value = mended(value)
    if "=?" in value:
        try:
            parts = decode_header(_ENCODED_PAIR.sub(r"\1 \2", value))
        except (MessageError, ValueError, LookupError):
            parts = [(value, None)]
        value = "".join(
            part if isinstance(part, str) else decode(part, label or "") for part, label in parts
        )
    return " ".join(clean(value).split())
