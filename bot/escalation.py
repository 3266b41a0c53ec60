"""Gives a conversation to staff: row, raised epoch and the customer's notice in one transaction.

The floor changes only because the card is durably owed to the desk (I7); the posting itself is a
job. Called by a turn, and by the emotion job when it gets to an angry message first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.deps import Deps
from bot.domain import (
    ConversationId,
    Emotion,
    EscalationId,
    MessageId,
    Mode,
    Purpose,
    Status,
    StoredMessage,
    TurnId,
)
from bot.language.wording import say
from bot.outbox import Reply, write_reply
from bot.profile import fact, text
from bot.store import conversations, escalations, messages
from bot.store.connection import Connection

FIRST_WORDS = {
    "emotion": "complaint",
    "complaint": "complaint",
    "money": "refund",
    "asked_for_person": "person",
}
"""The phrase that comes before the notice, by the trouble's reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a person is needed, for the row, the card and the metrics."""

    reason: str
    """One of a few words: event_day, emotion, complaint, money, asked_for_person, tool, failed,
    failed_send, unknown_send."""
    explanation: str
    """The reason in a sentence for staff, with what weighed."""


def describe_anger(emotion: Emotion) -> str:
    """What weighed, for staff."""
    return f"angry at {emotion.intensity:.2f} (confidence {emotion.confidence:.2f})"


async def escalate(
    deps: Deps,
    conn: Connection,
    conversation_id: ConversationId,
    *,
    trouble: Trouble,
    waiting: Sequence[StoredMessage],
    language: str,
    turn_id: TurnId | None = None,
    preface: str = "",
) -> EscalationId | None:
    """Hand over inside the caller's transaction, with the conversation's row locked.

    The customer is told once, honestly, that a person will follow and when; `preface` goes before
    that. Returns None, and changes nothing but the messages' account, where staff have it already.
    """
    opened = await escalations.open_once(
        conn,
        conversation_id,
        message_id=waiting[-1].id if waiting else None,
        reason=trouble.reason,
        explanation=trouble.explanation,
    )
    ids: list[MessageId] = [message.id for message in waiting]
    if opened is None:
        await messages.account_for(
            conn, ids, status=Status.IGNORED, reason="with staff already", turn_id=turn_id
        )
        return None
    epoch = await conversations.change_owner(conn, conversation_id, mode=Mode.HUMAN)
    await messages.account_for(conn, ids, status=Status.ANSWERED, turn_id=turn_id)
    if waiting:
        reply = Reply(
            conversation_id=conversation_id,
            answers=waiting[-1],
            text=_words(deps, trouble, waiting[-1], language, preface),
            language=language,
            epoch=epoch,
            purpose=Purpose.ESSENTIAL,
            turn_id=turn_id,
        )
        await write_reply(deps, conn, reply)
    return opened


def _words(
    deps: Deps, trouble: Trouble, answers: StoredMessage, language: str, preface: str
) -> str:
    """An apology or a friendly word first, then what was found, then that a person follows."""
    first = FIRST_WORDS.get(trouble.reason)
    opening = say(first, language, seed=str(answers.id)) if first else ""
    notice = notice_of_handover(deps, language, reason=trouble.reason)
    return "\n\n".join(filter(None, (opening, preface, notice)))


def notice_of_handover(deps: Deps, language: str, *, reason: str = "") -> str:
    """What the customer is told, with when people answer in the business's hours (I15).

    With an event close somebody comes within minutes at any hour; by night there is the telephone.
    """
    hours = deps.profile.hours
    local = deps.clock.now().astimezone(deps.zone).time()
    is_open = hours.opens <= local < hours.closes
    if reason != "event_day":
        return text(deps.profile, "desk_open" if is_open else "desk_closed", language)
    notice = say("event_day_notice", language)
    if is_open:
        return notice
    phone = say("event_day_phone", language, phone=fact(deps.profile, "business.phone", language))
    return f"{notice} {phone}"
