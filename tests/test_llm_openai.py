"""Model servers as they really behave: streams, fragments, refusals, failures and silence."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import date
from decimal import Decimal

import pytest
from model_requests import QUICK, SECRET, request
from scripted_model import (
    ScriptedModel,
    Step,
    call,
    calls,
    cut,
    error_line,
    fail,
    flood,
    hang,
    refuse,
    say,
    stall,
)

from bot.clock import SystemClock
from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply
from bot.llm.chat_errors import retry_after
from bot.llm.openai import OpenAIModel
from bot.llm.prices import cost_of, load_prices


async def ask(server: ScriptedModel, *, model: str = "gpt-5-mini") -> ModelReply:
    provider = OpenAIModel(
        model, api_key="sk-test", clock=SystemClock(), base_url=server.base_url, patience=QUICK
    )
    try:
        return await provider.respond(request())
    finally:
        await provider.close()


async def test_a_streamed_answer_is_put_together() -> None:
    async with ScriptedModel(say("Hello, how may I help?")) as server:
        reply = await ask(server)
    assert reply.text == "Hello, how may I help?"
    assert reply.provider == "openai"
    assert reply.usage.input_tokens == 100
    assert reply.usage.output_tokens == 20
    assert reply.first_token_ms is not None
    sent = server.requests[0]
    assert sent["stream_options"] == {"include_usage": True}
    assert "max_tokens" not in sent
    assert "temperature" not in sent
    assert int(str(sent["max_completion_tokens"])) > 700


async def test_an_older_model_gets_a_temperature_and_no_room_for_reasoning() -> None:
    async with ScriptedModel(say("Hi")) as server:
        await ask(server, model="gpt-4.1-mini")
    assert server.requests[0]["max_completion_tokens"] == 700
    assert server.requests[0]["temperature"] == 0.2


async def test_fragments_of_several_tool_calls_are_joined_by_index() -> None:
    step = calls(("call_a", "price_party", {"adults": 20}), ("call_b", "search", {"q": "rain"}))
    async with ScriptedModel(step) as server:
        reply = await ask(server)
    assert [(c.id, c.name, json.loads(c.arguments)) for c in reply.tool_calls] == [
        ("call_a", "price_party", {"adults": 20}),
        ("call_b", "search", {"q": "rain"}),
    ]


async def test_broken_arguments_are_left_for_the_tool_to_refuse() -> None:
    async with ScriptedModel(call("price_party", '{"adults": 2')) as server:
        reply = await ask(server)
    assert reply.tool_calls[0].arguments == '{"adults": 2'


async def test_missing_usage_is_unknown_and_not_nothing() -> None:
    async with ScriptedModel(dataclasses.replace(say("Hi"), usage=None)) as server:
        reply = await ask(server)
    assert reply.usage.input_tokens is None
    assert reply.usage.cost is None


@pytest.mark.parametrize(
    "step",
    [
        refuse(),
        dataclasses.replace(say("Half of an"), finish_reason="content_filter"),
        Step(finish_reason="length"),
        Step(),
        say("<think>only thoughts</think>"),
        flood(),
        dataclasses.replace(say("x"), raw_lines=("data: {not json",)),
    ],
    ids=["refusal", "filtered", "length", "empty", "thoughts", "flood", "broken"],
)
async def test_a_reply_that_is_none_is_misbehaviour_and_not_asked_for_again(step: Step) -> None:
    async with ScriptedModel(step) as server:
        with pytest.raises(ModelMisbehaved):
            await ask(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        fail(500),
        fail(503),
        fail(429, code="rate_limit_exceeded", retry_after="0.05"),
        fail(408),
        error_line(),
        cut(),
        Step(ending="drop"),
    ],
    ids=["500", "503", "429", "408", "error line", "cut at once", "dropped"],
)
async def test_a_passing_failure_is_tried_once_more(step: Step) -> None:
    async with ScriptedModel(step, say("Here again")) as server:
        assert (await ask(server)).text == "Here again"


async def test_a_second_failure_ends_the_step() -> None:
    async with ScriptedModel(fail(500), fail(502)) as server:
        with pytest.raises(ModelUnavailable):
            await ask(server)


@pytest.mark.parametrize(
    "step",
    [
        fail(429, code="insufficient_quota"),
        fail(429, code="rate_limit_exceeded", retry_after="30"),
        fail(401, code="invalid_api_key"),
        fail(404, code="model_not_found"),
        cut("Half of an ans"),
        stall("Half of an ans"),
        hang(),
        dataclasses.replace(say("Half of an ans"), ending="drop"),
    ],
    ids=["quota", "long wait", "key", "retired", "cut", "stalled", "hang", "dropped late"],
)
async def test_what_a_second_try_would_not_mend_is_not_tried_again(step: Step) -> None:
    async with ScriptedModel(step) as server:
        with pytest.raises(ModelUnavailable):
            await ask(server)
    assert len(server.requests) == 1


async def test_a_long_wait_is_passed_on_to_the_breaker() -> None:
    step = fail(429, code="rate_limit_exceeded", retry_after="30")
    async with ScriptedModel(step) as server:
        with pytest.raises(ModelUnavailable) as caught:
            await ask(server)
    assert caught.value.retry_after_s == 30.0


async def test_what_the_customer_wrote_is_in_no_error() -> None:
    for step in (
        fail(400, message=f"bad: {SECRET}"),
        error_line(message=SECRET),
        fail(500, code=SECRET),
    ):
        async with ScriptedModel(step, *(() if step.status == 400 else (step,))) as server:
            with pytest.raises(ModelError) as caught:
                await ask(server)
        error: BaseException | None = caught.value
        while error is not None:
            assert "4111" not in f"{error!r} {vars(error)}"
            error = None if error.__suppress_context__ else error.__context__
    assert "req_scripted" in str(caught.value)


async def test_an_unreachable_server_is_unavailable() -> None:
    provider = OpenAIModel(
        "gpt-5-mini",
        api_key="sk-test",
        clock=SystemClock(),
        base_url="http://127.0.0.1:9/v1",
        patience=QUICK,
    )
    with pytest.raises(ModelUnavailable):
        await provider.respond(request())
    await provider.close()


async def test_a_cancelled_turn_lets_go_of_the_stream() -> None:
    async with ScriptedModel(stall("Half")) as server:
        task = asyncio.create_task(ask(server))
        while not server.requests:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_retry_after_is_read_in_all_its_forms() -> None:
    served = "Mon, 23 Nov 2026 10:00:00 GMT"
    assert retry_after({"retry-after": "7"}, "") == 7.0
    assert retry_after({"retry-after-ms": "250"}, "") == 0.25
    assert retry_after({"retry-after": "Mon, 23 Nov 2026 10:00:09 GMT"}, served) == 9.0
    assert retry_after({"retry-after": "soon"}, served) is None
    assert retry_after({}, served) is None


def test_a_step_is_priced_by_the_entry_of_its_day() -> None:
    on = date(2026, 11, 23)
    cost = cost_of("gpt-5-mini", input_tokens=1_000_000, output_tokens=500_000, on=on)
    assert cost == Decimal("1.25")
    assert cost_of("gpt-5-mini-2025-08-07", input_tokens=0, output_tokens=0, on=on) == 0
    assert cost_of("gpt-5-mini", input_tokens=1, output_tokens=1, on=date(2020, 1, 1)) is None
    assert cost_of("somebody-elses", input_tokens=1, output_tokens=1, on=on) is None
    assert cost_of("gpt-5-mini", input_tokens=None, output_tokens=1, on=on) is None
    by_token = [line for lines in load_prices().values() for line in lines if not line.minute]
    assert by_token
    assert all(line.input < line.output for line in by_token)
