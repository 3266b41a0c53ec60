"""Merges what each text says into one party: corrections, subsets, additions, ages.

The state is private to bot/language/slots.py, which turns it into a reading at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.language.slot_dishes import EVERYONE, Dishes
from bot.language.slot_people import is_firm_part
from bot.language.slot_scan import Mention, Scan

_CORRECTION = re.compile(
    r"\b(?:actually|no wait|wait|sorry|oops|i mean|i meant|make (?:it|that)|mejor|perdon|digo"
    r"|no,)\b|不对|改|应该"
)


@dataclass(slots=True)
class State:
    """The party while texts are being merged."""

    total: int | None = None
    low: int | None = None
    grown: int | None = None
    """The default band, once it was counted by its own name."""
    young: dict[str, int] = field(default_factory=dict)
    unaged: int = 0
    """Children counted whose age nobody has said."""
    dishes: dict[tuple[str, str], int] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    zip_code: str = ""
    city: str = ""
    date: str = ""


def merge_people(state: State, found: Scan) -> None:
    mentions = sorted(found.mentions, key=lambda mention: mention.start)
    default = found.profile.service().default_band
    plain = [m for m in mentions if not m.sign]
    if any(m.kind == "total" for m in plain):
        state.grown = None
    elif any(m.code == default and not m.is_age for m in plain):
        state.total = state.low = None
    seen: dict[str, Mention] = {}
    for mention in mentions:
        slot = "total" if mention.kind == "total" else mention.code
        previous = seen.get(slot)
        if previous and not mention.sign and not mention.is_age:
            mention = _repeat(found, previous, mention)
        if slot == "total":
            _merge_total(state, mention)
        elif slot == default:
            _merge_grown(state, mention, found.eldest_young_band())
        else:
            _merge_young(state, mention, found, seen)
        seen[slot] = mention


def _repeat(found: Scan, first: Mention, second: Mention) -> Mention:
    """The same slot twice in a text: a correction, the same thing again, or another side's "
    "guests."""
    between = found.body[first.start : second.start]
    if first.is_age != second.is_age or second.value == 0:
        return second
    is_joined = second.is_added or (bool(second.code) and "," in between)
    if first.value == second.value or _CORRECTION.search(between) or not is_joined:
        return second
    return Mention(
        kind=second.kind,
        code=second.code,
        value=first.value + second.value,
        start=second.start,
        is_added=second.is_added,
        is_age=second.is_age,
    )


def _merge_total(state: State, mention: Mention) -> None:
    if mention.sign and state.total is None and state.grown is not None:
        state.grown = max(0, state.grown + mention.sign * mention.value)
        return
    base = state.total or 0
    state.total = max(0, base + mention.sign * mention.value) if mention.sign else mention.value
    state.low = mention.low


def _merge_grown(state: State, mention: Mention, eldest: str) -> None:
    if mention.is_age:  # A child of grown-up age is priced as grown up.
        _take_unaged(state, mention.value, eldest)
        if state.grown is not None:
            state.grown += mention.value
        return
    if mention.sign and state.grown is None and state.total is not None:
        state.total = max(0, state.total + mention.sign * mention.value)
        return
    base = state.grown or 0
    state.grown = max(0, base + mention.sign * mention.value) if mention.sign else mention.value
    state.low = mention.low if state.total is None else state.low


def _merge_young(state: State, mention: Mention, found: Scan, seen: Mapping[str, Mention]) -> None:
    code, value = mention.code, mention.value
    eldest = found.eldest_young_band()
    known = state.young.get(code, 0)
    if mention.sign:
        state.young[code] = max(0, known + mention.sign * value)
        if state.total is not None:
            state.total = max(0, state.total + mention.sign * value)
        return
    if mention.is_age and code != eldest and code in seen and not seen[code].is_age:
        state.young[code] = max(known, value)  # "6 little ones of 4": counted by their word too.
        return
    if mention.is_age:
        taken = _take_unaged(state, value, eldest)
        before = state.young.get(code, 0) if code in seen or taken else 0
        state.young[code] = before + value
    else:
        if mention.is_part and code != eldest and eldest in seen:
            _take_unaged(state, value, eldest)
        state.young[code] = value
        state.unaged = value if code == eldest else state.unaged
    if not (mention.is_part and code != eldest and eldest in seen):
        _weigh_total(state, mention, found, is_new=not known)


def _take_unaged(state: State, count: int, eldest: str) -> int:
    """How many of the children counted before turn out to be of the age now said."""
    taken = min(count, state.unaged)
    state.unaged -= taken
    if taken:
        state.young[eldest] -= taken
    return taken


def _weigh_total(state: State, mention: Mention, found: Scan, *, is_new: bool) -> None:
    """Whether children just counted are among the guests counted before, or beside them."""
    is_firm = is_firm_part(found, mention)
    if is_firm and state.grown is not None and state.total is None and mention.start:
        state.total, state.grown = state.grown, None
        return
    is_beside = mention.is_added and not mention.is_part and not is_firm
    if is_beside and is_new and state.total is not None:
        state.total += mention.value


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
    for name in dishes.unclear:
        kind, _, code = name.partition(":")
        if (kind, code) not in state.dishes and name not in state.unclear:
            state.unclear.append(name)


def _answer_dishes(state: State, found: Scan) -> None:
    """A bare count or "everyone" answers which dish we asked the count of."""
    name = next((name for name in state.unclear if ":" in name), "")
    free = [number.value for number in found.numbers if not number.is_used]
    is_all = any(word.kind == "all" for word in found.words)
    if name and (free or is_all):
        kind, _, code = name.partition(":")
        state.dishes[kind, code] = EVERYONE if is_all else free[0]
        state.unclear.remove(name)
