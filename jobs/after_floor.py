"""What is rung for after somebody took or gave back a conversation; not a job of its own."""

from __future__ import annotations

from bot.desk.floor import Floor
from bot.ids import new_id

Wish = tuple[str, dict[str, str]]
"""A job and its ids."""


def wishes(floor: Floor) -> tuple[Wish, ...]:
    """The jobs that a deed of bot/desk/floor.py leaves behind; the sweep finds them too."""
    escalation = {"escalation_id": str(floor.escalation_id)}
    conversation = {"conversation_id": str(floor.conversation_id)}
    found: list[Wish] = []
    if floor.is_new:
        found.append(("escalate", escalation))
    elif floor.is_changed:
        found.append(("redraw_card", escalation))
    if floor.writes_customer:
        found.append(("deliver", conversation))
    if floor.is_bots_turn:
        found.append(("take_turn", conversation))
    found += [("notify_desk", {"notice_id": str(each)}) for each in floor.owed]
    return tuple(found)


def key() -> str:
    """A name for a ring that no earlier one keeps out."""
    return str(new_id())
