"""What `concierge doctor` finds out about where files are kept, and who writes voice notes down.

Asks a bucket for a file that nobody keeps; makes no folder and puts nothing anywhere. No
subcommand.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.errors import ConfigError, NotFound, StoreUnavailable
from bot.llm.hearing import can_hear
from bot.media import key_of, open_media
from bot.settings import Settings

WHAT = "files"
BUCKET_MEND = "check it, AWS_REGION and the key, which must read, write, delete and list"

Line = tuple[str, str, str]
"""Sign, what, and what is said."""


async def examine_files(settings: Settings) -> AsyncIterator[Line]:
    """One line after another."""
    yield await _store(settings)
    if can_hear(settings):
        yield "ok", "voice notes", f"written down by {settings.openai_transcribe_model}"
    elif settings.openai_transcribe_model:
        yield (
            "wrong",
            "voice notes",
            "OPENAI_API_KEY is missing: OPENAI_TRANSCRIBE_MODEL needs it",
        )
    else:
        yield "off", "voice notes", "OPENAI_TRANSCRIBE_MODEL is not set: staff hear them"


async def _store(settings: Settings) -> Line:
    try:
        store = open_media(settings)
    except ConfigError as error:
        return "wrong", WHAT, str(error)
    wanted = settings.media_url
    if not wanted:
        return _unset(settings)
    if not wanted.startswith("s3:"):
        return _folder(Path(unquote(urlsplit(wanted).path) if "://" in wanted else wanted))
    try:
        await store.get(key_of(b""))
    except NotFound:
        return "ok", WHAT, f"{wanted} answers"
    except StoreUnavailable:
        return "wrong", WHAT, f"MEDIA_URL: {wanted} cannot be read; {BUCKET_MEND}"
    return "ok", WHAT, f"{wanted} answers"


def _unset(settings: Settings) -> Line:
    said = f"MEDIA_URL is not set: they are kept in {settings.data_dir / 'media'}"
    if settings.database_url:
        # Stores by URL are how several processes share them, and they share no folder.
        return "wrong", WHAT, f"{said}; set it, a folder or bucket that every process reaches"
    return "off", WHAT, said


def _folder(path: Path) -> Line:
    """Whether it is there, or could be made."""
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        return "wrong", WHAT, f"MEDIA_URL: {there} is no folder that this user may write to"
    return "ok", WHAT, f"kept in {path}"
