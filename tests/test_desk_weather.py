"""Slack is away: escalations wait in the database, the owner is mailed once, staff see it all.

I14: a broken desk delays cards and nothing else; I13: the mail holds no word of a customer.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta

import pytest
from world import World

from bot.desk.weathering import find_untold, owe_mail
from handlers.commands.desk import command as desk_command
from jobs.base import jobs, perform
from jobs.mail_owner import WRITE

PLEA = "I want to talk to a real person please"


async def test_the_channel_is_archived_and_the_owner_gets_one_mail(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    slack, mailbox = world.stand_ins.slack, world.stand_ins.mailbox
    slack.fail_next("is_archived", times=500)
    await world.customer().asks("Hi, how much is it for 12 adults?")
    await world.customer().texts(PLEA)
    await world.until(
        "SELECT bool_or(post_error LIKE 'Slack refuses (is_archived)%') FROM escalations"
    )

    # Two workers find it at once: one mail.
    await asyncio.gather(*(perform(world.deps, "mail_owner", {"mail_id": WRITE}) for _ in "ab"))
    await world.until("SELECT count(*) = 1 AND bool_and(status = 'sent') FROM owner_mails")
    letter = next(each for each in mailbox.letters if "does not take" in each.subject).text
    assert "the staff channel is archived; restore it" in letter
    assert "sms +14155550101" in letter
    assert not [said for said in (PLEA, "12 adults") if said in letter]

    # Nothing new, nothing more to tell; someone new tells again, but not within the hour.
    job = jobs()["mail_owner"]
    assert job.due is not None
    async with world.pool.acquire() as conn:
        assert await job.due(world.deps, conn) == []
    await world.customer("+14155550102").texts(PLEA)
    await world.until("SELECT count(*) = 2 FROM escalations WHERE post_error IS NOT NULL")
    now = world.deps.bot.clock.now()
    async with world.pool.acquire() as conn:
        assert await find_untold(conn, now=now) == ()
        assert len(await find_untold(conn, now=now + timedelta(hours=1))) == 2

    await _staff_read_what_waits(world, capsys)

    # Slack is back: the cards come, and nobody is mailed again.
    slack.behave()
    await world.rows("UPDATE escalations SET post_due_at = now()")
    await world.until("SELECT bool_and(post_status = 'posted') FROM escalations")
    async with world.pool.acquire() as conn:
        assert await find_untold(conn, now=now + timedelta(hours=2)) == ()
    assert len([each for each in mailbox.letters if "does not take" in each.subject]) == 1


async def _staff_read_what_waits(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    assert await desk_command.run(parser.parse_args([]), world.ground.environment) == 0
    told = capsys.readouterr().out
    assert told.count("the card is NOT in Slack") == 2
    assert "restore it or set SLACK_STAFF_CHANNEL" in told
    assert "nobody has it" in told


async def test_silence_is_told_after_ten_minutes_and_the_mail_survives_its_server(
    idle_world: World,
) -> None:
    world = idle_world
    await world.customer().texts(PLEA)
    await world.until("SELECT count(*) = 1 FROM messages")
    conversation = await world.value("SELECT id FROM conversations")
    await world.rows(
        "INSERT INTO escalations (conversation_id, reason, post_error, created_at)"
        " VALUES ($1, 'asked_for_person', 'no connection to Slack', now() - interval '9 minutes')",
        conversation,
    )
    now, profile = world.deps.bot.clock.now(), world.deps.bot.profile
    async with world.pool.acquire() as conn:
        assert await find_untold(conn, now=now) == ()
        await conn.execute("UPDATE escalations SET created_at = now() - interval '12 minutes'")
        async with conn.transaction():
            assert await owe_mail(conn, profile, now=now) is not None
        async with conn.transaction():
            assert await owe_mail(conn, profile, now=now) is None
        text = await conn.fetchval("SELECT text FROM owner_mails")
    assert "no connection to Slack, for 11 minutes now" in text

    mail_id = str(await world.value("SELECT id FROM owner_mails"))
    await world.stand_ins.mailbox.stop()
    await perform(world.deps, "mail_owner", {"mail_id": mail_id})
    row = (await world.rows("SELECT * FROM owner_mails"))[0]
    assert (row["status"], row["attempts"]) == ("queued", 1)
    assert "mail server cannot be reached" in row["error"]
    assert row["due_at"] > now


async def test_notes_of_old_deeds_are_dropped_once_a_day(idle_world: World) -> None:
    world, job = idle_world, jobs()["forget_desk_events"]
    assert job.due is not None
    for key, days in (("new", 0), ("week", 7.5), ("old", 9)):
        await world.rows(
            "INSERT INTO desk_events VALUES ($1, now() - make_interval(secs => $2))",
            key,
            days * 86400.0,
        )
    async with world.pool.acquire() as conn:
        assert await job.due(world.deps, conn) == [{}]
        await perform(world.deps, "forget_desk_events", {})
        assert await job.due(world.deps, conn) == []
    assert await world.value("SELECT array_agg(key) FROM desk_events") == ["new"]


async def test_a_storm_behind_a_silent_desk_is_counted_whole(idle_world: World) -> None:
    """I14: who stands in a post for many waits like the others while that post is not there."""
    world = idle_world
    bundle = await world.value(
        "INSERT INTO desk_notices (key, text, kind) VALUES ('s', 's', 'bundle') RETURNING id"
    )
    for n, (post, of) in enumerate((("queued", None), ("bundled", bundle), ("bundled", bundle))):
        await world.value(
            "WITH p AS (INSERT INTO customers (name) VALUES ($1) RETURNING id), c AS ("
            "INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM p RETURNING id)"
            " INSERT INTO escalations (conversation_id, reason, post_status, bundle_id, created_at)"
            " SELECT id, 'emotion', $2, $3, now() - interval '1 hour' FROM c RETURNING id",
            f"Customer {n}",
            post,
            of,
        )
    now = world.deps.bot.clock.now()
    async with world.pool.acquire() as conn:
        waiting = await find_untold(conn, now=now)
        assert [each.customer for each in waiting] == ["Customer 0", "Customer 1", "Customer 2"]
        await conn.execute("UPDATE desk_notices SET post_status = 'posted'")
        waiting = await find_untold(conn, now=now)
    assert [each.customer for each in waiting] == ["Customer 0"]
