"""What is heard of a reply while it comes: its own words, each once, and never a thought."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model_requests import QUICK, request
from scripted_model import ScriptedModel, Step, call, cut, error_line, fail, say

from bot.clock import SystemClock
from bot.errors import ModelError, ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest
from bot.llm.chain import ModelChain
from bot.llm.chat_dialect import without_thinking
from bot.llm.llama import LlamaModel
from bot.llm.openai import OpenAIModel
from bot.llm.streaming import Telling, Unthought

WORDS = st.lists(
    st.sampled_from(
        ["<think>", "</think>", "<THINKING>", "</thinking>", "Yes", " ", "\n", "<", "<thi", "5 < 6"]
    ),
    max_size=12,
).map("".join)


@given(text=WORDS, cuts=st.lists(st.integers(0, 60), max_size=6))
@example(text="<think>hm</think>\nYes. ", cuts=[3, 8])
@example(text="hm, so\n</think>Yes", cuts=[2, 9])
def test_pieces_however_cut_come_to_what_the_whole_comes_to(text: str, cuts: list[int]) -> None:
    heard: list[str] = []
    shown = Unthought(Telling(heard.append))
    edges = [0, *sorted(min(each, len(text)) for each in cuts), len(text)]
    for start, end in itertools.pairwise(edges):
        shown.feed(text[start:end])
    told = shown.telling.told
    assert without_thinking(text).startswith(told)
    assert not any(tag in piece.lower() for piece in heard for tag in ("<think", "</think"))
    shown.telling.settle(without_thinking(text))
    assert _left(heard) == without_thinking(text)


class Offline:
    """The last provider, which says all at once."""

    name = "offline"

    def __init__(self, error: ModelError | None = None) -> None:
        self.error = error

    async def respond(self, _request: ModelRequest) -> ModelReply:
        if self.error is not None:
            raise self.error
        return ModelReply(text="from the last")

    async def close(self) -> None:
        """Nothing is open."""


async def listened(
    server: ScriptedModel, *, last: Offline | None = None, model: str = "gpt-5-mini"
) -> tuple[ModelReply, list[str]]:
    heard: list[str] = []
    clock = SystemClock()
    first = OpenAIModel(model, api_key="sk", clock=clock, base_url=server.base_url, patience=QUICK)
    chain = ModelChain((first, last or Offline()), clock=clock)
    try:
        reply = await chain.respond(replace(request(), listener=heard.append))
    finally:
        await chain.close()
    return reply, heard


async def test_a_reply_is_heard_piece_by_piece_and_never_what_the_model_thought() -> None:
    step = say("<think>cheap ones?</think>\n\nFor 20 guests we bring two chefs.", pieces=30)
    async with ScriptedModel(step) as server:
        reply, heard = await listened(server)
    assert len(heard) > 5
    assert "".join(heard) == reply.text == "For 20 guests we bring two chefs."


async def test_words_beside_a_call_are_heard_and_a_call_alone_is_silent() -> None:
    async with ScriptedModel(call("price_party", {})) as server:
        _, heard = await listened(server)
    assert heard == []


@pytest.mark.parametrize(
    ("step", "taken_back"),
    [
        (cut("The price is $1,0"), True),
        (replace(say("Half"), ending="drop"), True),
        (replace(say("Half"), finish_reason="content_filter"), True),
        (fail(401, code="invalid_api_key"), False),
    ],
    ids=["cut", "dropped", "filtered", "never began"],
)
async def test_what_one_provider_began_is_taken_back_before_the_next_speaks(
    step: Step, taken_back: bool
) -> None:
    async with ScriptedModel(step) as server:
        reply, heard = await listened(server)
    assert reply.provider == "offline"
    assert ("" in heard) is taken_back
    assert _left(heard) == "from the last"


async def test_a_retry_and_a_shortened_prompt_begin_anew() -> None:
    late = replace(say("Half of"), finish_reason=None, usage=None, ending="cut")
    late = replace(late, raw_lines=error_line("context_length_exceeded").raw_lines)
    async with ScriptedModel(fail(500), say("Whole again")) as server:
        _, heard = await listened(server)
    assert "".join(heard) == "Whole again"
    async with ScriptedModel(late) as server:
        _, heard = await listened(server)
    assert heard[0] == "Hal"
    assert _left(heard) == "from the last"


async def test_when_nobody_is_left_nothing_of_it_counts() -> None:
    last = Offline(ModelUnavailable("broken"))
    heard: list[str] = []
    with pytest.raises(ModelUnavailable):
        async with ScriptedModel(cut("Half")) as server:
            await _fails(server, last, heard.append)
    assert _left(heard) == ""
    assert heard[0]


async def _fails(server: ScriptedModel, last: Offline, listener: Callable[[str], None]) -> None:
    clock = SystemClock()
    first = OpenAIModel("m", api_key="sk", clock=clock, base_url=server.base_url, patience=QUICK)
    chain = ModelChain((first, last), clock=clock)
    try:
        await chain.respond(replace(request(), listener=listener))
    finally:
        await chain.close()


async def test_thinking_that_no_tag_opened_is_taken_back_once_and_then_expected() -> None:
    step = say("They want a price. </think> Two chefs come.", pieces=20)
    heard: list[str] = []
    async with ScriptedModel(step, step) as server:
        model = LlamaModel(server.base_url, clock=SystemClock(), model="qwen", patience=QUICK)
        asked = replace(request(), listener=heard.append)
        assert (await model.respond(asked)).text == "Two chefs come."
        assert "" in heard
        assert _left(heard) == "Two chefs come."
        heard.clear()
        await model.respond(asked)
        await model.close()
    assert "".join(heard) == "Two chefs come."
    assert "" not in heard


def _left(heard: list[str]) -> str:
    """What stands in the end."""
    begun_at = max((at for at, piece in enumerate(heard) if not piece), default=-1)
    return "".join(heard[begun_at + 1 :])
