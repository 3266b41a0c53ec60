"""The files of what waits for a turn: waited for a bounded time, then read, pictures made small.

Fetching is jobs/keep_media.py's work and goes on meanwhile; a turn that has waited long enough goes
on without, and one that must obey at once does not wait. Pictures of just before are shown again,
since many ask in a second message about what they sent in the first. Called by bot/loading.py and
for the replies that staff are offered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.consent import Wish, read_wish
from bot.deps import Deps
from bot.domain import ConversationId, Direction
from bot.domain_media import FileKind, FileStatus, MediaFile, Picture
from bot.errors import NotFound, StoreUnavailable
from bot.llm.hearing import can_hear
from bot.llm.vision import somebody_sees
from bot.media_pictures import READ_TYPES, shown
from bot.media_types import FileRefused
from bot.situation import Situation
from bot.store import media_files, messages
from bot.store.connection import Connection, borrow

WAIT_S = 6.0
HEARING_WAIT_S = 20.0
"""A voice note is the message itself: an answer without it would be none."""
LOOK_EVERY_S, LOOK_AGAIN_MAX_S = 0.1, 0.5
"""What is small comes at once; looking for what is not gets slower."""
TRIES_MAX = 2
"""A file that was tried in vain so often is not waited for."""
PICTURES_MAX = 4
EARLIER_MAX = 2
EARLIER_AMONG = 8
"""So many of the last messages of the transcript are looked at for pictures."""


async def wait_for_files(deps: Deps, conversation_id: ConversationId) -> None:
    """Return when every file of what waits is here, or it takes too long."""
    hears = can_hear(deps.settings)
    left_s, look_s = HEARING_WAIT_S if hears else WAIT_S, LOOK_EVERY_S
    while left_s > 0:
        async with borrow(deps.pool) as conn:
            unready = await media_files.count_unready(
                conn, conversation_id, with_words=hears, tries_max=TRIES_MAX
            )
            if not unready or await _is_urgent(conn, conversation_id):
                return
        await asyncio.sleep(look_s)
        left_s -= look_s
        look_s = min(LOOK_AGAIN_MAX_S, look_s * 1.2)


async def _is_urgent(conn: Connection, conversation_id: ConversationId) -> bool:
    """Whether something waits that is obeyed at once, whatever came with it (I6)."""
    waiting = await messages.list_waiting(conn, conversation_id)
    return any(read_wish(each.text, each.kind) is Wish.STOP for each in waiting)


async def see_files(deps: Deps, situation: Situation) -> Situation:
    """The situation with the files of what waits, and with what a model is to see of them.

    One query, and none where nothing has come with the words.
    """
    sees = somebody_sees(deps.settings)
    waiting = [each.id for each in situation.waiting if each.media_count]
    earlier = [
        each.id
        for each in situation.transcript[-EARLIER_AMONG:]
        if sees and each.media_count and each.direction is Direction.INBOUND
    ]
    if not waiting and not earlier:
        return situation
    async with borrow(deps.pool) as conn:
        files = await media_files.list_of(conn, [*earlier, *waiting])
    of_waiting = {each: files[each] for each in waiting if each in files}
    if not sees:
        return replace(situation, files=of_waiting)
    seen = [file for each in waiting for file in files.get(each, ()) if _is_seen(file)]
    before = [file for each in earlier for file in files.get(each, ()) if _is_seen(file)]
    pictures = await _load_all(deps, seen[-PICTURES_MAX:])
    room = min(EARLIER_MAX, PICTURES_MAX - len(pictures))
    shown_before = await _load_all(deps, before[-room:] if room else [])
    return replace(situation, files=of_waiting, pictures=pictures, earlier_pictures=shown_before)


async def _load_all(deps: Deps, files: Sequence[MediaFile]) -> tuple[Picture, ...]:
    loaded = [await _load(deps, file) for file in files]
    return tuple(each for each in loaded if each is not None)


def _is_seen(file: MediaFile) -> bool:
    is_kept = file.status is FileStatus.KEPT and file.kind is FileKind.IMAGE
    return is_kept and file.content_type in READ_TYPES


async def _load(deps: Deps, file: MediaFile) -> Picture | None:
    """Small enough for a model; None where it cannot be had, which stops no answer (I14)."""
    try:
        content = await deps.media.get(file.key)
        small = await asyncio.to_thread(shown, content)
    except (NotFound, StoreUnavailable, FileRefused):
        return None
    return Picture(file_id=file.id, message_id=file.message_id, content=small)
