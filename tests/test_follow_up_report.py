"""What the owner reads of follow-ups: what went, what did not and why, and what they bring."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from follow_up_ground import NOW, somebody
from follow_up_measured import DAY, HOUR, PROFILE, Service, state, went

from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import say_report
from bot.store.connection import Pool, borrow


async def test_who_was_held_back_is_watched_alike_and_takes_nothing(pool: Pool) -> None:
    """The owner reads what a cause brings over writing nothing, once there are enough of them."""
    service = Service(pool)
    both = await somebody(pool, at=NOW - DAY)
    wrote = await went(both, "unanswered_quote", NOW)
    back = await went(both, "campaign", NOW + HOUR, arm="holdout", reason="held back")
    await both.booked(NOW + 30 * DAY, at=NOW + DAY)
    await service.measured(NOW + 2 * DAY)
    assert await state(pool, wrote) == ("converted", True, Decimal("660.00"))
    assert await state(pool, back) == ("skipped", True, Decimal("660.00"))
    row = await pool.fetchrow("SELECT * FROM follow_ups WHERE id = $1", back)
    assert row is not None
    assert row["reason"] == "held back"

    for n in range(60):
        who = await somebody(pool, at=NOW - DAY)
        await went(who, "unanswered_quote", NOW, arm="holdout" if n % 2 else "")
        if n < 6 or (n % 2 == 0 and n < 40):
            await who.booked(NOW + 40 * DAY, at=NOW + DAY, chef="")
    async with borrow(pool) as conn:
        young = await read_report(conn, PROFILE, NOW, NOW + DAY)
        assert "too few to say" in say_report(PROFILE, young)
    await service.measured(NOW + 20 * DAY)
    async with borrow(pool) as conn:
        report = await read_report(conn, PROFILE, NOW, NOW + DAY)
    uplift = next(each for each in report.uplifts if each.cause == "unanswered_quote")
    assert (uplift.sent.of, uplift.sent.hits) == (31, 21)
    assert (uplift.held_back.of, uplift.held_back.hits) == (30, 3)
    told = say_report(PROFILE, report)
    assert "21 of 31 written to booked, 3 of 30 held back: +57.7 points (+34.2 to +72.9)" in told
    # Revenue is of those who were written to alone.
    (everything,) = report.lines("all")
    assert everything.revenue == 21 * Decimal("660.00")


async def test_the_owner_reads_what_went_what_did_not_and_why(pool: Pool) -> None:
    for n in range(4):
        who = await somebody(pool, at=NOW - DAY)
        answered = NOW + n * 10 * timedelta(minutes=1) + HOUR if n < 3 else None
        status = "answered" if answered else "sent"
        await went(who, "unanswered_quote", NOW, answered=answered, status=status)
        reason = f"too late: it was due Tue {n}:00" if n else "quiet"
        await went(who, "unanswered_quote", NOW, status="skipped", reason=reason)
        await went(who, "staff", NOW + DAY, status="planned")
    async with borrow(pool) as conn:
        report = await read_report(conn, PROFILE, NOW - HOUR, NOW + HOUR)
        empty = await read_report(conn, PROFILE, NOW - 2 * DAY, NOW - DAY)
    (cause,) = report.lines("cause")
    assert (cause.planned, cause.sent, cause.answered, cause.skipped) == (8, 4, 3, 4)
    assert cause.answer_minutes == pytest.approx(70)
    assert [(each.reason, each.count) for each in report.left] == [("too late", 3), ("quiet", 1)]
    told = say_report(PROFILE, report)
    for words in ("3 × too late", "4 left out", "3 (75%)", "70 min", "By wording", "11:00", "sms"):
        assert words in told
    assert max(map(len, told.splitlines())) < 130
    assert "None." in say_report(PROFILE, empty)
