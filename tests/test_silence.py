"""Silence: what is usual is learnt once an hour, what is improbable is told once, and it ends.

I12 and I14 in small: nobody rings for any of this, and a broken channel is named, not guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from world import World

from bot import silence
from bot.silence import HOUR, expect, find_silence, hours_to_learn, slot_of, tail
from bot.store import channel_hours
from bot.store.channel_hours import Slot, Usual, Watch
from bot.store.connection import Pool, borrow
from jobs.base import jobs, perform

LA = ZoneInfo("America/Los_Angeles")
MONDAY = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def every_hour(mean: float, weeks: int = 3) -> Mapping[Slot, Usual]:
    usual = Usual(mean=mean, weeks=weeks)
    return {(day, hour): usual for day in range(1, 8) for hour in range(24)}


# --- the rule -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "expected"), [(0, 12), (3, 4), (5, 30), (40, 20), (0, 1)])
def test_the_tail_is_poissons(people: int, expected: int) -> None:
    """Against exact fractions: e to the minus of the mean from its own series."""
    power, term = Fraction(0), Fraction(1)
    for n in range(1, 200):
        power += term
        term = term * expected / n
    total, part = Fraction(0), Fraction(1)
    for n in range(people + 1):
        total += part
        part = part * expected / (n + 1)
    assert tail(people, expected) == pytest.approx(float(total / power), rel=1e-9)


def test_a_busy_week_is_no_trouble_for_the_numbers() -> None:
    assert tail(0, 5000.0) == 0.0
    assert tail(5000, 5000.0) == pytest.approx(0.504, abs=0.01)
    assert tail(7, 0.0) == 1.0


def test_an_hour_is_filed_under_what_the_clock_showed() -> None:
    """I15: the day without an hour teaches nothing of it, the day with one more teaches twice."""

    def slots(first: datetime) -> list[Slot]:
        return [slot_of(first + n * HOUR, LA) for n in range(25)]

    spring = slots(datetime(2026, 3, 8, 8, 0, tzinfo=UTC))
    assert (7, 2) not in spring
    assert spring[:4] == [(7, 0), (7, 1), (7, 3), (7, 4)]
    autumn = slots(datetime(2026, 11, 1, 7, 0, tzinfo=UTC))
    assert autumn[:4] == [(7, 0), (7, 1), (7, 1), (7, 2)]
    assert autumn[24] == (7, 23)


def test_only_whole_hours_that_were_listened_to_are_learnt() -> None:
    began = MONDAY - timedelta(hours=5, minutes=30)
    watch = Watch(up_since=began, counted=None)
    hours = list(hours_to_learn(watch, now=MONDAY))
    assert hours == [MONDAY - n * HOUR for n in (5, 4, 3, 2)]
    # The hour before has only just ended: what is on its way may still belong to it.
    later = MONDAY + silence.SETTLED_AFTER
    assert list(hours_to_learn(replace(watch, counted=hours[-1]), now=later)) == [MONDAY - HOUR]
    assert list(hours_to_learn(replace(watch, counted=MONDAY - HOUR), now=later)) == []
    # Whoever was away for a month does not count a month of nothing.
    month = replace(watch, up_since=MONDAY - timedelta(days=30))
    assert len(list(hours_to_learn(month, now=MONDAY))) < 73
    on_the_hour = replace(watch, up_since=MONDAY - 3 * HOUR)
    assert next(hours_to_learn(on_the_hour, now=MONDAY)) == MONDAY - 3 * HOUR


def test_what_is_expected_grows_with_the_minutes() -> None:
    usual = every_hour(6.0)
    span = expect(usual, LA, since=MONDAY + HOUR / 2, until=MONDAY + 2 * HOUR + HOUR / 4)
    assert span == pytest.approx(6.0 * 1.75)
    # Of what was hardly seen nothing is expected: no alarm within two weeks.
    assert expect(every_hour(6.0, weeks=2), LA, since=MONDAY, until=MONDAY + 9 * HOUR) == 0


@pytest.mark.parametrize(
    ("mean", "people", "is_silent"),
    [
        (4.0, {}, True),
        (4.0, {1: 2}, True),
        (4.0, {n: 3 for n in range(80)}, False),
        (4.0, {n: 4 for n in range(4, 80)}, True),
        (0.1, {}, False),
        (0.5, {}, True),
        (40.0, {n: 1 for n in range(80)}, True),
    ],
    ids=[
        *("nobody", "nearly nobody", "fewer", "a morning of nothing", "too little traffic"),
        *("three days of nothing", "a trickle of a flood"),
    ],
)
def test_what_is_improbable_is_silence(
    mean: float, people: Mapping[int, int], is_silent: bool
) -> None:
    came = {MONDAY - n * HOUR: count for n, count in people.items()}
    long_ago = MONDAY - timedelta(days=30)
    found = find_silence(every_hour(mean), came, LA, watched_from=long_ago, now=MONDAY)
    assert (found is not None) is is_silent
    # We had just come back ourselves: nothing can be said yet.
    back = MONDAY - timedelta(hours=2)
    assert find_silence(every_hour(mean), came, LA, watched_from=back, now=MONDAY) is None


# --- what is kept ---------------------------------------------------------------------------------


async def test_an_hour_is_taken_in_once_and_old_ones_are_forgotten(pool: Pool) -> None:
    """I2: two workers, or one that was killed and comes again, change nothing twice."""
    first, slot = MONDAY - timedelta(weeks=20), (1, 12)
    async with borrow(pool) as conn:
        for week, people in enumerate([4, 8] + [6] * 6 + [30] * 12):
            for _ in range(2):
                hour = first + timedelta(weeks=week)
                await channel_hours.learn(
                    conn, "sms", slot, people=people, hour=hour, weeks_max=silence.WEEKS_MAX
                )
        await channel_hours.learn(conn, "sms", slot, people=999, hour=first, weeks_max=8)
        usual = (await channel_hours.read_usual(conn, "sms"))[slot]
    expected = 6.0
    for _ in range(12):
        expected += (30 - expected) / 8
    assert usual.weeks == 20
    assert usual.mean == pytest.approx(expected, rel=1e-4)


async def test_one_of_two_looks_and_a_break_begins_anew(pool: Pool) -> None:
    every, gap = silence.LOOK_EVERY, silence.BREAK_AFTER
    async with borrow(pool) as conn:

        async def look(minutes: float) -> Watch | None:
            now = MONDAY + timedelta(minutes=minutes)
            return await channel_hours.claim(conn, "sms", now=now, every=every, break_after=gap)

        assert await look(0) == Watch(up_since=MONDAY, counted=None)
        assert await look(1) is None
        await channel_hours.mark_counted(conn, "sms", MONDAY - HOUR)
        assert await look(11) == Watch(up_since=MONDAY, counted=MONDAY - HOUR)
        again = await look(90)
        assert again is not None
        assert again.up_since == MONDAY + timedelta(minutes=90)
        before = MONDAY + timedelta(minutes=85)
        assert await channel_hours.list_due(conn, ["sms", "x"], looked_before=before) == ("x",)


# --- the story ------------------------------------------------------------------------------------


async def watched(world: World, mean: float) -> None:
    """As if the service had listened to texts for weeks."""
    await perform(world.deps, "watch_channels", {"channel": "sms"})
    await world.rows(
        "UPDATE channel_grants SET value = jsonb_build_object("
        "'counted', date_trunc('hour', now() - interval '20 hours', 'UTC'),"
        " 'up_since', now() - interval '9 days') WHERE name = 'watch'"
    )
    await world.rows(
        "INSERT INTO channel_hours SELECT 'sms', d, h, $1, 5, now() - interval '9 days'"
        " FROM generate_series(1, 7) d, generate_series(0, 23) h",
        mean,
    )


async def look_again(world: World) -> None:
    await world.rows("UPDATE channel_grants SET checked_at = checked_at - interval '11 minutes'")
    await perform(world.deps, "watch_channels", {"channel": "sms"})


async def test_a_channel_falls_silent_and_speaks_again(idle_world: World) -> None:
    """Told once at the desk and by mail, with what was found; over by itself, and said so."""
    world, twilio = idle_world, idle_world.stand_ins.twilio
    await watched(world, 5.0)
    twilio.standing.status = "suspended"
    await look_again(world)
    [alarm] = await world.rows("SELECT * FROM channel_alarms")
    assert (alarm["channel"], alarm["kind"], alarm["ended_at"]) == ("sms", "silence", None)
    assert "Nobody has written by text messages for" in alarm["said"]
    # Killed before it was looked into: the sweep finds it, and twice is told once.
    due = jobs()["probe_channel"].due
    assert due is not None
    async with borrow(world.pool) as conn:
        assert await due(world.deps, conn) == [{"alarm_id": str(alarm["id"])}]
    for _ in range(2):
        await perform(world.deps, "probe_channel", {"alarm_id": str(alarm["id"])})
        await look_again(world)
    told = await world.rows("SELECT text FROM desk_notices")
    [mail] = await world.rows("SELECT * FROM owner_mails")
    assert len(told) == 1
    assert "the Twilio account is suspended" in told[0]["text"]
    assert "the Twilio account is suspended" in mail["text"]
    assert "text messages" in mail["subject"]
    assert await world.value("SELECT count(*) FROM channel_alarms") == 1
    # Hours of the silence teach nothing: not those of the young alarm, and not those before it.
    assert await world.value("SELECT sum(weeks) FROM channel_hours") == 5 * 168
    assert await world.value("SELECT min(mean) FROM channel_hours") == pytest.approx(5.0)


async def test_a_channel_that_speaks_again_is_well(idle_world: World) -> None:
    """Over with the first words that come the usual way, and said so where it was told."""
    world = idle_world
    await watched(world, 5.0)
    await look_again(world)
    alarm_id = str(await world.value("SELECT id FROM channel_alarms"))
    await perform(world.deps, "probe_channel", {"alarm_id": alarm_id})
    # What a gap fill brings, long after it was sent, has not come the usual way.
    await world.customer().texts("hello?")
    await world.until("SELECT count(*) = 1 FROM messages")
    await world.rows("UPDATE messages SET sent_at = created_at - interval '1 hour'")
    await look_again(world)
    assert await world.value("SELECT count(*) FROM channel_alarms WHERE ended_at IS NULL") == 1
    await world.rows("UPDATE messages SET sent_at = NULL")
    await look_again(world)
    assert await world.value("SELECT count(*) FROM channel_alarms WHERE ended_at IS NULL") == 0
    last = await world.value("SELECT text FROM desk_notices ORDER BY created_at DESC LIMIT 1")
    assert "messages come again" in str(last)
    mails = await world.rows("SELECT subject FROM owner_mails ORDER BY created_at")
    assert ["something is wrong" in mails[0][0], "all well again" in mails[1][0]] == [True, True]
    assert await world.value("SELECT min(mean) FROM channel_hours") == pytest.approx(5.0)
    # The silence that is over is not told of again.
    await look_again(world)
    assert await world.value("SELECT count(*) FROM channel_alarms") == 1
