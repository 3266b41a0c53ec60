"""Readings of weekends, weeks, months and feasts: mostly stretches in which any day would do.

Called by the rules of bot/language/date_weeks.py; the arithmetic of weeks is here too.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.language.date_days import in_month, year_of
from bot.language.date_feasts import feast_days, is_only_a_kind
from bot.language.date_rules import Finding, Ground, Hit

SATURDAY, SUNDAY, WEEK = 5, 6, 7


def later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max


def coming(said_on: date, weekday: int) -> date:
    """The first such weekday after the day of the message."""
    return said_on + timedelta(days=(weekday - said_on.weekday() - 1) % WEEK + 1)


def in_week(said_on: date, weekday: int, weeks: int) -> date:
    """The weekday of a week so many from now, weeks beginning on Monday."""
    return said_on + timedelta(days=weekday - said_on.weekday() + WEEK * weeks)


def read_feast_weekend(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("j")
    days = feast_days(token.text, ground.said_on) if token else ()
    if len(days) != 1:
        return None
    day = days[0]
    saturday = day - timedelta(days=(day.weekday() - SATURDAY) % WEEK)
    if day.weekday() in (1, 2, 3, 4):
        saturday = coming(day, SATURDAY)
    first, last = min(day, saturday), max(day, saturday + timedelta(days=1))
    is_near = (last - first).days <= 4
    return Finding(kind="span", span=(first, last) if is_near else (saturday, last))


def read_weekend(hit: Hit, ground: Ground) -> Finding | None:
    said_on, weeks = ground.said_on, hit.value("e")
    after = hit.get("after")
    weeks = 2 if after is not None and after.value == 1 else weeks
    saturday = in_week(said_on, SATURDAY, 0)
    # "Next weekend" is the one after the coming one: the coming one is "this weekend" for most.
    # Either way no day is certain and the customer is shown dates to choose from.
    first = saturday + timedelta(days=WEEK * weeks)
    last = first + timedelta(days=1)
    if last < said_on:
        return Finding(kind="span", span=(first, last), problem="past")
    return Finding(kind="span", span=(max(first, said_on), last))


def read_week(hit: Hit, ground: Ground) -> Finding | None:
    monday = in_week(ground.said_on, 0, hit.value("l"))
    first, last = monday, monday + timedelta(days=6)
    part = hit.value("part")
    first += timedelta(days={2: 1, 3: 3}.get(part, 0))
    last -= timedelta(days={1: 4, 2: 3}.get(part, 0))
    if last < ground.said_on:
        return Finding(kind="span", span=(first, last), problem="past")
    return Finding(kind="span", span=(max(first, ground.said_on), last))


def read_month(hit: Hit, ground: Ground) -> Finding | None:
    """A month, or its beginning, middle or end."""
    named, relative = hit.get("m"), hit.get("g")
    part, said_on = hit.value("part") or hit.value("s"), ground.said_on
    year = year_of(hit, ground)
    if named is not None:
        over = not year and (named.value, _last_of(part)) < (said_on.month, said_on.day)
        first = date(year or said_on.year + over, named.value, 1)
    else:
        first = in_month(ground, relative.value if relative else 0)
        if relative is None and _last_of(part) < said_on.day:
            first = in_month(ground, 1)
    length = monthrange(first.year, first.month)[1]
    start = first.replace(day={2: 11, 3: 21}.get(part, 1))
    end = first.replace(day=min(_last_of(part), length))
    if end < said_on:
        return Finding(kind="span", span=(start, end), problem="past")
    return Finding(kind="span", span=(max(start, said_on), end))


def _last_of(part: int) -> int:
    return {1: 10, 2: 20}.get(part, 31)


def read_named_month(hit: Hit, ground: Ground) -> Finding | None:
    """A month by its bare name, unless the name is a person's or a verb."""
    token = hit.get("m")
    if token is None:
        return None
    is_alone = len(hit.tokens) <= 2 or ground.asked == "date" or hit.get("y") is not None
    if not is_alone and (token.kind == "K" or token.text in ("april", "june", "august", "jan")):
        return None
    return read_month(hit, ground)


def read_coming(hit: Hit, ground: Ground) -> Finding | None:
    unit = hit.get("u")
    days = min(hit.value("n", 3) or 3, 60) * (1 if unit and unit.kind == "k" else WEEK)
    return Finding(kind="span", span=(ground.said_on, later(ground.said_on, days)))


def read_beside_feast(hit: Hit, ground: Ground) -> Finding | None:
    feast, side = hit.get("x"), hit.get("r")
    if feast is None or side is None:
        return None
    days = feast_days(feast.text, ground.said_on)
    if len(days) != 1:
        return None
    weekday = hit.get("w")
    wanted = weekday.value if weekday else SATURDAY
    found = coming(days[0], wanted)
    if side.kind == "B":
        found = coming(days[0] - timedelta(days=WEEK + 1), wanted)
    if weekday is None:
        return Finding(kind="span", span=(found, found + timedelta(days=1)))
    return Finding(kind="day", days=(found,))


def read_feast(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("j")
    if token is None or is_only_a_kind(ground.text[token.end : token.end + 20].lower()):
        return None
    days = feast_days(token.text, ground.said_on, year=year_of(hit, ground))
    if not days:
        return None
    return Finding(kind="feast", days=days, problem="past" if days[-1] < ground.said_on else "")


def read_day_after(hit: Hit, ground: Ground) -> Finding | None:
    after, feast = hit.get("r"), hit.get("x")
    if after is None or feast is None or (hit.get("u") is None and after.text != "the day after"):
        return None
    days = tuple(later(each, 1) for each in feast_days(feast.text, ground.said_on))
    return Finding(kind="day", days=days) if days else None
