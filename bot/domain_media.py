"""A file that came with a message or goes with one, and a picture for a model to see.

Values only, like bot/domain.py. bot/store/media_files.py has the rows, bot/media.py the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from uuid import UUID

from bot.domain import Kind, MessageId, StoredMessage

FileId = NewType("FileId", UUID)


class FileStatus(StrEnum):
    """Where a file is in its life: still to be got, ours, never to be shown, or not to be had."""

    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"
    GONE = "gone"


class FileKind(StrEnum):
    """What a file is, by its content."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    FILE = "file"
    """Nobody has looked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """One file of a message."""

    id: FileId
    message_id: MessageId
    place: int
    """Its number in the message, from 0."""
    status: FileStatus
    kind: FileKind
    name: str
    """Cleaned, with the ending that its content has."""
    content_type: str
    """By content once it is kept, before that as its sender declared it."""
    reason: str = ""
    """Why it is not kept, or what is special about it, in words for staff."""
    key: str = ""
    """Its name in the store."""
    size_bytes: int = 0
    words: str = ""
    """What is said in it, as a model heard it."""
    words_by: str = ""
    """Which model, or `nobody` where none could; empty while it is still to be heard."""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture made small enough to be shown to a model."""

    file_id: FileId
    message_id: MessageId
    content: bytes = field(repr=False)
    """JPEG."""


def is_dictated(message: StoredMessage) -> bool:
    """Whether its words were spoken and written down by a machine, which may have misheard."""
    is_spoken = message.kind is Kind.VOICEMAIL or bool(message.extras.get("transcribed"))
    return is_spoken and bool(message.text)
