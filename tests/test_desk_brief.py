"""The morning brief: once a day, at the business's hour, to the owner, with what waits for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from booking_rows import Row, write_booking
from staff_room import Staff, buttons, shown
from world import Customer, World

from bot.desk.briefing import Asked, Brief, find_due, most_asked
from bot.desk.numbers import today
from bot.profile import load_profile
from bot.store.connection import borrow
from bot.store.desk_numbers import Day, Money
from bot.store.unanswered import OpenQuestion
from channels.desk_brief import blocks, summary
from jobs import morning_brief, notify_desk

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NOTHING = Money(
    quotes=0,
    quoted=Decimal(0),
    bookings=0,
    booked=Decimal(0),
    deposits=0,
    paid=Decimal(0),
    cancellations=0,
    cancelled=Decimal(0),
    refunds=Decimal(0),
)
ASK = """INSERT INTO unanswered_questions (conversation_id, message_id, question, language,
  confidence, created_at)
SELECT m.conversation_id, m.id, $1, 'en', 0.2, now() - $2::int * interval '1 minute'
FROM messages m LIMIT 1"""


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (local(2026, 11, 23, 8, 29), None),
        (local(2026, 11, 23, 8, 30), date(2026, 11, 23)),
        (local(2026, 11, 23, 12, 29), date(2026, 11, 23)),
        (local(2026, 11, 23, 12, 30), None),
        # On the days on which the clocks change it is the hour on the wall all the same.
        (local(2026, 11, 1, 8, 30), date(2026, 11, 1)),
        (local(2026, 11, 1, 8, 29), None),
        (local(2026, 3, 8, 8, 30), date(2026, 3, 8)),
        (local(2026, 3, 8, 8, 29), None),
    ],
)
def test_the_brief_is_due_at_its_hour_and_for_four_more(now: datetime, due: date | None) -> None:
    """I15."""
    assert PROFILE.desk.brief_at == time(8, 30)
    assert find_due(PROFILE, now) == due


def test_an_hour_near_midnight_is_caught_up_on_after_it() -> None:
    """I15: a brief of 23:00 that is late is still that day's, and an hour that is skipped comes."""
    late = PROFILE.model_copy(
        update={"desk": PROFILE.desk.model_copy(update={"brief_at": time(23)})}
    )
    assert find_due(late, local(2026, 11, 24, 2, 59)) == date(2026, 11, 23)
    assert find_due(late, local(2026, 11, 24, 3)) is None
    skipped = PROFILE.model_copy(
        update={"desk": PROFILE.desk.model_copy(update={"brief_at": time(2, 30)})}
    )
    assert find_due(skipped, local(2026, 3, 8, 3, 30)) == date(2026, 3, 8)


def question(text: str) -> OpenQuestion:
    return OpenQuestion(
        id=uuid4(),
        question=text,
        language="en",
        confidence=0.2,
        nearest="",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_the_five_questions_asked_most_come_first_each_by_its_newest() -> None:
    groups = [[question(f"{n}-{m}") for m in range(n)] for n in (1, 4, 2, 6, 3, 5)]
    asked = most_asked(groups)
    assert [(each.question, each.count) for each in asked] == [
        ("6-0", 6),
        ("5-0", 5),
        ("4-0", 4),
        ("3-0", 3),
        ("2-0", 2),
    ]
    assert asked[0].id == groups[3][0].id


def test_a_quiet_day_is_said_in_few_words() -> None:
    brief = Brief(
        on=date(2026, 11, 23),
        money=NOTHING,
        day=Day(on=date(2026, 11, 22)),
        expiring=(),
        lacking=(),
        unanswered=(),
        questions=(Asked(id=uuid4(), question="Is <!here> & *there* ok?", count=3),),
    )
    told = str(blocks(brief, PROFILE.business))
    assert "Good morning: Monday, November 23" in told
    assert "Nothing waits for you today." in told
    assert "Is &lt;!here&gt; &amp; *there* ok? _(asked 3 times)_" in told
    assert summary(brief, PROFILE.business) == (
        "Good morning. Yesterday: 0 booked for $0.00, 0 conversations, 0 escalations unanswered."
    )


async def prepare(world: World, ann: Customer, now: datetime) -> None:
    """A trouble, an offer that expires, an event without a chef, and what nobody could answer."""
    await ann.texts("Do you bring a sushi chef?")
    await world.until("SELECT count(*) = 1 FROM messages")
    await write_booking(
        world.pool,
        Row(
            code="LACKS",
            name="Ben",
            number="+14155550150",
            starts_at=now + timedelta(hours=6),
            holds_until=now + timedelta(days=2),
            chefs=(),
        ),
    )
    await world.rows(
        "UPDATE bookings SET agreed_at = $1, deposit_paid_at = $1", now - timedelta(hours=20)
    )
    await world.rows(
        "INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total,"
        " deposit, expires_at, created_at)"
        " SELECT uuidv7(), c.id, c.customer_id, 1, '{}', '[]', 950, 100, $1, $2"
        " FROM conversations c JOIN addresses a ON a.customer_id = c.customer_id"
        " WHERE a.value = $3",
        now + timedelta(hours=5),
        now - timedelta(hours=20),
        ann.number,
    )
    await world.rows(
        "INSERT INTO escalations (conversation_id, reason, post_status, desk_channel, desk_ts)"
        " SELECT conversation_id, 'asked_for_person', 'posted', 'C0', '17.25' FROM messages LIMIT 1"
    )
    for minutes, words in enumerate(
        ("Do you have sushi?", "Is there parking?", "Do you have any sushi?")
    ):
        await world.rows(ASK, words, minutes)


async def test_rosa_reads_in_the_morning_what_waits_for_her(idle_world: World) -> None:
    """I2, I12, I13: once, to the owner alone, however often the sweep asks and whoever dies."""
    deps, ann, rosa = idle_world.deps, idle_world.customer(), Staff(idle_world, "U0ROSA")
    clock = idle_world.ground.clock
    day = today(PROFILE, clock.now()) + timedelta(1)
    clock.shift = datetime.combine(day, time(8, 31), ZONE) - datetime.now(UTC)  # type: ignore[attr-defined]  # A world's clock can be moved.
    await prepare(idle_world, ann, clock.now())
    async with borrow(idle_world.pool) as conn:
        assert await morning_brief.due(deps, conn) == [{"day": day.isoformat()}]
    for _ in range(2):
        await morning_brief.run(deps, day=day.isoformat())
    async with borrow(idle_world.pool) as conn:
        assert await morning_brief.due(deps, conn) == ()
    owed = await idle_world.rows("SELECT id, key, recipient FROM desk_notices WHERE kind = 'brief'")
    assert [(row["key"], row["recipient"]) for row in owed] == [
        (f"brief:{day.isoformat()}:U0ROSA", "U0ROSA")
    ]
    await notify_desk.run(deps, notice_id=str(owed[0]["id"]))
    (letter,) = rosa.letters
    said = shown(letter)
    for part in (
        f"Good morning: {day:%A, %B} {day.day}",
        "2 quotes for $2,050.00, 1 booking for $1,100.00, 1 deposit for $100.00",
        "Escalations that nobody has answered (1)",
        "asked for person",
        "archives/C0/p1725|thread",
        "`LACKS` Ben",
        "1 chef missing",
        f"{ann.number}: $950.00 until",
        "Do you have sushi? _(asked 2 times)_",
        "Is there parking?",
    ):
        assert part in said, part
    assert said.index("sushi?") < said.index("parking?")
    assert buttons(letter) == ["approve_answer"] * 2
    assert not any("Good morning" in shown(each) for each in idle_world.cards if each != letter)


async def test_without_an_owner_the_channel_reads_it_and_too_late_is_never(
    idle_world: World,
) -> None:
    """I14: nobody is found where the directory refuses; the day's brief is not lost by it."""
    deps, slack = idle_world.deps, idle_world.stand_ins.slack
    clock = idle_world.ground.clock
    day = today(PROFILE, clock.now()) + timedelta(1)
    clock.shift = datetime.combine(day, time(12, 31), ZONE) - datetime.now(UTC)  # type: ignore[attr-defined]  # A world's clock can be moved.
    async with borrow(idle_world.pool) as conn:
        assert await morning_brief.due(deps, conn) == ()
    await morning_brief.run(deps, day=day.isoformat())
    assert await idle_world.value("SELECT count(*) FROM desk_notices") == 0

    clock.shift -= timedelta(hours=1)  # type: ignore[attr-defined]  # The same.
    slack.fail_next("missing_scope", times=9)
    await morning_brief.run(deps, day=day.isoformat())
    slack.behave()
    assert await idle_world.value("SELECT recipient FROM desk_notices WHERE kind = 'brief'") == ""
