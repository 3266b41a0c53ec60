"""Writes what a conversation said in short, by rules or around a model's words. Pure.

Bookings come from the tables; promises, sums, dates, codes and what customers told of themselves
stay word for word over however many rewritings; small talk goes first, the oldest of it. A model's
sentence with a figure that nobody said is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.domain import StoredMessage
from bot.memory_lines import (
    BOOKING,
    PROMISED,
    STATED,
    TALK,
    TOLD,
    Line,
    figures,
    is_lasting,
    keys,
    lines_of,
    read_lines,
    sentences,
)

SOFT_MAX_CHARS = 3_000
"""Beyond this no small talk is kept."""
HARD_MAX_CHARS = 24_000
"""Beyond this, which no customer writes by hand, the oldest figures go, and never a promise."""
_GOES_FIRST = (TALK, "", STATED, TOLD, PROMISED)


def by_rules(old: str, messages: Sequence[StoredMessage], booked: Sequence[str]) -> str:
    """The old summary and these messages in one, without any model."""
    kept = [line for line in read_lines(old) if line.tag != BOOKING]
    return _bounded(_booked(booked), [*kept, *lines_of(messages)])


def around(drafted: str, old: str, messages: Sequence[StoredMessage], booked: Sequence[str]) -> str:
    """A model's summary, without what nobody said and with all that it left out."""
    source = (old, *booked, *(message.text for message in messages))
    prose = [Line("", "", sentence) for sentence in _true(drafted, source)]
    known = keys(claim for line in prose for claim in figures(line.text))
    lasting = [
        line
        for line in (*read_lines(old), *lines_of(messages))
        if line.tag != BOOKING and is_lasting(line) and not _is_covered(line, known)
    ]
    return _bounded(_booked(booked), [*prose, *lasting])


def together(one: str, other: str) -> str:
    """Two summaries in one, the other's small talk the first to go."""
    lines = (*read_lines(other), *read_lines(one))
    booked = [line for line in lines if line.tag == BOOKING]
    return _bounded(booked, [line for line in lines if line.tag != BOOKING])


def without(summary: str, is_forgotten: Callable[[str], bool]) -> str:
    """The summary without the lines that hold what was forgotten."""
    kept = [line for line in read_lines(summary) if not is_forgotten(line.text)]
    return "\n".join(line.written for line in kept)


def _booked(booked: Iterable[str]) -> list[Line]:
    return [Line(BOOKING, BOOKING, each) for each in booked]


def _true(drafted: str, source: Sequence[str]) -> list[str]:
    """The sentences of a draft whose every figure was said. Tags are ours alone to give."""
    said = keys(claim for text in source for claim in figures(text))
    together = "\n".join(source)
    true: list[str] = []
    for sentence in sentences(drafted):
        stated = [c for c in figures(sentence) if not (keys([c]) & said or c.raw in together)]
        if not stated:
            true.append(_untagged(sentence))
    return true


def _untagged(sentence: str) -> str:
    return read_lines(sentence)[0].text if read_lines(sentence) else sentence


def _is_covered(line: Line, known: frozenset[str]) -> bool:
    """Whether a draft's figures hold all of a line. A promise or a fact keeps its own words: as
    part of a model's prose it could be lost the next time."""
    stated = figures(line.text)
    return line.tag in ("", STATED) and bool(stated) and all(keys([c]) & known for c in stated)


def _bounded(first: Sequence[Line], rest: Sequence[Line]) -> str:
    kept = _once(rest)
    size = sum(len(line.written) + 1 for line in (*first, *kept))
    for tag in _GOES_FIRST:
        limit = SOFT_MAX_CHARS if tag == TALK else HARD_MAX_CHARS
        for line in [each for each in kept if _kind(each) == tag]:
            if size <= limit:
                break
            kept.remove(line)
            size -= len(line.written) + 1
    return "\n".join(line.written for line in (*first, *kept))


def _kind(line: Line) -> str:
    """A model's words without a figure can go as small talk does."""
    return TALK if not line.tag and not is_lasting(line) else line.tag


def _once(lines: Sequence[Line]) -> list[Line]:
    """Each sentence once, where it was said last."""
    latest = {line.text: line for line in lines}
    return [line for line in dict.fromkeys(lines) if latest[line.text] == line]
