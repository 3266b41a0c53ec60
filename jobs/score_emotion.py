"""Reads the emotion of messages that have none yet, in batches, and tells staff of an angry one.

A turn reads its own messages' emotions when it gets there first; this job sees the others: those
that came while a person had the floor, or that no turn will answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import event_day, memory
from bot.consent import Wish, read_wish
from bot.domain import Consent, CustomerId, Emotion, EscalationId, Mode, StoredMessage
from bot.escalation import Trouble, describe_anger, escalate
from bot.language.forgetting import without_wish
from bot.language.language_id import detect
from bot.router import is_furious
from bot.store import conversations, emotions, memories, messages
from bot.store.connection import Connection, borrow
from bot.store.messages import Unscored
from jobs.base import Job, JobDeps
from jobs.hand_over import ring_for_card

BATCH = 64


async def run(deps: JobDeps) -> None:
    """Score all that is unscored, a batch at a time."""
    while await _score_batch(deps):
        pass


async def _score_batch(deps: JobDeps) -> bool:
    async with borrow(deps.bot.pool) as conn:
        found = await messages.list_unscored(conn, limit=BATCH)
    # "Delete everything you know about me" is a wish, and a turn carries it out.
    texts = {row.id: without_wish(row.text).strip() for row in found}
    worded = [row for row in found if texts[row.id]]
    wordless = [row.id for row in found if not texts[row.id]]
    felt = await deps.bot.reader.emotions([texts[row.id] for row in worded])
    readings = [
        (row.id, row.conversation_id, emotion) for row, emotion in zip(worded, felt, strict=True)
    ]
    async with borrow(deps.bot.pool) as conn:
        if readings:
            await emotions.write(conn, readings)
        if wordless:
            await emotions.skip(conn, wordless)
    for row, emotion in zip(worded, felt, strict=True):
        if is_furious(deps.bot.profile, emotion):
            await _hand_over(deps, row, emotion)
    return len(found) == BATCH


def _is_for_turn(waiting: Sequence[StoredMessage]) -> bool:
    """Whether consent is at stake: a turn has to read that before anybody answers anything."""
    return any(
        message.consent is Consent.REVOKED or read_wish(message.text, message.kind) is not Wish.NONE
        for message in waiting
    )


async def _hand_over(deps: JobDeps, row: Unscored, emotion: Emotion) -> None:
    """Hand over unless staff have it already; the waiting messages are answered by the notice."""
    message_id, conversation_id, text, _language = row
    opened: EscalationId | None = None
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        _epoch, mode = await conversations.lock(conn, conversation_id)
        if mode is not Mode.BOT:
            return
        waiting = await messages.list_waiting(conn, conversation_id)
        if not any(message.id == message_id for message in waiting) or _is_for_turn(waiting):
            return
        facts = await conversations.get_facts(conn, conversation_id)
        if await event_day.is_at_stake(deps.bot, conn, facts.customer_id, waiting):
            return  # A turn has to read it: there is more to it than anger.
        language = detect(text, prior=facts.language)
        await messages.set_language(conn, [message_id], language)
        opened = await escalate(
            deps.bot,
            conn,
            conversation_id,
            trouble=Trouble(
                reason="emotion",
                explanation=describe_anger(emotion),
            ),
            waiting=waiting,
            language=language,
            preface=await _remember(deps, conn, facts.customer_id, (waiting, language)),
        )
    if opened is None:
        return
    ring_for_card(deps, opened)
    key = f"{conversation_id}:{opened}"
    deps.doorbell.ring("deliver", key, conversation_id=str(conversation_id))


async def _remember(
    deps: JobDeps,
    conn: Connection,
    customer_id: CustomerId,
    said: tuple[Sequence[StoredMessage], str],
) -> str:
    """Keep and forget what these messages ask for; the words on what is forgotten."""
    waiting, language = said
    known = await memories.list_live(conn, customer_id)
    now = deps.bot.clock.now()
    await memory.keep(conn, customer_id, waiting, language=language, known=known, now=now)
    kinds = memory.asked_to_forget(waiting)
    return memory.say_forgotten(kinds, language, seed=str(waiting[-1].id)) if kinds else ""


job = Job(run=run, timeout_s=60.0)
