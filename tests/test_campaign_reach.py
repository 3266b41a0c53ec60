"""Who may be written to by a campaign and who not, when each has their turn, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from campaign_ground import MEANS, PROFILE, WANTED
from follow_up_ground import NOW, somebody
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import Consent
from bot.domain_campaigns import Progress
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_pace import Line
from bot.follow_ups.campaign_reach import (
    COMPLAINT,
    NO_ADDRESS,
    NO_POSTAL,
    NO_TEMPLATE,
    NO_WORDS,
    NO_YES,
    OPTED_OUT,
    STATE_LAW,
    US_WHATSAPP,
    Left,
    Reached,
    judge,
    preview,
)
from bot.follow_ups.campaign_say import say_preview, say_progress
from bot.follow_ups.campaign_words import show
from bot.quiet import Whereabouts
from bot.quiet_moments import is_allowed
from bot.store.connection import Pool
from bot.store.segments import Candidate, Door, Standing

CALIFORNIA = Whereabouts(("America/Los_Angeles",), ("CA",), is_united_states=True)
PLACES = (
    CALIFORNIA,
    Whereabouts(("America/New_York",), ("AL",), is_united_states=True),
    Whereabouts(("Pacific/Honolulu",), (), is_united_states=True),
    Whereabouts(("Asia/Kolkata",)),
)


# ── Who is reached ──────────────────────────────────────────────────────────────────────────

DANA = Candidate(
    customer_id=UUID(int=1), name="Dana", language="en", zone="", zip_code="94539", occasions=()
)
DOOR = Door(
    channel="sms",
    handle="+15105550001",
    consent=Consent.GIVEN,
    promotional=Consent.UNKNOWN,
    is_suspended=False,
    last_inbound_at=NOW - timedelta(days=30),
    said_at=NOW - timedelta(days=30),
)


def _door(**other: object) -> Door:
    return replace(DOOR, **other)


MAILBOX = _door(channel="email", handle="dana@example.com")
WHATSAPP = _door(channel="whatsapp", handle="+447700900001")
UNSURE = _door(consent=Consent.UNKNOWN, said_at=None)
STOPPED = _door(consent=Consent.REVOKED)
BACK = _door(handle="+15105550002", said_at=NOW)


@pytest.mark.parametrize(
    ("doors", "candidate", "other", "expected"),
    [
        ((DOOR,), {}, {}, "sms"),
        ((UNSURE,), {}, {}, NO_YES),
        ((_door(consent=Consent.UNKNOWN, promotional=Consent.GIVEN),), {}, {}, "sms"),
        ((DOOR,), {"zip_code": "98101"}, {}, STATE_LAW),
        ((_door(promotional=Consent.GIVEN),), {"zip_code": "98101"}, {}, "sms"),
        ((STOPPED, MAILBOX), {}, {}, OPTED_OUT),
        ((STOPPED, BACK), {}, {}, "sms"),
        ((_door(promotional=Consent.REVOKED), BACK), {}, {}, OPTED_OUT),
        ((DOOR,), {}, {"trouble": "complaint"}, COMPLAINT),
        ((DOOR,), {}, {"trouble": "price"}, "sms"),
        ((DOOR,), {}, {"is_recent": True}, "written to unasked within 48 hours"),
        ((), {}, {}, NO_ADDRESS),
        ((_door(channel="webchat"),), {}, {}, NO_ADDRESS),
        ((_door(channel="ringcentral"),), {}, {}, NO_ADDRESS),
        ((_door(is_suspended=True),), {}, {}, NO_ADDRESS),
        ((MAILBOX,), {}, {}, NO_POSTAL),
        ((WHATSAPP,), {}, {}, NO_TEMPLATE),
        ((_door(channel="whatsapp"),), {}, {}, US_WHATSAPP),
        ((_door(channel="whatsapp", last_inbound_at=NOW),), {}, {}, "whatsapp"),
        ((_door(channel="whatsapp"), DOOR), {}, {}, "sms"),
        ((DOOR,), {"language": "zh"}, {}, NO_WORDS),
        ((DOOR,), {"language": "fr"}, {}, "sms"),
        ((DOOR,), {"language": "es"}, {}, "sms"),
    ],
)
def test_who_is_left_out_of_a_campaign_is_told_with_the_reason(
    doors: tuple[Door, ...],
    candidate: dict[str, str],
    other: dict[str, Any],
    expected: str,
) -> None:
    """I6: a yes to offers, by a way that may carry them, and nobody who has left."""
    who = replace(DANA, **candidate)
    found = judge(PROFILE, WANTED, MEANS, who, Standing(doors=doors, **other), now=NOW)
    assert (found.reason if isinstance(found, Left) else found.channel) == expected
    if isinstance(found, Reached):
        assert found.language == ("es" if who.language == "es" else "en")


def test_offers_by_telephone_end_with_the_way_to_stop_them() -> None:
    """I6: appended where it is missing, never twice; an unknown name leaves no hole."""
    text, us = WANTED.words["en"], "My Hibachi Chef"
    assert show(text, "en", "sms", name="Dana", business=us) == (
        "Hi Dana, My Hibachi Chef has winter dates. Reply STOP to end."
    )
    assert (
        show(text, "en", "email", name="", business=us) == "Hi, My Hibachi Chef has winter dates."
    )
    said = show("Hola. Responda STOP.", "es", "whatsapp", name="", business=us)
    assert said == "Hola. Responda STOP."
    assert show("新菜单。", "zh", "sms", name="", business=us).endswith("STOP 退订。")


# ── The line ────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    per_hour=st.integers(1, 60),
    people=st.lists(st.sampled_from(PLACES), min_size=1, max_size=60),
    cut=st.integers(0, 60),
)
def test_everybody_has_a_turn_of_their_own_in_hours_that_allow_it(
    start: datetime, per_hour: int, people: list[Whereabouts], cut: int
) -> None:
    """I6, I15: never more than the pace in an hour, also over the clock changes; a start that was
    cut off goes on with the same line."""
    taken: set[int] = set()
    moments = []
    line = Line(PROFILE, start, per_hour)
    for at, where in enumerate(people):
        if at == cut:
            line = Line(PROFILE, start, per_hour, taken)
        found = line.take(where)
        assert found is not None
        place, moment = found
        assert place not in taken
        assert moment >= start
        assert is_allowed(PROFILE, moment, where)
        taken.add(place)
        moments.append(moment)
    for each in moments:
        within = [at for at in moments if each <= at < each + timedelta(hours=1)]
        assert len(within) <= per_hour


# ── What the owner reads ────────────────────────────────────────────────────────────────────


def test_only_a_count_that_differs_much_is_confirmed_anew() -> None:
    assert [deeds.has_changed(100, n) for n in (89, 90, 100, 110, 111)] == [
        True, False, False, False, True,
    ]  # fmt: skip
    assert deeds.has_changed(3, 4)
    assert deeds.has_changed(0, 1)


def test_progress_names_what_there_is() -> None:
    progress = Progress(waiting=2, sent=5, answered=1, unknown=1, skipped=(("opted out", 3),))
    assert say_progress(progress) == (
        "5 sent, 1 answered, 0 booked, 2 waiting, 1 whether it was sent is unknown\n"
        "3 not sent: opted out"
    )


async def test_a_price_that_nobody_has_said_is_not_nothing(pool: Pool) -> None:
    await somebody(pool)

    async def said(**prices: Decimal) -> str:
        costs = PROFILE.costs.model_copy(update={"segment": prices})
        profile = PROFILE.model_copy(update={"costs": costs})
        async with pool.acquire() as conn:
            seen = await preview(conn, profile, WANTED, MEANS, now=NOW)
        return next(line for line in say_preview(profile, seen) if line.startswith("Cost"))

    assert await said() == "Cost: not known: [costs.segment] says no price of sms"
    assert await said(sms=Decimal("0.05")) == "Cost: about $0.05"
