"""Histories as the database has them, and old messages read anew by another version.

Figures are the test's own scorers', so that nothing hangs on the model that ships.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from follow_up_ground import NOW, Somebody, somebody

from bot.clock import FrozenClock
from bot.domain import Author, Emotion, MessageId, Polarity, PrimaryEmotion
from bot.feelings import history
from bot.language.embed import Embedder, Encoder
from bot.language.emotion_input import Said, Spoken
from bot.language.intents import IntentReader
from bot.language.reader import Reader
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import rescorings, unscored
from bot.store.connection import Pool
from bot.store.rescorings import Rescoring
from handlers.commands.emotions_history import say_history
from jobs.assembly import build_deps
from jobs.base import JobDeps
from jobs.queue import Doorbell
from jobs.rescore_emotions import BATCH, due, go_on, job

HOUR = timedelta(hours=1)
ENDED = "SELECT count(*) = 1 FROM emotion_rescorings WHERE outcome = 'done'"


@dataclass
class Version:
    """A scorer that finds everything a little sad; `heard` is in its order."""

    name: str

    def __post_init__(self) -> None:
        self.heard: list[Spoken] = []

    def score(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        self.heard += spoken
        return [
            Emotion(
                primary=PrimaryEmotion.SAD,
                polarity=Polarity.NEGATIVE,
                intensity=0.25,
                confidence=0.8,
                scorer=self.name,
            )
            for _ in spoken
        ]


def worker(pool: Pool, encoder: Encoder, version: Version) -> JobDeps:
    clock, embedder = FrozenClock(NOW), Embedder(encoder)
    bot = build_deps(
        load_settings({}), load_profile(), pool=pool, clock=clock, channels={}, embedder=embedder
    )
    bot = replace(bot, reader=Reader(embedder, IntentReader.load(), version))
    return JobDeps(bot=bot, channels={}, desk=None, doorbell=Doorbell(None, clock))  # type: ignore[arg-type]  # Nobody answers the ring.


async def ask(pool: Pool, scorer: str, since_h: float | None = None) -> Rescoring:
    since = None if since_h is None else NOW - since_h * HOUR
    async with pool.acquire() as conn, conn.transaction():
        return await rescorings.ask(conn, scorer=scorer, since=since, now=NOW)


async def staff_wrote(who: Somebody, text: str, at: timedelta) -> None:
    told = await who.was_told(text, NOW + at)
    await who.pool.execute("UPDATE messages SET author = 'staff' WHERE id = $1", told)


async def test_a_customers_course_and_how_they_fared_after_our_answers(pool: Pool) -> None:
    dana = await somebody(pool, at=NOW - 9 * HOUR)
    other = await somebody(pool, name="Kai", at=NOW)
    await other.wrote("lovely", NOW, emotion="happy", intensity=0.9)
    first = await dana.wrote("nobody came", NOW - 8 * HOUR, emotion="angry", intensity=0.9)
    await dana.was_told("We are sorry", NOW - 7 * HOUR)
    await dana.was_told("Try our brunch", NOW - 7 * HOUR, unasked="win_back")
    await dana.wrote("and now?", NOW - 6 * HOUR, emotion="sad", intensity=0.6)
    await staff_wrote(dana, "The chef is at your door", -5 * HOUR)
    await dana.wrote("thank you!!", NOW - 4 * HOUR, emotion="happy", intensity=0.7)
    async with pool.acquire() as conn:
        found = await history.of_customer(conn, dana.customer_id)
        assert await history.of_conversation(conn, dana.conversation_id) == found
        one = await history.of_message(conn, first)
        assert await history.of_message(conn, MessageId(UUID(int=1))) is None
        span = await history.recoveries_between(conn, NOW - 9 * HOUR, NOW)
        late = await history.recoveries_between(conn, NOW - 7 * HOUR, NOW)
    assert [round(each.valence, 2) for each in found.felt] == [-0.9, -0.6, 0.7]
    assert found.trend.direction == "rising"
    assert found.trend.worst == one == found.felt[0]
    assert found.trend.lasted == 4 * HOUR
    assert [(each.author, each.outcome) for each in found.recoveries] == [
        (Author.BOT, "better"),
        (Author.STAFF, "better"),
    ]
    assert span == found.recoveries
    assert late == found.recoveries[1:], "the first outburst was before"
    page = say_history(found, ZoneInfo("UTC"))
    assert "3 messages read. Now +0." in page
    assert "Worst -0.90" in page
    assert "unhappy for 4 h 0 min" in page
    assert "staff" in page
    assert "nobody came" not in page, "figures, not words"


async def test_old_messages_are_read_by_a_new_version_and_the_old_readings_stay(
    pool: Pool, encoder: Encoder
) -> None:
    """Newest first, once, after what came before each; the new line counts from then on."""
    dana = await somebody(pool, at=NOW - 9 * HOUR)
    old = await dana.wrote("for twelve?", NOW - 8 * HOUR, emotion="angry", intensity=0.9)
    await dana.was_told("That is $720.", NOW - 8 * HOUR)
    new = await dana.wrote("great", NOW - 7 * HOUR, emotion="happy", intensity=0.9)
    version = Version("v2")
    deps = worker(pool, encoder, version)
    async with pool.acquire() as conn:
        assert await due(deps, conn) == [], "a new version alone starts nothing"
    going = await ask(pool, "v2")
    assert (going.total, going.read_count) == (2, 0)
    await job.run(deps)
    await job.run(deps)
    assert [each.text for each in version.heard] == ["great", "for twelve?"]
    assert version.heard[0].before == (Said(False, "for twelve?"), Said(True, "That is $720."))
    assert await pool.fetchval(ENDED)
    async with pool.acquire() as conn:
        found = await history.of_customer(conn, dana.customer_id)
        assert await due(deps, conn) == []
    assert [(each.message_id, each.emotion.scorer) for each in found.felt] == [
        (old, "v2"),
        (new, "v2"),
    ]
    assert [one.scorer for each in found.felt for one in each.older] == ["test", "test"]
    lately = "SELECT count(*) FROM emotion_history WHERE created_at > $1"
    assert await pool.fetchval(lately, NOW - 6 * HOUR) == 0, "no day is told of another's feelings"
    assert await pool.fetchval("SELECT count(*) FROM emotion_history WHERE rescored_at = $1", NOW)
    assert await pool.fetchval("SELECT count(*) FROM escalations") == 0


async def test_what_is_not_read_anew(pool: Pool, encoder: Encoder) -> None:
    """Before the asked day, of erased customers, without words, or read by a language model."""
    version = Version("v2")
    dana, gone = await somebody(pool), await somebody(pool)
    await dana.wrote("too old", NOW - 30 * HOUR, emotion="angry")
    await dana.wrote("wanted", NOW - 4 * HOUR, emotion="angry")
    wiped = await dana.wrote("wiped", NOW - 3 * HOUR, emotion="angry")
    await pool.execute("UPDATE messages SET text = '' WHERE id = $1", wiped)
    by_model = await dana.wrote("by a model", NOW - 2 * HOUR, emotion="angry")
    await pool.execute(
        "UPDATE emotion_history SET scorer = 'model:x' WHERE message_id = $1", by_model
    )
    await gone.wrote("erased", NOW - HOUR, emotion="angry")
    await pool.execute("UPDATE customers SET erased_at = $2 WHERE id = $1", gone.customer_id, NOW)
    assert (await ask(pool, "v2", since_h=24)).total == 1
    await job.run(worker(pool, encoder, version))
    assert [each.text for each in version.heard] == ["wanted"]
    assert await pool.fetchval(ENDED)


async def test_fresh_messages_come_first_and_a_killed_rescoring_goes_on(
    pool: Pool, encoder: Encoder
) -> None:
    dana = await somebody(pool, at=NOW - 9 * HOUR)
    count = 2 * BATCH + 5
    for place in range(count):
        await dana.wrote(f"message {place}", NOW - place * HOUR / 60, emotion="happy")
    fresh = await dana.wrote("fresh", NOW)
    await pool.execute("UPDATE messages SET scored = false WHERE id = $1", fresh)
    await ask(pool, "v2")
    version = Version("v2")
    deps = worker(pool, encoder, version)
    await job.run(deps)
    async with pool.acquire() as conn:
        assert await due(deps, conn) == []
    assert version.heard == []
    await pool.execute("UPDATE messages SET scored = true WHERE id = $1", fresh)
    steps = go_on(deps.bot)
    step = await anext(steps)
    assert (step.read_count, len(version.heard)) == (BATCH, BATCH)
    await steps.aclose()
    # Another worker, and one beside it, go on where that one was killed.
    others = [Version("v2"), Version("v2")]
    await asyncio.gather(*(job.run(worker(pool, encoder, each)) for each in others))
    assert sum(len(each.heard) for each in others) == count + 1 - BATCH
    assert not {each.text for each in others[0].heard} & {each.text for each in version.heard}
    assert await pool.fetchval(ENDED)


async def test_one_message_that_nobody_can_act_on_does_not_hold_it_up(
    pool: Pool, encoder: Encoder
) -> None:
    """An alarm that cannot be delivered is tried again for an hour and a half."""
    dana = await somebody(pool, at=NOW - 9 * HOUR)
    await dana.wrote("old", NOW - 8 * HOUR, emotion="happy")
    stuck = await dana.wrote("nobody came", NOW, emotion="angry")
    await pool.execute("UPDATE messages SET scored = false WHERE id = $1", stuck)
    await ask(pool, "v2")
    version = Version("v2")
    deps = worker(pool, encoder, version)
    async with pool.acquire() as conn:
        assert await due(deps, conn) == [], "it may be the first time that it is read"
        await unscored.put_off(conn, stuck, now=NOW)
        assert await due(deps, conn) == [{}]
    await job.run(deps)
    assert [each.text for each in version.heard] == ["old"]
    assert await pool.fetchval(ENDED)


async def test_asked_twice_it_goes_on_and_another_version_takes_its_place(
    pool: Pool, encoder: Encoder
) -> None:
    dana = await somebody(pool, at=NOW - 9 * HOUR)
    await dana.wrote("hello", NOW - HOUR, emotion="happy")
    first = await ask(pool, "v2", since_h=24)
    assert await ask(pool, "v2", since_h=12) == first, "it is contained already"
    wider = await ask(pool, "v2")
    assert wider.id != first.id
    both = await asyncio.gather(ask(pool, "v3"), ask(pool, "v3"))
    assert both[0] == both[1]
    old = Version("v2")
    await job.run(worker(pool, encoder, old))
    assert old.heard == [], "a worker of the old version leaves it to the new ones"
    new = Version("v3")
    await job.run(worker(pool, encoder, new))
    assert [each.text for each in new.heard] == ["hello"]
    outcomes = await pool.fetch("SELECT outcome FROM emotion_rescorings ORDER BY id")
    assert [row["outcome"] for row in outcomes] == ["replaced", "replaced", "done"]
