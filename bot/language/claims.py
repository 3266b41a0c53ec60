"""Every checkable figure in an English, Spanish or Chinese text: what the guard holds a draft to.

It reads sums, percentages, dates, times, headcounts, durations, distances, phones, links, mailboxes
and bare numbers, with spans in the text as given. Whether a figure is true is for the guard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.language import claim_patterns as patterns
from bot.language import claim_readers as readers
from bot.language.claim_readers import Found, Value
from bot.language.claim_text import PlainText, plain

Kind = Literal[
    "money", "percent", "date", "time", "headcount", "duration", "distance", "phone", "url",
    "email", "number",
]  # fmt: skip

_HAN = re.compile("[\u4e00-\u9fff]")
_SPANISH = re.compile(
    r"[ñ¿¡áéíóú]|\b(?:el|la|los|las|para|por|con|una|del|que|su|hola|gracias)\b", re.I
)
_SMALL = Decimal(3)
"""Bare numbers below this are counts of everyday things, and claim nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure that a text states.

    `value` by kind: money, percent, headcount and number are Decimals; a duration is minutes, a
    distance "30 mi", a time "18:30". A date is "2026-12-05", "--12-05" without its year, "---05" a
    day alone, "--12" a month, "w5" a Saturday (Monday is w0) or "+1" tomorrow.
    """

    kind: Kind
    value: Value
    raw: str
    """As written."""
    span: tuple[int, int]
    """Start and end in the text as given."""
    also: tuple[str, ...] = ()
    """Other readings, where the writing leaves it open: "at 6" is morning or evening."""
    figure: Decimal | None = None
    """The number as written, where the value is not that number."""


def guess_language(text: str) -> str:
    """en, es or zh, well enough to read numbers; for evidence whose language nobody noted."""
    if _HAN.search(text):
        return "zh"
    return "es" if len(_SPANISH.findall(text[:600])) >= 2 else "en"


def extract(text: str, language: str) -> tuple[Claim, ...]:
    """Every figure, in order of appearance; `language` settles what two languages share.

    A range ("30-40 guests") is two claims. List markers, "24/7" and bare numbers below three are
    no claims.
    """
    reading = _Reading(text, plain(text, language), language)
    reading.read()
    return tuple(sorted(reading.claims, key=lambda claim: claim.span))


class _Reading:
    """One pass over a text: each shape takes what it matches, so that nothing is read twice."""

    def __init__(self, original: str, folded: PlainText, language: str) -> None:
        self._original = original
        self._folded = folded
        self._language = language
        self._left = folded.text
        self.claims: list[Claim] = []

    def read(self) -> None:
        self._left = patterns.IGNORED.sub(_blank, self._left)
        self._take("email", patterns.EMAIL, lambda m: [(m[0], (), None)])
        self._take("url", patterns.URL, lambda m: [(readers.url(m[0]), (), None)])
        if not any(char.isdigit() for char in self._left):
            self._read_worded()
            return
        self._take("date", patterns.DATES[0], self._date)
        self._take("phone", patterns.PHONE, readers.phone)
        for pattern in patterns.DATES[1:]:
            self._take("date", pattern, self._date)
        for pattern in patterns.PERCENT:
            self._take("percent", pattern, self._percent)
        for pattern in patterns.MONEY:
            self._take("money", pattern, self._money)
        for pattern in patterns.TIMES:
            self._take("time", pattern, readers.time)
        self._take("duration", patterns.DURATION, self._duration)
        self._take("distance", patterns.DISTANCE, self._distance)
        for pattern in patterns.HEADCOUNT:
            self._take("headcount", pattern, self._amounts)
        self._take("time", patterns.VAGUE_TIME, readers.time)
        self._read_worded()
        self._take_numbers()

    def _read_worded(self) -> None:
        """Figures that need no digit."""
        for pattern in patterns.WORDED_DATES:
            self._take("date", pattern, self._date)
        self._take("time", patterns.TIMES[-1], readers.time)
        self._take("duration", patterns.HALF_HOUR, lambda m: [(Decimal(30), (), None)])
        self._take("date", patterns.WEEKDAY, readers.weekday)
        self._take("date", patterns.RELATIVE_DAY, readers.relative)
        self._take("money", patterns.MONEY[-1], self._money)

    def _take(
        self,
        kind: Kind,
        pattern: re.Pattern[str],
        read: Callable[[re.Match[str]], list[Found]],
    ) -> None:
        def replace(match: re.Match[str]) -> str:
            found = read(match)
            if not found:
                return match[0]
            for value, also, figure in found:
                self._claim(kind, value, (match.start(), match.end()), also=also, figure=figure)
            return _blank(match)

        unit = patterns.UNITS.get(pattern)
        if unit is None or unit.search(self._left):
            self._left = pattern.sub(replace, self._left)

    def _claim(
        self,
        kind: Kind,
        value: Value,
        span: tuple[int, int],
        *,
        also: tuple[str, ...] = (),
        figure: Decimal | None = None,
    ) -> None:
        start, end = self._folded.span(*span)
        self.claims.append(
            Claim(kind, value, self._original[start:end].strip(), (start, end), also, figure)
        )

    def _take_numbers(self) -> None:
        for match in patterns.NUMBER.finditer(self._left):
            value = readers.number(match["n"])
            before = self._left[max(0, match.start() - 32) : match.start()]
            is_price = patterns.PRICE_BEFORE.search(before) or patterns.PRICE_AFTER.match(
                self._left, match.end()
            )
            if patterns.STREET_AFTER.match(self._left, match.end()):
                is_price = None
            if is_price and value >= 1 and not (value < _SMALL and match["n"] in "12"):
                self._claim("money", value, match.span())
            elif value >= _SMALL:
                self._claim("number", value, match.span())

    def _range(self, match: re.Match[str]) -> Iterator[Decimal]:
        groups = match.groupdict()
        for name in ("lo", "n", "n2"):
            if groups.get(name):
                yield readers.number(groups[name])

    def _amounts(self, match: re.Match[str]) -> list[Found]:
        return [(value, (), None) for value in self._range(match)]

    def _percent(self, match: re.Match[str]) -> list[Found]:
        if match.groupdict().get("fold"):
            tenths = Decimal(match["fold"])
            return [(100 - 10 * tenths, (), tenths)]
        return self._amounts(match)

    def _money(self, match: re.Match[str]) -> list[Found]:
        groups = match.groupdict()
        if groups.get("grand"):
            return [(Decimal(1000), (), None)]
        cents = Decimal(groups["cents"]) / 100 if groups.get("cents") else Decimal(0)
        if groups.get("whole"):
            return [(readers.number(groups["whole"]) + cents, (), None)]
        return [(cents, (), None)] if groups.get("cents") else self._amounts(match)

    def _duration(self, match: re.Match[str]) -> list[Found]:
        unit = match["unit"]
        minutes = next(m for p, m in patterns.DURATION_MINUTES if p.match(unit))
        more = Decimal("0.5") if match["half"] or match["and_half"] else Decimal(0)
        return [((v + more) * minutes, (), v + more) for v in self._range(match)]

    def _distance(self, match: re.Match[str]) -> list[Found]:
        is_metric = match["unit"][0] in "k公"
        unit = "km" if is_metric else "mi"
        return [(f"{_plain(v)} {unit}", (), v) for v in self._range(match)]

    def _date(self, match: re.Match[str]) -> list[Found]:
        groups = {key: value for key, value in match.groupdict().items() if value}
        if groups.get("h"):
            span = (match.start("h"), match.end("m"))
            self._claim("time", f"{int(groups['h']):02d}:{groups['m']}", span)
        if "a" in groups:
            return self._numeric_date(groups)
        month = groups.get("month", "")
        number = int(month) if month.isdigit() else patterns.MONTHS.get(month, 0)
        day = groups.get("day") or groups.get("day_") or groups.get("dayz")
        days = [readers.day(d) for d in (day, groups.get("day2")) if d]
        if not days:
            return [(f"--{number:02d}", (), None)] if 1 <= number <= 12 else []
        if not month:
            return [(f"---{d:02d}", (), None) for d in days if 1 <= d <= 31]
        values = [readers.calendar(groups.get("year"), number, d) for d in days]
        return [(value, (), None) for value in values if value]

    def _numeric_date(self, groups: dict[str, str]) -> list[Found]:
        """American order, and the Spanish one as well where the text is Spanish."""
        a, b = int(groups["a"]), int(groups["b"])
        year = groups.get("year")
        orders = [(b, a), (a, b)] if self._language == "es" or a > 12 else [(a, b)]
        values = [value for month, day in orders if (value := readers.calendar(year, month, day))]
        return [(values[0], tuple(values[1:]), None)] if values else []


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
