"""What an alarm does to what a customer is sent unasked: no sale, no link, and a word that asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from cause_ground import HOUR, found, looked, of, planned
from follow_up_ground import NOW, Somebody, somebody
from test_follow_up_feeling import escalate, sounds, stars

from bot.domain import MessageId
from bot.domain_follow_ups import Feeling, Matter
from bot.follow_ups.feeling import Felt, weigh, why_feeling
from bot.store.connection import Pool
from bot.store.feelings import Reading, Rung, Traces

ALARM = """INSERT INTO emotion_alarms (message_id, conversation_id, trigger, severity, act,
  explanation, escalation_id, created_at) VALUES ($1, $2, $3, 'normal', $4, 'angry 0.5', $5, $6)"""
HAPPY, NEUTRAL, UNHAPPY = Feeling.HAPPY, Feeling.NEUTRAL, Feeling.UNHAPPY
RANG = Rung(trigger="falling", at=NOW - 10 * HOUR)


def after(*readings: Reading, rung: Rung = RANG, rated: int = 0) -> Felt:
    newest = tuple(sorted(readings, key=lambda each: each.at, reverse=True))
    ratings = (stars(rated, 2),) if rated else ()
    return weigh(Traces(readings=newest, ratings=ratings, alarms=(rung,)), NOW)


def test_an_alarm_without_a_good_end_leaves_them_unhappy_and_says_which() -> None:
    told = after(sounds("neutral", 0, 5))
    assert told.feeling is UNHAPPY
    assert told.why == "an alarm (falling) rang 10 h ago, and it came to no good end since"
    assert after(sounds("positive", 0.8, 20)).feeling is UNHAPPY, "that was before it"
    assert after(rung=replace(RANG, is_with_staff=True)).feeling is UNHAPPY
    assert after(rung=replace(RANG, at=NOW - timedelta(days=31))).feeling is NEUTRAL


def test_a_glad_word_a_good_rating_or_a_calm_talk_ends_it() -> None:
    assert after(sounds("positive", 0.8, 5)).feeling is HAPPY
    assert after(rated=5).feeling is HAPPY
    assert after(rated=3).feeling is UNHAPPY
    calm = (sounds("neutral", 0, 5), sounds("neutral", 0, 4))
    assert after(*calm).feeling is NEUTRAL
    assert after(*calm, sounds("negative", 0.4, 3)).feeling is UNHAPPY
    settled = replace(RANG, settled_at=NOW - 8 * HOUR)
    assert after(*calm, rung=settled).feeling is UNHAPPY, "for what staff settled, calm is little"
    assert after(sounds("positive", 0.8, 9), rung=settled).feeling is UNHAPPY


def test_icy_words_for_a_manager_weigh_as_sore_ones_and_old_readings_as_before() -> None:
    def grave(reading: Reading, escalates: float = 0.8) -> Reading:
        return replace(reading, emotion=replace(reading.emotion, escalate=escalates))

    praise = [sounds("positive", 0.8, 100 + hour, about=True) for hour in range(9)]
    icy = sounds("negative", 0.3, 10)
    assert weigh(Traces(readings=(icy, *praise)), NOW).feeling is HAPPY
    told = weigh(Traces(readings=(grave(icy), *praise)), NOW)
    assert told.feeling is UNHAPPY
    assert "(for a manager)" in told.why
    glad = grave(sounds("positive", 0.8, 5))
    assert weigh(Traces(readings=(glad,)), NOW).feeling is HAPPY
    assert weigh(Traces(readings=(grave(icy, 0.4), *praise)), NOW).feeling is HAPPY


def test_a_talk_that_goes_down_step_by_step_ends_unhappy() -> None:
    down = (sounds("negative", 0.4, 1), sounds("neutral", 0, 2), sounds("positive", 0.9, 3))
    told = weigh(Traces(readings=down), NOW)
    assert told.feeling is UNHAPPY
    assert told.why.startswith("each message sounded worse: happy 0.9 3 h ago, then neutral")
    long_ago = (down[0], down[1], sounds("positive", 0.9, 24 * 3 + 2))
    assert weigh(Traces(readings=long_ago), NOW).feeling is not UNHAPPY
    up = (sounds("positive", 0.9, 1), sounds("neutral", 0, 2), sounds("negative", 0.4, 3))
    assert weigh(Traces(readings=up), NOW).feeling is not UNHAPPY


# ── From rows ───────────────────────────────────────────────────────────────────────────────


async def rings(
    who: Somebody,
    message: MessageId,
    at: datetime,
    *,
    trigger: str = "falling",
    escalation: UUID | None = None,
) -> None:
    act = "hand_over" if escalation else "tell"
    told = (message, who.conversation_id, trigger, act, escalation, at)
    await who.pool.execute(ALARM, *told)


async def feels(who: Somebody, at: datetime = NOW) -> Felt:
    async with who.pool.acquire() as conn:
        return await why_feeling(conn, who.customer_id, at=at)


async def test_alarms_are_read_as_of_a_moment_and_a_false_one_not_at_all(pool: Pool) -> None:
    ann = await somebody(pool)
    said = await ann.wrote("hm", NOW - 20 * HOUR)
    await rings(ann, said, NOW - 20 * HOUR)
    assert (await feels(ann, NOW - 21 * HOUR)).feeling is NEUTRAL
    assert (await feels(ann)).feeling is UNHAPPY

    bob = await somebody(pool)
    said = await bob.wrote("hm", NOW - 20 * HOUR)
    opened = await escalate(
        bob, NOW - 20 * HOUR, NOW - 10 * HOUR, reason="asked_for_person", how="not_needed"
    )
    await rings(bob, said, NOW - 20 * HOUR, trigger="unanswered", escalation=opened)
    told = await feels(bob, NOW - 15 * HOUR)
    assert told.why == "an alarm (unanswered) rang 5 h ago, and people have the conversation"
    assert (await feels(bob)).feeling is NEUTRAL, "staff said that it was nothing"


async def test_a_bad_exchange_that_nobody_took_over_is_asked_about_once(pool: Pool) -> None:
    """I2: falling or unanswered, then a curt last word: a check-in for that word, on every pass."""
    ann, bob, cat, dan = [await somebody(pool) for _ in range(4)]
    then = NOW - 30 * HOUR
    for who in (ann, bob, cat, dan):
        said = await who.wrote("and nobody answers me", then, emotion="angry", intensity=0.5)
        await rings(who, said, then + timedelta(seconds=2))
    last = await ann.wrote("fine.", then + HOUR, emotion="neutral", intensity=0.05)
    await bob.wrote("ah, got it, thank you so much!", then + HOUR, emotion="happy")
    await escalate(cat, then + HOUR, None)
    await dan.pool.execute(
        """INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
        author, text, status, purpose, sent_at, created_at) VALUES ($1, $2, 'outbound', 'sms',
        'of staff', 'staff', 'Dana here', 'sent', 'conversational', $3, $3)""",
        dan.conversation_id,
        dan.address_id,
        then + HOUR,
    )
    plans = await found(pool, "check_in", then - HOUR, NOW)
    (plan,) = of(plans, ann)
    assert (of(plans, bob), of(plans, cat), of(plans, dan)) == ([], [], [])
    assert "alarm (falling)" in plan.because
    assert "nobody answers" not in plan.because
    assert plan.key == f"talk:{ann.conversation_id}:{last}:check_in"
    (owed,) = await planned(pool, plan)
    assert of(await found(pool, "check_in", then - HOUR, NOW), ann) == [], "planned already"
    assert isinstance(await looked(pool, owed, NOW), Matter)
    await ann.wrote("hello again", NOW - HOUR)
    assert not isinstance(await looked(pool, owed, NOW), Matter)


async def test_one_exchange_that_is_bad_both_ways_gives_one_check_in(pool: Pool) -> None:
    ann = await somebody(pool)
    then = NOW - 30 * HOUR
    said = await ann.wrote("this is awful", then, emotion="angry", intensity=0.68)
    await rings(ann, said, then + timedelta(seconds=2))
    assert len(of(await found(pool, "check_in", then - HOUR, NOW), ann)) == 1
