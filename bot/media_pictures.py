"""Pictures made harmless and small: decoded within bounds and written anew without what hangs on.

Place, camera and maker's notes (EXIF, XMP, IPTC, comments) go, and so does whatever else a file was
at the same time; the orientation is applied and the colour profile kept. Runs in a thread of its
own, never on the event loop. Source: Pillow 13 handbook, image file formats (read 2026-11-23).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from bot.media_types import FileRefused, Judged

PIXELS_MAX = 40_000_000
"""Decoded at once this is 160 MB, and while it is made small more than twice that; more pixels are
a bomb, or a camera whose JPEGs are decoded smaller."""
JPEG_PIXELS_MAX = 170_000_000
SIDE_MAX = 4096
"""Nobody at a desk looks at more."""
FRAMES_MAX = 300
FRAME_PIXELS_MAX = 25_000_000
"""Of all frames together; beyond that a moving picture stands still."""
SHOWN_SIDE = 1024
SHOWN_QUALITY = 80
_FORMATS: Mapping[str, tuple[str, str]] = {
    "image/jpeg": ("JPEG", "JPEG"),
    "image/png": ("PNG", "PNG"),
    "image/gif": ("GIF", "GIF"),
    "image/webp": ("WEBP", "WEBP"),
    "image/avif": ("AVIF", "JPEG"),
    "image/bmp": ("BMP", "PNG"),
    "image/tiff": ("TIFF", "PNG"),
}
READ_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Of what `cleaned` leaves, which is all that `shown` reads."""
_ENDINGS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
_SAVED: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": 88, "method": 2},
}


def is_decoded(judged: Judged) -> bool:
    """Whether pictures of this kind can be read here; HEIC cannot."""
    return judged.content_type in _FORMATS


def cleaned(content: bytes, judged: Judged) -> tuple[bytes, Judged]:
    """The picture written anew, and what it is then.

    Raises:
        FileRefused: it is damaged, cut off, or too many pixels.
    """
    reads, writes = _FORMATS[judged.content_type]
    with _decoding(content, reads) as image:
        moving = writes in ("GIF", "WEBP") and _moves(image)
        made = _moving(image, writes) if moving else _still(image, writes)
    kind, ending = _ENDINGS.get(writes, (judged.content_type, judged.ending))
    return made, Judged(judged.kind, kind, ending)


def shown(content: bytes) -> bytes:
    """A cleaned picture as a model is shown it: JPEG, at most 1024 pixels long.

    Raises:
        FileRefused: it cannot be read.
    """
    out = BytesIO()
    with _decoding(content, "JPEG", "PNG", "GIF", "WEBP") as image:
        image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
        small = _flat(image)
        small.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
        small.save(out, "JPEG", quality=SHOWN_QUALITY)
    return out.getvalue()


@contextmanager
def _decoding(content: bytes, *formats: str) -> Iterator[Image.Image]:
    """The picture, of bounded size and of one of these formats.

    Raises:
        FileRefused: it cannot be read, or worked on.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=formats) as image:
                _require_bounded(image)
                yield image
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused("the picture has too many million pixels") from error
    except Exception as error:  # The boundary with the decoders, which raise many kinds.
        raise FileRefused("the picture is damaged or cut off") from error


def _require_bounded(image: Image.Image) -> None:
    """Before any pixel is decoded: the header says how many there are."""
    pixels = image.width * image.height
    if pixels > (JPEG_PIXELS_MAX if image.format == "JPEG" else PIXELS_MAX):
        raise FileRefused(f"the picture has {pixels // 1_000_000} million pixels")
    if image.format == "JPEG":
        # Decoded at half or a quarter of its size, which for a large one is all that is kept.
        image.draft(None, (SIDE_MAX, SIDE_MAX))
        if image.width * image.height > PIXELS_MAX:
            raise FileRefused(f"the picture has {pixels // 1_000_000} million pixels")


def _moves(image: Image.Image) -> bool:
    frames = int(getattr(image, "n_frames", 1))
    is_bounded = frames <= FRAMES_MAX and frames * image.width * image.height <= FRAME_PIXELS_MAX
    return frames > 1 and is_bounded


def _still(image: Image.Image, writes: str) -> bytes:
    # Made small before anything is copied: the whole of it is in memory once.
    image.thumbnail((SIDE_MAX, SIDE_MAX))
    upright = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if writes == "JPEG" and upright.mode not in ("RGB", "L"):
        # A profile of printing inks says nothing of the screen's colours.
        profile = profile if upright.mode == "RGBA" else None
        upright = _flat(upright)
    elif writes != "JPEG" and upright.mode not in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"):
        upright = upright.convert("RGBA")
    kept: dict[str | tuple[int, int], Any] = {}
    if "transparency" in upright.info:
        kept["transparency"] = upright.info["transparency"]
    bare = upright.copy()
    bare.info = kept
    out = BytesIO()
    extra = {"icc_profile": profile} if isinstance(profile, bytes) and writes != "GIF" else {}
    bare.save(out, writes, **_SAVED[writes], **extra)
    return out.getvalue()


def _moving(image: Image.Image, writes: str) -> bytes:
    frames: list[Image.Image] = []
    lasts: list[int] = []
    for frame in ImageSequence.Iterator(image):
        lasts.append(int(frame.info.get("duration", 100) or 100))
        bare = frame.convert("RGBA")
        bare.info = {}
        frames.append(bare)
    out = BytesIO()
    loop = int(image.info.get("loop", 0) or 0)
    extra: dict[str, Any] = {"disposal": 2} if writes == "GIF" else {"quality": 80, "method": 0}
    first, *others = frames
    first.save(out, writes, save_all=True, append_images=others, duration=lasts, loop=loop, **extra)
    return out.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white, as whoever sends it sees it."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")
