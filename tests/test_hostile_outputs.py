"""Hundreds of hostile models, each with a customer of its own: nothing false is ever sent.

One world with its real worker, one database, a chat-completions server over HTTP that lies, breaks
and stalls. Whatever it says: an answer or a person every time, no figure that nothing supports,
nobody else's data touched, nothing bound without a yes (I8, I9, I10, I14).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from booking_rows import Row, write_booking
from hostile_outputs import Case, cases
from hostile_world import HostileServer, play, read, read_house, signature
from modelled import Stores
from world import World, open_world

from bot.clock import SystemClock
from bot.language.embed import Encoder
from bot.llm.chat_client import Patience
from bot.llm.openai import OpenAIModel

AT_ONCE = 16
CASES_MIN = 250
HASTY = Patience(
    connect_s=2.0, first_token_s=1.5, idle_s=0.8, total_s=4.0, backoff_s=0.01, retry_after_max_s=0.1
)
_FOREIGN = """SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (
  SELECT b::text FROM bookings b WHERE code = 'FOREIGN' UNION ALL
  SELECT q::text FROM quotes q JOIN bookings b ON b.quote_id = q.id WHERE b.code = 'FOREIGN'
  UNION ALL SELECT c::text FROM chef_assignments c JOIN bookings b ON b.id = c.booking_id
  WHERE b.code = 'FOREIGN' UNION ALL
  SELECT m::text FROM messages m JOIN bookings b USING (conversation_id) WHERE b.code = 'FOREIGN'
) AS t"""


async def _seed_stranger(world: World) -> None:
    now = SystemClock().now()
    starts_at = (now + timedelta(days=60)).replace(hour=2, minute=0, second=0, microsecond=0)
    row = Row(code="FOREIGN", name="Zenobia Quix", number="+14155550177", starts_at=starts_at,
              holds_until=now + timedelta(days=1))  # fmt: skip
    await write_booking(world.pool, row)


async def _play_all(world: World, named: dict[str, Case]) -> list[str]:
    """Play every case, some at once; what went wrong, a line each."""
    places, house = asyncio.Semaphore(AT_ONCE), read_house()

    async def one(at: int, name: str, case: Case) -> list[str]:
        number = f"+1415600{at:04d}"
        async with places:
            await play(world, case, name, number)
        talk = await read(world, case, name, number)
        return [f"{case.kind} {case.language} {name}: {wrong}" for wrong in talk.wrongs(house)]

    jobs = [one(at, name, case) for at, (name, case) in enumerate(named.items())]
    return [wrong for wrongs in await asyncio.gather(*jobs) for wrong in wrongs]


async def test_whatever_a_model_says_nothing_false_is_sent(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    day = (SystemClock().now() + timedelta(days=40)).date().isoformat()
    named = {signature(at): case for at, case in enumerate(cases(day))}
    assert len(named) == len(cases(day)) >= CASES_MIN
    stores = Stores(database_url, redis_url, encoder)
    async with (
        HostileServer(named) as server,
        open_world(stores.database_url, stores.redis_url, encoder, with_worker=False) as world,
    ):
        model = OpenAIModel(
            "gpt-5-mini",
            api_key="sk-test",
            clock=world.deps.bot.clock,
            base_url=server.base_url,
            patience=HASTY,
        )
        world.deps = replace(world.deps, bot=replace(world.deps.bot, model=model))
        await _seed_stranger(world)
        before = await world.value(_FOREIGN)
        await world.start_worker()
        wrong = await _play_all(world, named)
        assert not wrong, f"{len(wrong)} of {len(named)}:\n" + "\n".join(wrong)
        unasked = [name for name in named if not server.asked[name]]
        assert len(unasked) * 20 < len(named), f"{len(unasked)} models were never asked"
        assert await world.value(_FOREIGN) == before
        assert await world.value("SELECT count(*) FROM turns WHERE outcome = 'failed'") == 0
        assert await world.value("SELECT count(*) FROM consents") == 0
        await model.close()
