"""Text as vendors take it: cleaned, without costly typography, split where a reader pauses.

Lengths are counted in UTF-16 units, the widest way in which a vendor may count a character. Nothing
here knows a channel's limits; channels pass them in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal

_SURROGATE = re.compile("[\ud800-\udfff]")
_URL = re.compile(r"(https?://[^\s<>。！？；，）」]+)")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？；…]+[”’」』）]*|\n+")
_SPACE = re.compile(r"\s+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM_ALL = _GSM_BASIC | _GSM_EXTENDED

_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", " ")
    | dict.fromkeys("\u200b\u2060\ufeff\u00ad", "")
    | {"…": "...", "•": "-", "·": "-"}
)

_IMAGE = re.compile(r"!\[([^\]\n]{0,200})\]\(([^)\s]{1,1000})\)")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\(([^)\s]{1,1000})\)")
_FENCE = re.compile(r"^```[^\n]*\n?", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6} +(.+?) *#*$", re.MULTILINE)
_BULLET = re.compile(r"^( {0,8})[*+] +", re.MULTILINE)
_QUOTED = re.compile(r"^ {0,3}> ?", re.MULTILINE)
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*|(?<!\w)__([^_\n]{1,500})__(?!\w)")
_ITALIC = re.compile(
    r"(?<![\w*])\*(\S(?:[^*\n]{0,500}\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]{0,500}\S)?)_(?!\w)"
)
_CODE = re.compile(r"`([^`\n]{1,500})`")

_ZWJ = "\u200d"


def clean(text: str) -> str:
    """The text without NUL, lone surrogates and carriage returns, which stores and vendors refuse.

    Surrogates that form a pair become their character, lone ones U+FFFD.
    """
    text = text.replace("\x00", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def encoding(text: str) -> Literal["GSM-7", "UCS-2"]:
    """How carriers transport it: one character outside the GSM alphabet makes all of it UCS-2."""
    return "GSM-7" if _GSM_ALL.issuperset(text) else "UCS-2"


def segments(text: str) -> int:
    """Billable parts of a text message; 0 for no text.

    Source: TwilioDevEd/message-segment-calculator: 140 octets a part, 6 of them header when split;
    a character that takes two units is never cut (read 2026-11-22).
    """
    if encoding(text) == "GSM-7":
        return _pack((2 if char in _GSM_EXTENDED else 1 for char in text), alone=160, split=153)
    return _pack((_width(char) for char in text), alone=70, split=67)


def _pack(costs: Iterable[int], *, alone: int, split: int) -> int:
    total = used = 0
    parts = 1
    for cost in costs:
        total += cost
        if used + cost > split:
            parts, used = parts + 1, 0
        used += cost
    if total <= alone:
        return 1 if total else 0
    return parts


def plain_sms(text: str) -> str:
    """The text without Markdown, and without typography that would double its price.

    Chinese and Japanese keep their quotes and dashes: they are sent as UCS-2 in any case.
    """
    text = _flatten(text, bold=r"\1\2")
    text = _each_outside_urls(text, lambda piece: _ITALIC.sub(r"\1\2", piece))
    return text if _CJK.search(text) else text.translate(_PLAIN)


def plain_text(text: str) -> str:
    """The text without Markdown, its typography as it was."""
    text = _flatten(text, bold=r"\1\2")
    return _each_outside_urls(text, lambda piece: _ITALIC.sub(r"\1\2", piece))


def whatsapp_markup(text: str) -> str:
    """Markdown that a model may write, in WhatsApp's own signs: one star is bold."""
    return _flatten(text, bold=r"*\1\2*")


def _flatten(text: str, *, bold: str) -> str:
    text = _IMAGE.sub(r"\2", text)
    text = _LINK.sub(lambda m: m[2] if m[1] == m[2] else f"{m[1]}: {m[2]}", text)
    text = _FENCE.sub("", text)
    text = _BULLET.sub(r"\1- ", text)
    text = _QUOTED.sub("", text)
    text = _HEADING.sub(lambda m: "**" + m[1].replace("**", "") + "**", text)
    text = _BOLD.sub(bold, text)
    return _CODE.sub(r"\1", text)


def _each_outside_urls(text: str, change: Callable[[str], str]) -> str:
    pieces = _URL.split(text)
    return "".join(piece if i % 2 else change(piece) for i, piece in enumerate(pieces))


def split(text: str, limit: int) -> tuple[str, ...]:
    """Cut a text into parts of at most `limit` UTF-16 units, losing only whitespace at the cuts.

    Cuts at the last sentence end that fits, else between words, else between characters; inside a
    web address or a combined character only where it alone exceeds the limit.

    Raises:
        ValueError: the limit cannot hold one character.
    """
    if limit < 2:
        raise ValueError("limit must be at least 2, so that it holds any one character")
    parts = []
    start = _skip_space(text, 0)
    while start < len(text):
        end = _reach(text, start, limit)
        cut = end if end == len(text) else _best_cut(text, start, end)
        part = text[start:cut].rstrip()
        if part:
            parts.append(part)
        start = _skip_space(text, cut)
    return tuple(parts)


def _width(char: str) -> int:
    return 2 if char > "\uffff" else 1


def _reach(text: str, start: int, limit: int) -> int:
    """The furthest index such that text[start:index] fits."""
    used = 0
    for index in range(start, min(len(text), start + limit)):
        used += _width(text[index])
        if used > limit:
            return index
    return min(len(text), start + limit)


def _best_cut(text: str, start: int, end: int) -> int:
    """Where to end the part that runs from `start` to at most `end`; always after `start`."""
    sentence = _last_end(_SENTENCE_END, text, start, end)
    # A sentence end near the start would leave a scrap of a part: a word boundary reads better.
    if sentence > start + (end - start) // 4:
        return sentence
    word = _last_end(_SPACE, text, start, end + 1)
    if word > start:
        return word
    address = next((m for m in _URL.finditer(text, start, end + 1) if m.end() > end), None)
    if address is not None and start < address.start() < end:
        end = address.start()
    cut = end
    while cut > start and not _is_boundary(text, cut):
        cut -= 1
    return cut if cut > start else end


def _last_end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    last = start
    # One character more than fits is looked at, because an end is known by what follows it.
    for match in pattern.finditer(text, start, end + 1):
        if match.end() <= end and _is_boundary(text, match.end()):
            last = match.end()
    return last


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace() and _is_boundary(text, start + 1):
        start += 1
    return start


def _is_boundary(text: str, index: int) -> bool:
    """Whether a reader sees a new character begin at `index`.

    Source: Unicode UAX 29, the rules that matter for marks, emoji and flags (read 2026-11-22).
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if after == _ZWJ or before == _ZWJ or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    # Tag characters spell the regional flags; vowel jamo continue a Hangul syllable.
    if "\U000e0020" <= after <= "\U000e007f" or "\u1160" <= after <= "\u11ff":
        return False
    if unicodedata.category(after).startswith("M"):
        return False
    return not (_is_flag_letter(before) and _is_flag_letter(after) and _flag_is_open(text, index))


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_is_open(text: str, index: int) -> bool:
    """Whether an odd number of flag letters stands before `index`: two make one flag."""
    first = index
    while first > 0 and _is_flag_letter(text[first - 1]):
        first -= 1
    return (index - first) % 2 == 1
