"""Follow-ups of everybody page by page, by cause, customer and state, for the owner's console.

Reads only. bot/store/follow_up_lists.py lists what lies ahead of one customer.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import CustomerId
from bot.store.connection import Connection
from bot.store.follow_up_lists import SELECT, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which ones are meant; nothing said: all that wait."""

    customer_id: CustomerId | None = None
    cause: str = ""
    status: str = ""


_WHOSE = "($1::uuid IS NULL OR f.customer_id = $1) AND ($2 = '' OR f.cause = $2)"
# The states stand here as they stand in the index of what is due.
_AHEAD = f"""f.status IN ('planned', 'due', 'held') AND {_WHOSE}
  AND ($3 = '' OR f.status = $3)"""
_BACK = f"f.status = $3 AND {_WHOSE}"

_LIST_AHEAD = f"{SELECT} WHERE {_AHEAD} ORDER BY f.due_at, f.id LIMIT $4 OFFSET $5"
_LIST_BACK = f"{SELECT} WHERE {_BACK} ORDER BY f.due_at DESC, f.id DESC LIMIT $4 OFFSET $5"
_COUNT_AHEAD = f"SELECT count(*) FROM follow_ups f WHERE {_AHEAD}"
_COUNT_BACK = f"SELECT count(*) FROM follow_ups f WHERE {_BACK}"
_WAITING = ("", "planned", "due", "held")


async def list_chosen(
    conn: Connection, chosen: Chosen, *, limit: int, offset: int
) -> tuple[Listed, ...]:
    """What waits soonest first; what is over, the latest first."""
    query = _LIST_AHEAD if chosen.status in _WAITING else _LIST_BACK
    rows = await conn.fetch(query, *_arguments(chosen), limit, offset)
    return tuple(Listed(**dict(row)) for row in rows)


async def count_chosen(conn: Connection, chosen: Chosen) -> int:
    """How many there are of them."""
    query = _COUNT_AHEAD if chosen.status in _WAITING else _COUNT_BACK
    return int(await conn.fetchval(query, *_arguments(chosen)))


def _arguments(chosen: Chosen) -> tuple[object, ...]:
    return (chosen.customer_id, chosen.cause, chosen.status)
