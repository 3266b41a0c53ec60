"""What became of a follow-up in the outbox, and what is read of addresses and talk before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desk_hands import set_clock
from follow_up_ground import Somebody, somebody
from follow_up_steps import (
    LA,
    PRICED,
    SENT,
    deliver,
    its_time,
    priced,
    row_of,
    run,
    settle,
    state_of,
)
from world import World

from bot.domain import CustomerId, Status
from bot.domain_follow_ups import FollowUpId
from bot.domain_sending import Receipt
from bot.ids import new_id
from bot.send_gate import CHANGED_HANDS, TOO_LATE
from bot.store import follow_up_facts, follow_up_plans, receipts
from bot.store.connection import Pool


async def _is_settled(world: World, who: Somebody, owed: FollowUpId) -> None:
    """By what the send gate and the vendor said, in turn."""
    message = "UPDATE messages SET status = $2, reason = $3 WHERE rest ->> 'follow_up' = $1::text"
    await world.rows(message, str(owed), "held", "today's number is used up")
    await settle(world)
    row = await row_of(world, owed)
    assert (row["status"], row["reason"]) == ("held", "today's number is used up")
    assert row["message_id"] is None
    states = await world.rows("SELECT status FROM messages WHERE rest ? 'follow_up'")
    assert [each["status"] for each in states] == ["dropped"]
    await run(world, owed)  # Decided anew, as if it had never been in the outbox.
    assert (await state_of(world, owed))[0] == "sending"
    await world.rows("DELETE FROM messages WHERE status = 'dropped'")

    await world.rows(message, str(owed), "dropped", TOO_LATE)
    set_clock(world, datetime(2026, 12, 2, 23, tzinfo=LA))
    await settle(world)
    row = await row_of(world, owed)
    assert (row["status"], row["reason"], row["message_id"]) == ("planned", TOO_LATE, None)
    assert row["due_at"] == datetime(2026, 12, 3, 9, tzinfo=LA)
    await world.rows("DELETE FROM messages WHERE status = 'dropped'")

    await its_time(world, owed)
    await run(world, owed)
    await world.rows("UPDATE conversations SET epoch = epoch + 1, mode = 'human'")
    await deliver(world, who)  # Staff took the conversation before it could leave (I7).
    await settle(world)
    assert await state_of(world, owed) == ("planned", CHANGED_HANDS)
    await run(world, owed)
    assert (await state_of(world, owed))[0] == "held"
    await world.rows("UPDATE conversations SET mode = 'bot'")
    await world.rows("DELETE FROM messages WHERE status = 'dropped'")


async def _is_sent_and_never_there(world: World, who: Somebody, owed: FollowUpId) -> None:
    """The vendor took it, and says later that it did not arrive: it counts for nothing."""
    message = "UPDATE messages SET status = $2, reason = $3 WHERE rest ->> 'follow_up' = $1::text"
    await its_time(world, owed)
    await run(world, owed)
    await deliver(world, who)
    await settle(world)
    assert (await state_of(world, owed))[0] == "sent"
    await world.rows(message, str(owed), "sent", None)  # No phone has confirmed it yet.
    await _receipt(world, owed, Status.FAILED, "no such number")
    await settle(world)
    row = await row_of(world, owed)
    assert (row["status"], row["reason"]) == ("skipped", "no such number")
    assert (row["sent_at"], row["watched_until"]) == (None, None)


async def _receipt(world: World, owed: FollowUpId, status: Status, reason: str = "") -> None:
    """The vendor says more of its message, as it may do days later."""
    [row] = await world.rows(
        "SELECT channel, external_id FROM messages WHERE rest ->> 'follow_up' = $1", str(owed)
    )
    told = Receipt(**row, status=status, reason=reason)
    async with world.pool.acquire() as conn:
        await receipts.apply(conn, [told], at=world.deps.bot.clock.now())


async def _staffs_own_waits_where_it_is(world: World, owed: FollowUpId) -> None:
    """Its words and address were chosen by a person: it stays in the outbox."""
    message = "UPDATE messages SET status = $2, reason = $3 WHERE rest ->> 'follow_up' = $1::text"
    await world.rows("UPDATE follow_ups SET planned_by = 'U0DANA' WHERE id = $1", owed)
    await world.rows(message, str(owed), "held", "the channel's window is closed")
    await settle(world)
    row = await row_of(world, owed)
    assert (row["status"], row["message_id"] is None) == ("held", False)
    await run(world, owed)
    await world.rows(message, str(owed), "queued", None)
    await settle(world)
    assert await state_of(world, owed) == ("sending", "")
    await world.rows("UPDATE follow_ups SET planned_by = '' WHERE id = $1", owed)


async def _is_there_after_all(world: World, doubtful: FollowUpId) -> None:
    """The vendor says it later than anybody asked."""
    name = "UPDATE messages SET external_id = 'SM1' WHERE rest ->> 'follow_up' = $1"
    await world.rows(name, str(doubtful))
    # The server's clock was ahead by most of a day when it was written.
    ahead = "UPDATE messages SET created_at = $2 WHERE rest ->> 'follow_up' = $1"
    await world.rows(ahead, str(doubtful), world.deps.bot.clock.now() + timedelta(hours=15))
    await _receipt(world, doubtful, Status.DELIVERED)
    await settle(world)
    row = await row_of(world, doubtful)
    assert (row["status"], row["reason"], row["sent_at"] is None) == ("sent", None, False)


async def test_what_became_of_it_in_the_outbox_is_kept_and_nothing_is_sent_twice(
    idle_world: World,
) -> None:
    """I5, I6: held, let go, too late for the day, refused, unknown."""
    world = idle_world
    dana, owed = await priced(world)
    await its_time(world, owed)
    await run(world, owed)
    await _is_settled(world, dana, owed)
    await _is_sent_and_never_there(world, dana, owed)

    eve, doubtful = await priced(world, "Eve")
    await its_time(world, doubtful)
    await run(world, doubtful)
    await world.rows(
        "UPDATE messages SET status = 'unknown', reason = 'no answer'"
        " WHERE rest ->> 'follow_up' = $1",
        str(doubtful),
    )
    await settle(world)
    assert await state_of(world, doubtful) == ("unknown", "no answer")
    await run(world, doubtful, workers=2)
    assert await world.value(SENT) == 2
    await _is_there_after_all(world, doubtful)

    zoe, stopped = await priced(world, "Zoe")
    await its_time(world, stopped)
    await run(world, stopped)
    await _staffs_own_waits_where_it_is(world, stopped)
    await world.rows("UPDATE addresses SET consent = 'revoked' WHERE id = $1", zoe.address_id)
    await deliver(world, zoe)
    await settle(world)
    assert await state_of(world, stopped) == ("skipped", "the customer has opted out")
    assert world.customer(zoe.handle).received == []
    assert await world.value("SELECT count(*) FROM desk_notices WHERE kind = 'person'") == 0
    assert world.customer(eve.handle).received == []


async def test_what_speaks_for_each_address_is_read_at_once(pool: Pool) -> None:
    """Answers by channel, a STOP elsewhere, and what lies in the outbox already."""
    dana = await somebody(pool, at=PRICED)
    mail = """INSERT INTO addresses (customer_id, channel, value, last_inbound_at, consent)
    VALUES ($1, 'email', $2, $3, 'revoked') RETURNING id"""
    box = await pool.fetchval(mail, dana.customer_id, "dana@example.com", PRICED - timedelta(1))
    await pool.execute(
        "INSERT INTO consents (address_id, act, source, said_at)"
        " VALUES ($1, 'opt_out', 'message', $2)",
        box,
        PRICED,
    )
    went = """INSERT INTO follow_ups (customer_id, cause, due_at, status, channel, sent_at,
      answered_at, arm) VALUES ($1, 'season', $2, 'sent', 'sms', $2, $3, $4)"""
    for answered_at, arm in ((PRICED, ""), (None, ""), (None, "holdout")):
        await pool.execute(went, dana.customer_id, PRICED - timedelta(30), answered_at, arm)
    await dana.was_told("Your table is set", PRICED - timedelta(hours=2))
    await dana.was_told("An offer", PRICED - timedelta(hours=20), unasked="x")
    lying = await dana.was_told("Rain!", PRICED - timedelta(hours=1), unasked="y")
    await pool.execute("UPDATE messages SET status = 'held', sent_at = NULL WHERE id = $1", lying)
    async with pool.acquire() as conn:
        sms, letter = await follow_up_facts.list_reaches(conn, dana.customer_id)
        recent = await follow_up_facts.read_recent(conn, dana.customer_id, now=PRICED)
        nobody = await follow_up_facts.read_recent(conn, CustomerId(new_id()), now=PRICED)
    assert (sms.way.channel, sms.sent, sms.answered) == ("sms", 2, 1)
    assert (sms.stopped_at, sms.number_stopped_at) == (PRICED.astimezone(UTC), None)
    assert (letter.stopped_at, letter.sent) == (None, 0)
    assert recent.heard_at == PRICED
    assert recent.told_at == PRICED - timedelta(hours=2)
    assert recent.lies_at == PRICED - timedelta(hours=1)
    assert [each.at for each in recent.unasked] == [PRICED - timedelta(hours=20)]
    assert (nobody.heard_at, nobody.unasked, nobody.is_waiting) == (None, (), False)


async def test_after_days_of_downtime_the_heavier_of_two_that_are_late_goes(pool: Pool) -> None:
    """I6, I12: however long ago it should have gone, it is judged now, as the other is."""
    dana = await somebody(pool, at=PRICED)
    late = """INSERT INTO follow_ups (customer_id, cause, due_at, status)
    VALUES ($1, 'before_event', $2, 'planned')"""
    await pool.execute(late, dana.customer_id, PRICED - timedelta(hours=60))
    async with pool.acquire() as conn:
        (near,) = await follow_up_plans.list_near(
            conn, dana.customer_id, PRICED, gap_hours=48, now=PRICED
        )
        ahead = PRICED + timedelta(hours=50)
        none = await follow_up_plans.list_near(
            conn, dana.customer_id, ahead, gap_hours=48, now=PRICED
        )
    assert (near.at, near.cause, near.is_planned) == (PRICED, "before_event", True)
    assert none == ()
