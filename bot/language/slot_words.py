"""The words slots are read by: the profile's names for what it sells, and plain words for people.

Which words mean an adult or a dish is the profile's to say; here lie only words that every trade
shares (friends, my wife, everyone) and the search that finds all of them in a folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.language.numbers import fold
from bot.profile_kinds import Named
from bot.profile_models import Profile

WordKind = Literal["band", "guest", "option", "add_on", "extra", "choice", "person", "self", "all"]

# People by what they are to the customer: how many one such word stands for by itself.
_PEOPLE = {
    1: "wife husband spouse partner boyfriend girlfriend fiance fiancee mom mum dad mother father "
    "brother sister grandma grandpa friend coworker colleague esposa esposo marido mujer novio "
    "novia pareja mama papa hermano hermana amigo amiga 老婆 老公 妻子 丈夫 太太 先生 妈妈 爸爸 "
    "男朋友 女朋友",
    2: "parents grandparents inlaws in-laws suegros padres abuelos pareja-de 父母 爸妈 夫妻 公婆 "
    "岳父母 爷爷奶奶",
    0: "friends guys girls women men ladies gentlemen couples coworkers colleagues employees "
    "relatives cousins brothers sisters family teammates students moms dads seniors humans mouths "
    "homies buddies bodies amigos amigas hombres mujeres parejas companeros empleados primos "
    "familiares hermanos 朋友 同事 家人 员工 亲戚 同学 对夫妻 对夫妇",
}
_DOUBLE = frozenset({"couples", "parejas", "对夫妻", "对夫妇"})
_SELF = "me|myself|i|yo|我|我自己|本人"
_ALL = (
    r"everyone|everybody|every\s?one|all of us|the whole (?:group|party)|all (?:the )?(?:guests"
    r"|people)|all around|each"
    r"|for all|para todos|todos|todas|cada uno|cada persona|por persona|per person|每人|每个人"
    r"|每位|大家|所有人|全部|都"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word found, and what it stands for."""

    kind: WordKind
    code: str
    start: int
    end: int
    each: int = 1
    """How many people one of it is: two for a couple."""


def find_words(folded: str, profile: Profile, language: str) -> tuple[Word, ...]:
    """Every known word of a folded text, longest first where two overlap, in order."""
    pattern, meanings = _compile(_entries(profile, language))
    return tuple(_found(pattern, meanings, folded))


def _found(
    pattern: re.Pattern[str], meanings: dict[str, tuple[WordKind, str]], folded: str
) -> Iterator[Word]:
    for match in pattern.finditer(folded):
        if match["all"]:
            yield Word("all", "", match.start(), match.end())
            continue
        phrase = re.sub(r"\s+", " ", match["word"])
        kind, code = meanings[phrase]
        each = 2 if phrase in _DOUBLE else 1
        yield Word(kind, code, match.start(), match.end(), each)


@lru_cache(maxsize=16)
def _compile(
    entries: tuple[tuple[str, WordKind, str], ...],
) -> tuple[re.Pattern[str], dict[str, tuple[WordKind, str]]]:
    meanings: dict[str, tuple[WordKind, str]] = {}
    for phrase, kind, code in entries:
        meanings.setdefault(phrase, (kind, code))
    longest = sorted(meanings, key=len, reverse=True)
    latin = _by_first_character(p for p in longest if p.isascii())
    other = _by_first_character(p for p in longest if not p.isascii())
    words = rf"(?<![a-z])(?:{latin})(?=(?:e?s)?(?![a-z]))|{other}"
    return re.compile(rf"(?P<all>(?<![a-z])(?:{_ALL})(?![a-z]))|(?P<word>{words})"), meanings


def _by_first_character(phrases: Iterable[str]) -> str:
    """A pattern of all phrases that looks at a character once, not once a phrase."""
    tails: dict[str, list[str]] = {}
    for phrase in phrases:
        tails.setdefault(phrase[0], []).append(re.escape(phrase[1:]).replace(r"\ ", r"\s{1,3}"))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in tails.items())


def _entries(profile: Profile, language: str) -> tuple[tuple[str, WordKind, str], ...]:
    service = profile.service()
    order = (language, *(code for code in profile.business.languages if code != language))
    named: Sequence[tuple[WordKind, str, Named]] = (
        *(("band", code, band) for code, band in service.bands.items()),
        *(("option", code, option) for code, option in service.options.items()),
        *(("add_on", code, item) for code, item in service.add_ons.items()),
        *(("extra", code, item) for code, item in service.extras.items()),
        *((("choice", "", service.choices),) if service.choices else ()),
    )
    entries: list[tuple[str, WordKind, str]] = []
    for spoken in order:
        own = spoken == language
        for kind, code, thing in named:
            entries += [(w, kind, code) for w in _spellings(thing.words.get(spoken, ()), own)]
        guests = (service.guest_words or {}).get(spoken, ())
        entries += [(w, "guest", "") for w in _spellings(guests, own)]
    entries += [(w, "self", "") for w in _SELF.split("|")]
    for each, words in _PEOPLE.items():
        entries += [(w.replace("pareja-", "pareja "), "person", str(each)) for w in words.split()]
    return tuple(entries)


def _spellings(words: Sequence[str], own: bool) -> list[str]:
    """Folded words; of another language only those long enough not to mean something else here."""
    folded = [fold(word) for word in words]
    return [word for word in folded if own or len(word) > 3 or not word.isascii()]
