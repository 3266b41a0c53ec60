"""Gets a file that came with a message; jobs/keep_media.py keeps it.

The address is the vendor's own or it is not asked: our credentials go to the API's host alone, and
never along with its redirect to where the files lie. Source: Twilio, messaging/api/media-resource:
"MediaUrl ... redirects to the file's location" (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientTimeout
from yarl import URL

from bot.domain import Media
from bot.domain_sending import OutboundMessage
from bot.errors import VendorRefused, VendorUnavailable
from bot.media_links import FOR_VENDORS, message_file_link
from bot.settings import Settings
from channels.twilio_api import TwilioApi
from channels.vendor_http import read_file

"""What WhatsApp takes at most; text messages carry 5 MB."""
HOPS_MAX = 3
TIMEOUT = ClientTimeout(total=20.0, sock_connect=5.0)
STORAGE_HOSTS = frozenset({"api.twilio.com", "media.twiliocdn.com", "mms.twiliocdn.com"})
BUCKET_HOST, BUCKET_PATH = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"


async def fetch_media(api: TwilioApi, media: Media) -> bytes:
    """The file itself, of whatever type it turns out to be.

    Raises:
        VendorUnavailable: not now. VendorRefused: gone, too large, or on a host that is not
            Twilio's.
    """
    if not _is_api(api, media.url):
        raise VendorRefused("the file is not at Twilio", code="foreign_host")
    url, headers = media.url, {"Authorization": api.authorization}
    try:
        for _ in range(HOPS_MAX):
            async with api.http.get(
                URL(url, encoded=True), headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status not in (301, 302, 303, 307, 308):
                    _require_ok(response.status)
                    return await read_file(response)
                url, headers = _next(api, url, response.headers), {}
    except (TimeoutError, ClientError, OSError, ValueError) as error:
        raise VendorUnavailable("Twilio did not give the file", code="media") from error
    raise VendorRefused("the file is sent from place to place", code="redirects")


def _next(api: TwilioApi, url: str, headers: Mapping[str, str]) -> str:
    target = urljoin(url, headers.get("Location", ""))
    parts = urlsplit(target)
    is_stored = parts.hostname in STORAGE_HOSTS or (
        parts.hostname == BUCKET_HOST and parts.path.startswith(BUCKET_PATH)
    )
    at_twilio = parts.scheme == "https" and parts.port in (None, 443) and is_stored
    if not (at_twilio or _is_api(api, target)):
        raise VendorRefused("the file is not at Twilio", code="foreign_host")
    return target


def _is_api(api: TwilioApi, url: str) -> bool:
    # Comparing the whole network location refuses user names and foreign ports as well.
    asked, base = urlsplit(url), urlsplit(api.base)
    return (asked.scheme, asked.netloc) == (base.scheme, base.netloc)


def _require_ok(status: int) -> None:
    if status == 429 or status >= 500:
        raise VendorUnavailable("Twilio cannot give the file now", code=str(status))
    if status != 200:
        raise VendorRefused("Twilio does not have the file any more", code=str(status))


def media_form(settings: Settings, message: OutboundMessage) -> dict[str, str]:
    """What makes a message carry its file: the vendor fetches it from us by a link that ends.

    Source: Twilio, api/messages: MediaUrl, with which Body may be missing (read 2026-11-23).
    """
    body = {"Body": message.text} if message.text or not message.media else {}
    if not message.media:
        return body
    link = message_file_link(settings, message.id, 0, now=message.claimed_at, lasts=FOR_VENDORS)
    return body | {"MediaUrl": link}
