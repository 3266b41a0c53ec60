"""Writes a reply into the outbox, inside the transaction that commits the turn. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bot.deps import Deps
from bot.disclosing import introduce
from bot.domain import (
    Author,
    ConversationId,
    Kind,
    MessageId,
    Purpose,
    StoredMessage,
    TurnId,
)
from bot.domain_offers import NO_OFFER, Offer
from bot.store import outbox as store
from bot.store.connection import Connection

UNDER_THE_LAST = ("choices", "choose")
"""What stands under the last part of a text that is cut."""
OVER_THE_FIRST = ("wording", "fields")
"""What an approved template says instead of all the parts."""
ON_MISSED_CALL: Mapping[str, object] = {"unasked": True, "about": "missed_call"}
"""Who called has not asked to be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What we say, and to which message."""

    conversation_id: ConversationId
    answers: StoredMessage
    """Decides channel and address: the customer reads it where they wrote."""
    text: str
    language: str
    epoch: int
    author: Author = Author.BOT
    purpose: Purpose = Purpose.CONVERSATIONAL
    turn_id: TurnId | None = None
    offer: Offer = NO_OFFER
    """What may be tapped under it."""


class Cuts(Protocol):
    """What cuts a text into the parts that its channel takes; `bot.deps.Deps` has it."""

    @property
    def render(self) -> Callable[[str, str], tuple[str, ...]]:
        """A channel's name and a text to the parts."""


async def write(deps: Cuts, conn: Connection, draft: store.Draft) -> tuple[MessageId, ...]:
    """Queue a text, one row for each part its channel needs, in order; none where none is left.

    Its files go with the last part, or alone.
    """
    *before, last = deps.render(draft.channel, draft.text) or ("",)
    if not last and not draft.files:
        return ()
    drafts = [replace(draft, text=part, files=()) for part in before]
    drafts.append(replace(draft, text=last))
    for at in range(len(drafts)):
        left = UNDER_THE_LAST * (at < len(before)) + OVER_THE_FIRST * (at > 0)
        rest = {name: value for name, value in draft.rest.items() if name not in left}
        drafts[at] = replace(drafts[at], rest=rest)
    return tuple([await store.insert(conn, each) for each in drafts])


async def write_reply(deps: Deps, conn: Connection, reply: Reply) -> tuple[MessageId, ...]:
    """Queue the reply where the customer wrote, behind what the bot's first words have to say."""
    text = reply.text
    if reply.author is Author.BOT:
        to, now = reply.answers.address_id, deps.clock.now()
        first = await introduce(deps.profile, conn, to, language=reply.language, now=now)
        text = f"{first}\n\n{text}" if first else text
    draft = store.Draft(
        conversation_id=reply.conversation_id,
        address_id=reply.answers.address_id,
        channel=reply.answers.channel,
        text=text,
        author=reply.author,
        purpose=reply.purpose,
        epoch=reply.epoch,
        due_at=deps.clock.now(),
        language=reply.language,
        in_reply_to=reply.answers.id,
        turn_id=reply.turn_id,
        rest=ON_MISSED_CALL if reply.answers.kind is Kind.CALL else reply.offer.as_rest(),
    )
    return await write(deps, conn, draft)
