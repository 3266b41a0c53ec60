"""What a draft still owes: figures of this turn's terms, to which a later yes would agree.

Figures are compared, not words: "Dec 12 at 6pm" says "Saturday, December 12, 2026, 6:00 PM", and
"$1,100" says "$1,100.00". A weekday alone is no date, and a date without its time no moment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.claim_text import folded_text
from bot.language.claims import Claim, extract


def unsaid(
    draft: str, claims: Sequence[Claim], terms: Sequence[str], language: str
) -> tuple[str, ...]:
    """The terms that a draft with these claims does not state."""
    if not terms:
        return ()
    folded = folded_text(draft)
    return tuple(
        term
        for term in dict.fromkeys(terms)
        if not _is_written(folded_text(term), folded) and not _is_meant(term, claims, language)
    )


def _is_written(term: str, draft: str) -> bool:
    """Whether it stands there as it is, and not as the end of a longer figure."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(term)}(?![\d])", draft))


def _is_meant(term: str, claims: Sequence[Claim], language: str) -> bool:
    figures = [figure for figure in extract(term, language) if not _is_weekday(figure)]
    return bool(figures) and all(any(_is_same(f, c) for c in claims) for f in figures)


def _is_same(figure: Claim, claim: Claim) -> bool:
    """Whether a draft's claim says the figure, in any reading that its writing leaves open."""
    if figure.kind == "money":
        return claim.kind in ("money", "number") and claim.value == figure.value
    if figure.kind != claim.kind:
        return False
    if figure.kind == "date":
        day = str(figure.value)
        return any(reading in (day, f"-{day[4:]}") for reading in _readings(claim))
    return bool({*_readings(figure)} & {*_readings(claim)})


def _is_weekday(claim: Claim) -> bool:
    return claim.kind == "date" and str(claim.value).startswith("w")


def _readings(claim: Claim) -> tuple[object, ...]:
    return (claim.value, *claim.also)
