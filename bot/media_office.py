"""Office documents, as far as one must look to refuse those that can run something.

Neither reads their text nor believes their names. A macro, an embedded object, a program inside or
a bomb of zeros is a reason to refuse. Source: ECMA-376 part 2, OASIS OpenDocument 1.3 part 2,
MS-CFB 2.6 and MS-OVBA 2.3 (names of storages). Called by bot/media_types.py.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

ZIP = b"PK\x03\x04"
ENTRIES_MAX = 5000
UNPACKED_MAX = 300 * 1024 * 1024
RATIO_MAX = 200
"""Text packs to a twentieth; what packs to less than a two-hundredth is made to burst."""
READ_MAX = 1024 * 1024

Kind = tuple[str, str]
"""Content type and ending."""

_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN: tuple[tuple[bytes, Kind], ...] = (
    (b"wordprocessingml.document.main+xml", (f"{_OOXML}wordprocessingml.document", "docx")),
    (b"spreadsheetml.sheet.main+xml", (f"{_OOXML}spreadsheetml.sheet", "xlsx")),
    (b"presentationml.presentation.main+xml", (f"{_OOXML}presentationml.presentation", "pptx")),
)
_ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_RUNS = re.compile(
    r"vbaproject|vbadata|activex|embeddings/|oleobject|(?:^|/)(?:basic|scripts)/"
    r"|\.(?:exe|dll|scr|com|bat|cmd|js|vbs|ps1|jar|msi|hta|lnk|sh)$",
    re.IGNORECASE,
)
_OLE_MAIN = (
    ("WordDocument", ("application/msword", "doc")),
    ("Workbook", ("application/vnd.ms-excel", "xls")),
    ("PowerPoint Document", ("application/vnd.ms-powerpoint", "ppt")),
)
_OLE_RUNS = ("Macros", "_VBA_PROJECT", "VBA", "Ole10Native", "ObjectPool", "EncryptedPackage")


def check_zip(content: bytes) -> Kind | str:
    """Which document an archive is, or why it is refused."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _check(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return "it is a damaged archive"
    except (OSError, ValueError, KeyError, UnicodeDecodeError):
        return "it is a damaged archive"


def _check(archive: zipfile.ZipFile) -> Kind | str:
    entries = archive.infolist()
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    bursts = unpacked > UNPACKED_MAX or unpacked > RATIO_MAX * packed + 64 * 1024
    if len(entries) > ENTRIES_MAX or bursts:
        return "it unpacks to far more than it is"
    if any(_RUNS.search(entry.filename) for entry in entries):
        return "it holds macros, programs or embedded objects"
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names:
        return _office(_read(archive, "[Content_Types].xml"))
    if "mimetype" in names:
        kind = _read(archive, "mimetype").decode("ascii", "replace").strip()
        if kind in _ODF:
            return kind, _ODF[kind]
    return "it is an archive, which is not kept here"


def _office(types: bytes) -> Kind | str:
    if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
        return "it holds macros"
    for part, kind in _MAIN:
        if part in types:
            return kind
    return "it is no document that is kept here"


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of an entry, however long it says that it is."""
    with archive.open(name) as opened:
        return opened.read(READ_MAX)


def check_ole(content: bytes) -> Kind | str:
    """Which document of the old kind it is, or why it is refused.

    Its directory names each part in UTF-16; that a name appears at all is enough.
    """
    if any(_utf16(name) in content for name in _OLE_RUNS):
        return "it holds macros or embedded objects"
    for name, kind in _OLE_MAIN:
        if _utf16(name) in content:
            return kind
    return "it is no document that is kept here"


def _utf16(name: str) -> bytes:
    return f"{name}\x00".encode("utf-16-le")
