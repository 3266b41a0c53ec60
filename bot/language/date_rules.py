"""Runs rules over the kinds of a text's tokens: the shape "MO" is a month and its day.

Rules are tried in order and what one has read is gone for the next. The families of rules are
date_days (dates), date_weeks (weekdays, weeks, months) and date_times (the clock).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from bot.language.date_tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a reading depends on besides the words."""

    said_on: date
    """The day of the message in the business's zone."""
    language: str
    """Of the conversation, ISO 639-1."""
    territory: str
    """ISO 3166 code of the business's country: orders the figures of 12/1."""
    asked: str
    """What had just been asked: "date", "time" or empty."""
    text: str
    """The text, as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One date, span of days or time that a rule has read."""

    kind: str
    """day, weekday, dom, span, feast, week_of, time."""
    days: tuple[date, ...] = ()
    """One if certain, likeliest first otherwise."""
    span: tuple[date, date] | None = None
    """First and last day."""
    problem: str = ""
    """As in a reading."""
    weekday: int | None = None
    """Of a weekday said by its bare name."""
    dom: int = 0
    """Of a day of the month without a month."""
    times: tuple[time, ...] = ()
    """What a time can mean."""
    part: str = ""
    """Part of the day."""
    is_bare: bool = False
    """A weekday without "this" or "next": narrows whatever else is said."""
    first: int = 0
    """First token."""
    last: int = 0
    """Last token."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A shape found, with its tokens by group."""

    tokens: Sequence[Token]
    """All tokens of the text."""
    match: re.Match[str]

    def get(self, group: str) -> Token | None:
        """The first token of a group; None where the group took no part."""
        groups = self.match.re.groupindex
        if group not in groups or self.match.start(group) < 0:
            return None
        return self.tokens[self.match.start(group)]

    def value(self, group: str, default: int = 0) -> int:
        """The value of a group's token."""
        token = self.get(group)
        return token.value if token else default

    def before(self) -> Token | None:
        """The token before the shape."""
        return self.tokens[self.match.start() - 1] if self.match.start() else None

    def all_text(self) -> str:
        """The words of the shape, folded, a space between."""
        return " ".join(t.text for t in self.tokens[self.match.start() : self.match.end()])


Handler = Callable[[Hit, Ground], Finding | None]
Rule = tuple[re.Pattern[str], Handler]


def rules(table: Mapping[str, Handler]) -> tuple[Rule, ...]:
    """Compile shapes once."""
    return tuple((re.compile(shape), handler) for shape, handler in table.items())


def run(
    kinds: str, tokens: Sequence[Token], ground: Ground, table: Sequence[Rule]
) -> tuple[str, list[Finding]]:
    """What the rules read, and the kinds left for others."""
    found: list[Finding] = []
    for pattern, handler in table:
        for match, finding in _hits(pattern, handler, kinds, (tokens, ground)):
            first, last = match.start(), match.end() - 1
            kinds = kinds[:first] + " " * (last + 1 - first) + kinds[last + 1 :]
            found.append(_placed(finding, first, last))
    return kinds, found


def _hits(
    pattern: re.Pattern[str],
    handler: Handler,
    kinds: str,
    about: tuple[Sequence[Token], Ground],
) -> Iterator[tuple[re.Match[str], Finding]]:
    tokens, ground = about
    for match in pattern.finditer(kinds):
        if match.end() > match.start():
            finding = handler(Hit(tokens, match), ground)
            if finding is not None:
                yield match, finding


def _placed(finding: Finding, first: int, last: int) -> Finding:
    return replace(finding, first=first, last=last)
