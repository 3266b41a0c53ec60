"""A desk in shadow mode: the owner lets the bot draft, staff decide on what it has drafted."""

from __future__ import annotations

from dataclasses import dataclass

from world import Customer, World

from bot import autonomy
from bot.domain_answers import TopicMode
from bot.drafting_send import discard, send
from bot.store import drafts
from bot.store.drafts import Draft, ListedDraft
from jobs.base import perform

PRICE = "How much for 20 adults and 6 kids?"
TOTAL = "$1,280.00"
CONVERSATION = """SELECT c.id FROM conversations c JOIN addresses a ON a.customer_id = c.customer_id
WHERE a.value = $1"""

NEW_DRAFT = """SELECT count(*) = 1 FROM drafts
WHERE conversation_id = $1 AND status = 'open' AND code <> ALL ($2::text[])"""


@dataclass
class Desk:
    """Where staff decide on drafts."""

    world: World

    async def drafts_only(self, *topics: str) -> None:
        """The owner lets the bot draft on these."""
        async with self.world.pool.acquire() as conn:
            for topic in topics or tuple(autonomy.agents()):
                await autonomy.choose(conn, topic, TopicMode.DRAFT, by="Rosa")

    async def draft_for(self, customer: Customer, *texts: str) -> ListedDraft:
        """The draft that these texts lead to."""
        known = {each.draft.code for each in await self.listed()}
        await customer.texts(*texts)
        talk = await self.world.value(CONVERSATION, customer.number)
        # Not only the worker: a ring of a shifted clock comes when its time has come.
        await perform(self.world.deps, "take_turn", {"conversation_id": str(talk)})
        await self.world.until(NEW_DRAFT, talk, list(known))
        await self.world.settles()
        found = [each for each in await self.listed() if customer.number in each.customer]
        return found[-1]

    async def listed(self) -> tuple[ListedDraft, ...]:
        async with self.world.pool.acquire() as conn:
            return await drafts.list_open(conn, limit=50)

    async def sends(self, code: str, *, by: str = "Maria", edited: str = "") -> Draft:
        """Somebody sends it, and the customer's phone rings."""
        sent = await send(self.world.deps.bot, code, by=by, edited=edited)
        ids = {"conversation_id": str(sent.conversation_id)}
        await perform(self.world.deps, "deliver", ids)
        return sent

    async def discards(self, code: str, *, by: str) -> Draft:
        """Somebody throws it away."""
        async with self.world.pool.acquire() as conn, conn.transaction():
            return await discard(conn, code, by=by, at=self.world.ground.clock.now())
