"""Merges what each text orders into one order: dishes, changes to their counts, further options.

Works on the state of bot/language/slot_merge.py, after the people of the text were merged.
"""

from __future__ import annotations

import re

from bot.language.slot_merge import State
from bot.language.slot_ordered import EVERYONE, Dishes
from bot.language.slot_scan import Scan

_THOSE = re.compile(r"(?:那|这|\b(?:those|these|es[oa]s))\s{0,2}$")


def merge_dishes(state: State, dishes: Dishes, found: Scan, asked: str) -> None:
    for name in dishes.unclear:
        if name.startswith("replaces:"):
            _, kind, code = name.split(":")
            new_kind, _, new_code = dishes.unclear[0].partition(":")
            state.dishes[new_kind, new_code] = state.dishes.get((kind, code), 0)
            dishes.unclear = []
            break
    if asked == "dishes" and state.unclear and not dishes.counts:
        _answer_dishes(state, found)
    for key, count in dishes.counts.items():
        state.dishes[key] = count
        state.unclear = [name for name in state.unclear if name != f"{key[0]}:{key[1]}"]
    _merge_swapped(state, dishes, found)
    _merge_changes(state, dishes)
    _put_in_place(state, dishes)
    _merge_further(state, dishes)
    for name in dishes.unclear:
        kind, _, code = name.partition(":")
        if (kind, code) not in state.dishes and name not in state.unclear:
            state.unclear.append(name)


def _merge_swapped(state: State, dishes: Dishes, found: Scan) -> None:
    """ "Those 8 get filet instead": the one other option that just as many wanted is theirs."""
    pointed = {n.value for n in found.numbers if _THOSE.search(found.before(n.start))}
    for (kind, _), count in dishes.counts.items():
        others = [
            key
            for key, known in state.dishes.items()
            if key[0] == kind and known == count and key not in dishes.counts
        ]
        if kind == "option" and count in pointed and len(others) == 1:
            state.dishes[others[0]] = 0


def _put_in_place(state: State, dishes: Dishes) -> None:
    """ "Make those 8 filet": the eight lobsters are wanted no more, where only they fit."""
    for key, count in dishes.in_place:
        meant = [
            other
            for other, known in state.dishes.items()
            if other != key and other[0] == key[0] and known == count and other not in dishes.counts
        ]
        if len(meant) == 1:
            state.dishes[meant[0]] = 0
        elif meant:
            state.unclear += [f"{kind}:{code}" for kind, code in meant]


def _merge_changes(state: State, dishes: Dishes) -> None:
    for key, change in dishes.changes.items():
        known = state.dishes.get(key, 0)
        name = f"{key[0]}:{key[1]}"
        if known < 0 or known + change < 0:
            state.unclear += [name] if name not in state.unclear else []
        else:
            state.dishes[key] = known + change


def _merge_further(state: State, dishes: Dishes) -> None:
    """Further options: named ones with their counts, and the name for those left open."""
    further = dishes.further
    if "further" in state.unclear and state.open_further and len(dishes.named) == 1:
        code = dishes.named[0]
        further.counts.setdefault(code, state.open_further)
        dishes.unclear = [name for name in dishes.unclear if name != f"option:{code}"]
    if further.counts:
        state.further |= further.counts
        state.unclear = [name for name in state.unclear if name != "further"]
        state.open_further = 0
    if further.is_open:
        state.open_further = further.open_count
        state.unclear += ["further"] if "further" not in state.unclear else []


def _answer_dishes(state: State, found: Scan) -> None:
    """A bare count or "everyone" answers which dish we asked the count of."""
    name = next((name for name in state.unclear if ":" in name), "")
    free = [number.value for number in found.numbers if not number.is_used]
    is_all = any(word.kind == "all" for word in found.words)
    if name and (free or is_all):
        kind, _, code = name.partition(":")
        state.dishes[kind, code] = EVERYONE if is_all else free[0]
        state.unclear.remove(name)
