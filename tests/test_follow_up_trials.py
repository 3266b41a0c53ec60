"""Who gets which wording, who gets none, and that a comparison ends by its own rule alone."""

from __future__ import annotations

import copy
import random
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from follow_up_ground import NOW, Somebody, somebody
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import CustomerId
from bot.domain_follow_ups import FollowUpId, FollowUpStatus, Owed
from bot.errors import ConfigError
from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import say_report
from bot.follow_ups.shares import Share, difference, find_difference, interval, judge
from bot.follow_ups.trials import Arm, choose_arm, end_full, is_held_back, say_verdict, unit
from bot.ids import new_id
from bot.profile import DEFAULT_FOLDER, Profile, load_profile, read_profile
from bot.profile_follow_ups import Trial
from bot.store.connection import Pool, borrow
from bot.store.follow_up_trials import ArmCount

BASE = load_profile()
PAYLOAD = tomllib.loads((DEFAULT_FOLDER / "profile.toml").read_text("utf-8"), parse_float=Decimal)
PER_ARM = 20
TRIAL = Trial(cause="unanswered_quote", step="24h", per_arm=PER_ARM, max_days=60)

SENT = """INSERT INTO follow_ups (customer_id, cause, step, due_at, status, sent_at, created_at,
  message_id, trial, arm, wording, language, channel, local_hour, converted_at, opted_out_at,
  watched_until)
VALUES ($1, 'unanswered_quote', '24h', $2, $3, $2, $2, $4, $5, $6,
  'unanswered_quote_24h_any_' || $6, 'en', 'sms', 12, $7, $8, $9)"""


def with_rules(**changed: object) -> Profile:
    rules = BASE.follow_ups.model_copy(update=changed)
    return BASE.model_copy(update={"follow_ups": rules})


def owed_to(customer_id: UUID, cause: str = "unanswered_quote", step: str = "24h") -> Owed:
    return Owed(
        id=FollowUpId(new_id()),
        cause=cause,
        step=step,
        key="k",
        customer_id=CustomerId(customer_id),
        due_at=NOW,
        valid_until=None,
        status=FollowUpStatus.DUE,
        created_at=NOW,
        looks=0,
        because="",
        reason="",
        text="",
        planned_by="",
        address_id=None,
        booking_id=None,
        quote_id=None,
        conversation_id=None,
        memory_id=None,
        campaign_id=None,
        message_id=None,
        about={},
        rule="",
    )


# ── Who gets what ───────────────────────────────────────────────────────────────────────────


def test_customers_fall_evenly_and_two_trials_divide_them_independently() -> None:
    people = [CustomerId(UUID(int=random.Random(n).getrandbits(128))) for n in range(8000)]
    tenths = [0] * 10
    both = {(a, b): 0 for a in (0, 1) for b in (0, 1)}
    for each in people:
        tenths[int(unit("trial:first", each) * 10)] += 1
        both[unit("trial:first", each) < 0.5, unit("trial:second", each) < 0.5] += 1
    assert all(abs(count - 800) < 5 * 800**0.5 for count in tenths)
    assert all(abs(count - 2000) < 5 * 2000**0.5 for count in both.values())


@given(st.uuids(), st.text(max_size=40))
def test_the_same_customer_always_has_the_same_number(who: UUID, label: str) -> None:
    found = unit(label, CustomerId(who))
    assert 0 <= found < 1
    assert found == unit(label, CustomerId(UUID(str(who))))


def test_so_many_are_held_back_as_the_owner_says_and_only_of_the_named_causes() -> None:
    profile = with_rules(holdout_percent=Decimal(10), holdout_causes=("season",))
    people = [CustomerId(UUID(int=random.Random(n).getrandbits(128))) for n in range(4000)]
    held = [each for each in people if is_held_back(profile, "season", each)]
    assert abs(len(held) - 400) < 5 * 360**0.5
    for cause in ("staff", "campaign", "before_event", "lost_lead"):
        assert not any(is_held_back(profile, cause, each) for each in held)
    # Even where a profile was made without the check, what customers rely on goes to everybody.
    rash = with_rules(holdout_percent=Decimal(100), holdout_causes=("before_event",))
    assert not is_held_back(rash, "before_event", people[0])
    # More held back are the same ones and others, so that nobody changes sides needlessly.
    more = with_rules(holdout_percent=Decimal(20), holdout_causes=("season",))
    assert all(is_held_back(more, "season", each) for each in held)


@pytest.mark.parametrize(
    ("part", "field", "mend"),
    [
        (
            {"holdout_causes": ["season", "hold_lapsing"]},
            "follow_ups.holdout_causes",
            "take before_event, hold_lapsing and deposit_missing out",
        ),
        (
            {"trials": {"x": {"cause": "season", "variants": ["a", "a"]}}},
            "follow_ups.trials.x.variants",
            'name two wordings, such as ["a", "b"]',
        ),
    ],
)
def test_an_owner_is_told_at_the_start_what_cannot_be_compared(
    part: dict[str, object], field: str, mend: str
) -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload["follow_ups"] |= part
    with pytest.raises(ConfigError) as refused:
        read_profile(payload)
    line = next(each for each in str(refused.value).splitlines() if each.startswith(field))
    assert line.endswith(mend)


def test_an_owner_who_has_the_old_price_of_a_text_is_told_where_it_stands_now() -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload.setdefault("desk", {})["sms_part_price"] = "0.0079"
    with pytest.raises(ConfigError, match=r"desk\.sms_part_price.*write it as sms under \[costs"):
        read_profile(payload)


# ── What two shares say ─────────────────────────────────────────────────────────────────────


def test_a_known_comparison_has_the_known_result() -> None:
    """Newcombe (1998): 56 of 70 against 48 of 80 is 0.2 with 0.0524 to 0.3339."""
    found = difference(Share(of=80, hits=48), Share(of=70, hits=56))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)
    counts = (
        ArmCount(customers=400, over=400, hits=38, opted_out=0),
        ArmCount(customers=400, over=400, hits=61, opted_out=0),
    )
    first, second = (Share(of=each.over, hits=each.hits) for each in counts)
    told = say_verdict(TRIAL, counts, judge(first, second, error=Decimal("0.05")))
    assert told == (
        "b: 61 of 400 booked, a: 38 of 400; difference 5.8 points (1.2 to 10.3), p 0.014: b wins"
    )


@given(st.data())
def test_an_interval_always_holds_what_was_counted(data: st.DataObject) -> None:
    shares = []
    for _ in range(2):
        of = data.draw(st.integers(1, 2000))
        shares.append(Share(of=of, hits=data.draw(st.integers(0, of))))
    for share in shares:
        low, high = interval(share)
        assert 0 <= low <= share.rate + 1e-9
        assert share.rate - 1e-9 <= high <= 1
    found, other = difference(*shares), difference(*reversed(shares))
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    assert (found.value, found.low) == pytest.approx((-other.value, -other.high))
    judged = judge(*shares, error=Decimal("0.05"))
    assert judged.better in (0, 1 if found.value < 0 else 2)


def test_without_a_difference_a_winner_is_as_rare_as_stated() -> None:
    """Read once at the end. A look after every fortieth customer finds far more that are none."""
    chance = random.Random(8)
    runs, per_arm, rate = 1500, 400, 0.12
    once = peeking = 0
    for _ in range(runs):
        arms = [[chance.random() < rate for _ in range(per_arm)] for _ in range(2)]
        looks = [
            judge(*(Share(of=n, hits=sum(arm[:n])) for arm in arms), error=Decimal("0.05")).better
            for n in range(40, per_arm + 1, 40)
        ]
        once += looks[-1] > 0
        peeking += any(looks)
    assert 0.033 < once / runs < 0.068
    assert peeking > 2 * once


def test_of_few_customers_nothing_is_said() -> None:
    few, many = Share(of=29, hits=29), Share(of=3000, hits=0)
    assert find_difference(few, many) is None
    assert find_difference(replace(few, of=30), many) is not None
    assert judge(Share(of=0, hits=0), Share(of=0, hits=0), error=Decimal("0.05")).better == 0


# ── A whole trial ───────────────────────────────────────────────────────────────────────────


async def got(
    pool: Pool,
    who: Somebody,
    arm: str,
    at: datetime,
    *,
    converted: bool = False,
    watched: datetime | None = None,
    status: str = "sent",
) -> None:
    message_id = await who.was_told("Still thinking about it?", at)
    done = at + timedelta(days=1) if converted else None
    state = "converted" if converted else status
    given = (who.customer_id, at, state, message_id, "words", arm, done, None, watched)
    await pool.execute(SENT, *given)


async def test_a_trial_divides_the_customers_of_its_own_messages_alone(pool: Pool) -> None:
    profile = with_rules(trials={"words": TRIAL})
    async with borrow(pool) as conn:
        assert await end_full(conn, profile, now=NOW) == ()
        first = await choose_arm(conn, profile, owed_to(UUID(int=1)))
        assert first.trial == "words"
        assert first == await choose_arm(conn, profile, owed_to(UUID(int=1)))
        sides = {(await choose_arm(conn, profile, owed_to(UUID(int=n)))).name for n in range(40)}
        assert sides == {"a", "b"}
        others = owed_to(UUID(int=1), step="72h"), owed_to(UUID(int=1), cause="season")
        assert {await choose_arm(conn, profile, each) for each in others} == {Arm()}
        # What a person has worded goes as it stands.
        own = replace(owed_to(UUID(int=1)), text="Call me", planned_by="U0DANA")
        assert await choose_arm(conn, profile, own) == Arm()


async def test_a_trial_is_read_once_when_it_is_full_and_its_winner_is_sent(pool: Pool) -> None:
    """Until then the owner sees how full it is and nothing of how its arms do."""
    profile = with_rules(trials={"words": TRIAL})
    async with borrow(pool) as conn:
        await end_full(conn, profile, now=NOW)
    people = [await somebody(pool) for _ in range(2 * PER_ARM)]
    for n, who in enumerate(people[:-1]):
        arm = "b" if n < PER_ARM else "a"
        await got(pool, who, arm, NOW, converted=arm == "b" and n < 15)
    # The last one is watched still; one who got both, later, is no two customers.
    await got(pool, people[-1], "a", NOW, watched=NOW + timedelta(days=9))
    await got(pool, people[0], "a", NOW + timedelta(hours=1))
    async with borrow(pool) as conn:
        assert await end_full(conn, profile, now=NOW + timedelta(days=8)) == ()
        until = NOW + timedelta(days=1)
        said = say_report(profile, await read_report(conn, profile, NOW, until))
        assert f"a {PER_ARM - 1} of {PER_ARM} (20 written to), b 20 of {PER_ARM}" in said
        assert "unanswered_quote_24h_any_*" in said
        assert "any_b" not in said
        # A profile that is changed meanwhile does not move the end.
        slower = TRIAL.model_copy(update={"per_arm": 90})
        slow = with_rules(trials={"words": slower})
        changed = await read_report(conn, slow, NOW, until)
        assert changed.trials[0].is_changed

        await conn.execute("UPDATE follow_ups SET watched_until = NULL")
        (ended,) = await end_full(conn, slow, now=NOW + timedelta(days=9))
        assert ended.verdict.startswith("b: 15 of 20 booked, a: 0 of 20; difference 75.0 points")
        assert ended.verdict.endswith("b wins")
        assert await end_full(conn, profile, now=NOW + timedelta(days=10)) == ()
        assert {await choose_arm(conn, profile, owed_to(UUID(int=n))) for n in range(9)} == {
            Arm(variant="b")
        }
        told = say_report(profile, await read_report(conn, profile, NOW, until))
        assert ended.verdict in told
        assert "any_b" in told
        # The next one in the profile takes its turn.
        two = with_rules(trials={"words": TRIAL, "next": TRIAL})
        assert (await choose_arm(conn, two, owed_to(UUID(int=1)))).trial == "next"


async def test_a_trial_that_never_fills_ends_without_a_winner(pool: Pool) -> None:
    """And a message that failed counts against its wording, as nothing that was left out."""
    profile = with_rules(trials={"words": TRIAL})
    async with borrow(pool) as conn:
        await end_full(conn, profile, now=NOW)
    for n in range(4):
        who = await somebody(pool)
        status = "skipped" if n == 3 else "sent"
        await got(pool, who, "a", NOW, converted=n == 0, status=status)
    async with borrow(pool) as conn:
        assert await end_full(conn, profile, now=NOW + timedelta(days=59)) == ()
        (ended,) = await end_full(conn, profile, now=NOW + timedelta(days=60))
        assert ended.winner == ""
        assert ended.verdict == (
            "ended after 60 days with 4 of 20 in a and 0 of 20 in b: too few to tell, a stays"
        )
        assert await choose_arm(conn, profile, owed_to(UUID(int=5))) == Arm()
