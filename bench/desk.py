"""From a customer's outburst to the card at the desk, and from staff's words to the outbox.

Real web process and real worker, offline model; the stand-in for Slack takes the cards over HTTP
and sends what staff press and write, signed. Storms are switched off: each customer gets a card.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import asyncpg

from bench.report import Line, Table, percentile
from bench.rig import Rig, open_stand_ins, product_environment
from bot.profile import profile_folder
from handlers.sandbox.desk_channel import DeskMessage
from handlers.sandbox.server import StandIns

CUSTOMERS = 40
WARM_UP = 3
OUTBURST = "This is outrageous, nobody ever showed up and you ruined my daughter's birthday!"
ANSWER = "I am so sorry. I am looking into it right now."
STAFF = "U0DANA"
CARD_AIM_S = 10.0
WORDS_AIM_S = 1.0

WRITTEN = """SELECT w.id, extract(epoch FROM m.due_at - w.created_at)::float8 AS undo_s
FROM desk_words w JOIN desk_word_parts p ON p.words_id = w.id JOIN messages m ON m.id = p.message_id
WHERE w.desk_ts = $1 ORDER BY m.seq LIMIT 1"""
UNSENT = """SELECT count(*) FROM messages
WHERE author = 'staff' AND status IN ('queued', 'sending')"""
LEFT_AFTER = """SELECT extract(epoch FROM sent_at - due_at)::float8 FROM messages
WHERE author = 'staff' AND status NOT IN ('queued', 'sending') AND sent_at IS NOT NULL"""


async def measure(rig: Rig) -> tuple[Table, ...]:
    """Customers one after another; each is claimed and answered."""
    await rig.flush_redis()
    async with open_stand_ins() as stand_ins:
        database = await rig.database("desk")
        env = product_environment(rig, database, stand_ins, BUSINESS_PROFILE=str(_calm(rig)))
        async with rig.service("serve", env=env), rig.worker(env):
            conn = await asyncpg.connect(database)
            cards, words = [], []
            for number in range(WARM_UP + CUSTOMERS):
                card_s, card = await _card(stand_ins, f"+1415559{number:04d}")
                cards.append(card_s)
                words.append(await _answer(stand_ins, conn, card))
            left = await _departures(conn)
            await conn.close()
    return (_table(cards[WARM_UP:], words[WARM_UP:], left),)


def _calm(rig: Rig) -> Path:
    """The profile without bundles, so that every escalation has a card of its own to wait for."""
    folder = rig.folder / "calm"
    shutil.copytree(profile_folder(), folder)
    profile = folder / "profile.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("storm_cards = 6 ", "storm_cards = 10000 "), encoding="utf-8")
    return folder


async def _card(stand_ins: StandIns, number: str) -> tuple[float, DeskMessage]:
    began_s = time.perf_counter()
    await stand_ins.twilio.customer_sends("sms", number, OUTBURST)
    card = await stand_ins.slack.wait_for(
        lambda message: not message.thread_ts and number in str(message.blocks), timeout_s=60.0
    )
    return time.perf_counter() - began_s, card


async def _answer(stand_ins: StandIns, conn: asyncpg.Connection, card: DeskMessage) -> float:
    """Seconds from staff's message to the committed row of the outbox."""
    await stand_ins.slack.staff_presses(card.ts, "claim", user=STAFF)
    began_s = time.perf_counter()
    written = asyncio.create_task(
        stand_ins.slack.staff_writes(ANSWER, thread_ts=card.ts, user=STAFF)
    )
    row = None
    async with asyncio.timeout(30.0):
        while row is None:
            mine = [
                m for m in stand_ins.slack.messages if (m.user, m.thread_ts) == (STAFF, card.ts)
            ]
            row = await conn.fetchrow(WRITTEN, mine[-1].ts) if mine else None
            await asyncio.sleep(0.002)
    took_s = time.perf_counter() - began_s
    await written
    return took_s


async def _departures(conn: asyncpg.Connection) -> list[float]:
    """Seconds from the end of the undo time to the vendor, of all that staff wrote."""
    async with asyncio.timeout(60.0):
        while await conn.fetchval(UNSENT):
            await asyncio.sleep(0.2)
    return [row[0] for row in await conn.fetch(LEFT_AFTER)]


def _table(cards: Sequence[float], words: Sequence[float], left: Sequence[float]) -> Table:
    card_s, words_s = percentile(cards, 0.95), percentile(words, 0.95)
    return Table(
        title="At the desk",
        lines=(
            Line(
                what=f"outburst to card, p95 of {len(cards)}, s",
                measured=f"{card_s:.2f}",
                aim=f"< {CARD_AIM_S:.0f} s",
                met=card_s < CARD_AIM_S,
            ),
            Line(what="the same, p50, s", measured=f"{median(cards):.2f}"),
            Line(
                what="staff's words to the outbox, p95, s",
                measured=f"{words_s:.3f}",
                aim=f"< {WORDS_AIM_S:.0f} s",
                met=words_s < WORDS_AIM_S,
            ),
            Line(
                what="end of the undo time to the vendor, p95, s",
                measured=f"{percentile(left, 0.95):.2f}",
            ),
        ),
    )
