"""The files of an outbound message, got from our store just before it leaves; no job itself.

Channels whose vendor is given the bytes find them in `Media.content`; the others name a link, which
the vendor fetches. jobs/deliver.py calls it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain import Media
from bot.domain_sending import OutboundMessage
from bot.errors import NotFound, StoreUnavailable, VendorRefused, VendorUnavailable
from bot.media import kept_key
from jobs.base import JobDeps


async def with_files(deps: JobDeps, message: OutboundMessage) -> OutboundMessage:
    """The message with what lies in our store beside its name.

    Raises:
        VendorUnavailable: the store is away. VendorRefused: a file is not kept any more.
    """
    if not message.media:
        return message
    return replace(message, media=tuple([await _load(deps, each) for each in message.media]))


async def _load(deps: JobDeps, media: Media) -> Media:
    key = kept_key(media.url)
    if not key:
        return media
    try:
        return replace(media, content=await deps.bot.media.get(key))
    except StoreUnavailable as error:
        raise VendorUnavailable("the store of files is away", code="store") from error
    except NotFound as error:
        raise VendorRefused("a file that goes with it is not kept any more", code="gone") from error
