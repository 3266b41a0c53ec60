"""Why a chef is the right one for an event, in words that staff read and customers may hear.

The sentences lie in bot/language/phrases; figures and names of languages are written here, once.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale

from bot.booking.crew import Books, Diary, Moment, next_leaving
from bot.booking.shifts import end_of_shift
from bot.domain_booking import Chef
from bot.language.wording import say
from bot.profile_wording import figure, join


def reason_of(books: Books, diary: Diary, moment: Moment, language: str) -> str:
    """Why this chef: wishes fulfilled, the way, and how long there is time."""
    parts = [*_wishes(books, diary.chef, language), _way(books, diary, language)]
    parts.append(_time_left(books, diary, moment, language))
    return say("crew_between", language).join(parts)


def _wishes(books: Books, chef: Chef, language: str) -> list[str]:
    demand, parts = books.demand, []
    if chef.id == demand.chef:
        parts.append(say("crew_by_name", language))
    if chef.id in demand.past_chefs:
        parts.append(say("crew_past_chef", language))
    if demand.language and demand.language in chef.languages:
        spoken = language_name(demand.language, language)
        parts.append(say("crew_speaks", language, language=spoken))
    wished = {strength.casefold() for strength in demand.strengths}
    strengths = sorted(s for s in chef.strengths if s.casefold() in wished)
    if strengths:
        parts.append(say("crew_strengths", language, strengths=join(strengths, language)))
    return parts


def language_name(spoken: str, language: str) -> str:
    """What the asked language calls another: "Spanish", "español"."""
    named = Locale.parse(language).languages.get(spoken)
    return str(named) if named else spoken


def _way(books: Books, diary: Diary, language: str) -> str:
    if diary.miles is None:
        return say("crew_way_unknown", language)
    whole = int(diary.miles.quantize(Decimal(1), ROUND_HALF_UP))
    miles = figure(books.profile.business, "count", whole, language)
    name = "crew_mile" if whole == 1 else "crew_miles"
    return say(name, language, miles=miles)


def _time_left(books: Books, diary: Diary, moment: Moment, language: str) -> str:
    """Until when the chef is free: the next leaving that day, or the end of the shift."""
    ends = [shift] if (shift := end_of_shift(diary.chef, moment.day)) else []
    after = bisect_right(diary.starts, moment.starts_at)
    if after < len(diary.events):
        leaves_at = next_leaving(books, diary, moment, after)
        leaves = leaves_at.astimezone(UTC).astimezone(books.zone).replace(tzinfo=None)
        if leaves.date() == moment.day:
            ends.append(leaves)
    if not ends:
        return say("crew_free", language)
    until = figure(books.profile.business, "time", min(ends).time(), language)
    return say("crew_free_until", language, time=until)
