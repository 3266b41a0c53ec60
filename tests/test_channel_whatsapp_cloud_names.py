"""Who is who on WhatsApp by Meta: numbers, user ids, numbers that change hands (I2, I6, I10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from meta_phone import ANA, NOW, meta_of
from world import World, open_world

from bot.domain_vendors import Renamed
from bot.language.embed import Encoder
from bot.store import aliases
from bot.store.aliases import Named
from bot.store.connection import Pool, borrow
from handlers.sandbox.meta_payloads import Person, change, contact_of, message_of, new_id
from jobs.base import perform

BO = Person(number="+14155550172", user_id="US.55551208655302741918", name="Bo")
MOVED = Person(number=BO.number, user_id="US.77771208655302741918")


@pytest.fixture
async def idle_world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with WhatsApp at Meta, and nobody working yet."""
    async with open_world(
        database_url, redis_url, encoder, vendors=("meta",), with_worker=False
    ) as opened:
        yield opened


async def test_number_and_user_id_are_one_person_whichever_comes_first(idle_world: World) -> None:
    """I2, I6: by id alone, with both, by id again, and after a change of number."""
    meta = meta_of(idle_world)
    hidden = replace(ANA, number="")
    await meta.writes(hidden, "Hola")
    await meta.writes(ANA, "It's me")
    await meta.writes(hidden, "Are you there?")
    one = await idle_world.rows("SELECT channel, value FROM addresses")
    assert [tuple(each) for each in one] == [("whatsapp", ANA.number)]
    moved = {
        "from": ANA.wa_id,
        "id": new_id(),
        "timestamp": "1795370400",
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "12195555358", "body": "changed"},
    }
    new = Person(number="+12195555358", user_id="US.99991208655302741918")
    # In one post with what they write from the new number, twice.
    said = message_of(new, new_id(), {"type": "text", "text": {"body": "new phone"}}, at=NOW)
    for _ in range(2):
        assert (
            await meta.post(
                [
                    change(
                        meta.phone_number_id,
                        meta.number,
                        contacts=[contact_of(new)],
                        messages=[moved, said],
                    )
                ]
            )
            == 200
        )
    assert await idle_world.value("SELECT array_agg(value) FROM addresses") == ["+12195555358"]
    assert await idle_world.value("SELECT count(*) FROM messages") == 4
    assert await idle_world.value("SELECT count(*) FROM conversations") == 1
    # Whoever gets the old number is a stranger (I10).
    stranger = replace(BO, number=ANA.number)
    await meta.writes(stranger, "hi")
    assert await idle_world.value("SELECT count(*) FROM customers") == 2


@pytest.mark.parametrize("first", ["number", "user_id", "message"])
async def test_a_change_of_number_is_told_in_any_order(first: str, pool: Pool) -> None:
    """Two events speak of it, and what they write from the new number may be here before both."""
    new = Named("whatsapp", "+12195555358", "US.99991208655302741918")
    number = Renamed(channel="whatsapp", old=ANA.number, new=new.value)
    user_id = Renamed(channel="whatsapp", old=ANA.user_id, new=new.alias)
    insert = (
        "WITH c AS (INSERT INTO customers DEFAULT VALUES RETURNING id) INSERT INTO addresses"
        " (customer_id, channel, value, consent) SELECT id, 'whatsapp', $1, $2 FROM c"
    )
    async with borrow(pool) as conn:
        await conn.execute(insert, ANA.number, "revoked")
        await conn.execute(
            "INSERT INTO consents (address_id, act, source, words, said_at)"
            " SELECT id, 'opt_out', 'message', 'STOP', now() FROM addresses"
        )
        await aliases.learn(conn, [Named("whatsapp", ANA.number, ANA.user_id)])
        if first == "message":
            await conn.execute(insert, new.value, "unknown")
            await aliases.learn(conn, [new])
        told = (user_id, number) if first == "user_id" else (number, user_id)
        for news in (*told, *told):
            await aliases.rename(conn, news)
        await aliases.learn(conn, [new])
        for name in (new.alias, ANA.user_id):
            assert await aliases.resolve(conn, "whatsapp", name) == new.value
        found = "SELECT consent, suspended_reason IS NULL FROM addresses WHERE value = $1"
        assert tuple(await conn.fetchrow(found, new.value) or ()) == ("revoked", True)
        reached = "SELECT count(*) FROM addresses WHERE suspended_reason IS NULL"
        assert await conn.fetchval(reached) == 1


async def test_who_left_under_one_name_has_left_under_the_other(idle_world: World) -> None:
    """I6: both names were known before anybody told us that they are one."""
    meta = meta_of(idle_world)
    await meta.writes(replace(ANA, number=""), "STOP")
    await meta.writes(replace(ANA, user_id=""), "hello")
    talks = await idle_world.rows("SELECT id FROM conversations")
    for each in talks:
        await perform(idle_world.deps, "take_turn", {"conversation_id": str(each["id"])})
    async with borrow(idle_world.pool) as conn:
        await aliases.learn(conn, [Named("whatsapp", ANA.number, ANA.user_id)] * 2)
    left = await idle_world.rows("SELECT value, consent FROM addresses ORDER BY value")
    assert {r["consent"] for r in left} == {"revoked"}


async def test_two_who_turn_out_to_be_one_are_one_customer(idle_world: World) -> None:
    """I2, I10: known by id alone and by number alone; a message with both is the proof. Where staff
    have both conversations, they are asked instead."""
    meta = meta_of(idle_world)
    for who, mode in ((ANA, "bot"), (BO, "human")):
        await meta.writes(replace(who, number=""), "Do you have a table?")
        await meta.writes(replace(who, user_id=""), "hello")
        await idle_world.rows("UPDATE conversations SET mode = $1 WHERE mode = 'bot'", mode)
        await meta.writes(who, "It's me, on both")
        await meta.writes(replace(who, number=""), "And again")
        await idle_world.rows("UPDATE conversations SET mode = 'human' WHERE mode = 'bot'")
    heard = "SELECT count(DISTINCT m.conversation_id) FROM messages m JOIN addresses a ON"
    heard += " a.id = m.address_id WHERE a.value = ANY ($1)"
    assert await idle_world.value(heard, [ANA.number, ANA.user_id]) == 1
    assert await idle_world.value(heard, [BO.number, BO.user_id]) == 2
    merged = await idle_world.rows("SELECT proof, actor FROM customer_merges")
    assert [tuple(each) for each in merged] == [("vendor", "vendor whatsapp")]
    [asked] = await idle_world.rows("SELECT text FROM desk_notices WHERE key LIKE 'twins:%'")
    assert "concierge customers merge" in asked["text"]
    latest = "SELECT a.value FROM messages m JOIN addresses a ON a.id = m.address_id"
    assert await idle_world.value(f"{latest} ORDER BY m.seq DESC LIMIT 1") == BO.number


async def test_who_gets_somebodys_number_gets_nothing_of_theirs(idle_world: World) -> None:
    """I6, I10: nobody told of a change, but the number comes with another id than before."""
    meta = meta_of(idle_world)
    stranger = replace(BO, number=ANA.number)
    await meta.writes(ANA, "Our address is 1 Main St, gate code 4711")
    await idle_world.rows("UPDATE addresses SET consent = 'revoked'")
    await idle_world.rows(
        "INSERT INTO consents (address_id, act, source, words, said_at)"
        " SELECT id, 'opt_out', 'message', 'STOP', now() FROM addresses"
    )
    await meta.writes(stranger, "hi")
    await meta.writes(replace(ANA, number=""), "me again")
    rows = await idle_world.rows(
        "SELECT a.value, a.customer_id, a.consent, count(m.id) FROM addresses a"
        " JOIN messages m ON m.address_id = a.id GROUP BY a.id ORDER BY a.value"
    )
    assert [(r["value"], r["consent"], r["count"]) for r in rows] == [
        (ANA.number, "revoked", 1),
        (ANA.user_id, "revoked", 2),
    ]
    assert rows[0]["customer_id"] != rows[1]["customer_id"]
    # A late copy of what Ana wrote with her number, read after it became another's.
    await meta.writes(ANA, "and this came late")
    await meta.writes(stranger, "and I again")
    theirs = await idle_world.rows(
        "SELECT customer_id, array_agg(text ORDER BY m.seq) AS said FROM messages m"
        " JOIN conversations c ON c.id = m.conversation_id GROUP BY customer_id"
    )
    assert {r["customer_id"]: r["said"][1:] for r in theirs} == {
        rows[0]["customer_id"]: ["and I again"],
        rows[1]["customer_id"]: ["me again", "and this came late"],
    }


async def test_who_moves_to_somebodys_number_takes_their_own_things_along(
    idle_world: World,
) -> None:
    """I10: Meta tells that Ana has the number by which we knew Bo; neither gets the other's."""
    meta = meta_of(idle_world)
    for who in (ANA, BO):
        await meta.writes(who, f"{who.user_id} is here")
    changed = {"type": "user_changed_number", "wa_id": BO.wa_id, "user_id": MOVED.user_id}
    moved = {"from": ANA.wa_id, "id": new_id(), "timestamp": "1795370400", "type": "system"}
    body = change(meta.phone_number_id, meta.number, messages=[{**moved, "system": changed}])
    assert await meta.post([body]) == 200
    for who in (MOVED, replace(ANA, number=""), replace(BO, number="")):
        await meta.writes(who, f"{who.user_id} again")
    talks = await idle_world.rows(
        "SELECT a.value, array_agg(m.text ORDER BY m.seq) AS said FROM messages m"
        " JOIN addresses a ON a.id = m.address_id GROUP BY a.value"
    )
    assert {row["value"]: row["said"] for row in talks} == {
        BO.number: [
            f"{ANA.user_id} is here",
            f"{MOVED.user_id} again",
            f"{ANA.user_id} again",
        ],
        BO.user_id: [f"{BO.user_id} is here", f"{BO.user_id} again"],
    }
    assert await idle_world.value("SELECT count(*) FROM customers") == 2
