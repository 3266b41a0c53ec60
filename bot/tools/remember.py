"""Keeps something that the customer has told of themselves; only what stands in their own words."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from bot.domain import StoredMessage
from bot.domain_answers import Memory
from bot.domain_memory import MemoryKind, Told
from bot.errors import ToolFailed
from bot.language.told import VALUE_MAX_CHARS
from bot.language.wording import say
from bot.memory import replaced
from bot.situation import Situation
from bot.store import memories
from bot.store.connection import Connection
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult
from bot.tools.customer_words import messages_saying


class Remember(Arguments):
    """What to keep."""

    kind: Literal[
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
    ] = Field(description="What it is.")
    value: str = Field(
        min_length=1,
        max_length=VALUE_MAX_CHARS,
        description="In the customer's own words, as they wrote them in this conversation.",
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Check that the customer said it, and keep it when the turn commits."""
    asked = Remember.model_validate(arguments)
    value = " ".join(asked.value.split())
    said_in = _said_in(context.situation, value)
    told = Told(MemoryKind(asked.kind), value)
    memory = Memory(
        kind=told.kind,
        value=value,
        source="customer",
        said_at=said_in.said_at,
        message_id=said_in.id,
    )
    situation = context.situation

    async def write(conn: Connection) -> None:
        keep = partial(memories.keep, conn, situation.customer_id, memory)
        await keep(replaces=replaced(told, situation.memories))

    return ToolResult(
        data={"remembered": True, "kind": asked.kind},
        worded=say("remembered", situation.language, seed=str(said_in.id)),
        effects=(write,),
    )


def _said_in(situation: Situation, value: str) -> StoredMessage:
    """The newest message of the customer that holds all of it: nobody else's words count, nor
    words gathered from several of theirs."""
    found = messages_saying(situation, value)
    if not found:
        raise ToolFailed(
            "value: that does not stand in one of the customer's own messages; keep their words"
        )
    return found[-1]


tool = Tool(
    description=(
        "Remember something lasting that the customer has told of themselves: their name, mailbox, "
        "address, ZIP, usual party, diet, an occasion with its date, what they like, how to reach "
        "them, pets or the place. Only in their own words. Allergies are kept without you."
    ),
    arguments=Remember,
    access="write",
    run=run,
)
