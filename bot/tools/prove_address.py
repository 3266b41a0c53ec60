"""Sends a code to another address that the customer calls theirs, so that both become one."""

from __future__ import annotations

from pydantic import Field

from bot.domain import ConversationId
from bot.errors import ToolFailed
from bot.identity_codes import asked_too_often, is_own, send_code
from bot.language.proving import find_address
from bot.language.wording import say
from bot.store.connection import Connection
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult
from bot.tools.customer_words import said


class ProveAddress(Arguments):
    """The other address."""

    address: str = Field(
        min_length=5,
        max_length=120,
        description="The telephone number or mailbox, as the customer wrote it.",
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Check that the customer wrote it, and send a code there when the turn commits."""
    asked = ProveAddress.model_validate(arguments)
    deps, situation = context.deps, context.situation
    value = find_address(asked.address)
    if not value:
        raise ToolFailed("address: a telephone number with its area code, or a mailbox, is needed")
    if not any(
        find_address(line) == value for text in said(situation) for line in text.split("\n")
    ):
        raise ToolFailed("address: the customer did not write that; ask for the number or mailbox")

    async def write(conn: Connection) -> ConversationId | None:
        return await send_code(deps, conn, situation, value)

    if await is_own(deps, situation, value):
        return _told(context, "prove_known")
    if await asked_too_often(deps, situation):
        return _told(context, "prove_too_often")
    sent = _told(context, "prove_sent")
    return ToolResult(data=sent.data, worded=sent.worded, effects=(write,))


def _told(context: ToolContext, phrase: str) -> ToolResult:
    """The same words and data whether or not anybody has that address."""
    worded = say(phrase, context.situation.language)
    return ToolResult(data={"said": phrase.removeprefix("prove_")}, worded=worded)


tool = Tool(
    description=(
        "When the customer says that another telephone number or mailbox is theirs too, send a "
        "code there; they type it here and both become one customer. Never say whether an "
        "address is known to us, and never speak of what is kept for it before that."
    ),
    arguments=ProveAddress,
    access="write",
    run=run,
)
