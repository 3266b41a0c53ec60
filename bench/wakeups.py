"""How soon an idle worker begins after a commit, and what our wrapper around arq costs a job.

The commit and the claim are both timed by the database, by two triggers that exist only here.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from statistics import median

import asyncpg
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import default_queue_name, job_key_prefix
from arq.jobs import serialize_job

from bench.report import Line, Table, paired, percentile, spread
from bench.rig import Rig, Running, in_turn, open_stand_ins, product_environment, until
from bot.clock import SystemClock
from handlers.sandbox.server import StandIns
from jobs.queue import Doorbell, connect

MESSAGES = 40
JOBS = 1500
PAIRS = 3
HEAD_START_S = 1.5
SETTLES_WITHIN_S = 40.0
"""Longer than the sweep takes to find a message whose wake-up was lost."""
WAKE_AIM_MS = 40.0
JOBS_AIM = 0.85
BARE_QUEUE = "bench:bare"

# A deferred trigger runs when its transaction commits, after everything else in it.
WATCH = """
CREATE TABLE moments (conversation_id uuid, what text, at timestamptz);
CREATE FUNCTION note_moment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'messages' THEN
    INSERT INTO moments VALUES (NEW.conversation_id, 'committed', clock_timestamp());
  ELSE
    INSERT INTO moments VALUES (NEW.id, 'claimed', clock_timestamp());
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.direction = 'inbound') EXECUTE FUNCTION note_moment();
CREATE TRIGGER note_claim AFTER UPDATE OF lease_token ON conversations
  FOR EACH ROW WHEN (NEW.lease_token > OLD.lease_token) EXECUTE FUNCTION note_moment();
"""

GAPS = """SELECT extract(epoch FROM min(at) FILTER (WHERE what = 'claimed')
  - min(at) FILTER (WHERE what = 'committed')) * 1000 AS ms
FROM moments GROUP BY conversation_id"""

SETTLED = """SELECT count(*) = $1 AND bool_and(status NOT IN ('received', 'queued', 'sending'))
FROM messages WHERE direction = 'inbound'"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Lone messages first, then many jobs that do nothing."""
    await rig.flush_redis()
    async with open_stand_ins() as stand_ins:
        database = await rig.database("wakeups")
        env = product_environment(rig, database, stand_ins)
        async with rig.service("serve", env=env), rig.worker(env) as worker:
            gaps = await _wake(database, stand_ins, worker)
        # Without a desk the job that posts cards has nothing to do and returns at once.
        deskless = {name: value for name, value in env.items() if not name.startswith("SLACK_")}
        wrapped, bare = await _many_jobs(rig, deskless)
    return (_table(gaps, wrapped, bare),)


async def _wake(database: str, stand_ins: StandIns, worker: Running) -> list[float]:
    """One message at a time, each from a new customer, at any phase of the worker's polling."""
    dice = random.Random(40)
    conn = await asyncpg.connect(database)
    try:
        await conn.execute(WATCH)
        for number in range(MESSAGES):
            customer = f"+1415555{number:04d}"
            await stand_ins.twilio.customer_sends("sms", customer, "Do you do parties?")
            async with asyncio.timeout(SETTLES_WITHIN_S):
                while not await conn.fetchval(SETTLED, number + 1):
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05 + dice.random() / 20)
        return [float(row["ms"]) for row in await conn.fetch(GAPS)]
    except TimeoutError as error:
        raise RuntimeError(
            f"a message was not answered: {worker.log.read_text()[-800:]}"
        ) from error
    finally:
        await conn.close()


async def _many_jobs(rig: Rig, env: Mapping[str, str]) -> tuple[list[float], list[float]]:
    """Jobs a second of a worker of ours and of a bare one, both of which run throughout."""
    await rig.flush_redis()
    url = rig.stores.redis_url
    async with rig.worker(env), rig.module("bench.bare_worker", url, BARE_QUEUE) as bare:
        await until(bare, lambda: "ready" in bare.log.read_text())
        ours, theirs = await connect(url), await create_pool(RedisSettings.from_dsn(url))
        found: dict[str, list[float]] = {"wrapped": [], "bare": []}
        for name in ("wrapped", "bare", *in_turn(("wrapped", "bare"), PAIRS)):
            run = _wrapped(ours) if name == "wrapped" else _bare(theirs)
            found[name].append(await run)
        await ours.aclose()
        await theirs.aclose()
    return found["wrapped"][1:], found["bare"][1:]


async def _wrapped(redis: ArqRedis) -> float:
    doorbell = Doorbell(redis, SystemClock())
    doorbell.start()
    due_s = time.time() + HEAD_START_S
    for number in range(JOBS):
        delay_s = due_s - time.time()
        doorbell.ring("escalate", f"bench-{number}", delay_s=delay_s, escalation_id="bench")
    rate = await _rate(redis, default_queue_name, due_s)
    await doorbell.close()
    return rate


async def _bare(redis: ArqRedis) -> float:
    due_s = time.time() + HEAD_START_S
    due_ms = int(due_s * 1000)
    pipeline = redis.pipeline(transaction=False)
    for number in range(JOBS):
        payload = serialize_job("nothing", (), {}, None, due_ms)
        pipeline.set(f"{job_key_prefix}bare-{number}", payload, px=60_000)
        pipeline.zadd(BARE_QUEUE, {f"bare-{number}": due_ms})
    await pipeline.execute()
    return await _rate(redis, BARE_QUEUE, due_s)


async def _rate(redis: ArqRedis, queue: str, due_s: float) -> float:
    """Jobs a second from the moment they are all due until none of them is left."""
    while await _left(redis, queue, due_s) < JOBS:
        if time.time() > due_s:
            raise RuntimeError("the jobs were not all queued before they were due")
        await asyncio.sleep(0.01)
    async with asyncio.timeout(60.0):
        while await _left(redis, queue, due_s):
            await asyncio.sleep(0.01)
    return JOBS / (time.time() - due_s)


async def _left(redis: ArqRedis, queue: str, due_s: float) -> int:
    """Our jobs only: the worker's own, which are due at other moments, are not waited for."""
    due_ms = int(due_s * 1000)
    return int(await redis.zcount(queue, due_ms - 300, due_ms + 300))


def _table(gaps: list[float], wrapped: list[float], bare: list[float]) -> Table:
    rates = paired(wrapped, bare)
    return Table(
        title="Waking a worker",
        lines=(
            Line(
                what=f"commit to claim, idle worker, p50 of {len(gaps)}, ms",
                measured=f"{median(gaps):.1f}",
                aim=f"< {WAKE_AIM_MS:.0f} ms",
                met=median(gaps) < WAKE_AIM_MS,
            ),
            Line(what="the same, worst, ms", measured=f"{percentile(gaps, 1.0):.1f}"),
            Line(
                what="jobs that do nothing, a second",
                measured=spread(wrapped, 0),
                compared=spread(bare, 0),
                ratio=spread(rates),
                aim=f">= {JOBS_AIM}",
                met=median(rates) >= JOBS_AIM,
            ),
        ),
        notes=(f"compared with bare arq, max_jobs=100 and poll_delay=0.01; {JOBS} jobs a round",),
    )
