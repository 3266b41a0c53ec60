"""`concierge templates`: what to have approved, so that follow-ups leave a closed WhatsApp window.

For every wording and language the words as the vendor wants them, numbered gaps and examples, and
the lines for the profile once they are approved. Changes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot import profile_follow_up_words as words
from bot.domain_vendors import TemplateNews
from bot.profile import Profile
from bot.profile_templates import TEXT_MAX, Template, TemplateText
from bot.store import templates
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.commands.stores import open_stores

APPROVED = "approved"
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name": "Dana",
        "day": "Saturday, December 12",
        "time": "6:00 PM",
        "guests": "20",
        "chef": "Kenji",
        "place": "41 Mission Blvd, Fremont",
        "arrival": "5:30 PM - 5:45 PM",
        "balance": "$1,000.00",
        "deposit": "$100.00",
        "until": "Friday, December 4, 5:00 PM",
        "code": "H7K3Q",
        "total": "$1,100.00",
        "expires": "Thursday, December 10",
        "month": "June",
        "occasion": "your daughter's birthday",
        "person": "Maria",
        "link": "https://example.com/review",
    },
    "es": {
        "day": "sábado 12 de diciembre",
        "time": "6:00 p.m.",
        "arrival": "5:30 p.m. - 5:45 p.m.",
        "until": "viernes 4 de diciembre, 5:00 p.m.",
        "expires": "jueves 10 de diciembre",
        "month": "junio",
        "occasion": "el cumpleaños de su hija",
    },
    "zh": {
        "day": "12月12日星期六",
        "time": "18:00",
        "arrival": "17:30 - 17:45",
        "until": "12月4日星期五 17:00",
        "expires": "12月10日星期四",
        "month": "六月",
        "occasion": "您女儿的生日",
    },
}
"""What a vendor's reader is shown in each gap; what a language lacks is as in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One wording in one language as the vendor would approve it."""

    name: str
    language: str
    fills: tuple[str, ...]
    text: str
    standing: str
    """approved, another state the vendor told, `listed` where it told none, or empty."""

    @property
    def category(self) -> str:
        """As what it is to be submitted."""
        return "marketing" if words.cause_of(self.name) in words.OFFERS else "utility"


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print them."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        states = await templates.list_states(conn)
        found = [
            each
            for each in twins(on.profile, states, is_full=asked.full)
            if asked.wording in each.name
            and asked.language in ("", each.language)
            and not (asked.missing and each.standing == APPROVED)
        ]
        print(page(found))
    return 0


def twins(
    profile: Profile, states: Sequence[TemplateNews], *, is_full: bool = False
) -> Iterator[Twin]:
    """Every wording in every language of the business, in the shortest shape or the fullest."""
    shape = words.fullest_fills if is_full else words.shortest_fills
    home = profile.business.home_language
    for name in words.names(profile):
        fills = shape(profile, name, home) or shape(profile, name, words.HOME)
        for language in profile.business.languages:
            listed = _listed(profile, name, language, is_full=is_full)
            used = listed[0].fills if listed else fills
            text = words.twin_text(profile, name, used, language)
            if not text:
                continue
            said = _standing([each.languages[language] for each in listed], states)
            yield Twin(name=name, language=language, fills=used, text=text, standing=said)


def _listed(profile: Profile, name: str, language: str, *, is_full: bool) -> list[Template]:
    """The profile's twins of a wording in that language, those with most or fewest gaps first."""
    found = [
        each
        for each in profile.templates.values()
        if each.twin_of == name and language in each.languages
    ]
    return sorted(found, key=lambda each: len(each.fills), reverse=is_full)


def _standing(texts: Sequence[TemplateText], states: Sequence[TemplateNews]) -> str:
    """How the best of them stands with any carrier."""
    keys = {
        (carrier, text.state_key(carrier))
        for text in texts
        for carrier in ("twilio", "meta")
        if text.id_at(carrier)
    }
    told = {each.state.lower() for each in states if (each.carrier, _key(each)) in keys}
    if APPROVED in told:
        return APPROVED
    return min(told, default="listed" if texts else "")


def _key(each: TemplateNews) -> str:
    return f"{each.name}/{each.language}"


def page(found: Sequence[Twin]) -> str:
    """All of them by wording, and how many of how many are approved."""
    if not found:
        return "Nothing: every wording asked for is approved, or none is called so."
    approved = sum(each.standing == APPROVED for each in found)
    head = (
        f"{approved} of {len(found)} approved. Submit the others to Twilio or Meta word for word; "
        "then put the lines into the profile, the vendor's id in place of HX."
    )
    together = groupby(found, key=lambda each: (each.name, each.fills))
    return "\n\n".join([head, *(_entry(tuple(group)) for _, group in together)])


def _entry(group: Sequence[Twin]) -> str:
    """One wording: each language to submit, and all of them for the profile."""
    first = group[0]
    lines = [line for each in group for line in _to_submit(each)]
    lines += [
        f"  [templates.{first.name}]",
        f'  category = "{first.category}"',
        f'  twin_of = "{first.name}"',
        f"  fills = [{', '.join(_quoted(each) for each in first.fills)}]",
    ]
    return "\n".join([*lines, *(_for_profile(each) for each in group)])


def _to_submit(twin: Twin) -> Iterator[str]:
    shown = {**EXAMPLES["en"], **EXAMPLES.get(twin.language, {})}
    yield f"{twin.name}, {twin.language}, {twin.category}: {twin.standing or 'not in the profile'}"
    yield f"  {twin.text}"
    for number, field in enumerate(twin.fills, 1):
        yield f"  {{{{{number}}}}} = {field}, such as {shown[field]}"
    if len(twin.text) > TEXT_MAX:
        yield f"  TOO LONG: {len(twin.text)} of {TEXT_MAX} characters"


def _for_profile(twin: Twin) -> str:
    return f'  languages.{twin.language} = {{ content_sid = "HX", text = {_quoted(twin.text)} }}'


def _quoted(text: str) -> str:
    """As a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _arguments(parser: argparse.ArgumentParser) -> None:
    said = "part of its name"
    parser.add_argument("wording", nargs="?", default="", metavar="WORDING", help=said)
    parser.add_argument("--missing", action="store_true", help="only what is not approved yet")
    parser.add_argument(
        "--full", action="store_true", help="with every part that may fall away, not without them"
    )
    parser.add_argument("--language", default="", metavar="CODE", help="only this one")


command = Command(
    help="follow-ups as WhatsApp templates to have approved", run=run, add_arguments=_arguments
)
