"""A conversation and the people who may hold it, on a database and a frozen clock, without Slack.

Everything goes through the functions that the service calls; only the customer's vendor and the
turn's words are left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
from turn_lab import lab

from bot.deps import Deps
from bot.desk import floor, reminding_out
from bot.desk.floor import Floor
from bot.desk.people import Member, Role
from bot.desk.reminding import settle_open
from bot.domain import (
    AddressId,
    Author,
    ConversationId,
    EscalationId,
    Message,
    MessageId,
    Mode,
    Purpose,
    Status,
)
from bot.escalation import Trouble, escalate
from bot.store import conversations, desk_floor, messages, outbox, staff
from bot.store.connection import Connection, Pool
from bot.store.escalations import WITH_A_PERSON

DANA = Member(id="U0DANA", name="Dana", role=Role.STAFF)
RAVI = Member(id="U0RAVI", name="Ravi", role=Role.STAFF)
ROSA = Member(id="U0ROSA", name="Rosa", role=Role.OWNER)
PHONE = "+14155550101"


@dataclass
class Room:
    """One customer's conversation."""

    pool: Pool
    deps: Deps
    conversation_id: ConversationId
    address_id: AddressId

    @property
    def now(self) -> datetime:
        return self.deps.clock.now()

    def passes(self, **span: float) -> None:
        """Time."""
        self.deps.clock.advance(timedelta(**span))  # type: ignore[attr-defined]  # It is frozen.

    async def writes(self, text: str = "Hello?", *, is_noise: bool = False) -> MessageId:
        """The customer writes; where staff have the floor a turn leaves it to them."""
        message = Message(
            channel="sms", external_id=str(uuid4()), sender=PHONE, recipient="+14155550100"
        )
        async with self.pool.acquire() as conn:
            stored = await messages.record_inbound(
                conn, [_with(message, text)], received_at=self.now
            )
        found = stored[0].message_id
        assert found is not None
        async with self.pool.acquire() as conn, conn.transaction():
            _epoch, mode = await conversations.lock(conn, self.conversation_id)
            if mode is Mode.HUMAN:
                reason = "a thumb up" if is_noise else WITH_A_PERSON
                await messages.account_for(conn, [found], status=Status.IGNORED, reason=reason)
                await settle_open(self.deps, conn, self.conversation_id)
        return found

    async def escalates(
        self, reason: str = "asked_for_person", explanation: str = "wants a person"
    ) -> EscalationId | None:
        """A turn gives up what waits to staff."""
        async with self.pool.acquire() as conn, conn.transaction():
            await conversations.lock(conn, self.conversation_id)
            return await escalate(
                self.deps,
                conn,
                self.conversation_id,
                trouble=Trouble(reason=reason, explanation=explanation),
                waiting=await messages.list_waiting(conn, self.conversation_id),
                language="en",
            )

    async def needs_staff(self, reason: str = "asked_for_person") -> EscalationId:
        """The customer writes, and a turn gives it to staff."""
        await self.writes("A person, please")
        opened = await self.escalates(reason)
        assert opened is not None
        return opened

    async def speaks(self, escalation_id: EscalationId, *, author: Author = Author.STAFF) -> None:
        """Staff's words, or the bot's, go into the outbox."""
        async with self.pool.acquire() as conn, conn.transaction():
            row = await desk_floor.get(conn, escalation_id)
            assert row is not None
            draft = outbox.Draft(
                conversation_id=self.conversation_id,
                address_id=self.address_id,
                channel="sms",
                text="We are on it.",
                author=author,
                purpose=Purpose.CONVERSATIONAL,
                epoch=row.epoch,
                due_at=self.now,
            )
            await outbox.insert(conn, draft)
            if author is Author.STAFF:
                await floor.spoke(self.deps, conn, escalation_id)

    async def does(self, deed: Callable[[Connection], Awaitable[Floor | None]]) -> Floor:
        """One deed in its own transaction."""
        async with self.pool.acquire() as conn, conn.transaction():
            done = await deed(conn)
        assert done is not None
        return done

    async def claims(self, escalation_id: EscalationId, by: Member = DANA) -> Floor:
        return await self.does(lambda conn: floor.claim(self.deps, conn, escalation_id, by=by))

    async def takes_over(self, by: Member = DANA, via: str = "desk") -> Floor:
        talk = self.conversation_id
        return await self.does(lambda conn: floor.take_over(self.deps, conn, talk, by=by, via=via))

    async def gives_back(
        self, escalation_id: EscalationId, by: Member | None = DANA, **how: object
    ) -> Floor:
        return await self.does(
            lambda conn: floor.hand_back(self.deps, conn, escalation_id, by=by, **how)  # type: ignore[arg-type]  # note and answer_waiting.
        )

    async def reminds(self, escalation_id: EscalationId, *owners: str) -> Floor | None:
        """What jobs/remind_desk.py does."""
        async with self.pool.acquire() as conn, conn.transaction():
            return await reminding_out.remind(self.deps, conn, escalation_id, owners=owners)

    async def tends(self, escalation_id: EscalationId) -> Floor | None:
        """What jobs/return_floor.py does."""
        async with self.pool.acquire() as conn, conn.transaction():
            return await reminding_out.tend_idle(self.deps, conn, escalation_id)

    async def row(self, escalation_id: EscalationId) -> Floor:
        async with self.pool.acquire() as conn:
            found = await desk_floor.get(conn, escalation_id)
        assert found is not None
        return found

    async def rows(self, query: str, *given: object) -> list[asyncpg.Record]:
        async with self.pool.acquire() as conn:
            return await conn.fetch(query, *given)

    async def posts(self, kind: str) -> list[str]:
        """What the desk is owed of a kind, oldest first."""
        query = "SELECT text FROM desk_notices WHERE kind = $1 ORDER BY created_at, id"
        return [row["text"] for row in await self.rows(query, kind)]


async def open_room(pool: Pool, at: datetime | None = None) -> Room:
    """A customer who has written once and was answered."""
    deps = lab().deps
    if at is not None:
        deps.clock.advance(at - deps.clock.now())  # type: ignore[attr-defined]  # It is frozen.
    first = _with(
        Message(channel="sms", external_id=str(uuid4()), sender=PHONE, recipient="+14155550100"),
        "Hi",
    )
    async with pool.acquire() as conn:
        stored = await messages.record_inbound(conn, [first], received_at=deps.clock.now())
        address = await conn.fetchval("SELECT id FROM addresses WHERE value = $1", PHONE)
        await conn.execute("UPDATE messages SET status = 'answered'")
        for each in (DANA, RAVI, ROSA):
            await staff.keep(
                conn, staff.Person(id=each.id, name=each.name, looked_up_at=deps.clock.now())
            )
    return Room(pool, deps, stored[0].conversation_id, AddressId(address))


def _with(message: Message, text: str) -> Message:
    return Message(
        channel=message.channel,
        external_id=message.external_id,
        sender=message.sender,
        recipient=message.recipient,
        text=text,
    )
