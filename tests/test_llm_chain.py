"""The chain: the next provider when one fails, a breaker before each, the last always there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from model_requests import request
from scripted_model import ScriptedModel, fail, hang, say

from bot.clock import FrozenClock, SystemClock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest
from bot.llm.chain import Breaker, ModelChain, build_models
from bot.settings import load_settings


class Told:
    """A provider that does as it is told, over no wire: the chain's own logic is what is tested."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.error: ModelError | None = None
        self.hangs = False
        self.asked = 0
        self.closed = False

    async def respond(self, _request: ModelRequest) -> ModelReply:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return ModelReply(text=f"from {self.name}")

    async def close(self) -> None:
        self.closed = True


def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))


async def test_the_first_that_answers_is_named_in_the_reply() -> None:
    first, last = Told("first"), Told("offline")
    failures: list[str] = []
    chain = ModelChain(
        (first, last), clock=clock(), on_failure=lambda name, _error: failures.append(name)
    )
    assert (await chain.respond(request())).provider == "first"
    first.error = ModelMisbehaved("nonsense")
    assert (await chain.respond(request())).provider == "offline"
    assert failures == ["first"]


async def test_an_open_breaker_spares_the_provider_and_one_probe_closes_it() -> None:
    at = clock()
    first, last = Told("first"), Told("offline")
    chain = ModelChain((first, last), clock=at)
    first.error = ModelUnavailable("down")
    for _ in range(5):
        await chain.respond(request())
    assert first.asked == 3
    assert chain.is_open(0)
    at.advance(timedelta(seconds=11))
    first.error = None
    assert (await chain.respond(request())).provider == "first"
    assert not chain.is_open(0)


async def test_only_one_probe_goes_through_at_a_time() -> None:
    at = clock()
    first, last = Told("first"), Told("offline")
    chain = ModelChain((first, last), clock=at)
    first.error = ModelUnavailable("down")
    for _ in range(3):
        await chain.respond(request())
    at.advance(timedelta(seconds=11))
    first.error, first.hangs = None, True
    probe = asyncio.create_task(chain.respond(request()))
    while first.asked < 4:
        await asyncio.sleep(0)
    assert (await chain.respond(request())).provider == "offline"
    assert first.asked == 4
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    first.hangs = False
    assert (await chain.respond(request())).provider == "first"


async def test_a_hanging_provider_is_left_at_the_deadline() -> None:
    first, last = Told("first"), Told("offline")
    first.hangs = True
    chain = ModelChain((first, last), clock=SystemClock(), step_s=0.05)
    assert (await chain.respond(request())).provider == "offline"


async def test_the_last_one_never_trips() -> None:
    last = Told("offline")
    chain = ModelChain((last,), clock=clock())
    last.error = ModelMisbehaved("oops")
    for _ in range(10):
        with pytest.raises(ModelMisbehaved):
            await chain.respond(request())
    last.error = None
    assert (await chain.respond(request())).text == "from offline"
    await chain.close()
    assert last.closed


def test_the_cool_down_grows_with_each_relapse_and_has_an_end() -> None:
    breaker = Breaker(failures_max=1, cool_down_s=10.0, cool_down_max_s=40.0)
    now_ms = 0.0
    waits = []
    for _ in range(5):
        breaker.failed(now_ms, ModelUnavailable("down"))
        wait = 0
        while not breaker.admit(now_ms):
            now_ms += 1000.0
            wait += 1
        waits.append(wait)
    assert waits == [10, 20, 40, 40, 40]
    breaker.succeeded()
    breaker.failed(now_ms, ModelUnavailable("down"))
    assert not breaker.admit(now_ms + 9_000.0)
    assert breaker.admit(now_ms + 10_000.0)


def test_a_long_retry_after_opens_at_once_and_for_as_long() -> None:
    breaker = Breaker()
    breaker.failed(0.0, ModelUnavailable("quota", retry_after_s=3600.0))
    assert not breaker.admit(3_599_000.0)
    assert breaker.admit(3_600_000.0)


def test_refusals_alone_open_only_when_most_recent_steps_fail() -> None:
    breaker = Breaker(window=10)
    for _ in range(9):
        breaker.failed(0.0, ModelMisbehaved("refused"))
    assert not breaker.is_open
    breaker.failed(0.0, ModelMisbehaved("refused"))
    assert breaker.is_open


async def test_the_configured_chain_falls_through_real_servers_to_the_last() -> None:
    offline = Told("offline")
    async with (
        ScriptedModel(fail(401, code="invalid_api_key"), say("unused no more")) as openai,
        ScriptedModel(say("from llama")) as llama,
    ):
        settings = load_settings(
            {
                "OPENAI_API_KEY": "sk-test",
                "OPENAI_BASE_URL": openai.base_url,
                "OPENAI_MODEL": "gpt-5-mini",
                "LLAMA_BASE_URL": llama.base_url,
            }
        )
        chain = build_models(settings, offline, SystemClock())
        assert chain.providers == ("openai", "llama", "offline")
        reply = await chain.respond(request())
        assert (reply.provider, reply.text) == ("llama", "from llama")
        assert (await chain.respond(request())).text == "unused no more"
        await chain.close()


async def test_several_names_stand_in_for_one_another() -> None:
    offline = Told("offline")
    settings = load_settings({"OPENAI_API_KEY": "sk", "OPENAI_MODEL": "gpt-5-mini, gpt-5-nano"})
    chain = build_models(settings, offline, clock())
    assert chain.providers == ("openai", "openai", "offline")
    await chain.close()
    assert build_models(load_settings({}), offline, clock()).providers == ("offline",)


async def test_an_unused_step_fails_a_test() -> None:
    server = await ScriptedModel(hang()).__aenter__()
    with pytest.raises(AssertionError, match="never asked for"):
        await server.__aexit__(None, None, None)


async def test_an_unscripted_call_fails_a_test() -> None:
    server = await ScriptedModel().__aenter__()
    settings = load_settings({"OPENAI_API_KEY": "sk", "OPENAI_BASE_URL": server.base_url})
    chain = build_models(settings, Told("offline"), SystemClock())
    assert (await chain.respond(request())).provider == "offline"
    await chain.close()
    with pytest.raises(AssertionError, match="not scripted"):
        await server.__aexit__(None, None, None)
