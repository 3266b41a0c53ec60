"""Runs one tool call of a model: granted, readable, in time, and recorded whatever comes of it.

Nothing a model writes here raises: an unknown tool, one that was not granted, broken JSON and wrong
arguments are all told back to the model as the call's result (I9).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from bot import plugins
from bot.agents.base import Agent
from bot.errors import ToolDenied, ToolFailed
from bot.llm.base import ToolCall, ToolSpec
from bot.store.turns import ToolRecord
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

ARGUMENTS_MAX_CHARS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall:
    """A tool call with what came of it."""

    call: ToolCall
    result: ToolResult
    record: ToolRecord
    error: str = ""

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
    return _strict(tool.arguments.model_json_schema())


def _strict(node: Mapping[str, object]) -> dict[str, object]:
    made = {key: _walk(value) for key, value in node.items() if key not in ("default", "title")}
    properties = made.get("properties")
    if isinstance(properties, dict):
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
    try:
        tool = _granted(call.name, agent)
        arguments, accepted = _read(call, tool)
        async with asyncio.timeout(tool.timeout_s):
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
    return RunCall(call=replace(call), result=result, record=record, error=error)


def _granted(name: str, agent: Agent) -> Tool:
    if name not in agent.tools or name not in tools():
        raise ToolDenied(f"there is no tool {name[:64]!r} for you; yours are {list(agent.tools)}")
    return tools()[name]


def _read(call: ToolCall, tool: Tool) -> tuple[Mapping[str, object], Arguments]:
    if len(call.arguments) > ARGUMENTS_MAX_CHARS:
        raise ToolFailed("the arguments are far too long")
    try:
        given = json.loads(call.arguments or "{}")
    except ValueError as error:
        raise ToolFailed("the arguments are not valid JSON") from error
    if not isinstance(given, dict):
        raise ToolFailed("the arguments must be a JSON object")
    try:
        return given, tool.arguments.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, issue['loc'])) or 'arguments'}: {issue['msg']}"
            for issue in error.errors(include_url=False, include_input=False)
        )
        raise ToolFailed(f"wrong arguments: {wrong}") from error
