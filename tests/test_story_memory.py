"""A customer is known again: on another channel once they prove it, and only what they want kept.

The whole service without any model key.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from booking_rows import Row, write_booking
from world import Customer, World

from bot.domain import ConversationId
from bot.domain_booking import BookingStatus
from bot.loading import load_situation
from bot.store.context import RECENT_MIN

SMS, WHATSAPP, STRANGER = "+14155550101", "+14155550102", "+14155550109"
LIVE = """SELECT kind, value FROM memories
  WHERE replaced_by IS NULL AND forgotten_at IS NULL ORDER BY kind"""


async def code_on(customer: Customer, count: int) -> str:
    """The code that came to this phone."""
    said = await customer.hears(count)
    found = re.search(r"\b(\d{6})\b", said)
    assert found, said
    return found[1]


async def test_who_booked_by_text_is_known_on_whatsapp_once_they_prove_it(world: World) -> None:
    """I10: before the proof nothing is told, and asking tells nobody who is known to us."""
    now = datetime.now(UTC)
    await write_booking(
        world.pool,
        Row(
            code="H7K3Q",
            name="Maria",
            number=SMS,
            starts_at=now + timedelta(days=40),
            holds_until=now + timedelta(days=1),
            status=BookingStatus.CONFIRMED,
        ),
    )
    phone, app = world.customer(SMS), world.customer(WHATSAPP, "whatsapp")
    asked = "when is my party?"
    assert "Mission" not in await app.asks("Hi, I'm Maria, " + asked), "a name proves nothing"

    unknown = await app.asks(f"I'm also at {STRANGER}, it's me")
    known = await app.asks(f"sorry, it's me at my other number {SMS}")
    assert unknown == known, "no telling who is known"
    assert await code_on(world.customer(STRANGER), 1)
    code = await code_on(phone, 1)
    wrong = "000000" if code != "000000" else "111111"
    assert "isn't the code" in await app.asks(wrong)
    assert "Mission" not in await app.asks(asked)
    assert "know you on both" in await app.asks(code)
    assert "41 Mission Blvd" in await app.asks(asked)
    row = (await world.rows("SELECT proof, moved FROM customer_merges"))[0]
    assert row["proof"] == "code"
    models = await world.rows("SELECT text FROM messages WHERE text = $1", code)
    assert len(models) == 1
    calls = "SELECT count(*) FROM turns t JOIN llm_calls l ON l.turn_id = t.id WHERE t.why = $1"
    assert await world.value(calls, "a code was typed") == 0, "no model has seen the code"


async def test_what_a_customer_tells_is_kept_corrected_and_forgotten(world: World) -> None:
    ana = world.customer()
    await ana.asks("Hi, I'm Ana and my ZIP is 94110")
    await ana.asks("actually my ZIP is 94539, and my daughter's birthday is in May")
    assert [tuple(row) for row in await world.rows(LIVE)] == [
        ("name", "Ana"),
        ("occasion", "my daughter's birthday is in May"),
        ("zip_code", "94539"),
    ]
    corrected = "SELECT message_id IS NOT NULL FROM memories WHERE replaced_by IS NOT NULL"
    assert await world.value(corrected), "the old ZIP keeps its message and is replaced"

    said = await ana.asks("please forget my zip")
    assert "ZIP code" in said
    assert await world.value("SELECT bool_and(value = '') FROM memories WHERE kind = 'zip_code'")
    assert not await world.value(
        "SELECT EXISTS (SELECT FROM conversation_summaries WHERE text ~ '94539|94110')"
    )
    assert await ana.asks("forget my address, thanks") == "Done: I no longer keep your address."
    said = await ana.asks("forget my birthday, and how much for 20 adults?")
    assert "no longer keep your special dates" in said
    assert "$1,1" in said, "what else was asked is answered too"


async def test_everything_is_forgotten_without_a_person_unless_they_are_angry(
    world: World,
) -> None:
    ana = world.customer()
    everything = {
        "Delete everything you know about me!!": "forgotten what you told me",
        "borra todo lo que saben de mí": "he olvidado lo que me contó",
        "删除你们保存的我的所有信息": "个人信息我都忘掉了",
    }
    for text, words in everything.items():
        await ana.asks("Hi, I'm Ana")
        assert words in await ana.asks(text)
        assert await world.rows(LIVE) == []
        assert await world.value("SELECT name IS NULL FROM customers")
    assert world.cards == [], "no anger, and no work for a person"

    said = await ana.asks(
        "I'm Ana. You people are useless liars!! Delete all my data. I am FURIOUS"
    )
    assert "passed this to a person" in said, "who is really angry gets one"
    assert "forgotten what you told me" in said
    assert await world.rows(LIVE) == []


async def test_a_long_talk_is_read_in_short_and_nothing_that_matters_is_lost(world: World) -> None:
    """What was said long ago is not loaded any more; what was promised and booked still is."""
    ben = world.customer()
    soon = datetime.now(UTC) + timedelta(days=40)
    confirmed = BookingStatus.CONFIRMED
    await write_booking(
        world.pool,
        Row(
            code="H7K3Q", name="Ben", number=SMS, starts_at=soon, holds_until=soon, status=confirmed
        ),
    )
    said = {2: "We will bring extra plates.", 4: "For 20 adults it is $1,117.80.", 5: "I'm vegan."}
    for n in range(1, 41):
        await world.rows(
            """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
              status, scored) SELECT c.id, a.id, $1, 'sms', $2, $3, $4, true
              FROM conversations c JOIN addresses a USING (customer_id)""",
            *(("outbound", "bot") if n % 2 == 0 else ("inbound", "customer")),
            said.get(n, f"nice weather {n}"),
            "delivered" if n % 2 == 0 else "answered",
        )
    await ben.asks("thanks!")
    await world.until("SELECT EXISTS (SELECT FROM conversation_summaries)")
    talk = await world.value("SELECT id FROM conversations")
    known = await load_situation(world.deps.bot, ConversationId(talk))  # type: ignore[arg-type]  # Its id.
    texts = {message.text for message in known.transcript}
    assert len(texts) == RECENT_MIN
    for words in (*said.values(), "Booking: H7K3Q, "):
        assert words in known.summary
        assert words not in texts
    assert [each.code for each in known.bookings] == ["H7K3Q"]
