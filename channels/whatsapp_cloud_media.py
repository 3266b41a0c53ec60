"""Gets a file that came with a message from Meta: first its address, by its id, then the file.

The token goes to Meta's own hosts and nowhere else. An address is good for five minutes, so one
that has run out is asked for again. Source: Meta, business-phone-numbers/media (2026-06-16), read
2026-11-23: the file is fetched with the same bearer token, and without a User-Agent it is refused.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import ClientError, ClientTimeout
from yarl import URL

from bot.domain import Media
from bot.errors import VendorRefused, VendorUnavailable
from channels.vendor_http import FILE_MAX, read_file
from channels.whatsapp_cloud_api import GraphApi
from channels.whatsapp_cloud_fields import word

FILE_HOSTS = frozenset({"lookaside.fbsbx.com", "mmg.whatsapp.net"})
TIMEOUT = ClientTimeout(total=30.0, sock_connect=5.0)
AGENT = "concierge"
RUN_OUT = frozenset({401, 403, 404, 410})
ASK_MAX = 2


async def fetch_media(api: GraphApi, media: Media) -> bytes:
    """The file itself, of whatever type it turns out to be.

    Raises:
        VendorUnavailable: not now. VendorRefused: gone, too large, or not Meta's.
    """
    media_id = media.url.removeprefix(f"{api.root}/")
    if media_id == media.url or not (media_id.isascii() and media_id.isdigit()):
        raise VendorRefused("the file is not at Meta", code="foreign_host")
    status = 0
    for _ in range(ASK_MAX):
        known = await api.read(f"{media_id}?phone_number_id={api.phone_number_id}")
        size = word(known, "file_size")
        if size.isdigit() and int(size) > FILE_MAX:
            raise VendorRefused(f"the file is larger than {FILE_MAX} bytes", code="too_large")
        status, content = await _get(api, word(known, "url"))
        if status == 200:
            return content
        if status not in RUN_OUT:
            break
    if status == 429 or status >= 500:
        raise VendorUnavailable("Meta cannot give the file now", code=str(status))
    raise VendorRefused("Meta does not have the file any more", code=str(status))


async def _get(api: GraphApi, url: str) -> tuple[int, bytes]:
    if not _is_metas(api, url):
        raise VendorRefused("the file is not at Meta", code="foreign_host")
    headers = {"Authorization": api.authorization, "User-Agent": AGENT}
    try:
        async with api.http.get(
            URL(url, encoded=True), headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            if response.status != 200:
                return response.status, b""
            return 200, await read_file(response)
    except (TimeoutError, ClientError, OSError, ValueError) as error:
        raise VendorUnavailable("Meta did not give the file", code="media") from error


def _is_metas(api: GraphApi, url: str) -> bool:
    """Whether our token may go there. The whole network location is compared, which refuses user
    names and foreign ports as well."""
    try:
        asked, base = urlsplit(url), urlsplit(api.base)
    except ValueError:
        return False
    if (asked.scheme, asked.netloc) == (base.scheme, base.netloc):
        return True
    return asked.scheme == "https" and asked.netloc in FILE_HOSTS
