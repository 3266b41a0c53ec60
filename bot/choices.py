"""What a customer may tap under a reply: yes or no to terms just stated, or one of the open times.

Derived from what the turn's tools returned, never from the model's words (I8). What stands on a
choice is what the customer would type, and the same code reads it: a title that it would not read
as the very moment is not offered. The reply says it all for channels that show no choices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from bot.decision import Decision, Notice
from bot.domain import Author, Purpose
from bot.domain_offers import NO_OFFER, Offer
from bot.domain_sending import Choice
from bot.language.dates import read_dates
from bot.language.wording import say
from bot.profile import Profile
from bot.profile_wording import figure

TITLE_MAX = 24
"""As much as the narrowest channel that has choices shows."""
SLOTS_MAX = 10
SKELETONS = ("MMMd", "MMMMd")
_NUMBER = re.compile(r"\d+")


def offer_with(profile: Profile, decision: Decision, notice: Notice, *, now: datetime) -> Offer:
    """What may be tapped under this reply."""
    is_answer = (notice.author, notice.purpose) == (Author.BOT, Purpose.CONVERSATIONAL)
    is_last = bool(decision.notices) and notice is decision.notices[-1]
    results = [call.result for call in decision.tool_calls if call.ok and "ask_next" in call.result]
    if not (is_answer and is_last and results) or decision.draft is not None:
        return NO_OFFER
    asked = results[-1]
    if asked["ask_next"] == "yes":
        return _yes_or_no(decision.language)
    if asked["ask_next"] == "time":
        slots = asked.get("slots") or asked.get("nearest")
        return _times(profile, decision.language, slots, text=notice.text, now=now)
    return NO_OFFER


def _yes_or_no(language: str) -> Offer:
    return Offer(
        (
            Choice(id="yes", title=say("choice_yes", language)),
            Choice(id="no", title=say("choice_no", language)),
        )
    )


def _times(profile: Profile, language: str, slots: object, *, text: str, now: datetime) -> Offer:
    """The open times, as far as each can be written shortly and read back; one alone is none."""
    if not isinstance(slots, Sequence) or isinstance(slots, str):
        return NO_OFFER
    here = now.astimezone(ZoneInfo(profile.business.zone))
    made = [_choice(profile, language, slot, here) for slot in slots[:SLOTS_MAX]]
    found = tuple(each for each in made if each is not None)
    if len(found) < 2 or len(found) != len(made) or not _speaks_of(text, slots):
        return NO_OFFER
    return Offer(found, say("choose_time", language))


def _speaks_of(text: str, slots: Sequence[object]) -> bool:
    """Whether the reply offers times at all: a model may have asked for something else instead."""
    said = {int(number) for number in _NUMBER.findall(text)[:200]}
    hours = {
        int(str(slot["time"])[:2]) for slot in slots if isinstance(slot, dict) and "time" in slot
    }
    return any(hour in said or hour % 12 in said or (hour % 12 or 12) in said for hour in hours)


def _choice(profile: Profile, language: str, slot: object, here: datetime) -> Choice | None:
    if not isinstance(slot, dict):
        return None
    day, at = date.fromisoformat(slot["day"]), time.fromisoformat(slot["time"])
    for skeleton in SKELETONS:
        title = _title(profile, language, (day, at), skeleton)
        if len(title) <= TITLE_MAX and _is_read_as(title, language, (day, at), here, profile):
            return Choice(id=f"{day} {at:%H:%M}", title=title, detail=str(slot["when"]))
    return None


def _title(profile: Profile, language: str, moment: tuple[date, time], skeleton: str) -> str:
    day = format_skeleton(skeleton, moment[0], locale=language)
    gap = " " if language == "zh" else ", "
    return f"{day}{gap}{figure(profile.business, 'time', moment[1], language)}"


def _is_read_as(
    title: str, language: str, moment: tuple[date, time], here: datetime, profile: Profile
) -> bool:
    territory = profile.business.territory
    read = read_dates(title, language=language, said_at=here, territory=territory)
    return (read.days, read.times, read.problem) == ((moment[0],), (moment[1],), "")
