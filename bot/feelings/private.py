"""Takes out of a customer's words what tells who they are, and says where that is not sure (I13).

Stricter than what is shown to staff: a text leaves this service for training only where every word
that might name somebody is known to be a plain one. Pure; bot/feelings/exporting.py calls it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.desk.correcting_checks import scrub
from bot.language.names_first import FIRST_NAMES
from bot.language.names_words import COMMON, SURNAMES
from bot.profile import Profile

CHARACTERS_MAX: Final = 4_000
_SHORTEST: Final = 2
_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]{2,40}\.(?:com|net|org|es|cn|io)\b\S*", re.I
)
_HANDLE: Final = re.compile(r"(?<!\w)@\w[\w.-]{1,40}")
_CODE: Final = re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9-]{4,20}\b")
_DIGITS: Final = re.compile(r"\d(?:[ .-]?\d){4,}")
_PLACE: Final = re.compile(r"\[\w+\]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SPELT: Final = re.compile(_WORD.pattern.replace("_]", "_\u4e00-\u9fff]"))
"""The same without Chinese, which may stand beside it without a space."""
_INSIDE: Final = re.compile(r"(?<=[a-zà-ÿ,] )([A-ZÀ-Þ][a-zà-ÿ]+)")
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
_LETTERS: Final = 3
"""An unknown word of fewer is hardly a name, and typing slips are many."""
_SHORTENED: Final = re.compile("'(?:s|t|d|m|re|ve|ll|em)$")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_SURNAME: Final = f"[{''.join(sorted(each for each in SURNAMES if len(each) == 1))}]"
_TITLED: Final = re.compile(
    rf"{_SURNAME}[\u4e00-\u9fff]{{0,2}}(?=先生|女士|小姐|太太|师傅|師傅|老师|大厨|大廚|阿姨|叔叔)"
    # "Little Li", as people are called; lobster, methods and sizes are not.
    rf"|[小老阿](?!龙虾|龍蝦|方|高|白|毛|马上){_SURNAME}"
)
_LEADS: Final = re.compile(
    r"\b(?:chef|mr|mrs|ms|miss|dr|don|doña|señor|señora|sr|sra|named|called|se llama|llamado"
    r"|name is|nombre es|tell|ask|dile a)\.?\s+([^\W\d_]{2,})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that are known to name nobody."""

    words: frozenset[str]
    pairs: frozenset[str]
    """Pairs of Chinese characters that are seen beside each other."""


def vocabulary_of(texts: Iterable[str]) -> Vocabulary:
    """What is written small more than once, and not more often with a capital inside a sentence."""
    words: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        words.update({each for each in _SPELT.findall(text) if each.islower()})
        capitals.update({found[1].lower() for found in _INSIDE.finditer(text)})
        pairs.update(
            {text[at : at + 2] for at in range(len(text) - 1) if _HAN.match(text[at : at + 1])}
        )
    known = {word for word, count in words.items() if count > 1 and count >= capitals[word]}
    return Vocabulary(
        words=frozenset((known - FIRST_NAMES) | COMMON),
        pairs=frozenset(pair for pair, count in pairs.items() if count > 1),
    )


def masked(
    text: str, *, profile: Profile, personal: Sequence[str], known: Vocabulary
) -> str | None:
    """The text with what is personal in brackets; None where that cannot be done surely.

    Args:
        personal: what is known of the customer and of who serves them, as it is kept.
    """
    said = text[:CHARACTERS_MAX]
    for value in sorted(personal, key=len, reverse=True):
        said = _without(said, value)
    said = _CODE.sub("[code]", _HANDLE.sub("[handle]", _LINK.sub("[link]", said)))
    said = scrub(said, profile=profile, most=CHARACTERS_MAX)
    said = _DIGITS.sub("[number]", _TITLED.sub("[name]", said))
    said = _SPELT.sub(lambda found: _name_masked(found[0], known), said)
    return said if _is_plain(said, known, _small(profile.business.name)) else None


def _without(text: str, value: str) -> str:
    """The text without a value, and without each word of a name that is no everyday one."""
    whole = value.strip()
    if len(whole) >= _SHORTEST:
        text = re.sub(_edged(whole), "[private]", text, flags=re.IGNORECASE)
    if any(letter.isdigit() or letter == "@" for letter in whole):
        return _without_numbered(text, whole)
    for word in _WORD.findall(whole):
        if len(word) >= _SHORTEST and word.lower() not in COMMON:
            text = re.sub(_edged(word), "[name]", text, flags=re.IGNORECASE)
    return text


def _without_numbered(text: str, value: str) -> str:
    """The text without a number of an address and the words of that address that follow it:
    people leave out the town, write small, or drop a word."""
    tokens = _TOKEN.findall(value)
    words = "|".join(map(re.escape, sorted(set(tokens), key=len, reverse=True)))
    for number in {each for each in tokens if each.isdigit()} if len(tokens) > 1 else ():
        follows = rf"(?<!\d){number}(?:[\s,.#-]*(?:{words})(?![a-z\d]))+"
        text = re.sub(follows, "[private]", text, flags=re.IGNORECASE)
    return text


def _edged(word: str) -> str:
    edge = r"\b" if word.isascii() else ""
    begin, end = (edge if word[0].isalnum() else ""), (edge if word[-1].isalnum() else "")
    return f"{begin}{re.escape(word)}{end}"


def _name_masked(word: str, known: Vocabulary) -> str:
    small = word.lower().removesuffix("'s").removesuffix("’s")
    return "[name]" if small in FIRST_NAMES and small not in known.words else word


def _small(said: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(said)}


def _is_plain(text: str, known: Vocabulary, house: set[str]) -> bool:
    """Whether nothing is left that might name somebody: many write names small."""
    bare = _PLACE.sub(lambda found: " " * len(found[0]), text)
    words = _SPELT.findall(bare)
    unknown = [each for each in words if not _is_known(each, known, house)]
    # Where all is shouted a capital says nothing, and every unknown word may be a name.
    is_shouted = sum(each[0].isupper() for each in words) * 2 > len(words)
    led = {found[1].lower() for found in _LEADS.finditer(bare)}
    return not (
        any(len(each) >= _LETTERS for each in unknown)
        or any(each[0].isupper() and (len(each) > 1 or is_shouted) for each in unknown)
        or any(each.lower() in led for each in unknown)
        or _may_name(bare, known)
    )


def _is_known(word: str, known: Vocabulary, house: set[str]) -> bool:
    small = word.lower().replace("’", "'")
    # Of "o'brien" and "maria-lopez" each part counts, or a plain one would vouch for the other.
    parts = re.split("['-]", _SHORTENED.sub("", small))
    return small in known.words or all(
        len(part) == 1 or part in house or part in known.words for part in parts
    )


def _may_name(text: str, known: Vocabulary) -> bool:
    """Whether a Chinese surname stands where no known word explains it."""
    for at, letter in enumerate(text):
        if letter not in SURNAMES:
            continue
        after, before = text[at : at + 2], text[max(0, at - 1) : at + 1]
        is_name_like = len(after) == 2 and _HAN.match(after[1]) is not None
        if is_name_like and after not in known.pairs and before not in known.pairs:
            return True
    return False
