"""Hands the turn to another agent, who goes on with all that was learnt so far."""

from __future__ import annotations

from pydantic import Field

from bot.tools.base import Arguments, Handoff, Tool, ToolContext, ToolResult


class HandOff(Arguments):
    """Who is better at this, and why."""

    agent: str = Field(description="The name of the agent to hand to.")
    reason: str = Field(min_length=1, max_length=200, description="Why that agent is better at it.")
    learnt: str = Field(
        default="",
        max_length=400,
        description=(
            "What the next agent must know and would otherwise ask again, in one or two sentences: "
            "what is wanted, told and still open. Empty if there is nothing."
        ),
    )


async def run(_context: ToolContext, arguments: Arguments) -> ToolResult:
    """Return the wish to hand off as a value; the orchestrator grants it or not."""
    asked = HandOff.model_validate(arguments)
    # What was learnt is no data of the result: data may be said to the customer as fact (I8).
    control = Handoff(agent=asked.agent, reason=asked.reason, learnt=asked.learnt)
    return ToolResult(data={"handed_to": asked.agent}, control=control)


tool = Tool(
    description="Hand this turn to another agent that is clearly better at what is wanted.",
    arguments=HandOff,
    access="read",
    run=run,
)
