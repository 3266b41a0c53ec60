"""The files that go with a letter, out of our own store and within what mail servers take.

Called by channels/email.py before a letter is written. Source: RFC 5321 section 4.5.3.1.7 sets no
limit; 25 MB with the third that base64 adds is what most take (read 2026-11-23).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

from bot.domain import Media
from bot.errors import NotFound, StoreUnavailable, VendorRefused, VendorUnavailable
from bot.media import MediaStore, kept_key
from channels.email_letter import Enclosure

BYTES_MAX = 18 * 1024 * 1024


async def enclosures(store: MediaStore, media: Sequence[Media]) -> tuple[Enclosure, ...]:
    """Each file with the name that the customer's machine will give it.

    Raises:
        VendorUnavailable: the store is away. VendorRefused: a file is gone, or they are too many.
    """
    found = []
    for place, each in enumerate(media, 1):
        try:
            content = await store.get(kept_key(each.url))
        except StoreUnavailable as error:
            raise VendorUnavailable("the store of files is away") from error
        except NotFound as error:
            raise VendorRefused("a file that goes with the letter is not kept any more") from error
        name = each.name or f"{place}{mimetypes.guess_extension(each.content_type) or ''}"
        found.append(Enclosure(name=name, content_type=each.content_type, content=content))
    if sum(len(each.content) for each in found) > BYTES_MAX:
        raise VendorRefused("the files that go with the letter are too large for mail")
    return tuple(found)
