"""Prices nobody answered and questions that led nowhere: who is written to, and what ends it.

Rows are real and so is the schedule; only what is sent is not looked at here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from cause_ground import (
    DAY,
    HOUR,
    SAID_NO,
    found,
    looked,
    of,
    planned,
    reason,
    with_rules,
    words,
)
from follow_up_ground import NOW, ZONE, Somebody, somebody

from bot.causes.base import causes
from bot.domain_follow_ups import Later, Matter, Owed
from bot.profile_follow_ups import CauseName
from bot.store.connection import Pool

MINE = ("unanswered_quote", "lost_lead", "season", "check_in", "customer_date")
_TURN = """INSERT INTO turns (conversation_id, epoch, intent, outcome, created_at)
VALUES ($1, 0, $2, 'answered', $3)"""
_ESCALATED = """INSERT INTO escalations (conversation_id, reason, status, created_at, resolved_at,
  outcome, claimed_by, resolved_by) VALUES ($1, $2, $3, $4, $5, $6, 'U0DANA', 'U0DANA')
RETURNING id"""
_CHANGE = "UPDATE follow_ups SET status = $2, reason = $3, changed_at = $4 WHERE key = $1"
_STOPPED = """INSERT INTO consents (address_id, act, source, said_at)
VALUES ($1, 'opt_out', 'message', $2)"""
_LIVES = """INSERT INTO memories (customer_id, kind, value, source, said_at)
VALUES ($1, 'zip_code', '10001', 'customer', $2)"""


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


async def test_a_price_is_asked_after_twice_until_the_customer_says_anything(pool: Pool) -> None:
    """Each step once, at an allowed hour, and nothing of it once the talk went on."""
    dana = await somebody(pool, name="Dana Reed", at=NOW - HOUR)
    await dana.wrote("How much for 12 in Fremont on Dec 19?", NOW - HOUR)
    await dana.was_priced(NOW - timedelta(minutes=30))
    quote = await dana.was_priced(NOW)
    span = (NOW - DAY, NOW + HOUR)
    assert await found(pool, "unanswered_quote", NOW - DAY, NOW + timedelta(minutes=5)) == ()
    first, second = await found(pool, "unanswered_quote", *span)
    assert (first.step, second.step) == ("24h", "72h")
    assert first.key == f"quote:{quote}:unanswered_quote:24h"
    assert first.because == "priced $660.00 on Dec 1"
    assert NOW + DAY <= first.due_at < NOW + 1.5 * DAY
    assert NOW + 3 * DAY <= second.due_at < NOW + 3.5 * DAY
    for plan in (first, second):
        assert 9 <= local(plan.due_at).hour < 20
        assert plan.due_at <= plan.valid_until
    owed, again = await planned(pool, first, second)
    assert await found(pool, "unanswered_quote", *span) == ()
    assert len(await found(pool, "unanswered_quote", *span, unplanned_only=False)) == 2

    assert isinstance(await looked(pool, again, again.due_at), Later), "the first is still to go"

    await pool.execute(_CHANGE, first.key, "sent", None, NOW + DAY)
    assert await reason(pool, again, again.due_at) == ""
    late = datetime(2026, 12, 18, 20, tzinfo=UTC)
    assert "expired" in await reason(pool, again, NOW + 8 * DAY)
    assert "expired" in await reason(pool, again, late)
    await dana.wrote("ok let me ask my wife", NOW + 2 * DAY)
    assert await reason(pool, owed, owed.due_at) == "", "a look at the past knows nothing of it"
    assert "has written since, on Dec 3" in await reason(pool, again, again.due_at)


async def test_the_words_about_a_price_are_those_of_the_quote_in_each_language(pool: Pool) -> None:
    """I8: every figure is the row's, the day is the one they named."""
    dana = await somebody(pool, name="Dana Reed", at=NOW - HOUR)
    await dana.wrote("How much for 12 in Fremont on Dec 19?", NOW - HOUR)
    await dana.was_priced(NOW)
    (owed, _) = await planned(pool, *await found(pool, "unanswered_quote", NOW - DAY, NOW + HOUR))
    assert await words(pool, owed, owed.due_at, "en") == {
        "name": "Dana",
        "business": "My Hibachi Chef",
        "total": "$660.00",
        "guests": "12",
        "day": "Saturday, December 19",
        "expires": "Tuesday, December 8",
    }
    assert (await words(pool, owed, owed.due_at, "zh"))["day"] == "12月19日星期六"
    judged = await looked(pool, owed, owed.due_at)
    assert isinstance(judged, Matter)
    assert [choice.id for choice in judged.choices("es")] == ["hold_it", "question", "not_now"]


async def test_a_price_is_left_alone_once_it_is_overtaken(pool: Pool) -> None:
    """A newer price, a booking, a no, a day that is too near, a slot that is kept."""
    span = (NOW - DAY, NOW + HOUR)
    at = NOW + 1.2 * DAY
    booked, newer, near, held = [await somebody(pool, at=NOW - HOUR) for _ in range(4)]
    for who in (booked, newer, near, held):
        await who.wrote("How much for 12?", NOW - HOUR)
    await booked.was_priced(NOW)
    await newer.was_priced(NOW)
    await near.wrote("It is for this Thursday", NOW - HOUR)
    await near.was_priced(NOW)
    await held.booked(NOW + 9 * DAY, at=NOW, status="held", held_until=NOW + 2 * DAY)
    await pool.execute(
        "UPDATE bookings SET agreed_at = NULL WHERE customer_id = $1", held.customer_id
    )
    plans = [
        of(await found(pool, "unanswered_quote", *span), who)[0]
        for who in (booked, newer, near, held)
    ]
    owed = dict(zip(("booked", "newer", "near", "held"), await planned(pool, *plans), strict=True))
    await booked.booked(NOW + 9 * DAY, at=NOW + 5 * HOUR, chef="")
    await newer.was_priced(NOW + 6 * HOUR)
    assert "booked on Dec 1" in await reason(pool, owed["booked"], at)
    assert "newer price" in await reason(pool, owed["newer"], at)
    assert "too near to be booked" in await reason(pool, owed["near"], at)
    kept = await looked(pool, owed["held"], at)
    assert isinstance(kept, Later)
    assert kept.until == NOW + 2 * DAY
    assert (
        await found(pool, "unanswered_quote", *span, profile=with_rules(off=("unanswered_quote",)))
        == ()
    )
    assert await found(pool, "unanswered_quote", *span, profile=with_rules(quote_hours=())) == ()


async def test_the_second_word_about_a_price_waits_for_what_came_of_the_first(pool: Pool) -> None:
    who = await somebody(pool, at=NOW - HOUR)
    await who.was_priced(NOW)
    first, second = await planned(
        pool, *await found(pool, "unanswered_quote", NOW - DAY, NOW + HOUR)
    )
    at = second.due_at
    cases = {
        ("skipped", "written to by staff that day"): "",
        ("unknown", "nobody can tell"): "",
        ("cancelled", "the customer said no"): "taken back: the customer said no",
        ("planned", ""): "has not gone yet",
    }
    for (status, said), expected in cases.items():
        await pool.execute(_CHANGE, first.key, status, said, NOW + DAY)
        why = await reason(pool, second, at)
        assert expected in why if expected else why == "", (status, why)
    await pool.execute(
        "UPDATE follow_ups SET status = 'skipped', arm = 'holdout' WHERE key = $1", first.key
    )
    assert "left out on purpose" in await reason(pool, second, at)
    await pool.execute(
        "UPDATE follow_ups SET status = 'answered', arm = '', answered_at = $2 WHERE key = $1",
        first.key,
        at - HOUR,
    )
    assert "answered the one before" in await reason(pool, second, at)
    assert await reason(pool, second, at - 2 * HOUR) == "", "that was later"


LAST = NOW - 14 * DAY
LEADS = ("silent", "said_no", "complained", "left", "far", "chatted", "booked", "wrote")


async def leads(pool: Pool) -> tuple[dict[str, Somebody], dict[str, Owed]]:
    """People who fell silent two weeks ago, and what is planned for some of them."""
    who = {name: await somebody(pool, at=LAST) for name in LEADS}
    for name, each in who.items():
        await each.wrote("Do you have Dec 19 open for 12?", LAST - HOUR)
        intent = "availability" if name != "chatted" else "small_talk"
        await pool.execute(_TURN, each.conversation_id, intent, LAST - HOUR)
        await each.wrote("we found someone else" if name == "said_no" else "thanks!", LAST)
    await who["booked"].booked(NOW + 20 * DAY, at=LAST + HOUR)
    await who["far"].was_priced(LAST - HOUR)
    plans = await found(pool, "lost_lead", NOW - HOUR, NOW + HOUR)
    rows = {row.customer_id: row for row in await planned(pool, *plans)}
    assert await found(pool, "lost_lead", NOW - HOUR, NOW + HOUR) == ()
    return who, {
        name: rows[each.customer_id] for name, each in who.items() if each.customer_id in rows
    }


async def test_a_lead_that_fell_silent_is_asked_and_never_against_its_will(pool: Pool) -> None:
    """I6: nothing after a no, a complaint or an opt-out."""
    who, owed = await leads(pool)
    assert set(owed) == {"silent", "said_no", "complained", "left", "far", "wrote"}
    assert owed["silent"].because == "asked about an event, silent since Nov 17"
    at = NOW + DAY
    talk = who["complained"].conversation_id
    await pool.execute(_ESCALATED, talk, "complaint", "resolved", LAST, LAST + HOUR, "answered")
    await pool.execute(_STOPPED, who["left"].address_id, LAST + HOUR)
    await who["wrote"].wrote("still thinking", NOW + HOUR)
    assert {name: await reason(pool, row, at) for name, row in owed.items()} == {
        "silent": "",
        "said_no": "their last word was a no",
        "complained": "they complained",
        "left": "they do not want our messages",
        "far": "",
        "wrote": "the customer wrote again on Dec 1",
    }
    assert await words(pool, owed["silent"], at, "en") == {
        "name": "Dana",
        "business": "My Hibachi Chef",
        "day": "Saturday, December 19",
    }


async def test_a_lead_is_asked_once_in_half_a_year_and_only_in_the_area(pool: Pool) -> None:
    who, owed = await leads(pool)
    at = NOW + DAY
    await pool.execute(_LIVES, who["silent"].customer_id, LAST)
    assert "ZIP 10001 is outside the area" in await reason(pool, owed["silent"], at)
    await pool.execute(SAID_NO, who["far"].customer_id, "unanswered_quote", NOW + 2 * HOUR)
    assert "said no to an offer" in await reason(pool, owed["far"], at)
    assert await reason(pool, owed["far"], NOW + HOUR) == "", "that was later"
    again = replace(owed["said_no"], key="lead:another:20261215")
    assert "once in 180 days" in await reason(pool, again, NOW + 30 * DAY)


def test_what_each_of_these_may_be_is_said_in_its_file() -> None:
    """I6: whatever sells needs a yes to offers, or follows on a price that they asked for."""
    known = causes()
    assert set(MINE) <= set(get_args(CauseName)) & set(known)
    promoting = {name for name in MINE if known[name].purpose == "promotional"}
    assert promoting == {"lost_lead", "season", "customer_date"}
    assert {name for name in MINE if known[name].is_sale} == promoting | {"unanswered_quote"}
    weights = {name: known[name].weight for name in MINE}
    assert sorted(weights, key=lambda name: weights[name]) == [
        "lost_lead",
        "season",
        "customer_date",
        "unanswered_quote",
        "check_in",
    ]
