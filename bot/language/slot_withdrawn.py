"""Numbers that a customer takes back in the same breath, or says again only to point at them.

"20 people, no wait, 16" counts sixteen; "6 of those 20 are kids" counts the twenty once. Called at
the end of a scan, before any number is given its meaning.
"""

from __future__ import annotations

import re

from bot.language.slot_scan import Mention, Number, Scan

_TAKEN_BACK = re.compile(
    r"\b(?:no[\s,]{1,3}(?:wait|espera|espere|perdon|sorry|mejor)|wait(?:[\s,]{1,3}no)?"
    r"|bueno[\s,]{1,3}no|ay[\s,]{1,3}no|digo|mejor dicho|quise decir|i (?:mean|meant)"
    r"|scratch that|make that|oops|my bad|me equivoque|hold on|let me (?:recount|correct)|corrijo"
    r"|correccion|correction|un momento|nope)\b"
    r"|\b(?:sorry|perdon|disculp\w{1,4}|oops)(?=[\s,.!]{1,4}(?:(?:it'?s|we'?re|son|somos)\s)?\d)"
    r"|不对|不是(?!吗)|等一下|等等|不不|[说打写搞]错"
)
_FORMER = re.compile(
    r"(?:\b(?:we were|we had|it was|i said|originally|at first|gonna be|going to be"
    r"|supposed to be|iban a ser|eramos|ibamos a ser|habia dicho|dije)"
    r"|原来(?:说|是)?|本来(?:说|是)?|之前(?:说|是)?|刚才说|原先)(?:的是|是|了)?\s{0,3}(?:about\s|como\s)?$"
)
_NOW = re.compile(r"\b(?:but|now|so|pero|ahora|ya)\b|现在|但|变成|改")
_PERSONS = re.compile(
    r"\s{0,3}(?:(?:people|ppl|persons?|guests?|adults?|adultos?|大人|of us|in total|total"
    r"|personas|invitados|gente"
    r"|[个個]?人|位|口人|[个個])\s{0,3})?[\s,.;!?，。；！…-]{1,4}"
    r"(?:(?:oh|ah|uh|um|ay|er|actually|sorry|no|but|pero|哦|啊|呃|额)[\s,，]{1,3}|[哦啊呃额噢]){0,3}"
)
_OF_THOSE = re.compile(
    r"\s{1,3}(?:out )?(?:of|de)\s{1,3}(?:(?:those|these|the|our|my|esos|esas|los|las|nuestros)"
    r"\s{1,3})?"
)


def settle_numbers(found: Scan) -> None:
    """Take such numbers out of the scan."""
    _drop_taken_back(found)
    _drop_former(found)
    _count_once(found)


def _drop_taken_back(found: Scan) -> None:
    """The twenty of "20, no wait, 16": only a headcount, and only where another follows."""
    for sign in _TAKEN_BACK.finditer(found.body):
        before = [n for n in found.numbers if n.end <= sign.start()]
        after = [n for n in found.numbers if n.start >= sign.end()]
        if not (before and after):
            continue
        gap = found.body[before[-1].end : sign.start()]
        if _PERSONS.fullmatch(gap) and not _counts_children(found, after[0]):
            found.numbers.remove(before[-1])
            found.is_corrected = True


def _drop_former(found: Scan) -> None:
    """The twenty of "we were 20 but now 17": it is said no more."""
    for number, later in zip(found.numbers, found.numbers[1:], strict=False):
        gap = found.body[number.end : found.numbers[-1].start]
        if _FORMER.search(found.before(number.start)) and _NOW.search(gap):
            found.numbers.remove(number)
            found.is_corrected = later is not None
            return


def _counts_children(found: Scan, number: Number) -> bool:
    """Whether the number after is no headcount: "12 adults, no wait, 3 kids too"."""
    word = found.next_word(number.end)
    gap = found.body[number.end : word.start] if word else "."
    young = word is not None and word.kind == "band" and word.code in found.young_bands()
    return young and bool(re.fullmatch(r"[\s个個位名]{0,3}", gap))


def _count_once(found: Scan) -> None:
    """The twenty of "6 of those 20 are kids": all of them, and six of these."""
    for part, whole in zip(found.numbers, found.numbers[1:], strict=False):
        gap = found.body[part.end : whole.start]
        if _OF_THOSE.fullmatch(gap) and part.value < whole.value and _is_whole(found, whole):
            found.numbers.remove(whole)
            width = whole.end - whole.start
            found.body = found.body[: whole.start] + " " * width + found.body[whole.end :]
            total = Mention(kind="total", value=whole.value, start=whole.start - 1)
            found.mentions.append(total)
            return


def _is_whole(found: Scan, number: Number) -> bool:
    """Whether it counts those that are spoken of, and is no age: "2 kids of 5 and 7 years"."""
    return bool(
        re.match(
            r"\s{1,3}(?:people|guests|invitados|personas)?\s{0,3}(?:are|is|will|would|were|want"
            r"|son|seran|seria[n]?|quieren)\b",
            found.after(number.end),
        )
    )
