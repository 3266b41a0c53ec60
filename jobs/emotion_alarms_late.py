"""What a language model's reading rings that the local one did not; not a job of its own.

It comes seconds or minutes later. Where nobody has answered yet, or staff have the floor, it rings
as any reading does; where the bot has answered, the conversation is left where it is and staff are
told a line, so that no customer is handed over in the middle of what has gone on since.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain import Emotion, Mode
from bot.domain_alarms import Act
from bot.feelings import watching
from bot.feelings.triggers import may_ring
from bot.language.forgetting import without_wish
from bot.store import conversations, messages
from bot.store.connection import borrow
from bot.store.emotion_asks import Claimed
from bot.store.unscored import Unscored
from jobs.base import JobDeps
from jobs.emotion_alarms import ring

LATE_MAX = timedelta(minutes=30)
"""What was said longer ago is history, and rings nothing."""


async def ring_late(deps: JobDeps, row: Claimed, felt: Emotion) -> None:
    """Raise what this reading raises and has not rung yet; rung twice it rings once."""
    now, rules = deps.bot.clock.now(), deps.bot.profile.emotion
    if now - row.created_at > LATE_MAX or not may_ring(rules, felt):
        return
    unscored = Unscored(
        row.id, row.conversation_id, row.text, row.language, row.before, row.created_at
    )
    await ring(deps, unscored, felt)
    text = without_wish(row.text).strip()
    heard = watching.Heard(id=row.id, text=text, felt=felt, before=row.before)
    alarms = await watching.watch(deps.bot, row.conversation_id, [heard])
    if not alarms:
        return
    told = [replace(alarm, act=Act.TELL) for alarm in alarms]
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        _epoch, mode = await conversations.lock(conn, row.conversation_id)
        waiting = await messages.list_waiting(conn, row.conversation_id)
        if mode is not Mode.BOT or any(message.id == row.id for message in waiting):
            return
        rung = await watching.keep(deps.bot, conn, row.conversation_id, told)
        said = {row.id: (row.address_id, row.text)}
        notice = await watching.tell_staff(conn, row.conversation_id, rung, said=said)
    if notice is not None:
        deps.doorbell.ring("notify_desk", str(notice), notice_id=str(notice))
