"""Merges what each text says into one party: corrections, subsets, additions, ages.

The state is private to bot/language/slots.py, which turns it into a reading at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.language.slot_parts import Part
from bot.language.slot_people import is_firm_part
from bot.language.slot_scan import Mention, Scan

_CORRECTION = re.compile(
    r"\b(?:actually|no wait|wait|sorry|oops|i mean|i meant|make (?:it|that)|mejor|perdon|digo"
    r"|no,|no(?=\s{1,3}\d))\b|不对|改|应该"
)

_SOME_OF = re.compile(r"\S{1,6}\s{1,3}(?:of|de)\s{1,3}(?:the|my|our|l[oa]s|mis)\s")


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
    further: dict[str, int] = field(default_factory=dict)
    open_further: int = 0
    """How many further options are wanted that nobody has named yet."""
    unclear: list[str] = field(default_factory=list)
    zip_code: str = ""
    city: str = ""
    date: str = ""


def merge_people(state: State, found: Scan) -> None:
    """Merge what a text says of who comes, in its order."""
    mentions = sorted(found.mentions, key=lambda mention: mention.start)
    default = found.profile.service().default_band
    _begin(state, found, [m for m in mentions if not m.sign], default)
    if mentions:
        state.unclear = [name for name in state.unclear if name != "headcount"]
    seen: dict[str, Mention] = {}
    whole = _spelled_out(mentions)
    for mention in mentions:
        slot = "total" if mention.kind == "total" else mention.code
        previous = seen.get(slot)
        if previous and not mention.sign and not mention.is_age:
            mention = _repeat(found, previous, mention)
        if slot == "total":
            if _is_new_total(found, seen.get(default), mention):
                state.grown = None
            _merge_total(state, mention)
        elif slot == default:
            _merge_grown(state, mention, found.eldest_young_band())
        elif _is_some_of(state, mention, found):
            found.is_doubtful = True  # Some of the children, whom the text goes on about.
        else:
            _merge_young(state, mention, found, seen)
        seen[slot] = mention
    state.total = state.total if whole is None else whole


def _is_some_of(state: State, mention: Mention, found: Scan) -> bool:
    """ "3 of the kids", where more were counted and nothing tells them apart."""
    is_eldest = mention.code == found.eldest_young_band() and not mention.sign
    fewer = is_eldest and state.young.get(mention.code, 0) > mention.value
    return fewer and bool(_SOME_OF.match(found.after(mention.start)))


def _spelled_out(mentions: Sequence[Mention]) -> int | None:
    """The 32 of "a party of 32, that's 26 adults and 6 children": the parts make up the whole."""
    totals = [m.value for m in mentions if m.kind == "total" and not m.sign]
    parts = [m for m in mentions if m.kind == "band" and not m.sign and not m.is_age]
    is_whole = len(parts) > 1 and totals and sum(m.value for m in parts) == totals[-1]
    return totals[-1] if is_whole else None


def _begin(state: State, found: Scan, plain: Sequence[Mention], default: str) -> None:
    """What a text counts anew takes the place of what was counted the other way before."""
    _weigh_bare(state, found, plain)
    if any(m.kind == "total" for m in plain):
        state.grown = None
    elif any(m.code == default and not m.is_age for m in plain):
        state.total = state.low = None


def _weigh_bare(state: State, found: Scan, plain: Sequence[Mention]) -> None:
    """A lone number after adults and children: nobody has said whether the children are in it."""
    is_bare = any(mention.is_bare for mention in plain)
    if is_bare and state.grown is not None and any(state.young.values()):
        found.is_doubtful = True


def _is_new_total(found: Scan, grown: Mention | None, mention: Mention) -> bool:
    return mention.is_bare and grown is not None and _corrects(found, grown, mention)


def _corrects(found: Scan, first: Mention, second: Mention) -> bool:
    return bool(_CORRECTION.search(found.body[first.start : second.start + 1]))


def merge_parts(state: State, found: Scan, parts: Sequence[Part]) -> None:
    """Work out the counts that follow from the others."""
    default = found.profile.service().default_band
    eldest = found.eldest_young_band()
    named = {mention.code for mention in found.mentions}
    for part in parts:
        is_narrow = part.code not in (default, eldest) and bool(state.young.get(eldest))
        if part.kind == "half" and is_narrow:
            _halve(state, found, part.code, eldest)
        elif part.kind == "all" and is_narrow and part.code not in named:
            state.young[part.code] = state.young.pop(eldest)
        elif part.kind == "none":
            _drop_band(state, part.code, default)
        elif part.kind in ("rest", "half"):
            _share_total(state, found, part, default)


def _drop_band(state: State, code: str, default: str) -> None:
    if code == default:
        state.grown, state.total = 0, None
    else:
        state.young[code] = 0


def _share_total(state: State, found: Scan, part: Part, default: str) -> None:
    if state.total is None or (part.kind == "half" and state.total % 2):
        found.is_doubtful = True
    elif part.kind == "half":
        _set_part(state, part.code, state.total // 2, default)
    else:
        others = sum(n for code, n in state.young.items() if code != part.code)
        others += 0 if part.code == default else state.grown or 0
        _set_part(state, part.code, max(0, state.total - others), default)


def _halve(state: State, found: Scan, code: str, eldest: str) -> None:
    """ "Half the kids are under 5": taken from the children, not from everyone."""
    children = state.young[eldest]
    if children % 2:
        found.is_doubtful = True
        return
    state.young[eldest] = state.young[code] = children // 2


def _set_part(state: State, code: str, count: int, default: str) -> None:
    if code == default:
        state.grown = None
    else:
        state.young[code] = count


def _repeat(found: Scan, first: Mention, second: Mention) -> Mention:
    """The same slot twice in a text: a correction, the same thing again, or another side's "
    "guests."""
    between = found.body[first.start : second.start]
    if first.is_age != second.is_age or second.value == 0:
        return second
    is_joined = second.is_added or (bool(second.code) and "," in between)
    is_other = _noun(found, first) != _noun(found, second)
    if first.value == second.value and second.is_added and not second.is_part and not is_other:
        found.is_doubtful = found.is_doubtful or not _CORRECTION.search(between)
    is_same = first.value == second.value and not (is_other and second.is_added)
    if is_same or _CORRECTION.search(between) or not is_joined:
        return second
    return Mention(
        kind=second.kind,
        code=second.code,
        value=first.value + second.value,
        start=second.start,
        is_added=second.is_added,
        is_age=second.is_age,
    )


def _noun(found: Scan, mention: Mention) -> str:
    """The word after the number: eight women and eight men are sixteen."""
    after = re.match(r"\S{1,20}\s{1,3}(\S{1,20})", found.after(mention.start))
    return after[1].strip(",.!?") if after else ""


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
    is_among = code != eldest and (
        (mention.is_part and eldest in seen) or (mention.is_of_young and state.unaged > 0)
    )
    if mention.sign:
        state.young[code] = max(0, known + mention.sign * value)
        if state.total is not None:
            state.total = max(0, state.total + mention.sign * value)
        if code == eldest and mention.sign > 0:
            state.unaged = value  # "Add 2 kids, both 8": the age is theirs.
        return
    if mention.is_age and code != eldest and code in seen and not seen[code].is_age:
        state.young[code] = max(known, value)  # "6 little ones of 4": counted by their word too.
        return
    if mention.is_age:
        taken = _take_unaged(state, value, eldest)
        before = state.young.get(code, 0) if code in seen or taken else 0
        state.young[code] = before + value
    else:
        if is_among:
            _take_unaged(state, value, eldest)
        is_more = mention.is_added and code in seen and seen[code].is_age
        state.young[code] = value + (known if is_more else 0)
        state.unaged = value if code == eldest else state.unaged
    if not is_among:
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
