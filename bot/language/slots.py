"""What a customer has said about their party, over all their messages, later words winning.

Everything about the trade comes from the profile's words. Nothing is guessed: what could be read
two ways is named in `ambiguous`, for the caller to ask. The offline model is the main reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.language import slot_masks
from bot.language.numbers import fold
from bot.language.slot_ages import read_ages
from bot.language.slot_bare import read_bare
from bot.language.slot_dishes import read_dishes
from bot.language.slot_kin import settle_kin
from bot.language.slot_masks import CHARACTERS_READ
from bot.language.slot_merge import State, merge_parts, merge_people
from bot.language.slot_order import merge_dishes
from bot.language.slot_ordered import take_subgroup
from bot.language.slot_parts import read_parts
from bot.language.slot_people import read_people
from bot.language.slot_reckon import reckon, weigh_leftovers
from bot.language.slot_scan import Mention, Scan, scan
from bot.language.slot_spelling import respell
from bot.language.slot_withdrawn import settle_numbers
from bot.profile_models import Profile

TEXTS_READ = 40
CHARACTERS_IN_ALL = 6_000
"""Of all texts, the newest first: no flood of messages holds a turn up."""
TownTest = Callable[[str], bool]
_PLACE = re.compile(
    r"\b(?:in|at|near|around|from|to|of|live in|located in|en|cerca de|desde|city is|ciudad de"
    r"|out in|it's|its)\s{1,3}((?:[A-Za-zÀ-ÿ.'-]{1,20}\s?){1,4})"
    r"|(?:住在?|地点是?|地点在|在|到|去|来)\s{0,2}((?:[A-Za-z.'-]{1,20}\s?){1,3})"
)
_MOVED = re.compile(
    r"\b(?:what if (?:it'?s|it (?:is|was|were)|we(?:'re| are| were)|the (?:party|event) (?:is|was))"
    r"(?: not)? (?:in|at)|mov(?:e|ed|ing) (?:it|the party) to|y si (?:es|fuera) en)\s{1,3}"
    r"(?P<where>[A-Za-zÀ-ÿ'-]{3,20}(?:\s(?!instead|now|please|en|in\b|on\b)[A-Za-zÀ-ÿ'-]{2,20}){0,2})",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|the|my|our"
    r"|total|english|spanish"
    r"|advance|person|general|case|i|we|mi|la|el|total|casa|espanol|ingles|home)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyReading:
    """A party as far as the customer has described it."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """Guests by the profile's band code; empty while nobody was counted."""
    headcount_range: tuple[int, int] | None = None
    """Lowest and highest headcount, where a range was given; `counts` is for the highest."""
    options: Mapping[str, int] = field(default_factory=dict)
    further: Mapping[str, int] = field(default_factory=dict)
    """Options on top of those included, with portions."""
    add_ons: Mapping[str, int] = field(default_factory=dict)
    extras: Mapping[str, int] = field(default_factory=dict)
    zip_code: str = ""
    city: str = ""
    """A town in the customer's own words."""
    ambiguous: tuple[str, ...] = ()
    """What must be asked: "headcount", "ages", "option:lobster" for a count, "further" for which
    option is wanted on top of those included."""
    mentions_date: str = ""
    """The customer's own words for date and time."""

    @property
    def headcount(self) -> int:
        """All guests of all bands."""
        return sum(self.counts.values())


def read_party(
    texts: Sequence[str],
    profile: Profile,
    *,
    language: str,
    asked: str | Sequence[str] | None = None,
    is_town: TownTest | None = None,
    known: PartyReading | None = None,
) -> PartyReading:
    """Read the customer's texts in order, later words correcting earlier ones.

    Args:
        texts: what the customer wrote, oldest first.
        profile: whose words and bands count.
        language: of the conversation; other languages' words are understood too.
        asked: what the bot had last asked before the last text ("headcount", "children", "zip",
            "date", "dishes"), or one such word per text, aligned at the end.
        is_town: says whether a phrase names a town; without it only capitals do.
        known: the party before the first of the texts, where it is known.
    """
    questions = [asked] if isinstance(asked, str) else list(asked or ())
    questions = (
        [""] * (len(texts) - len(questions)) + questions[len(questions) - len(texts) :]
        if texts
        else []
    )
    state = _begun(known, profile) if known else State()
    for text, question in _newest(texts, questions):
        _read_text(state, text, question, (profile, language, is_town))
    return _finish(state, profile)


def _begun(known: PartyReading, profile: Profile) -> State:
    """The state in which texts that came before have left a party."""
    default = profile.service().default_band
    dishes = {("option", code): count for code, count in known.options.items()}
    dishes |= {("add_on", code): count for code, count in known.add_ons.items()}
    dishes |= {("extra", code): count for code, count in known.extras.items()}
    return State(
        grown=known.counts.get(default),
        young={code: count for code, count in known.counts.items() if code != default},
        dishes=dishes,
        further=dict(known.further),
        zip_code=known.zip_code,
        city=known.city,
    )


def _newest(texts: Sequence[str], questions: Sequence[str]) -> list[tuple[str, str]]:
    """As many of the last texts as are read, oldest first, with what each was asked."""
    read: list[tuple[str, str]] = []
    left = CHARACTERS_IN_ALL
    for text, question in list(zip(texts, questions, strict=True))[: -TEXTS_READ - 1 : -1]:
        if left <= 0:
            break
        read.append((text[: min(CHARACTERS_READ, left)], question))
        left -= len(read[-1][0])
    return read[::-1]


def _read_text(
    state: State, text: str, asked: str, ground: tuple[Profile, str, TownTest | None]
) -> None:
    profile, language, is_town = ground
    found = scan(respell(text, profile, language), profile, language)
    settle_kin(found)
    settle_numbers(found)
    city = _read_city(text, found, asked, is_town)
    state.zip_code = found.zip_code or ("" if city else state.zip_code)
    state.city = city or state.city
    state.date = found.date or state.date
    unclear = read_ages(found)
    dishes = read_dishes(found)
    has_total = state.total is not None or state.grown is not None
    read_people(found)
    read_bare(found, asked, has_total=has_total)
    if not found.mentions and not has_total and dishes.for_people:
        found.mentions.append(Mention(kind="total", value=max(dishes.for_people), start=0))
    weigh_leftovers(found)
    reckon(found)
    take_subgroup(found, dishes, state.total or (state.grown or 0) + sum(state.young.values()))
    parts = read_parts(found)
    merge_people(state, found)
    merge_parts(state, found, parts)
    if found.is_doubtful or (found.is_past and not found.mentions):
        state.unclear += ["headcount"] if "headcount" not in state.unclear else []
    merge_dishes(state, dishes, found, asked)
    state.unclear = [name for name in state.unclear if name != "ages" or not found.mentions]
    state.unclear += [name for name in unclear if name not in state.unclear]


def _read_city(text: str, found: Scan, asked: str, is_town: TownTest | None) -> str:
    folded = fold(text)
    for written, town in found.profile.area.aliases.items():
        short = fold(written)
        if short in folded and re.search(rf"(?<![a-z]){re.escape(short)}(?![a-z])", folded):
            return town
    for match in _PLACE.finditer(text):
        words = (match[1] or match[2]).split()
        for length in range(min(3, len(words)), 0, -1):
            phrase = " ".join(words[:length]).strip(" .,'-")
            if _is_city(phrase, is_town):
                return phrase
    moved = _MOVED.search(text)
    if moved and _is_named(moved["where"]):
        return moved["where"].strip()
    return _answered_town(text, is_town) if asked == "zip" and is_town else ""


def _answered_town(text: str, is_town: TownTest) -> str:
    """The town in an answer to "which ZIP?", whatever stands around it."""
    words = re.findall(r"[A-Za-zÀ-ÿ'-]{2,20}", text)[:12]
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            if len(phrase) > 3 and not _UNNAMED.match(phrase) and is_town(phrase):
                return phrase
    return ""


def _is_named(phrase: str) -> bool:
    """Whether a phrase could be a town that nobody here knows: not a date, not "the backyard"."""
    return not _UNNAMED.match(phrase) and slot_masks.blank_dates(fold(phrase)) == fold(phrase)


def _is_city(phrase: str, is_town: TownTest | None) -> bool:
    if not phrase or _UNNAMED.match(phrase) or slot_masks.blank_dates(fold(phrase)) != fold(phrase):
        return False
    if is_town is not None:
        return is_town(phrase)
    return all(word[:1].isupper() and len(word) > 2 for word in phrase.split())


def _resolved(count: int, party: int) -> int:
    """A count below zero is so many for each guest."""
    return -count * party if count < 0 else count


def _finish(state: State, profile: Profile) -> PartyReading:
    default = profile.service().default_band
    young = {code: count for code, count in state.young.items() if count}
    unclear = list(state.unclear)
    grown = state.grown
    if grown is None and state.total is not None:
        grown = state.total - sum(young.values())
        if grown < 0:
            grown, unclear = 0, [*unclear, "headcount"]
    elif grown is not None and state.total is not None:
        rest = state.total - grown - sum(young.values())
        unclear += ["ages"] if rest > 0 and "headcount" not in unclear else []
        unclear += ["headcount"] if rest < 0 else []
        grown += max(rest, 0)
    counts = {} if grown is None else {default: grown, **young}
    if grown is None and young:
        counts, unclear = young, [*unclear, "headcount"]
    party = sum(counts.values())
    tables: dict[str, dict[str, int]] = {"option": {}, "add_on": {}, "extra": {}}
    for (kind, code), count in state.dishes.items():
        tables[kind][code] = _resolved(count, party)
    further = {code: _resolved(count, party) for code, count in state.further.items()}
    return PartyReading(
        counts={code: count for code, count in counts.items() if count},
        headcount_range=(state.low, state.total or grown or 0) if state.low else None,
        options={code: count for code, count in tables["option"].items() if count},
        further={code: count for code, count in further.items() if count},
        add_ons={code: count for code, count in tables["add_on"].items() if count},
        extras={code: 1 for code, count in tables["extra"].items() if count},
        zip_code=state.zip_code,
        city=state.city,
        ambiguous=tuple(dict.fromkeys(unclear)),
        mentions_date=state.date,
    )
