"""What a customer wishes of whoever comes, read from their words: a name, a language, a strength.

No tool itself. The words are matched against the crew as it is, so that nobody is invented.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from babel import Locale

from bot.domain_booking import Chef
from bot.language.numbers import fold

_WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewWish:
    """What was asked for, as far as the crew has it."""

    chef: Chef | None = None
    language: str = ""
    strengths: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.chef or self.language or self.strengths or self.certificates)


def read_wish(words: str, crew: Iterable[Chef], language: str) -> CrewWish:
    """What the words ask for of this crew."""
    chefs = tuple(crew)
    stems = _stems(words)
    named = [chef for chef in chefs if set(_stems(chef.name)) <= set(stems) and chef.name]
    spoken = sorted({code for chef in chefs for code in chef.languages})
    languages = [code for code in spoken if _speaks_of(words, code, language)]
    return CrewWish(
        chef=named[0] if len(named) == 1 else None,
        language=languages[0] if len(languages) == 1 else "",
        strengths=_mentioned(stems, (s for chef in chefs for s in chef.strengths)),
        certificates=_mentioned(stems, (c for chef in chefs for c in chef.certificates)),
    )


def is_met(wish: CrewWish, coming: Collection[Chef]) -> bool:
    """Whether those who come are what was asked for."""
    has_chef = wish.chef is None or wish.chef in coming
    has_language = not wish.language or any(wish.language in c.languages for c in coming)
    return has_chef and has_language and _has_strengths(wish, coming)


def _has_strengths(wish: CrewWish, coming: Collection[Chef]) -> bool:
    return set(wish.strengths) <= {strength for chef in coming for strength in chef.strengths}


def wishes_json(wish: CrewWish, language: str, occasion: str = "") -> Mapping[str, object]:
    """The wish as it is kept on a booking; whoever asks for nothing wants to be understood."""
    kept: dict[str, object] = {"language": wish.language or language}
    if wish.strengths:
        kept["strengths"] = list(wish.strengths)
    if wish.certificates:
        kept["certificates"] = list(wish.certificates)
    if wish.chef is not None:
        kept["chef"] = str(wish.chef.id)
    if occasion:
        kept["occasion"] = occasion[:200]
    return kept


def _mentioned(stems: tuple[str, ...], named: Iterable[str]) -> tuple[str, ...]:
    """Which of the named things are spoken of: of "vegetarian/vegan" one is enough."""
    said = set(stems)
    return tuple(
        sorted({n for n in named if any(set(_stems(way)) <= said for way in n.split("/") if way)})
    )


def _stems(text: str) -> tuple[str, ...]:
    """Folded words without the s of the plural."""
    return tuple(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in _WORD.findall(fold(text)))


def _speaks_of(words: str, code: str, language: str) -> bool:
    """Whether a language is named, in the customer's own or in English."""
    folded = f" {' '.join(_WORD.findall(fold(words)))} "
    for locale in (language, "en"):
        name = fold(str(Locale.parse(locale).languages.get(code, "")))
        if name and (f" {name} " in folded or (not name.isascii() and name in folded)):
            return True
    return False
