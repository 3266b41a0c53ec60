"""Staff plan a message to a customer, look at it first; it leaves once, if it still may (I6)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from desk_hands import RAVI, Hands, buttons_of, set_clock, words_of
from staff_room import Staff, shown
from world import World

from bot.desk.whens import read_span, read_when
from handlers.desk.words import split_words
from jobs.base import perform

LA = ZoneInfo("America/Los_Angeles")
TEN = datetime(2026, 12, 1, 10, tzinfo=LA)
"""A Tuesday, when nobody minds a message."""


def when(words: str, now: datetime = TEN) -> str:
    read = read_when(words, LA, now=now)
    return f"{read.at.astimezone(LA):%m-%d %H:%M}" if read.at else read.problem


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("in 2 days", "12-03 10:00"),
        ("tomorrow 9am", "12-02 09:00"),
        ("Friday 14:00", "12-04 14:00"),
        ("2026-12-05 10:00", "12-05 10:00"),
        ("2026-12-05", "12-05 10:00"),
        ("Dec 5 at 3pm", "12-05 15:00"),
        ("in 90 minutes", "12-01 11:30"),
        ("in two weeks at 18:30", "12-15 18:30"),
        ("at 9:30", "12-02 09:30"),
        ("tomorrow evening", "12-02 18:00"),
    ],
)
def test_staff_say_when_as_they_speak(words: str, wanted: str) -> None:
    assert when(words) == wanted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "say when"),
        ("soon", "that is no time"),
        ("yesterday", "over already"),
        ("at 6", "06:00 or 18:00"),
        ("next week", "several days"),
        ("2026-02-30 10:00", "no such day"),
        ("in 400 days", "more than a year"),
        ("99999 weeks", "more than a year"),
        ("2027-12-02 10:00", "more than a year"),
        ("2027-03-14 02:30", "clocks go forward"),
        ("tomorrow 25:99", ""),
        ("x" * 500, "too long"),
        ("<script> :: \x00 DROP", ""),
    ],
)
def test_what_is_no_moment_is_refused_in_words(words: str, said: str) -> None:
    read = read_when(words, LA, now=TEN)
    assert (said in read.problem and read.at is None) if said else True


def test_days_later_keep_the_hour_over_a_change_of_clocks() -> None:
    """I15: two days are two days on the wall, two hours are two hours of time."""
    eve = datetime(2027, 3, 13, 10, tzinfo=LA)
    assert when("in 2 days", eve) == "03-15 10:00"
    late = datetime(2027, 3, 13, 23, tzinfo=LA)
    assert when("in 4 hours", late) == "03-14 04:00"
    assert when("in 1 day", datetime(2027, 3, 13, 2, 30, tzinfo=LA)) == "03-14 03:30"


def test_lengths_of_time_stand_alone() -> None:
    assert read_span("for 2 hours") == timedelta(hours=2)
    assert read_span("90 min") == timedelta(minutes=90)
    assert read_span("for lunch") is None


@pytest.mark.parametrize(
    ("words", "who", "at", "text"),
    [
        ("Ana María in 2 days: Hi: all set?", "Ana María", "in 2 days", "Hi: all set?"),
        ("+1 415 555 0101 Friday 14:00: hello", "+1 415 555 0101", "Friday 14:00", "hello"),
        ("May Chen tomorrow 9am: x", "May Chen", "tomorrow 9am", "x"),
        ("Ana May Dec 5 3pm: x", "Ana May", "Dec 5 3pm", "x"),
        ("<mailto:ana@b.co|ana@b.co> in 2 days:2 more?", "ana@b.co", "in 2 days", "2 more?"),
        ("Ana：你好", "Ana", "", "你好"),
        ("", "", "", ""),
    ],
)
def test_a_command_is_cut_where_staff_mean_it(words: str, who: str, at: str, text: str) -> None:
    spoken = split_words(words, LA, now=TEN)
    assert (spoken.who, spoken.when, spoken.text) == (who, at, text)


async def _customer(world: World, name: str = "Ana María", number: str = "+14155550101") -> UUID:
    """Somebody who wrote once and got an answer."""
    rows = await world.rows(
        """WITH who AS (INSERT INTO customers (name, language) VALUES ($1, 'en') RETURNING id),
        talk AS (INSERT INTO conversations (customer_id, channel, language)
          SELECT id, 'sms', 'en' FROM who),
        phone AS (INSERT INTO addresses (customer_id, channel, value, last_inbound_at)
          SELECT id, 'sms', $2, $3 FROM who)
        INSERT INTO addresses (customer_id, channel, value, last_inbound_at)
          SELECT id, 'whatsapp', $2, $3 - interval '1 hour' FROM who RETURNING customer_id""",
        name,
        number,
        TEN.astimezone(UTC) - timedelta(hours=2),
    )
    customer: UUID = rows[0]["customer_id"]
    return customer


async def _send(world: World) -> None:
    """What the sweep would ring for, by two workers at once (I2)."""
    due = await world.rows(
        "SELECT id FROM follow_ups WHERE status IN ('planned', 'held') AND due_at <= $1",
        world.deps.bot.clock.now(),
    )
    ids = [{"follow_up_id": str(row["id"])} for row in due]
    await asyncio.gather(*(perform(world.deps, "send_follow_up", each) for each in (*ids, *ids)))


async def _status(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("SELECT status, reason FROM follow_ups ORDER BY created_at, id")
    return [(row["status"], row["reason"] or "") for row in rows]


async def _goes_once(world: World) -> None:
    """Not before its time, and then once, by whoever of the workers has it."""
    await _send(world)
    assert await _status(world) == [("planned", "")]
    set_clock(world, TEN + timedelta(days=2, minutes=1))
    await _send(world)
    assert await _status(world) == [("sending", "")]
    rows = await world.rows("SELECT author, purpose, text, status FROM messages")
    assert [tuple(row) for row in rows] == [
        ("staff", "conversational", "Hi Ana, any <!channel> news?", "queued")
    ]
    acts = await world.rows("SELECT actor, act FROM audit_log")
    assert [tuple(row) for row in acts] == [("U0DANA", "follow_up.planned")]


async def test_a_follow_up_is_previewed_planned_once_and_sent_once(idle_world: World) -> None:
    """I2, I6: the window says all; sent off twice it plans once; two workers send it once."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, TEN)
    await _customer(world)
    world.stand_ins.slack.fail_next("internal_error", times=50)  # Slack is away: no matter.

    shown = await dana.commands(
        "/followup", "(415) 555-0101 in 2 days: Hi Ana, any <!channel> news?"
    )
    assert shown.window is not None
    assert not shown.errors
    told = words_of(dana.window)
    assert "*Ana María* · +14155550101" in told
    assert "1 segment" in told
    assert "Thu, Dec 3, 2026, 10:00 AM (America/Los_Angeles)" in told
    assert "<!channel>" not in told

    again = await dana.submits({"when": "last tuesday", "text": ""})
    assert set(again.errors) == {"when"}
    again = await dana.submits({"text": "x" * 1001})
    assert again.errors == {"text": "at most 1000 characters; this has 1001"}
    sheet, view = dana.window, dana.view_id
    first, second = await asyncio.gather(dana.submits(), dana.submits())
    assert "Planned for *Thu, Dec 3" in words_of(dana.window)
    dana.window, dana.view_id = sheet, view
    assert (await dana.submits()).window == first.window == second.window
    assert await _status(world) == [("planned", "")]

    listed = await Hands(world, RAVI).commands("/followups", "Ana")
    assert "planned by" in words_of(listed)
    assert "Hi Ana, any &lt;!channel&gt; news?" in words_of(listed)

    await _goes_once(world)


async def _refused(world: World, dana: Hands) -> None:
    """By a day off, by the quiet hours, by the gap, by the channel's window."""
    for words, *said in (
        ("2026-12-25 10:00: merry Christmas", "nobody is written to unasked on that day"),
        ("tomorrow 18:30: dinner?", "it is 21:30 for the customer then", "6:00 AM here"),
    ):
        await dana.commands("/followup", f"Ana {words}")
        assert [each for each in said if each not in words_of(dana.window)] == []
        assert said[0] in (await dana.submits()).errors["when"]
        offered = next(b for b in buttons_of(dana.window) if b["action_id"] == "followup:next")
        await dana.presses(offered)
        assert ":no_entry:" not in words_of(dana.window)
    assert "America/New_York" in words_of(dana.window)
    assert not (await dana.submits()).errors
    dana.closes()

    await dana.commands("/followup", "Ana in 2 days: another?")
    assert "keep 48 hours apart" in words_of(dana.window)
    assert "keep 48 hours apart" in (await dana.submits()).errors["when"]
    by_whatsapp = await world.value("SELECT id::text FROM addresses WHERE channel = 'whatsapp'")
    refused = await dana.submits({"channel": str(by_whatsapp), "when": "in 4 days"})
    assert "only an approved template" in refused.errors["when"]
    dana.closes()


async def _changes_its_mind(world: World) -> None:
    """Held, then moved, then dropped: what is so when it is due decides."""
    set_clock(world, datetime(2026, 12, 3, 9, 1, tzinfo=ZoneInfo("America/New_York")))
    for _ in range(3):
        await _send(world)
    assert await _status(world) == [("held", "a complaint is open")]
    held = "SELECT count(*) FROM desk_notices WHERE kind = 'person' AND recipient = 'U0DANA'"
    assert await world.value(held) == 1

    await world.rows("UPDATE escalations SET status = 'resolved'")
    await world.rows("UPDATE conversations SET mode = 'bot'")
    set_clock(world, datetime(2026, 12, 3, 23, tzinfo=LA))
    await _send(world)
    assert (await _status(world))[0][0] == "planned"
    moved = await world.value("SELECT due_at FROM follow_ups")
    assert moved == datetime(2026, 12, 4, 9, tzinfo=ZoneInfo("America/New_York"))
    await world.rows("UPDATE addresses SET consent = 'revoked'")
    set_clock(world, datetime(2026, 12, 4, 9, tzinfo=LA))
    await _send(world)
    assert await _status(world) == [("skipped", "the customer has opted out of this address")]
    assert await world.value("SELECT count(*) FROM messages") == 0


async def test_reasons_against_it_are_said_before_and_found_again_later(idle_world: World) -> None:
    """I6, I7, I15: quiet hours, gap, opt-out, window, complaint; held while staff hold it."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, TEN)
    await _customer(world)
    await world.rows("UPDATE customers SET zone = 'America/New_York'")

    await _refused(world, dana)
    talk = await world.value("SELECT id FROM conversations")
    opened = "INSERT INTO escalations (conversation_id, reason, status, claimed_by)"
    await world.rows(opened + " VALUES ($1, 'complaint', 'claimed', 'U0RAVI')", talk)
    await world.rows("UPDATE conversations SET mode = 'human'")
    await dana.commands("/followup", "Ana in 9 days: hello?")
    told = words_of(dana.window)
    assert "a complaint of this customer is open" in told
    assert "has the conversation" in told
    assert "complaint" in (await dana.submits()).errors["channel"]

    await _changes_its_mind(world)
    dana.closes()
    await dana.commands("/followup", "Ana in 20 days: hello?")
    assert "opted out" in words_of(dana.window)
    assert "submit" not in dana.window


async def test_what_is_planned_is_listed_and_taken_back_once(idle_world: World) -> None:
    """Help and nonsense are answered; several who fit are a choice; cancelled twice is once."""
    world, dana = idle_world, Hands(idle_world)
    set_clock(world, TEN)
    await _customer(world)
    await _customer(world, "Ana Torres", "+14155550102")
    assert "`/followup CUSTOMER in 2 days: TEXT`" in (await dana.commands("/followup", "help")).text
    assert "Nobody is known as" in (await dana.commands("/followup", "Zoë tomorrow: x")).text
    assert "Several fit" in (await dana.commands("/followups", "Ana")).text
    assert "No follow-ups planned" in (await dana.commands("/followups")).text

    await dana.commands("/followup")
    assert dana.window["callback_id"] == "followup_who"
    assert "who" in (await dana.submits({"who": "Zoë"})).errors
    await dana.submits({"who": "ana", "when": "in 3 days", "text": "Hi!"})
    chosen = dana.window["blocks"][0]["element"]["options"]
    assert {each["text"]["text"] for each in chosen} == {"Ana María", "Ana Torres"}
    await dana.submits({"who": chosen[1]["value"]})
    assert not (await dana.submits()).errors

    await Staff(world).commands("/followups")
    assert "Nothing was done" in await Staff(world, "U0GUEST").commands("/followups")
    shown_there = await Staff(world).whispered("1 follow-up planned")
    listed = await dana.commands("/followups")
    cancel = next(b for b in buttons_of(listed) if b["text"]["text"] == "Cancel")
    pressed = await asyncio.gather(dana.presses(cancel), dana.presses(cancel))
    assert sorted(each.text for each in pressed) == [
        "Cancelled. No follow-ups planned",
        "Nothing to cancel: it had left, or was cancelled before. No follow-ups planned",
    ]
    assert all(each.replaces for each in pressed)
    await Staff(world).presses(shown_there, "followup_cancel")
    await Staff(world).whispered("cancelled before")
    assert not any("1 follow-up planned" in shown(each) for each in Staff(world).whispers)
    assert await _status(world) == [("cancelled", "cancelled by Dana")]
    forged = {**cancel, "action_id": "followup_cancel:nonsense"}
    assert "not there any more" in (await dana.presses(forged)).text
