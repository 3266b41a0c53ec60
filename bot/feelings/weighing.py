"""The words of a message that weighed most in a reading, for staff: left out, it would be weaker.

Two batched calls with a limit of time: whoever explains an alarm never holds it up. Of words that
would be missed as much, those that say it alone are shown.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.domain import Emotion
from bot.language.emotion_input import Said, Spoken
from bot.language.reader import Reader

VARIANTS_MAX: Final = 48
WORDS_MAX: Final = 4
TIMEOUT_S: Final = 1.5
BUSY_FROM: Final = 128
"""With so many messages waiting for the model nobody explains anything: reading comes first."""
LEAST_DROP: Final = 0.03
"""Words without which the reading is as good as the same have not weighed."""
ALONE_FROM: Final = 0.3
"""What words must be read as alone, where none of them is missed in the whole."""
NEARLY: Final = 0.9
"""Of the largest weight: the shortest words that come so near are the ones to show."""
SHOWN_MAX: Final = 80
# Words as they are written; Chinese, which writes no spaces, in pieces of two characters.
_WORD: Final = re.compile(r"[\u3400-\u9fff]{1,2}|[^\W\u3400-\u9fff]+(?:['’-][^\W\u3400-\u9fff]+)*")
_CLAUSE_END: Final = re.compile(r"[.,;:!?…。，；：！？\n()]")
_SIZES: Final = ((1, 2, 3, 4), (2, 4), (4,))
_JOINING: Final = frozenset(
    "and or but so that this the a an my our your his her their she he it they we you i am is are"
    " was were be to of in on at for with as if then y o pero que este esta el la los las un una mi"
    " su nuestro nuestra es son era fue de en con por para si lo le me se".split()
)
"""Words that are not quoted at either end: they join, and say nothing alone."""

Span = tuple[int, int]


async def weigh_span(
    reader: Reader, text: str, of: Callable[[Emotion], float], *, before: Sequence[Said] = ()
) -> str:
    """The one to four words without which `of` the reading falls most, as they stand in the text.

    Empty where no few words weigh, or where there was no time to find out.
    """
    spans = spans_of(text)
    if not spans or reader.emotions_waiting >= BUSY_FROM:
        return ""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            rests = [f"{text[:begin]} {text[end:]}" for begin, end in spans]
            whole, *without = await _read(reader, [text, *rests], of, before)
            drops = [whole - each for each in without]
            # Where several words say the same, one less changes nothing: each is read alone.
            near = _nearest(spans, drops) if max(drops) >= LEAST_DROP else spans
            alone = await _read(reader, [text[begin:end] for begin, end in near], of, ())
    except Exception:
        # Whatever the runtime raises: the alarm goes without words rather than not at all.
        return ""
    if max(drops) < LEAST_DROP and max(alone) < ALONE_FROM:
        return ""
    begin, end = min(_nearest(near, alone), key=lambda span: (span[1] - span[0], span[0]))
    return _without_joining(" ".join(text[begin:end].split()))[:SHOWN_MAX]


def _nearest(spans: Sequence[Span], weights: Sequence[float]) -> tuple[Span, ...]:
    """Those that weigh nearly as much as the weightiest."""
    least = NEARLY * max(weights)
    return tuple(span for span, each in zip(spans, weights, strict=True) if each >= least)


async def _read(
    reader: Reader,
    texts: Sequence[str],
    of: Callable[[Emotion], float],
    before: Sequence[Said],
) -> list[float]:
    spoken = [Spoken(each, tuple(before)) for each in texts]
    return [of(felt) for felt in await reader.emotions(spoken)]


def spans_of(text: str) -> tuple[Span, ...]:
    """Where one to four words stand together; of a long text only every few words."""
    words = [match.span() for match in _WORD.finditer(text)]
    clauses = _clauses(text, words)
    for sizes in _SIZES:
        spans = _spans(clauses, sizes)
        if len(spans) <= VARIANTS_MAX:
            return spans
    apart = -(-len(words) // VARIANTS_MAX)
    return _spans([words], (WORDS_MAX,), step=apart)


def _clauses(text: str, words: Sequence[Span]) -> list[list[Span]]:
    """The words by the marks between them: nobody quotes the end of one sentence with the next."""
    clauses: list[list[Span]] = []
    for place, (begin, end) in enumerate(words):
        if place == 0 or _CLAUSE_END.search(text[words[place - 1][1] : begin]):
            clauses.append([])
        clauses[-1].append((begin, end))
    return clauses


def _spans(
    clauses: Sequence[Sequence[Span]], sizes: Sequence[int], *, step: int = 1
) -> tuple[Span, ...]:
    # A clause of fewer words than the least size is one span.
    found = {
        (words[first][0], words[min(first + size, len(words)) - 1][1])
        for words in clauses
        for size in sizes
        for first in range(0, max(len(words) - size + 1, 1), step)
    }
    return tuple(sorted(found))


def _without_joining(words: str) -> str:
    """The quoted words without those at either end that only join."""
    kept = words.split()
    while len(kept) > 1 and kept[-1].lower() in _JOINING:
        kept.pop()
    while len(kept) > 1 and kept[0].lower() in _JOINING:
        kept.pop(0)
    return " ".join(kept)
