"""A follow-up that its channel cuts, or that the carrier refuses for good."""

from __future__ import annotations

from follow_up_steps import PRICED, deliver, priced
from world import World

from bot import outbox
from bot.domain import Author, Purpose
from bot.store.outbox import Draft

PARTS = """SELECT status, rest, text FROM messages WHERE rest ? 'follow_up' ORDER BY seq"""


async def test_a_follow_up_that_the_carrier_refuses_takes_no_conversation_from_the_bot(
    idle_world: World,
) -> None:
    """I14: nobody waited for it. Of a long one a template would stand for all, so only one part
    names it, and the buttons stand under the last."""
    world = idle_world
    dana, owed = await priced(world)
    choice = {"id": "yes", "title": "Yes"}
    draft = Draft(
        conversation_id=dana.conversation_id,
        address_id=dana.address_id,
        channel="sms",
        text="A word of ours. " * 150,
        author=Author.BOT,
        purpose=Purpose.ESSENTIAL,
        epoch=0,
        due_at=PRICED,
        rest={
            "follow_up": str(owed),
            "unasked": str(owed),
            "wording": "season_any_a",
            "fields": {"name": "Dana"},
            "choices": [choice],
        },
    )
    async with world.pool.acquire() as conn, conn.transaction():
        assert len(await outbox.write(world.deps.bot, conn, draft)) == 2
    first, last = [row["rest"] for row in await world.rows(PARTS)]
    assert (first["wording"], "choices" in first) == ("season_any_a", False)
    assert ("wording" in last, "fields" in last) == (False, False)
    assert last["choices"] == [choice]
    assert first["follow_up"] == last["follow_up"] == str(owed)

    # The first part is there; what comes after it is refused.
    await world.rows("UPDATE messages SET status = 'sent' WHERE rest ? 'wording'")
    world.stand_ins.twilio.fail_next(status=400, code=21606)
    await deliver(world, dana)
    assert [row["status"] for row in await world.rows(PARTS)] == ["sent", "failed"]
    assert await world.value("SELECT mode FROM conversations") == "bot"
    assert await world.value("SELECT count(*) FROM escalations") == 0
    told = await world.value("SELECT text FROM desk_notices")
    assert f"Follow-up not sent: sms {dana.handle}" in told
