"""Rules for dates: "Dec 5th", "5 de diciembre", "12/1", "12月5日", "the 5th", ranges and choices.

Ours: libraries take 12/1 for one date where two are meant, "20 people" for the 20th.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.language.date_answers import is_answer
from bot.language.date_feasts import nth_weekday
from bot.language.date_rules import Finding, Ground, Hit, rules

MONTH_FIRST = ("US", "PH", "CN", "TW", "HK")  # Where 12/1 is the first of December.
_FRACTIONS = {(1, 2), (1, 3), (1, 4), (2, 3), (3, 4)}


def resolve(ground: Ground, month: int, day: int, year: int = 0) -> Finding | None:
    """A day of a month: the coming one unless the year was said."""
    said_on = ground.said_on
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    is_over = (month, day) < (said_on.month, said_on.day)
    in_year = year or said_on.year + is_over
    if not 1 < in_year < 9998 or day > monthrange(in_year, month)[1]:
        return Finding(kind="day", problem="no_such_day")
    found = date(in_year, month, day)
    return Finding(kind="day", days=(found,), problem="past" if found < said_on else "")


def in_month(ground: Ground, months: int) -> date:
    """The first day of a month so many months from now."""
    index = ground.said_on.year * 12 + ground.said_on.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def year_of(hit: Hit, ground: Ground) -> int:
    """The year said: 2001 and so on stand for "next year"; 0 where none was."""
    year = hit.value("y")
    return ground.said_on.year + year - 2000 if 2000 <= year <= 2002 else year


def _written(hit: Hit, ground: Ground) -> Finding | None:
    day, month = hit.get("d"), hit.get("m")
    if day is None or month is None:
        return None
    is_end = all(token.kind in ",!" for token in hit.tokens[hit.match.end() :][:1])
    if 31 < day.value < 40 and day.kind == "N" and day.start > month.start and is_end:
        return Finding(kind="day", problem="no_such_day")
    is_verb = month.kind == "K" and day.kind == "N" and hit.match.end() < len(hit.tokens)
    if is_verb and day.start < month.start and hit.tokens[hit.match.end()].kind == ".":
        return None  # "I think 7 may work".
    return resolve(ground, month.value, day.value, year_of(hit, ground))


def _range(hit: Hit, ground: Ground) -> Finding | None:
    year = year_of(hit, ground)
    month = hit.value("m")
    first = resolve(ground, month, hit.value("a"), year)
    last = resolve(ground, hit.value("m2", month), hit.value("b"), year)
    if first is None or last is None:
        return None
    if _is_move(hit):
        return last
    between = hit.get("by")
    is_span = hit.get("lead") is not None or (between is not None and between.kind in "dj")
    if not is_span:
        middle = hit.get("c")
        also = resolve(ground, month, middle.value, year) if middle else None
        days = first.days + (also.days if also else ()) + last.days
        return Finding(kind="day", days=days, problem=first.problem or last.problem)
    return _spanned(ground, first, last)


def _is_move(hit: Hit) -> bool:
    """ "Move it from Dec 5 to Dec 12" is no stretch of days: the last is wanted."""
    return any(token.kind == "T" for token in hit.tokens[: hit.match.start()])


def _spanned(ground: Ground, first: Finding, last: Finding) -> Finding:
    if not first.days or not last.days:
        return Finding(kind="day", problem="no_such_day")
    start, end = first.days[0], last.days[0]
    if start > end and start - end > timedelta(days=180):
        start = ground.said_on  # "Nov 20 to 30", said on the 23rd: the rest of it.
    return Finding(kind="span", span=(start, max(start, end)), problem=last.problem)


def _numeric(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("d")
    if token is None:
        return None
    first, second, year = token.numbers
    if token.value:
        return resolve(ground, first, second, year)
    if (first, second) in _FRACTIONS and not year and _is_fraction(hit):
        return None
    return numeric(ground, first, second, year)


def _is_fraction(hit: Hit) -> bool:
    """ "1/2 chicken, 1/2 steak": a word that is no time follows, or a number leads."""
    end = hit.match.end()
    before = hit.before()
    following = hit.tokens[end].kind if end < len(hit.tokens) else "!"
    return following in ".coth" or (before is not None and before.kind in "Nu")


def numeric(ground: Ground, first: int, second: int, year: int) -> Finding | None:
    """12/1: month and day in the order of the country; two dates where the customer's language
    has the other order and both are possible."""
    orders = [(first, second), (second, first)]
    if ground.territory not in MONTH_FIRST and ground.language != "zh":
        orders.reverse()
    is_doubtful = ground.language == "es" and ground.territory in MONTH_FIRST
    is_doubtful = is_doubtful and first != second
    readings = [
        each for month, day in orders if month <= 12 and (each := resolve(ground, month, day, year))
    ]
    good = [each for each in readings if not each.problem]
    if is_doubtful and good:
        return Finding(kind="day", days=tuple(day for each in good[:2] for day in each.days))
    return readings[0] if readings else None


def _numeric_span(hit: Hit, ground: Ground) -> Finding | None:
    ends = [hit.get("d"), hit.get("e")]
    found = [numeric(ground, *token.numbers) for token in ends if token]
    if len(found) != 2 or found[0] is None or found[1] is None:
        return None
    return found[1] if _is_move(hit) else _spanned(ground, found[0], found[1])


def _nth(hit: Hit, ground: Ground) -> Finding | None:
    rank, month = hit.get("r"), hit.get("m")
    if rank is None or month is None:
        return None
    place = -1 if rank.kind == "p" else rank.value
    year, number = year_of(hit, ground), month.value
    if month.kind == "g":
        first = in_month(ground, month.value)
        year, number = first.year, first.month
    said_on = ground.said_on
    found = _nth_of(hit, year or said_on.year, number, place)
    if not year and (found is None or found[1] < said_on):
        found = _nth_of(hit, said_on.year + 1, number, place)
    if found is None:
        return Finding(kind="day", problem="no_such_day")
    start, end = found
    if hit.get("w") is None:
        return Finding(kind="span", span=found, problem="past" if end < said_on else "")
    return Finding(kind="day", days=(start,), problem="past" if start < said_on else "")


def _nth_of(hit: Hit, year: int, month: int, rank: int) -> tuple[date, date] | None:
    weekday = hit.get("w")
    if hit.get("week") is not None:
        length = monthrange(year, month)[1]
        start = length - 6 if rank < 0 else 7 * rank - 6
        if start > length:
            return None
        return date(year, month, start), date(year, month, min(start + 6, length))
    found = nth_weekday(year, month, weekday.value if weekday else 5, rank)
    later = timedelta(days=0 if weekday else 1)
    return (found, found + later) if found else None


def next_dom(ground: Ground, day: int) -> date | None:
    """The next day of that number: the 31st skips a month of 30 days."""
    for months in range(13):
        first = in_month(ground, months)
        if 1 <= day <= monthrange(first.year, first.month)[1]:
            found = first.replace(day=day)
            if found >= ground.said_on:
                return found
    return None


def _dom(hit: Hit, ground: Ground) -> Finding | None:
    day = hit.value("d")
    found = next_dom(ground, day)
    is_word = (token := hit.get("d")) is not None and not token.text  # "The one".
    if (to := hit.get("al")) is not None and to.text != "al":
        return None
    many = hit.get("t")  # "Los 12" are people.
    is_counted = many is not None and many.text in ("los", "las")
    is_counted |= hit.get("k") is not None and "dia" not in hit.all_text()
    if found is None or is_counted or (is_word and ground.language == "en"):
        return None
    return Finding(kind="dom", days=(found,), dom=day)


def _dom_range(hit: Hit, ground: Ground) -> Finding | None:
    first, last = next_dom(ground, hit.value("a")), next_dom(ground, hit.value("b"))
    if first is None or last is None:
        return None
    if _is_move(hit):
        return Finding(kind="dom", days=(last,), dom=hit.value("b"))
    if hit.get("by") is not None and hit.get("lead") is None:
        return Finding(kind="day", days=(first, last))
    return Finding(kind="span", span=(min(first, ground.said_on) if first > last else first, last))


def _dom_of_month(hit: Hit, ground: Ground) -> Finding | None:
    first = in_month(ground, hit.value("g"))
    return resolve(ground, first.month, hit.value("d"), first.year)


def _asked_pair(hit: Hit, ground: Ground) -> Finding | None:
    if ground.asked != "date" or not is_answer(hit):
        return None
    return numeric(ground, hit.value("a"), hit.value("b"), 0)


def _asked_dotted(hit: Hit, ground: Ground) -> Finding | None:
    token = hit.get("d")
    if ground.asked != "date" or token is None or not is_answer(hit):
        return None
    first, second, *_ = token.numbers or tuple(int(n) for n in token.text.split("."))
    return numeric(ground, first, second, 0)


def _asked_dom(hit: Hit, ground: Ground) -> Finding | None:
    return _dom(hit, ground) if ground.asked == "date" and is_answer(hit) else None


def _two_days(hit: Hit, ground: Ground) -> Finding | None:
    """ "Dec 24/25"."""
    token = hit.get("d")
    if token is None or token.value or token.numbers[2]:
        return None
    found = [resolve(ground, hit.value("m"), day) for day in token.numbers[:2]]
    return Finding(kind="day", days=tuple(day for each in found if each for day in each.days))


def _week_of(hit: Hit, _ground: Ground) -> Finding | None:
    """ "The week of": what follows is read by the other rules and becomes a week, or weekend."""
    unit = hit.get("unit")
    return Finding(kind="week_of", weekday=5 if unit and unit.kind == "e" else None)


def _week_of_dom(hit: Hit, ground: Ground) -> Finding | None:
    that = hit.get("that")
    if that is not None and that.value != 9:
        return None
    found = resolve(ground, hit.value("m"), hit.value("d")) if hit.get("m") else None
    day = found.days[0] if found and found.days else next_dom(ground, hit.value("d"))
    return Finding(kind="span", span=week_around(day, ground.said_on)) if day else None


def week_around(day: date, said_on: date) -> tuple[date, date]:
    """The week of a day: Monday to Sunday, or from that day where it is a Sunday itself."""
    start = day if day.weekday() == 6 else day - timedelta(days=day.weekday())
    return max(start, said_on), start + timedelta(days=6)


_NO_COUNT = r"(?![cChw])"
_YEAR = r"(?:,?[oI]?t?(?P<y>Y))?"
_FIRST, _LAST = r"t?(?P<a>[NO])", r"t?(?P<b>[NO])"
_MONTH, _OTHER_MONTH = r"(?P<m>[MK])", r"(?P<m2>[MK])"
_MORE = r"(?:,(?P<c>[NO]))?,?"
_NOT_NEXT = r"(?!t?[NO](?![ch]))"
RULES = rules(
    {
        rf"(?P<lead>[bF])?{_MONTH}{_FIRST}(?P<by>[dvj])n?{_OTHER_MONTH}{_LAST}"
        rf"{_NO_COUNT}{_YEAR}": _range,
        rf"(?P<lead>[bFo])?{_FIRST}o?{_MONTH}(?P<by>[dvj]){_LAST}o?{_OTHER_MONTH}{_YEAR}": _range,
        rf"(?P<lead>[bF])?{_MONTH}{_FIRST}{_MORE}(?P<by>[dv]){_LAST}{_NO_COUNT}(?!o?[MK])"
        rf"{_YEAR}": _range,
        rf"(?P<lead>[bF]|o(?=t?[NO][dj]))?{_FIRST}{_MORE}(?P<by>[dvj]){_LAST}o?t?{_MONTH}"
        rf"{_NOT_NEXT}{_YEAR}": _range,
        r"F?(?P<d>D)d(?P<e>D)": _numeric_span,
        r"b(?P<d>D)v(?P<e>D)": _numeric_span,
        rf"(?P<r>[OQp])(?P<w>[WU])[oIt]*(?P<m>[MKg]){_YEAR}": _nth,
        r"(?P<y>Y)?o?(?P<m>[MKg])o?(?P<r>[Qp])o?(?P<w>[WU])": _nth,
        rf"(?P<r>[OQp])(?:e|(?P<week>w))[oIt]*(?P<m>[MKg]){_YEAR}": _nth,
        r"wot?(?P<d>N)(?=$|[,!nau ])": _week_of_dom,
        r"(?P<m>[MK])?(?P<d>[NO])o?(?P<that>w)": _week_of_dom,
        r"(?P<unit>[we])ot?(?=[NOMKD])": _week_of,
        r"(?P<m>[MK])(?P<d>D)": _two_days,
        rf"(?P<y>Y)o?{_MONTH}o?(?P<d>[NO])": _written,
        rf"{_MONTH}t?(?P<d>[NOQ]){_NO_COUNT}{_YEAR}": _written,
        rf"t?(?P<d>[NOQ])o?t?{_MONTH}{_NOT_NEXT}{_YEAR}": _written,
        r"(?P<d>D)(?!c)": _numeric,
        r"t?(?P<d>[NOQ])o?(?P<g>g)": _dom_of_month,
        r"(?P<g>g)t?(?P<d>[NOQ])(?!c)": _dom_of_month,
        r"(?P<lead>[bFo])?t?(?P<a>O)(?:d|j|(?P<by>v))n?t?(?P<b>O)": _dom_range,
        r"(?P<lead>[bF])t(?P<a>N)[dv]t?(?P<b>N)": _dom_range,
        r"(?P<lead>o)(?P<a>N)d(?P<b>N)(?=$|[^MKcPz])": _dom_range,
        r"^[.,!t]*(?P<a>N)d?(?P<b>N)[,!]*$": _asked_pair,
        r"^[.,!t]*(?P<d>0)[,!]*$": _asked_dotted,
        r"t?(?P<d>O)": _dom,
        r"(?P<t>t)(?P<d>N)(?=$|[,!aPCvZ ])": _dom,
        r"(?P<al>d)(?P<d>N)(?=$|[,!aPCvZ ])": _dom,
        r"t?(?P<k>k)(?P<d>N)(?![chkws])": _dom,
        r"^[.,!tnum]*(?P<d>N)[.,!m]*$": _asked_dom,
    }
)
