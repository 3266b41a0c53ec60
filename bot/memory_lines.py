"""The lines of a summary: what of a conversation must never be lost, and what may go first.

Pure. A line has a tag that says what it is; lines without one are a model's prose.
bot/memory_summary.py puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain import Author, StoredMessage
from bot.domain_memory import MemoryKind
from bot.language import claims
from bot.language.claims import Claim, guess_language
from bot.language.numbers import fold
from bot.language.told import read_told

BOOKING, PROMISED, TOLD, STATED, TALK = "Booking", "Promised", "Told", "Stated", "Talk"
SENTENCE_MAX_CHARS = 400
_TAG = re.compile(rf"^(?P<tag>{BOOKING}|{PROMISED}|{TOLD}|{STATED}|{TALK})(?P<rest>[^:]{{0,24}}): ")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+|(?<=[。！？])")
_ABBREVIATED = re.compile(r"\b(?:St|Ave|Rd|Dr|Blvd|Mr|Mrs|Ms|No|Apt|a\.m|p\.m)\.$", re.IGNORECASE)
_PROMISE = re.compile(
    r"\b(?:we|i|he|she|they|someone|somebody|(?:a|the|our) \w+(?: \w+){0,4})"
    r"(?:'ll| will| (?:is|are|am) going to| shall| promise| guarantee)\b"
    r"|\b(?:will|going to) (?:call|bring|send|follow|contact|reach|get back|confirm|look)\b"
    r"|\b\w{2,}(?:remos|aré|eré|iré|ará|erá|irá|arán|erán|irán)\b|\b(?:vamos|voy|va|van) a \w+r\b"
    r"|\b(?:prometo|prometemos|garantizamos)\b"
    r"|(?:我们?|同事|工作人员|有人|团队|厨师|他|她)[^，。！？\n]{0,10}(?:会|将)|保证|一定会",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,8}\b")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a summary."""

    tag: str
    """What it is; empty for a model's prose."""
    head: str
    """The tag as written, with the day."""
    text: str

    @property
    def written(self) -> str:
        return f"{self.head}: {self.text}" if self.head else self.text


def read_lines(summary: str) -> tuple[Line, ...]:
    """The lines of a summary that was kept."""
    return tuple(_read(line.strip()) for line in summary.splitlines() if line.strip())


def _read(line: str) -> Line:
    found = _TAG.match(line)
    if found is None:
        return Line("", "", line)
    return Line(found["tag"], found["tag"] + found["rest"], line[found.end() :])


def lines_of(messages: Sequence[StoredMessage]) -> tuple[Line, ...]:
    """What these messages said, a sentence a line. What the system wrote by itself is left out:
    codes and letters are in tables of their own."""
    return tuple(
        _line(message, sentence)
        for message in messages
        if message.author is not Author.SYSTEM
        for sentence in sentences(message.text)
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, whole; an overlong one in pieces."""
    found: list[str] = []
    for part in _SENTENCE.split(text):
        if found and _ABBREVIATED.search(found[-1]) and part.strip():
            found[-1] = f"{found[-1]} {part.strip()}"
        elif part.strip():
            found.append(" ".join(part.split()))
    return [
        sentence[at : at + SENTENCE_MAX_CHARS]
        for sentence in found
        for at in range(0, len(sentence), SENTENCE_MAX_CHARS)
    ]


def _line(message: StoredMessage, sentence: str) -> Line:
    is_customers = message.author is Author.CUSTOMER
    language = message.language or guess_language(sentence)
    day = f"{message.created_at:%Y-%m-%d}"
    if not is_customers and _PROMISE.search(sentence):
        who = "by a person " if message.author is Author.STAFF else ""
        return Line(PROMISED, f"{PROMISED} {who}{day}", sentence)
    if is_customers and read_told(sentence, language):
        return Line(TOLD, f"{TOLD} {day}", sentence)
    if figures(sentence) or _CODE.search(sentence):
        tag = TOLD if is_customers else STATED
        return Line(tag, f"{tag} {day}", sentence)
    return Line(TALK, TALK, sentence)


def is_lasting(line: Line) -> bool:
    """Whether a line must not be lost: all but small talk and prose without a figure."""
    return line.tag != TALK and (bool(line.tag) or bool(figures(line.text)))


def figures(text: str) -> tuple[Claim, ...]:
    """Every sum, date, time and count that a text states."""
    return claims.extract(text, guess_language(text))


def keys(found: Iterable[Claim]) -> frozenset[str]:
    """Claims as what can be compared, however each was written."""
    return frozenset(key for claim in found for key in _keys(claim))


def _keys(claim: Claim) -> list[str]:
    written = [_plain(claim.value), *map(_plain, claim.also)]
    if claim.figure is not None:
        written.append(_plain(claim.figure))
    return written


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    # A day is the same with its year and without.
    return re.sub(r"^(?:\d{4}|-)(?=-\d\d-\d\d$)", "", str(value))


def says(text: str, sentence: str) -> bool:
    """Whether a text holds the sentence, however it is spaced and cased."""
    return _bare(sentence) in _bare(text)


def _bare(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def drops(
    line: str, kinds: Iterable[MemoryKind], values: Iterable[str], *, language: str = ""
) -> bool:
    """Whether a line holds what the customer wants forgotten."""
    told = {each.kind for each in read_told(line, language or guess_language(line))}
    if told & set(kinds):
        return True
    return any(_bare(value) and says(line, value) for value in values if len(_bare(value)) > 1)


def latest(forgotten: dict[MemoryKind, datetime], at: datetime) -> frozenset[MemoryKind]:
    """The kinds that were forgotten after this was said."""
    return frozenset(kind for kind, when in forgotten.items() if at <= when)
