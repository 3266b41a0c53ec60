"""The words of follow-ups as texts with placeholders: those that ship, the owner's in their place.

Reads, picks and fills; cleaning what is filled in is bot/follow_ups/wording.py's. Here as well is
what an approved template for WhatsApp must say to be such a wording's twin: bot/profile_checks.py,
bot/templating.py and `concierge templates` compare with it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bot.profile_facts import fill as quote_facts
from bot.profile_models import Profile

FILE = Path(__file__).parent / "language" / "phrases" / "follow_ups.toml"
HOME = "en"
"""In which everything is worded that ships."""
OFFERS = ("season", "lost_lead", "customer_date", "campaign")
"""Causes that sell: on the telephone's channels their words end with the way to stop them."""
PRICE = "unanswered_quote"
CAUSES = (
    "after_event",
    PRICE,
    "before_event",
    "hold_lapsing",
    "deposit_missing",
    "check_in",
    *OFFERS,
)
FEELINGS = ("any", "happy", "neutral", "unhappy")
FIELDS = frozenset(
    "name day time guests chef place arrival balance deposit until code business total expires "
    "month occasion person link".split()
)
"""What words may leave open."""
FIELD = re.compile(r"\{(\w+)\}")
_FIELD_AND_STOP = re.compile(rf"{FIELD.pattern}(\.?)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE = re.compile(r"[^.!?。！？]+[?？]")
_STOP = re.compile(r"\bSTOP\b")
_STEP = re.compile(r"(\d+)([a-z])")
_NAME = re.compile(rf"(\w+)_({'|'.join(FEELINGS)})_([a-z])")


@cache
def shipped() -> Mapping[str, Mapping[str, str]]:
    """By language and name, the choices, subjects and other lines of the file among them."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({language: MappingProxyType(said) for language, said in read.items()})


def line(name: str, language: str) -> str:
    """A line of the file that is no message: a subject, the way to stop. In English otherwise."""
    table = shipped()
    return table.get(language, table[HOME]).get(name) or table[HOME][name]


def with_stop(text: str, language: str) -> str:
    """The text with the way to stop offers behind it, unless it says so already."""
    return text if _STOP.search(text) else f"{text} {line('follow_up_stop', language)}"


@cache
def questions(base: str) -> frozenset[str]:
    """What our wordings of a cause, or of a cause and feeling, ask, in every language: sentences
    whole, or what of them stands behind the last placeholder."""
    found = set()
    for said in shipped().values():
        for name, text in said.items():
            if split_name(name) and name.startswith(f"{base}_"):
                sentences = _SENTENCE.findall(_PART.sub(" ", text))
                found |= {each.rpartition("}")[2].strip() for each in sentences}
    return frozenset(found)


def asks(text: str, base: str) -> bool:
    """Whether a message asks what ours of that base ask, so that a bare yes or no answers it.

    In the owner's or a person's own words a yes may mean anything.
    """
    return any(each in text for each in questions(base))


def split_name(name: str) -> tuple[str, str, str] | None:
    """Cause (with its step), feeling and variant of a message's name; None where it is none."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2], found[3]) if found else None


def cause_of(base: str) -> str:
    """The cause in `before_event_7d`; empty where there is none in it."""
    return next((each for each in CAUSES if f"{base}_".startswith(f"{each}_")), "")


def names(profile: Profile) -> tuple[str, ...]:
    """Every wording there is, the owner's among them."""
    ours = [name for name in shipped()[HOME] if split_name(name)]
    words = profile.follow_ups.words
    own = [f"{base}_{kind}" for base, table in words.items() for kind in table]
    return tuple(dict.fromkeys([*ours, *own]))


def find(profile: Profile, name: str, language: str) -> str:
    """A wording in that language, its facts quoted and its placeholders open; empty: there is none.

    What the owner wrote comes before what ships.
    """
    parts = split_name(name)
    if parts is None:
        return ""
    base, feeling, variant = parts
    own = profile.follow_ups.words.get(base, {}).get(f"{feeling}_{variant}", {}).get(language)
    if own:
        return quote_facts(profile, own, language)
    return shipped().get(language, {}).get(name, "")


def candidates(
    profile: Profile, cause: str, step: str, feelings: Sequence[str], variant: str
) -> Iterator[str]:
    """Names of what may be said, the fittest first: of this step or the nearest there are words
    for, this feeling, this variant; then the other variants."""
    known = set(names(profile))
    exact = f"{cause}_{step}" if step else cause
    nearest = _of_price(profile, step) if cause == PRICE else _nearest(cause, step, known)
    bases = [exact, nearest, cause]
    if cause == PRICE and exact not in profile.follow_ups.words:
        bases = [nearest, exact, cause]
    variants = sorted({parts[2] for each in known if (parts := split_name(each))})
    for base in dict.fromkeys(bases):
        for feeling in feelings:
            for each in dict.fromkeys((variant, "a", *variants)):
                if (name := f"{base}_{feeling}_{each}") in known:
                    yield name


def _of_price(profile: Profile, step: str) -> str:
    """The first message on a price asks whether all is clear, any later one whether it is still
    wanted, after however many hours each comes."""
    steps = [f"{hours}h" for hours in sorted(set(profile.follow_ups.quote_hours))]
    is_first = step not in steps or steps.index(step) == 0
    return f"{PRICE}_24h" if is_first else f"{PRICE}_72h"


def _nearest(cause: str, step: str, known: Collection[str]) -> str:
    """The cause with the step that is nearest by its length: what says 7d says 5d as well."""
    wanted = _STEP.fullmatch(step)
    if wanted is None:
        return cause
    bases = {parts[0] for each in known if (parts := split_name(each))}
    found = []
    for base in sorted(each for each in bases if each.startswith(f"{cause}_")):
        has = _STEP.fullmatch(base.removeprefix(f"{cause}_"))
        if has and has[2] == wanted[2] and int(has[1]) and int(wanted[1]):
            ratio = int(has[1]) / int(wanted[1])
            found.append((max(ratio, 1 / ratio), base))
    return min(found)[1] if found else cause


def fields_in(text: str) -> frozenset[str]:
    """Every placeholder of a text."""
    return frozenset(FIELD.findall(text))


def keep(text: str, given: Collection[str]) -> str:
    """The text in the shape it has with these fields, its placeholders still open.

    Of a part in brackets, the first of its alternatives of which nothing is missing.
    """

    def choose(part: re.Match[str]) -> str:
        each = part[1].split("|")
        return next((said for said in each if fields_in(said) <= set(given)), "")

    return _PART.sub(choose, text)


def fill(text: str, values: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """The text with its placeholders filled, and what is missing for it. Values are filled in once
    and as they are: braces in them stand for nothing. One that ends in a full stop, as "6:00 p.m."
    does, has the sentence's own for it."""
    given = frozenset(name for name, value in values.items() if value)
    shape = keep(text, given)
    missing = fields_in(shape) - given

    def filled(each: re.Match[str]) -> str:
        value, stop = values.get(each[1], ""), each[2]
        return before_stop(value) + stop if stop else value

    return _FIELD_AND_STOP.sub(filled, shape), missing


def before_stop(value: str) -> str:
    """A value that stands before a full stop, without its own."""
    return value.removesuffix(".")


def twin_text(profile: Profile, name: str, fills: Sequence[str], language: str) -> str:
    """What an approved template of this wording must say, gaps numbered as `fills` are ordered.

    One template has one shape: a part in brackets is in it where `fills` names all its
    placeholders. Empty where the wording leaves open what `fills` does not name, or the other
    way round. The business's name is written out unless `fills` has it.
    """
    text = find(profile, name, language)
    if not text:
        return ""
    if cause_of(name) in OFFERS:
        text = with_stop(text, language)
    given = {*fills, "business"}
    shape = keep(text, given)
    if "business" not in fills:
        shape = shape.replace("{business}", profile.business.name)
    if fields_in(shape) != set(fills):
        return ""
    gaps = {field: f"{{{{{number}}}}}" for number, field in enumerate(fills, 1)}
    return FIELD.sub(lambda each: gaps[each[1]], shape)


def shortest_fills(profile: Profile, name: str, language: str) -> tuple[str, ...]:
    """What has to be filled in where every part that may fall away has fallen away."""
    return _in_order(keep(find(profile, name, language), {"business"}))


def fullest_fills(profile: Profile, name: str, language: str) -> tuple[str, ...]:
    """What is filled in where all is known."""
    return _in_order(keep(find(profile, name, language), FIELDS))


def _in_order(shape: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in FIELD.findall(shape) if each != "business"))
