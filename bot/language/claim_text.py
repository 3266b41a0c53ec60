"""A text made plain for reading claims: one alphabet of digits, words for numbers become digits.

Nothing that hides a figure from a reader of code but not from a person survives: zero-width marks,
wide or foreign digits, keycaps, wide gaps, digits spelled apart. Each character remembers where it
came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from bot.language.numbers import NumberSpan, parse_numbers

_SPELLED_APART = re.compile(r"(?<![\d.,:/])\d(?:([ _*~])\d)(?:\1\d)*(?![\d.,:/])")
_FORMAL = re.compile("[零壹贰叁肆伍陆柒捌玖拾佰仟萬億]{2,}")
_EVERYDAY = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億", "一二三四五六七八九十百千万亿")
_WIDE_GAP = re.compile(r"\s{3,}")
_AFTER_DIGIT = re.compile(r"\d\s?$")
_ZERO_WIDTH = frozenset("\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_MARKS = frozenset({"Mn", "Me", "Cf"})
_FIGURE = re.compile(r"\d+|[零一二两三四五六七八九十百千万半壹贰叁肆伍陆柒捌玖拾佰仟]+")
FIGURES_MAX = 120
"""A list of forty dishes with their prices has a hundred."""
_REPLACED = {"٫": ".", "٬": ",", "‘": "'", "’": "'", "−": "-", "‐": "-", "‑": "-", "、": "、"}


@dataclass(frozen=True, slots=True)
class PlainText:
    """Lower-case text without accents, and the way back to the original."""

    text: str
    origin: tuple[int, ...] | None
    """For each character its index in the original; None where the two are the same length."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for a span of the plain text."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def plain(text: str, language: str) -> PlainText:
    """Fold a text and write its number words as digits."""
    folded = _folded(text)
    gaps = [(m.start(), m.end(), _narrow(m[0])) for m in _WIDE_GAP.finditer(folded.text)]
    folded = _rewritten(folded, gaps)
    formal = [(m.start(), m.end(), m[0].translate(_EVERYDAY)) for m in _formal(folded.text)]
    folded = _rewritten(folded, formal)
    edits = [(m.start(), m.end(), re.sub(r"\D", "", m[0])) for m in _apart(folded.text)]
    folded = _rewritten(folded, edits)
    return _rewritten(folded, _number_words(folded.text, language))


def folded_text(text: str) -> str:
    """The same folding without reading numbers, for matching words."""
    return _folded(text).text


def has_too_many(text: str) -> bool:
    """Whether a text holds more figures than anybody says in a message: each costs its reading."""
    return sum(1 for _ in islice(_FIGURE.finditer(text), FIGURES_MAX + 1)) > FIGURES_MAX


def readable(text: str) -> str:
    """A customer's text up to where its figures are too many to be meant."""
    last = next(islice(_FIGURE.finditer(text), FIGURES_MAX, None), None)
    return text if last is None else text[: last.start()]


def _folded(text: str) -> PlainText:
    if text.isascii():
        return PlainText(text.lower(), None)
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        piece = char.lower() if char < "\x80" else _fold(char)
        pieces.append(piece)
        origin.extend([index] * len(piece))
    return PlainText("".join(pieces), tuple(origin))


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char in _ZERO_WIDTH:
        return ""
    if char in _REPLACED:
        return _REPLACED[char]
    decomposed = unicodedata.normalize("NFKD", char)
    if len(decomposed) == 1 and "\u4e00" <= char <= "\u9fff":
        return char
    kept = (c for c in decomposed if unicodedata.category(c) not in _MARKS)
    return "".join(_digit(c) for c in kept).lower()


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None) if char > "\x7f" else None
    return char if value is None else str(value)


def _formal(text: str) -> Iterator[re.Match[str]]:
    """Figures as banks write them; one alone is a word's or a name's."""
    return _FORMAL.finditer(text)


def _apart(text: str) -> list[re.Match[str]]:
    """Single digits with one mark between them, three or more: "5 5 0"."""
    return [m for m in _SPELLED_APART.finditer(text) if m.end() - m.start() >= 5]


def _narrow(gap: str) -> str:
    """No gap hides a figure from its unit, and a new line stays one."""
    return "\n" if "\n" in gap else " "


def _number_words(text: str, language: str) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    joined: NumberSpan | None = None
    for number in parse_numbers(text, language):
        if text[number.start : number.end].replace(",", "").replace(".", "").isdecimal():
            joined = None
            continue
        # A scale after digits ("1.2 mil", "5百") multiplies them, and is read with them.
        if _AFTER_DIGIT.search(text, max(0, number.start - 2), number.start):
            joined = None
            continue
        together = _together(text, joined, number) if joined is not None else None
        if joined is not None and together is not None:
            number = NumberSpan(together, joined.start, number.end)
            edits.pop()
        edits.append((number.start, number.end, _written(number.value)))
        joined = number
    return edits


def _together(text: str, first: NumberSpan, second: NumberSpan) -> Decimal | None:
    """The one number that "two thousand" and "three hundred five" make; None where they are two."""
    gap = text[first.end : second.start]
    if first.value < 1000 or not gap or gap.strip(" -,") not in ("", "and", "y"):
        return None
    rest = first.value % 1000
    if rest == 0 and second.value < 1000:
        return first.value + second.value
    # "One thousand two" and "hundred fifty": the two counts the hundreds.
    if rest < 10 and 100 <= second.value < 200 and text.startswith("hundred", second.start):
        return first.value + rest * 99 + second.value - 100
    return None


def _written(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _rewritten(plain_text: PlainText, edits: list[tuple[int, int, str]]) -> PlainText:
    """Apply edits; a new character points at the first, the last of them at the last original."""
    if not edits:
        return plain_text
    before = plain_text.text
    origin = plain_text.origin or tuple(range(len(before)))
    pieces: list[str] = []
    back: list[int] = []
    done = 0
    for start, end, new in edits:
        pieces += (before[done:start], new)
        back.extend(origin[done:start])
        back.extend([origin[start]] * (len(new) - 1) + [origin[end - 1]])
        done = end
    pieces.append(before[done:])
    back.extend(origin[done:])
    return PlainText("".join(pieces), tuple(back))
