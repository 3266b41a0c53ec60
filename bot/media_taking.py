"""Takes a file in: what is it, may we keep it, and what of it is kept.

Blocks, so that callers run it in a thread. Pictures are written anew without metadata; films and
sound recordings keep theirs but for the place where they were made; documents are kept byte for
byte, because some are signed, and are never shown in a browser. Called by jobs/keep_media.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain_media import FileKind
from bot.media_pictures import cleaned, is_decoded
from bot.media_types import clean_name, judge

UNCHANGED = (
    "kept as the phone made it, with the place it was taken at if that was in it; the concierge "
    "cannot see it"
)
# ISO 6709, as telephones write it into films: +37.7749-122.4194+012.3/
_PLACE = re.compile(rb"[+-]\d{2}\.\d{2,8}[+-]\d{3}\.\d{2,8}(?:[+-]\d{1,6}(?:\.\d{1,8})?)?/")
_ISO_MEDIA = frozenset({"mp4", "mov", "3gp", "m4a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file as it is kept."""

    content: bytes
    kind: FileKind
    content_type: str
    name: str
    note: str = ""
    """What staff should know of it."""


def take(content: bytes, *, declared: str, name: str) -> Taken:
    """What is kept of a file.

    Raises:
        FileRefused: nothing, and why.
    """
    judged = judge(content, declared)
    note = ""
    if judged.kind is FileKind.IMAGE:
        if is_decoded(judged):
            content, judged = cleaned(content, judged)
        else:
            note = UNCHANGED
    elif judged.ending in _ISO_MEDIA:
        content = _PLACE.sub(_nowhere, content)
    return Taken(
        content=content,
        kind=judged.kind,
        content_type=judged.content_type,
        name=clean_name(name or judged.kind.value, judged.ending),
        note=note,
    )


def _nowhere(place: re.Match[bytes]) -> bytes:
    """As long as before, because the boxes around it say how long it is."""
    return re.sub(rb"\d", b"0", place[0])
