"""Files as customers send them, true and false, made here so that none is anybody's."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

PLACE = {
    "GPSLatitude": (37.0, 46.0, 29.0),
    "GPSLongitude": (122.0, 25.0, 9.0),
}
OFFICE_TYPES = (
    b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml" PartName="/word/document.xml"/></Types>'
)


def photo(size: tuple[int, int] = (120, 80), *, orientation: int = 6) -> bytes:
    """A JPEG with a place, a camera and a comment in it, lying on its side."""
    image = Image.new("RGB", size, (200, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", PLACE["GPSLatitude"]
    gps[3], gps[4] = "W", PLACE["GPSLongitude"]
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SecretComment")
    return out.getvalue()


def png(size: tuple[int, int] = (60, 40)) -> bytes:
    """A PNG with half of it clear."""
    out = BytesIO()
    Image.new("RGBA", size, (0, 120, 0, 128)).save(out, "PNG")
    return out.getvalue()


def moving_gif(frames: int = 3) -> bytes:
    """A GIF that moves, with a comment."""
    made = [Image.new("RGB", (20, 20), (n * 60, 0, 0)) for n in range(frames)]
    out = BytesIO()
    made[0].save(
        out, "GIF", save_all=True, append_images=made[1:], duration=50, comment=b"SecretComment"
    )
    return out.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A small PNG whose header promises a picture of many hundred million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        said = kind + body
        return struct.pack(">I", len(body)) + said + struct.pack(">I", zlib.crc32(said))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\x00" * 1_000_000, 9)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def office(*, types: bytes = OFFICE_TYPES, more: dict[str, bytes] | None = None) -> bytes:
    """A Word document, as far as a reader of its parts can tell."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", b"<w:document/>")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def voice_note() -> bytes:
    """The beginning of an Opus recording as WhatsApp makes them."""
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(200)


def film(place: bytes = b"+37.7749-122.4194/") -> bytes:
    """An MP4 with a video track, and the place it was made at."""
    track = b"\x00\x00\x00\x21hdlr" + bytes(8) + b"vide" + bytes(12)
    where = struct.pack(">I", 12 + len(place)) + b"\xa9xyz\x00\x12\x15\xc7" + place
    return b"\x00\x00\x00\x18ftypmp42" + bytes(12) + track + where


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
