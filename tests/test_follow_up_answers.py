"""What customers answer to a follow-up, as it is read; and what is kept of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from follow_up_ground import NOW, Somebody, somebody
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import ConversationId, CustomerId
from bot.domain_follow_ups import FollowUpId
from bot.domain_followed import FollowedUp
from bot.ids import new_id
from bot.language.follow_up_answer_words import BUTTONS, CAUSES_OF, Answer
from bot.language.follow_up_answers import Said, read_answer, read_answers
from bot.language.wording import variants_of
from bot.prompting_context import conversation
from bot.situation import Situation
from bot.store import follow_up_answers
from bot.store.connection import Pool

BOOKED = [
    ("en", "All as planned", Said(Answer.STANDS)),
    ("en", "Yes, all set. Thank you!", Said(Answer.STANDS)),
    ("en", "yes", Said(Answer.YES)),
    ("en", "We're still 20", Said(Answer.COUNT, 20)),
    ("en", "20 people is right", Said(Answer.COUNT, 20)),
    ("en", "We'd be 25 not 20", Said(Answer.COUNT, 25)),
    ("en", "Hi! We'll be 25, thanks", Said(Answer.COUNT, 25)),
    ("en", "not 20, 25", Said(Answer.COUNT, 25)),
    ("en", "from 20 to 25", Said(Answer.COUNT, 25)),
    ("en", "twenty-five", Said(Answer.COUNT, 25)),
    ("en", "5 more", Said(Answer.MORE, 5)),
    ("en", "one more guest", Said(Answer.MORE, 1)),
    ("en", "two fewer", Said(Answer.FEWER, 2)),
    ("en", "2 can't make it", Said(Answer.FEWER, 2)),
    ("en", "The number changes", Said(Answer.CHANGES)),
    ("es", "ahora somos 25", Said(Answer.COUNT, 25)),
    ("es", "seremos veinticinco", Said(Answer.COUNT, 25)),
    ("es", "Todo sigue igual, gracias", Said(Answer.STANDS)),
    ("es", "dos menos", Said(Answer.FEWER, 2)),
    ("es", "5 personas más", Said(Answer.MORE, 5)),
    ("es", "de 20 a 25", Said(Answer.COUNT, 25)),
    ("zh", "人数不变", Said(Answer.STANDS)),
    ("zh", "改成25位", Said(Answer.COUNT, 25)),
    ("zh", "我们二十五个人", Said(Answer.COUNT, 25)),
    ("zh", "少两位", Said(Answer.FEWER, 2)),
    ("zh", "從20改成25", Said(Answer.COUNT, 25)),
    ("en", "20-25", None),
    ("en", "yes but can we start at 7?", None),
    ("en", "25 and please add lobster", None),
    ("en", "December 20", None),
    ("en", "at 7", None),
    ("en", "$25", None),
    ("en", "0", None),
    ("en", "25000", None),
    ("en", "call me at 4155550101", None),
    ("en", "how much for 25?", None),
    ("es", "sí, pero cambia la hora", None),
    ("zh", "可以改到周日吗？", None),
]


@pytest.mark.parametrize(("language", "text", "said"), BOOKED)
def test_whether_the_number_stands_is_read_from_plain_words_only(
    language: str, text: str, said: Said | None
) -> None:
    assert read_answer(text, "before_event", language) == said


@pytest.mark.parametrize(
    ("language", "text", "stars"),
    [
        ("en", "It was great", 5),
        ("en", "Loved it! Thank you so much", 5),
        ("en", "4 stars", 4),
        ("en", "10/10", 5),
        ("en", "⭐⭐⭐", 3),
        ("en", "👍", 5),
        ("en", "Not so good", 2),
        ("es", "Estuvo excelente", 5),
        ("es", "mal", 2),
        ("zh", "还可以", 3),
        ("zh", "五星", 5),
        ("en", "6", None),
        ("en", "7 stars", None),
        ("en", "great, how do I book again?", None),
        ("en", "the chef was great but two hours late", None),
    ],
)
def test_how_it_was_is_read_as_stars_or_left_to_the_turn(
    language: str, text: str, stars: int | None
) -> None:
    said = read_answer(text, "after_event", language)
    assert (said.number if said else None) == stars


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_every_button_of_ours_is_read_as_what_stands_on_it(language: str) -> None:
    for name, answer in BUTTONS.items():
        for title in variants_of(name, language):
            for cause in CAUSES_OF[answer]:
                said = read_answer(title, cause, language)
                assert said is not None, (name, title)
                assert said.answer in (answer, Answer.RATING)


def test_a_burst_is_one_answer_unless_it_says_two_things() -> None:
    assert read_answers(["yes", "wait, 22"], "before_event", "en") is None
    assert read_answers(["yes", "as planned"], "before_event", "en") == Said(Answer.STANDS)
    assert read_answers(["yes", "22"], "before_event", "en") == Said(Answer.COUNT, 22)
    assert read_answers(["thanks!", "all set"], "before_event", "en") == Said(Answer.STANDS)
    assert read_answers(["all set", "the number changes"], "before_event", "en") is None
    assert read_answers(["thanks"], "before_event", "en") is None


@given(st.text(max_size=300), st.sampled_from(sorted(set().union(*CAUSES_OF.values()))))
def test_no_words_break_the_reading_and_no_number_is_made_up(text: str, cause: str) -> None:
    said = read_answer(text, cause, "en")
    if said is not None and said.number is not None and cause == "before_event":
        assert 1 <= said.number <= 999


async def _sent(
    who: Somebody, at: datetime, *, cause: str = "season", watched: int = 7
) -> FollowUpId:
    message = await who.was_told("Hello from us", at, unasked="x")
    made = (cause, str(new_id()), who.customer_id, at, message, at + timedelta(days=watched))
    found = await who.pool.fetchval(
        """INSERT INTO follow_ups (cause, key, customer_id, due_at, status, message_id, sent_at,
             watched_until) VALUES ($1, $2, $3, $4, 'sent', $5, $4, $6) RETURNING id""",
        *made,
    )
    return FollowUpId(found)


async def test_an_answer_counts_for_the_newest_message_before_it_and_once(pool: Pool) -> None:
    """Two passes at once, twice over: each answer once; words after the watch count for nothing.

    What is no answer rings for no further pass, however long it is watched (I12).
    """
    day, hour = timedelta(days=1), timedelta(hours=1)
    dana, eli, fay = [await somebody(pool, name=name) for name in ("Dana", "Eli", "Fay")]
    older = await _sent(dana, NOW - 5 * day)
    newer = await _sent(dana, NOW - 2 * day)
    answer = await dana.wrote("sounds nice", NOW - day)
    await dana.wrote("and another thing", NOW - hour)
    late = await _sent(eli, NOW - 9 * day, watched=7)
    await eli.wrote("oh, hello", NOW - day)
    machine = await _sent(fay, NOW - 2 * day)
    noise = await fay.wrote("I am driving", NOW - day)
    await pool.execute(
        "UPDATE messages SET status = 'ignored', reason = 'auto-reply' WHERE id = $1", noise
    )

    async def one_pass() -> int:
        async with pool.acquire() as conn, conn.transaction():
            return await follow_up_answers.note_answers(conn, NOW)

    async with pool.acquire() as conn:
        assert await follow_up_answers.is_due(conn)
    assert sum(await asyncio.gather(one_pass(), one_pass())) >= 1
    assert await one_pass() == 0
    async with pool.acquire() as conn:
        assert not await follow_up_answers.is_due(conn)
    rows = {row["id"]: row for row in await pool.fetch("SELECT * FROM follow_ups")}
    assert (rows[newer]["status"], rows[newer]["answer_id"]) == ("answered", answer)
    assert {rows[each]["status"] for each in (older, late, machine)} == {"sent"}
    steps = "SELECT count(*) FROM follow_up_events WHERE follow_up_id = $1 AND status = 'answered'"
    assert await pool.fetchval(steps, newer) == 1


async def test_what_a_turn_sees_is_the_newest_that_reached_them_while_it_matters(
    pool: Pool,
) -> None:
    """Not what never left, not what is a week old; closed once they have written."""
    hour = timedelta(hours=1)
    dana = await somebody(pool)
    first = await _sent(dana, NOW - 30 * hour)
    second = await _sent(dana, NOW - 3 * hour)
    async with pool.acquire() as conn:
        find = follow_up_answers.find_followed
        seen = await find(conn, dana.customer_id, (), now=NOW)
        assert seen is not None
        assert (seen.id, seen.is_open) == (second, True)
        await dana.wrote("hm", NOW - 2 * hour)
        seen = await find(conn, dana.customer_id, (), now=NOW)
        assert seen is not None
        assert not seen.is_open
        await conn.execute(
            "UPDATE messages SET status = 'failed' WHERE id = $1", seen.message_ids[0]
        )
        seen = await find(conn, dana.customer_id, (), now=NOW)
        assert seen is not None
        assert seen.id == first
        assert await find(conn, dana.customer_id, (), now=NOW + timedelta(days=8)) is None


async def test_feedback_is_kept_once_and_a_no_lasts(pool: Pool) -> None:
    """The same answer twice is one row; another customer's no is nobody else's."""
    dana, eli = await somebody(pool), await somebody(pool)
    asked = await _sent(dana, NOW - timedelta(hours=3))
    answer = await dana.wrote("no thanks", NOW - timedelta(hours=1))
    async with pool.acquire() as conn:
        for words in ("first", "second"):
            await follow_up_answers.keep_feedback(
                conn, asked, answer, rating=4, words=words, at=NOW
            )
        await follow_up_answers.note_answers(conn, NOW)
        await follow_up_answers.decline(conn, asked, dana.customer_id, ("season",), at=NOW)
        since = NOW - timedelta(days=90)
        for who, declined in ((dana, True), (eli, False)):
            found = await follow_up_answers.has_declined(
                conn, who.customer_id, ("season",), since=since
            )
            assert found is declined
        rows = await conn.fetch("SELECT rating, words FROM feedback")
        assert [tuple(row) for row in rows] == [(4, "first")]
        later = since + timedelta(days=120)
        assert not await follow_up_answers.has_declined(
            conn, dana.customer_id, ("season",), since=later
        )


async def test_a_turn_finds_what_it_answers_without_reading_whole_tables(pool: Pool) -> None:
    """Asked in every turn, and by the sweep: an index leads to the customer's own rows."""
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        found = await conn.fetch(f"EXPLAIN {follow_up_answers._FOUND}", new_id(), NOW, ["SM1"])
        swept = await conn.fetch(f"EXPLAIN {follow_up_answers._NOTE}", NOW)
    for plan in (found, swept):
        read = "\n".join(row[0] for row in plan)
        assert "Index Scan" in read
        assert "Seq Scan" not in read


def test_a_model_is_told_what_the_words_may_answer_and_only_while_they_may() -> None:
    """One line of notes with our own words; nothing once the customer has written since."""
    followed = FollowedUp(
        id=FollowUpId(new_id()),
        cause="before_event",
        step="7d",
        key="",
        booking_id=None,
        quote_id=None,
        message_ids=(),
        external_ids=(),
        text="Is the number still right?",
        choices=("All as planned",),
        reached_at=NOW,
        is_open=True,
    )
    situation = Situation(
        conversation_id=ConversationId(new_id()),
        customer_id=CustomerId(new_id()),
        channel="sms",
        language="en",
        agent=None,
        waiting=(),
        transcript=(),
        quote=None,
        follow_up=followed,
    )
    told = "\n".join(entry.text for entry in conversation(situation))
    assert "before event 7d" in told
    assert "Is the number still right?" in told
    over = replace(situation, follow_up=replace(followed, is_open=False))
    assert "before event" not in "\n".join(entry.text for entry in conversation(over))
