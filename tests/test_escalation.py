"""How a person comes in: the customer is told honestly, staff learn why, nothing untrue is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from modelled import (
    ASKED,
    ORDER,
    PRICED,
    WRONG,
    Stores,
    modelled,
    order,
    outcome,
    results,
    saying_beside,
    totals,
)
from scripted_model import call
from world import World

from bot.clock import FrozenClock
from bot.domain import ConversationId
from bot.escalation import notice_of_handover
from bot.language.embed import Encoder
from bot.llm.base import ModelReply, ModelRequest, ToolCall
from bot.loading import load_situation
from bot.orchestrator import Conversing
from bot.profile import text
from bot.router import Choice, agents
from bot.trace import Trace

PARTING = "I'm sorry about that. Let me bring in somebody who can help."
WISH = {"reason": "wants a private chef school", "summary": "20 adults, no date yet"}


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


async def test_a_model_asks_for_a_person_with_a_parting_sentence(stores: Stores) -> None:
    step = saying_beside(PARTING, ("call_1", "ask_person", WISH))
    async with modelled(stores, step) as (world, _scripted):
        answer = await world.customer().asks("Do you run a school for private chefs?")
        notice = notice_of_handover(world.deps.bot, "en")
        assert answer == f"{PARTING}\n\n{notice}"
        await world.desk_shows()
        await world.settles()
        row = (await world.rows("SELECT reason, explanation FROM escalations"))[0]
        assert row["reason"] == "tool"
        assert all(words in row["explanation"] for words in WISH.values())
        assert await outcome(world) == "escalated"
        assert await world.value("SELECT mode FROM conversations") == "human"


@pytest.mark.parametrize(
    "said",
    ["A person will refund you in full, I promise.", WRONG, "I have booked it already."],
    ids=["promise", "sum", "deed"],
)
async def test_untrue_parting_words_stay_here(stores: Stores, said: str) -> None:
    """I8: the notice goes out alone, and the record says what was held back."""
    step = saying_beside(said, ("call_1", "ask_person", WISH))
    async with modelled(stores, step) as (world, _scripted):
        answer = await world.customer().asks("Do you run a school for private chefs?")
        assert answer == notice_of_handover(world.deps.bot, "en")
        await world.settles()
        assert await world.value("SELECT guard ->> 'refused' FROM turns") != "[]"


async def test_a_price_and_a_person_in_one_step(stores: Stores) -> None:
    """The quote is kept for whoever takes over."""
    step = saying_beside(PRICED, ("call_1", "price_party", ORDER), ("call_2", "ask_person", WISH))
    async with modelled(stores, step) as (world, _scripted):
        assert (await world.customer().asks(ASKED)).startswith(PRICED)
        card = await world.desk_shows()
        assert "1,280.00" in str(card.blocks)
        assert await totals(world) == [(1, Decimal("1280.00"))]


async def test_a_party_that_only_people_may_price(stores: Stores) -> None:
    """The tool wants a person; its own words are said where the model had none."""
    async with modelled(stores, call("price_party", order(adult=150))) as (world, _scripted):
        answer = await world.customer().asks("How much for all 150 of us?")
        notice = notice_of_handover(world.deps.bot, "en")
        assert answer.endswith(notice)
        assert len(answer) > len(notice) + 20
        await world.settles()
        assert await totals(world) == []
        assert await world.value("SELECT count(*) FROM escalations") == 1


async def test_a_wish_without_a_reason_is_told_back(stores: Stores) -> None:
    slips = {"reason": "", "summary": "x" * 700}
    steps = (call("ask_person", slips), call("ask_person", WISH))
    async with modelled(stores, *steps) as (world, scripted):
        await world.customer().asks("Do you run a school for private chefs?")
        await world.desk_shows()
        error = str(results(scripted, 1)[0]["error"])
        assert "reason" in error
        assert "summary" in error
        assert await world.value("SELECT count(*) FROM escalations") == 1


async def test_a_person_asked_for_by_the_customer_needs_no_model(stores: Stores) -> None:
    async with modelled(stores, suggests=True) as (world, scripted):
        await world.customer().asks("can I talk to a real person please")
        await world.desk_shows()
        await world.until("SELECT suggestion IS NOT NULL FROM escalations")
        assert scripted.requests == []


# ── When nothing can be said ────────────────────────────────────────────────────────────────


@dataclass
class Babbler:
    """A last resort that prices and then says something else; over no wire."""

    name: str = "offline"

    async def respond(self, request: ModelRequest) -> ModelReply:
        wanted = '{"guests": [{"code": "adult", "count": 20}]}'
        if request.results:
            return ModelReply(text=WRONG, provider=self.name)
        asked = ToolCall(id="call_1", name="price_party", arguments=wanted)
        return ModelReply(text="", tool_calls=(asked,), provider=self.name)

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_where_no_draft_is_supported_a_person_answers(idle_world: World) -> None:
    """I8, I14: nothing is said, nothing done, and every try is on record."""
    await idle_world.customer().texts(ASKED)
    conversation = await idle_world.value("SELECT id FROM conversations")
    deps = replace(idle_world.deps.bot, model=Babbler(), offline=Babbler())
    situation = await load_situation(deps, ConversationId(conversation))  # type: ignore[arg-type]
    agent = agents()["lead_nurturing"]
    choice = Choice(
        name="lead_nurturing", agent=agent, intent="party_price", confidence=0.9, why="intent"
    )
    answer = await Conversing(deps, situation, choice, Trace(deps.clock)).answer()
    assert (answer.text, answer.outcome, answer.effects) == ("", "escalated", ())
    assert answer.trouble is not None
    assert answer.trouble.reason == "failed"
    assert [record.result["discarded"] for record in answer.tool_calls] == [True, True]
    assert answer.guard["refused"] == ["unsupported money"] * 4


@pytest.mark.parametrize("language", ["en", "es", "zh"])
async def test_the_notice_says_when_people_answer(idle_world: World, language: str) -> None:
    """I15: by the hours of the business in its own zone."""
    bot = idle_world.deps.bot
    zone = ZoneInfo(bot.profile.business.zone)
    hours = bot.profile.hours
    opening = datetime.combine(datetime(2026, 5, 4, tzinfo=UTC), hours.opens, zone)
    closing = datetime.combine(datetime(2026, 5, 4, tzinfo=UTC), hours.closes, zone)
    for local, name in ((opening, "desk_open"), (closing, "desk_closed")):
        deps = replace(bot, clock=FrozenClock(local.astimezone(UTC)))
        assert notice_of_handover(deps, language) == text(bot.profile, name, language)


async def test_a_greeting_of_a_strange_name_holds_nothing_up(world: World) -> None:
    """Whatever the profile shows as a name, the price is told and nobody is called."""
    names = ("$5 off", "Booked", "20% discount", "http://x.example", "J. P. Morgan-O'Neil")
    for number, name in enumerate(names):
        phone = f"+1415555020{number}"
        await world.stand_ins.twilio.customer_sends(
            "whatsapp", phone, ASKED, fields={"ProfileName": name}
        )
        assert "$1,280.00" in await world.customer(phone, "whatsapp").hears(), name
        await world.stand_ins.twilio.customer_sends(
            "whatsapp", phone, "hello!", fields={"ProfileName": name}
        )
        assert await world.customer(phone, "whatsapp").hears(2), name
    await world.settles()
    assert await world.value("SELECT count(*) FROM escalations") == 0
