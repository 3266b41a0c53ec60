"""Gets a file that a customer attached in Slack, with the app's token and from Slack's hosts only.

Used by channels/slack.py. Source: Slack, reference/objects/file-object ("url_private ... requires
an Authorization header") and reference/methods/files.info (read 2026-11-23). Needs files:read.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.domain import Media
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.slack_api import call
from channels.vendor_http import read_file

FILES_HOST = "files.slack.com"


async def fetch_file(client: AsyncWebClient, media: Media, *, timeout_s: float) -> bytes:
    """The file itself, of whatever type it turns out to be.

    Raises:
        VendorUnavailable: not now. VendorRefused: gone, too large, not ours to see, or on a host
            that is not Slack's.
    """
    url = await _address(client, media, timeout_s=timeout_s)
    if not _is_slacks(url, str(client.base_url)):
        raise VendorRefused("the file is not at Slack", code="foreign_host")
    session = client.session
    if session is None:
        async with ClientSession() as own:
            return await _get(own, url, client, media, timeout_s=timeout_s)
    return await _get(session, url, client, media, timeout_s=timeout_s)


async def _address(client: AsyncWebClient, media: Media, *, timeout_s: float) -> str:
    """Where it lies; of a file of another workspace Slack is asked first."""
    if not media.url.startswith(f"{str(client.base_url).rstrip('/')}/files.info?"):
        return media.url
    file_id = (parse_qs(urlsplit(media.url).query).get("file") or [""])[0]
    try:
        answer = await call(client.files_info(file=file_id), timeout_s=timeout_s)
    except VendorSilent as error:
        raise VendorUnavailable("Slack did not answer a look-up", code=error.code) from error
    found = answer.get("file") or {}
    return str(found.get("url_private_download") or found.get("url_private") or "")


async def _get(
    session: ClientSession, url: str, client: AsyncWebClient, media: Media, *, timeout_s: float
) -> bytes:
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with (
            asyncio.timeout(timeout_s),
            # A redirect would carry the token to wherever it points.
            session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as response,
        ):
            _require_file(response, media)
            return await read_file(response)
    except (TimeoutError, ClientError, OSError, ValueError) as error:
        raise VendorUnavailable("Slack did not give the file", code="media") from error


def _require_file(response: ClientResponse, media: Media) -> None:
    if response.status == 429 or response.status >= 500:
        raise VendorUnavailable("Slack cannot give the file now", code=str(response.status))
    is_sign_in = response.content_type == "text/html" and media.content_type != "text/html"
    if response.status == 200 and is_sign_in:
        raise VendorRefused("Slack shows its sign-in page: the app lacks files:read", code="html")
    if response.status != 200:
        raise VendorRefused("Slack does not have the file any more", code=str(response.status))


def _is_slacks(url: str, api_url: str) -> bool:
    """Slack's host for files, or what stands beside the configured API in a sandbox."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    if (asked.scheme, asked.netloc) == ("https", FILES_HOST):
        return True
    at_sandbox = (asked.scheme, asked.netloc) == (api.scheme, api.netloc)
    return at_sandbox and api.hostname not in ("slack.com", None)
