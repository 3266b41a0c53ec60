"""What is to be rung for after staff's words were written; no part of the desk by itself.

Whoever calls bot.desk.speaking rings these: the parts leave when they are due, and the message that
says the words gets its mark. The sweep finds both where a ring is lost (I12).
"""

from __future__ import annotations

from bot.domain import ConversationId
from bot.ids import new_id
from bot.store.desk_words import WordsId
from handlers.desk.base import Ring

AFTER_DUE_S = 0.02


def rings_of_words(
    conversation_id: ConversationId, words_id: WordsId, *, delay_s: float = 0.0
) -> tuple[Ring, ...]:
    """Deliver them once they are due, and mark them now."""
    again = str(new_id())
    return (
        ring_of_mark(words_id),
        Ring(
            job="deliver",
            key=again,
            ids={"conversation_id": str(conversation_id)},
            delay_s=delay_s + AFTER_DUE_S if delay_s else 0.0,
        ),
    )


def ring_of_files(words_id: WordsId) -> Ring:
    """Carry over what hangs on them, if anything is owed."""
    return Ring(job="carry_files", key=str(new_id()), ids={"words_id": str(words_id)})


def ring_of_mark(words_id: WordsId) -> Ring:
    """Mark them as they stand."""
    return Ring(job="mark_words", key=str(new_id()), ids={"words_id": str(words_id)})
