"""Cuts a text that the owner takes in into chunks: a heading, a piece of text, a short answer.

Where the text has headings they lead; else paragraphs are packed up to a size. Sentences are never
cut: what may be said to a customer as it stands is whole. Used by bot/knowledge/taking_in.py; the
profile's own articles are written in sections already (bot/knowledge/articles.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.store.knowledge import Chunk

ANSWER_LIMIT: Final = 320
WORDS_LIMIT: Final = 90
HEADING_LIMIT: Final = 160
CHUNKS_LIMIT: Final = 400

_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_HEADING: Final = re.compile(r"#{1,6}\s+(?P<title>.+?)\s*#*\s*$")
_ITEM: Final = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
# What is for the eye and not to be said: emphasis, links' targets, images, table rules.
_MARKUP: Final = re.compile(
    r"\*\*|__|`|!\[[^\]]{0,300}\]\([^)]{0,2000}\)|^\s*\|?[-:| ]{5,}\|?\s*$", re.MULTILINE
)
_LINK: Final = re.compile(r"\[(?P<said>[^\]]{1,1000})\]\((?P<target>[^)\s]{0,2000})\)")
# A sentence ends at a mark of its own script; after a Latin one comes a blank, and what follows
# does not begin small, so that "approx. 20" and "2.5" stay whole.
_SENTENCE_END: Final = re.compile(r"(?<=[。！？；])|(?<=[.!?…])[\"'”’)]?\s+(?=[^a-zà-ÿ\s\d]|\d+\s)")
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|st|no|vs|etc|e\.g|i\.e|approx|inc|ltd|sr|sra|srta|ud|uds|aprox"
    r"|p\.ej|núm|av)\.$",
    re.IGNORECASE,
)
# Chinese is written without spaces, so each character counts; two of them make about one word.
_HAN: Final = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Block:
    heading: str
    text: str


def cut(text: str, *, title: str) -> tuple[Chunk, ...]:
    """The text's chunks in its order; none where nothing in it can be read.

    Args:
        title: leads what stands before the first heading, where that does not lead itself.
    """
    chunks: list[Chunk] = []
    for block in _blocks(text):
        for piece in _pack(_units(block.text)):
            sentences = split_sentences(_plain(piece))
            answer = _answer(sentences)
            if not any(map(str.isalpha, answer)):
                continue
            heading = _plain(block.heading) or _short(sentences[0]) or title
            chunks.append(Chunk(heading=heading[:HEADING_LIMIT], text=_plain(piece), answer=answer))
    return tuple(chunks[:CHUNKS_LIMIT])


def count_words(text: str) -> int:
    """Words as a reader counts them; two Chinese characters make one."""
    return len(_HAN.sub(" ", text).split()) + len(_HAN.findall(text)) // 2


def split_sentences(text: str) -> list[str]:
    """The text's sentences, each with its mark; line breaks are blanks."""
    sentences: list[str] = []
    for part in _SENTENCE_END.split(" ".join(text.split())):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] = f"{sentences[-1]} {part.strip()}"
        elif part.strip():
            sentences.append(part.strip())
    return sentences


def _blocks(text: str) -> Iterator[_Block]:
    """What lies below each heading; a heading with nothing below leads to nothing."""
    heading, lines = "", list[str]()
    for line in text.splitlines():
        found = _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        if "".join(lines).strip():
            yield _Block(heading, "\n".join(lines))
        heading, lines = found["title"], []
    if "".join(lines).strip():
        yield _Block(heading, "\n".join(lines))


def _units(text: str) -> Iterator[str]:
    """Paragraphs; one that is too long is given sentence by sentence."""
    for paragraph in _BLANK_LINES.split(text):
        whole = paragraph.strip()
        if count_words(whole) <= WORDS_LIMIT:
            yield whole
        else:
            yield from split_sentences(_plain(whole))


def _pack(units: Iterator[str]) -> Iterator[str]:
    """Units joined as long as they stay within the limit; a longer sentence stands alone."""
    packed, size = list[str](), 0
    for unit in units:
        words = count_words(unit)
        if packed and size + words > WORDS_LIMIT:
            yield "\n".join(packed)
            packed, size = [], 0
        packed.append(unit)
        size += words
    if packed:
        yield "\n".join(packed)


def _plain(text: str) -> str:
    """The words alone, a list's items as sentences of one line each."""
    said = _MARKUP.sub("", _LINK.sub(lambda found: found["said"], text))
    lines = (_ITEM.sub("", line, count=1).strip(" |") for line in said.splitlines())
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _answer(sentences: Sequence[str]) -> str:
    """As many whole sentences from the beginning as may be said at once; the first one counts."""
    said = ""
    for sentence in sentences:
        gap = "" if said and _HAN.match(said[-2:-1] or " ") else " "
        longer = f"{said}{gap}{sentence}" if said else sentence
        if len(longer) > ANSWER_LIMIT:
            break
        said = longer
    return said


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= HEADING_LIMIT else ""
