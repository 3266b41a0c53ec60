"""Reads a campaign as it was written, in a window or a file: each field checked, each fault named.

Both give the same fields as text, an empty one where nothing was said. Writes nothing.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.booking.travel import find_place, locate
from bot.desk.finding import find_customers
from bot.desk.whens import read_when
from bot.domain import CustomerId
from bot.domain_campaigns import Segment, Wanted
from bot.follow_ups.campaign_words import find_problem
from bot.follow_ups.refusing import home_zone
from bot.profile import Profile
from bot.store.connection import Connection

NAME_MAX = 80
PER_HOUR_MAX = 1000
PER_HOUR = 30
DAYS_MAX = 3650
GUESTS_MAX = 100_000
MILES_MAX = 3000
PLACES_MAX = 20
PICKED_MAX = 200
WORDS = "words_"
"""Fields of words are called so, with the language behind it."""
FIELDS = (
    "name", "event_since", "event_until", "silent_days", "quoted_days", "guests_least",
    "guests_most", "near", "language", "month", "answered", "customers", "per_hour", "starts",
    "ends",
)  # fmt: skip
_NEAR = re.compile(
    r"(?:within\s+)?(\d{1,4})\s*(?:mi|miles?)\s+(?:of|from|around)\s+(\d{5})", re.IGNORECASE
)


@dataclass(slots=True)
class _Reader:
    """Takes fields one by one and remembers what was wrong with them."""

    given: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    def number(self, name: str, most: int, *, usual: int | None = None) -> int | None:
        said = self.text(name)
        if not said:
            return usual
        if not (said.isascii() and said.isdigit()) or not 1 <= int(said[:9]) <= most:
            self.errors[name] = f"a whole number from 1 to {most}"
            return usual
        return int(said)

    def day(self, name: str) -> date | None:
        said = self.text(name)
        try:
            return date.fromisoformat(said) if said else None
        except ValueError:
            self.errors[name] = "a day, such as 2026-12-05"
            return None

    def moment(self, name: str, zone: ZoneInfo, now: datetime, usual: time) -> datetime | None:
        said = self.text(name)
        when = read_when(said, zone, now=now, usual=usual) if said else None
        if when is None:
            return None
        if when.at is None:
            self.errors[name] = when.problem
        elif when.at <= now:
            self.errors[name] = "that is over already"
        return when.at


def read_campaign(
    profile: Profile,
    given: Mapping[str, str],
    picked: Sequence[CustomerId] = (),
    *,
    now: datetime,
) -> tuple[Wanted | None, Mapping[str, str]]:
    """The campaign, or what is wrong by field."""
    read = _Reader(given)
    name = " ".join(read.text("name").split())
    if not name or len(name) > NAME_MAX:
        read.errors["name"] = f"give it a name of at most {NAME_MAX} characters"
    segment = _segment(profile, read, tuple(picked))
    words = _words(profile, read)
    zone = home_zone(profile)
    starts_at = read.moment("starts", zone, now, time(9))
    ends_at = read.moment("ends", zone, now, time(20))
    if starts_at and ends_at and ends_at <= starts_at:
        read.errors["ends"] = "that is before its start"
    per_hour = read.number("per_hour", PER_HOUR_MAX, usual=PER_HOUR) or PER_HOUR
    unknown = [each for each in given if each not in FIELDS and not each.startswith(WORDS)]
    read.errors |= {each: "there is no such field" for each in unknown}
    if read.errors:
        return None, read.errors
    wanted = Wanted(
        name=name,
        segment=segment,
        words=words,
        per_hour=per_hour,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return wanted, {}


async def pick_customers(
    conn: Connection, profile: Profile, said: str
) -> tuple[tuple[CustomerId, ...], str]:
    """Whom the lines name, and what is wrong with the first that names nobody, or several."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if len(lines) > PICKED_MAX:
        return (), f"at most {PICKED_MAX}; this has {len(lines)}"
    picked = []
    for line in lines:
        found = await find_customers(conn, profile, line, limit=2)
        if len(found) != 1:
            why = "several fit: give the number" if found else "nobody fits"
            return (), f"{line[:60]}: {why}"
        picked.append(found[0].customer_id)
    return tuple(dict.fromkeys(picked)), ""


def _segment(profile: Profile, read: _Reader, picked: tuple[CustomerId, ...]) -> Segment:
    since, until = read.day("event_since"), read.day("event_until")
    if since and until and until < since:
        read.errors["event_until"] = "that is before the first day"
    least = read.number("guests_least", GUESTS_MAX)
    most = read.number("guests_most", GUESTS_MAX)
    if least and most and most < least:
        read.errors["guests_most"] = "that is fewer than the least"
    miles, zip_code, towns = _near(profile, read)
    return Segment(
        event_since=since,
        event_until=until,
        silent_days=read.number("silent_days", DAYS_MAX),
        quoted_days=read.number("quoted_days", DAYS_MAX),
        guests_least=least,
        guests_most=most,
        miles=miles,
        zip_code=zip_code,
        towns=towns,
        language=_language(profile, read),
        occasion_month=_month(read),
        has_answered=read.text("answered").lower() in ("yes", "true", "answered"),
        customer_ids=picked,
    )


def _near(profile: Profile, read: _Reader) -> tuple[int | None, str, tuple[str, ...]]:
    """ "30 miles of 94539", or towns parted by semicolons or lines."""
    said = read.text("near")
    match = _NEAR.fullmatch(said)
    if match:
        if find_place(match[2]) is None or not 1 <= int(match[1]) <= MILES_MAX:
            read.errors["near"] = f"{match[2]} is no ZIP, or the miles are not 1 to {MILES_MAX}"
        return int(match[1]), match[2], ()
    named = [each.strip() for each in re.split(r"[;\n]", said) if each.strip()]
    towns = []
    for each in named[:PLACES_MAX]:
        place = locate(profile, each)
        if place is None:
            read.errors["near"] = (
                f"{each[:40]} is no town that is known: write 30 miles of 94539, or towns such as "
                "Fremont, CA; Reno, NV"
            )
            return None, "", ()
        towns.append(f"{place.town}, {place.state}")
    if len(named) > PLACES_MAX:
        read.errors["near"] = f"at most {PLACES_MAX} towns"
    return None, "", tuple(dict.fromkeys(towns))


def _language(profile: Profile, read: _Reader) -> str:
    said = read.text("language").lower()
    if said and said not in profile.business.languages:
        read.errors["language"] = f"one of {', '.join(profile.business.languages)}"
    return said


def _month(read: _Reader) -> int | None:
    """By number or English name."""
    said = read.text("month").capitalize()
    names = list(calendar.month_name)
    if said in names[1:]:
        return names.index(said)
    return read.number("month", 12)


def _words(profile: Profile, read: _Reader) -> Mapping[str, str]:
    """By language, one at least; who reads another gets nothing and is counted."""
    home = profile.business.home_language
    found = {}
    for name in (n for n in read.given if n.startswith(WORDS)):
        language, text = name.removeprefix(WORDS), read.text(name)
        if language not in profile.business.languages:
            read.errors[name] = f"the business does not speak {language[:10]}"
        elif text:
            problem = find_problem(text)
            if problem:
                read.errors[name] = problem
            found[language] = text
    if not found:
        read.errors[f"{WORDS}{home}"] = "write what the customers read, in one language at least"
    return found
