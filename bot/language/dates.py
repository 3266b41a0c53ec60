"""When a customer wants us: dates and times in their own words, English, Spanish or Chinese.

What is clear is one day; what people truly mean differently is several, likeliest first, for the
caller to ask. Resolved against the message's own time in the business's zone. No trade's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.language import date_days, date_times, date_weeks
from bot.language.date_merge import combine, standing
from bot.language.date_rules import Finding, Ground, run
from bot.language.date_shifts import plainly
from bot.language.date_sides import counted
from bot.language.date_times import only_part, settle
from bot.language.date_tokens import Token, cut


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReading:
    """What a text says of when."""

    words: str = ""
    """The customer's own words, first to last; empty where nothing was said."""
    days: tuple[date, ...] = ()
    """One is certain; several must be asked, likeliest first; none means no day was said."""
    span: tuple[date, date] | None = None
    """First and last day of "next weekend" or "in June": any day within."""
    times: tuple[time, ...] = ()
    """One is certain; "at 6" is two."""
    part: str = ""
    """Empty, morning, noon, afternoon, evening or night."""
    problem: str = ""
    """Empty, past, no_such_day (30 February), no_such_time (clocks go forward) or mismatch
    (weekday and date disagree)."""


def read_dates(
    text: str, *, language: str, said_at: datetime, territory: str = "US", asked: str = ""
) -> DateReading:
    """Read the day and the time a customer speaks of.

    Args:
        text: one message, of any kind and length; ISO dates and times are understood too.
        language: of the conversation; the other languages' words are understood as well.
        said_at: when the message was written, aware, in the business's zone.
        territory: country of the business: says whether 12/1 is in December or in January.
        asked: "date" or "time" where that had just been asked, so that a bare "6" is one.
    """
    text = plainly(text, said_at.date())
    ground = Ground(
        said_on=said_at.date(), language=language, territory=territory, asked=asked, text=text
    )
    tokens = cut(text, language)
    kinds = "".join(token.kind for token in tokens)
    kinds, found = run(kinds, tokens, ground, date_times.RULES)
    for table in (date_days.RULES, date_weeks.RULES):
        kinds, more = run(kinds, tokens, ground, table)
        found += more
    meant = standing(counted(found, tokens), tokens)
    days, span, problem = combine([each for each in meant if each.kind != "time"], tokens, ground)
    if days and not problem and max(days) < ground.said_on:
        problem = "past"  # Whatever the words were, no day that is over is ever given as open.
    part, settling = only_part(tokens, kinds)
    times = _times([each for each in meant if each.kind == "time"], settling)
    times, trouble = _possible(days, times, said_at)
    return DateReading(
        words=_words(text, [*meant, *_parts(kinds)], tokens),
        days=days,
        span=span,
        times=times,
        part=part,
        problem=problem or trouble,
    )


def _times(found: Sequence[Finding], settling: str) -> tuple[time, ...]:
    settled = [at for each in found for at in settle(each.times, settling)]
    return tuple(dict.fromkeys(settled))


def _possible(
    days: Sequence[date], times: tuple[time, ...], said_at: datetime
) -> tuple[tuple[time, ...], str]:
    """The times that exist on the day and are not over, and what is wrong where none is."""
    if len(days) != 1 or not times:
        return times, ""
    real = tuple(at for at in times if _exists(days[0], at, said_at))
    if not real:
        return times, "no_such_time"
    if days[0] != said_at.date():
        return real, ""
    ahead = tuple(at for at in real if at >= said_at.time().replace(tzinfo=None))
    return (ahead, "") if ahead else (real, "past")


def _exists(day: date, at: time, said_at: datetime) -> bool:
    """Whether the clock shows this time on this day: it leaps an hour in spring."""
    try:
        local = datetime.combine(day, at, tzinfo=said_at.tzinfo)
        back = local.astimezone(UTC).astimezone(said_at.tzinfo)
    except OverflowError:
        return True
    return back.replace(tzinfo=None) == local.replace(tzinfo=None)


def _parts(kinds: str) -> list[Finding]:
    """Parts of the day said beside no time."""
    return [
        Finding(kind="part", first=index, last=index)
        for index, kind in enumerate(kinds)
        if kind == "P"
    ]


def _words(text: str, found: Sequence[Finding], tokens: Sequence[Token]) -> str:
    if not found:
        return ""
    start = tokens[min(each.first for each in found)].start
    return text[start : tokens[max(each.last for each in found)].end].strip()
