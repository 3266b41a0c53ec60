"""Who may take a turn in a conversation, who has the floor, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import ConversationId, CustomerId, Lease, Mode
from bot.errors import Conflict, LeaseLost, NotFound
from bot.store.connection import Connection

_CLAIM = """UPDATE conversations
SET lease_token = lease_token + 1, lease_until = now() + make_interval(secs => $2)
WHERE id = $1 AND mode <> 'closed' AND (lease_until IS NULL OR lease_until < now())
RETURNING lease_token, epoch, mode, turn_failures"""

_HEARTBEAT = """UPDATE conversations SET lease_until = now() + make_interval(secs => $3)
WHERE id = $1 AND lease_token = $2 RETURNING true"""

_RELEASE = "UPDATE conversations SET lease_until = NULL WHERE id = $1 AND lease_token = $2"

_FAILED = """UPDATE conversations SET turn_failures = turn_failures + 1, lease_until = NULL
WHERE id = $1 AND lease_token = $2"""

_LOCK = "SELECT lease_token, epoch, mode FROM conversations WHERE id = $1 FOR NO KEY UPDATE"

_KEEP = """UPDATE conversations SET agent = coalesce($2, agent), language = coalesce($3, language),
  turn_failures = 0 WHERE id = $1"""

_RAISE_EPOCH = "UPDATE conversations SET epoch = epoch + 1, mode = $2 WHERE id = $1 RETURNING epoch"

_NOTE = "UPDATE conversations SET staff_note = $2, staff_note_at = $3 WHERE id = $1"

_FACTS = """SELECT c.customer_id, c.channel, c.agent, c.language, c.mode, c.epoch, p.name,
  p.language AS spoken, c.staff_note,
  EXISTS (SELECT FROM escalations e WHERE e.conversation_id = c.id
  AND e.status <> 'resolved') AS escalated
FROM conversations c JOIN customers p ON p.id = c.customer_id WHERE c.id = $1"""

_NAME = "UPDATE customers SET name = $2 WHERE id = $1 AND name IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFacts:
    """What a turn or a card needs to know of the conversation's row."""

    customer_id: CustomerId
    channel: str
    agent: str | None
    language: str | None
    mode: Mode
    epoch: int
    customer_name: str
    open_escalation: bool
    staff_note: str
    """What staff told the bot when they gave it the conversation back; empty: nothing."""


async def claim(
    conn: Connection, conversation_id: ConversationId, *, lease_s: float
) -> Lease | None:
    """Take the next turn; None while another worker is at it, or when all is closed."""
    row = await conn.fetchrow(_CLAIM, conversation_id, lease_s)
    if row is None:
        return None
    return Lease(
        conversation_id=conversation_id,
        token=row["lease_token"],
        epoch=row["epoch"],
        mode=Mode(row["mode"]),
        failures=row["turn_failures"],
    )


async def keep_lease(conn: Connection, lease: Lease, *, lease_s: float) -> bool:
    """Prolong the lease; False when another worker holds the conversation now."""
    return bool(await conn.fetchval(_HEARTBEAT, lease.conversation_id, lease.token, lease_s))


async def release(conn: Connection, lease: Lease) -> None:
    """Let the next worker in; does nothing for a lease that is no longer ours."""
    await conn.execute(_RELEASE, lease.conversation_id, lease.token)


async def note_failure(conn: Connection, lease: Lease) -> None:
    """A turn has raised; counted in the row, so that it holds over workers and restarts."""
    await conn.execute(_FAILED, lease.conversation_id, lease.token)


async def lock_for_commit(conn: Connection, lease: Lease) -> None:
    """Hold the conversation until the transaction ends and prove that it is still ours.

    Raises:
        LeaseLost: another worker has claimed it since.
        Conflict: the owner has changed since (I7).
    """
    row = await conn.fetchrow(_LOCK, lease.conversation_id)
    if row is None:
        raise NotFound(f"conversation {lease.conversation_id}")
    if row["lease_token"] != lease.token:
        raise LeaseLost(f"conversation {lease.conversation_id} is held by a later claim")
    if row["epoch"] != lease.epoch or Mode(row["mode"]) is not lease.mode:
        raise Conflict(f"conversation {lease.conversation_id} has changed owner")


async def lock(conn: Connection, conversation_id: ConversationId) -> tuple[int, Mode]:
    """Hold the conversation until the transaction ends; its epoch and mode."""
    row = await conn.fetchrow(_LOCK, conversation_id)
    if row is None:
        raise NotFound(f"conversation {conversation_id}")
    return row["epoch"], Mode(row["mode"])


async def keep_agent(
    conn: Connection, conversation_id: ConversationId, *, agent: str | None, language: str | None
) -> None:
    """Remember who spoke last and in which language."""
    await conn.execute(_KEEP, conversation_id, agent, language)


async def change_owner(conn: Connection, conversation_id: ConversationId, *, mode: Mode) -> int:
    """Give the floor to bot or staff; the new epoch, at which everything older is dead (I7)."""
    epoch: int = await conn.fetchval(_RAISE_EPOCH, conversation_id, mode.value)
    return epoch


async def leave_note(
    conn: Connection, conversation_id: ConversationId, note: str, *, at: datetime
) -> None:
    """Keep what staff tell the bot, in place of what they told it before; empty takes it away."""
    await conn.execute(_NOTE, conversation_id, note, at)


async def get_facts(conn: Connection, conversation_id: ConversationId) -> ConversationFacts:
    """The conversation's row with its customer's name and language.

    Raises:
        NotFound: there is no such conversation.
    """
    row = await conn.fetchrow(_FACTS, conversation_id)
    if row is None:
        raise NotFound(f"conversation {conversation_id}")
    return to_facts(dict(row))


def to_facts(row: Mapping[str, Any]) -> ConversationFacts:
    """The row of a query that reads a conversation with its customer."""
    return ConversationFacts(
        customer_id=CustomerId(row["customer_id"]),
        channel=row["channel"],
        agent=row["agent"],
        language=row["language"] or row["spoken"],
        mode=Mode(row["mode"]),
        epoch=row["epoch"],
        customer_name=row["name"] or "",
        open_escalation=row["escalated"],
        staff_note=row["staff_note"],
    )


async def name_customer(conn: Connection, customer_id: CustomerId, name: str) -> None:
    """Keep the name that the channel shows, where none is known yet."""
    await conn.execute(_NAME, customer_id, name)
