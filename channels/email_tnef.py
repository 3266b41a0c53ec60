"""What Outlook packs into a winmail.dat: the files, and the text where the letter has none.

Called by channels/email_mime.py. Nothing of it raises; what cannot be unpacked stays a file.
Source: MS-OXTNEF section 2.1, docs of tnefparse 1.4 (read 2026-11-23).
"""

from __future__ import annotations

import logging
import mimetypes
import warnings
from dataclasses import dataclass

from tnefparse import TNEF  # type: ignore[import-untyped]  # It ships none.

from bot.domain import Media
from channels.email_charsets import decode
from channels.text import clean

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
BYTES_MAX = 30 * 1024 * 1024
FILES_MAX = 40
# It writes names of files and properties down, which are nobody's business but the customer's.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What lay in it."""

    plain: str
    html: str
    files: tuple[Media, ...]


def unpack(content: bytes) -> Unpacked | None:
    """What lies in a winmail.dat; None where it is none."""
    if len(content) > BYTES_MAX:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            packed = TNEF(content)
            files = tuple(map(_file, packed.attachments[:FILES_MAX]))
            return Unpacked(
                plain=_text(packed, "body"), html=_text(packed, "htmlbody"), files=files
            )
    except Exception:
        # A reader of hand-made bytes that knows no error of its own: whatever it was, it is a file.
        return None


def _text(packed: TNEF, name: str) -> str:
    found = getattr(packed, name, None)
    if isinstance(found, list):
        found = found[0] if found else None
    return decode(found) if isinstance(found, bytes) else clean(found or "")


def _file(attached: object) -> Media:
    name = clean(str(attached.long_filename())).strip()[:200]  # type: ignore[attr-defined]
    content = bytes(attached.data or b"")  # type: ignore[attr-defined]
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Media(f"tnef:{name[:40]}", kind, name, content)
