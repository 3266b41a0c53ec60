"""The words that stand on a card: as they were said, beside a translation for staff.

Not a job of its own; jobs/escalate.py calls it. Without a provider, or where it fails or is late,
the original stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import ConversationId, StoredMessage
from bot.loading import load_situation
from bot.store import spend
from bot.store.connection import borrow
from bot.translating import translate
from channels.desk import MAX_WORDS
from jobs.base import JobDeps

SEAM = " — "


async def told(
    deps: JobDeps, conversation_id: ConversationId, transcript: Sequence[StoredMessage]
) -> tuple[str, ...]:
    """Each message's words, with a translation where they are not in the business's language."""
    home = deps.bot.profile.business.home_language
    foreign = [m for m in transcript if m.text and m.language and m.language != home]
    if not foreign:
        return tuple(message.text for message in transcript)
    situation = await load_situation(deps.bot, conversation_id)
    # The last words weigh most where not all can be translated.
    texts = [message.text for message in reversed(foreign)]
    found, replies = await translate(deps.bot, situation, texts, to=home)
    if replies:
        async with borrow(deps.bot.pool) as conn:
            for reply in replies:
                await spend.record(conn, reply, conversation_id)
    by_id = {m.id: each for m, each in zip(reversed(foreign), found, strict=True)}
    return tuple(beside(message.text, by_id.get(message.id)) for message in transcript)


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
