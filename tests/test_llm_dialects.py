"""llama.cpp, Ollama and vLLM as they are: told apart, spoken to in their way, and understood."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dialects import LLAMA_CPP, OLLAMA, REFUSALS, VLLM, Pages, ending, piece, wire
from model_requests import QUICK, request
from scripted_model import ScriptedModel, Step, say

from bot.clock import FrozenClock, SystemClock
from bot.errors import ModelMisbehaved, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest, PromptMessage, Role
from bot.llm.chain import ModelChain
from bot.llm.chat_errors import ContextTooSmall
from bot.llm.llama import ASK_AGAIN_S, LlamaModel

# Nothing hangs here, and a busy machine may be slow.
CALM = replace(QUICK, first_token_s=10.0, idle_s=10.0, total_s=20.0)


def model_on(server: ScriptedModel, **options: int) -> LlamaModel:
    return LlamaModel(server.base_url, clock=SystemClock(), patience=CALM, **options)


async def reply_of(step: Step) -> ModelReply:
    async with ScriptedModel(step) as server:
        model = model_on(server)
        try:
            return await model.respond(request())
        finally:
            await model.close()


@pytest.mark.parametrize(
    ("pages", "kind", "context", "told"),
    [
        (LLAMA_CPP, "llama.cpp", 4096, 0),
        (OLLAMA, "Ollama", 4096, 0),
        (OLLAMA, "Ollama", 16_384, 16_384),
        (VLLM, "vLLM", 32_768, 0),
        ({}, "a compatible server", None, 0),
        ({"/props": {}, "/version": {"version": 3}}, "a compatible server", None, 0),
    ],
    ids=["llama.cpp", "ollama", "ollama told", "vllm", "other", "malformed"],
)
async def test_a_server_is_told_apart_and_says_its_context(
    pages: Pages, kind: str, context: int | None, told: int
) -> None:
    async with ScriptedModel(pages=pages) as server:
        model = model_on(server, context=told)
        found = await model.discover()
        await model.close()
    assert found.kind.name == kind
    assert model.context == context
    assert model.model == ("Qwen/Qwen3-8B" if kind == "vLLM" else "scripted")


class Offline:
    """The last provider."""

    name = "offline"

    async def respond(self, _request: ModelRequest) -> ModelReply:
        return ModelReply(text="from the last")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_server_without_tools_is_passed_by_and_its_mend_is_said_once(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    pages, refusal, mend = REFUSALS[kind]
    clock = FrozenClock(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    failures: list[str] = []
    caplog.set_level(logging.WARNING)
    async with ScriptedModel(refusal, say("In short: 20 guests."), refusal, pages=pages) as server:
        model = LlamaModel(server.base_url, clock=clock, patience=CALM)
        chain = ModelChain((model, Offline()), clock=clock)
        chain.on_failure = lambda name, _error: failures.append(name)
        for _turn in range(5):
            assert (await chain.respond(request())).provider == "offline"
        assert not chain.is_open(0)
        summary = replace(request(tools=()), purpose="summary")
        assert (await chain.respond(summary)).provider == "llama"
        clock.advance(timedelta(seconds=ASK_AGAIN_S + 1))
        await chain.respond(request())
        await chain.close()
        assert len(server.requests) == 3
    assert failures == []
    warned = [record for record in caplog.records if record.message == "model.cannot_serve"]
    assert len(warned) == 1
    assert mend in warned[0].__dict__["mend"]
    assert warned[0].__dict__["server"] == kind


async def test_words_of_a_customer_are_not_taken_for_a_servers() -> None:
    echoed = "bad request: my house does not support tools, he said"
    step = Step(status=400, body={"error": {"message": echoed, "type": "x", "code": None}})
    async with ScriptedModel(step) as server:
        model = model_on(server)
        with pytest.raises(ModelMisbehaved):
            await model.respond(request())
        await model.close()


def long_talk(turns: int) -> ModelRequest:
    texts = [f"{turn} " + "about the party " * 20 for turn in range(turns)]
    return request(
        *(
            PromptMessage(role=Role.USER if turn % 2 == 0 else Role.ASSISTANT, text=text)
            for turn, text in enumerate(texts)
        )
    )


async def test_ollama_gets_no_prompt_that_it_would_cut_without_a_word() -> None:
    async with ScriptedModel(say("Yes"), pages=OLLAMA) as server:
        model = model_on(server)
        await model.respond(long_talk(80))
        await model.close()
        (sent,) = server.requests
    messages = sent["messages"]
    assert isinstance(messages, list)
    assert messages[0]["role"] == "system"
    assert [m["role"] for m in messages[1:3]] == ["user", "assistant"]
    assert str(messages[-1]["content"]).startswith("79 ")
    assert 3.5 * 2000 < len(json.dumps(messages)) < 3.5 * (4096 - 700)


async def test_what_cannot_be_shortened_is_not_sent_and_the_mend_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    huge = request(PromptMessage(role=Role.USER, text="why? " * 5000))
    async with ScriptedModel(pages=OLLAMA) as server:
        model = model_on(server)
        for _turn in range(2):
            with pytest.raises(ContextTooSmall, match="4096"):
                await model.respond(huge)
        await model.close()
    (warned,) = [record for record in caplog.records if record.message == "model.cannot_serve"]
    assert "OLLAMA_CONTEXT_LENGTH" in warned.__dict__["mend"]


async def test_vllms_words_for_too_long_a_prompt_are_known_without_a_code() -> None:
    said = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"
    body = {"object": "error", "message": said, "type": "BadRequestError", "code": 400}
    async with ScriptedModel(Step(status=400, body=body), say("Short"), pages=VLLM) as server:
        model = model_on(server)
        assert (await model.respond(long_talk(10))).text == "Short"
        await model.close()
        sizes = [len(json.dumps(sent["messages"])) for sent in server.requests]
    assert sizes[1] < 0.7 * sizes[0]


async def test_llama_cpps_stream_is_read() -> None:
    path = "/srv/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    last = ending(19, 6, total_tokens=25, prompt_tokens_details={"cached_tokens": 3})
    step = wire(
        piece({"role": "assistant", "content": None}, model=path),
        piece({"reasoning_content": "a greeting"}, model=path),
        piece({"content": "Hello"}, model=path),
        piece({"content": ", welcome"}, model=path),
        piece({}, "stop", model=path),
        {**last, "model": path, "timings": {"prompt_ms": 73.1, "predicted_n": 6}},
        "[DONE]",
    )
    reply = await reply_of(step)
    assert reply.text == "Hello, welcome"
    assert reply.model == "SmolLM2-135M-Instruct.Q4_1.gguf"
    usage = reply.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == (19, 6, 3)


@pytest.mark.parametrize("reason", ["tool_calls", "stop"])
async def test_ollamas_whole_calls_are_read_whatever_it_says_in_the_end(reason: str) -> None:
    function = {"name": "price_party", "arguments": '{"adults":20}'}
    whole = {"index": 0, "id": "call_8fh2kd1s", "type": "function", "function": function}
    step = wire(
        piece({"role": "assistant", "content": "", "reasoning": "count them"}),
        piece({"role": "assistant", "content": "", "tool_calls": [whole]}),
        piece({"role": "assistant", "content": ""}, reason),
        ending(200, 30),
        "[DONE]",
        prefix="data:",
    )
    reply = await reply_of(step)
    (call,) = reply.tool_calls
    assert (call.id, json.loads(call.arguments)) == ("call_8fh2kd1s", {"adults": 20})
    assert reply.text == ""


async def test_vllms_calls_and_its_running_usage_are_read() -> None:
    def part(**function: object) -> Mapping[str, object]:
        return {"tool_calls": [{"index": 0, "function": function}]}

    opening = {"index": 0, "id": "chatcmpl-tool-1", "type": "function", "function": {"name": "p"}}
    running = {"prompt_tokens": 10, "completion_tokens": 1}
    step = wire(
        piece({"role": "assistant", "content": ""}, usage=running),
        piece({"reasoning_content": "let me see"}, usage=running),
        piece({"tool_calls": [opening]}, usage=running),
        piece(part(arguments='{"adults": '), usage=running),
        piece(part(arguments="20}"), usage=running),
        piece({}, "tool_calls", usage=running),
        ending(10, 9),
        "[DONE]",
    )
    reply = await reply_of(step)
    assert [(c.id, c.arguments) for c in reply.tool_calls] == [
        ("chatcmpl-tool-1", '{"adults": 20}')
    ]
    assert reply.usage.output_tokens == 9


async def test_an_end_without_a_reason_is_one_where_the_usage_follows() -> None:
    assert (await reply_of(wire(piece({"content": "Yes"}), ending(9, 1)))).text == "Yes"
    running = {"prompt_tokens": 9, "completion_tokens": 1}
    for step in (
        wire(piece({"content": "Ye"}, usage=running)),
        wire(piece({"content": "Ye"}), piece({}, "abort"), "[DONE]"),
        wire(piece({"content": "Ye"}), {"error": {"message": "out of memory", "code": 500}}),
    ):
        with pytest.raises(ModelUnavailable):
            await reply_of(step)


async def test_doctor_can_ask_whether_tools_are_taken() -> None:
    pages, refusal, _mend = REFUSALS["vLLM"]
    async with ScriptedModel(refusal, say("ok"), Step(status=503, body={}), pages=pages) as server:
        model = model_on(server)
        await model.discover()
        assert not await model.takes_tools()
        assert await model.takes_tools()
        with pytest.raises(ModelUnavailable):
            await model.takes_tools()
        await model.close()
