"""The forms in which mail providers send mail on: multipart with files, or URL-encoded.

Read from the raw bytes, because a field may be in any charset and a file in none. Knows no provider
and no field; used by the dialects of channels/email.py. Source: RFC 7578 (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl

from bot.errors import BadPayload
from channels.base import WebhookRequest
from channels.email_charsets import decode

FIELDS_MAX = 400
"""Two hundred files, and what is said of them; no provider sends more."""
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_NAME = re.compile(r'[; ]name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILENAME = re.compile(r'[; ]filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a form, its type as the provider declares it."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A request's fields by name; of a name that comes twice, the first."""

    fields: Mapping[str, bytes]
    files: Mapping[str, File]

    def text(self, name: str, charset: str = "utf-8") -> str:
        """A field's text; empty where it is not there."""
        return decode(self.fields.get(name, b""), charset)

    def raw(self, *names: str) -> bytes:
        """The first of these that is there, be it sent as a field or as a file; else nothing."""
        for name in names:
            if name in self.fields:
                return self.fields[name]
            if name in self.files:
                return self.files[name].content
        return b""


def read_form(request: WebhookRequest) -> Form:
    """The form in a request's body.

    Raises:
        BadPayload: there is none, or one that no provider sends.
    """
    kind = request.headers.get("content-type", "")
    if kind.lower().startswith("multipart/form-data"):
        return _multipart(request.body, kind)
    try:
        text = request.body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, encoding="latin-1", max_num_fields=FIELDS_MAX
        )
    except ValueError as error:
        raise BadPayload("the form cannot be read, or has too many fields") from error
    found: dict[str, bytes] = {}
    for name, value in pairs:
        # Latin 1 stands for the bytes themselves: what charset they are in, only the field knows.
        found.setdefault(name, value.encode("latin-1"))
    return Form(fields=MappingProxyType(found), files=MappingProxyType({}))


def _multipart(body: bytes, kind: str) -> Form:
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        raise BadPayload("Content-Type names no boundary of the form")
    # A line end before the first delimiter makes all of them alike.
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode(errors="replace"))
    if not parts or not parts[-1].startswith(b"--"):
        raise BadPayload("the form breaks off before its end")
    if len(parts) > FIELDS_MAX:
        raise BadPayload("the form has too many fields")
    fields: dict[str, bytes] = {}
    files: dict[str, File] = {}
    for part in parts[:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        headers = _headers(head)
        said = headers.get("content-disposition", "")
        name = _NAME.search(said)
        if name is None:
            raise BadPayload("the form has a part without a name")
        filename = _FILENAME.search(said)
        if filename is None:
            fields.setdefault(name[1], content)
            continue
        content_type = headers.get("content-type", "application/octet-stream")
        given = File(name=_bare(filename[1]), content_type=content_type, content=content)
        files.setdefault(name[1], given)
    return Form(fields=MappingProxyType(fields), files=MappingProxyType(files))


def _headers(head: bytes) -> Mapping[str, str]:
    lines = (line.partition(":") for line in decode(head, "utf-8").splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _bare(name: str) -> str:
    r"""Without the escapes of a quoted string; browsers write %22 instead."""
    return re.sub(r"\\(.)", r"\1", name).replace("%22", '"')
