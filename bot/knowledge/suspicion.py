"""Finds what reads like an order to a model in a text that the owner takes in.

A warning for whoever approves it. It is no protection: an article is data, its text reaches a
model only as a passage, and the guard reads whatever comes of it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SHOWN_MAX: Final = 5
CHARACTERS_SHOWN: Final = 80

_ORDERS: Final = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:instruction|prompt|rule|previous"
    r"|above|polic)"
    r"|(?:ignora|olvida|desobedece|haz caso omiso)\w*\b[^.\n]{0,40}\b(?:instruccion|regla|anterior)"
    r"|(?:忽略|无视|忘记|不要理会)[^。\n]{0,20}(?:指令|指示|规则|提示|以上|之前)"
    r"|^\W{0,6}(?:system|assistant|developer|sistema|系统)\s{0,3}[:：]"
    r"|<\|?(?:im_start|system|/?inst)\b|\[/?inst\]"
    r"|\byou are (?:now|no longer)\b|\bact as\b|\bpretend (?:to be|you)\b"
    r"|\bahora eres\b|\bactúa como\b|你现在是|从现在起你"
    r"|\b(?:reveal|print|show|repeat)\b[^.\n]{0,30}\b(?:system prompt|instructions)\b"
    r"|\bdo not (?:tell|mention)\b[^.\n]{0,30}\b(?:customer|user|owner)",
    re.IGNORECASE | re.MULTILINE,
)
# Writing that a reader does not see and a model does.
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def find_orders(text: str) -> tuple[str, ...]:
    """The lines that read like orders to a model, cut short; at most a few."""
    plain = unicodedata.normalize("NFKC", text)
    seen = _UNSEEN.sub("", plain)
    found = (match.start() for match in _ORDERS.finditer(seen))
    lines = dict.fromkeys(_line_at(seen, place) for place in found)
    return tuple(lines)[:SHOWN_MAX]


def clean(text: str) -> str:
    """The text without what nobody sees: marks of direction and width, and control characters."""
    return "".join(
        letter
        for letter in _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs", "Cn", "Co")
    )


def _line_at(text: str, place: int) -> str:
    begin = text.rfind("\n", 0, place + 1) + 1
    end = text.find("\n", place + 1)
    line = " ".join(text[begin : end if end >= 0 else len(text)].split())
    return line if len(line) <= CHARACTERS_SHOWN else f"{line[:CHARACTERS_SHOWN]} ..."
