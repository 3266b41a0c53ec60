"""Preflight of one service: prices with their units, ages, words, slots, and who serves them.

Called by bot/profile_checks.py for every service; each rule yields every problem it finds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise

from bot.profile_kinds import Named, Problem
from bot.profile_models import Chef
from bot.profile_offer import Service

UNITS_OF_PRICING = {
    "per_guest": ("guest",),
    "per_hour": ("hour",),
    "flat": ("booking", "item", "room"),
}


def check_service(path: str, service: Service, crew: tuple[Chef, ...]) -> tuple[Problem, ...]:
    """Every problem of the service at that path, served by that crew."""
    rules = (_prices, _items, _ages, _words, _slots, _steps)
    found = [problem for rule in rules for problem in rule(path, service)]
    return (*found, *_served(path, service, crew))


def folded(word: str) -> str:
    """A word without capitals and accents: how customers' spellings are compared."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).strip()


def _prices(path: str, service: Service) -> Iterator[Problem]:
    units = UNITS_OF_PRICING[service.pricing]
    for code, band in service.bands.items():
        if band.unit not in units:
            mend = f'write unit = "{units[0]}", or change pricing'
            what = f'a {service.pricing} price cannot be for each "{band.unit}"'
            yield Problem(f"{path}.bands.{code}.unit", what, mend)
        if band.free_with is not None and band.free_with not in service.bands:
            mend = f"choose one of {', '.join(service.bands)}"
            yield Problem(f"{path}.bands.{code}.free_with", f"no band {band.free_with}", mend)
    if service.default_band not in service.bands:
        mend = f"choose one of {', '.join(service.bands)}"
        yield Problem(f"{path}.default_band", "no such band", mend)
    if service.options and service.choices is None:
        mend = f"add [{path}.choices] with further_price and unit"
        yield Problem(f"{path}.choices", "options without a price for a further one", mend)


def _ages(path: str, service: Service) -> Iterator[Problem]:
    aged = {code: b for code, b in service.bands.items() if b.min_age is not None}
    ranked = sorted(aged.items(), key=lambda pair: pair[1].min_age or 0)
    if not ranked:
        return
    if ranked[0][1].min_age:
        mend = "start it at 0 or add a band below"
        yield Problem(f"{path}.bands.{ranked[0][0]}.min_age", "younger ages have no price", mend)
    for (below, low), (code, high) in pairwise(ranked):
        ends, begins = low.max_age, high.min_age or 0
        if ends is None or ends >= begins:
            mend = f"make it {max(begins - 1, 0)}"
            yield Problem(f"{path}.bands.{below}.max_age", f"overlaps the band {code}", mend)
        elif ends + 1 < begins:
            what = f"ages {ends + 1} to {begins - 1} have no price"
            yield Problem(f"{path}.bands.{code}.min_age", what, "close the gap")
    if ranked[-1][1].max_age is not None:
        what, mend = "older ages have no price", "leave max_age out of the oldest band"
        yield Problem(f"{path}.bands.{ranked[-1][0]}.max_age", what, mend)


def _items(path: str, service: Service) -> Iterator[Problem]:
    """Options and add-ons go by the portion; only add-ons and extras are had once a booking."""
    tables: tuple[tuple[str, Mapping[str, Named], tuple[str, ...]], ...] = (
        ("options", service.options, ("portion",)),
        ("add_ons", service.add_ons, ("portion", "item")),
        ("extras", service.extras, ("booking", "item")),
    )
    for table, items, units in tables:
        for code, item in items.items():
            unit = getattr(item, "unit", "")
            if unit not in units:
                what = f'cannot be priced for each "{unit}"'
                yield Problem(f"{path}.{table}.{code}.unit", what, f'write unit = "{units[0]}"')


def _words(path: str, service: Service) -> Iterator[Problem]:
    """One word means one thing of a service, in whichever language."""
    owner: dict[str, str] = {}
    named: chain[tuple[str, Named]] = chain(
        ((f"bands.{code}", item) for code, item in service.bands.items()),
        ((f"options.{code}", item) for code, item in service.options.items()),
        ((f"add_ons.{code}", item) for code, item in service.add_ons.items()),
        ((f"extras.{code}", item) for code, item in service.extras.items()),
    )
    for code, item in named:
        for language, words in item.words.items():
            for word in words:
                first = owner.setdefault(folded(word), code)
                if first != code:
                    what = f'"{word}" is already a word for {first}'
                    yield Problem(f"{path}.{code}.words.{language}", what, "keep it in one place")


def _slots(path: str, service: Service) -> Iterator[Problem]:
    slots = service.schedule.slots
    if any(early >= late for early, late in pairwise(slots)):
        mend = "list each time once, earliest first"
        yield Problem(f"{path}.schedule.slots", "out of order or twice", mend)
    if any(slot.tzinfo for slot in slots):
        mend = "leave the zone out; it is business.zone"
        yield Problem(f"{path}.schedule.slots", "a slot with a zone of its own", mend)
    over, notice = service.schedule.large_party_over, service.schedule.large_party_notice_hours
    if over is not None and notice < service.schedule.notice_hours:
        mend = "make it notice_hours or more"
        field = f"{path}.schedule.large_party_notice_hours"
        yield Problem(field, "a large party needs less notice than a small one", mend)


def _steps(path: str, service: Service) -> Iterator[Problem]:
    for place, (low, high) in enumerate(pairwise(service.staffing), start=1):
        if low.up_to >= high.up_to or low.workers > high.workers:
            mend = "list the steps from the smallest party to the largest"
            yield Problem(f"{path}.staffing.{place}.up_to", "out of order", mend)
    if service.staffing and service.person_over != service.staffing[-1].up_to:
        mend = f"make it {service.staffing[-1].up_to}, or add a step"
        yield Problem(f"{path}.person_over", "is not where the staffing table ends", mend)


def _served(path: str, service: Service, crew: tuple[Chef, ...]) -> Iterator[Problem]:
    """Every slot has somebody, and the largest party can be served on some day."""
    free = {
        day: sum(day not in chef.days_off for chef in crew) for day in service.schedule.weekdays
    }
    for day, count in free.items():
        if not count:
            what = f"nobody can serve the slots of {day}"
            mend = "add a chef, or take the day out of schedule.weekdays"
            yield Problem(f"{path}.schedule.slots", what, mend)
    needed = max((step.workers for step in service.staffing), default=1)
    if max(free.values()) < needed:
        what = f"the largest party needs {needed} at once and at most {max(free.values())} work"
        yield Problem(f"{path}.staffing", what, "add chefs or shorten the table")
