"""How a customer feels decides what they are asked: by what they said, rated, complained of."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from follow_up_ground import NOW, Somebody, somebody
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.domain_booking import BookingId
from bot.domain_follow_ups import Feeling
from bot.follow_ups.feeling import read_feeling, weigh, why_feeling
from bot.store import feelings
from bot.store.connection import Pool
from bot.store.feelings import Rating, Reading, Traces, Trouble

HAPPY, NEUTRAL, UNHAPPY = Feeling.HAPPY, Feeling.NEUTRAL, Feeling.UNHAPPY
HOUR = timedelta(hours=1)
EVENT = NOW - timedelta(days=2)
_ESCALATION = """INSERT INTO escalations (conversation_id, reason, status, created_at, resolved_at,
  outcome) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"""
_FEEDBACK = """INSERT INTO feedback (customer_id, booking_id, rating, created_at)
VALUES ($1, $2, $3, $4)"""


def sounds(
    polarity: str, intensity: float, hours: float, *, about: bool = False, sure: float = 0.9
) -> Reading:
    """Something said so many hours ago."""
    primary = {"positive": "happy", "negative": "angry", "neutral": "neutral"}[polarity]
    emotion = Emotion(
        primary=PrimaryEmotion(primary),
        polarity=Polarity(polarity),
        intensity=intensity,
        confidence=sure,
        scorer="test",
    )
    return Reading(emotion=emotion, at=NOW - hours * HOUR, is_about=about)


def felt(*readings: Reading, ratings: tuple[Rating, ...] = ()) -> Feeling:
    newest = tuple(sorted(readings, key=lambda each: each.at, reverse=True))
    return weigh(Traces(readings=newest, ratings=ratings), NOW).feeling


def stars(count: int, hours: float, *, about: bool = True) -> Rating:
    return Rating(stars=count, at=NOW - hours * HOUR, is_about=about)


def test_words_tell_and_the_newest_and_surest_the_most() -> None:
    assert felt() is NEUTRAL
    assert felt(sounds("positive", 0.8, 5)) is HAPPY
    assert felt(sounds("negative", 0.5, 5)) is UNHAPPY
    assert felt(sounds("neutral", 0.0, 5)) is NEUTRAL
    assert felt(sounds("negative", 0.5, 24 * 20), sounds("positive", 0.8, 2)) is HAPPY
    assert felt(sounds("positive", 0.9, 24 * 20), sounds("negative", 0.5, 2)) is UNHAPPY
    # Beside a sure word an unsure one weighs little.
    assert felt(sounds("positive", 0.8, 5), sounds("negative", 0.9, 4, sure=0.2)) is HAPPY


def test_one_sore_word_stands_until_a_glad_one_comes() -> None:
    """A "thanks, ok" after it makes nobody less angry."""
    many = [sounds("positive", 0.8, 100 + hour, about=True) for hour in range(9)]
    assert felt(*many, sounds("negative", 0.8, 10), sounds("neutral", 0, 9)) is UNHAPPY
    glad = sounds("positive", 0.9, 8, about=True)
    assert felt(*many, sounds("negative", 0.8, 10), glad) is HAPPY


def test_what_is_said_after_the_event_outweighs_what_was_said_before() -> None:
    before = [sounds("positive", 0.9, 60 + hour) for hour in range(5)]
    assert felt(*before, sounds("negative", 0.4, 5, about=True)) is UNHAPPY
    assert felt(*before, sounds("neutral", 0, 5, about=True)) is NEUTRAL


def test_a_rating_counts_more_than_words_unless_trouble_came_after_it() -> None:
    grumble = sounds("negative", 0.5, 30)
    assert felt(grumble, ratings=(stars(5, 20),)) is HAPPY
    assert felt(sounds("positive", 0.9, 30), ratings=(stars(2, 20),)) is UNHAPPY
    assert felt(sounds("positive", 0.9, 1), ratings=(stars(1, 20),)) is UNHAPPY
    assert felt(ratings=(stars(3, 20),)) is NEUTRAL
    assert felt(sounds("negative", 0.9, 2), ratings=(stars(5, 20),)) is UNHAPPY
    elsewhere = stars(5, 1, about=False)
    assert felt(ratings=(elsewhere, stars(1, 20))) is UNHAPPY


def test_a_settled_complaint_hurts_for_a_month_or_until_they_sound_glad() -> None:
    def after(days: float, *readings: Reading) -> Feeling:
        ended = NOW - timedelta(days=days)
        trouble = Trouble(at=ended - HOUR, resolved_at=ended)
        return weigh(Traces(readings=readings, troubles=(trouble,)), NOW).feeling

    assert after(29) is UNHAPPY
    assert after(31) is NEUTRAL
    assert after(2, sounds("positive", 0.8, 5)) is HAPPY
    assert after(2, sounds("positive", 0.8, 72)) is UNHAPPY, "that was before it was settled"
    assert after(2, sounds("neutral", 0.0, 5)) is UNHAPPY


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["positive", "negative", "neutral"]),
            st.floats(0, 1),
            st.floats(-5, 2000),
            st.booleans(),
            st.floats(0, 1),
        ),
        max_size=12,
    )
)
def test_any_traces_come_to_a_feeling_and_praise_alone_never_to_unhappiness(
    told: list[tuple[str, float, float, bool, float]],
) -> None:
    """Also with clocks that differ, nothing sure and weights of nothing."""
    readings = [sounds(p, i, h, about=a, sure=s) for p, i, h, a, s in told]
    result = felt(*readings)
    polarities = {each[0] for each in told}
    assert result is not UNHAPPY or "negative" in polarities
    assert result is not HAPPY or "positive" in polarities


async def escalate(
    who: Somebody, at: datetime, ended: datetime | None, *, reason: str = "complaint", how: str = ""
) -> UUID:
    status = "resolved" if ended else "open"
    told = (who.conversation_id, reason, status, at, ended, how or None)
    found: UUID = await who.pool.fetchval(_ESCALATION, *told)
    return found


async def reads(
    who: Somebody, *, booking: BookingId | None = None, at: datetime = NOW
) -> tuple[Feeling, str]:
    async with who.pool.acquire() as conn:
        found = await why_feeling(conn, who.customer_id, booking_id=booking, at=at)
        assert found.feeling is await read_feeling(conn, who.customer_id, booking_id=booking, at=at)
    return found.feeling, found.why


async def test_a_feeling_is_read_from_rows_as_of_a_moment(pool: Pool) -> None:
    """A dry run over the past counts nothing that was said, rated or settled later."""
    ann = await somebody(pool)
    booking = await ann.booked(EVENT, at=NOW - timedelta(days=20))
    assert await reads(ann, booking=booking) == (NEUTRAL, "nothing tells how they feel")
    await ann.wrote("can't wait!", EVENT - 50 * HOUR, emotion="happy")
    await ann.wrote("it was cold", EVENT + 4 * HOUR, emotion="angry", intensity=0.5)
    assert (await reads(ann, booking=booking))[0] is UNHAPPY
    assert (await reads(ann, booking=booking, at=EVENT))[0] is HAPPY
    _, why = await reads(ann, booking=booking)
    assert "angry 0.5" in why
    assert "cold" not in why, "no word of the customer's goes where it would outlive them"
    await pool.execute(_FEEDBACK, ann.customer_id, booking, 5, NOW - HOUR)
    assert await reads(ann, booking=booking) == (HAPPY, "rated us 5 of 5, 1 h ago")
    assert (await reads(ann, booking=booking, at=NOW - 2 * HOUR))[0] is UNHAPPY

    ben = await somebody(pool)
    await escalate(ben, NOW - 50 * HOUR, NOW - 40 * HOUR, how="apologised")
    assert (await reads(ben))[0] is UNHAPPY
    assert (await reads(ben, at=NOW - 45 * HOUR))[1].startswith("a complaint is open")
    await ben.wrote("thank you so much", NOW - 30 * HOUR, emotion="happy")
    assert (await reads(ben))[0] is HAPPY
    await escalate(ben, NOW - 3 * HOUR, None, reason="emotion")
    assert (await reads(ben))[1] == "a complaint is open, 3 h ago"


@pytest.mark.parametrize(("reason", "how"), [("complaint", "not_needed"), ("asked_for_person", "")])
async def test_what_was_no_complaint_is_held_against_nobody(
    pool: Pool, reason: str, how: str
) -> None:
    """Somebody else's complaint neither."""
    cleo, other = await somebody(pool), await somebody(pool)
    await escalate(cleo, NOW - 9 * HOUR, NOW - 8 * HOUR, reason=reason, how=how or "answered")
    await escalate(other, NOW - 9 * HOUR, None)
    assert (await reads(cleo))[0] is NEUTRAL
    assert (await reads(other))[0] is UNHAPPY


async def test_who_left_in_anger_is_offered_nothing_after_a_quiet_season(pool: Pool) -> None:
    """I6: a season's offer goes after 60 silent days, which was as far as a feeling was read."""
    day = timedelta(days=1)
    gil, hal = await somebody(pool), await somebody(pool)
    ended = NOW - 100 * day
    booking = await gil.booked(ended, at=ended - 20 * day)
    await gil.wrote("never again", ended + day, emotion="angry", intensity=0.8)
    await hal.wrote("so good!", NOW - 190 * day, emotion="happy")
    await pool.execute(_FEEDBACK, hal.customer_id, None, 1, NOW - 180 * day)
    assert (await reads(gil))[0] is UNHAPPY
    assert (await reads(hal))[0] is UNHAPPY
    # An event of today is not judged by what was said when it was planned long ago.
    assert (await reads(gil, booking=booking))[0] is NEUTRAL


async def test_a_feeling_is_read_by_index_however_much_was_said(pool: Pool) -> None:
    """It is read for everybody who is written to: where no index serves, a plan reads a table."""
    dana = await somebody(pool)
    told = (dana.customer_id, NOW, NOW - timedelta(days=60))
    questions = (
        (feelings._READINGS, (*told, 60, None)),
        (feelings._RATINGS, (*told, None)),
        (feelings._TROUBLES, (*told, ["complaint"])),
    )
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        for query, arguments in questions:
            rows = await conn.fetch(f"EXPLAIN {query}", *arguments)
            plan = "\n".join(row[0] for row in rows)
            assert "Index" in plan
            assert "Seq Scan" not in plan, plan
