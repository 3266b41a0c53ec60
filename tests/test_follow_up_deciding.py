"""What becomes of a follow-up at its moment, by the facts alone (I6, I7, I15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from follow_up_sample import LA, NOON, addressee, facts, hours, option, owed, put_off, reach, reason
from gate_sample import PROFILE
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Mode
from bot.domain_follow_ups import Feeling, Gone, Later
from bot.follow_ups.deciding import HoldBack, PutOff, Send, Skip, decide, decide_early
from bot.follow_ups.trials import Arm
from bot.store.follow_up_facts import Recent, Unasked
from bot.store.follow_up_plans import Near


def test_what_nothing_stands_against_goes() -> None:
    """I6: and by the very option that was found."""
    now = facts()
    assert decide(now) == Send(now.options[0])


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"to": None}, "the customer was erased"),
        ({"found": Gone("they have booked since")}, "they have booked since"),
        ({"cause": None}, "nothing is known of the cause unanswered_quote any more"),
        ({"feeling": Feeling.UNHAPPY}, "unhappy of late"),
        (
            {"owed": owed(due_at=NOON - hours(50), valid_until=NOON - hours(44))},
            "too late: it was due Sun, Nov 29, 2026, 10:00 AM and says nothing any more after "
            "Sun, Nov 29, 2026, 4:00 PM",
        ),
        ({"options": ()}, "no address of the customer is known"),
    ],
)
def test_what_says_nothing_any_more_is_left_out_with_its_reason(
    over: dict[str, Any], said: str
) -> None:
    assert said in reason(decide(facts(**over)))


def test_days_of_downtime_fire_nothing_that_is_over() -> None:
    """I12: what is late is judged by how long it holds; that a customer was erased goes first."""
    back = NOON + hours(24 * 5)
    assert "too late" in reason(decide(facts(now=back)))
    assert "too late" in reason(decide_early(facts(now=back)))
    held = owed(valid_until=NOON - hours(1), reason="staff have the conversation")
    assert "(staff have the conversation)" in reason(decide(facts(owed=held)))
    assert decide(facts(now=back, to=None)) == Skip("the customer was erased")


def test_a_cause_that_is_switched_off_since_writes_to_nobody() -> None:
    rules = PROFILE.follow_ups.model_copy(update={"off": ("unanswered_quote",)})
    profile = PROFILE.model_copy(update={"follow_ups": rules})
    assert "switched off since it was planned" in reason(decide(facts(profile=profile)))


def test_what_its_cause_moves_is_moved_or_too_late() -> None:
    moved = put_off(decide(facts(found=Later("a slot is kept for them", NOON + hours(5)))))
    assert (moved.until, moved.is_held) == (NOON + hours(5), False)
    late = decide(facts(found=Later("a slot is kept for them", NOON + hours(97))))
    assert "it says nothing any more" in reason(late)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"is_paused": True}, "the concierge is paused"),
        ({"to": addressee(mode=Mode.HUMAN)}, "staff have the conversation"),
        ({"to": addressee(mode=Mode.HUMAN, trouble="complaint")}, "a complaint is open"),
        ({"to": addressee(trouble="money")}, "a complaint is open"),
        ({"recent": Recent(is_waiting=True)}, "they get their answer first"),
    ],
)
def test_what_waits_for_something_to_end_is_held_and_looked_at_again(
    over: dict[str, Any], said: str
) -> None:
    """I7: until it says nothing any more, and not for ever where it has no end."""
    found = put_off(decide(facts(**over)))
    assert said in found.reason
    assert (found.until, found.is_held) == (NOON + timedelta(minutes=15), True)
    soon = owed(valid_until=NOON + timedelta(minutes=5))
    until = put_off(decide(facts(**over, owed=soon))).until
    assert soon.valid_until is not None
    assert soon.valid_until < until < soon.valid_until + timedelta(minutes=1)


def test_a_pause_holds_the_rules_and_not_what_staff_wrote() -> None:
    own = owed(cause="staff", step="", text="Hi!", planned_by="U0DANA", valid_until=None)
    assert isinstance(decide(facts(owed=own, is_paused=True)), Send)
    old = replace(own, looks=7 * 24 * 4)
    assert "a week ago" in reason(decide(facts(owed=old, to=addressee(mode=Mode.HUMAN))))


def test_nobody_is_interrupted_while_they_write_with_us() -> None:
    """Whoever wrote last, four hours pass; a reminder that would be lost waits half an hour."""
    for recent in (Recent(heard_at=NOON - hours(1)), Recent(told_at=NOON - hours(1))):
        found = put_off(decide(facts(recent=recent)))
        assert found.until == NOON + hours(3)
    news = owed(cause="hold_lapsing", step="", valid_until=NOON + hours(2))
    talk = Recent(heard_at=NOON - timedelta(minutes=10))
    assert put_off(decide(facts(owed=news, recent=talk))).until == NOON + timedelta(minutes=20)
    talk = Recent(heard_at=NOON - timedelta(minutes=31))
    assert isinstance(decide(facts(owed=news, recent=talk)), Send)
    own = owed(cause="staff", text="About your question:", planned_by="U0DANA", valid_until=None)
    assert isinstance(decide(facts(owed=own, recent=talk)), Send)
    assert isinstance(decide(facts(owed=own, recent=Recent(is_waiting=True))), PutOff)


def test_quiet_hours_and_days_off_are_the_customers() -> None:
    """I15: the clock that counts hangs where the customer is, in all places they may be."""
    night = NOON.replace(hour=22)
    found = put_off(decide(facts(now=night)))
    assert found.until == datetime(2026, 12, 2, 9, tzinfo=LA)
    there = reach(handle="+12125550101")
    now = NOON.replace(hour=18)  # 21:00 in New York.
    to = addressee(there.way, zone="")
    late = put_off(decide(facts(now=now, to=to, options=(option(there, to=to, now=now),))))
    assert late.until == datetime(2026, 12, 2, 9, tzinfo=ZoneInfo("America/New_York"))
    rules = PROFILE.follow_ups.model_copy(update={"off_days": ("12-01", "12-02")})
    off = PROFILE.model_copy(update={"follow_ups": rules})
    found = put_off(decide(facts(profile=off)))
    assert found.until == datetime(2026, 12, 3, 9, tzinfo=LA)
    short = owed(valid_until=NOON + hours(24))
    assert "nobody is written to unasked" in reason(decide(facts(profile=off, owed=short)))


def near(cause: str, at: datetime, *, is_planned: bool) -> tuple[Near, ...]:
    return (Near(at=at, cause=cause, is_planned=is_planned),)


def test_never_two_unasked_messages_within_two_days() -> None:
    """I6: what has left stands, the heavier of two that are planned goes, the other moves on."""
    left = near("", NOON - hours(1), is_planned=False)
    moved = put_off(decide(facts(near=left)))
    assert moved.until == NOON + hours(47)
    assert "Tue, Dec 1, 2026, 11:00 AM" in moved.reason
    essential = owed(cause="before_event", step="1d", valid_until=NOON + hours(20))
    assert "another message that nobody asked for" in reason(
        decide(facts(owed=essential, near=left))
    )
    ahead = near("before_event", NOON + hours(20), is_planned=True)
    yields = put_off(decide(facts(near=ahead)))
    assert yields.until == datetime(2026, 12, 2, 9, tzinfo=LA)  # Eight is too early.
    assert "something that matters more is planned" in yields.reason
    behind = near("campaign", NOON + hours(20), is_planned=True)
    assert isinstance(decide(facts(near=behind)), Send)
    lies = Recent(lies_at=NOON - hours(1))
    assert put_off(decide(facts(recent=lies))).until == datetime(2026, 12, 3, 11, tzinfo=LA)


def test_a_heavier_one_that_never_goes_costs_a_lighter_one_nothing() -> None:
    """I6: it yields to what is planned only until it is known whether that went."""
    ahead = near("before_event", NOON + hours(5), is_planned=True)
    soon = owed(valid_until=NOON + hours(20))
    yields = put_off(decide(facts(owed=soon, near=ahead)))
    assert yields.until == NOON + hours(5) + timedelta(minutes=15)
    after = facts(owed=soon, now=yields.until)
    assert isinstance(decide(after), Send)
    went = near("before_event", NOON + hours(5), is_planned=False)
    assert "of Tue, Dec 1, 2026, 5:00 PM" in reason(decide(replace(after, near=went)))

    short = owed(valid_until=NOON + hours(4))
    waits = put_off(decide(facts(owed=short, near=ahead)))
    assert (waits.until, waits.is_held) == (NOON + hours(1), True)
    late = decide(facts(owed=replace(short, reason=waits.reason), now=NOON + hours(4.1)))
    assert "something that matters more" in reason(late)


def test_the_caps_of_a_day_and_a_week_are_counted_as_at_the_gate() -> None:
    rules = PROFILE.follow_ups.model_copy(update={"gap_hours": 1})
    profile = PROFILE.model_copy(update={"follow_ups": rules})

    def sent(*ago: int, is_essential: bool = False) -> Recent:
        return Recent(unasked=tuple(Unasked(NOON - hours(each), is_essential) for each in ago))

    a_day = put_off(decide(facts(profile=profile, recent=sent(20))))
    assert a_day.until == NOON + hours(4)
    assert "in a day" in a_day.reason
    a_week = put_off(decide(facts(profile=profile, recent=sent(30, 60, 97))))
    assert a_week.until == NOON + hours(168 - 97)
    assert isinstance(decide(facts(profile=profile, recent=sent(20, is_essential=True))), Send)
    news = owed(cause="before_event", step="1d")
    many = sent(*range(2, 8), is_essential=True)
    assert put_off(decide(facts(profile=profile, owed=news, recent=many))).until > NOON
    assert isinstance(decide(facts(profile=profile, owed=news, recent=sent(20))), Send)


def test_who_is_held_back_would_have_been_written_to() -> None:
    """The holdout is like the others: whatever else stands against it goes first."""
    arm = Arm(is_holdout=True)
    assert isinstance(decide(facts(arm=arm)), HoldBack)
    assert isinstance(decide(facts(arm=arm, recent=Recent(is_waiting=True))), PutOff)
    assert isinstance(decide(facts(arm=Arm(trial="t", variant="b"))), Send)


@given(
    hour=st.integers(0, 24 * 30),
    talked=st.none() | st.integers(0, 60),
    others=st.lists(st.tuples(st.integers(-60, 60), st.sampled_from(["", "campaign"])), max_size=3),
    valid=st.integers(-10, 200),
)
def test_whatever_the_facts_it_goes_at_a_right_moment_or_not_at_all(
    hour: int, talked: int | None, others: list[tuple[int, str]], valid: int
) -> None:
    """I6: never at night, never close to another, never after it is over; a wait always ends."""
    now = NOON + hours(hour)
    around = tuple(
        Near(at=now + hours(each), cause=cause, is_planned=each > 0)
        for each, cause in others
        if abs(each) < 48
    )
    recent = Recent(heard_at=None if talked is None else now - hours(talked))
    row = owed(due_at=now, valid_until=now + hours(valid))
    said = decide(facts(now=now, owed=row, near=around, recent=recent))
    if isinstance(said, Send):
        assert 9 <= now.astimezone(LA).hour < 20
        assert valid >= 0
        assert not [each for each in around if not each.is_planned]
        assert talked is None or talked >= 4
    elif isinstance(said, PutOff):
        assert said.until > now
        assert row.valid_until is not None
        assert said.until <= row.valid_until + timedelta(seconds=1)
