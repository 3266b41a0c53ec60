"""I5 for every vendor: a worker dies after the vendor took a message and before that was written.

The stand-ins keep what they were given and can be asked for it as the real vendors can. The death
is the database's: it refuses to note what was sent, which leaves exactly what a killed worker does.
"""

from __future__ import annotations

from collections.abc import Sequence

from arq import Retry
from meta_phone import meta_of
from world import World, open_world

from bot.domain import AddressId, Author, ConversationId, Purpose
from bot.language.embed import Encoder
from bot.store import outbox
from bot.store.connection import borrow
from bot.store.outbox import Draft
from handlers.sandbox.ringcentral import RingCentralStandIn
from jobs.base import perform

NUMBER, MAILBOX, GUEST = "+14155550161", "ana@example.com", "T0SANDBOX/U0GUEST"
HANDLES = {
    "sms": NUMBER,
    "whatsapp": NUMBER,
    "ringcentral": NUMBER,
    "slack": GUEST,
    "email": MAILBOX,
}
CAN_TELL = {"sms", "ringcentral", "slack"}
"""Whose vendors keep a list; of the others nobody can know, and a person decides."""
DYING = (
    "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the worker is dead'; END $$",
    "CREATE TRIGGER dying BEFORE UPDATE ON messages FOR EACH ROW"
    " WHEN (NEW.external_id IS NOT NULL AND OLD.external_id IS NULL) EXECUTE FUNCTION die()",
)
MET = """WITH who AS (INSERT INTO customers DEFAULT VALUES RETURNING id),
talk AS (INSERT INTO conversations (customer_id, channel) SELECT id, $1 FROM who RETURNING id)
INSERT INTO addresses (customer_id, channel, value, last_inbound_at)
SELECT who.id, $1, $2, now() FROM who RETURNING id, (SELECT id FROM talk) AS talk"""


def heard(world: World) -> dict[str, int]:
    """How many messages of ours each vendor has taken."""
    ringcentral = world.stand_ins.vendors["ringcentral"]
    assert isinstance(ringcentral, RingCentralStandIn)
    slack = world.stand_ins.slack
    return {
        "sms": len(world.customer(NUMBER).received),
        "whatsapp": len(meta_of(world).sent),
        "ringcentral": len(ringcentral.sent),
        "slack": len(slack.callers.heard(slack.workspace.direct("U0GUEST"))),
        "email": len(world.stand_ins.mailbox.to(MAILBOX)),
    }


async def owe(world: World, channel: str) -> str:
    """A message of ours to somebody who has just written there; its conversation."""
    [row] = await world.rows(MET, channel, HANDLES[channel])
    draft = Draft(
        conversation_id=ConversationId(row["talk"]),
        address_id=AddressId(row["id"]),
        channel=channel,
        text="Your chef brings the grill.",
        author=Author.STAFF,
        purpose=Purpose.CONVERSATIONAL,
        epoch=0,
        due_at=world.ground.clock.now(),
    )
    async with borrow(world.pool) as conn:
        await outbox.insert(conn, draft)
    return str(row["talk"])


async def deliver(world: World, talks: Sequence[str]) -> int:
    """Let each outbox leave; how many workers died of it."""
    died = 0
    for talk in talks:
        try:
            await perform(world.deps, "deliver", {"conversation_id": talk})
        except Retry:
            died += 1
    return died


async def test_who_dies_after_the_vendor_took_it_sends_nothing_twice(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    async with open_world(
        database_url,
        redis_url,
        encoder,
        environment={"SLACK_CUSTOMERS": "1"},
        vendors=("meta", "ringcentral"),
        with_worker=False,
    ) as world:
        meta_of(world).tells_statuses = False
        talks = [await owe(world, channel) for channel in HANDLES]
        for statement in DYING:
            await world.rows(statement)
        assert await deliver(world, talks) == len(HANDLES)
        once = dict.fromkeys(HANDLES, 1)
        assert heard(world) == once
        await world.rows("DROP TRIGGER dying ON messages")
        # Nobody else takes it up while the dead one might still be sending.
        await deliver(world, talks)
        assert heard(world) == once
        lost = await world.rows(
            "UPDATE messages SET claimed_until = now() - interval '1 second'"
            " WHERE status = 'sending' RETURNING id"
        )
        assert len(lost) == len(HANDLES)
        for row in lost:
            await perform(world.deps, "look_up_send", {"message_id": str(row["id"])})
        await deliver(world, talks)
        assert heard(world) == once
        rows = await world.rows("SELECT channel, status, external_id FROM messages")
        found = {r["channel"] for r in rows if r["status"] != "unknown" and r["external_id"]}
        assert found == CAN_TELL
        assert {r["channel"] for r in rows if r["status"] == "unknown"} == HANDLES.keys() - found
