"""Where a customer is and how far that is by road, from bundled tables.

Road miles are an estimate: the distance as the crow flies times the profile's road factor. The
tables are read once, on first use. A price may rest on a map service instead, which answers behind
the protocol `Distances`; planning the crew's day never waits for one.
"""

from __future__ import annotations

import gzip
import math
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

from bot.profile import Profile

FOLDER = Path(__file__).parent / "data"
EARTH_RADIUS_MILES = 3958.8
TENTH = Decimal("0.1")
ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
ABBREVIATIONS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of a ZIP's area."""

    zip: str
    latitude: float
    longitude: float
    state: str
    """Postal code of the state, such as CA."""
    zone: str
    """IANA time zone."""
    town: str
    """Postal town of the ZIP."""


class Distances(Protocol):
    """How far two ZIPs lie apart by road: for what a customer is charged."""

    async def miles(self, start_zip: str, end_zip: str) -> Decimal | None:
        """One way, to the tenth; None where a ZIP is unknown. Never raises, never takes long."""


@dataclass(frozen=True, slots=True)
class TableDistances:
    """The estimate from the bundled table."""

    profile: Profile

    async def miles(self, start_zip: str, end_zip: str) -> Decimal | None:
        return miles_between(self.profile, start_zip, end_zip)


@lru_cache(maxsize=4096)
def find_place(zip_code: str) -> Place | None:
    """The place of a US ZIP, "94539" or "94539-1234"; None where there is no such ZIP."""
    match = ZIP.fullmatch(zip_code.strip())
    row = _row("zips.csv.gz", f"{match[1]},") if match else None
    if row is None:
        return None
    code, latitude, longitude, state, zone, town = row.split(",")
    return Place(code, float(latitude), float(longitude), state, zone, town)


def locate(profile: Profile, where: str) -> Place | None:
    """The place a customer names: a ZIP, a town in the home states, "Reno, NV", or an alias.

    None where the name is unknown or could be two places.
    """
    aliases = {_folded(alias): town for alias, town in profile.area.aliases.items()}
    named = aliases.get(_folded(where), where).strip()
    zips = ZIP.findall(named)
    if zips:  # The last one: a street may have a number of five digits too.
        return find_place(zips[-1])
    town, state = _split(named)
    states = (state,) if state else profile.business.home_states
    rows = [_row("towns.csv.gz", f"{code},{town},") for code in states if town]
    found = [row for row in rows if row]
    return find_place(found[0].rpartition(",")[2]) if len(found) == 1 else None


def road_miles(profile: Profile, zip_code: str) -> Decimal | None:
    """Estimated one-way road miles from the base to a ZIP, to the tenth; None where unknown."""
    return miles_between(profile, profile.business.base_zip, zip_code)


def miles_between(profile: Profile, start_zip: str, end_zip: str) -> Decimal | None:
    """Estimated one-way road miles between two ZIPs, to the tenth; None where one is unknown."""
    factor = profile.travel.road_factor if profile.travel else Decimal(1)
    return _estimated_miles(start_zip, end_zip, factor)


def way_minutes(profile: Profile, start_zip: str, end_zip: str) -> int | None:
    """Whole minutes on the road between two ZIPs, rounded up.

    None where a ZIP is unknown, or where the profile says nothing of travelling.
    """
    miles = miles_between(profile, start_zip, end_zip)
    if miles is None or profile.travel is None:
        return None
    return math.ceil(miles * 60 / profile.travel.miles_per_hour)


def is_in_area(profile: Profile, miles: Decimal) -> bool:
    """Whether the business goes that far without asking a person."""
    return profile.travel is None or miles <= profile.travel.max_miles


@lru_cache(maxsize=65536)
def _estimated_miles(start_zip: str, end_zip: str, factor: Decimal) -> Decimal | None:
    start, end = find_place(start_zip), find_place(end_zip)
    if start is None or end is None:
        return None
    return (Decimal(repr(_crow_miles(start, end))) * factor).quantize(TENTH, ROUND_HALF_UP)


def _crow_miles(start: Place, end: Place) -> float:
    """Great-circle distance by the haversine formula."""
    north, other = math.radians(start.latitude), math.radians(end.latitude)
    rise = math.sin((other - north) / 2) ** 2
    east = math.sin(math.radians(end.longitude - start.longitude) / 2) ** 2
    chord = rise + math.cos(north) * math.cos(other) * east
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(min(1.0, chord)))


@cache
def _table(name: str) -> tuple[str, ...]:
    """The rows of a bundled file, which are sorted."""
    return tuple(gzip.decompress((FOLDER / name).read_bytes()).decode().splitlines())


def _row(name: str, start: str) -> str | None:
    """The row of a table that begins so."""
    table = _table(name)
    place = bisect_left(table, start)
    found = place < len(table) and table[place].startswith(start)
    return table[place] if found else None


@cache
def _states() -> dict[str, str]:
    """Postal codes of states by folded name and by folded code."""
    rows = (FOLDER / "states.csv").read_text(encoding="utf-8").splitlines()
    pairs = [row.split(",") for row in rows]
    return {name: code for code, name in pairs} | {code.lower(): code for code, _ in pairs}


def _split(named: str) -> tuple[str, str]:
    """Town and state of "Sacramento, CA" or "sacramento california"; the state may be empty."""
    words = _folded(named).split()
    for taken in (2, 1):
        state = _states().get(" ".join(words[-taken:]))
        if state and len(words) > taken:
            return _town(words[:-taken]), state
    return _town(words), ""


def _town(words: list[str]) -> str:
    return " ".join(
        ABBREVIATIONS.get(word, word) if i == 0 else word for i, word in enumerate(words)
    )


def _folded(text: str) -> str:
    """Lower case, no accents, words parted by one space; scripts other than Latin are kept."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    )
