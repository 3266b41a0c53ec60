"""What follows when staff's words got somewhere, or did not: their mark, and why in the thread.

No job itself; jobs/deliver.py and jobs/mark_words.py call it.
"""

from __future__ import annotations

from datetime import timedelta

from bot.desk.speaking_out import way
from bot.domain import MessageId, Status
from bot.ids import new_id
from bot.store import desk_floor, desk_marks, desk_notices, desk_words
from bot.store.connection import Connection, borrow
from bot.store.desk_floor import FloorRow
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.desk_words import Listener, PartSent, Words
from jobs.base import JobDeps

UNSENT = frozenset({Status.FAILED, Status.DROPPED, Status.UNKNOWN, Status.HELD})
WINDOW = "window is closed"
"""How the send gate words that only a template may leave; see bot/send_gate.py."""


async def ring_for_marks(deps: JobDeps, message_id: MessageId) -> None:
    """A part of staff's words has got somewhere: their mark is to follow."""
    async with borrow(deps.bot.pool) as conn:
        words_id = await desk_marks.find_of_message(conn, message_id)
    if words_id is not None:
        deps.doorbell.ring("mark_words", str(new_id()), words_id=str(words_id))


async def tell_of_unsent(deps: JobDeps, words: Words) -> None:
    """Owe the thread the reason and the buttons that mend it, once for each try that failed."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        owed = await _owe(deps, conn, words)
    if owed is not None:
        deps.doorbell.ring("notify_desk", str(owed), notice_id=str(owed))


async def _owe(deps: JobDeps, conn: Connection, words: Words) -> NoticeId | None:
    parts = await desk_words.list_parts(conn, words.id)
    bad = next((part for part in parts if part.status in UNSENT), None)
    floor = await desk_floor.get(conn, words.escalation_id)
    if bad is None or floor is None:
        return None
    tried = await desk_marks.find_tried(conn, bad.message_id)
    ways = await desk_words.list_ways(conn, floor.conversation_id)
    others = [each for each in ways if each.channel != tried and _takes_words(deps, each)]
    closed = WINDOW in bad.reason
    can_template = closed and bool(deps.bot.profile.templates)
    post = NewPost(
        key=f"{'held' if bad.status is Status.HELD else 'not_sent'}:{bad.message_id}",
        text=_told(floor, bad, tried, others, can_template=can_template),
        kind="thread",
        escalation_id=words.escalation_id,
        extra={"buttons": _buttons(words, others, can_template=can_template)},
    )
    return await desk_notices.owe_post(conn, post)


def _takes_words(deps: JobDeps, to: Listener) -> bool:
    """Whether free words may go there now."""
    channel = deps.channels.get(to.channel)
    if channel is None:
        return False
    if channel.window_s is None:
        return True
    now = deps.bot.clock.now()
    return to.last_inbound_at is not None and now - to.last_inbound_at <= timedelta(
        seconds=channel.window_s
    )


def _told(
    floor: FloorRow, bad: PartSent, tried: str, others: list[Listener], *, can_template: bool
) -> str:
    name = floor.customer_name or "The customer"
    if bad.status is Status.UNKNOWN:
        first = f"Not sure: nobody can tell whether {name} got this by {way(tried)}"
        return (
            f"{first}.\nWhy: {bad.reason}\nWhat to do: ask {name}, or call, before you repeat it."
        )
    if can_template:
        what = "pick an approved template; free words may go once the customer writes again"
    elif others:
        what = f"send it another way, such as {way(others[0].channel)}, or call"
    else:
        what = "reach the customer in another way, such as by telephone"
    first = f"Not sent: {name} did not get this by {way(tried)}"
    if bad.status is Status.HELD:
        what += "; left alone, it goes by itself when they write"
    return f"{first}.\nWhy: {bad.reason or 'the vendor did not say'}\nWhat to do: {what}."


def _buttons(words: Words, others: list[Listener], *, can_template: bool) -> list[dict[str, str]]:
    """As jobs/notify_desk.py shows them: action, label and value."""
    found = []
    if can_template:
        found.append(
            {"action": "pick_template", "label": "Pick a template", "value": str(words.id)}
        )
    found += [
        {
            "action": f"send_elsewhere:{each.channel}",
            "label": f"Send by {way(each.channel)} instead",
            "value": f"{words.id}:{each.address_id}",
        }
        for each in others[:3]
    ]
    return found
