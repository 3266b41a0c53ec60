"""Masks what is personal in a question before it is kept for the owner (I13).

Telephone numbers, mailboxes, cards and street addresses go; figures of a party stay. Names are not
found by rules and stay: the list is for the owner's eyes only.
Used by bot/tools/search_knowledge.py and bot/desk/correcting_checks.py.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

CHARACTERS_MAX: Final = 300

_MAIL: Final = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,100}\.\w{2,20}")
_CARD: Final = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])")
_LONG_NUMBER: Final = re.compile(r"(?<![\w$€£¥.])\+?\d(?:[\s().-]{0,2}\d){8,14}(?![\w])")
_STREET_END: Final = (
    r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|way|court|ct|place|pl"
    r"|circle|cir|terrace|ter|parkway|pkwy|highway|hwy|trail|trl|loop|square|sq)"
)
_ADDRESS: Final = re.compile(
    rf"\b\d{{1,6}}[a-z]?\s+(?:[nsew]\.?\s+)?(?:[\w'.-]{{1,20}}\s+){{1,4}}{_STREET_END}\b\.?"
    r"(?:,?\s*(?:#|apt\.?|unit|suite|ste\.?)\s*\w{1,6})?"
    r"|\b(?:calle|avenida|av\.?|camino|bulevar|paseo)\s+(?:[\w'.-]{1,20}\s+){0,4}?"
    r"(?:#|n[uú]m\.?\s*|no\.?\s*)?\d{1,6}\b"
    r"|[\u4e00-\u9fff]{1,12}(?:路|街|道|巷|弄)\s*\d{1,6}\s*[号號](?:[\d\u4e00-\u9fff]{0,8}[室楼樓])?",
    re.IGNORECASE,
)


def mask(text: str, *, territory: str, most: int = CHARACTERS_MAX) -> str:
    """The text with each find replaced by what it was, in brackets, and cut to a question's size.

    Args:
        territory: ISO code by which a telephone number without a country code is read.
        most: characters to keep; texts longer than a question have more.
    """
    said = " ".join(text.split())[: most * 4]
    said = _MAIL.sub("[mailbox]", said)
    said = _ADDRESS.sub("[address]", said)
    said = _CARD.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], said)
    for match in reversed([*phonenumbers.PhoneNumberMatcher(said, territory)]):
        said = f"{said[: match.start]}[phone]{said[match.end :]}"
    # One digit too few or too many is still somebody's number.
    return _LONG_NUMBER.sub("[number]", said)[:most]


def _is_card(text: str) -> bool:
    """Luhn's check: doubles every second digit from the right."""
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
