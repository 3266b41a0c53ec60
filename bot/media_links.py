"""Addresses of kept files: signed, and good until a moment that stands in them (I11).

For staff, for vendors that fetch what we send, and for the web chat. Whoever has one sees one file
until it expires. A channel, which knows no file's id, names the message and the file's place in it.
handlers/media.py answers them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from bot.domain import MessageId
from bot.domain_media import FileId
from bot.errors import BadSignature
from bot.settings import Settings
from bot.signing import sign, verify

FILE = "media.file"
FOR_STAFF = timedelta(days=7)
FOR_VENDORS = timedelta(hours=24)
"""Longer than any vendor holds a message in its queue before it fetches what goes with it."""


class FileToken(NamedTuple):
    """What a token says: a file by its id, or by its place in a message, and until when."""

    expires: int
    """Seconds since the Unix epoch."""
    file_id: FileId | None = None
    message_id: MessageId | None = None
    place: int = 0


def file_link(settings: Settings, file_id: FileId, *, now: datetime, lasts: timedelta) -> str:
    """Where the file is fetched; empty without a secret to sign by."""
    return _link(settings, UUID(str(file_id)).hex, now + lasts)


def message_file_link(
    settings: Settings, message_id: MessageId, place: int, *, now: datetime, lasts: timedelta
) -> str:
    """Where a message's file of that number is fetched; empty without a secret to sign by."""
    return _link(settings, f"{UUID(str(message_id)).hex}-{place}", now + lasts)


def _link(settings: Settings, what: str, until: datetime) -> str:
    secret = settings.concierge_secret.get_secret_value()
    if not secret:
        return ""
    token = sign(secret, FILE, f"{what}-{int(until.timestamp())}")
    return f"{settings.base_url}/media/{token}"


def read_file_token(settings: Settings, token: str) -> FileToken:
    """Which file, and until when; whether that is over is the caller's to ask.

    Raises:
        BadSignature: the token is not one of ours.
    """
    subject = verify(settings.concierge_secret.get_secret_value(), FILE, token)
    try:
        named, *place, expires = subject.split("-")
        if place:
            message_id = MessageId(UUID(hex=named))
            return FileToken(int(expires), message_id=message_id, place=int(place[0]))
        return FileToken(int(expires), file_id=FileId(UUID(hex=named)))
    except ValueError as error:
        raise BadSignature("this link is not valid; ask for a new one") from error
