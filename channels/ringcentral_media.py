"""Gets a file that came with a text, a voicemail's sound, or what was written down of it.

Files lie on hosts of RingCentral's own and want our token, which no other host ever sees. Source:
ringcentral-api-docs, messaging/sms/receiving-sms-mms.md; rc-public-openapi.yml, readMessageContent
(read 2026-11-23).
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientTimeout
from yarl import URL

from bot.domain import Media
from bot.errors import VendorRefused, VendorUnavailable
from channels.ringcentral_api import RingCentralApi, retry_after_s
from channels.vendor_http import FILE_MAX, read_file

HOPS_MAX = 3
TIMEOUT = ClientTimeout(total=30.0, sock_connect=5.0)
REDIRECTS = (301, 302, 303, 307, 308)
DOMAIN = ".ringcentral.com"


async def fetch_media(api: RingCentralApi, media: Media, *, max_bytes: int = FILE_MAX) -> bytes:
    """The file itself, of whatever type it turns out to be.

    Raises:
        VendorUnavailable: not now. VendorRefused: gone, too large, or on a host that is not
            RingCentral's.
    """
    url = urljoin(api.base + "/", media.url)
    try:
        for _ in range(HOPS_MAX):
            require_theirs(api, url)
            token = await api.token()
            async with api.http.get(
                URL(url, encoded=True),
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as response:
                if response.status not in REDIRECTS:
                    await _require_ok(api, response)
                    return await read_file(response, most=max_bytes)
                url = urljoin(url, response.headers.get("Location", ""))
    except (TimeoutError, ClientError, OSError, ValueError) as error:
        raise VendorUnavailable("RingCentral did not give the file", code="media") from error
    raise VendorRefused("the file is sent from place to place", code="redirects")


def require_theirs(api: RingCentralApi, url: str) -> None:
    """Raises VendorRefused unless the URL is of RingCentral's own hosts."""
    asked, base = urlsplit(url), urlsplit(api.base)
    # Comparing the whole network location refuses user names and foreign ports as well.
    if (asked.scheme, asked.netloc) == (base.scheme, base.netloc):
        return
    is_theirs = (base.hostname or "").endswith(DOMAIN) and asked.netloc.endswith(DOMAIN)
    if not (is_theirs and asked.scheme == "https" and "@" not in asked.netloc):
        raise VendorRefused("the file is not at RingCentral", code="foreign_host")


async def _require_ok(api: RingCentralApi, response: ClientResponse) -> None:
    if response.status == 429:
        wait_s = retry_after_s(response.headers)
        await api.penalty.start(wait_s)
        raise VendorUnavailable("RingCentral wants quiet", code="429", retry_after_s=wait_s)
    if response.status == 401 or response.status >= 500:
        raise VendorUnavailable("RingCentral cannot give the file now", code=str(response.status))
    if response.status != 200:
        raise VendorRefused(
            "RingCentral does not have the file any more", code=str(response.status)
        )
