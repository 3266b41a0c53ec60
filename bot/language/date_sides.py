"""Days named only to say on which side of them: "by Dec 10", "before Christmas", "after the 5th".

Without these rules the very day the customer does not mean would be taken for certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.language.date_rules import Finding
from bot.language.date_spans import coming
from bot.language.date_tokens import Token

_AFTER = ("after", "following", "despues", "tras", "之后", "以后")
AHEAD = timedelta(days=30)
"""How far "after the 10th" reaches: a month, for a customer who names a day nearby."""


def weekend_around(day: date) -> tuple[date, date]:
    """The Saturday and Sunday of a day, or the ones that follow it."""
    saturday = day - timedelta(days=1) if day.weekday() == 6 else day
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    return saturday, saturday + timedelta(days=1)


def counted(found: Sequence[Finding], tokens: Sequence[Token]) -> list[Finding]:
    """ "A week from the 5th", "two weeks after Dec 5": the day that is meant, not the one named."""
    return [
        replace(each, kind="weekday", days=tuple(day + weeks for day in each.days), dom=0)
        if each.kind in ("day", "dom") and (weeks := _weeks_before(each, tokens))
        else each
        for each in found
    ]


def _weeks_before(finding: Finding, tokens: Sequence[Token]) -> timedelta:
    before = list(tokens[max(0, finding.first - 4) : finding.first])
    while before and before[-1].kind in "to":
        before.pop()
    kinds = "".join(token.kind for token in before)
    if kinds[-2:] not in ("wF", "wA") or kinds[-3:-2] not in ("j", "N"):
        return timedelta()
    return timedelta(days=7 * min(max(before[-3].value, 1), 52))


def sided(found: list[Finding], tokens: Sequence[Token], said_on: date) -> list[Finding]:
    """Days with "by", "before" or "after" become stretches, or the weekday beside them."""
    out: list[Finding] = []
    for each in found:
        side, at = _side(each, tokens) if len(each.days) == 1 else ("", 0)
        if not side or each.kind not in ("day", "dom", "feast") or each.problem:
            out.append(each)
            continue
        before = out[-1] if out else None
        if before is not None and before.is_bare and before.last == at - 1:
            day = _beside(each.days[0], before.weekday or 0, side)
            problem = "past" if day < said_on else ""
            out[-1] = replace(each, kind="day", days=(day,), first=before.first, problem=problem)
        else:
            span = _stretch(each.days[0], side, said_on)
            out.append(replace(each, kind="span", days=(), span=span))
    return out


def _side(finding: Finding, tokens: Sequence[Token]) -> tuple[str, int]:
    """ "before", "by" or "after", and where the word stands."""
    after = tokens[finding.last + 1] if finding.last + 1 < len(tokens) else None
    if after is not None and after.text in ("之前", "以前", "之后", "以后"):
        return ("after" if after.text in _AFTER else "before"), finding.last + 1
    index = finding.first - 1
    while index >= 0 and tokens[index].kind in "to":
        index -= 1
    token = tokens[index] if index >= 0 else None
    if token is None or token.kind not in "ABu":
        return "", 0
    if token.kind == "B":
        return "before", index
    side = "after" if token.text in _AFTER else "by" if token.text == "by" else ""
    return side, index


def _beside(day: date, weekday: int, side: str) -> date:
    if side == "after":
        return coming(day, weekday)
    return coming(day - timedelta(days=8 if side == "before" else 7), weekday)


def _stretch(day: date, side: str, said_on: date) -> tuple[date, date]:
    if side == "after":
        return day + timedelta(days=1), day + AHEAD
    last = day - timedelta(days=1) if side == "before" else day
    return min(said_on, last), last
