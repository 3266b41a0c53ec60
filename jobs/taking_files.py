"""Files that a vendor sent along with its request: stored before the messages that name them (I1).

A store that is away means that nothing is acknowledged. What is put for a message that is then not
committed belongs to nobody, and jobs/sweep_media.py takes it away. No job itself; called by
handlers/webhooks.py and jobs/gap_fill.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.domain import Media, Message
from bot.errors import StoreUnavailable
from bot.media import MediaStore, kept_url
from bot.store.messages import Recorded
from jobs.queue import Doorbell


async def keep_contents(
    store: MediaStore | None, messages: Sequence[Message]
) -> tuple[Message, ...]:
    """The messages with every file that came along put into the store and named by its key.

    Raises:
        StoreUnavailable: one could not be kept, so that the vendor must come again.
    """
    return tuple(await asyncio.gather(*(_keep(store, each) for each in messages)))


async def _keep(store: MediaStore | None, message: Message) -> Message:
    if all(each.content is None for each in message.media):
        return message
    if store is None:
        raise StoreUnavailable("there is no store for files")
    # All at once: the vendor waits for a mail with thirty files no longer than for one.
    kept = await asyncio.gather(*(_put(store, each) for each in message.media))
    return replace(message, media=tuple(kept))


async def _put(store: MediaStore, media: Media) -> Media:
    if media.content is None:
        return media
    return replace(media, url=kept_url(await store.put(media.content)), content=None)


def ring_for_files(
    doorbell: Doorbell, messages: Sequence[Message], recorded: Sequence[Recorded]
) -> None:
    """Have files fetched while the customer still types; called after the commit."""
    for message, stored in zip(messages, recorded, strict=True):
        if message.media and stored.is_fresh:
            wanted = str(stored.message_id)
            doorbell.ring("keep_media", wanted, message_id=wanted)
