"""Runs one tool call of a model: granted, readable, in time, and recorded whatever comes of it.

Nothing a model writes here raises: an unknown tool, one that was not granted, broken JSON and wrong
arguments are all told back to the model as the call's result (I9).
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Literal

from pydantic import ValidationError

from bot import plugins, unproven_refusal
from bot.agents.base import Agent
from bot.errors import ToolDenied, ToolFailed
from bot.llm.base import ModelReply, ToolCall, ToolSpec
from bot.store.turns import ToolRecord
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

ARGUMENTS_MAX_CHARS = 20_000

Slip = Literal["", "grant", "arguments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall:
    """A tool call with what came of it."""

    call: ToolCall
    result: ToolResult
    record: ToolRecord
    error: str = ""
    slip: Slip = ""
    """What the model got wrong itself; a tool that could not do it is no slip."""
    agent: str = ""
    """Who asked for it."""

    @property
    def told(self) -> Mapping[str, object]:
        """What the model is told."""
        return {
            "ok": not self.error,
            "error": self.error,
            "data": dict(self.result.data),
            "worded": self.result.worded,
        }


def tools() -> Mapping[str, Tool]:
    """Every tool there is, by name."""
    return plugins.load("bot.tools", "tool", Tool)


def specs(agent: Agent) -> tuple[ToolSpec, ...]:
    """The agent's granted tools as a model sees them."""
    return tuple(
        ToolSpec(name=name, description=tools()[name].description, parameters=schema(tools()[name]))
        for name in agent.tools
        if name in tools()
    )


def schema(tool: Tool) -> Mapping[str, object]:
    """The arguments as strict JSON Schema: every property required, no others allowed."""
    return _schema_of(tool.arguments)


@cache
def _schema_of(arguments: type[Arguments]) -> Mapping[str, object]:
    """Made once a process: making all of an agent's takes longer than the rest of a step."""
    return MappingProxyType(_strict(arguments.model_json_schema()))


def _strict(node: Mapping[str, object]) -> dict[str, object]:
    made = {key: _walk(value) for key, value in node.items() if key not in ("default", "title")}
    properties = node.get("properties")
    if isinstance(properties, dict):
        # Their keys are names of ours, of which one may well be "title".
        made["properties"] = {name: _walk(value) for name, value in properties.items()}
        made |= {"required": list(properties), "additionalProperties": False}
    return made


def _walk(value: object) -> object:
    if isinstance(value, dict):
        return _strict(value)
    if isinstance(value, list):
        return [_walk(each) for each in value]
    return value


async def run(call: ToolCall, agent: Agent, context: ToolContext, *, step: int) -> RunCall:
    """Run the call, or say why not."""
    clock = context.deps.clock
    began_ms = clock.monotonic_ms()
    arguments: Mapping[str, object] = {}
    result, error = ToolResult(data={}), ""
    slip: Slip = "grant"
    try:
        tool = _granted(call.name, agent)
        slip = "arguments"
        arguments = _read(call)
        accepted = _accepted(arguments, tool)
        slip = ""
        async with asyncio.timeout(tool.timeout_s):
            if unproven_refusal.forbids(call.name, tool, context.situation):
                result = unproven_refusal.refuse(call.name, context)
            else:
                result = await tool.run(context, accepted)
    except (ToolDenied, ToolFailed) as refused:
        error = str(refused)
    except TimeoutError:
        error = f"{call.name} took too long; answer without it or ask a person"
    record = ToolRecord(
        step=step,
        name=call.name[:64],
        arguments=arguments,
        result={"error": error} if error else result.data,
        ok=not error,
        latency_ms=clock.monotonic_ms() - began_ms,
    )
    return RunCall(
        call=call, result=result, record=record, error=error, slip=slip, agent=context.agent
    )


def refused(done: RunCall, why: str) -> RunCall:
    """The call as one that ran but is not allowed to count."""
    record = replace(done.record, ok=False, result={"error": why})
    return replace(done, result=ToolResult(data={}), record=record, error=why)


def repeated(done: RunCall, call: ToolCall, *, step: int) -> RunCall:
    """The same call asked for once more: it has its result already, and its effects only once."""
    record = replace(done.record, step=step, latency_ms=0.0)
    return replace(done, call=call, result=replace(done.result, effects=()), record=record)


def has_stated(runs: Sequence[RunCall]) -> bool:
    """Whether one of these calls will have stated terms that the customer has yet to answer."""
    good = (done.result for done in runs if not done.error and done.result.effects)
    return any(result.data.get("held") or result.data.get("stated") for result in good)


def reads_only(call: ToolCall) -> bool:
    """Whether the call, if it is granted at all, changes nothing that another one could see."""
    tool = tools().get(call.name)
    return tool is None or tool.access == "read"


def is_same(call: ToolCall, other: ToolCall) -> bool:
    """Whether two calls ask for the same, however their JSON is spaced and ordered."""
    if call.name != other.name:
        return False
    try:
        return bool(_read(call) == _read(other))
    except ToolFailed:
        return False


def legible(reply: ModelReply) -> ModelReply:
    """A model's words and the names it calls, without what no store or vendor takes."""
    calls = tuple(replace(call, name=str(storable(call.name))) for call in reply.tool_calls)
    return replace(reply, text=str(storable(reply.text)), tool_calls=calls)


def storable(value: object) -> object:
    """JSON as PostgreSQL takes it: no NUL, no lone surrogate, no number that is none."""
    if isinstance(value, str):
        # A pair that came in two pieces is joined by the way over UTF-16.
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(storable(key)): storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [storable(each) for each in value]
    return value


def _granted(name: str, agent: Agent) -> Tool:
    if name not in agent.tools or name not in tools():
        yours = [each for each in agent.tools if each in tools()]
        raise ToolDenied(f"there is no tool {name[:64]!r} for you; yours are {yours}")
    return tools()[name]


def _read(call: ToolCall) -> Mapping[str, object]:
    if len(call.arguments) > ARGUMENTS_MAX_CHARS:
        raise ToolFailed("the arguments are far too long")
    try:
        given = storable(json.loads(call.arguments or "{}"))
    except (ValueError, RecursionError) as error:
        raise ToolFailed("the arguments are not valid JSON") from error
    if not isinstance(given, dict):
        raise ToolFailed("the arguments must be a JSON object")
    return given


def _accepted(given: Mapping[str, object], tool: Tool) -> Arguments:
    try:
        return tool.arguments.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, issue['loc'])) or 'arguments'}: {issue['msg']}"
            for issue in error.errors(include_url=False, include_input=False)
        )
        raise ToolFailed(f"wrong arguments: {wrong}") from error
