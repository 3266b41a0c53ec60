"""Puts a file into a thread of the desk, finds it again there, and gets what staff attach.

Our token goes to Slack's own hosts alone and along no redirect. Source: Slack, reference/methods/
{files.getUploadURLExternal,files.completeUploadExternal} and reference/objects/file-object: files
are fetched from url_private with the token (read 2026-11-23). Needs the scopes files:write and
files:read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, FormData

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.desk import Desk, PostedCard, is_ours
from channels.slack_api import call
from channels.vendor_http import read_file

UPLOAD_S = 25.0
LOOKED_AT = 200


async def upload(desk: Desk, content: bytes, *, name: str, title: str, thread: PostedCard) -> None:
    """Show a file in a thread.

    Raises:
        VendorUnavailable: nothing was done. VendorRefused: never will be.
        VendorSilent: nobody knows; look with `find_uploaded`.
    """
    answer = await call(
        desk.client.files_getUploadURLExternal(filename=name, length=len(content)),
        timeout_s=desk.timeout_s,
    )
    url, file_id = str(answer.get("upload_url") or ""), str(answer.get("file_id") or "")
    await _send(desk, url, content, name)
    await call(
        desk.client.files_completeUploadExternal(
            files=[{"id": file_id, "title": title}],
            channel_id=thread.channel,
            thread_ts=thread.ts,
        ),
        timeout_s=desk.timeout_s,
    )


async def find_uploaded(desk: Desk, tag: str, *, thread: PostedCard) -> bool:
    """Whether a file with this in its name or title stands in the thread.

    Raises:
        VendorUnavailable: Slack cannot say now. VendorRefused: it will not.
    """
    try:
        answer = await call(
            desk.client.conversations_replies(
                channel=thread.channel, ts=thread.ts, limit=LOOKED_AT
            ),
            timeout_s=desk.timeout_s,
        )
    except VendorSilent as error:
        raise VendorUnavailable("Slack did not answer a look-up", code=error.code) from error
    return any(
        isinstance(file, Mapping) and tag in f"{file.get('name')} {file.get('title')}"
        for message in answer.get("messages") or ()
        for file in message.get("files") or ()
    )


async def _send(desk: Desk, url: str, content: bytes, name: str) -> None:
    """Until the upload is completed nobody sees it, so that a failure here did nothing."""
    _require_slack(desk, url)
    session = desk.client.session
    if session is None:
        async with ClientSession() as own:
            await _post(own, url, content, name)
    else:
        await _post(session, url, content, name)


async def _post(session: ClientSession, url: str, content: bytes, name: str) -> None:
    form = FormData()
    form.add_field("file", content, filename=name, content_type="application/octet-stream")
    try:
        async with asyncio.timeout(UPLOAD_S), session.post(url, data=form) as response:
            status = response.status
    except (TimeoutError, ClientError, OSError) as error:
        raise VendorUnavailable("Slack did not take the file", code="upload") from error
    if status != 200:
        raise VendorUnavailable("Slack did not take the file", code=str(status))


async def download(desk: Desk, url: str, *, limit: int) -> bytes:
    """A file that somebody attached in the staff channel.

    Raises:
        VendorUnavailable: not now. VendorRefused: too large, gone, or not at Slack.
    """
    _require_slack(desk, url)
    session = desk.client.session
    if session is None:
        async with ClientSession() as own:
            return await _get(own, desk, url, limit)
    return await _get(session, desk, url, limit)


async def _get(session: ClientSession, desk: Desk, url: str, limit: int) -> bytes:
    headers = {"Authorization": f"Bearer {desk.client.token}"}
    try:
        async with (
            asyncio.timeout(UPLOAD_S),
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            _require_file(response.status, response.content_type)
            return await read_file(response, most=limit)
    except (TimeoutError, ClientError, OSError) as error:
        raise VendorUnavailable("Slack did not give the file", code="download") from error


def _require_file(status: int, content_type: str) -> None:
    if status == 429 or status >= 500:
        raise VendorUnavailable("Slack cannot give the file now", code=str(status))
    if status != 200:
        raise VendorRefused("Slack does not have the file any more", code=str(status))
    if content_type == "text/html":
        # Without files:read Slack shows a page to sign in, with 200.
        raise VendorRefused("Slack does not give the file; the app lacks files:read", code="html")


def _require_slack(desk: Desk, url: str) -> None:
    parts = urlsplit(url)
    at_slack = parts.scheme == "https" and (parts.hostname or "").endswith(".slack.com")
    if not (at_slack or is_ours(url, str(desk.client.base_url))):
        raise VendorRefused("the file's address is not Slack's", code="foreign_host")
