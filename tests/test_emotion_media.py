"""A message with two recordings: what was read from the first alone is no reading of both."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from scoring_ground import NOW, Ear, calm, come_in, count, worker

from bot.domain import ConversationId, MessageId
from bot.language.embed import Encoder
from bot.language.emotion_input import Spoken
from bot.store import emotions, media_files, media_words
from bot.store.connection import Connection, Pool
from bot.store.unscored import CLAIM
from jobs.emotion_batches import read_waiting

FILE = f"""INSERT INTO media_files AS f (message_id, place, status, kind, key)
VALUES ($1, $2, 'kept', 'audio', $2::int::text) RETURNING {media_files.COLUMNS}"""
BOTH = "hi, it's me your chef burned my son"
REVIEW = """INSERT INTO emotion_reviews (message_id, source, ours, why)
VALUES ($1, 'unsure', '{}', 'unsure')"""
WAITS = """SELECT count(*) > 0 FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def write_down(conn: Connection, message: MessageId, place: int, words: str) -> str:
    row = await conn.fetchrow(FILE, message, place)
    assert row is not None
    file = media_files.to_file(row)
    return await media_words.write_words(conn, file, words=words, by="ears-1", at=NOW)


async def test_a_second_recording_has_the_whole_read_anew(pool: Pool, encoder: Encoder) -> None:
    """Its harm was dropped once: the same scorer had read the first one's greeting."""
    (told,) = await come_in(pool, "")
    ear = Ear()
    async with pool.acquire() as conn, conn.transaction():
        await write_down(conn, told, 0, "hi, it's me")
    await read_waiting(worker(pool, encoder, ear), calm)
    await pool.execute("INSERT INTO emotion_asks (message_id) VALUES ($1)", told)
    await pool.execute(REVIEW, told)
    async with pool.acquire() as conn, conn.transaction():
        assert await write_down(conn, told, 1, "") == ""
    assert await count(pool, "emotion_history") == 1, "nothing was understood, nothing changed"
    async with pool.acquire() as conn, conn.transaction():
        assert await write_down(conn, told, 2, "your chef burned my son") == BOTH
    for table in ("emotion_history", "emotion_asks", "emotion_reviews"):
        assert await count(pool, table) == 0, table
    await read_waiting(worker(pool, encoder, ear, NOW + CLAIM + timedelta(seconds=1)), calm)
    assert ear.texts == ["hi, it's me", BOTH]
    assert await count(pool, "emotion_history") == 1


async def test_a_reading_that_comes_while_the_words_change_is_none(pool: Pool) -> None:
    """The job has read the first recording; its line waits for the second one's words."""
    (told,) = await come_in(pool, "")
    async with pool.acquire() as conn, conn.transaction():
        await write_down(conn, told, 0, "hi, it's me")
    talk = ConversationId(await pool.fetchval("SELECT id FROM conversations"))
    (read,) = Ear().score([Spoken("hi, it's me")])

    async def keep() -> None:
        async with pool.acquire() as conn:
            await emotions.write_lines(conn, [(told, talk, read)], texts=["hi, it's me"])

    async with pool.acquire() as conn, conn.transaction():
        await write_down(conn, told, 1, "your chef burned my son")
        job = asyncio.create_task(keep())
        async with asyncio.timeout(10):
            while not (job.done() or await pool.fetchval(WAITS)):
                await asyncio.sleep(0.01)
    await job
    assert await count(pool, "emotion_history") == 0
