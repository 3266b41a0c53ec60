"""What a file is, by its content: one of a short list of kinds, or refused with the reason.

Whatever its sender or a vendor calls it is not believed. Only what begins like a kind on the list
is looked at further; puremagic merely names what is not, for staff. Containers are opened no
deeper than is needed to refuse macros, scripts and embedded programs: bot/media_office.py.
Source: signatures as in the formats' own documents (ISO 14496-12, RFC 3533, RFC 9649, ISO 32000).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import puremagic

from bot.domain_media import FileKind
from bot.errors import ConciergeError
from bot.media_office import ZIP, check_ole, check_zip

MIB = 1024 * 1024
BYTES_MAX: Mapping[FileKind, int] = {
    FileKind.IMAGE: 20 * MIB,
    FileKind.AUDIO: 25 * MIB,
    FileKind.VIDEO: 40 * MIB,
    FileKind.DOCUMENT: 25 * MIB,
}
LARGEST = max(BYTES_MAX.values())
NAME_MAX = 80
TEXT_MAX = 2 * MIB
PDF_TAIL = 2048
"""Where a PDF's end must stand; readers look no further either."""


class FileRefused(ConciergeError):
    """The file is not kept; the message says why in words for staff."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file is."""

    kind: FileKind
    content_type: str
    ending: str


_IMAGE, _AUDIO, _VIDEO, _DOCUMENT = (
    FileKind.IMAGE,
    FileKind.AUDIO,
    FileKind.VIDEO,
    FileKind.DOCUMENT,
)
_BEGINS: tuple[tuple[bytes, Judged], ...] = (
    (rb"\xff\xd8\xff", Judged(_IMAGE, "image/jpeg", "jpg")),
    (rb"\x89PNG\r\n\x1a\n", Judged(_IMAGE, "image/png", "png")),
    (rb"GIF8[79]a", Judged(_IMAGE, "image/gif", "gif")),
    (rb"RIFF....WEBP", Judged(_IMAGE, "image/webp", "webp")),
    (rb"BM....\x00\x00\x00\x00", Judged(_IMAGE, "image/bmp", "bmp")),
    (rb"II\*\x00|MM\x00\*", Judged(_IMAGE, "image/tiff", "tif")),
    (rb"....ftyp(?:avif|avis)", Judged(_IMAGE, "image/avif", "avif")),
    (rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", Judged(_IMAGE, "image/heic", "heic")),
    (rb"....ftyp(?:M4A |M4B )", Judged(_AUDIO, "audio/mp4", "m4a")),
    (rb"....ftypqt  ", Judged(_VIDEO, "video/quicktime", "mov")),
    (rb"....ftyp3g", Judged(_VIDEO, "video/3gpp", "3gp")),
    (rb"....ftyp(?:isom|iso\d|mp4\d|avc1|M4V |dash|MSNV)", Judged(_VIDEO, "video/mp4", "mp4")),
    (rb"\x1aE\xdf\xa3", Judged(_VIDEO, "video/webm", "webm")),
    (rb"OggS\x00", Judged(_AUDIO, "audio/ogg", "ogg")),
    (rb"ID3|\xff[\xfb\xf3\xf2]", Judged(_AUDIO, "audio/mpeg", "mp3")),
    (rb"\xff[\xf1\xf9]", Judged(_AUDIO, "audio/aac", "aac")),
    (rb"#!AMR(?:-WB)?\n", Judged(_AUDIO, "audio/amr", "amr")),
    (rb"RIFF....WAVE", Judged(_AUDIO, "audio/wav", "wav")),
    (rb"fLaC", Judged(_AUDIO, "audio/flac", "flac")),
    (rb"caff\x00\x01", Judged(_AUDIO, "audio/x-caf", "caf")),
    (rb"%PDF-[12]\.", Judged(_DOCUMENT, "application/pdf", "pdf")),
    (rb"BEGIN:VCALENDAR\r?\n", Judged(_DOCUMENT, "text/calendar", "ics")),
    (rb"BEGIN:VCARD\r?\n", Judged(_DOCUMENT, "text/vcard", "vcf")),
)
_TABLE = tuple((re.compile(begins, re.DOTALL), judged) for begins, judged in _BEGINS)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXTS = frozenset({"text/plain", "text/csv"})
_SCRIPT = re.compile(
    rb"\A\s*(?:<|#!|@echo|\{\\rtf)|<script|<html|<\?php|powershell|wscript\.|cmd\.exe",
    re.IGNORECASE,
)
_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_WEBM_VIDEO = b"\x83\x81\x01"
"""Matroska's TrackType element saying video."""
_BAD_IN_NAMES = re.compile(r"[^\w .()+-]+")


def judge(content: bytes, declared: str = "") -> Judged:
    """What it is.

    Args:
        content: the whole file.
        declared: what the vendor calls it; only tells plain text, which begins like nothing, from
            what nobody knows.

    Raises:
        FileRefused: it is empty, cut off, too large, or nothing that we keep.
    """
    if not content:
        raise FileRefused("it is empty")
    judged = _known(content, declared.partition(";")[0].strip().lower())
    largest = BYTES_MAX[judged.kind]
    if len(content) > largest:
        raise FileRefused(f"it is larger than {largest // MIB} MB")
    return judged


def _known(content: bytes, declared: str) -> Judged:
    for begins, judged in _TABLE:
        if begins.match(content):
            return _refined(content, judged)
    if content.startswith(ZIP):
        found = check_zip(content)
        if isinstance(found, str):
            raise FileRefused(found)
        return Judged(_DOCUMENT, *found)
    if content.startswith(_OLE):
        found = check_ole(content)
        if isinstance(found, str):
            raise FileRefused(found)
        return Judged(_DOCUMENT, *found)
    if declared in _TEXTS and _is_text(content):
        # Named as text whatever its name was: what a spreadsheet would calculate stays words.
        return Judged(_DOCUMENT, "text/plain", "txt")
    raise FileRefused(_say_what(content))


def _refined(content: bytes, judged: Judged) -> Judged:
    """Containers that hold sound or sight, and documents that must have their end."""
    if judged.ending in ("mp4", "3gp", "mov") and not _VIDEO_TRACK.search(content):
        return Judged(_AUDIO, "audio/mp4", "m4a")
    if judged.ending == "webm" and _WEBM_VIDEO not in content[: 64 * 1024]:
        return Judged(_AUDIO, "audio/webm", "webm")
    if judged.ending == "ogg" and b"theora" in content[:512]:
        return Judged(_VIDEO, "video/ogg", "ogv")
    if judged.ending == "pdf" and b"%%EOF" not in content[-PDF_TAIL:]:
        raise FileRefused("the PDF is cut off, or something else hangs on its end")
    return judged


def _is_text(content: bytes) -> bool:
    if len(content) > TEXT_MAX or b"\x00" in content or _SCRIPT.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _say_what(content: bytes) -> str:
    """What it looks like, in a word that staff know."""
    try:
        best = puremagic.magic_string(content[: 64 * 1024])[0]
    except (puremagic.PureError, ValueError, IndexError):
        return "it is of no kind that is kept here"
    ending = "".join(c for c in best.extension.lower() if c.isalnum())[:8]
    return f"it looks like a file of the kind {ending or 'unknown'}, which is not kept here"


def clean_name(name: str, ending: str) -> str:
    """A file's name that can do no harm in a header, a folder or a chat; its own ending is gone.

    Marks that turn the reading direction, with which `exe` is made to look like `jpg`, go as well.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in plain if c.isprintable() and unicodedata.category(c) != "Cf")
    stem = plain.rpartition(".")[0] or plain
    stem = " ".join(_BAD_IN_NAMES.sub(" ", stem).split()).strip(" .")[:NAME_MAX].rstrip(" .")
    return f"{stem or 'file'}.{ending}"
