"""What may be tapped under a reply, and that it is read as if it had been typed (I8, I9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.choices import NO_OFFER, TITLE_MAX, offer_with
from bot.decision import Decision, Drafted, Notice
from bot.domain import (
    AddressId,
    Author,
    Direction,
    Kind,
    MessageId,
    Purpose,
    Status,
    StoredMessage,
)
from bot.domain_offers import Offer
from bot.language.agreement import Agreement, read_agreement
from bot.language.dates import read_dates
from bot.profile import load_profile
from bot.store.turns import ToolRecord

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ASKED = StoredMessage(
    id=MessageId(UUID(int=1)),
    seq=1,
    direction=Direction.INBOUND,
    author=Author.CUSTOMER,
    kind=Kind.TEXT,
    text="when?",
    status=Status.RECEIVED,
    channel="whatsapp",
    address_id=AddressId(UUID(int=2)),
    created_at=NOW,
    said_at=NOW,
)


def offered(
    result: dict[str, object], language: str = "en", text: str = "12:00 or 18:00, 6:00?"
) -> Offer:
    notice = Notice(answers=ASKED, text=text)
    return offer_with(PROFILE, decided(result, notice, language), notice, now=NOW)


def decided(result: dict[str, object], notice: Notice, language: str = "en") -> Decision:
    call = ToolRecord(
        step=0, name="check_availability", arguments={}, result=result, ok=True, latency_ms=1.0
    )
    return Decision(outcome="answered", language=language, notices=(notice,), tool_calls=(call,))


def slot(day: date, at: time) -> dict[str, str]:
    return {"when": f"{day} {at}", "day": day.isoformat(), "time": at.strftime("%H:%M")}


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_every_day_of_a_year_is_read_back_as_the_very_moment(language: str) -> None:
    """I8: what is tapped and what is typed are one; what would not be is not offered."""
    made = 0
    for ahead in range(1, 330, 3):
        day = NOW.astimezone(ZONE).date() + timedelta(days=ahead)
        found = offered(
            {"ask_next": "time", "slots": [slot(day, time(12)), slot(day, time(18))]}, language
        )
        for choice, at in zip(found.choices, (time(12), time(18)), strict=False):
            assert len(choice.title) <= TITLE_MAX
            read = read_dates(choice.title, language=language, said_at=NOW.astimezone(ZONE))
            assert (read.days, read.times) == ((day,), (at,)), choice.title
            made += 1
    assert made > 180, "nearly every day can be written shortly enough"


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_yes_and_no_are_read_as_such(language: str) -> None:
    yes, no = offered({"ask_next": "yes", "held": True}, language).choices
    assert read_agreement(yes.title, language) is Agreement.YES
    assert read_agreement(no.title, language) is Agreement.NO
    assert max(len(yes.title), len(no.title)) <= 20


DAY = date(2027, 6, 12)
TWO = [slot(DAY, time(12)), slot(DAY, time(18))]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"ask_next": "time", "slots": TWO[:1]}, "12:00?"),
        ({"ask_next": "time", "slots": TWO}, "What is your ZIP code?"),
        ({"ask_next": "time", "slots": "all"}, "12:00?"),
        ({"ask_next": "time"}, "12:00?"),
        ({"ask_next": "time", "slots": [slot(date(2029, 6, 12), time(12)), *TWO]}, "12:00?"),
        ({"ask_next": "zip"}, "12:00?"),
        ({}, "12:00?"),
    ],
    ids=["one", "another_question", "malformed", "none", "years_ahead", "other", "no_question"],
)
def test_nothing_is_offered_where_nothing_is_to_be_chosen(
    result: dict[str, object], text: str
) -> None:
    assert offered(result, text=text) == NO_OFFER


def test_only_the_bots_own_last_words_offer_anything() -> None:
    """A draft is staff's to send, and a fixed text of the law is no question."""
    result: dict[str, object] = {"ask_next": "yes"}
    notice = Notice(answers=ASKED, text="Shall I book it?")
    decision = decided(result, notice)
    drafted = replace(decision, draft=Drafted(text="x", topic="booking", answers=(ASKED,)))
    required = replace(notice, author=Author.SYSTEM, purpose=Purpose.REQUIRED)
    later = replace(decision, notices=(notice, replace(notice, text="And this.")))
    for each, said in ((drafted, notice), (decided(result, required), required), (later, notice)):
        assert offer_with(PROFILE, each, said, now=NOW) == NO_OFFER
