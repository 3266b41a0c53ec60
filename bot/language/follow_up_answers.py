"""What a customer answers to a follow-up in so many words, in any language we speak.

It is read only where it is all that is said: one word more, a question or a wish, and nothing is
read here, so that the turn goes on as any other. The words stand in follow_up_answer_words.py, the
numbers in follow_up_counts.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.language import follow_up_answer_words as words
from bot.language.follow_up_answer_words import Answer
from bot.language.follow_up_counts import GUESTS_MAX, read_guests, read_stars
from bot.language.han import simplified
from bot.language.numbers import parse_numbers
from bot.language.wording import phrases

TEXT_MAX_CHARS = 160
_BREAK = re.compile(r"[.!,;:。！，；：、~…\n]+(?!\d)|(?<=\D)[.!,;:。！，；：、~…\n]+|\s[-–—]+\s")
_RANGE = re.compile(r"(?<=\d)\s*[-–—~至]\s*(?=\d)")
_MARK = re.compile(r"[.!,;:。，！；、~…¡\"“”()\-–—]+")
_TONE = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\u200d]")
"""Of which colour a hand is, and how a sign is drawn."""
_DRAWN = re.compile(r"([a-z])\1{2,}")
"""A letter that is held: "yesss"."""
_ALL_IN_ALL = re.compile("[一总]共")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    answer: Answer
    number: int | None = None
    """Guests of count, more and fewer; stars of a rating."""


NOTHING = Said(Answer.NOTHING)


def read_answers(
    texts: Sequence[str], cause: str, language: str, *, guests: int | None = None
) -> Said | None:
    """What several messages say together; None where one of them says anything else.

    Of two counts the later one holds. `guests` is how many they are as far as we know.
    """
    read: list[Said] = []
    for text in texts:
        said = read_answer(text, cause, language, guests=guests)
        if said is None:
            return None
        counts = [each for each in read if each.answer is Answer.COUNT]
        if said.answer is Answer.COUNT and counts:
            read = [each for each in read if each not in counts]
        read.append(said)
    found = _together(read)
    return None if found == NOTHING else found


def read_answer(text: str, cause: str, language: str, *, guests: int | None = None) -> Said | None:
    """What one message says to a follow-up of that cause; None where it is no plain answer."""
    if not text.strip() or len(text) > TEXT_MAX_CHARS:
        return None
    if (tapped := _titles().get(_tapped(text))) and cause in words.CAUSES_OF[tapped]:
        return _said(tapped)
    if re.search("[?？¿]", text) and cause not in words.PAYING:
        return None
    if _folded(text) in words.REFUSALS and cause not in words.CAUSES_OF[Answer.NOT_NOW]:
        return None
    if cause == "after_event" and (stars := text.strip("️ ").count("⭐")) == len(text.strip("️ ")):
        return Said(Answer.RATING, stars) if 1 <= stars <= 5 else None
    if (whole := _read_part(text, cause, language, guests)) is not None:
        return whole
    parts = [part for part in _BREAK.split(text) if _folded(part)]
    read = [_read_part(part, cause, language, guests) for part in parts]
    told = [each for each in read if each is not None]
    if len(told) < len(read) or len(parts) < 2:
        return None
    is_denied = Said(Answer.NO) in told and Said(Answer.COUNT, guests) in told
    return None if is_denied else _together(told)


def _together(read: Sequence[Said]) -> Said | None:
    """What several answers come to; None where they do not say the same."""
    told = list(dict.fromkeys(each for each in read if each.answer is not Answer.NOTHING))
    if not told:
        return NOTHING if read else None
    for each in told:
        others = [other for other in told if other is not each]
        if all(each.answer in words.GOES_WITH.get(other.answer, ()) for other in others):
            return each
    stars = [each.number or 0 for each in told if each.answer is Answer.RATING]
    is_one_side = len({(number > 3) - (number < 3) for number in stars}) == 1
    return told[-1] if len(stars) == len(told) and is_one_side else None


def _read_part(text: str, cause: str, language: str, guests: int | None) -> Said | None:
    """A message or a part of it; politeness alone is NOTHING."""
    for lead, plain in _shapes(_folded(text)):
        if lead is not Answer.NO and (said := _of_words(plain, cause)) is not None:
            return said if lead is None else _together([Said(lead), said])
    for lead, plain in _shapes(_folded(text, language)):
        if (said := _of_numbers(plain, cause, guests)) is not None:
            is_plain = said.answer is Answer.COUNT and said.number != guests
            return said if lead is not Answer.NO or is_plain else None
    return NOTHING if not _bared(_folded(text)) else None


def _shapes(folded: str) -> list[tuple[Answer | None, str]]:
    """The words as they are, without politeness, and without a yes or no before them."""
    bare = _bared(folded)
    shapes: list[tuple[Answer | None, str]] = [(None, folded), (None, bare)]
    for answer, lead in words.LEADS.items():
        if (found := lead.match(bare)) and (rest := _bared(bare[found.end() :])):
            shapes.append((answer, rest))
    return shapes


def _said(answer: Answer) -> Said:
    """A tap on how it was is a number of stars."""
    return Said(Answer.RATING, words.STARS[answer]) if answer in words.STARS else Said(answer)


def _of_words(plain: str, cause: str) -> Said | None:
    for answer, said in words.words().items():
        if cause in words.CAUSES_OF[answer] and plain in said:
            return _said(answer)
    return None


def _of_numbers(plain: str, cause: str, guests: int | None) -> Said | None:
    if cause == "after_event":
        stars = read_stars(plain)
        return None if stars is None else Said(Answer.RATING, stars)
    if cause != "before_event" or (found := read_guests(plain, guests)) is None:
        return None
    return Said(*found)


def _folded(text: str, language: str = "") -> str:
    """Lower case without accents, marks and pictures' tones; with a language numbers in digits."""
    plain = simplified(unicodedata.normalize("NFKC", _TONE.sub("", text)).casefold())
    if language:
        plain = _RANGE.sub(" thru ", _ALL_IN_ALL.sub("共", plain))
        for number in reversed(parse_numbers(plain, language)):
            if number.value == number.value.to_integral_value() and 0 <= number.value <= GUESTS_MAX:
                # "a few" in a sentence stays words: only whole numbers of their own are read.
                plain = f"{plain[: number.start]}{int(number.value)}{plain[number.end :]}"
    marked = unicodedata.normalize("NFKD", plain)
    bare = "".join(c for c in marked if not unicodedata.combining(c))
    bare = _DRAWN.sub(r"\1", re.sub(r"['’`´]", "", bare))
    return " ".join(_MARK.sub(" ", bare).split())


def _bared(folded: str) -> str:
    """Without greeting, thanks and pictures at either end."""
    before = None
    while folded != before:
        before = folded
        folded = words.POLITE_START.sub("", words.POLITE_END.sub("", folded)).strip()
    return folded


def _tapped(text: str) -> str:
    return " ".join(text.split()).casefold().strip(" .!。！?？¿¡")


@cache
def _titles() -> dict[str, Answer]:
    """What stands on our buttons, in every language."""
    found: dict[str, Answer] = {}
    for table in phrases().values():
        for name, answer in words.BUTTONS.items():
            found |= {_tapped(title): answer for title in table.get(name, ())}
    return found
