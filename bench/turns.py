"""From a customer's webhook to the reply in the vendor's hands, with the offline model.

Real web process and real worker; the stand-in for the vendor takes the reply over HTTP. The burst
window is zero, because waiting for the rest of a thought is a choice and no cost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from statistics import median

import asyncpg

from bench.report import Line, Table, percentile
from bench.rig import Rig, open_stand_ins, product_environment
from handlers.sandbox.server import StandIns

CUSTOMERS = 60
WARM_UP = 5
CROWD = 120
AIM_MS = 150.0
OVERHEAD_AIM_MS = 40.0
ASKS = (
    "Hi, how much is it for 12 people?",
    "What is included in the price?",
    "¿Cuánto cuesta para 15 personas?",
    "Do you bring your own tables and chairs?",
    "我们有10个人，要多少钱？",
    "What happens if it rains on the day?",
)

STEPS = """SELECT step ->> 'name' AS name,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY (step ->> 'ms')::float8) AS ms
FROM turns, jsonb_array_elements(trace) AS step GROUP BY 1 ORDER BY 2 DESC"""


BESIDES_THE_MODEL = """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM (
  SELECT t.id, sum((step ->> 'ms')::float8) AS ms
  FROM turns t, jsonb_array_elements(t.trace) AS step
  WHERE step ->> 'name' NOT IN ('model', 'burst window') GROUP BY t.id) AS spent"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Customers one after another, then a crowd at once."""
    await rig.flush_redis()
    async with open_stand_ins() as stand_ins:
        database = await rig.database("turns")
        env = product_environment(rig, database, stand_ins)
        async with rig.service("serve", env=env), rig.worker(env):
            for number in range(WARM_UP):
                await _ask(stand_ins, f"+1415556{number:04d}", ASKS[number % len(ASKS)])
            lone = [
                await _ask(stand_ins, f"+1415557{number:04d}", ASKS[number % len(ASKS)])
                for number in range(CUSTOMERS)
            ]
            steps, overhead_ms = await _steps(database)
            per_second = await _crowd(stand_ins)
    return (_table(lone, steps, overhead_ms, per_second),)


async def _ask(stand_ins: StandIns, number: str, text: str) -> float:
    """Milliseconds from sending a text to the first reply at the vendor."""
    began_s = time.perf_counter()
    await stand_ins.twilio.customer_sends("sms", number, text)
    await stand_ins.twilio.wait_for(
        lambda message: not message.inbound and message.customer == number, timeout_s=60.0
    )
    return (time.perf_counter() - began_s) * 1000.0


async def _crowd(stand_ins: StandIns) -> float:
    """Turns a second when that many customers write at the same moment."""
    numbers = [f"+1415558{number:04d}" for number in range(CROWD)]
    began_s = time.perf_counter()
    await asyncio.gather(
        *(_ask(stand_ins, number, ASKS[at % len(ASKS)]) for at, number in enumerate(numbers))
    )
    return CROWD / (time.perf_counter() - began_s)


async def _steps(database: str) -> tuple[Mapping[str, float], float]:
    """The median of each step, and of all of a turn's but the model, in milliseconds."""
    conn = await asyncpg.connect(database)
    rows = await conn.fetch(STEPS)
    overhead_ms: float = await conn.fetchval(BESIDES_THE_MODEL)
    await conn.close()
    return {row["name"]: row["ms"] for row in rows}, overhead_ms


def _table(
    lone: Sequence[float], steps: Mapping[str, float], overhead_ms: float, per_second: float
) -> Table:
    shown = ", ".join(f"{name} {ms:.1f}" for name, ms in steps.items() if ms >= 0.05)
    return Table(
        title="From webhook to reply",
        lines=(
            Line(
                what=f"p50 of {len(lone)} customers one after another, ms",
                measured=f"{median(lone):.0f}",
                aim=f"< {AIM_MS:.0f} ms",
                met=median(lone) < AIM_MS,
            ),
            Line(what="p95 of the same, ms", measured=f"{percentile(lone, 0.95):.0f}"),
            Line(
                what="a turn besides the model and the burst window, p50, ms",
                measured=f"{overhead_ms:.1f}",
                aim=f"< {OVERHEAD_AIM_MS:.0f} ms",
                met=overhead_ms < OVERHEAD_AIM_MS,
            ),
            Line(what=f"turns a second, {CROWD} customers at once", measured=f"{per_second:.1f}"),
        ),
        notes=(f"a turn's steps, median milliseconds: {shown}",),
    )
