"""The main text of a web page as Markdown; its library is loaded only when a page is read.

Menus, banners and footers are left out. Used by bot/knowledge/taking_in.py. Source: trafilatura
documentation, "Core functions" (read 2026-11-23).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.errors import BadPayload

LETTERS_MIN: Final = 40

_CHARSET: Final = re.compile(
    rb"""<meta[^>]{1,200}charset\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE
)
_HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What a page says."""

    title: str
    text: str
    """Markdown."""


def read_html(content: bytes, *, charset: str = "") -> ReadPage:
    """Title and main text.

    Args:
        charset: as the server named it; else the page's own word counts, else UTF-8.

    Raises:
        BadPayload: the page has no main text, as where a script writes it.
    """
    import trafilatura

    page = decode(content, charset=charset or _own_charset(content))
    text = trafilatura.extract(
        page,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_formatting=True,
        favor_recall=True,
    )
    if not text or sum(map(str.isalpha, text)) < LETTERS_MIN:
        raise BadPayload("the page holds no text of its own; save it as a PDF or Markdown file")
    return ReadPage(title=(trafilatura.extract_metadata(page).title or "").strip(), text=text)


def decode(content: bytes, *, charset: str = "") -> str:
    """Bytes as text; a character set nobody knows, or that does not fit, is read as UTF-8."""
    try:
        return content.decode(charset or "utf-8-sig")
    except (LookupError, ValueError):  # Some codecs say no more of what they refuse.
        return content.decode("utf-8-sig", errors="replace")


def _own_charset(content: bytes) -> str:
    found = _CHARSET.search(content[:_HEAD_BYTES])
    return found[1].decode("ascii") if found else ""
