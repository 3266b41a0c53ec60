"""Gives a conversation to staff: row, raised epoch and the customer's notice in one transaction.

The floor changes only because the card is durably owed to the desk (I7); the posting itself is a
job. Called by a turn, and by the emotion job when it gets to an angry message first.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.deps import Deps
from bot.desk.mirroring import owe_files
from bot.desk.reminding import settle_open
from bot.domain import (
    ConversationId,
    EscalationId,
    MessageId,
    Mode,
    Purpose,
    Status,
    StoredMessage,
    TurnId,
)
from bot.domain_alarms import Severity
from bot.language.wording import say
from bot.outbox import Reply, write_reply
from bot.profile import fact, text
from bot.store import conversations, desk_notices, escalations, messages
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId
from bot.webchat import ask_for_way

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
    failed_send, unknown_send, paused, voice_note."""
    explanation: str
    """The reason in a sentence for staff, with what weighed."""
    severity: Severity = Severity.NORMAL
    first_words: str = ""
    """The phrase that comes before the notice; empty: that of the reason."""


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
        severity=trouble.severity,
        at=deps.clock.now(),
    )
    ids: list[MessageId] = [message.id for message in waiting]
    if opened is None:
        await _leave_to_staff(conn, ids, turn_id)
        await tell_in_thread(deps, conn, conversation_id, trouble)
        return None
    epoch = await _give_to_staff(deps, conn, conversation_id)
    await owe_files(conn, opened, waiting)
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
        await _tell(deps, conn, reply)
    return opened


async def _leave_to_staff(
    conn: Connection, ids: Sequence[MessageId], turn_id: TurnId | None
) -> None:
    reason = escalations.WITH_STAFF
    await messages.account_for(conn, ids, status=Status.IGNORED, reason=reason, turn_id=turn_id)


async def _tell(deps: Deps, conn: Connection, reply: Reply) -> None:
    """Write the notice, with the question how else a person may reach whoever only has a page."""
    asked = await ask_for_way(conn, reply.conversation_id, reply.answers, reply.language)
    await write_reply(deps, conn, replace(reply, text=f"{reply.text}\n\n{asked}".rstrip()))


async def _give_to_staff(deps: Deps, conn: Connection, conversation_id: ConversationId) -> int:
    """The new epoch; what staff told the bot before is over, and their time to answer begins."""
    await conversations.leave_note(conn, conversation_id, "", at=deps.clock.now())
    epoch = await conversations.change_owner(conn, conversation_id, mode=Mode.HUMAN)
    await settle_open(deps, conn, conversation_id)
    return epoch


async def tell_in_thread(
    deps: Deps, conn: Connection, conversation_id: ConversationId, trouble: Trouble
) -> NoticeId | None:
    """Tell staff, who have the conversation already, of one more trouble; the same one once.

    Figures in the explanation do not make it another: anger is measured anew in each message. What
    is more pressing than the card says is told in any case, and the card is drawn anew.
    """
    row = await settle_open(deps, conn, conversation_id)
    if row is None:
        return None
    words = _without_figures(trouble.explanation)
    is_worse = await escalations.raise_severity(conn, row.escalation_id, trouble.severity)
    is_known = (row.reason, _without_figures(row.explanation)) == (trouble.reason, words)
    if is_known and not is_worse:
        return None
    grade = trouble.severity.value if is_worse else ""
    key = f"also:{row.escalation_id}:{trouble.reason}:{grade}{zlib.crc32(words.encode())}"
    told = f"Also{f', {grade}' if grade else ''}: {trouble.explanation}"
    post = NewPost(key=key, text=told, kind="thread", escalation_id=row.escalation_id)
    return await desk_notices.owe_post(conn, post)


def _without_figures(words: str) -> str:
    return "".join(each for each in words if not each.isdigit())


def _words(
    deps: Deps, trouble: Trouble, answers: StoredMessage, language: str, preface: str
) -> str:
    """An apology or a friendly word first, then what was found, then that a person follows."""
    first = trouble.first_words or FIRST_WORDS.get(trouble.reason)
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
