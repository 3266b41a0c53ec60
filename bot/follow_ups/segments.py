"""Who a segment means: the tables' part is asked page by page, places and occasions are read here.

Says a segment in staff's words too. Decides nothing about who may be written to; that is
bot/follow_ups/campaign_reach.py.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.booking.moments import say_day
from bot.booking.travel import find_place, miles_between
from bot.domain import CustomerId
from bot.domain_campaigns import Segment
from bot.follow_ups.refusing import home_zone
from bot.language.dates import read_dates
from bot.profile import Profile
from bot.store import segments as store
from bot.store.connection import Connection
from bot.store.segments import PAGE, Candidate


async def list_page(
    conn: Connection, segment: Segment, after: CustomerId | None
) -> tuple[CustomerId, ...]:
    """The next customers to be looked at; none where all were."""
    if segment.customer_ids:
        picked = sorted(set(segment.customer_ids))
        return tuple(each for each in picked if after is None or each > after)[:PAGE]
    return await store.list_page(conn, after)


async def list_meant(
    conn: Connection,
    profile: Profile,
    segment: Segment,
    page: Sequence[CustomerId],
    *,
    now: datetime,
) -> tuple[Candidate, ...]:
    """Those of a page whom the segment means."""
    fitting = await store.list_fitting(
        conn,
        segment,
        page,
        now=now,
        event_span=_span(profile, segment),
        home_language=profile.business.home_language,
    )
    return tuple(
        each
        for each in fitting
        if _is_near(profile, segment, each.zip_code) and _has_occasion(segment, each, now)
    )


def name_town(zip_code: str) -> str:
    """The town of a ZIP as a segment keeps it, "Fremont, CA"; empty where there is none."""
    place = find_place(zip_code)
    return f"{place.town}, {place.state}" if place else ""


def say_segment(segment: Segment) -> str:
    """Who is meant, for staff, such as "who had an event since Nov 3, 2026 and speak es"."""
    parts = [
        *_say_events(segment),
        *_say_guests(segment),
        *_say_place(segment),
        *([f"speak {segment.language}"] if segment.language else []),
        *_say_occasion(segment),
        *(["answered us before"] if segment.has_answered else []),
        *([f"are among {len(segment.customer_ids)} picked"] if segment.customer_ids else []),
    ]
    return f"customers who {', '.join(parts)}" if parts else "all customers"


def _say_events(segment: Segment) -> list[str]:
    found = []
    if segment.event_since or segment.event_until:
        since = f" since {_day(segment.event_since)}" if segment.event_since else ""
        until = f" until {_day(segment.event_until)}" if segment.event_until else ""
        found.append(f"had an event{since}{until}")
    if segment.silent_days:
        found.append(f"had no event in {segment.silent_days} days and have none ahead")
    if segment.quoted_days:
        found.append(f"were priced in {segment.quoted_days} days and have not booked since")
    return found


def _say_guests(segment: Segment) -> list[str]:
    least, most = segment.guests_least, segment.guests_most
    if least and most:
        return [f"had {least} to {most} guests"]
    if least or most:
        return [f"had at {'least' if least else 'most'} {least or most} guests"]
    return []


def _say_place(segment: Segment) -> list[str]:
    near = [f"within {segment.miles} miles of {segment.zip_code}"] if segment.miles else []
    places = [*near, *(f"in {each}" for each in segment.towns)]
    return [f"are {' or '.join(places)}"] if places else []


def _say_occasion(segment: Segment) -> list[str]:
    if not segment.occasion_month:
        return []
    return [f"told of an occasion in {calendar.month_name[segment.occasion_month]}"]


def _day(day: date) -> str:
    return say_day(day, "en", "MMM d, y")


def _span(profile: Profile, segment: Segment) -> tuple[datetime | None, datetime | None]:
    """The segment's days as moments, the end left out."""
    zone = home_zone(profile)

    def begins(day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)

    until = segment.event_until
    return begins(segment.event_since), begins(until + timedelta(days=1) if until else None)


def _is_near(profile: Profile, segment: Segment, zip_code: str) -> bool:
    """Whether they are close enough, or in one of the towns; who is nowhere known is not."""
    if not (segment.miles or segment.towns):
        return True
    if segment.miles:
        miles = miles_between(profile, segment.zip_code, zip_code)
        if miles is not None and miles <= segment.miles:
            return True
    return bool(segment.towns) and name_town(zip_code) in segment.towns


def _has_occasion(segment: Segment, candidate: Candidate, now: datetime) -> bool:
    wanted = segment.occasion_month
    return wanted is None or any(
        wanted in _months(each, candidate.language or "en", now.date())
        for each in candidate.occasions
    )


@lru_cache(maxsize=4096)
def _months(words: str, language: str, today: date) -> frozenset[int]:
    """The month that the words of an occasion speak of for sure; none where they may mean two."""
    read = read_dates(words, language=language, said_at=datetime.combine(today, time(12), UTC))
    days = read.days or (read.span or ())
    months = frozenset(day.month for day in days)
    return months if len(months) == 1 else frozenset()
