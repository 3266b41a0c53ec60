"""One tool call: granted, readable, in time; whatever a model writes is told back, never raised."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from modelled import ORDER

from bot import tool_runner
from bot.booking.travel import TableDistances
from bot.clock import SystemClock
from bot.deps import Deps
from bot.domain import ConversationId, CustomerId
from bot.llm.base import ModelReply, ToolCall
from bot.profile import load_profile
from bot.router import agents
from bot.settings import load_settings
from bot.situation import Situation
from bot.tool_runner import (
    RunCall,
    is_same,
    legible,
    refused,
    repeated,
    run,
    schema,
    specs,
    tools,
)
from bot.tools.base import Arguments, Escalate, Tool, ToolContext, ToolResult

SITUATION = Situation(
    conversation_id=ConversationId(UUID(int=1)),
    customer_id=CustomerId(UUID(int=2)),
    channel="sms",
    language="en",
    agent=None,
    waiting=(),
    transcript=(),
    quote=None,
)
NOWHERE = cast(Any, None)


@pytest.fixture
def context() -> ToolContext:
    deps = Deps(
        settings=load_settings({}),
        profile=load_profile(),
        clock=SystemClock(),
        pool=NOWHERE,
        reader=NOWHERE,
        knowledge=NOWHERE,
        model=NOWHERE,
        offline=NOWHERE,
        distances=TableDistances(load_profile()),
        render=NOWHERE,
    )
    now = datetime(2026, 5, 4, 19, 0, tzinfo=UTC)
    return ToolContext(deps=deps, situation=SITUATION, agent="lead_nurturing", now=now)


def asked(name: str, arguments: object) -> ToolCall:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(id="call_1", name=name, arguments=text)


async def told(context: ToolContext, name: str, arguments: object) -> RunCall:
    return await run(asked(name, arguments), agents()["lead_nurturing"], context, step=3)


async def test_a_good_call_has_result_quote_and_record(context: ToolContext) -> None:
    done = await told(context, "price_party", ORDER)
    assert done.told["ok"] is True
    assert done.result.quote is not None
    assert (done.record.step, done.record.ok, done.record.arguments) == (3, True, ORDER)


async def test_an_unknown_tool_and_one_not_granted_read_alike(context: ToolContext) -> None:
    """I9: a model does not learn of tools that are not its own."""
    for name in ("launch_rocket", "price_party"):
        done = await run(asked(name, ORDER), agents()["knowledge"], context, step=1)
        assert done.error.startswith(f"there is no tool {name!r} for you")
        assert done.result.effects == ()
        assert done.record.ok is False


@pytest.mark.parametrize(
    "arguments",
    ["{", '{"guests": [', "[]", '"adult"', "null", "[" * 15_000, '{"guests": NaN', "{} {}"],
)
async def test_broken_json_is_told_back(context: ToolContext, arguments: str) -> None:
    done = await told(context, "price_party", arguments)
    assert "JSON" in done.error
    assert done.result.quote is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "guests"),
        ({"guests": "twenty"}, "guests"),
        ({"guests": [{"code": "adult", "count": "many"}]}, "guests.0.count"),
        ({"guests": [{"code": "adult", "count": 2.5}]}, "guests.0.count"),
        ({"guests": [{"code": "adult", "count": -3}]}, "guests.0.count"),
        ({"guests": [{"code": "adult", "count": 10**40}]}, "guests.0.count"),
        ({"guests": [{"code": "alien", "count": 3}]}, "alien"),
        ({"guests": [], "customer_id": "somebody else"}, "customer_id"),
        ({"guests": [{"code": "adult", "count": 1}] * 2}, "guests"),
    ],
)
async def test_wrong_arguments_are_told_by_field(
    context: ToolContext, arguments: object, field: str
) -> None:
    """I10: who the customer is, is nobody's argument."""
    done = await told(context, "price_party", arguments)
    assert field in done.error
    assert done.record.arguments == arguments
    assert done.result.effects == ()


async def test_infinity_is_no_number_for_the_record(context: ToolContext) -> None:
    done = await told(context, "price_party", '{"guests": [{"code": "adult", "count": Infinity}]}')
    assert done.error
    json.dumps(done.record.arguments, allow_nan=False)


async def test_far_too_long_arguments_are_not_read(context: ToolContext) -> None:
    done = await told(context, "price_party", '{"town": "' + "x" * 30_000 + '"}')
    assert "too long" in done.error
    assert done.record.arguments == {}


async def test_what_no_database_takes_is_taken_out(context: ToolContext) -> None:
    wanted = '{"reason": "he said \\u0000 \\ud83c\\udf89 \\ud83d", "summary": ""}'
    done = await told(context, "ask_person", wanted)
    assert isinstance(done.result.control, Escalate)
    assert done.result.control.reason == "he said  🎉 \ufffd"
    assert done.record.arguments["reason"] == "he said  🎉 \ufffd"


def test_a_reply_is_made_legible() -> None:
    reply = ModelReply(text="party \ud83c\udf89\x00!", tool_calls=(asked("price\x00_party", {}),))
    mended = legible(reply)
    assert mended.text == "party 🎉!"
    assert mended.tool_calls[0].name == "price_party"


async def test_a_tool_that_never_ends_is_left(
    context: ToolContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_context: ToolContext, _arguments: Arguments) -> ToolResult:
        await asyncio.Event().wait()
        raise AssertionError

    stuck = Tool(
        description="Waits.", arguments=Arguments, access="read", run=never, timeout_s=0.01
    )
    monkeypatch.setattr(tool_runner, "tools", lambda: {"wait": stuck})
    waiter = replace(agents()["general"], tools=("wait",))
    done = await run(asked("wait", {}), waiter, context, step=1)
    assert "too long" in done.error


async def test_a_refused_call_counts_for_nothing(context: ToolContext) -> None:
    done = refused(await told(context, "hand_off", {"agent": "x", "reason": "y"}), "not you")
    assert done.told == {"ok": False, "error": "not you", "data": {}, "worded": ""}
    assert done.result.control is None
    assert (done.record.ok, done.record.result) == (False, {"error": "not you"})


async def test_a_repeated_call_has_its_effects_once(context: ToolContext) -> None:
    first = await told(context, "price_party", ORDER)
    again = repeated(first, asked("price_party", ORDER), step=5)
    assert len(first.result.effects) == 1
    assert again.result.effects == ()
    assert again.result.data == first.result.data
    assert again.record.step == 5


def test_calls_are_the_same_by_meaning_not_by_spelling() -> None:
    first = asked("price_party", '{"a": 1, "b": [2]}')
    assert is_same(first, asked("price_party", '{ "b":[2], "a":1 }'))
    assert not is_same(first, asked("price_party", {"a": 2, "b": [2]}))
    assert not is_same(first, asked("search_knowledge", {"a": 1, "b": [2]}))
    assert not is_same(asked("x", "{"), asked("x", "{"))


class Titled(Arguments):
    """Arguments whose names are also words of JSON Schema."""

    title: str
    default: int = 3


def objects_in(node: object) -> Iterator[dict[str, Any]]:
    """Every object of a schema that lists properties, at whatever depth."""
    if isinstance(node, dict) and "properties" in node:
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from objects_in(child)


@pytest.mark.parametrize("name", agents())
def test_a_schema_is_strict_to_the_last_object(name: str) -> None:
    """Every property required and no others, or the vendor refuses the request."""
    found = specs(agents()[name])
    assert [spec.name for spec in found] == [t for t in agents()[name].tools if t in tools()]
    for node in (node for spec in found for node in objects_in(spec.parameters)):
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False


def test_an_argument_may_be_called_title() -> None:
    titled = Tool(description="", arguments=Titled, access="read", run=NOWHERE)
    assert schema(titled)["required"] == ["title", "default"]
    assert set(cast(dict[str, object], schema(titled)["properties"])) == {"title", "default"}
