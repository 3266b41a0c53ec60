"""Reads what a customer says of themselves that is worth remembering, by rules, in three languages.

Nothing is guessed: a value stands in the text, or is one of a few that the text names. Allergies
are read elsewhere and kept in a table of their own. bot/memory.py decides what becomes of it.
"""

from __future__ import annotations

import re

from bot.domain_memory import MemoryKind, Told
from bot.language.names import read_name
from bot.language.told_patterns import MAILBOX, NAME_CORRECTED, OTHERS_NAME, PATTERNS

CHARACTERS_READ = 2_000
VALUE_MAX_CHARS = 120
_LANGUAGES = {
    "english": "en", "inglés": "en", "ingles": "en", "英文": "en", "英语": "en",
    "spanish": "es", "español": "es", "espanol": "es", "西班牙语": "es",
    "chinese": "zh", "mandarin": "zh", "chino": "zh", "中文": "zh", "普通话": "zh",
}  # fmt: skip
_CONTACTS = (
    ("email", re.compile(r"e-?mail|correo|邮件", re.IGNORECASE)),
    ("whatsapp", re.compile(r"whats", re.IGNORECASE)),
    ("call", re.compile(r"call|phone|llam|电话", re.IGNORECASE)),
    ("text", re.compile(r".")),
)
_TRAIL = re.compile(
    r"[\s,，]+(?:and|but|so|y|pero|if|can|could|do|is|will|please|thanks|thank you|gracias)\b.*$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"^[\s,，]{0,3}(?:and )?(?:not|no|instead of|en vez de|不是)\s{0,2}(?:in |on |en |el )?"
    r"(?P<old>[^\s,.;!?，。]{2,40})",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|no longer|don'?t|do not|isn'?t|aren'?t|ya no|no|nunca|if|unless|si)\s{1,2}"
    r"|不|没|如果)$",
    re.IGNORECASE,
)
_STRICT = frozenset(
    {MemoryKind.EMAIL, MemoryKind.ADDRESS, MemoryKind.ZIP_CODE, MemoryKind.LANGUAGE}
)
"""What may stand in a question: "my ZIP is 94539, do you come here?"."""


def read_told(text: str, language: str) -> tuple[Told, ...]:
    """What the text says of its writer, in order; of one-valued kinds the last word stands."""
    read = text[:CHARACTERS_READ].replace("’", "'")
    found: list[Told] = []
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(read):
            told = _told(kind, match, read)
            if told is not None and told not in found:
                found.append(told)
    name = _name(read, language)
    return (name, *found) if name else tuple(found)


def holds(kind: MemoryKind, text: str, language: str) -> bool:
    """Whether the text states something of this kind, or has its shape."""
    if kind is MemoryKind.EMAIL:
        return bool(re.search(MAILBOX, text, re.IGNORECASE))
    return any(told.kind is kind for told in read_told(text, language))


def _told(kind: MemoryKind, match: re.Match[str], text: str) -> Told | None:
    before, after = text[: match.start()], text[match.end() :]
    if _DENIED.search(before[-16:]):
        return None
    if kind not in _STRICT and after.lstrip()[:1] in ("?", "？"):
        return None
    value = _value(kind, match["value"].strip(" ,，\t"))
    instead = _INSTEAD.match(after)
    return Told(kind, value, instead["old"] if instead else "") if value else None


def _value(kind: MemoryKind, raw: str) -> str:
    if kind is MemoryKind.LANGUAGE:
        return _LANGUAGES.get(raw.lower(), "")
    if kind is MemoryKind.CONTACT:
        return next(name for name, pattern in _CONTACTS if pattern.search(raw))
    if kind is MemoryKind.EMAIL:
        return raw.lower().rstrip(".")
    if kind in (MemoryKind.ADDRESS, MemoryKind.SPACE):
        raw = _TRAIL.sub("", raw)
    return " ".join(raw.split())[:VALUE_MAX_CHARS].strip(" ,，")


def _name(text: str, language: str) -> Told | None:
    corrected = NAME_CORRECTED.search(text)
    if corrected:
        value = corrected["value"] or corrected["zh"]
        old = corrected["old"] or corrected["zh_old"]
        if read_name(f"My name is {value}", language="en") or corrected["zh"]:
            return Told(MemoryKind.NAME, value, old)
    name = read_name(OTHERS_NAME.sub(" ", text), language=language)
    return Told(MemoryKind.NAME, name[:VALUE_MAX_CHARS]) if name else None
