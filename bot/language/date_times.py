"""Rules for times of day: "6pm", "half past six", "a las 6", "下午三点半", "from 5 to 8pm".

A six without its half of the day is two times, unless the words around it settle which. Ours:
libraries take a bare six for the morning, and "5 to 8pm" for two times of which the last wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time

from bot.language.date_answers import answers
from bot.language.date_days import next_dom
from bot.language.date_rules import Finding, Ground, Hit, rules
from bot.language.date_tokens import Token, clock

_AFTER_NOON = ("noon", "afternoon", "evening")


def settle(times: tuple[time, ...], part: str) -> tuple[time, ...]:
    """The one of two readings that the part of the day allows; of two times each its own."""
    if len(times) == 4:
        return (*settle(times[:2], part), *settle(times[2:], part))
    if len(times) == 1 and times[0].hour == 12 and part in ("night", "evening"):
        return (times[0].replace(hour=0),)
    if len(times) != 2 or not part or (times[0].hour + 12) % 24 != times[1].hour:
        return times
    early, late = times
    if part == "morning" or (part == "noon" and early.hour in (10, 11)):
        return (early,)
    if part in _AFTER_NOON or early.hour >= 5:
        return (late,)
    return (early,)


def _of(token: Token | None, half: str = "") -> tuple[time, ...]:
    if token is None:
        return ()
    if token.times:
        return token.times
    if token.kind == "0":
        before, _, after = token.text.partition(".")
        return clock(int(before), int(after)) if after.isdigit() and len(after) == 2 else ()
    hour, minute = divmod(token.value, 100) if token.value >= 100 else (token.value, 0)
    return clock(hour, minute, half=half)


def _part(hit: Hit, *groups: str) -> str:
    return next((token.part for group in groups if (token := hit.get(group))), "")


def _said(times: Iterable[time], part: str = "") -> Finding | None:
    found = tuple(times)
    return Finding(kind="time", times=found, part=part) if found else None


def _beside_part(hit: Hit, ground: Ground) -> Finding | None:
    """ "6 por la tarde"; of "el sábado 12 por la noche" the figure is the day of that Saturday."""
    before, part = hit.before(), hit.get("p")
    is_dated = before is not None and before.kind == "W" and part and part.text[:2] != "de"
    day = next_dom(ground, hit.value("c")) if is_dated else None
    if before is not None and day is not None and day.weekday() == before.value:
        return None
    return _plain(hit, ground)


def _plain(hit: Hit, ground: Ground) -> Finding | None:
    """A clock time with the part of the day beside it."""
    half = hit.get("z")
    times = _of(hit.get("c"), half.text if half else "")
    part = _part(hit, "p", "q")
    if hit.get("r") is not None:
        part = _part(hit, "r")
        if not part or not 1 <= hit.value("c") <= 12:
            return None
    return _said(settle(times, part), "" if hit.get("r") else part)


def _at(hit: Hit, ground: Ground) -> Finding | None:
    """ "At 6"; "at one big table" is none."""
    token, end = hit.get("c"), hit.match.end()
    is_word = token is not None and token.kind == "N" and not token.text
    before = hit.before()
    if before is not None and before.text in ("we're", "were", "are", "we", "estamos", "vamos"):
        return None  # "We're at 16 now".
    if is_word and end < len(hit.tokens) and hit.tokens[end].kind == ".":
        return None
    return _plain(hit, ground)


def _from(hit: Hit, ground: Ground) -> Finding | None:
    """The start of a stretch: "from 5 to 8pm" starts at 17:00, "11 to 2pm" in the morning."""
    half, part = hit.get("z"), _part(hit, "p", "q")
    if hit.get("z") is None and max(hit.value("a"), hit.value("b")) > 12:
        return None  # "From 15 to 20" are guests.
    start = settle(_of(hit.get("a")), _part(hit, "p"))
    end = settle(_of(hit.get("b"), half.text if half else ""), part)
    if len(start) == 2 and len(end) == 1:
        earlier = [each for each in start if each < end[0]]
        start = (earlier[-1],) if earlier else start
    return _said(start, _part(hit, "p")) if end else None


def _choice(hit: Hit, ground: Ground) -> Finding | None:
    """ "5 or 6pm", "between 5 and 6": several, to be asked."""
    first, second = hit.get("a"), hit.get("b")
    if first is None or second is None:
        return None
    half, part = hit.get("z"), _part(hit, "p")
    is_loose = hit.tokens[hit.match.start()].kind in "bu" and not (half or part or second.times)
    if is_loose and max(first.value, second.value) > 12:
        return None  # "Entre 20 y 25" are guests.
    later = settle(_of(second, half.text if half else ""), part)
    if ground.language == "es" and not second.times and second.value >= 10 and not half:
        return _said(settle(clock(first.value, second.value), part), part)
    earlier = settle(_of(first), part)
    if len(later) == 1 and len(earlier) == 2:
        near = [each for each in earlier if each < later[0]]
        earlier = (near[-1],) if near else earlier
    elif len(earlier) == 1 and len(later) == 2:  # "Between noon and 3".
        later = tuple(each for each in later if each > earlier[0])[:1] or later
    return _said((*earlier, *later), part) if later else None


def _spelled(hit: Hit, ground: Ground) -> Finding | None:
    """ "Half past six", "six thirty", "seis menos cuarto", "quarter to 8pm"."""
    shift, minutes, dash = hit.get("q"), hit.get("n"), hit.get("dash")
    if minutes is not None and (minutes.text or minutes.value % 5 or minutes.value > 55):
        return None  # "6 30": figures, which may count something else.
    if dash is not None and dash.text != "-":
        return None
    half, part = hit.get("z"), _part(hit, "p")
    hours = _of(hit.get("h"), half.text if half else "")
    if not hours or (hit.value("h") > 12 or any(hour.minute for hour in hours)):
        return None
    later = _SHIFTS[shift.value] if shift else minutes.value if minutes else 0
    times = tuple(_shifted(hour, later) for hour in hours)
    return _said(settle(times, part), part)


_SHIFTS = {0: 30, 1: 15, 2: -15}


def _shifted(hour: time, minutes: int) -> time:
    total = (hour.hour * 60 + minutes) % (24 * 60)
    return time(total // 60, total % 60)


def _past(hit: Hit, ground: Ground) -> Finding | None:
    """ "20 past 6"."""
    past = hit.get("p")
    if past is None or past.text != "past" or hit.value("n") > 59 or hit.value("h") > 12:
        return None
    return _said(clock(hit.value("h"), hit.value("n")))


def _asked(hit: Hit, ground: Ground) -> Finding | None:
    if ground.asked != "time" or not answers(hit):
        return None
    return _said(_of(hit.get("c")))


def _around(hit: Hit, ground: Ground) -> Finding | None:
    """ "About 7": a time only beside a day or a part of one; else it may count guests."""
    if not 1 <= hit.value("c") <= 12 and not _of(hit.get("c")):
        return None
    return _plain(hit, ground)


def _hedged(hit: Hit, ground: Ground) -> Finding | None:
    """ "A Saturday night after dark, like 9": a time where one part of a day is spoken of and no
    guests are; twelve at night is sooner a count."""
    parts = {token.part for token in hit.tokens if token.kind in "PR" and token.part}
    times = _of(hit.get("c"))
    after = hit.tokens[hit.match.end() :][:1]
    is_for_day = any(token.text in ("for", "para") for token in after)  # "Like 10 for Saturday".
    if is_for_day or len(parts) != 1 or not 1 <= hit.value("c") <= 12 or not times:
        return None
    part = min(parts)
    if hit.value("c") == 12 and part not in ("noon", "afternoon"):
        return None
    later = hit.get("d")
    return _said((*settle(times, part), *settle(_of(later), part)), part)


def only_part(tokens: Sequence[Token], kinds: str) -> tuple[str, str]:
    """The part of the day the text speaks of, and the one that settles a bare six."""
    parts = list(dict.fromkeys(t.part for t in tokens if t.kind in "PR" and t.part))
    meals = list(dict.fromkeys(t.part for t in tokens if t.kind == "L"))
    part = parts[0] if len(parts) == 1 else ""
    if not parts:
        clocks = [t.part for t in tokens if t.kind == "C" and t.part]
        part = clocks[0] if clocks else ""
        return part, meals[0] if len(meals) == 1 else ""
    return part, part


_NOT_DAY = r"(?<![MKg])(?<![MKg]t)"
_P = r"(?:[,It]{0,2}(?P<p>P))?"
_Q = r"(?:[,It]{0,2}(?P<q>P))?"
RULES = rules(
    {
        rf"{_NOT_DAY}(?:(?P<p>P)[au]?)?[Fb]?a?(?P<a>[NC0])z?[dj]a?"
        r"(?:(?P<q>P)[au]?)?(?P<b>C)": _from,
        r"[Fao]{1,2}(?P<a>[NC0])z?[dja]{1,2}(?P<b>N)(?P<z>z)?(?:[,t]?(?P<q>P))(?![c])": _from,
        r"(?:F|a|Fa|ao|o(?=a))a?(?P<a>[NC0])z?(?:[dj]a?|a)(?P<b>N)(?P<z>z)?(?![cMKo])": _from,
        rf"{_NOT_DAY}(?P<a>N)[dj](?P<b>N)(?P<z>z)": _from,
        rf"{_NOT_DAY}(?P<a>N)[dj](?P<b>N)(?P<q>P)": _from,
        rf"[bau]{{0,2}}{_NOT_DAY}(?P<a>[NC0])[v]a?(?P<b>C){_P}": _choice,
        rf"[bau]{{1,2}}(?P<a>[NC0])[v](?P<b>N)(?P<z>z)?{_P}(?!c)": _choice,
        rf"{_NOT_DAY}(?P<a>N)v(?P<b>N)(?P<z>z){_P}": _choice,
        rf"{_NOT_DAY}[au]*(?P<q>q)a?(?P<h>[NC])(?P<z>z)?{_P}": _spelled,
        rf"[au]*{_NOT_DAY}(?P<h>[NC])(?P<q>q)(?P<z>z)?{_P}": _spelled,
        rf"[au]*{_NOT_DAY}(?P<h>N)(?P<dash>d)?(?P<n>N)(?P<z>z)?{_P}(?!c)": _spelled,
        r"[au]*(?P<n>N)h?(?P<p>p)(?P<h>N)": _past,
        rf"(?:(?P<p>P)[au]*)?(?P<c>C)z?{_Q}": _plain,
        r"(?P<p>P)[au]{1,2}(?P<c>[N0])(?P<z>z)?(?![chkws])": _plain,
        rf"{_NOT_DAY}[au]*(?P<c>N)(?P<z>z){_P}": _plain,
        rf"{_NOT_DAY}(?<!t)[au]*(?P<c>[N])[,It]{{0,2}}(?P<p>P)": _beside_part,
        rf"{_NOT_DAY}(?<![on])[au]*(?P<c>N)(?=(?P<r>R))": _plain,
        r"(?P<p>P)(?P<c>N)(?![cohkwsMK])": _plain,
        rf"a[u]?(?P<c>[N0])(?![chkwszN]|o?[MK]){_P}": _at,
        r"(?<=[WMORDJeYHPUl])[,!]?u(?P<c>[N0])(?![chkws.])": _around,
        r"u(?P<c>0)": _around,
        r"u(?P<c>[N0])(?=n?[,t]?[WRJDHe])": _around,
        r"[mu]{1,3}a?(?P<c>[N0])(?:v(?P<d>[N0]))?(?=m?n?t?(?:$|[,!WRJDHeMKF]))": _hedged,
        rf"{_NOT_DAY}(?<![tnK])(?P<c>[N0])m(?=$|[,!nWRJDHeMKF])": _hedged,
        r"[ABt]?[AB](?P<c>N)(?=$|[,!nPRvtI])": _around,
        r"(?P<c>[N0])(?![chkwsMKo])": _asked,
    }
)
