"""Files in the workspace: what the app uploads in three steps, and what people attach.

Source: reference/methods/files.{getUploadURLExternal,completeUploadExternal} (read 2026-11-23).
A file is fetched with the app's token, from the address that its message names.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from handlers.sandbox.slack_requests import Answer, Parameters, SlackRefusal, decoded
from handlers.sandbox.slack_talk import BOT_ID, Talk

MAX_KEPT = 200
KINDS: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "ics": "text/calendar",
}


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file with its bytes."""

    id: str
    name: str
    user: str
    mimetype: str
    content: bytes = b""
    size: int = 0
    """What was announced, before the bytes have come."""
    alt_text: str = ""


class Files:
    """All files, the oldest forgotten when there are too many."""

    def __init__(self, talk: Talk, *, token: str) -> None:
        self.stored: dict[str, StoredFile] = {}
        self.url = ""
        """Where the stand-in listens."""
        self._talk, self._token = talk, token

    def methods(self) -> Mapping[str, Callable[[Parameters], Awaitable[Answer]]]:
        """The API's methods that are answered here."""
        return {
            "files.getUploadURLExternal": self._announce,
            "files.completeUploadExternal": self._complete,
            "files.info": self._info,
        }

    def application(self) -> web.Application:
        """Where bytes are put and fetched, to be mounted at /files."""
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.router.add_post("/upload/{id}", self._upload)
        application.router.add_get("/{id}/{name}", self._fetch)
        return application

    def keep(self, name: str, content: bytes, *, user: str, mimetype: str = "") -> StoredFile:
        """A file that somebody attaches."""
        kept = StoredFile(
            id=f"F{secrets.token_hex(5).upper()}",
            name=name,
            user=user,
            mimetype=mimetype or kind_of(name),
            content=content,
            size=len(content),
        )
        self.stored[kept.id] = kept
        if len(self.stored) > MAX_KEPT:
            del self.stored[next(iter(self.stored))]
        return kept

    def to_json(self, kept: StoredFile) -> dict[str, object]:
        """A file as a message shows it."""
        address = f"{self.url}/files/{kept.id}/{kept.name}"
        return {
            "id": kept.id,
            "name": kept.name,
            "title": kept.name,
            "mimetype": kept.mimetype,
            "filetype": kept.name.rpartition(".")[2],
            "size": len(kept.content),
            "mode": "hosted",
            "user": kept.user,
            "is_external": False,
            "file_access": "visible",
            "alt_txt": kept.alt_text,
            "url_private": address,
            "url_private_download": address,
        }

    async def _announce(self, given: Parameters) -> Answer:
        name, size = str(given.get("filename") or ""), str(given.get("length") or "")
        if not name or not size.isdigit() or int(size) == 0:
            raise SlackRefusal("invalid_arguments", "filename and length are needed")
        kept = self.keep(name, b"", user=BOT_ID)
        kept.size, kept.alt_text = int(size), str(given.get("alt_txt") or "")
        return {"upload_url": f"{self.url}/files/upload/{kept.id}", "file_id": kept.id}

    async def _complete(self, given: Parameters) -> Answer:
        asked = decoded(given.get("files"))
        if not isinstance(asked, list) or not asked:
            raise SlackRefusal("invalid_arguments", "files: a list")
        found = [self._uploaded(each) for each in asked]
        shown = [self.to_json(each) for each in found]
        if given.get("channel_id") or given.get("channels"):
            name = "channel_id" if given.get("channel_id") else "channels"
            channel = self._talk.channel(given, name)
            if channel in self._talk.workspace.archived:
                raise SlackRefusal("is_archived")
            said = str(given.get("initial_comment") or "")
            thread_ts = str(given.get("thread_ts") or "")
            self._talk.post(channel, (said, ()), thread_ts=thread_ts, files=shown)
        return {"files": shown}

    async def _info(self, given: Parameters) -> Answer:
        kept = self.stored.get(str(given.get("file") or ""))
        if kept is None:
            raise SlackRefusal("file_not_found")
        return {"file": self.to_json(kept)}

    def _uploaded(self, asked: object) -> StoredFile:
        name = asked.get("id") if isinstance(asked, Mapping) else None
        kept = self.stored.get(str(name))
        if kept is None or not kept.content:
            raise SlackRefusal("file_not_found")
        title = asked.get("title") if isinstance(asked, Mapping) else None
        kept.name = str(title or kept.name)
        return kept

    async def _upload(self, request: web.Request) -> web.Response:
        kept = self.stored.get(request.match_info["id"])
        if kept is None or kept.content:
            raise web.HTTPNotFound
        kept.content = await _bytes_of(request)
        if len(kept.content) != kept.size:
            kept.content = b""
            raise web.HTTPBadRequest(text="the length is not the one that was announced")
        return web.Response(text=f"OK - {kept.size}")

    async def _fetch(self, request: web.Request) -> web.Response:
        kept = self.stored.get(request.match_info["id"])
        if kept is None:
            raise web.HTTPNotFound
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            # The vendor shows a page to sign in, with 200.
            return web.Response(
                text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html"
            )
        return web.Response(body=kept.content, content_type=kept.mimetype)


async def _bytes_of(request: web.Request) -> bytes:
    """The raw body, or the one file of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def kind_of(name: str) -> str:
    """The media type that a file's name promises."""
    return KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
