"""What follow-ups brought: each booking counted once, for the last message before it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import cast

from follow_up_ground import NOW, somebody
from follow_up_measured import DAY, HOUR, Service, Then, state, went
from prometheus_client import REGISTRY

from bot.store import follow_up_results
from bot.store.connection import Pool, borrow
from jobs.base import JobDeps
from jobs.measure_follow_ups import due, is_shown

_FILL = """INSERT INTO customers (id) SELECT uuidv7() FROM generate_series(1, 3000);
INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM customers;
INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total, deposit,
  expires_at, headcount)
  SELECT uuidv7(), id, customer_id, 1, '{}', '[]', 550, 100, now(), 10 FROM conversations;
INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service, starts_at, ends_at,
  status, headcount, workers, agreed_at, deposit_paid_at, headcount_confirmed_at)
SELECT q.id::text || n, q.customer_id, q.conversation_id, q.id, 'hibachi', '2026-12-01Z',
  '2026-12-02Z', 'confirmed', 10, 1, '2026-11-01Z', '2026-11-02Z', '2026-11-03Z'
FROM quotes q, generate_series(1, 4) n;
INSERT INTO booking_events (key, booking_id, act, actor) SELECT id::text, id, 'hold', 'customer'
  FROM bookings;
INSERT INTO addresses (customer_id, channel, value) SELECT id, 'sms', id FROM customers;
INSERT INTO messages (conversation_id, address_id, direction, channel, author, status, sent_at)
  SELECT c.id, a.id, 'inbound', 'sms', 'customer', 'answered', '2026-11-04Z'
  FROM conversations c JOIN addresses a USING (customer_id), generate_series(1, 5);
INSERT INTO feedback (customer_id, booking_id) SELECT customer_id, id FROM bookings;
INSERT INTO follow_ups (customer_id, booking_id, cause, due_at, status, sent_at, watched_until,
  converted_id)
  SELECT c.customer_id, c.id, 'unanswered_quote', now() - make_interval(days => n), 'sent',
    now() - make_interval(days => n), CASE WHEN n = 1 THEN now() + interval '9 days' END,
    CASE WHEN n = 99 THEN c.id END
  FROM (SELECT customer_id, id FROM bookings LIMIT 200) c, generate_series(1, 100) n;
ANALYZE;"""


async def test_a_booking_counts_once_for_the_last_message_before_it(pool: Pool) -> None:
    """Said again nothing is counted twice, and staff read in its story what came of it."""
    service = Service(pool)
    dana = await somebody(pool, at=NOW - 9 * DAY)
    before = await went(dana, "unanswered_quote", NOW - 3 * DAY)
    last = await went(dana, "unanswered_quote", NOW)
    # What went after the yes, and what is for another thing, have no part in it.
    await dana.booked(NOW + 20 * DAY, at=NOW + DAY, status="held")
    after = await went(dana, "campaign", NOW + 2 * DAY)
    reminder = await went(dana, "after_event", NOW + HOUR)
    counted = REGISTRY.get_sample_value
    labels = {"cause": "unanswered_quote", "outcome": "converted"}
    had = counted("concierge_follow_ups_total", labels) or 0.0
    await service.measured(NOW + 3 * DAY)
    await service.measured(NOW + 3 * DAY + HOUR)
    none = ("sent", False, None)
    assert await state(pool, last) == ("converted", True, Decimal("660.00"))
    for other in (before, after, reminder):
        assert await state(pool, other) == none
    assert counted("concierge_follow_ups_total", labels) == had + 1
    lines = await pool.fetch(
        "SELECT status, reason FROM follow_up_events WHERE follow_up_id = $1 ORDER BY at", last
    )
    assert lines[-1]["status"] == "converted"
    assert lines[-1]["reason"].startswith("they booked T")


async def test_a_booking_that_is_off_again_brought_nothing(pool: Pool) -> None:
    """Neither the message that it came of nor the one that brought its deposit in."""
    service = Service(pool)
    dana = await somebody(pool, at=NOW - 9 * DAY)
    offer = await went(dana, "unanswered_quote", NOW)
    booked = await dana.booked(NOW + 20 * DAY, at=NOW + DAY, status="held")
    asked = await went(dana, "deposit_missing", NOW + 3 * DAY, booking=booked)
    await pool.execute(
        "UPDATE bookings SET status = 'confirmed', deposit_paid_at = $2 WHERE id = $1",
        booked,
        NOW + 4 * DAY,
    )
    # The deposit reminder brought the money in, and no second revenue of the same booking.
    await service.measured(NOW + 5 * DAY)
    assert await state(pool, offer) == ("converted", True, Decimal("660.00"))
    assert await state(pool, asked) == ("converted", True, None)
    await pool.execute("UPDATE bookings SET status = 'cancelled' WHERE id = $1", booked)
    await service.measured(NOW + 30 * DAY)
    for each in (offer, asked):
        assert await state(pool, each) == ("sent", False, None)
    # Nothing is watched any more: a booking of months later is nobody's.
    await dana.booked(NOW + 90 * DAY, at=NOW + 31 * DAY)
    await service.measured(NOW + 32 * DAY)
    assert (await state(pool, offer))[1] is False


async def test_a_yes_after_the_watched_time_or_before_the_message_is_not_its_own(
    pool: Pool,
) -> None:
    service = Service(pool)
    early, late, price = [await somebody(pool, at=NOW - DAY) for _ in range(3)]
    await early.booked(NOW + 30 * DAY, at=NOW - HOUR)
    rows = [await went(each, "unanswered_quote", NOW, watched=DAY) for each in (early, late)]
    await late.booked(NOW + 30 * DAY, at=NOW + DAY + HOUR, chef="")
    rows.append(await went(price, "unanswered_quote", NOW))
    agreed = await price.booked(NOW + 30 * DAY, at=NOW + HOUR, chef="")
    # The queue was away for days: what came in time still counts.
    await service.measured(NOW + 9 * DAY)
    assert [(await state(pool, each))[1] for each in rows] == [False, False, True]
    # The price follows the booking: they are 20 now.
    quote = await price.was_priced(NOW + 2 * DAY, total=Decimal("1100.00"), guests=20)
    await pool.execute("UPDATE bookings SET quote_id = $2 WHERE id = $1", agreed, quote)
    await service.measured(NOW + 10 * DAY)
    assert await state(pool, rows[2]) == ("converted", True, Decimal("1100.00"))


async def test_each_cause_counts_what_it_is_for(pool: Pool) -> None:
    service = Service(pool)
    who = await somebody(pool, at=NOW - DAY)
    event = await who.booked(NOW + 8 * DAY, at=NOW - 20 * DAY)
    about: dict[str, object] = {"headcount": 12}
    week = await went(who, "before_event", NOW, booking=event, about=about)
    await pool.execute(
        "UPDATE bookings SET headcount_confirmed_at = $2 WHERE id = $1", event, NOW + HOUR
    )
    await service.measured(NOW + DAY)
    # The number is asked for again a day before, and answered with another one.
    day = await went(who, "before_event", NOW + 7 * DAY, booking=event, about=about)
    quote = await who.was_priced(NOW + 7 * DAY, guests=25)
    await pool.execute(
        """INSERT INTO booking_events (key, booking_id, act, actor, detail, created_at)
        VALUES ('x', $1, 'change', 'customer', jsonb_build_object('quote_id', $2::text), $3)""",
        event,
        str(quote),
        NOW + 7 * DAY + HOUR,
    )
    thanks = await went(who, "after_event", NOW + 10 * DAY, booking=event)
    await pool.execute(
        """INSERT INTO feedback (customer_id, booking_id, rating, follow_up_id, created_at)
        VALUES ($1, $2, 5, $3, $4)""",
        who.customer_id,
        event,
        thanks,
        NOW + 11 * DAY,
    )
    asked = await went(who, "staff", NOW + 11 * DAY, answered=NOW + 12 * DAY, status="answered")
    await service.measured(NOW + 13 * DAY)
    for each in (week, day, thanks, asked):
        assert await state(pool, each) == ("converted", True, None)


async def test_stop_is_kept_with_the_message_before_it(pool: Pool) -> None:
    service = Service(pool)
    who = await somebody(pool, at=NOW - DAY)
    first = await went(who, "unanswered_quote", NOW)
    second = await went(who, "campaign", NOW + 3 * DAY)
    await pool.execute(
        """INSERT INTO consents (address_id, act, source, said_at)
        VALUES ($1, 'opt_out', 'message', $2)""",
        who.address_id,
        NOW + 4 * DAY,
    )
    await service.measured(NOW + 5 * DAY)
    await service.measured(NOW + 5 * DAY)
    found = await pool.fetch("SELECT id FROM follow_ups WHERE opted_out_at IS NOT NULL")
    assert [row["id"] for row in found] == [second]
    assert first != second


async def test_two_workers_measure_once_and_a_quiet_service_not_at_all(pool: Pool) -> None:
    service = Service(pool)
    async with borrow(pool) as conn:
        slot = next(
            NOW + timedelta(seconds=n) for n in range(301) if is_shown(NOW + n * HOUR / 3600)
        )
        service.clock = Then(slot)
        assert await due(cast(JobDeps, service), conn) == []
        who = await somebody(pool, at=NOW - DAY)
        sent = await went(who, "unanswered_quote", NOW)
        assert await due(cast(JobDeps, service), conn) == [{}]
        shown = {"cause": "unanswered_quote", "status": "sent"}
        assert REGISTRY.get_sample_value("concierge_follow_ups_of_day", shown) == 1
        # A worker that was away at that moment is not told to wait for the next one.
        service.clock = Then(slot + timedelta(minutes=2))
        assert await due(cast(JobDeps, service), conn) == [{}]
        await service.measured(slot + timedelta(minutes=2))
        assert await due(cast(JobDeps, service), conn) == []
        service.clock = Then(slot + timedelta(minutes=7))
        assert await due(cast(JobDeps, service), conn) == [{}]
        service.clock = Then(slot - timedelta(days=1))  # The clock was set back.
        assert await due(cast(JobDeps, service), conn) == [{}]
    await who.booked(NOW + 30 * DAY, at=NOW + HOUR)
    async with borrow(pool) as other, other.transaction():
        assert await follow_up_results.hold(other)
        await service.measured(NOW + DAY)
        assert not (await state(pool, sent))[1]
    await service.measured(NOW + DAY)
    assert (await state(pool, sent))[1]


async def test_a_pass_reads_indexes_however_much_there_is(pool: Pool) -> None:
    async with borrow(pool) as conn:
        await conn.execute(_FILL)
        for events in follow_up_results._EVENTS.values():
            sql = follow_up_results._CONVERT.format(*events)
            plan = await conn.fetch(f"EXPLAIN {sql}", ["unanswered_quote"], NOW, NOW)
            told = "\n".join(line[0] for line in plan)
            assert "follow_ups_watched" in told
            for table in ("bookings b", "booking_events", "feedback", "messages"):
                assert f"Seq Scan on {table}" not in told
        plan = await conn.fetch(
            f"EXPLAIN {follow_up_results._TAKE_BACK}", ["unanswered_quote"], NOW
        )
        assert "follow_ups_converted" in "\n".join(line[0] for line in plan)
