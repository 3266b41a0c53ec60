"""A day at the business, told from the customers' phones and the staff's channel."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from world import World


async def test_a_price_is_asked_and_corrected(world: World) -> None:
    """I8: the sums on the phone are those of the quotes in the database."""
    ann = world.customer("+14155550101")
    first = await ann.asks("Hi! How much for 20 adults and 6 kids?")
    assert "$1,280.00" in first
    second = await ann.asks("Sorry, make that 18 adults and 6 kids")
    assert "$1,170.00" in second
    quotes = await world.rows("SELECT version, total FROM quotes ORDER BY version")
    assert [(q["version"], q["total"]) for q in quotes] == [
        (1, Decimal("1280.00")),
        (2, Decimal("1170.00")),
    ]
    await world.settles()
    statuses = await world.rows("SELECT DISTINCT status FROM messages WHERE direction = 'inbound'")
    assert [row["status"] for row in statuses] == ["answered"]


async def test_four_texts_in_a_row_get_one_answer(idle_world: World) -> None:
    """I2, I3: a burst is read as one message."""
    world = idle_world
    bob = world.customer("+14155550102")
    await bob.texts("hey", "we want a hibachi party", "20 adults", "and 2 kids, how much is it?")
    await world.start_worker()
    answer = await bob.hears()
    assert "$1,160.00" in answer
    await world.settles()
    assert len(bob.received) == 1
    assert await world.value("SELECT count(*) FROM turns") == 1
    assert await world.value("SELECT count(*) FROM messages WHERE status = 'answered'") == 4


async def test_the_same_webhook_again_and_again_is_one_message(world: World) -> None:
    """I2: duplicates, also at the same moment, are one message and one answer."""
    world.stand_ins.twilio.duplicate_webhooks = 4
    eve = world.customer("+14155550103")
    sid = await eve.texts("How much for 12 adults?")
    await eve.hears()
    await eve.texts("How much for 12 adults?", sid=sid)
    await world.settles()
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1
    assert len(eve.received) == 1


async def test_whatsapp_and_sms_are_answered_where_they_were_written(world: World) -> None:
    """The customer reads the answer on the channel they wrote from."""
    texter = world.customer("+14155550104")
    writer = world.customer("+34600111222", "whatsapp")
    english, spanish = await asyncio.gather(
        texter.asks("price for 10 adults?"),
        writer.asks("¿Cuánto cuesta para 20 adultos?"),
    )
    assert "$550.00" in english
    assert "$1,100.00" in spanish
    assert "adult" in spanish
    assert {m.channel for m in writer.received} == {"whatsapp"}


async def test_chinese_is_answered_in_chinese(world: World) -> None:
    """Answered in kind."""
    wang = world.customer("+14155550105")
    answer = await wang.asks("你好，20个大人多少钱？")
    assert "$1,100.00" in answer
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer)


async def test_a_question_is_answered_from_the_articles(world: World) -> None:
    """I8: what is said stands in a passage of the turn."""
    kim = world.customer("+14155550106")
    answer = await kim.asks("Do we need to provide tables and chairs?")
    assert "chair" in answer.lower()
    assert await world.value("SELECT count(*) FROM tool_calls WHERE name = 'search_knowledge'") == 1


async def test_stop_and_start(world: World) -> None:
    """I6: after STOP nothing goes out; START opens again; each with its proof."""
    pat = world.customer("+14155550107", "whatsapp")
    await pat.asks("price for 10 adults?")
    confirmation = await pat.asks("STOP")
    assert "START" in confirmation
    await pat.texts("and for 12?")
    await world.settles()
    assert len(pat.received) == 2
    reason = await world.value("SELECT reason FROM messages WHERE text = 'and for 12?'")
    assert reason == "the customer has opted out"
    await pat.asks("START")
    assert "$660.00" in await pat.asks("price for 12 adults please")
    ledger = await world.rows("SELECT act, words, message_id FROM consents ORDER BY created_at")
    assert [(line["act"], line["words"]) for line in ledger] == [
        ("opt_out", "STOP"),
        ("opt_in", "START"),
    ]
    assert all(line["message_id"] for line in ledger)


async def test_stop_by_text_leaves_the_confirmation_to_the_carrier(world: World) -> None:
    """I6: the carrier confirms STOP itself; a second confirmation would be refused."""
    joe = world.customer("+14155550108")
    await joe.asks("price for 10 adults?")
    await joe.texts("STOP")
    await world.settles()
    assert len(joe.received) == 1
    assert await world.value("SELECT consent FROM addresses") == "revoked"
    await joe.texts("START")
    await world.settles()
    assert "$605.00" in await joe.asks("price for 11 adults?")


async def test_cancel_is_asked_about_not_guessed(world: World) -> None:
    """I6: CANCEL may mean the booking."""
    lee = world.customer("+14155550109", "whatsapp")
    assert "STOP" in await lee.asks("CANCEL")
    assert await world.value("SELECT consent FROM addresses") == "unknown"


async def test_an_angry_customer_reaches_people(world: World) -> None:
    """I7: the floor changes hands with the card owed, and the bot is silent from then on."""
    mad = world.customer("+14155550110")
    answer = await mad.asks(
        "This is the THIRD time nobody answered me!!! I'm furious, this is unacceptable!"
    )
    assert "person" in answer
    card = await world.desk_shows()
    assert "+14155550110" in str(card.blocks)
    conversation = (await world.rows("SELECT mode, epoch FROM conversations"))[0]
    assert (conversation["mode"], conversation["epoch"]) == ("human", 1)
    await mad.texts("hello??")
    await world.settles()
    assert len(mad.received) == 1
    reason = await world.value("SELECT reason FROM messages WHERE text = 'hello??'")
    assert reason == "a person has the floor"
    escalation = (await world.rows("SELECT * FROM escalations"))[0]
    assert escalation["post_status"] == "posted"
    assert escalation["desk_ts"]
    await world.until("SELECT count(*) = 2 FROM emotion_history")


async def test_who_asks_for_a_person_gets_one(world: World) -> None:
    """Whatever the scorer says of the mood."""
    tim = world.customer("+14155550111")
    assert "person" in await tim.asks("can I talk to a real person please")
    await world.desk_shows()
    assert await world.value("SELECT reason FROM escalations") == "asked_for_person"


async def test_only_one_card_for_one_trouble(world: World) -> None:
    """A storm of anger is one escalation."""
    sue = world.customer("+14155550112")
    await sue.texts("I want to speak to a manager NOW")
    await sue.texts("WHERE IS EVERYBODY, this is outrageous, worst company ever!!!")
    await world.desk_shows()
    await world.settles()
    assert await world.value("SELECT count(*) FROM escalations") == 1
    assert len(world.cards) == 1


async def test_the_desk_is_away_and_the_card_waits(world: World) -> None:
    """I14: Slack down delays the card, not the customer's notice, and never doubles it."""
    world.stand_ins.slack.fail_next("ratelimited", times=1, retry_after=0.1)
    ned = world.customer("+14155550113")
    assert "person" in await ned.asks("I need to talk to a human")
    await world.desk_shows()
    assert len(world.cards) == 1
    assert await world.value("SELECT post_attempts > 1 FROM escalations")


async def test_a_furious_stop_is_still_a_stop(world: World) -> None:
    """I6: whoever reads the anger first, the opt-out is kept and nothing but it is confirmed."""
    ira = world.customer("+14155550114", "whatsapp")
    await ira.texts("You are the WORST, I am furious, nobody ever answers!!!", "STOP")
    await world.settles()
    assert await world.value("SELECT consent FROM addresses") == "revoked"
    assert await world.value("SELECT count(*) FROM consents WHERE words = 'STOP'") == 1


async def test_a_furious_first_message_is_answered_in_its_language(world: World) -> None:
    """The emotion job gets to it before any turn has read the language."""
    luz = world.customer("+14155550115")
    answer = await luz.asks(
        "¡Estoy furiosa! Nadie llegó a mi fiesta, quiero mi dinero de vuelta YA"
    )
    assert "equipo" in answer


async def test_a_stop_before_a_flood_is_obeyed(idle_world: World) -> None:
    """I4, I6: of a flood only the end is read, yet an opt-out at its beginning counts."""
    world = idle_world
    max_ = world.customer("+14155550116", "whatsapp")
    await max_.texts("STOP", *(f"price for {10 + n} adults" for n in range(70)))
    await world.start_worker()
    await world.settles()
    assert await world.value("SELECT consent FROM addresses") == "revoked"
    assert len(max_.received) == 1
    assert "START" in max_.received[0].body
