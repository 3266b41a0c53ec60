"""What one text orders, and how dishes it lets go or moves change it.

The dishes of a text are read by bot/language/slot_dishes.py; merging texts is slot_order.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.language.slot_further import Further
from bot.language.slot_scan import Scan
from bot.language.slot_swaps import count_swapped, is_too_dear, loosely_off
from bot.language.slot_words import Word

EVERYONE = -1
_ALL_ANEW = re.compile(
    r"\b(?:actually|make it|change|now|instead we|only|just|somos|seremos|ahora|cambia"
    r"|mejor|total|we'?re"
    r"|we are|we'?ll be|party of|down to|up to)\b|改成?|现在|一共|总共|我们"
)
"""The party is counted anew, not a part of it that eats something."""


@dataclass(slots=True)
class Dishes:
    """What one text orders; a count of `EVERYONE` is resolved once the party is known."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    """By (kind, code); zero takes it off again."""
    unclear: list[str] = field(default_factory=list)
    changes: dict[tuple[str, str], int] = field(default_factory=dict)
    """By how many a count ordered before is raised, or lowered below zero."""
    further: Further = field(default_factory=Further)
    moved: list[tuple[str, str]] = field(default_factory=list)
    """What comes in the place of something counted."""
    in_place: list[tuple[tuple[str, str], int]] = field(default_factory=list)
    """Dishes with a count that points back: "those 8"."""
    named: list[str] = field(default_factory=list)
    """Options named without a count."""
    for_people: list[int] = field(default_factory=list)
    """Counts of "filet for 10 people": the headcount, should nothing else say one."""


def move_counted(found: Scan, word: Word, following: Word, dishes: Dishes) -> bool:
    """ "Make 2 of the lobsters scallops": two fewer of the one, two more of the other."""
    number = count_swapped(found, word)
    if number is None:
        return False
    number.is_used = True
    service = found.profile.service()
    if word.kind != "option" or service.options[word.code].surcharge:
        dishes.changes[word.kind, word.code] = -number.value
    dishes.changes[following.kind, following.code] = number.value
    dishes.moved.append((following.kind, following.code))
    return True


def let_go(found: Scan, words: list[Word], dishes: Dishes) -> None:
    """What is taken off by part of its name, or for its price where another dish is ordered."""
    for key in loosely_off(found):
        if not dishes.counts.get(key) or key[0] == "extra":
            dishes.counts[key] = 0
    for word in words:
        key = (word.kind, word.code)
        others = [k for k, n in dishes.counts.items() if n and k != key and k[0] == key[0]]
        if is_too_dear(found, word) and others and not dishes.counts.get(key):
            dishes.counts[key] = 0


def note_replaced(dishes: Dishes) -> None:
    """ "Lobster instead of filet" says nothing of the count; whoever knows it hands it over."""
    gone = [key for key, count in dishes.counts.items() if count == 0]
    if len(gone) == 1 and len(dishes.unclear) == 1:
        dishes.unclear.append(f"replaces:{gone[0][0]}:{gone[0][1]}")


def take_subgroup(found: Scan, dishes: Dishes, party: int) -> None:
    """ "Put filet for 3 people" once twelve are known: three filets, not a party of three."""
    totals = [m for m in found.mentions if (m.kind == "total" or m.is_named) and not m.sign]
    has_dish = dishes.counts or dishes.unclear or dishes.named
    if len(found.mentions) != 1 or not totals or not has_dish or totals[0].value >= party:
        return
    if _ALL_ANEW.search(found.body):
        return
    found.mentions = []
    wanted = [key for key, count in dishes.counts.items() if count == 1 and key[0] != "extra"]
    unclear = [name for name in dishes.unclear if not name.startswith("replaces:")]
    if len(unclear) == 1 and not wanted:
        kind, _, code = unclear[0].partition(":")
        dishes.unclear, wanted = [], [(kind, code)]
    options = found.profile.service().options
    if not wanted:
        wanted = [("option", code) for code in dishes.named if options[code].surcharge][:1]
    for key in wanted:
        dishes.counts[key] = totals[0].value
