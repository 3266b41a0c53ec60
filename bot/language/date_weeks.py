"""Rules for weekdays, weeks, weekends, months and feasts: all that counts from the message's day.

Ours, not a library's: libraries answer "next Saturday" with one date, though half of the people who
write it on a Wednesday mean the other one; a Chinese 下周六 on the contrary leaves no doubt.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.language.date_days import in_month, next_dom, week_around
from bot.language.date_feasts import feast_days
from bot.language.date_rules import Finding, Ground, Hit, rules
from bot.language.date_spans import (
    SUNDAY,
    WEEK,
    coming,
    in_week,
    later,
    read_beside_feast,
    read_coming,
    read_day_after,
    read_feast,
    read_feast_weekend,
    read_month,
    read_named_month,
    read_week,
    read_weekend,
)
from bot.language.date_tokens import Token

MOST_WEEKS = 26
"""Later than that nobody names a weekday."""


def next_days(said_on: date, weekday: int) -> tuple[date, ...]:
    """What "next Saturday" can mean: the coming one, or the one of the next calendar week, which
    begins on Sunday for some and on Monday for others. Where all agree it is certain: a "next
    Tuesday" said on a Friday, and a "next Saturday" said on a Saturday."""
    nearest = coming(said_on, weekday)
    of_monday_week = in_week(said_on, weekday, 1)
    # In a week that begins on Sunday, Sunday is day 0.
    gone, wanted = (said_on.weekday() + 1) % WEEK, (weekday + 1) % WEEK
    of_sunday_week = said_on + timedelta(days=wanted - gone + WEEK)
    others = sorted({of_monday_week, of_sunday_week} - {nearest})
    if not others:
        return (nearest,)
    # In mid-week the coming one is "this"; on a Sunday the past week is still in people's minds.
    is_far_likelier = said_on.weekday() != SUNDAY
    return (*others, nearest) if is_far_likelier else (nearest, *others)


def _said_weekday(said_on: date, weekday: int) -> tuple[date, ...]:
    """A bare weekday: the coming one; on that very weekday today is possible too."""
    days = (coming(said_on, weekday),)
    return (*days, said_on) if said_on.weekday() == weekday else days


def _bare(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("w")
    if token is None:
        return None
    days = _said_weekday(ground.said_on, token.value)
    if hit.get("y") is not None or (token.text.endswith("days") and ground.language == "en"):
        days = tuple(later(days[0], WEEK * n) for n in range(4))
    return Finding(kind="weekday", days=days, weekday=token.value, is_bare=True)


def _this(hit: Hit, ground: Ground) -> Finding | None:
    token, said_on = hit.get("w"), ground.said_on
    if token is None:
        return None
    days = _said_weekday(said_on, token.value)
    is_coming = hit.get("certain") is not None
    return Finding(kind="weekday", days=days[:1] if is_coming else days[::-1], weekday=token.value)


def _next(hit: Hit, ground: Ground) -> Finding | None:
    weekday = hit.value("w")
    days = next_days(ground.said_on, weekday)
    # "El próximo sábado" is the nearest one by the grammars, and not by everyone.
    is_spanish = "proxim" in hit.all_text()
    return Finding(
        kind="weekday", days=tuple(sorted(days)) if is_spanish else days, weekday=weekday
    )


def _last(hit: Hit, ground: Ground) -> Finding | None:
    day = coming(ground.said_on, hit.value("w")) - timedelta(days=WEEK)
    day -= timedelta(days=WEEK if day == ground.said_on else 0)
    return Finding(kind="weekday", days=(day,), weekday=hit.value("w"), problem="past")


def _after_next(hit: Hit, ground: Ground) -> Finding | None:
    """By the dictionary: not the coming one but the one that follows it."""
    after = hit.get("after")
    if after is None or after.value != 1:
        return None
    day = later(coming(ground.said_on, hit.value("w")), WEEK)
    return Finding(kind="weekday", days=(day,), weekday=hit.value("w"))


def _of_week(hit: Hit, ground: Ground) -> Finding | None:
    """A Chinese weekday with its week: certain, for weeks begin on Monday."""
    token = hit.get("w")
    if token is None:
        return None
    day = in_week(ground.said_on, token.value, token.numbers[0])
    if token.numbers[0] == 0 and day < ground.said_on:
        day = coming(ground.said_on, token.value)  # 这周六 said on a Sunday plans ahead.
    problem = "past" if day < ground.said_on else ""
    return Finding(kind="weekday", days=(day,), weekday=token.value, problem=problem)


def _same_week(hit: Hit, ground: Ground) -> Finding | None:
    """下周三或周四: the second day is of the same week."""
    token = hit.get("h")
    if token is None:
        return None
    weekdays = (token.value, hit.value("w"))
    days = tuple(in_week(ground.said_on, each, token.numbers[0]) for each in weekdays)
    return Finding(kind="weekday", days=tuple(day for day in days if day >= ground.said_on))


def _weekdays(hit: Hit, ground: Ground) -> Finding | None:
    """ "Mon-Fri"; after a word of moving only the last is wanted."""
    first = coming(ground.said_on, hit.value("w"))
    last = coming(first, hit.value("w2"))
    if any(token.kind == "T" for token in hit.tokens[: hit.match.start()]):
        day = coming(ground.said_on, hit.value("w2"))
        return Finding(kind="weekday", days=(day,), weekday=hit.value("w2"))
    return Finding(kind="span", span=(first, last))


def _numbered(hit: Hit, ground: Ground) -> Finding | None:
    """ "El sábado 12": Spanish leaves "el" out before the number; it must be such a weekday."""
    token, day = hit.get("w"), next_dom(ground, hit.value("d"))
    if token is None or ground.language != "es" or not 1 <= hit.value("d") <= 31 or day is None:
        return None
    if day.weekday() != token.value:
        return None
    return Finding(kind="dom", days=(day,), dom=day.day)


def _relative(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("r")
    if token is None:
        return None
    day = later(ground.said_on, token.value)
    return Finding(
        kind="day", days=(day,), part=token.part, problem="past" if token.value < 0 else ""
    )


def _bases(token: Token, ground: Ground) -> tuple[date, ...]:
    """The days another day is counted from."""
    said_on = ground.said_on
    if token.kind == "R":
        return (later(said_on, token.value),)
    if token.kind == "J":
        return feast_days(token.text, said_on)
    if token.kind == "O":
        day = next_dom(ground, token.value)
        return (day,) if day else ()
    if token.kind == "H":
        return (in_week(said_on, token.value, token.numbers[0]),)
    return _said_weekday(said_on, token.value)


def _counted_from(hit: Hit, ground: Ground) -> Finding | None:
    base, unit = hit.get("x"), hit.get("u")
    if unit is None:
        return None
    count = hit.value("n", 1) or 1
    days = count if unit.kind == "k" else WEEK * count
    if unit.kind == "l":
        days = WEEK
    sign = hit.get("r")
    days = -days if sign is not None and sign.kind == "B" else days
    bases = _bases(base, ground) if base else (ground.said_on,)
    found = tuple(later(each, days) for each in bases)
    if not found:
        return None
    if base is not None and base.kind == "J" and unit.kind == "w" and hit.get("n") is None:
        return Finding(kind="span", span=week_around(found[0], ground.said_on))
    return Finding(kind="day", days=found, problem="past" if max(found) < ground.said_on else "")


def _in(hit: Hit, ground: Ground) -> Finding | None:
    unit, counted, weekday = hit.get("u"), hit.get("g"), hit.get("w")
    days, months = counted.numbers if counted else (0, 0)
    count = min(hit.value("n", 1) or 1, 120)
    if unit is not None:
        after = hit.get("after")
        if after is not None and after.text != "from now":
            return None
        days, months = (0, count) if unit.kind == "s" else (count, 0)
        days *= WEEK if unit.kind == "w" else 1
    first = in_month(ground, months)
    length = monthrange(first.year, first.month)[1]
    day = later(first.replace(day=min(ground.said_on.day, length)), days)
    if weekday is not None and days % WEEK == 0:
        day = max(in_week(day, weekday.value, 0), ground.said_on)
    return Finding(kind="day", days=(day,))


def _fortnight(hit: Hit, ground: Ground) -> Finding | None:
    """ "Sábado en ocho": a week after the coming one."""
    weeks = {8: 1, 15: 2}.get(hit.value("n"), 0)
    if not weeks:
        return None
    day = later(coming(ground.said_on, hit.value("w")), WEEK * weeks)
    return Finding(kind="weekday", days=(day,), weekday=hit.value("w"))


def _weekday_in(hit: Hit, ground: Ground) -> Finding | None:
    """ "Saturday in two weeks": so long after the coming one, or the one nearest to that day."""
    weekday, weeks = hit.value("w"), hit.value("n")
    if not 1 <= weeks <= MOST_WEEKS:
        return None
    after = later(coming(ground.said_on, weekday), WEEK * weeks)
    nearest = coming(later(ground.said_on, WEEK * weeks - (WEEK + 1) // 2), weekday)
    days = (after,) if after == nearest else (after, nearest)
    return Finding(kind="weekday", days=days, weekday=weekday)


_YEAR = r"(?:,?[oI]?t?(?P<y>Y))?"
RULES = rules(
    {
        r"(?P<n>[jN])?(?P<u>[wk])(?P<r>[FA])[ot]*(?P<x>[RWUJOH])": _counted_from,
        r"(?P<n>[jN])?(?P<u>[wk])o(?P<x>[W])(?P<z>Z)": _counted_from,
        r"(?P<n>[jN])?(?P<u>[wk])(?P<r>B)[ot]*(?P<x>J)": _counted_from,
        r"t?(?P<u>k)?(?P<r>A)o?t?(?P<x>J)": read_day_after,
        r"(?P<w>[WU])I(?P<n>[jN])w": _weekday_in,
        r"I(?P<n>[jN])(?P<u>[kws])(?:[ntI]*(?P<w>W))?": _in,
        r"(?P<n>[jN])(?P<u>[kws])(?P<after>A)": _in,
        r"(?P<g>G)o?(?P<w>[WH])?": _in,
        r"t?(?P<w>[WU])(?P<after>A)": _after_next,
        r"(?P<w>W)I(?P<n>N)(?![chkws])": _fortnight,
        r"(?P<w>[WU])(?P<r>[AB])t?(?P<x>J)": read_beside_feast,
        r"(?P<x>J)(?P<r>[AB])o?(?P<w>[WU])": read_beside_feast,
        r"e(?P<r>[AB])o?t?(?P<x>J)": read_beside_feast,
        r"(?P<j>J)e": read_feast_weekend,
        r"eot?(?P<j>J)": read_feast_weekend,
        r"(?P<e>e)(?P<after>A)?": read_weekend,
        r"(?P<part>E)o?t?(?P<l>l)": read_week,
        r"(?P<l>l)(?P<part>E)?": read_week,
        r"ix(?P<n>[jN])?(?P<u>[kws])": read_coming,
        r"tx(?P<n>[jN])?\.?(?P<u>[kws])": read_coming,
        rf"(?P<part>E)d?o?t?(?P<m>[MK]){_YEAR}": read_month,
        r"(?P<part>E)o?t?(?P<g>g)": read_month,
        r"(?P<y>Y)?o?(?P<m>[MK])o?(?P<part>E)": read_month,
        r"(?P<g>g)o?(?P<part>E)": read_month,
        r"(?P<s>S)": read_month,
        r"(?P<g>g)": read_month,
        rf"(?P<lead>[Inxifuo]t?)(?P<m>[MK]){_YEAR}": read_month,
        rf"(?P<m>[MK])(?P<z>Z){_YEAR}": read_month,
        rf"(?P<y0>Y)?o?(?P<m>[MK])(?![NO]){_YEAR}": read_named_month,
        r"if?p(?P<w>[WU])": _last,
        r"p(?P<w>[WU])": _last,
        r"(?P<w>W)p": _last,
        r"(?P<h>H)v(?P<w>W)": _same_week,
        r"F?(?P<w>[WU])d(?P<w2>[WU])": _weekdays,
        r"(?P<w>W)(?P<d>N)(?=$|[,!aPCvFId ])": _numbered,
        r"if(?P<w>[WU])": _this,
        r"(?P<certain>f)(?P<w>[WU])": _this,
        r"(?P<w>W)(?P<certain>Z)": _this,
        r"i(?P<w>[WU])": _this,
        r"t?x(?P<w>[WU])": _next,
        r"(?P<w>W)x(?![wsk])": _next,
        r"(?P<w>H)": _of_week,
        r"(?P<r>R)": _relative,
        r"(?P<y>Y)o?(?P<j>J)": read_feast,
        rf"(?P<j>J){_YEAR}": read_feast,
        r"(?P<y>y)?j?(?P<w>W)": _bare,
        r"(?P<y>y)(?P<w>U)": _bare,
        r"(?:(?<=[nxifvHMN,!AFWRC])|^)(?P<w>U)": _bare,
        r"(?P<w>U)(?=a[NC0]|[CNOMKDPRv,])": _bare,
    }
)
