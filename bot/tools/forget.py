"""Forgets what the customer has told of themselves, when and because they ask for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot import memory
from bot.domain_memory import MemoryKind
from bot.errors import ToolFailed
from bot.language.forgetting import EVERYTHING, speaks_of_forgetting
from bot.store.connection import Connection
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

Kind = Literal[
    "everything",
    "name",
    "email",
    "address",
    "zip_code",
    "party",
    "diet",
    "language",
    "occasion",
    "protein",
    "phone",
    "contact",
    "pets",
    "space",
]


class Forget(Arguments):
    """What to forget."""

    kinds: list[Kind] = Field(min_length=1, max_length=14, description="What, or everything.")


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Empty it when the turn commits, and say so in plain words."""
    asked = Forget.model_validate(arguments)
    situation = context.situation
    if not speaks_of_forgetting(situation.text):
        raise ToolFailed("the customer has not asked to forget anything in their last message")
    kinds = frozenset(map(MemoryKind, set(asked.kinds) - {"everything"}))
    kinds = EVERYTHING if "everything" in asked.kinds else kinds

    async def write(conn: Connection) -> None:
        at = context.deps.clock.now()
        await memory.forget(conn, situation.customer_id, kinds, at=at)

    return ToolResult(
        data={"forgotten": sorted(kinds)},
        worded=memory.say_forgotten(kinds, situation.language, seed=str(situation.waiting[-1].id)),
        effects=(write,),
    )


tool = Tool(
    description=(
        "Forget what the customer has told of themselves: one or more kinds, or everything. Only "
        "when they ask for it. Tell them plainly what is forgotten. Bookings stay."
    ),
    arguments=Forget,
    access="write",
    run=run,
)
