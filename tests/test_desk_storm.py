"""Sixty customers in trouble at once: a few cards, one list for the others, nobody twice."""

from __future__ import annotations

import asyncio

import pytest
from staff_room import Staff, buttons, shown
from world import World

from bot.errors import VendorSilent, VendorUnavailable
from channels.slack_api import SILENT
from jobs.base import perform
from jobs.desk_pace import AT_ONCE, SLOWED_S, FarSlot, paced
from jobs.sweep import sweep

ENTER = """WITH p AS (INSERT INTO customers (name) VALUES ($1) RETURNING id),
a AS (INSERT INTO addresses (customer_id, channel, value, last_inbound_at)
  SELECT id, 'sms', $2, now() FROM p RETURNING customer_id),
c AS (INSERT INTO conversations (customer_id, channel, mode, epoch, language)
  SELECT customer_id, 'sms', 'human', 1, 'en' FROM a RETURNING id)
INSERT INTO escalations (conversation_id, reason, explanation)
SELECT id, $3, 'asks for a person (confidence 0.97)' FROM c RETURNING id"""
STATES = "SELECT post_status, count(*) FROM escalations GROUP BY 1"


async def escalate(world: World, *, first: int = 0, reason: str = "asked_for_person") -> str:
    """A customer who needs a person; the escalation's id."""
    name, number = f"Customer {first}", f"+1415555{first:04d}"
    return str(await world.value(ENTER, name, number, reason))


async def tell(world: World, *ids: str) -> None:
    """Everybody's card is rung for at once."""
    rings = [perform(world.deps, "escalate", {"escalation_id": each}) for each in ids]
    await asyncio.gather(*rings)


async def counts(world: World) -> dict[str, int]:
    return {row["post_status"]: row["count"] for row in await world.rows(STATES)}


async def lists(world: World) -> None:
    """The post for many is posted, or drawn anew."""
    await world.rows("UPDATE desk_notices SET shown_due_at = now() WHERE wanted > shown")
    for row in await world.rows("SELECT id FROM desk_notices WHERE kind = 'bundle'"):
        for _post_then_redraw in range(2):
            await perform(world.deps, "notify_desk", {"notice_id": str(row["id"])})


async def test_sixty_at_once(idle_world: World) -> None:
    """I14: Slack slows us down meanwhile; each ends with one card or as one line, none twice."""
    world = idle_world
    slack = world.stand_ins.slack
    urgent = await escalate(world, first=99, reason="event_day")
    ids = [await escalate(world, first=n) for n in range(60)]
    slack.fail_next("ratelimited", times=4, retry_after=1)
    await tell(world, *ids, urgent)
    limit = world.deps.bot.profile.desk.storm_cards
    for _again in range(12):
        if set(await counts(world)) <= {"posted", "bundled"}:
            break
        await world.rows("UPDATE escalations SET post_due_at = now() - interval '1 second'")
        await world.rows("UPDATE sender_pace SET next_at = now()")
        owed = await world.rows("SELECT id FROM escalations WHERE post_status = 'queued'")
        await tell(world, *(str(row["id"]) for row in owed))
    await lists(world)
    found = await counts(world)
    assert sum(found.values()) == 61
    assert set(found) == {"posted", "bundled"}
    assert found["posted"] <= limit + 1
    assert await world.value("SELECT post_status FROM escalations WHERE id = $1::uuid", urgent) == (
        "posted"
    )
    places = await world.rows("SELECT desk_ts FROM escalations WHERE post_status = 'posted'")
    cards = [m for m in world.cards if "claim" in buttons(m)]
    assert sorted(card.ts for card in cards) == sorted(row["desk_ts"] for row in places)
    (post,) = [m for m in world.cards if "open_card" in buttons(m)]
    assert shown(post).startswith(f"{found['bundled']} customers need a person")
    assert buttons(post).count("open_card") == 20
    assert f"and {found['bundled'] - 20} more" in shown(post)

    await _opened_by_two(world, post.ts)
    await _written_again(world)


async def _opened_by_two(world: World, post_ts: str) -> None:
    """Two press Open on the same line: one card, and the list is one shorter."""
    before = await counts(world)
    dana, ravi = Staff(world), Staff(world, "U0RAVI")
    await asyncio.gather(*(each.presses(post_ts, "open_card:0") for each in (dana, ravi)))
    after = await counts(world)
    assert after["bundled"] == before["bundled"] - 1
    row = (await world.rows("SELECT id FROM escalations WHERE post_status = 'queued'"))[0]
    await world.rows("UPDATE sender_pace SET next_at = now()")
    await tell(world, str(row["id"]), str(row["id"]))
    await lists(world)
    assert await counts(world) == {**before, "posted": before["posted"] + 1} | {
        "bundled": before["bundled"] - 1
    }
    (post,) = [m for m in world.cards if "open_card" in buttons(m)]
    assert post.ts == post_ts
    assert "1 with a card of their own" in shown(post)


async def _written_again(world: World) -> None:
    """What concerns one of them alone gives it a card, in whose thread it then stands."""
    line = await world.value("SELECT id FROM escalations WHERE post_status = 'bundled' LIMIT 1")
    owed = await world.value(
        "INSERT INTO desk_notices (key, text, kind, escalation_id)"
        " VALUES ('again', 'The customer waits', 'reminder', $1) RETURNING id",
        line,
    )
    await world.rows("UPDATE sender_pace SET next_at = now()")
    await perform(world.deps, "notify_desk", {"notice_id": str(owed)})
    assert await world.value("SELECT post_status FROM desk_notices WHERE id = $1", owed) == "queued"
    await tell(world, str(line))
    await perform(world.deps, "notify_desk", {"notice_id": str(owed)})
    root = await world.value("SELECT desk_ts FROM escalations WHERE id = $1", line)
    (reminder,) = [m for m in world.cards if m.thread_ts]
    assert (reminder.thread_ts, "The customer waits" in shown(reminder)) == (root, True)


async def test_a_far_slot_is_owed_and_a_near_one_waited_for(idle_world: World) -> None:
    """What Slack says about waiting holds for all who call that method in that channel."""
    world = idle_world
    called = []

    async def speak() -> None:
        called.append(1)

    async def refused() -> None:
        raise VendorUnavailable("slower", code="ratelimited", retry_after_s=30)

    for _burst in range(6):
        await paced(world.deps, "chat.postMessage", "C1", speak)
    assert len(called) == 6
    with pytest.raises(VendorUnavailable):
        await paced(world.deps, "chat.postMessage", "C2", refused)
    with pytest.raises(FarSlot) as far:
        await paced(world.deps, "chat.postMessage", "C2", speak)
    assert 20 < (far.value.retry_after_s or 0) <= 30
    await paced(world.deps, "chat.update", "C2", speak)
    assert len(called) == 7, "another method is not held up"


async def test_a_desk_that_hangs_keeps_no_place(idle_world: World) -> None:
    """I14: one finds out that Slack is silent, or slows us down without a word how long."""
    world = idle_world
    called = []

    async def speak() -> None:
        called.append(1)

    silent = VendorSilent("no answer", code=SILENT)
    slower = VendorUnavailable("slower", code="ratelimited")
    for place, failure in (("C3", silent), ("C4", slower)):

        async def fail(failure: Exception = failure) -> None:
            raise failure

        with pytest.raises(type(failure)):
            await paced(world.deps, "chat.postMessage", place, fail)
        with pytest.raises(FarSlot) as far:
            await paced(world.deps, "chat.postMessage", place, speak)
        assert 2 < (far.value.retry_after_s or 0) <= SLOWED_S

    # A connection that was lost says nothing about the next one.
    lost = VendorSilent("lost", code="lost")

    async def lose() -> None:
        raise lost

    with pytest.raises(VendorSilent):
        await paced(world.deps, "chat.postMessage", "C5", lose)
    await paced(world.deps, "chat.postMessage", "C5", speak)
    assert len(called) == 1


async def test_only_so_many_wait_for_slack_at_once(idle_world: World) -> None:
    """I14: the others give their places back, so that errands of customers go on."""
    world = idle_world
    called = []

    async def speak() -> None:
        called.append(1)

    hangs = asyncio.Event()
    waiting = [
        asyncio.create_task(paced(world.deps, "chat.postMessage", f"D{n}", hangs.wait))
        for n in range(AT_ONCE)
    ]
    places = world.deps.places("desk", AT_ONCE)
    async with asyncio.timeout(10):
        while not places.locked():
            await asyncio.wait(waiting, timeout=0.01)
    with pytest.raises(FarSlot, match="busy"):
        await paced(world.deps, "chat.update", "C6", speak)
    hangs.set()
    await asyncio.gather(*waiting)
    await paced(world.deps, "chat.update", "C6", speak)


async def test_from_trouble_to_card(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Trigger to card, in under ten seconds."""
    clock, took = world.deps.bot.clock, []
    for n in range(3):
        began = clock.monotonic_ms()
        wanted = await escalate(world, first=n)
        await sweep(world.deps) if n == 0 else None
        world.deps.doorbell.ring("escalate", wanted, escalation_id=wanted)
        await world.desk_shows(n + 1)
        took.append(clock.monotonic_ms() - began)
    with capsys.disabled():
        print(f"\ntrigger to card: {', '.join(f'{ms:.0f} ms' for ms in took)}")
    assert max(took) < 10_000
