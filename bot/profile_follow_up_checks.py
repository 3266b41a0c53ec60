"""Preflight of [follow_ups], [costs] and the templates that are twins of its words.

bot/profile_checks.py asks with the rest of the profile. That a twin says what we say is checked
here: the vendor has approved its words, and ours must not differ from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import profile_follow_up_words as words
from bot.errors import ConfigError
from bot.profile_facts import fill
from bot.profile_kinds import Problem
from bot.profile_models import Profile
from bot.profile_templates import Template

TEXT_MAX = 1000
_KEY = re.compile(rf"({'|'.join(words.FEELINGS)})_[a-z]")
_NESTED = re.compile(r"\[[^\]]*\[|\][^\[]*\]")
_DAY = re.compile(r"\d\d-\d\d")
LINK = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")
CATEGORIES = ("utility", "marketing")


def check(profile: Profile) -> Iterator[Problem]:
    """Every problem of these parts."""
    yield from _own_words(profile)
    yield from _trials(profile)
    yield from _figures(profile)
    yield from _prices(profile)
    for code, template in profile.templates.items():
        if template.twin_of:
            yield from _twin(profile, f"templates.{code}", template)


def _own_words(profile: Profile) -> Iterator[Problem]:
    for base, table in profile.follow_ups.words.items():
        field = f"follow_ups.words.{base}"
        if not words.cause_of(base):
            yield Problem(field, "no such cause", f"begin with one of {', '.join(words.CAUSES)}")
        for key, said in table.items():
            if not _KEY.fullmatch(key):
                mend = f"name it FEELING_VARIANT, such as any_a ({', '.join(words.FEELINGS)})"
                yield Problem(f"{field}.{key}", "no feeling and variant", mend)
            for language in sorted(set(profile.business.languages) - set(said)):
                mend = "write it: each language that the business speaks"
                yield Problem(f"{field}.{key}.{language}", "missing", mend)
            for language, text in said.items():
                yield from _own_text(profile, f"{field}.{key}.{language}", text, language)


def _own_text(profile: Profile, field: str, text: str, language: str) -> Iterator[Problem]:
    try:
        fill(profile, text, language)
    except (ConfigError, KeyError) as error:
        yield Problem(field, f"quotes {error}", "correct the {{ path }}")
    own = re.sub(r"\{\{.*?\}\}", "", text)
    unknown = sorted(words.fields_in(own) - words.FIELDS)
    if unknown:
        mend = f"choose among {', '.join(sorted(words.FIELDS))}"
        yield Problem(field, f"nothing is called {', '.join(unknown)}", mend)
    if own.count("[") != own.count("]") or _NESTED.search(own):
        mend = "close each [ with a ] before the next begins"
        yield Problem(field, "a part in brackets has no end, or is within another", mend)
    if re.search(r"[{}]", words.FIELD.sub("", own)):
        yield Problem(field, "a brace that is no placeholder", "write placeholders as {name}")
    if not own.strip() or len(text) > TEXT_MAX:
        yield Problem(field, "empty or too long", f"write 1 to {TEXT_MAX} characters")


def _trials(profile: Profile) -> Iterator[Problem]:
    """Both wordings of a trial are there."""
    known = {parts for name in words.names(profile) if (parts := words.split_name(name))}
    for code, trial in profile.follow_ups.trials.items():
        base = f"{trial.cause}_{trial.step}" if trial.step else trial.cause
        said = {variant for each, _, variant in known if f"{each}_".startswith(f"{base}_")}
        for variant in sorted(set(trial.variants) - said):
            mend = f"write [follow_ups.words.{base}.any_{variant}], or take another variant"
            field = f"follow_ups.trials.{code}.variants"
            yield Problem(field, f"there are no words {variant} for {base}", mend)
        if len(set(trial.variants)) < len(trial.variants):
            field = f"follow_ups.trials.{code}.variants"
            yield Problem(field, "the same wording twice", "name two that differ")


def _figures(profile: Profile) -> Iterator[Problem]:
    follow = profile.follow_ups
    steps = {"quote_hours": follow.quote_hours, "reminder_days": follow.reminder_days}
    for field, given in steps.items():
        if len(set(given)) < len(given):
            yield Problem(f"follow_ups.{field}", "the same twice", "name each once")
    if follow.review_url and not LINK.fullmatch(follow.review_url):
        mend = "write it as https://example.com/review"
        yield Problem("follow_ups.review_url", "not a link", mend)
    for day in follow.off_days:
        if any(each.isdigit() for each in day) and not _is_day(day):
            mend = 'write it as "12-26", or as the feast is called in English'
            yield Problem("follow_ups.off_days", f"{day} is no day of the year", mend)


def _prices(profile: Profile) -> Iterator[Problem]:
    costs = profile.costs
    for category in sorted(set(costs.template) - set(CATEGORIES)):
        mend = f"choose among {', '.join(CATEGORIES)}"
        yield Problem(f"costs.template.{category}", "no such category", mend)
    for field, prices in (("segment", costs.segment), ("template", costs.template)):
        for name in sorted(name for name, price in prices.items() if price < 0):
            yield Problem(f"costs.{field}.{name}", "less than nothing", "write what it costs")


def _is_day(day: str) -> bool:
    if not _DAY.fullmatch(day):
        return False
    month, number = map(int, day.split("-"))
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= len(lengths) and 1 <= number <= lengths[month - 1]


def _twin(profile: Profile, field: str, template: Template) -> Iterator[Problem]:
    name = template.twin_of
    if name not in words.names(profile):
        mend = "run `concierge templates` for the names there are"
        yield Problem(f"{field}.twin_of", f"no wording is called {name}", mend)
        return
    is_offer = words.cause_of(name) in words.OFFERS
    if is_offer != (template.category == "marketing"):
        mend = f'write category = "{"marketing" if is_offer else "utility"}"'
        yield Problem(f"{field}.category", f"not what {name} is", mend)
    for language, text in template.languages.items():
        try:
            wanted = words.twin_text(profile, name, template.fills, language)
        except (ConfigError, KeyError):
            continue  # The owner's words quote a fact that is not there, which is told of them.
        if not wanted:
            fills = list(words.shortest_fills(profile, name, language))
            mend = f"write fills = {fills}, or others of its placeholders with these"
            yield Problem(f"{field}.fills", f"not the placeholders of {name}", mend)
        elif " ".join(text.text.split()) != " ".join(wanted.split()):
            mend = f"write it as {wanted!r} and have that approved"
            yield Problem(f"{field}.languages.{language}.text", f"does not say {name}", mend)
