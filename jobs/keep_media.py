"""Gets the files of a customer's message from where the vendor keeps them, and keeps them.

Rung for when the message is stored; the sweep finds what was not. Each file is claimed, fetched
within bounds of size and time, judged by its content and put into the store; what the vendor cannot
give now is tried again, with growing gaps, while it keeps it. What came of it stands in its row.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.domain import MessageId
from bot.domain_media import FileKind, FileStatus
from bot.errors import (
    NotFound,
    StoreUnavailable,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from bot.ids import new_id
from bot.llm.hearing import can_hear
from bot.media import kept_key, key_of
from bot.media_erasing import delete_files
from bot.media_taking import Taken, take
from bot.media_types import LARGEST, FileRefused
from bot.store import media_files
from bot.store.connection import Connection, borrow
from bot.store.media_files import NewFile, WantedFile
from channels.base import FetchesMedia
from jobs import metrics
from jobs.base import Job, JobDeps, backoff_s

log = logging.getLogger(__name__)

CLAIM_S = 90.0
"""Longer than this job may take, so that a claim that ran out means nobody is at it."""
FETCH_S = 45.0
AT_ONCE = 4
HELD_AT_ONCE = 6
"""Files of one channel that a process holds in memory, or waits for, at a time (I14)."""
GIVE_WAY_S = 0.3
DECODED_AT_ONCE = 2
"""A picture takes up to 450 MB while it is made small."""
RETRY_CAP_S = 3600.0
TRIES_MAX = 36
"""With an hour between the later ones this is a day; vendors' links are dead by then."""
DUE_MAX = 500
TOO_LARGE = frozenset({"too_large", "413"})
"""Codes of a vendor's channel that say so."""


async def run(deps: JobDeps, *, message_id: str) -> None:
    """Get what is due of a message's files."""
    wanted = MessageId(UUID(message_id))
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        await media_files.want(conn, wanted, now=now)
        claimed = await media_files.claim(conn, wanted, now=now, claim_s=CLAIM_S)
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(file: WantedFile) -> None:
        async with at_once:
            await _keep_in_place(deps, file)

    async with asyncio.TaskGroup() as group:
        for each in claimed:
            group.create_task(one(each))


async def _keep_in_place(deps: JobDeps, wanted: WantedFile) -> None:
    """One file, where its channel has a place for it: who waits holds up nobody else's errands."""
    places = deps.places(f"files:{wanted.channel}", HELD_AT_ONCE)
    if not places.locked():
        async with places:
            await _keep(deps, wanted)
        return
    due_at = deps.bot.clock.now() + timedelta(seconds=GIVE_WAY_S)
    async with borrow(deps.bot.pool) as conn:
        await media_files.give_way(conn, wanted.file.id, due_at=due_at)
    _ring_again(deps, wanted, GIVE_WAY_S)


async def _keep(deps: JobDeps, wanted: WantedFile) -> None:
    """One file, to one of its ends or to a later try; none of its faults is another's."""
    try:
        content = await _fetch(deps, wanted)
        taken = await _take(deps, wanted, content)
        key = await deps.bot.media.put(taken.content)
    except FileRefused as refused:
        await _end(deps, wanted, FileStatus.REFUSED, str(refused))
    except VendorRefused as refused:
        is_large = refused.code in TOO_LARGE
        status = FileStatus.REFUSED if is_large else FileStatus.GONE
        await _end(deps, wanted, status, str(refused))
    except NotFound as gone:
        await _end(deps, wanted, FileStatus.GONE, str(gone))
    except (VendorError, StoreUnavailable, TimeoutError) as error:
        await _again(deps, wanted, error)
    except Exception as error:  # The boundary with six vendors' doors and the decoders.
        facts = {"file_id": str(wanted.file.id), "error": type(error).__name__}
        log.error("media.failed", extra=facts)
        await _again(deps, wanted, VendorUnavailable(f"it failed: {type(error).__name__}"))
    else:
        await _kept(deps, wanted, taken, key, digest=key_of(content))


async def _fetch(deps: JobDeps, wanted: WantedFile) -> bytes:
    """The bytes as they came.

    Raises:
        VendorError, TimeoutError: as `fetch` of a channel. NotFound, StoreUnavailable: the store.
    """
    if key := kept_key(wanted.media.url):
        return await deps.bot.media.get(key)
    channel = deps.channels.get(wanted.channel)
    if channel is None:
        raise VendorUnavailable(f"the channel {wanted.channel} is not configured", code="off")
    if not isinstance(channel, FetchesMedia):
        raise VendorRefused("it cannot be fetched from where it is kept", code="no_fetch")
    async with asyncio.timeout(FETCH_S):
        content = await channel.fetch(wanted.media)
    if len(content) > LARGEST:
        raise VendorRefused("it is larger than anything that is kept", code="too_large")
    return content


async def _take(deps: JobDeps, wanted: WantedFile, content: bytes) -> Taken:
    media = wanted.media
    async with deps.places("media", DECODED_AT_ONCE):
        return await asyncio.to_thread(
            take, content, declared=media.content_type, name=media.name or wanted.file.name
        )


async def _kept(deps: JobDeps, wanted: WantedFile, taken: Taken, key: str, *, digest: str) -> None:
    kept = NewFile(
        kind=taken.kind,
        name=taken.name,
        content_type=taken.content_type,
        size_bytes=len(taken.content),
        digest=digest,
        key=key,
        note=taken.note,
    )
    async with borrow(deps.bot.pool) as conn:
        await media_files.keep(conn, wanted.file.id, kept)
    metrics.media.labels(wanted.channel, FileStatus.KEPT.value).inc()
    await _drop_raw(deps, wanted)
    if taken.kind is FileKind.AUDIO and can_hear(deps.bot.settings):
        file_id = str(wanted.file.id)
        deps.doorbell.ring("write_down", file_id, file_id=file_id)


async def _drop_raw(deps: JobDeps, wanted: WantedFile) -> None:
    """What came along, with its place and camera or refused; jobs/sweep_media.py is the net."""
    raw = kept_key(wanted.media.url)
    if not raw:
        return
    async with borrow(deps.bot.pool) as conn:
        spare = await media_files.list_unreferenced(conn, [raw])
    try:
        await delete_files(deps.bot.media, spare)
    except StoreUnavailable as error:
        log.info("media.left_to_the_sweep", extra={"error": str(error)})


async def _end(deps: JobDeps, wanted: WantedFile, status: FileStatus, reason: str) -> None:
    metrics.media.labels(wanted.channel, status.value).inc()
    log.info("media.ended", extra={"file_id": str(wanted.file.id), "status": status.value})
    async with borrow(deps.bot.pool) as conn:
        await media_files.end(conn, wanted.file.id, status=status, reason=reason)
    await _drop_raw(deps, wanted)


async def _again(deps: JobDeps, wanted: WantedFile, error: Exception) -> None:
    """Later, or never where it has been tried for a day."""
    tries = wanted.file.tries
    if tries >= TRIES_MAX:
        await _end(deps, wanted, FileStatus.GONE, "it could not be fetched in a day of tries")
        return
    told_s = getattr(error, "retry_after_s", None) or 0.0
    wait_s = max(told_s, backoff_s(tries, cap_s=RETRY_CAP_S))
    due_at = deps.bot.clock.now() + timedelta(seconds=wait_s)
    said = str(error) or type(error).__name__
    async with borrow(deps.bot.pool) as conn:
        await media_files.retry_later(conn, wanted.file.id, due_at=due_at, reason=said)
    _ring_again(deps, wanted, wait_s)


def _ring_again(deps: JobDeps, wanted: WantedFile, wait_s: float) -> None:
    message_id = str(wanted.file.message_id)
    deps.doorbell.ring("keep_media", str(new_id()), delay_s=wait_s + 0.01, message_id=message_id)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Messages whose files nobody has rung for."""
    found = await media_files.list_due(conn, now=deps.bot.clock.now(), limit=DUE_MAX)
    return [{"message_id": str(each)} for each in found]


job = Job(run=run, timeout_s=80.0, due=due)
