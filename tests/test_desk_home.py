"""The home tab: what staff see when they open it, and that it keeps up with the desk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from booking_rows import Row, write_booking
from staff_room import Staff, buttons, shown
from world import World

from bot.store import desk_homes
from channels.desk_home import thread_link
from jobs import publish_home
from jobs.desk_pace import FarSlot, paced
from jobs.desk_people import find_owners
from jobs.sweep import sweep


def test_a_thread_is_linked_by_channel_and_moment() -> None:
    assert thread_link("C0DESK", "1700000000.123456") == (
        "https://slack.com/archives/C0DESK/p1700000000123456"
    )


async def prepare(world: World) -> None:
    """An event today that lacks a chef, and a follow-up that is due in a moment."""
    now = world.deps.bot.clock.now()
    soon = Row(
        code="TODAY",
        name="Ana & <!here>",
        number="+14155550150",
        starts_at=now + timedelta(minutes=1),
        holds_until=now + timedelta(days=2),
        total=Decimal(900),
        chefs=(),
    )
    await write_booking(world.pool, soon)
    await world.rows(
        "INSERT INTO follow_ups (customer_id, cause, due_at, status, text, planned_by)"
        " SELECT id, 'staff', $1, 'planned', 'Ask <!channel> for photos', 'U0DANA' FROM customers",
        now + timedelta(minutes=1),
    )
    await world.rows(
        "INSERT INTO follow_ups (customer_id, cause, step, due_at, status, reason, message_id)"
        " SELECT id, 'before_event', '1d', $1, 'held', 'the line is <@U1>', NULL FROM customers",
        now + timedelta(minutes=1),
    )


async def test_dana_opens_her_home_and_it_keeps_up(world: World) -> None:
    """I7, I11: the open trouble with its thread, today's work, and nothing for a stranger."""
    await prepare(world)
    dana, gus = Staff(world), Staff(world, "U0GUEST")
    calm = shown(await dana.home())
    assert "Open escalations (0)" in calm
    assert "`TODAY` Ana &amp; &lt;!here&gt;, 20 guests, held, nobody" in calm
    assert "1 chef missing" in calm
    assert "Ask &lt;!channel&gt; for photos" in calm
    assert "Reminder before the event (1d) · held: the line is &lt;@U1&gt;" in calm
    homes = world.stand_ins.slack.homes
    assert any(block["type"] == "image" for block in homes["U0DANA"].view["blocks"])  # type: ignore[attr-defined]  # A list.

    ann = world.customer()
    await ann.texts("Please let me talk to a person.")
    card = await dana.reads("needs a person")
    await world.until("SELECT count(*) = 1 FROM escalations WHERE post_status = 'posted'")
    await sweep(world.deps)
    await dana.sees(
        lambda: (
            "Open escalations (1)" in shown(homes["U0DANA"])
            and thread_link(card.channel, card.ts).rpartition("/")[2] in str(homes["U0DANA"].view)
        ),
        "the trouble in her home",
    )
    assert "nobody holds it" in shown(homes["U0DANA"])
    await dana.presses(card, "claim")
    await sweep(world.deps)
    await dana.sees(lambda: "held by Dana" in shown(homes["U0DANA"]), "that she holds it")

    stranger = shown(await gus.home())
    assert "belongs to the people of the staff channel" in stranger
    assert "Ana" not in stranger
    assert "TODAY" not in stranger
    assert buttons(homes["U0GUEST"]) == []

    for name, button in (("pause", "Resume the bot"), ("resume", "Pause the bot")):
        await dana.presses("home", f"home_command:{name}")
        await dana.sees(lambda button=button: button in shown(homes["U0DANA"]), button)
    assert await world.value("SELECT count(*) FROM pauses WHERE ended_by = 'U0DANA'") == 1


async def test_a_home_is_published_by_one_at_a_time_and_only_while_it_is_looked_at(
    idle_world: World,
) -> None:
    """I12: the sweep finds what nobody rang for; a refusal is not tried again and again."""
    deps, slack = idle_world.deps, idle_world.stand_ins.slack
    now = deps.bot.clock.now()
    async with idle_world.pool.acquire() as conn:
        assert await publish_home.due(deps, conn) == ()
        await desk_homes.note_opened(conn, "U0DANA", at=now)
        await desk_homes.note_opened(conn, "U0RAVI", at=now - timedelta(hours=13))
        assert await publish_home.due(deps, conn) == [{"staff_id": "U0DANA"}]
        assert await desk_homes.claim(conn, "U0DANA", claim_s=45)
        await publish_home.run(deps, staff_id="U0DANA")
        assert "U0DANA" not in slack.homes, "somebody else is at it"
        await desk_homes.mark_shown(conn, "U0DANA", "an old version")

        await publish_home.run(deps, staff_id="U0DANA")
        assert "Open escalations (0)" in shown(slack.homes["U0DANA"])
        assert await publish_home.due(deps, conn) == []
        await idle_world.rows("INSERT INTO pauses (started_by) VALUES ('U0DANA')")
        assert await publish_home.due(deps, conn) == [{"staff_id": "U0DANA"}]
        slack.fail_next("not_enabled")
        await publish_home.run(deps, staff_id="U0DANA")
        assert await publish_home.due(deps, conn) == []

        # Where Slack cannot fetch the picture, the same figures stand there as words.
        await desk_homes.note_opened(conn, "U0DANA", at=now)
        slack.fail_next("invalid_blocks")
        await publish_home.run(deps, staff_id="U0DANA")
    blocks = slack.homes["U0DANA"].view["blocks"]
    assert isinstance(blocks, list)
    assert not any(block["type"] == "image" for block in blocks)
    assert "The bot is paused" in shown(slack.homes["U0DANA"])
    assert "Settled by the bot" in shown(slack.homes["U0DANA"])


async def test_slack_slows_us_down_and_the_home_stays_owed(idle_world: World) -> None:
    """I14: nobody else publishes meanwhile, and nobody's page is lost for it."""
    deps, slack = idle_world.deps, idle_world.stand_ins.slack
    async with idle_world.pool.acquire() as conn:
        await desk_homes.note_opened(conn, "U0DANA", at=deps.bot.clock.now())
        await publish_home.find_or_look_up(deps, deps.desk, "U0DANA")  # type: ignore[arg-type]  # The world has a desk.
        slack.fail_next("ratelimited", retry_after=30)
        await publish_home.run(deps, staff_id="U0DANA")
        assert await publish_home.due(deps, conn) == ()
        with pytest.raises(FarSlot):
            await paced(deps, "views.publish", "", unexpected)
        await idle_world.rows("UPDATE desk_homes SET claimed_until = NULL")
        await idle_world.rows("UPDATE sender_pace SET next_at = now()")
        assert await publish_home.due(deps, conn) == [{"staff_id": "U0DANA"}]
        await publish_home.run(deps, staff_id="U0DANA")
    assert "Open escalations (0)" in shown(slack.homes["U0DANA"])


async def unexpected() -> None:
    raise AssertionError("the pace held nobody off")


async def test_the_owner_is_found_before_anybody_has_pressed_anything(idle_world: World) -> None:
    """I11: without named owners it is who administers the workspace and is at the desk."""
    deps = idle_world.deps
    assert deps.desk is not None
    assert [each.id for each in await find_owners(deps, deps.desk)] == ["U0ROSA"]
