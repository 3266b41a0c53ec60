"""What the evidence of a turn supports: sums, counts, days and times, each by who said it.

Tool results, passages and the business's own facts are trusted. The customer's words are believed
about their own party and are never a source of prices, percentages, durations or links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from bot.domain import Quote
from bot.language.claim_text import folded_text, readable
from bot.language.claims import Claim, Kind, extract, guess_language

_COUNT_KEY = re.compile(
    r"(?:^|_)(?:count|miles|km|s|ms|hours?|days?|minutes?|guests?|adults?|child|children|kids|toddlers?"
    r"|babies|under_\w+|quantity|qty|portions?|version|chefs?|ages?|year|month|day|percent|rate|share"
    r"|people|seats?|number|position|score|similarity|rank|zip|max_guests)$"
)
_PERCENT_KEY = re.compile(r"percent|rate|share|gratuity|tip", re.IGNORECASE)
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_PURE = re.compile(r"-?\d+(?:\.\d+)?")
_TOLD: frozenset[Kind] = frozenset({"headcount", "date", "time", "phone", "email", "number"})
_COUNTS: tuple[Kind, ...] = ("headcount", "number")
_WEEKS_AHEAD = 2
_folded = lru_cache(maxsize=512)(folded_text)
TRUSTED_CHARS, _LEAVES_MAX = 20_000, 2_000
"""Read of results and passages together: far more than a turn brings."""
TOLD_TEXTS, TOLD_TEXT_CHARS, TOLD_CHARS = 40, 2_000, 4_000
"""Read of the customer's words: their last texts, so much of each, so much of all together."""


@dataclass(slots=True)
class Facts:
    """The evidence, sorted for asking. Made by `gather`, then only read."""

    today: date | None
    sums: set[Decimal] = field(default_factory=set)
    figures: set[Decimal] = field(default_factory=set)
    """Numbers in results that are no money."""
    percents: set[Decimal] = field(default_factory=set)
    stated: set[tuple[Kind, object]] = field(default_factory=set)
    """Figures in trusted texts."""
    told: set[tuple[Kind, object]] = field(default_factory=set)
    """Figures in the customer's words."""
    written: set[Decimal] = field(default_factory=set)
    """Numbers in trusted texts as they are written, whatever they count."""
    days: set[date] = field(default_factory=set)
    trusted_text: str = ""
    """All trusted words, folded, for rules that ask whether a matter is mentioned."""
    told_text: str = ""
    """The customer's words that were read, folded."""

    def supports(self, claim: Claim) -> bool:
        """Whether anything bears the claim out, in any of its readings."""
        if claim.kind == "date":
            return any(self._has_day(str(v)) for v in (claim.value, *claim.also))
        if any((claim.kind, v) in self.stated for v in (claim.value, *claim.also)):
            return True
        if claim.kind in _TOLD and any((claim.kind, v) in self.told for v in _readings(claim)):
            return True
        return self._supports_number(claim)

    def _supports_number(self, claim: Claim) -> bool:
        value = claim.figure if claim.figure is not None else claim.value
        match claim.kind:
            case "money":
                return value in self.sums
            case "percent":
                return value in self.percents
            case "headcount":
                is_told = any((kind, value) in self.told for kind in _COUNTS)
                known = value in self.figures or ("number", value) in self.stated
                return value in (Decimal(0), Decimal(1)) or known or is_told
            case "duration":
                return _is_moment(claim) or value in self.figures
            case "distance":
                return value in self.figures
            case "time":
                return self._is_told_hour(claim)
            case "number":
                known = value in self.figures or value in self.sums or value in self.written
                return known or ("headcount", value) in self.told
            case _:
                return False

    def _is_told_hour(self, claim: Claim) -> bool:
        """The customer's bare "6" bears out six o'clock, morning or evening."""
        hour, minute = str(claim.value).split(":")
        said = (int(hour), int(hour) - 12)
        return minute == "00" and any(("number", Decimal(h)) in self.told for h in said)

    def _has_day(self, value: str) -> bool:
        if ("date", value) in self.stated or ("date", value) in self.told:
            return True
        if self.today is not None and value[0] in "+-" and value[1:].isdigit():
            return self.today + timedelta(days=int(value)) in self.days or value == "+0"
        return any(_falls_on(day, value) for day in self.days)

    def agree(self, weekday: str, day: Claim) -> bool:
        """Whether a date falls on a weekday, as far as the year is known."""
        for value in (str(day.value), *day.also):
            known = [d for d in self.days if _falls_on(d, value)]
            resolved = resolve(value, self.today)
            if value[:1].isdigit():
                known = [date.fromisoformat(value)]
            candidates = known or ([resolved] if resolved else [])
            if not candidates or any(_falls_on(d, weekday) for d in candidates):
                return True
        return False


def _readings(claim: Claim) -> tuple[object, ...]:
    return (claim.value, *claim.also)


def _is_moment(claim: Claim) -> bool:
    """ "One moment", "a minute": manners, not a duration."""
    return isinstance(claim.value, Decimal) and claim.value <= 1


def _falls_on(day: date, value: str) -> bool:
    """Whether a day is what a canonical date says."""
    if value.startswith("w"):
        return day.weekday() == int(value[1:])
    if value.startswith("---"):
        return day.day == int(value[3:])
    if value.startswith("--"):
        month, _, number = value[2:].partition("-")
        return day.month == int(month) and (not number or day.day == int(number))
    return day.isoformat() == value


def resolve(value: str, today: date | None) -> date | None:
    """The day a date without a year means: the next such day. None where that cannot be known."""
    if value[:1].isdigit():
        return date.fromisoformat(value)
    if today is None or not re.fullmatch(r"--\d\d-\d\d", value):
        return None
    for year in (today.year, today.year + 1):
        try:
            day = date(year, int(value[2:4]), int(value[5:]))
        except ValueError:
            continue
        if day >= today:
            return day
    return None


def gather(
    *,
    results: Iterable[Mapping[str, object]],
    trusted: Iterable[str],
    told: Iterable[str],
    quote: Quote | None,
    now: datetime | None,
) -> Facts:
    """Sort the evidence of one turn."""
    facts = Facts(today=now.date() if now else None)
    words: list[str] = []
    if quote is not None:
        results = (*results, _quote_data(quote))
    leaves = (pair for result in results for pair in _leaves(result, ""))
    for key, leaf in islice(leaves, _LEAVES_MAX):
        _add_leaf(facts, key, leaf, words=words, now=now)
    words = list(_within((*words, *trusted), TRUSTED_CHARS))
    for text in words:
        for claim in _claims_of(text):
            _add_stated(facts, claim)
    last = [text[:TOLD_TEXT_CHARS] for text in reversed(tuple(told)[-TOLD_TEXTS:])]
    told_words = list(_within(last, TOLD_CHARS))
    for text in told_words:
        for claim in _claims_of(readable(text)):
            facts.told |= {(claim.kind, value) for value in _readings(claim)}
            _add_told_day(facts, claim)
    facts.told_text = "\n".join(map(_folded, told_words))
    facts.trusted_text = "\n".join(map(_folded, words))
    return facts


def _within(texts: Iterable[str], limit: int) -> Iterator[str]:
    """The texts, each once, until so many characters are read."""
    for text in dict.fromkeys(texts):
        yield text[:limit]
        limit -= len(text)
        if limit <= 0:
            return


@lru_cache(maxsize=512)
def _claims_of(text: str) -> tuple[Claim, ...]:
    """Evidence is judged against every draft of a turn, and passages come again in the next."""
    return extract(_UUID.sub(" ", text), guess_language(text))


def _quote_data(quote: Quote) -> Mapping[str, object]:
    lines = [
        {"quantity": q.quantity, "unit_price": q.unit_price, "amount": q.amount, "label": q.label}
        for q in quote.lines
    ]
    return {
        "order": quote.order,
        "lines": lines,
        "total": quote.total,
        "deposit": quote.deposit,
        "expires_at": quote.expires_at.isoformat(),
    }


def _leaves(node: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield "", str(name).replace("_", " ")
            yield from _leaves(value, str(name))
    elif isinstance(node, list | tuple | set | frozenset):
        for value in node:
            yield from _leaves(value, key)
    else:
        yield key, node


def _add_leaf(
    facts: Facts, key: str, leaf: object, *, words: list[str], now: datetime | None
) -> None:
    if isinstance(leaf, bool) or leaf is None:
        return
    if isinstance(leaf, int | float | Decimal):
        _add_number(facts, key, Decimal(str(leaf)), is_written_as_sum=not isinstance(leaf, int))
        return
    text = leaf.isoformat() if isinstance(leaf, date) else str(leaf)
    if _PURE.fullmatch(text):
        _add_number(facts, key, Decimal(text), is_written_as_sum="." in text)
        return
    words.append(text)
    moment = _moment(text)
    if moment is not None and now is not None:
        local = moment.astimezone(now.tzinfo)
        facts.days.add(local.date())
        facts.stated.add(("time", local.strftime("%H:%M")))


def _add_number(facts: Facts, key: str, value: Decimal, *, is_written_as_sum: bool) -> None:
    name = key.lower()
    if _PERCENT_KEY.search(name):
        facts.percents.add(value)
    if _COUNT_KEY.search(name):
        facts.figures.add(value)
        return
    facts.sums.add(value)
    # "55.00" is a price wherever it stands, so it says nothing of guests or miles.
    if not is_written_as_sum or value != value.to_integral_value():
        facts.figures.add(value)


def _moment(text: str) -> datetime | None:
    """An ISO date and time that knows its zone."""
    if len(text) < 20 or text[4:5] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _add_stated(facts: Facts, claim: Claim) -> None:
    facts.stated |= {(claim.kind, value) for value in _readings(claim)}
    face = claim.figure if claim.figure is not None else claim.value
    if isinstance(face, Decimal):
        facts.written.add(face)
    _add_days(facts, claim)


def _add_days(facts: Facts, claim: Claim) -> None:
    if claim.kind != "date":
        return
    for value in _readings(claim):
        day = resolve(str(value), facts.today)
        if day is not None:
            facts.days.add(day)


def _add_told_day(facts: Facts, claim: Claim) -> None:
    """A weekday or "tomorrow" from the customer means the next such days."""
    _add_days(facts, claim)
    if claim.kind != "date" or facts.today is None:
        return
    value = str(claim.value)
    if value.startswith("w"):
        ahead = (int(value[1:]) - facts.today.weekday()) % 7
        facts.days |= {facts.today + timedelta(days=ahead + 7 * w) for w in range(_WEEKS_AHEAD)}
    elif value.startswith("+"):
        facts.days.add(facts.today + timedelta(days=int(value)))
