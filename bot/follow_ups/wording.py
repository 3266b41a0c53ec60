"""Words a follow-up: the owner's words or ours, filled with what is so at the moment it goes.

What is filled in was often told by customers: it is cleaned and cut, so that nobody's name brings
a link, a line of its own or a sum into a message of the business's. Pure; sending, dry runs and the
desk call it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot import profile_follow_up_words as words
from bot.domain_follow_ups import CAMPAIGN, STAFF, Feeling, Matter, Owed
from bot.domain_sending import Choice
from bot.errors import ConfigError
from bot.guard import Evidence, check
from bot.profile import Profile

TOLD_MAX = 60
"""Of what somebody told us; it is cut at a word."""
FIGURE_MAX = 120
"""Of dates and sums, which are ours; half of one says something else, so it is left out."""
LINK_MAX = 200
TELEPHONE = ("sms", "whatsapp")
"""Where the way to stop offers stands in the words; mail has its link below them."""
_TOLD = frozenset({"name", "place", "occasion", "person", "chef"})
_PERSONS = frozenset({"name", "person", "chef"})
_MARKS = re.compile(r"[{}\[\]<>|`*_~\\\"“”«»]")
_DOOR = re.compile(r"://|@|www\.|\w\.\w{2,}", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d ().-]{5,}\d")
"""What may be a telephone's or an account's; a house has a short one."""
_LINK = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")
_BETWEEN = " .,'’·-"


class NotWorded(ConfigError):
    """There are no words for it, or something they have to say is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A follow-up as the customer reads it."""

    text: str
    name: str
    """Of its words, such as before_event_7d_any_a; staff: a person's own."""
    fields: Mapping[str, str]
    """What was filled in, for the approved template that says the same."""
    choices: tuple[Choice, ...]
    subject: str
    """Of a letter."""
    language: str
    """In which it is, where not in the customer's."""


def word(
    profile: Profile,
    owed: Owed,
    matter: Matter,
    feeling: Feeling,
    language: str,
    *,
    variant: str = "a",
    channel: str = "sms",
) -> Worded:
    """The words for what is owed.

    Args:
        profile: whose words and languages.
        owed: what is owed; words that a person wrote into it come before all others.
        matter: what it is about as of now.
        feeling: of the customer; it picks the words where the matter says so.
        language: the customer's; the business's own is taken where it does not speak it.
        variant: of a trial; one that nobody wrote is `a`.
        channel: by which it goes.

    Raises:
        NotWorded: nothing can be said, and why.
    """
    home = profile.business.home_language
    spoken = language if language in profile.business.languages else home
    if owed.text.strip():
        return _by_person(profile, owed, matter, feeling, (spoken, channel))
    feelings = [feeling.value, "any"] if matter.wants_feeling else ["any", "neutral"]
    missing: frozenset[str] = frozenset()
    for each in dict.fromkeys((spoken, home, words.HOME)):
        fields = _fields(profile, matter, feeling, each)
        for name in words.candidates(profile, owed.cause, owed.step, feelings, variant):
            if not (found := words.find(profile, name, each)):
                continue
            text, lacks = words.fill(found, fields)
            if not lacks:
                return Worded(
                    text=_with_stop(text, owed.cause, each, channel),
                    name=name,
                    fields=fields,
                    choices=matter.choices(each),
                    subject=_subject(profile, owed.cause, each),
                    language=each,
                )
            missing = missing or lacks
    if missing:
        raise NotWorded(f"its words need {', '.join(sorted(missing))}, which is not known")
    raise NotWorded(f"there are no words for {owed.cause} {owed.step}".rstrip())


def _by_person(
    profile: Profile, owed: Owed, matter: Matter, feeling: Feeling, to: tuple[str, str]
) -> Worded:
    """Staff's words as they are; a campaign's are filled, since one text goes to many."""
    language, channel = to
    fields = _fields(profile, matter, feeling, language)
    text = owed.text.strip()
    if owed.cause == CAMPAIGN:
        text, missing = words.fill(text, fields)
        if missing:
            needed = ", ".join(sorted(missing))
            raise NotWorded(f"the campaign's words need {needed}, which is not known")
    return Worded(
        text=_with_stop(text, owed.cause, language, channel),
        name=CAMPAIGN if owed.cause == CAMPAIGN else STAFF,
        fields=fields,
        choices=() if owed.cause == STAFF else matter.choices(language),
        subject=_subject(profile, owed.cause, language),
        language=language,
    )


def _subject(profile: Profile, cause: str, language: str) -> str:
    try:
        said = words.line(f"{cause}_subject", language)
    except KeyError:
        said = words.line(f"{STAFF}_subject", language)
    return words.fill(said, {"business": profile.business.name})[0]


def _with_stop(text: str, cause: str, language: str, channel: str) -> str:
    """Offers by telephone say how to end them, whoever wrote the words."""
    is_offer = cause in words.OFFERS and channel in TELEPHONE
    return words.with_stop(text, language) if is_offer else text


def _fields(profile: Profile, matter: Matter, feeling: Feeling, language: str) -> Mapping[str, str]:
    """What may be said, clean; no link to who is unhappy, whatever the words are."""
    known = {name: clean(name, value) for name, value in matter.fields(language).items()}
    known["business"] = profile.business.name
    link = "" if feeling is Feeling.UNHAPPY else matter.link or known.get("link", "")
    known["link"] = clean("link", link)
    return {name: value for name, value in known.items() if value and name in words.FIELDS}


def clean(name: str, value: str) -> str:
    """A value fit to be filled in; empty where it is not: its part of the words falls away then."""
    line = _one_line(value)
    if name == "link":
        return line if len(line) <= LINK_MAX and _LINK.fullmatch(line) else ""
    line = " ".join(_MARKS.sub(" ", line).split())
    if name not in _TOLD:
        return line if len(line) <= FIGURE_MAX else ""
    if _DOOR.search(line) or _NUMBER.search(line):
        return ""
    if name == "place":
        return line if len(line) <= FIGURE_MAX else ""
    if name in _PERSONS and not _is_name(line):
        return ""
    if name == "name":
        line = _first_name(line)
    return _cut(line)


def _one_line(value: str) -> str:
    """Without invisible signs, which turn the direction of what follows, and without breaks."""
    composed = unicodedata.normalize("NFC", value)
    seen = (each for each in composed if unicodedata.category(each) != "Cf")
    return " ".join("".join(each if each.isprintable() else " " for each in seen).split())


def _is_name(line: str) -> bool:
    """Letters alone, and nothing that the guard would keep the house from saying: people are called
    what they like, "$5 off" among it."""
    lettered = all(each in _BETWEEN or unicodedata.category(each)[0] in "LM" for each in line)
    if not line or not lettered or not line[0].isalpha():
        return False
    return set(check(f"Hi {line}", Evidence(), language="en").reasons) <= {"wrong language"}


def _first_name(line: str) -> str:
    """ "Dana" of "Dana Lee"; a title is none."""
    first = line.partition(" ")[0].rstrip(",")
    return line if first.endswith(".") or len(first) < 2 else first


def _cut(line: str) -> str:
    if len(line) <= TOLD_MAX:
        return line
    whole = line[:TOLD_MAX].rpartition(" ")[0]
    return whole or line[:TOLD_MAX]
