"""Files in the playground: what a visitor attaches, and how one is shown that lies on a phone.

Sandbox mode only. The stand-ins hold the bytes; the playground's pages for phone, desk and mail use
this, so that each takes and refuses the same.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from handlers.playground_guard import SECURITY_HEADERS

MAX_CHARS = 700_000
"""Of base64: half a megabyte."""
SHOWN_AS_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class NewFile(BaseModel):
    """A file that goes with what the visitor writes."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120, pattern=r"^[^/\\\r\n\"]+$")
    type: str = Field(max_length=120, pattern=r"^[\w.+-]+/[\w.+-]+$")
    content: str = Field(max_length=MAX_CHARS)
    """Base64."""

    def decoded(self) -> bytes:
        """Its bytes.

        Raises:
            HTTPBadRequest: the content is no base64.
        """
        try:
            return b64decode(self.content, validate=True)
        except NoBase64 as error:
            raise web.HTTPBadRequest(text="wrong or missing: file.content") from error


def need_content(text: str, file: NewFile | None) -> None:
    """Refuse what carries nothing at all.

    Raises:
        HTTPBadRequest: there is neither text nor file.
    """
    if not text and file is None:
        raise web.HTTPBadRequest(text="wrong or missing: text")


def shown(content: bytes, kind: str) -> web.Response:
    """A picture to be shown, anything else to be saved."""
    headers = {**SECURITY_HEADERS, "Cache-Control": "private, max-age=3600"}
    if kind not in SHOWN_AS_IMAGES:
        headers["Content-Disposition"] = "attachment"
        kind = "application/octet-stream"
    return web.Response(body=content, content_type=kind, headers=headers)
