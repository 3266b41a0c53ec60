"""Settled reviews as lines for the next training, with nothing in them that tells who wrote them.

The format is that of bot/language/data/emotion, the hand is "desk". A line that cannot be masked
surely is left out and counted (I13). handlers/commands/emotions_review.py writes the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot import language
from bot.feelings.private import Vocabulary, masked, vocabulary_of
from bot.language.language_id import detect
from bot.profile import Profile
from bot.store.emotion_reviews import Review

HAND: Final = "desk"
DATA: Final = Path(language.__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What may leave."""

    lines: tuple[str, ...]
    left_out: int
    """Reviews with a verdict whose words could not be masked surely, or that say the same again."""


def export(profile: Profile, settled: Sequence[tuple[Review, Sequence[str]]]) -> Exported:
    """Lines of JSON, one a review; each comes with what is known of its customer."""
    lines: dict[str, str] = {}
    for review, personal in settled:
        line = line_of(profile, review, personal)
        if line is not None:
            lines.setdefault(str(line["text"]), json.dumps(line, ensure_ascii=False))
    return Exported(lines=tuple(lines.values()), left_out=len(settled) - len(lines))


def line_of(profile: Profile, review: Review, personal: Sequence[str]) -> dict[str, object] | None:
    """One line, or None where it has no verdict or its words are not surely nobody's."""
    verdict, known = review.verdict, plain_words()
    texts = [review.text, *(said.text for said in review.before)]
    plain = [masked(each, profile=profile, personal=personal, known=known) for each in texts]
    sure = [each for each in plain if each is not None]
    if verdict is None or len(sure) < len(texts) or not sure[0].strip():
        return None
    text, *before = sure
    whose = ["us" if said.is_ours else "customer" for said in review.before]
    line: dict[str, object] = {
        "text": text,
        "language": review.language or detect(review.text, prior=None),
        "primary": verdict.primary.value,
        "polarity": verdict.polarity.value,
        "intensity": verdict.intensity,
        "escalate": verdict.escalate,
        "tags": ["review", review.source],
    }
    if before:
        line["before"] = [list(each) for each in zip(whose, before, strict=True)]
    return {**line, "hand": HAND}


@cache
def plain_words() -> Vocabulary:
    """The words of the lines that the local models were trained on."""
    return vocabulary_of(_texts())


def _texts() -> Iterator[str]:
    for path in sorted(DATA.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                said = json.loads(line)
                text = said.get("text")
                yield text if isinstance(text, str) else ""
                yield from (before for _whose, before in said.get("before", ()))
