"""What a step cost: exact, estimated or unknown, also where it came to nothing."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from model_requests import QUICK, request
from scripted_model import ScriptedModel, Step, cut, say, stall

from bot.clock import SystemClock
from bot.errors import ModelError
from bot.llm.base import ModelReply, ModelRequest, Usage
from bot.llm.chain import ModelChain
from bot.llm.chat_dialect import Assembly
from bot.llm.llama import LlamaModel
from bot.llm.openai import OpenAIModel
from bot.llm.prices import LIST_PATH, Price, cost_of, cost_of_sound, dearest
from bot.llm.usage import cautious_cost

MINI = "gpt-5-mini-2025-08-07"
ON = date(2026, 11, 23)
ENTRIES = {
    "gpt-5 2025-08-07": "025fa3ca",
    "gpt-5-mini 2025-08-07": "6a212f42",
    "gpt-5-nano 2025-08-07": "27d6798b",
    "gpt-5.4-mini 2026-03-17": "2da435aa",
    "gpt-5.4-nano 2026-03-17": "61282594",
    "gpt-5 2026-11-23": "92252754",
    "gpt-5-mini 2026-11-23": "a3ed383d",
    "gpt-5-nano 2026-11-23": "a16769e7",
    "gpt-5.4-mini 2026-11-23": "956d3b9b",
    "gpt-5.4-nano 2026-11-23": "f99c02d7",
    "gpt-4o-transcribe 2026-11-23": "80d13c33",
    "gpt-4o-mini-transcribe 2026-11-23": "cc0423a4",
    "gpt-transcribe 2026-11-23": "378d294a",
    "whisper-1 2026-11-23": "64343b2a",
}


def test_no_entry_of_the_price_list_was_edited() -> None:
    """A price that has changed is a new entry with a later day; then its digest is added here."""
    entries = tomllib.loads(LIST_PATH.read_text(encoding="utf-8"), parse_float=str)["price"]
    found = {
        f"{entry['model']} {entry['since']}": hashlib.sha256(
            repr(sorted(entry.items())).encode()
        ).hexdigest()[:8]
        for entry in entries
    }
    assert found == ENTRIES


def test_sound_costs_by_the_minute_or_by_tokens_and_no_chat_is_priced_as_sound() -> None:
    assert cost_of_sound("whisper-1", 90, on=ON) == Decimal("0.009")
    assert cost_of("whisper-1", input_tokens=9, output_tokens=9, on=ON) is None
    assert cost_of_sound("gpt-4o-transcribe", 90, on=ON) is None
    heard = cost_of("gpt-4o-transcribe", input_tokens=1_000_000, output_tokens=100_000, on=ON)
    assert heard == Decimal("3.50")
    assert not dearest(ON).hears


def test_what_was_at_hand_costs_less_where_the_list_says_so() -> None:
    since = date(2026, 1, 1)
    price = Price(
        model="m", since=since, input=Decimal(2), output=Decimal(8), cached=Decimal("0.2")
    )
    assert price.of(1_000_000, 0, 750_000) == Decimal("0.65")
    assert price.of(1_000, 0, 5_000) == price.of(1_000, 0, 1_000)
    assert replace(price, cached=None).of(1_000_000, 500_000, 750_000) == Decimal(6)


async def ask(step: Step, *, local: bool = False) -> ModelReply:
    """The reply of a chain of one provider and the last."""
    clock = SystemClock()
    async with ScriptedModel(step) as server:
        url = server.base_url
        model = (
            LlamaModel(url, clock=clock, model="m", patience=QUICK)
            if local
            else OpenAIModel("m", api_key="sk", clock=clock, base_url=url, patience=QUICK)
        )
        chain = ModelChain((model, Last()), clock=clock)
        try:
            return await chain.respond(replace(request(), agent="operations", purpose="turn"))
        finally:
            await chain.close()


class Last:
    """Costs nothing."""

    name = "offline"

    async def respond(self, _request: ModelRequest) -> ModelReply:
        return ModelReply(text="ok", usage=Usage(cost=Decimal(0), certainty="exact"))

    async def close(self) -> None:
        """Nothing is open."""


async def test_the_providers_count_at_a_listed_price_is_exact() -> None:
    step = replace(say("Hi"), usage=(1_000_000, 100_000), cached=400_000, model=MINI)
    usage = (await ask(step)).usage
    assert usage.certainty == "exact"
    assert usage.cached_tokens == 400_000
    assert usage.cost == Decimal("0.25") * 6 / 10 + Decimal("0.025") * 4 / 10 + Decimal("0.2")


async def test_our_own_count_at_a_listed_price_is_an_estimate() -> None:
    usage = (await ask(replace(say("Hello there, you."), usage=None, model=MINI))).usage
    assert usage.certainty == "estimated"
    assert usage.output_tokens == 5
    assert usage.input_tokens is not None
    assert 40 < usage.input_tokens < 90
    assert usage.cost == Decimal(usage.input_tokens * 25 + 5 * 200) / 100_000_000


async def test_a_model_without_a_price_is_unknown_and_counts_as_the_dearest() -> None:
    usage = (await ask(say("Hi"))).usage
    assert (usage.certainty, usage.cost, usage.input_tokens) == ("unknown", None, 100)
    assert cautious_cost(usage, ON) == dearest(ON).of(100, 20)
    assert cautious_cost(Usage(), ON) > cautious_cost(usage, ON)
    assert (dearest(ON).input, dearest(ON).output) == (Decimal("1.25"), Decimal(10))


@pytest.mark.parametrize("usage", [(100, 20), None])
async def test_a_server_of_our_own_costs_nothing(usage: tuple[int, int] | None) -> None:
    reply = await ask(replace(say("Hi"), usage=usage), local=True)
    assert reply.provider == "llama"
    assert (reply.usage.cost, reply.usage.certainty) == (0, "exact")
    assert reply.usage.input_tokens == (usage[0] if usage else None)


@pytest.mark.parametrize(
    ("step", "certainty"),
    [
        (replace(say("Half of an"), finish_reason="content_filter", model=MINI), "exact"),
        (replace(say("Half of an"), finish_reason="length", model=MINI), "exact"),
        (replace(cut("Half of an"), model=MINI), "estimated"),
        (replace(stall("Half of an"), model=MINI), "estimated"),
        (replace(Step(), model=MINI), "exact"),
    ],
    ids=["filtered", "too long", "cut", "stalled", "empty"],
)
async def test_what_came_to_nothing_is_told_with_the_reply(step: Step, certainty: str) -> None:
    reply = await ask(step)
    assert reply.provider == "offline"
    (spent,) = reply.spent
    assert (spent.provider, spent.model, spent.agent) == ("openai", MINI, "operations")
    assert spent.text == ""
    assert spent.usage.certainty == certainty
    assert spent.usage.cost


async def test_what_never_began_cost_nothing() -> None:
    assert (await ask(replace(Step(ending="hang"), usage=None))).spent == ()


class Bag:
    """What a vendor's client makes of JSON."""

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


@pytest.mark.parametrize("count", [-1, 10**12, "7", True, 1.5])
def test_a_count_that_is_none_is_not_believed(count: object) -> None:
    assembly = Assembly()
    details = Bag(cached_tokens=count)
    usage = Bag(prompt_tokens=count, completion_tokens=count, prompt_tokens_details=details)
    assembly.feed(Bag(choices=[], usage=usage, model="m\0" * 500))
    counts = (assembly.input_tokens, assembly.output_tokens, assembly.cached_tokens)
    assert counts == (None, None, None)
    assert len(assembly.model) <= 120
    assert assembly.model.isprintable()


async def test_nobody_but_a_provider_is_asked_for_what_is_no_turn() -> None:
    chain = ModelChain((Last(),), clock=SystemClock())
    with pytest.raises(ModelError, match="summary"):
        await chain.respond(replace(request(), purpose="summary"))
    reply = await ModelChain((Last(),), clock=SystemClock(), for_evaluation=True).respond(request())
    assert reply.purpose == "evaluation"
