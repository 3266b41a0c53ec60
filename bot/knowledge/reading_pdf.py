"""The text of a PDF, page after page; its libraries are loaded only when one is read.

Used by bot/knowledge/taking_in.py. Source: pypdf documentation, "Extract Text", "PdfReader" and
"Errors" (read 2026-11-23).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from bot.errors import BadPayload, TooLarge

PAGES_LIMIT: Final = 200
CHARACTERS_LIMIT: Final = 400_000
EDGE_LINES: Final = 2
"""So many lines at the top and the foot of a page may be a running header or footer."""
REPEATED_FROM: Final = 3
"""Fewer pages than that tell nothing about what repeats."""

_LETTERS_MIN_A_PAGE: Final = 5
_HYPHENATED: Final = re.compile(r"(\w)[-\u00ad]\n(?=[a-zà-ÿ])")
_DIGITS: Final = re.compile(r"\d+")
_SENTENCE_MARKS: Final = (".", "!", "?", ":", "。", "！", "？", "：", "；")


def read_pdf(content: bytes) -> str:
    """The text, paragraphs parted by blank lines.

    Raises:
        BadPayload: encrypted, scanned, or no PDF that can be read.
        TooLarge: more pages or text than an article has.
    """
    whole = _pages(content)
    letters = sum(letter.isalpha() for lines in whole for line in lines for letter in line)
    if letters < _LETTERS_MIN_A_PAGE * max(len(whole), 1):
        raise BadPayload("the PDF holds no text: it is scanned; read it by OCR first")
    text = "\n\n".join("\n".join(lines) for lines in _drop_running(whole) if lines)
    return _paragraphs(_HYPHENATED.sub(r"\1", text))


def _pages(content: bytes) -> list[list[str]]:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        # Many are locked against printing only and open with no password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadPayload("the PDF is encrypted; save it without a password first")
        if len(reader.pages) > PAGES_LIMIT:
            raise TooLarge(f"the PDF has {len(reader.pages)} pages; at most {PAGES_LIMIT} are read")
        return _lines(page.extract_text() for page in reader.pages)
    except (BadPayload, TooLarge):
        raise
    # A broken file makes pypdf raise whatever its parsers stumble over, as its manual says.
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise BadPayload("the PDF is broken or of a kind that cannot be read") from error
    except (RecursionError, NotImplementedError, OSError, MemoryError) as error:
        raise BadPayload("the PDF is broken or of a kind that cannot be read") from error


def _lines(texts: Iterable[str]) -> list[list[str]]:
    pages, size = list[list[str]](), 0
    for text in texts:
        size += len(text)
        if size > CHARACTERS_LIMIT:
            raise TooLarge(f"the PDF has over {CHARACTERS_LIMIT} characters; take in a part of it")
        pages.append([line.strip() for line in text.splitlines()])
    return pages


def _drop_running(pages: Sequence[list[str]]) -> list[list[str]]:
    """The pages without the lines that stand at the edge of most of them, page numbers apart."""
    if len(pages) < REPEATED_FROM:
        return [*pages]
    edges = Counter(shape for page in pages for shape in {_shape(each) for each in _edges(page)})
    running = {shape for shape, count in edges.items() if shape and count * 2 > len(pages)}
    return [_bare(page, running) for page in pages]


def _edges(page: Sequence[str]) -> list[str]:
    filled = [line for line in page if line]
    return filled[:EDGE_LINES] + filled[-EDGE_LINES:]


def _bare(page: Sequence[str], running: set[str]) -> list[str]:
    places = [place for place, line in enumerate(page) if line]
    edge = {*places[:EDGE_LINES], *places[-EDGE_LINES:]}
    return [
        line for place, line in enumerate(page) if place not in edge or _shape(line) not in running
    ]


def _shape(line: str) -> str:
    """The line as it stands on every page: its number is another on each."""
    return _DIGITS.sub("#", line.lower())


def _paragraphs(text: str) -> str:
    """Lines joined where a sentence goes on, since a PDF breaks them for the eye only."""
    joined: list[str] = []
    for line in text.splitlines():
        goes_on = bool(joined and joined[-1] and line) and not joined[-1].endswith(_SENTENCE_MARKS)
        if goes_on and (line[:1].islower() or _goes_on_long(joined[-1])):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _goes_on_long(line: str) -> bool:
    """Whether a line is so long that it was broken by the margin, not by its end."""
    return len(line) > 60
