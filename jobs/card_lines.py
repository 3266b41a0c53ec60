"""The words that stand on a card: as they were said, beside a translation for staff.

Not a job of its own; jobs/escalate.py asks for the translations once, and each drawing of the card
uses what is kept. Without a provider, or where it fails or is late, the original stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import ConversationId, StoredMessage
from bot.loading import load_situation
from bot.store import spend
from bot.store.connection import borrow
from bot.translating import translate
from channels.desk_blocks import MAX_WORDS
from jobs.base import JobDeps

SEAM = " — "


async def learn(
    deps: JobDeps,
    conversation_id: ConversationId,
    transcript: Sequence[StoredMessage],
    known: Mapping[str, str],
) -> Mapping[str, str]:
    """Translations, by message id, of what is not in the business's language and not known yet."""
    home = deps.bot.profile.business.home_language
    foreign = [
        message
        for message in transcript
        if message.text
        and message.language not in (None, "", home)
        and str(message.id) not in known
    ]
    if not foreign:
        return {}
    situation = await load_situation(deps.bot, conversation_id)
    # The last words weigh most where not all can be translated.
    foreign.reverse()
    found, replies = await translate(deps.bot, situation, [m.text for m in foreign], to=home)
    if replies:
        async with borrow(deps.bot.pool) as conn:
            for reply in replies:
                await spend.record(conn, reply, conversation_id)
    return {str(m.id): each for m, each in zip(foreign, found, strict=True) if each}


def beside(text: str, translation: str | None) -> str:
    """Original and translation in the room that a card gives one message."""
    if not translation:
        return text
    whole = f"{text}{SEAM}{translation}"
    if len(whole) <= MAX_WORDS:
        return whole
    room = (MAX_WORDS - len(SEAM)) // 2
    return f"{_cut(text, room)}{SEAM}{_cut(translation, room)}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
