"""Compatible servers and their habits, and the repairs that the shared dialect makes."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from model_requests import QUICK, request
from scripted_model import ScriptedModel, Step, calls, fail, say

from bot.clock import SystemClock
from bot.errors import ModelUnavailable
from bot.llm.base import ModelReply, PromptMessage, Role, ToolCall
from bot.llm.chat_dialect import repaired, without_thinking
from bot.llm.llama import LlamaModel


async def ask_llama(server: ScriptedModel, *, model: str = "") -> ModelReply:
    provider = LlamaModel(server.base_url, clock=SystemClock(), model=model, patience=QUICK)
    try:
        return await provider.respond(request())
    finally:
        await provider.close()


async def test_a_prompt_too_long_is_shortened_once() -> None:
    history = tuple(
        PromptMessage(role=Role.USER if turn % 2 == 0 else Role.ASSISTANT, text=f"line {turn}")
        for turn in range(10)
    )
    steps = (fail(400, code="exceed_context_size_error"), say("Short enough"))
    async with ScriptedModel(*steps) as server:
        provider = LlamaModel(server.base_url, clock=SystemClock(), model="m", patience=QUICK)
        reply = await provider.respond(request(*history))
        await provider.close()
    assert reply.text == "Short enough"
    lengths = [len(_messages(sent)) for sent in server.requests]
    assert lengths == [11, 5]


async def test_llama_discovers_its_model_and_asks_in_the_older_words() -> None:
    async with ScriptedModel(say("Hola"), models=("qwen-local",)) as server:
        reply = await ask_llama(server)
    assert reply.provider == "llama"
    assert server.requests[0]["model"] == "qwen-local"
    assert server.requests[0]["max_tokens"] == 700
    assert "max_completion_tokens" not in server.requests[0]


async def test_llama_is_unavailable_while_it_loads_and_without_a_model() -> None:
    async with ScriptedModel() as server:
        server.health_status = 503
        with pytest.raises(ModelUnavailable):
            await ask_llama(server)
    async with ScriptedModel(models=()) as server:
        with pytest.raises(ModelUnavailable):
            await ask_llama(server)


async def test_empty_and_repeated_call_ids_are_repaired() -> None:
    step = calls(("", "price_party", {}), ("x", "search", {}), ("x", "search", {"q": "b"}))
    async with ScriptedModel(step) as server:
        reply = await ask_llama(server, model="m")
    ids = [c.id for c in reply.tool_calls]
    assert all(ids)
    assert len(set(ids)) == 3


async def test_calls_that_share_an_index_and_bring_arguments_parsed_are_told_apart() -> None:
    def whole(call_id: str, value: int) -> Mapping[str, object]:
        function = {"name": "price_party", "arguments": {"adults": value}}
        return {"tool_calls": [{"index": 0, "id": call_id, "function": function}]}

    step = Step(deltas=(whole("a", 1), whole("b", 2)), finish_reason="tool_calls")
    async with ScriptedModel(step) as server:
        reply = await ask_llama(server, model="m")
    assert [json.loads(c.arguments) for c in reply.tool_calls] == [{"adults": 1}, {"adults": 2}]


def test_thinking_is_taken_out_paired_or_not() -> None:
    assert without_thinking("<think>hm</think>\nYes.") == "Yes."
    assert without_thinking("hm, so\n</think>Yes.") == "Yes."
    assert without_thinking("Yes. <think>and also") == "Yes."


def test_a_cut_history_is_repaired() -> None:
    two = (
        ToolCall(id="a", name="one", arguments="{}"),
        ToolCall(id="b", name="two", arguments="{broken"),
    )
    wire = repaired(
        (
            PromptMessage(role=Role.TOOL, tool_call_id="gone", text="orphan"),
            PromptMessage(role=Role.ASSISTANT, tool_calls=two),
            PromptMessage(role=Role.TOOL, tool_call_id="b", text="second"),
            PromptMessage(role=Role.USER, text="and?"),
            PromptMessage(role=Role.ASSISTANT, tool_calls=two[:1]),
            PromptMessage(role=Role.TOOL, tool_call_id="a", text="again"),
        )
    )
    assert [m["role"] for m in wire] == ["assistant", "tool", "tool", "user", "assistant", "tool"]
    assert "interrupted" in str(wire[1]["content"])
    assert wire[2]["content"] == "second"
    assert wire[5]["tool_call_id"] not in ("a", wire[1]["tool_call_id"])
    assert '"{}"' in json.dumps(wire[0])


def _messages(sent: Mapping[str, object]) -> list[object]:
    messages = sent["messages"]
    assert isinstance(messages, list)
    return messages
