"""Gets what staff attach in a card's thread and carries it over to the customer, behind its words.

Rung for when the message is committed; the sweep finds what was not. The words may be taken back
meanwhile: then nothing goes. What cannot go is told in the thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.desk.speaking_files import Carried, carry, find_addressee
from bot.errors import NotFound, StoreUnavailable, VendorRefused, VendorUnavailable
from bot.ids import new_id
from bot.media import key_of
from bot.media_taking import take
from bot.media_types import LARGEST, FileRefused
from bot.store import desk_files
from bot.store.connection import Connection, borrow
from bot.store.desk_files import StaffFile
from bot.store.desk_words import Listener, WordsId
from bot.store.media_files import NewFile
from channels.carrying import Carries
from channels.desk import Desk
from channels.desk_files import download
from jobs.base import Job, JobDeps

CLAIM_S = 70.0
AT_ONCE = 2
GIVE_UP_AFTER = timedelta(minutes=15)
"""Whoever attached it still looks at the thread, and can attach it again."""
LATE = "it could not be got from Slack and kept for a quarter of an hour; attach it again"
NAME_MAX = 80
DUE_MAX = 100


async def run(deps: JobDeps, *, words_id: str) -> None:
    """Carry over what hangs on these words; the queue tries again where Slack or the store is away.

    Raises:
        VendorUnavailable, StoreUnavailable: not now.
    """
    wanted, desk, now = WordsId(UUID(words_id)), deps.desk, deps.bot.clock.now()
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        claimed = await desk_files.claim(conn, wanted, now=now, claim_s=CLAIM_S)
        if claimed is None:
            return
        async with conn.transaction():
            to = await find_addressee(conn, wanted)
    files, said_at = claimed
    is_late = now - said_at > GIVE_UP_AFTER
    try:
        carried = [await _get(deps, desk, to, each, is_late=is_late) for each in files if to]
    except Exception:
        async with borrow(deps.bot.pool) as conn:
            await desk_files.owe_again(conn, wanted, at=now)
        raise
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        to, told = await carry(deps.bot, conn, wanted, carried, said_at=said_at)
        leaves = await desk_files.leaves_at(conn, wanted)
    for notice_id in told:
        deps.doorbell.ring("notify_desk", str(notice_id), notice_id=str(notice_id))
    deps.doorbell.ring("mark_words", str(new_id()), words_id=words_id)
    if to is not None:
        wait_s = max(0.0, (leaves - deps.bot.clock.now()).total_seconds()) if leaves else 0.0
        conversation_id = str(to.conversation_id)
        deps.doorbell.ring(
            "deliver", str(new_id()), delay_s=wait_s + 0.02, conversation_id=conversation_id
        )


async def _get(
    deps: JobDeps, desk: Desk, to: Listener, file: StaffFile, *, is_late: bool
) -> Carried:
    """One file, kept; or why it is not."""
    name = file.name[:NAME_MAX] or "The file"
    try:
        content = await download(desk, file.url, limit=LARGEST)
        async with deps.places("media", AT_ONCE):
            taken = await asyncio.to_thread(take, content, declared=file.type, name=file.name)
        key = await deps.bot.media.put(taken.content)
    except (FileRefused, VendorRefused, NotFound) as refused:
        return Carried(name=name, refused=str(refused))
    except (VendorUnavailable, StoreUnavailable):
        if not is_late:
            raise
        return Carried(name=name, refused=LATE)
    kept = NewFile(
        kind=taken.kind,
        name=taken.name,
        content_type=taken.content_type,
        size_bytes=len(taken.content),
        digest=key_of(content),
        key=key,
        note=taken.note,
    )
    channel = deps.channels.get(to.channel)
    can_go = isinstance(channel, Carries) and channel.can_carry(
        kept.content_type, kept.size_bytes, to.value
    )
    return Carried(name=name, kept=kept, can_go=can_go)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Words whose files nobody has rung for."""
    if deps.desk is None:
        return ()
    found = await desk_files.list_due(conn, now=deps.bot.clock.now(), limit=DUE_MAX)
    return [{"words_id": str(each)} for each in found]


job = Job(run=run, timeout_s=65.0, due=due)
