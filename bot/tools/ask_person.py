"""Hands the conversation to a person. The turn does it, in the transaction that says so."""

from __future__ import annotations

from pydantic import Field

from bot.tools.base import Arguments, Escalate, Tool, ToolContext, ToolResult


class AskPerson(Arguments):
    """What the person needs to know."""

    reason: str = Field(min_length=1, max_length=200, description="Why a person is needed.")
    summary: str = Field(
        max_length=600, description="What the customer wants and has told so far; may be empty."
    )


async def run(_context: ToolContext, arguments: Arguments) -> ToolResult:
    """Return the wish to escalate as a value."""
    asked = AskPerson.model_validate(arguments)
    return ToolResult(
        data={"handed_over": True, "reason": asked.reason},
        control=Escalate(reason=asked.reason, summary=asked.summary),
    )


tool = Tool(
    description=(
        "Ask a person of the team to take over this conversation. Use it when the customer asks "
        "for a person, is upset, wants money back, or needs what no other tool can do."
    ),
    arguments=AskPerson,
    access="write",
    run=run,
)
