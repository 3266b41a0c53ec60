"""What somebody wrote in a letter, without the letters it quotes and without signatures.

Pure, and linear in the letter's length. Called by channels/email.py, which keeps the whole text
beside it. Not for letters that no person wrote: channels/email_machines.py. Answers below or
between quotes are kept in their order; a letter that only forwards means what it forwards; where a
letter says anything at all, what comes back is never empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from channels.email_reply_html import marked_text
from channels.email_reply_marks import (
    attribution,
    bare,
    header_block,
    is_quoted,
    may_end,
    separator,
)
from channels.email_reply_signatures import is_device, is_ornament, signed_at

TEXT_MAX = 200_000
ATTRIBUTIONS_MAX = 1000
"""Lines looked at as the end of one; no thread is that long."""
WRAPPED_FROM = 60
"""A quoted line this long may have been broken, its end without a mark."""
QUOTATION_MIN = 80
"""Characters that are cut away where a letter was quoted."""
ANNOUNCED_WITHIN = 400
_BLANK = re.compile(r"\n{3,}")
_INSIDE = re.compile(
    r"\b(?:answer(?:s|ed)?|repl(?:y|ies|ied)|respon(?:se|ses|ded)|comment(?:s|ed)?|notes?)\b"
    r"[^.!?\n]{0,40}\b(?:below|in-?line|in (?:red|blue|green|bold|caps|capitals))\b"
    r"|\b(?:below|in-?line)\b[^.!?\n]{0,20}\bin (?:red|blue|green|bold|caps|capitals)\b"
    r"|\brespuestas?\b[^.!?\n]{0,40}\b(?:abajo|debajo|en (?:rojo|azul|negrita))\b"
    r"|(?:回复|回覆|回答|答复).{0,10}(?:下面|下方|如下|红|蓝|紅|藍)"
    r"|(?:下面|下方|红|紅|蓝|藍).{0,10}(?:回复|回覆|回答|答复)",
    re.IGNORECASE,
)


def new_text(plain: str, html: str | None = None) -> str:
    """The new text of a letter.

    Args:
        plain: its text part; empty where it has none.
        html: its HTML part, which is believed where it says what is quoted or hidden.
    """
    drawn = marked_text(html[:TEXT_MAX]) if html and html.strip() else None
    source = plain if plain.strip() else ""
    if drawn is not None and drawn.text.strip() and (drawn.is_marked or not source):
        source = drawn.text
    lines = _lines(source[:TEXT_MAX])
    return _written(lines) or _forwarded(lines) or _anything(lines)


def answers_inside(said: str, plain: str) -> bool:
    """Whether the new words send their reader into a quotation in which nothing marks what is new.

    Outlook quotes so: what somebody typed there is told from the old by its colour alone.
    """
    is_long = len(plain) > len(said) + QUOTATION_MIN
    return (
        is_long
        and _INSIDE.search(said[:ANNOUNCED_WITHIN]) is not None
        and not any(is_quoted(line) for line in _lines(plain[:TEXT_MAX]))
    )


@dataclass(slots=True)
class _Cut:
    """What of a letter is its writer's."""

    pieces: list[list[str]] = field(default_factory=lambda: [[]])
    """Between two quotations each."""
    has_text: bool = False

    def add(self, line: str | None) -> None:
        """A line, or None where a quotation stood."""
        if line is None:
            self.pieces.append([])
            return
        self.pieces[-1].append(line)
        self.has_text = self.has_text or (bool(line.strip()) and not is_device(line))


def _written(lines: Sequence[str]) -> str:
    """All that is neither quoted nor signature."""
    cut = _Cut()
    for line in _unquoted(lines, cut):
        cut.add(line)
    kept = ("\n".join(piece[: signed_at(piece)]).strip("\n") for piece in cut.pieces)
    return _tidy("\n\n".join(piece for piece in kept if piece.strip()))


def _unquoted(lines: Sequence[str], cut: _Cut) -> Iterator[str | None]:
    """The writer's lines, and None for each quotation left out.

    A quotation without marks has no end: nothing below it is believed to be the writer's, unless
    nothing stands above it.
    """
    ends = _attributions(lines)
    place = 0
    while place < len(lines):
        line = lines[place]
        if place in ends:
            place = ends[place] + 1
            after = _next(lines, place)
            if after is not None and not is_quoted(lines[after]) and cut.has_text:
                return
            yield None
        elif is_quoted(line):
            place = _quotation_end(lines, place)
            yield None
        elif (after := _block_end(lines, place)) is not None:
            if cut.has_text:
                return
            place = after
            yield None
        else:
            yield line
            place += 1


def _block_end(lines: Sequence[str], place: int) -> int | None:
    """The line after a separator or a block of header fields that begins here, or None."""
    if not lines[place].strip():
        return None
    if separator(lines[place]) is not None:
        below = _next(lines, place + 1)
        block = header_block(lines, below) if below is not None else None
        return place + 1 if block is None else block
    return header_block(lines, place)


def _attributions(lines: Sequence[str]) -> dict[int, int]:
    """Where each attribution begins, and its last line."""
    found: dict[int, int] = {}
    after = 0
    ends = (end for end, line in enumerate(lines) if may_end(line))
    for end in islice(ends, ATTRIBUTIONS_MAX):
        start = attribution(lines, end)
        if start is not None and start >= after:
            found[start] = end
            after = end + 1
    return found


def _quotation_end(lines: Sequence[str], place: int) -> int:
    """The line after a run of quoted lines, with ends of theirs that a program broke off."""
    while place < len(lines):
        if not (is_quoted(lines[place]) or _is_broken_off(lines, place)):
            break
        place += 1
    return place


def _is_broken_off(lines: Sequence[str], place: int) -> bool:
    return bool(
        lines[place].strip()
        and place + 1 < len(lines)
        and is_quoted(lines[place + 1])
        and is_quoted(lines[place - 1])
        and len(lines[place - 1]) >= WRAPPED_FROM
        and bare(lines[place - 1]).strip()
    )


def _next(lines: Sequence[str], place: int) -> int | None:
    """The next line that says anything."""
    for found in range(place, min(place + 12, len(lines))):
        if lines[found].strip():
            return found
    return None


def _forwarded(lines: Sequence[str]) -> str:
    """What a letter that says nothing itself hands on, without the marks and the block above it."""
    opened = [bare(line) for line in lines]
    return _written(opened) if opened != list(lines) else ""


def _anything(lines: Sequence[str]) -> str:
    """A letter that is all signature."""
    left = (bare(line).rstrip() for line in lines if not is_ornament(line))
    return _tidy("\n".join(left)) or _tidy("\n".join(lines))


def _lines(text: str) -> list[str]:
    """Cut at line ends of every system; what is invisible is dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n")
    text = text.replace("\ufeff", "").replace("\u200b", "").replace("\xa0", " ")
    return [line.rstrip(" \t\f") if line != "-- " else line for line in text.split("\n")]


def _tidy(text: str) -> str:
    return _BLANK.sub("\n\n", text).strip()
