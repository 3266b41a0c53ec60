"""Puts the dates and times found in a text together: what narrows, what corrects, what is a choice.

"Saturday, Dec 5" is one day said twice; "Dec 5 or 6" are two; "Saturday next week" is the day that
both words allow; of "not the 5th, the 6th" and "move it from Dec 5 to Dec 12" only the last counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from bot.language.date_days import week_around
from bot.language.date_rules import Finding, Ground
from bot.language.date_sides import sided, weekend_around
from bot.language.date_tokens import Token

DAYS_OFFERED = 8
"""More days than these are no choice anybody made."""


def standing(findings: Sequence[Finding], tokens: Sequence[Token]) -> list[Finding]:
    """The findings that the customer still means: not refused, not corrected, not moved away."""
    kept = [each for each in findings if not _is_refused(each, tokens)]
    kept.sort(key=lambda each: each.first)
    for kind in ("V", "T"):
        kept = _after_correction(kept, tokens, kind)
    is_planned = any(each.problem != "past" and each.kind != "time" for each in kept)
    return [each for each in kept if each.problem != "past" or not is_planned]


def _is_refused(finding: Finding, tokens: Sequence[Token]) -> bool:
    ends = finding.last + 1
    while ends < len(tokens) and tokens[ends].kind in "WUv":
        ends += 1  # 周五周六都不行.
    following = tokens[ends : ends + 2]
    if any(token.kind == "X" and token.value for token in following):
        return True  # "Saturday doesn't work".
    if [token.text for token in following[:1]] == ["no"] and _ends(following[1:2]):
        return True  # "El domingo no, mejor el sábado".
    near = tokens[max(0, finding.first - 3) : finding.first]
    is_close = True
    for token in reversed(near):
        if token.kind == "X" or (is_close and token.text == "no"):
            return True
        is_close &= token.kind in "tin"
        if token.kind in ",!v":
            return False
    return False


def _ends(following: Sequence[Token]) -> bool:
    """Whether a clause ends here; a "¿no?" at the end only asks for assent."""
    return all(token.kind in ",!" and token.text != "?" for token in following)


def _after_correction(findings: list[Finding], tokens: Sequence[Token], kind: str) -> list[Finding]:
    """Of each sort (days, times) the last said, where a word of change stands before it."""
    out: list[Finding] = []
    for is_time in (False, True):
        same = [each for each in findings if (each.kind == "time") is is_time]
        for index in range(len(same) - 1, 0, -1):
            start = 0 if kind == "T" else same[index - 1].last
            between = tokens[same[index - 1].last : same[index].first]
            is_choice = any(token.kind == "v" for token in between)
            changed = any(token.kind == kind for token in tokens[start : same[index].first])
            if changed and not is_choice and not _touch(same[index - 1], same[index], tokens):
                same = same[index:]
                break
        out += same
    return sorted(out, key=lambda each: each.first)


def _touch(first: Finding, second: Finding, tokens: Sequence[Token]) -> bool:
    return all(t.kind in "t,onP" for t in tokens[first.last + 1 : second.first])


def combine(
    findings: Sequence[Finding], tokens: Sequence[Token], ground: Ground
) -> tuple[tuple[date, ...], tuple[date, date] | None, str]:
    """The days, the span and the problem that all findings make together."""
    found = sided(_week_of(list(findings), ground), tokens, ground.said_on)
    found = _without_feast(found, tokens)
    bare = [each for each in found if each.kind == "weekday" and each.is_bare]
    sure = [each for each in found if each.kind == "day"]
    spans = [each for each in found if each.kind == "span"]
    doms = [each for each in found if each.kind == "dom"]
    weekdays = [each for each in found if each.kind == "weekday"]
    named = {each.weekday for each in bare}
    if bare and sure and all(day.weekday() in named for each in sure for day in each.days):
        found = [each for each in found if each not in bare]
        weekdays = []
    if weekdays and (sure or doms) and not _is_choice(found, tokens):
        return _agreed(weekdays[-1], (sure or doms)[-1], ground)
    if (bare or doms) and spans and not sure and spans[-1].span:
        narrowed = _narrowed(bare, doms, spans[-1].span)
        if narrowed:
            return narrowed, None, _problem(spans)
    days = [day for each in found for day in each.days]
    if days or any(each.problem for each in sure):
        return tuple(dict.fromkeys(days))[:DAYS_OFFERED], None, _problem(found)
    return (), _covering(spans), _problem(spans)


def _week_of(found: list[Finding], ground: Ground) -> list[Finding]:
    """ "The week of the 14th": the day that follows becomes its week."""
    out: list[Finding] = []
    for each in found:
        before = out[-1] if out else None
        if before is not None and before.kind == "week_of" and each.days:
            span = week_around(each.days[0], ground.said_on)
            if before.weekday is not None:
                span = weekend_around(each.days[0])
            out[-1] = replace(each, kind="span", days=(), span=span, first=before.first)
        else:
            out.append(each)
    return [each for each in out if each.kind != "week_of"]


def _without_feast(found: list[Finding], tokens: Sequence[Token]) -> list[Finding]:
    """A feast beside another day is what is celebrated, unless both are offered."""
    others = [e for e in found if e.kind in ("day", "weekday", "dom") and e.days]
    if not others or _is_choice(found, tokens):
        return found
    return [each for each in found if each.kind != "feast"]


def _is_choice(found: Sequence[Finding], tokens: Sequence[Token]) -> bool:
    """Whether "or" or "and" stands between two days."""
    days = [each for each in found if each.kind != "time"]
    return any(
        any(t.kind == "v" for t in tokens[one.last + 1 : other.first])
        and other.first - one.last < 7
        for one, other in pairwise(days)
    )


def _agreed(weekday: Finding, dated: Finding, ground: Ground) -> tuple[tuple[date, ...], None, str]:
    """A weekday and a date: one day where they agree, both to be asked where they do not."""
    wanted = weekday.weekday
    if not dated.days:
        return weekday.days, None, dated.problem
    agreeing = tuple(day for day in dated.days if day.weekday() == wanted)
    if agreeing:
        return agreeing, None, dated.problem
    if len(dated.days) == 1 and dated.dom and weekday.days and not weekday.is_bare:
        return (*dated.days, *weekday.days[:1]), None, "mismatch"
    day = dated.days[0]
    ahead = ((wanted or 0) - day.weekday()) % 7
    nearest = day + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    nearest = nearest if nearest >= ground.said_on else nearest + timedelta(days=7)
    return (day, nearest), None, "mismatch"


def _narrowed(
    bare: Sequence[Finding], doms: Sequence[Finding], span: tuple[date, date]
) -> tuple[date, ...]:
    """The days of a span that the weekdays and numbers said with it allow."""
    length = min((span[1] - span[0]).days, 62)
    days = [span[0] + timedelta(days=n) for n in range(length + 1)]
    if bare:
        weekdays = {each.weekday for each in bare}
        days = [day for day in days if day.weekday() in weekdays]
    if doms:
        numbers = {each.dom for each in doms}
        days = [day for day in days if day.day in numbers]
    return tuple(days[:DAYS_OFFERED])


def _covering(spans: Sequence[Finding]) -> tuple[date, date] | None:
    found = [each.span for each in spans if each.span]
    if not found:
        return None
    return min(first for first, _ in found), max(last for _, last in found)


def _problem(found: Sequence[Finding]) -> str:
    return next((each.problem for each in reversed(found) if each.problem), "")
