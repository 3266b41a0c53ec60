"""Preflight: whether the facts of a profile fit together, before a business goes wrong with them.

Single values are judged when the file is read (bot/profile_models.py); here is what takes two facts
to see. Each rule yields every problem it finds, with the field to look at and the mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import cast

import phonenumbers

from bot import profile_follow_up_checks
from bot.errors import ConfigError
from bot.profile_emotions import check_emotion
from bot.profile_facts import fill, walk
from bot.profile_kinds import Problem
from bot.profile_models import Chef, Profile
from bot.profile_offer_checks import check_service

MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def check(profile: Profile) -> tuple[Problem, ...]:
    """Every problem of the profile; none means that it may start."""
    follow_ups = profile_follow_up_checks.check
    rules = (_contact, _references, _order, _units, _texts, _facts, follow_ups)
    found = [problem for rule in rules for problem in rule(profile)]
    found += check_emotion(profile.emotion)
    for code, service in profile.services.items():
        found += check_service(f"services.{code}", service, _crew(profile, code))
    return tuple(found)


def _crew(profile: Profile, service: str) -> tuple[Chef, ...]:
    return tuple(chef for chef in profile.chefs.values() if service in chef.services)


def _contact(profile: Profile) -> Iterator[Problem]:
    business = profile.business
    if not business.phone and not business.email:
        yield Problem("business.phone", "nobody to write to", "give a phone or an email")
    if business.email and not MAILBOX.fullmatch(business.email):
        yield Problem("business.email", "not a mailbox", "write it as name@example.com")
    if business.phone and not _is_phone(business.phone):
        yield Problem("business.phone", "not a telephone number", "write it as +14155550123")


def _is_phone(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _references(profile: Profile) -> Iterator[Problem]:
    business = profile.business
    if business.home_language not in business.languages:
        mend = f"choose one of {', '.join(business.languages)}"
        yield Problem("business.home_language", "not among the languages", mend)
    if business.default_service not in profile.services:
        mend = f"choose one of {', '.join(profile.services)}"
        yield Problem("business.default_service", "no such service", mend)
    for code, chef in profile.chefs.items():
        for service in set(chef.services) - set(profile.services):
            mend = f"choose among {', '.join(profile.services)}"
            yield Problem(f"chefs.{code}.services", f"no service {service}", mend)


def _order(profile: Profile) -> Iterator[Problem]:
    """Pairs that must not be the wrong way round."""
    hours, booking, follow = profile.hours, profile.booking, profile.follow_ups
    pairs: list[tuple[str, bool]] = [
        ("hours.closes", hours.opens < hours.closes),
        ("hours.answer_max_minutes", hours.answer_min_minutes <= hours.answer_max_minutes),
        ("booking.arrival_max_minutes", booking.arrival_min_minutes <= booking.arrival_max_minutes),
        ("follow_ups.quiet_from", follow.quiet_until < follow.quiet_from),
        (
            "follow_ups.after_event_max_hours",
            follow.after_event_min_hours <= follow.after_event_max_hours,
        ),
    ]
    if profile.gratuity:
        ordered = profile.gratuity.min_percent <= profile.gratuity.max_percent
        pairs.append(("gratuity.max_percent", ordered))
    if profile.travel:
        pairs.append(("travel.max_miles", profile.travel.free_miles <= profile.travel.max_miles))
    for field, ordered in pairs:
        if not ordered:
            yield Problem(field, "comes before its beginning", "exchange the two or correct one")


def _units(profile: Profile) -> Iterator[Problem]:
    if profile.travel and profile.travel.unit != "mile":
        yield Problem("travel.unit", "travel is charged by the mile", 'write unit = "mile"')
    for field, unit in (("payment", profile.payment.unit), ("booking", profile.booking.unit)):
        if unit != "booking":
            yield Problem(f"{field}.unit", "owed once a booking", 'write unit = "booking"')


def _texts(profile: Profile) -> Iterator[Problem]:
    """Each text is there in each language, and quotes only facts that exist."""
    stated = set(profile.business.languages)
    for path, kind, value in walk(profile):
        if kind.name not in ("text", "list", "words"):
            continue
        spoken = cast("Mapping[str, str | tuple[str, ...]]", value)
        for language in sorted(stated - {key for key, said in spoken.items() if said}):
            yield Problem(f"{path}.{language}", "missing", "write it, or drop the language")
        for language in sorted(set(spoken) - stated):
            mend = "add the language to business.languages or remove the text"
            yield Problem(f"{path}.{language}", "a language the business does not state", mend)
        if kind.name == "text":
            yield from _placeholders(profile, path, cast("Mapping[str, str]", value))


def _placeholders(profile: Profile, path: str, said: Mapping[str, str]) -> Iterator[Problem]:
    for language, text in said.items():
        try:
            fill(profile, text, language)
        except (ConfigError, KeyError) as error:
            yield Problem(f"{path}.{language}", f"quotes {error}", "correct the {{ path }}")


def _facts(profile: Profile) -> Iterator[Problem]:
    for code, fact in profile.facts.items():
        given = [fact.value is not None, fact.text is not None, fact.items is not None]
        if sum(given) != 1 or (fact.value is not None) != (fact.unit is not None):
            mend = "give either value with unit, or text, or items"
            yield Problem(f"facts.{code}", "says nothing, or two things", mend)
