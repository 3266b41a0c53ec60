"""Stories of models that err or fall silent, and what the customers read all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from model_requests import QUICK
from modelled import (
    ASKED,
    MODEL,
    ORDER,
    PRICED,
    WRONG,
    Overtaken,
    Stores,
    modelled,
    order,
    outcome,
    real_chunks,
    results,
    saying_beside,
    told,
    totals,
)
from scripted_model import ScriptedModel, Step, call, calls, cut, fail, flood, hang, refuse, say
from shadow_desk import Desk
from world import open_world

from bot.language.embed import Encoder
from bot.llm.chain import ModelChain
from bot.llm.openai import OpenAIModel
from jobs.base import perform

TRUE = (1, Decimal("1280.00"))


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


async def test_a_model_prices_in_fragments_and_words_the_result(stores: Stores) -> None:
    arguments = json.dumps(ORDER)
    pieces = [arguments[at : at + 7] for at in range(0, len(arguments), 7)]
    named = {"name": "price_party", "arguments": ""}
    opening = {"index": 0, "id": "call_Zk1", "type": "function", "function": named}
    fragments = [
        {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces
    ]
    begun = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [opening]}
    priced = real_chunks([begun, *fragments], finish_reason="tool_calls", tokens=(1200, 80))
    words = [
        {"role": "assistant", "content": ""},
        {"content": PRICED[:20]},
        {"content": PRICED[20:]},
    ]
    worded = real_chunks(words, finish_reason="stop", tokens=(1400, 40))
    async with modelled(stores, priced, worded) as (world, scripted):
        assert await world.customer().asks(ASKED) == PRICED
        await world.settles()
        assert await totals(world) == [TRUE]
        assert await outcome(world) == "answered"
        steps = await world.rows("SELECT * FROM llm_calls ORDER BY step")
        assert [(s["provider"], s["input_tokens"], s["output_tokens"]) for s in steps] == [
            ("openai", 1200, 80),
            ("openai", 1400, 40),
        ]
        assert [s["cost"] for s in steps] == [Decimal("0.000460"), Decimal("0.000430")]
        tool = (await world.rows("SELECT * FROM tool_calls"))[0]
        assert (tool["name"], tool["ok"], tool["step"]) == ("price_party", True, 1)
        assert tool["arguments"] == ORDER
        assert results(scripted, 1)[0]["ok"] is True
        assert scripted.requests[0]["model"] == MODEL


async def test_a_wrong_sum_is_told_once_and_the_corrected_one_goes_out(stores: Stores) -> None:
    """I8: the model sees its own draft beside what was wrong with it."""
    async with modelled(stores, call("price_party", ORDER), say(WRONG), say(PRICED)) as (
        world,
        scripted,
    ):
        assert await world.customer().asks(ASKED) == PRICED
        await world.settles()
        draft, correction = told(scripted, 2)[-2:]
        assert (draft["role"], draft["content"]) == ("assistant", WRONG)
        assert "$1,300.00" in str(correction["content"])
        assert await outcome(world) == "answered"
        assert await totals(world) == [TRUE]
        assert await world.value("SELECT guard ->> 'refused' FROM turns") == '["unsupported money"]'


async def test_a_sum_that_is_wrong_twice_never_leaves(stores: Stores) -> None:
    """I8: the offline words go out, over a first quote of their own; the other was never said."""
    steps = (call("price_party", order(adult=22, child=6)), say(WRONG), say(WRONG))
    async with modelled(stores, *steps) as (world, _scripted):
        answer = await world.customer().asks(ASKED)
        assert "$1,280.00" in answer
        assert "$1,300.00" not in answer
        await world.settles()
        assert await outcome(world) == "templated"
        assert await totals(world) == [TRUE]
        tools = await world.rows("SELECT ok, result FROM tool_calls ORDER BY step")
        assert tools[0]["result"]["discarded"] is True
        assert "discarded" not in tools[-1]["result"]


@pytest.mark.parametrize(
    "boast", ["Great news, I've booked it for you!", "Done! You are now booked for Saturday."]
)
async def test_a_booking_nobody_made_is_never_reported(stores: Stores, boast: str) -> None:
    async with modelled(stores, say(boast), say(boast)) as (world, _scripted):
        answer = await world.customer().asks("Please book us in for Saturday, 20 adults")
        assert boast not in answer
        await world.settles()
        assert all(boast not in message.body for message in world.customer().received)
        refused = await world.value("SELECT guard ->> 'refused' FROM turns")
        assert "deed" in str(refused)
        assert await world.value("SELECT count(*) FROM bookings") == 0


FAILURES = {
    "asked to come back much later": (fail(429, code="rate_limit_exceeded", retry_after="30"),),
    "out of money": (fail(429, code="insufficient_quota"),),
    "broken twice": (fail(500), fail(500)),
    "cut in mid-sentence": (cut("For 20 adults the total is $1,2"),),
    "refusing": (refuse(),),
    "endless": (flood(),),
    "empty": (say(""),),
}


@pytest.mark.parametrize("failing", FAILURES.values(), ids=FAILURES.keys())
async def test_the_next_model_goes_on_where_the_first_failed(
    stores: Stores, failing: tuple[Step, ...]
) -> None:
    """I14: what was learnt is kept, nothing is priced twice, and unknown tokens are not none."""
    async with ScriptedModel(replace(say(PRICED), usage=None)) as llama:
        steps = (call("price_party", ORDER), *failing)
        async with modelled(stores, *steps, llama=llama) as (world, _scripted):
            assert await world.customer().asks(ASKED) == PRICED
            await world.settles()
            assert await totals(world) == [TRUE]
            assert results(llama, 0)[0]["ok"] is True
            (last,) = await world.rows("SELECT * FROM llm_calls WHERE provider = 'llama'")
            assert last["step"] == 2
            assert (last["input_tokens"], last["output_tokens"]) == (None, None)
            assert (last["cost"], last["confidence"]) == (0, "exact")
            failed = await world.rows("SELECT FROM llm_calls WHERE provider = 'openai'")
            assert len(failed) == 1 + (failing[-1].status == 200)


@pytest.mark.parametrize("failing", FAILURES.values(), ids=FAILURES.keys())
async def test_without_a_next_model_the_offline_one_answers(
    stores: Stores, failing: tuple[Step, ...]
) -> None:
    async with modelled(stores, call("price_party", ORDER), *failing) as (world, _scripted):
        assert "$1,280.00" in await world.customer().asks(ASKED)
        await world.settles()
        assert await totals(world) == [TRUE]
        assert await world.value("SELECT count(*) FROM escalations") == 0


async def test_the_offline_model_does_not_pay_for_anothers_slips(stores: Stores) -> None:
    """I14: a call that failed before the provider fell away is no reason to ask a person."""
    steps = (call("price_party", '{"guests": "twenty"}'), fail(500), fail(500))
    async with modelled(stores, *steps) as (world, _scripted):
        assert "$1,280.00" in await world.customer().asks(ASKED)
        await world.settles()
        assert await world.value("SELECT count(*) FROM escalations") == 0


async def test_nobody_listens_where_the_model_should_be(stores: Stores) -> None:
    environment = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    opened = open_world(
        stores.database_url, stores.redis_url, stores.encoder, environment=environment
    )
    async with opened as world:
        assert "$1,280.00" in await world.customer().asks(ASKED)
        await world.settles()
        assert await totals(world) == [TRUE]


async def test_a_model_that_hangs_is_not_waited_for(stores: Stores) -> None:
    """I14: within the turn, and with one quote."""
    steps = (call("price_party", ORDER), hang())
    async with modelled(stores, *steps, with_worker=False) as (world, scripted):
        bot = world.deps.bot
        impatient = OpenAIModel(
            MODEL, api_key="sk-test", clock=bot.clock, base_url=scripted.base_url, patience=QUICK
        )
        chain = ModelChain((impatient, bot.offline), clock=bot.clock)
        world.deps = replace(world.deps, bot=replace(bot, model=chain))
        await world.start_worker()
        assert "$1,280.00" in await world.customer().asks(ASKED)
        await world.settles()
        assert await totals(world) == [TRUE]
        await chain.close()


async def test_a_chinese_question_is_not_answered_in_english(stores: Stores) -> None:
    english = say("For 20 adults the total is $1,100.00.")
    chinese = "20位成人一共 $1,100.00。"
    async with modelled(stores, call("price_party", order(adult=20)), english, say(chinese)) as (
        world,
        scripted,
    ):
        assert await world.customer().asks("你好,20个大人多少钱?") == chinese
        assert "customer's language" in str(told(scripted, 2)[-1]["content"])


async def test_two_tools_in_one_step_and_every_call_has_its_result(stores: Stores) -> None:
    asked = calls(
        ("call_a", "price_party", ORDER),
        ("call_b", "search_knowledge", {"question": "Do we need to provide tables and chairs?"}),
    )
    text = f"{PRICED} Yes, you provide the tables and chairs."
    async with modelled(stores, asked, say(text)) as (world, scripted):
        assert await world.customer().asks(f"{ASKED} Do we need tables?") == text
        await world.settles()
        assert [result["ok"] for result in results(scripted, 1)] == [True, True]
        assert await totals(world) == [TRUE]
        assert await world.value("SELECT count(*) FROM tool_calls WHERE ok") == 2


@pytest.mark.parametrize(
    ("slip", "error"),
    [
        (call("give_discount", {"percent": 50}), "no tool 'give_discount'"),
        (call("price_party", '{"guests": [{"code": "adult", '), "not valid JSON"),
        (call("price_party", {"guests": "20 adults"}), "guests"),
        (call("price_party", {**ORDER, "customer_id": "another"}), "customer_id"),
    ],
    ids=["unknown tool", "broken JSON", "wrong types", "another's data"],
)
async def test_a_slip_is_told_back_and_mended(stores: Stores, slip: Step, error: str) -> None:
    """I9, I10: nothing is run that should not be, and the model may try again."""
    right = call("price_party", ORDER, call_id="call_2")
    async with modelled(stores, slip, right, say(PRICED)) as (world, scripted):
        assert await world.customer().asks(ASKED) == PRICED
        await world.settles()
        assert error in str(results(scripted, 1)[0]["error"])
        assert [result["ok"] for result in results(scripted, 2)] == [False, True]
        assert await totals(world) == [TRUE]


async def test_text_that_no_database_takes_is_mended(stores: Stores) -> None:
    """A NUL or half an emoji in a model's words must not lose the turn."""
    slip = '{"guests": [{"code": "adult\\u0000", "count": 20}], "town": "\\ud83d"}'
    text = "Happy to help\ud83c\udf89 How many guests\x00 are coming?"
    steps = (call("price\x00_party", ORDER), call("price_party", slip), say(text, pieces=40))
    async with modelled(stores, *steps) as (world, _scripted):
        assert await world.customer().asks(ASKED) == "Happy to help🎉 How many guests are coming?"
        await world.settles()
        assert await outcome(world) == "answered"


async def test_on_a_drafted_topic_a_model_that_asks_for_a_person_says_and_does_nothing_else(
    stores: Stores,
) -> None:
    """Nobody at the desk has seen the words, and nobody has agreed to the price."""
    person = ("call_2", "ask_person", {"reason": "a question on the venue", "summary": ""})
    steps = (call("price_party", ORDER), saying_beside("Happy to help you with this.", person))
    async with modelled(stores, *steps) as (world, _scripted):
        await Desk(world).drafts_only()
        answer = await world.customer().asks(ASKED)
        assert "Happy to help" not in answer
        await world.settles()
        assert await outcome(world) == "escalated"
        assert await totals(world) == []


async def test_what_an_overtaken_turn_has_cost_is_kept(stores: Stores) -> None:
    """The day's budget is read from the records: thinking twice costs twice."""
    async with modelled(stores, say("Hello, how can we help?"), with_worker=False) as (world, _):
        bot = world.deps.bot
        world.deps = replace(world.deps, bot=replace(bot, model=Overtaken(bot.model, world)))
        await world.customer().texts("Hello!")
        await world.until("SELECT count(*) = 1 FROM messages")
        talk = await world.value("SELECT id FROM conversations")
        await perform(world.deps, "take_turn", {"conversation_id": str(talk)})
        await world.settles()
        calls = await world.rows("SELECT * FROM llm_calls WHERE provider = 'openai'")
        assert [(c["turn_id"], c["conversation_id"]) for c in calls] == [(None, talk)]
