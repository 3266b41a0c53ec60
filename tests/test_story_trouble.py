"""What happens when something dies, comes late, comes twice or is away."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis
from world import World

from bot.domain import ConversationId
from bot.errors import Conflict, LeaseLost
from bot.store import conversations
from jobs.base import perform
from jobs.sweep import sweep


async def test_a_flushed_redis_loses_nothing(idle_world: World) -> None:
    """I12: the doorbell's memory is gone, the sweep finds the message."""
    world = idle_world
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    redis = Redis.from_url(world.ground.settings.redis_url)
    await world.until("SELECT count(*) = 1 FROM messages")
    await redis.flushall()
    await redis.aclose()
    await world.start_worker()
    await world.rows("UPDATE messages SET created_at = created_at - interval '20 seconds'")
    await sweep(world.deps)
    assert "$550.00" in await ann.hears()


async def test_the_vendor_is_down_for_a_while(world: World) -> None:
    """A 503 from the vendor delays the reply and sends it once."""
    world.stand_ins.twilio.fail_next(429, 20429, times=2, retry_after=0.05)
    ann = world.customer()
    assert "$550.00" in await ann.asks("price for 10 adults?")
    await world.settles()
    assert len(ann.received) == 1


async def test_the_answer_of_the_vendor_is_lost(world: World) -> None:
    """I5: taken by the vendor, the answer lost: its list decides, nothing is sent twice."""
    world.stand_ins.twilio.drop_after_accept()
    ann = world.customer()
    await ann.asks("price for 10 adults?")
    await world.until("SELECT bool_or(status = 'sending' AND reason IS NOT NULL) FROM messages")
    await _let_claims_run_out(world)
    await sweep(world.deps)
    await world.settles()
    assert len(ann.received) == 1
    sent = (await world.rows("SELECT * FROM messages WHERE direction = 'outbound'"))[0]
    assert sent["external_id"] == ann.received[0].sid


async def test_a_worker_died_before_the_vendor_heard(world: World) -> None:
    """I5: the vendor never got it, so it is sent, once."""
    ann = world.customer()
    await world.stop_worker()
    await ann.texts("price for 10 adults?")
    conversation = await _conversation(world)
    await perform(world.deps, "take_turn", {"conversation_id": str(conversation)})
    await world.rows(
        "UPDATE messages SET status = 'sending', attempts = 1, claimed_at = now(),"
        " claimed_until = now() - interval '1 second' WHERE status = 'queued'"
    )
    await world.start_worker()
    await sweep(world.deps)
    assert "$550.00" in await ann.hears()
    await world.settles()
    assert len(ann.received) == 1


async def test_a_receipt_before_the_vendors_answer(world: World) -> None:
    """I5: receipts may come first; a status never moves backwards."""
    world.stand_ins.twilio.hang_next(0.3)
    ann = world.customer()
    await ann.asks("price for 10 adults?")
    await world.until("SELECT bool_or(status = 'delivered') FROM messages")
    assert await world.value("SELECT count(*) FROM early_receipts") == 0


async def test_an_opt_out_known_only_to_the_carrier(world: World) -> None:
    """I6: a refusal with the carrier's opt-out code is an opt-out in our ledger too."""
    ann = world.customer()
    world.stand_ins.twilio.opted_out(ann.number)
    await ann.texts("price for 10 adults?")
    await world.until("SELECT bool_or(status = 'failed') FROM messages")
    assert await world.value("SELECT consent FROM addresses") == "revoked"
    assert await world.value("SELECT source FROM consents") == "vendor"


async def test_a_worker_that_lost_its_lease_cannot_commit(idle_world: World) -> None:
    """I3: fencing. The later claim wins, whatever the earlier one still wants to write."""
    world = idle_world
    await world.customer().texts("price for 10 adults?")
    conversation = await _conversation(world)
    async with world.pool.acquire() as conn:
        first = await conversations.claim(conn, conversation, lease_s=30)
        assert first is not None
        assert await conversations.claim(conn, conversation, lease_s=30) is None
        await conn.execute("UPDATE conversations SET lease_until = now() - interval '1 second'")
        second = await conversations.claim(conn, conversation, lease_s=30)
        assert second is not None
        with pytest.raises(LeaseLost):
            await conversations.lock_for_commit(conn, first)
        await conversations.lock_for_commit(conn, second)


async def test_a_turn_dies_when_the_owner_changes(idle_world: World) -> None:
    """I7: the epoch has moved, so the draft is worth nothing."""
    world = idle_world
    await world.customer().texts("price for 10 adults?")
    conversation = await _conversation(world)
    async with world.pool.acquire() as conn:
        lease = await conversations.claim(conn, conversation, lease_s=30)
        assert lease is not None
        await conn.execute("UPDATE conversations SET mode = 'human', epoch = epoch + 1")
        with pytest.raises(Conflict):
            await conversations.lock_for_commit(conn, lease)


async def test_a_reply_queued_before_the_hand_over_never_leaves(idle_world: World) -> None:
    """I7: an outbound message dies with the epoch it was born in."""
    world = idle_world
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    conversation = await _conversation(world)
    ids = {"conversation_id": str(conversation)}
    await perform(world.deps, "take_turn", ids)
    await world.rows("UPDATE conversations SET mode = 'human', epoch = epoch + 1")
    await perform(world.deps, "deliver", ids)
    assert ann.received == []
    dropped = (await world.rows("SELECT * FROM messages WHERE direction = 'outbound'"))[0]
    assert (dropped["status"], dropped["reason"]) == (
        "dropped",
        "the conversation changed hands before it left",
    )


async def test_a_closed_messaging_window(idle_world: World) -> None:
    """I6: WhatsApp free text outside 24 hours is refused by us before the vendor refuses it."""
    world = idle_world
    ann = world.customer("+14155550120", "whatsapp")
    await ann.texts("price for 10 adults?")
    conversation = await _conversation(world)
    ids = {"conversation_id": str(conversation)}
    await perform(world.deps, "take_turn", ids)
    await world.rows("UPDATE addresses SET last_inbound_at = now() - interval '25 hours'")
    await perform(world.deps, "deliver", ids)
    assert ann.received == []
    assert "window" in str(
        await world.value("SELECT reason FROM messages WHERE direction = 'outbound'")
    )


async def test_replies_leave_in_the_order_they_were_written(idle_world: World) -> None:
    """I3: a reply that has to wait keeps those behind it waiting."""
    world = idle_world
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    conversation = await _conversation(world)
    ids = {"conversation_id": str(conversation)}
    await perform(world.deps, "take_turn", ids)
    world.stand_ins.twilio.fail_next(429, 20429, retry_after=1.0)
    await perform(world.deps, "deliver", ids)
    await ann.texts("and for 12 adults?")
    await perform(world.deps, "take_turn", ids)
    await perform(world.deps, "deliver", ids)
    assert ann.received == []
    await world.start_worker()
    await ann.hears(2)
    assert "$550.00" in ann.received[0].body
    assert "$660.00" in ann.received[1].body


async def test_messages_no_webhook_brought_are_fetched(world: World) -> None:
    """I1: a webhook that was refused and lost is found in the vendor's list."""
    ann = world.customer()
    await gap_fill(
        world
    )  # A new business begins with its first look: what came before is not ours.
    world.stand_ins.point_at("http://127.0.0.1:9")
    await ann.texts("price for 10 adults?")
    world.stand_ins.point_at(world.url)
    assert await world.value("SELECT count(*) FROM messages") == 0
    await gap_fill(world)
    assert "$550.00" in await ann.hears()
    await gap_fill(world)
    await world.settles()
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1


async def test_what_cannot_be_thought_goes_to_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I4, I14: a bug in thinking strands nobody."""
    from bot import turn

    async def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(turn, "load_situation", broken)
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    await world.until("SELECT count(*) = 1 FROM messages")
    monkeypatch.undo()
    assert await ann.hears()


async def _conversation(world: World) -> ConversationId:
    await world.until("SELECT count(*) > 0 FROM conversations")
    return ConversationId(await world.value("SELECT id FROM conversations"))  # type: ignore[arg-type]


async def _let_claims_run_out(world: World) -> None:
    await world.rows(
        "UPDATE messages SET claimed_until = now() - interval '1 second' WHERE status = 'sending'"
    )


async def gap_fill(world: World) -> None:
    """Ask the vendors now for what they could not deliver."""
    for name in world.deps.channels:
        await perform(world.deps, "gap_fill", {"channel": name})
