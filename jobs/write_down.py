"""Has a customer's voice note written down by a model, so that it is answered as if it were typed.

Rung for when the recording is kept; the sweep finds what was not. A recording that no model can
write down is marked so, and a person hears it. What it cost is kept like every call of a model.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from bot.consent import Wish, read_wish
from bot.domain import Kind
from bot.domain_media import FileId, MediaFile
from bot.errors import ModelMisbehaved, ModelUnavailable, NotFound, StoreUnavailable
from bot.ids import new_id
from bot.llm.hearing import Heard, can_hear, write_down
from bot.store import media_words, spend
from bot.store.connection import Connection, borrow
from bot.store.media_words import Unheard
from jobs.assembly import limits_of
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

CLAIM_S = 35.0
"""Longer than one try takes."""
AGAIN_S = 36.0
TRIES_MAX = 4
NOBODY = "nobody"
STALE = timedelta(days=2)
"""Whoever spoke so long ago has been answered by a person."""
DUE_MAX = 100


async def run(deps: JobDeps, *, file_id: str) -> None:
    """Write one recording down, unless that is done or somebody is at it."""
    if not can_hear(deps.bot.settings):
        return
    claimed = await _claim(deps, FileId(UUID(file_id)))
    if claimed is None:
        return
    found, tries = claimed
    try:
        heard = await _hear(deps, found.file)
    except (ModelMisbehaved, NotFound):
        await _keep(deps, found, None)
    except (ModelUnavailable, StoreUnavailable) as error:
        log.info("voice.unheard", extra={"file_id": file_id, "error": type(error).__name__})
        if tries >= TRIES_MAX:
            await _keep(deps, found, None)
        else:
            deps.doorbell.ring("write_down", str(new_id()), delay_s=AGAIN_S, file_id=file_id)
    else:
        await _keep(deps, found, heard)


async def _claim(deps: JobDeps, file_id: FileId) -> tuple[Unheard, int] | None:
    """The recording for this job alone, and which try this is."""
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        found = await media_words.find_unheard(conn, file_id)
        if found is None:
            return None
        tries = await media_words.claim_unheard(conn, file_id, now=now, claim_s=CLAIM_S)
        return None if tries is None else (found, tries)


async def _hear(deps: JobDeps, file: MediaFile) -> Heard:
    """What is said in it.

    Raises:
        ModelMisbehaved: nobody can tell, or the day's budget is used up. ModelUnavailable,
            StoreUnavailable: not now. NotFound: the file is gone.
    """
    async with borrow(deps.bot.pool) as conn:
        is_spent = await _is_spent(deps, conn)
    if is_spent:
        raise ModelMisbehaved("openai: the day's budget is used up")
    content = await deps.bot.media.get(file.key)
    return await write_down(
        deps.bot.settings,
        deps.bot.clock,
        content,
        name=file.name,
        content_type=file.content_type,
    )


async def _is_spent(deps: JobDeps, conn: Connection) -> bool:
    """Whether the day's budget is used up; then a person hears it."""
    limits = limits_of(deps.bot.settings)
    if limits is None:
        return False
    today = deps.bot.clock.now().astimezone(deps.bot.zone).date()
    since = datetime.combine(today, time(), deps.bot.zone)
    return await spend.spent_since(conn, "openai", since) >= limits.hard


async def _keep(deps: JobDeps, found: Unheard, heard: Heard | None) -> None:
    """The words, or that nobody can tell; STOP is obeyed however late it is understood (I6)."""
    words = heard.words if heard else ""
    by = heard.reply.model if heard else NOBODY
    file, now = found.file, deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        says = await media_words.write_words(conn, file, words=words, by=by, at=now)
        is_stop = read_wish(says, Kind.MEDIA) is Wish.STOP
        if is_stop:
            await media_words.heed(conn, file.message_id, at=now)
        if heard is not None:
            await spend.record(conn, heard.reply, found.conversation_id)
    if is_stop:
        conversation_id = str(found.conversation_id)
        deps.doorbell.ring("take_turn", str(new_id()), conversation_id=conversation_id)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Recordings that nobody has rung for."""
    if not can_hear(deps.bot.settings):
        return ()
    now = deps.bot.clock.now()
    found = await media_words.list_unheard(conn, now=now, since=now - STALE, limit=DUE_MAX)
    return [{"file_id": str(each)} for each in found]


job = Job(run=run, timeout_s=60.0, due=due)
