"""Codes that prove an address: few, short-lived, for one conversation; and merges amid turns.

Turns are taken one by one, so that what a code is worth is read where it is decided.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from world import Customer, World

from bot import identity_codes
from bot.clock import ShiftedClock
from bot.deps import Deps
from bot.domain import ConversationId, CustomerId
from bot.identity_codes import is_near
from bot.identity_joining import Wish, join
from bot.llm.base import Model, ModelReply, ModelRequest
from bot.turn import TurnDone, take_turns

OPEN = """SELECT c.id FROM conversations c JOIN addresses a USING (customer_id)
WHERE a.value = $1 AND c.mode <> 'closed'"""
LAST = """SELECT m.text FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE a.value = $1 AND m.direction = 'outbound' ORDER BY m.seq DESC LIMIT 1"""
CODES = """SELECT m.text FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE a.value = $1 AND m.author = 'system' ORDER BY m.seq"""
FIRST, SECOND, THIRD = (f"+141555502{n:02}" for n in range(3))
PROVES = "it's me, my other number is {}"


async def talk_of(world: World, number: str) -> ConversationId:
    found = await world.value(OPEN, number)
    return ConversationId(found)  # type: ignore[arg-type]  # The id that was asked for.


async def told(customer: Customer, text: str) -> tuple[str, tuple[ConversationId, ...]]:
    """What a turn answers, and for which other conversations it has to be rung."""
    world = customer.world
    await customer.texts(text)
    done: list[TurnDone] = []
    await take_turns(world.deps.bot, await talk_of(world, customer.number), done.append)
    answer = await world.value(LAST, customer.number)
    return str(answer), tuple(each for turn in done for each in turn.elsewhere)


async def codes_to(world: World, number: str) -> list[str]:
    """All codes that went there, oldest first."""
    texts = [row["text"] for row in await world.rows(CODES, number)]
    return [found[0] for text in texts if (found := re.search(r"\b\d{6}\b", text))]


async def test_a_code_counts_once_for_a_while_and_in_its_conversation(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I10: nobody guesses, floods or borrows a code."""
    world = idle_world
    # Codes that are nothing else: by chance one reads as something that a person has to see.
    codes = itertools.count(482_917, 1_001)
    monkeypatch.setattr(identity_codes.secrets, "randbelow", lambda _most: next(codes))
    clock = world.ground.clock
    assert isinstance(clock, ShiftedClock)
    ana, eve = world.customer("+14155550101"), world.customer("+14155550102")
    hers = await _only_the_newest_of_ones_own(world, ana, eve)
    await _few_codes_and_few_tries(world, ana)
    # Ten minutes.
    clock.shift += timedelta(minutes=11)
    assert "doesn't work any more" in (await told(eve, hers))[0]
    assert await world.value("SELECT count(*) FROM customer_merges") == 0
    clock.shift += timedelta(hours=1)
    for _ in range(2):
        await told(ana, PROVES.format(FIRST))
    assert "know you on both" in (await told(ana, (await codes_to(world, FIRST))[-1]))[0]
    assert await world.value("SELECT count(*) FROM customer_merges") == 1
    # What comes now is the code of a gate, whatever was asked for before.
    assert "code" not in (await told(ana, "482913"))[0]


async def _only_the_newest_of_ones_own(world: World, ana: Customer, eve: Customer) -> str:
    """What Eve's own code is."""
    # Told at once whom to ring for, and nobody else is.
    answer, elsewhere = await told(ana, PROVES.format(FIRST))
    assert "code is on its way" in answer
    assert elsewhere == (await talk_of(world, FIRST),)
    (code,) = await codes_to(world, FIRST)

    # Somebody else's code is worth nothing in another conversation.
    assert "know you on both" not in (await told(eve, code))[0]
    await told(eve, PROVES.format(SECOND))
    (hers,) = await codes_to(world, SECOND)
    if hers != code:
        assert "isn't the code" in (await told(eve, code))[0]

    # Of two codes the newer counts.
    await told(ana, PROVES.format(THIRD))
    (newer,) = await codes_to(world, THIRD)
    if newer != code:
        assert "isn't the code" in (await told(ana, code))[0]

    return hers


async def _few_codes_and_few_tries(world: World, ana: Customer) -> None:
    # Three an hour in a conversation, whatever the address.
    assert "on its way" in (await told(ana, PROVES.format(FIRST)))[0]
    answer, elsewhere = await told(ana, PROVES.format("+14155550299"))
    assert "several codes already" in answer
    assert (elsewhere, await codes_to(world, "+14155550299")) == ((), [])

    # Five tries, and the right one comes too late.
    right = (await codes_to(world, FIRST))[-1]
    for wrong in [f"{n}04{n}07" for n in range(1, 7) if f"{n}04{n}07" != right][:5]:
        assert "isn't the code" in (await told(ana, wrong))[0]
    assert "doesn't work any more" in (await told(ana, right))[0]

    # Three an hour for an address, and whoever asks is told the same as ever.
    for number, count in (("+14155550103", 3), ("+14155550104", 3)):
        answer, elsewhere = await told(world.customer(number), PROVES.format(FIRST))
        assert "on its way" in answer
        assert len(await codes_to(world, FIRST)) == count
    assert elsewhere == (), "nothing was sent and nothing is rung for"


class Waiting:
    """A model that is asked, and answers when the story goes on."""

    name = "waiting"

    def __init__(self, inner: Model) -> None:
        self._inner = inner
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def respond(self, request: ModelRequest) -> ModelReply:
        self.asked.set()
        await self.go_on.wait()
        return await self._inner.respond(request)

    async def close(self) -> None:
        await self._inner.close()


async def in_flight(deps: Deps, talk: ConversationId) -> tuple[asyncio.Task[None], Waiting]:
    """A turn that is thinking."""
    waits = Waiting(deps.offline)
    turn = asyncio.create_task(take_turns(replace(deps, model=waits), talk, lambda _done: None))
    await waits.asked.wait()
    return turn, waits


async def test_a_merge_while_both_think_and_each_question_is_answered_once(
    idle_world: World,
) -> None:
    """I3, I4, I7: what was thought before the merge is never said, and nothing waits for ever."""
    world, deps = idle_world, idle_world.deps.bot
    phone, app = world.customer("+14155550101"), world.customer("+14155550102", "whatsapp")
    await phone.texts("how much for 20 adults?")
    await app.texts("do you come to Fremont?")
    stays, goes = [await talk_of(world, each.number) for each in (phone, app)]
    turns = [await in_flight(deps, talk) for talk in (stays, goes)]
    whose = "SELECT customer_id FROM conversations WHERE id = $1"
    kept, joined = [CustomerId(await world.value(whose, t)) for t in (stays, goes)]  # type: ignore[arg-type]  # Ids.
    async with world.pool.acquire() as conn, conn.transaction():
        wish = Wish(kept=kept, joined=joined, proof="staff", actor="Kim")
        done = await join(conn, deps.profile, wish, now=deps.clock.now())
    assert done.talk == stays
    for turn, waits in reversed(turns):
        waits.go_on.set()
        await turn
    rows = await world.rows(
        "SELECT direction, status, conversation_id, epoch, text FROM messages ORDER BY seq"
    )
    assert {row["conversation_id"] for row in rows} == {stays}
    assert [r["status"] for r in rows if r["direction"] == "inbound"] == ["answered"] * 2
    (reply,) = [row for row in rows if row["direction"] == "outbound"]
    assert reply["epoch"] == done.epoch == 1
    assert "$1,100.00" in reply["text"]
    assert await world.value("SELECT array_agg(conversation_id) FROM turns") == [stays]


@pytest.mark.parametrize(
    ("value", "is_sent"),
    [
        ("ann@example.com", True),
        ("+14155550102", True),
        ("+447700900123", False),
        ("+19005550199", False),
        ("+99912345678", False),
    ],
)
def test_codes_go_to_no_number_that_costs_a_fortune(value: str, is_sent: bool) -> None:
    assert is_near(value, "US") is is_sent
