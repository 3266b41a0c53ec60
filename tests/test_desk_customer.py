"""/customer: staff look somebody up, see their whole life with us, note things and take over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from booking_rows import Row, write_booking
from staff_room import Staff, buttons, shown
from world import World

from bot.desk.customers import language_name, say_clock
from bot.domain import AddressId, CustomerId, Scope
from bot.store import consents
from bot.store.connection import borrow
from handlers.sandbox.slack_talk import Ephemeral

NUMBER = "+14155550142"
HOSTILE = "<!channel> <https://evil.example|click> Ana & *Co*"
SAID = "INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity, \
intensity, confidence, scorer) SELECT id, conversation_id, $2, $3, $4, 0.9, 'test-1' FROM messages \
WHERE id = $1"
HEARD = "INSERT INTO messages (conversation_id, address_id, direction, channel, author, text, \
status, scored, created_at) SELECT conversation_id, id, 'inbound', 'sms', 'customer', $2, \
'answered', true, $3 FROM addresses a JOIN LATERAL (SELECT id AS conversation_id FROM \
conversations WHERE customer_id = a.customer_id) c ON true WHERE a.value = $1 RETURNING id"
ACTS = ("take_over", "note", "follow_up", "quote", "book")
UTC_NOW = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)


def test_their_clock_and_language_are_said_in_words() -> None:
    """I15: their zone where it is known, else the business's, and said so."""
    east = say_clock(UTC_NOW, "America/New_York", is_known=True)
    assert east == "Mon 3:05 PM in New York"
    assert say_clock(UTC_NOW, "America/Los_Angeles", is_known=False).startswith("Mon 12:05 PM (our")
    assert [language_name(code) for code in ("es", "zh", "xx-nope", "")] == [
        "Spanish",
        "Chinese",
        "xx-nope",
        "",
    ]


async def life(world: World) -> CustomerId:
    """A customer with a hostile name, two events, a note of old, and words of every mood."""
    now = world.deps.bot.clock.now()
    party = {"name": HOSTILE, "number": NUMBER, "holds_until": now + timedelta(days=2)}
    await write_booking(
        world.pool,
        Row(code="AHEAD", starts_at=now + timedelta(days=9), total=Decimal(1250), **party),  # type: ignore[arg-type]  # A row's own.
    )
    customer = await world.value("SELECT customer_id FROM bookings WHERE code = 'AHEAD'")
    assert isinstance(customer, UUID)
    for minutes, (words, emotion, polarity, strength) in enumerate(
        (
            ("Can I see <@U0DANA>?", "neutral", "neutral", 0.1),
            ("Why is nobody answering!", "angry", "negative", 0.9),
            ("Wonderful, thank you", "happy", "positive", 0.8),
        )
    ):
        at = now - timedelta(minutes=30 - minutes)
        message = await world.value(HEARD, NUMBER, words, at)
        await world.rows(SAID, message, emotion, polarity, strength)
    await world.rows(
        "UPDATE customers SET zone = 'America/New_York', language = 'es' WHERE id = $1", customer
    )
    await world.rows(
        "INSERT INTO memories (customer_id, kind, value, source, said_at)"
        " VALUES ($1, 'diet', 'no sesame <!here>', 'customer', now())",
        customer,
    )
    await world.rows(
        "INSERT INTO follow_ups (customer_id, cause, due_at, status, text, planned_by)"
        " VALUES ($1, 'staff', $2, 'planned', 'Ask for photos', 'U0DANA')",
        customer,
        now + timedelta(days=1),
    )
    return CustomerId(customer)


async def test_dana_looks_a_customer_up_notes_something_and_takes_over(world: World) -> None:
    """I7, I11, I13: the whole life on one card, for staff alone, however they name the customer."""
    customer = await life(world)
    dana, gus = Staff(world), Staff(world, "U0GUEST")

    for typed in ("(415) 555-0142", "ahead", "evil.example", str(customer)):
        await dana.commands("/customer", typed)
        card = await dana.whispered("Latest")
        dana.slack.ephemerals.remove(card)
    name, _, said = shown(card).partition("\n")
    assert name == HOSTILE, "a heading is no markup"
    assert not any(mark in said for mark in ("<!channel>", "<https://evil", "<@U0DANA>"))
    assert "&lt;!here&gt;" in said
    for told in (
        "Spanish",
        "in New York",
        f"text {NUMBER} · answers, no offers · at any time",
        "*How they feel*  happy 0.80 ↗ rising, was angry ⬜🟥🟩",
        "*Worst moment*  angry 0.90",
        "· then happy 0.80",
        "`AHEAD`",
        "20 guests, $1,250.00, held",
        "Ask for photos",
        "Why is nobody answering!",
    ):
        assert told in said, told
    assert said.index("Wonderful") < said.index("Why is nobody")  # The newest first.
    assert buttons(card) == [f"{act}_customer" for act in ACTS]
    assert await world.value("SELECT count(*) FROM audit_log WHERE act = 'customer.shown'") == 4

    await notes_and_takes_over(world, dana, card, customer)
    assert "Only people of the staff channel" in await gus.commands("/customer", NUMBER)


async def _is_given_up(world: World) -> None:
    """Nobody could reach them, and they have ended our offers."""
    await world.rows("UPDATE addresses SET suspended_reason = 'no such number', soft_failures = 4")
    async with borrow(world.pool) as conn:
        await consents.write(
            conn,
            AddressId((await world.rows("SELECT id FROM addresses"))[0]["id"]),
            act="opt_out",
            source="page",
            said_at=datetime(2026, 11, 20, 20, tzinfo=UTC),
            words="unsubscribe <!here>",
            scope=Scope.PROMOTIONAL,
        )


async def notes_and_takes_over(
    world: World, dana: Staff, card: Ephemeral, customer: CustomerId
) -> None:
    await dana.presses(card, "note_customer")
    await dana.submits({"text": "Gate code 4711 <!channel>"}, repeat=True)
    kept = await world.rows("SELECT text, written_by, customer_id FROM customer_notes")
    assert [tuple(row) for row in kept] == [("Gate code 4711 <!channel>", "U0DANA", customer)]

    await dana.closes()
    await dana.presses(card, "follow_up_customer")
    assert NUMBER in shown(await dana.window("followup"))
    for act in ("quote_customer", "book_customer"):
        # Without a quote that still stands a booking is priced first.
        await dana.closes()
        await dana.presses(card, act)
        await dana.window("quote_party")
    await dana.closes()

    await _is_given_up(world)
    await dana.commands("/customer", NUMBER)
    card = await dana.whispered("Gate code 4711 &lt;!channel&gt;")
    for told in (
        "answers, no offers: they ended those · cannot be reached: no such number",
        "opted out of offers 2026-11-20 by page “unsubscribe &lt;!here&gt;”",
    ):
        assert told in shown(card)
    await dana.presses(card, "lift_address")
    await world.until("SELECT suspended_reason IS NULL AND soft_failures = 0 FROM addresses")
    await dana.presses(card, "lift_address")
    await dana.whispered("is not suspended")
    assert await world.value("SELECT promotional FROM addresses") == "revoked"
    assert await world.value("SELECT count(*) FROM audit_log WHERE act = 'address.lifted'") == 1
    await dana.presses(card, "take_over_customer")
    await dana.presses(card, "take_over_customer", repeat=True)
    await world.until("SELECT count(*) = 1 FROM escalations WHERE claimed_by = 'U0DANA'")
    assert await world.value("SELECT mode FROM conversations") == "human"
    await dana.reads("AHEAD")


async def test_who_was_joined_or_erased_or_is_one_of_several(world: World) -> None:
    """I10, I13: somebody joined is who they are now; of somebody erased nothing is shown."""
    customer = await life(world)
    dana = Staff(world)
    twin, gone = [
        await world.value("INSERT INTO customers (name) VALUES ($1) RETURNING id", name)
        for name in ("Ana Twin", "Erased")
    ]
    await world.rows(
        "INSERT INTO customer_merges (kept_id, joined_id, proof, actor, moved)"
        " VALUES ($1, $2, 'staff', 'dana', '{}')",
        customer,
        twin,
    )
    await world.rows("UPDATE customers SET erased_at = now() WHERE id = $1", gone)
    await dana.commands("/customer", str(twin))
    joined = await dana.whispered("was joined with this customer")
    assert str(customer) in str(joined.blocks), "what is done from it is done to who they are now"
    assert "was erased" in await dana.commands("/customer", str(gone))
    assert "I looked through numbers" in await dana.commands("/customer", "Nobody <!here>")
    assert "&lt;!here&gt;" in await dana.commands("/customer", "Nobody <!here>")
    assert "Whose card?" in await dana.commands("/customer", "  ")

    for number, name in (("+14155550150", "Ben Wu"), ("+14155550151", "Ben Lopez")):
        row = await world.value("INSERT INTO customers (name) VALUES ($1) RETURNING id", name)
        await world.rows(
            "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'sms', $2)",
            row,
            number,
        )
    await dana.commands("/customer", "ben")
    listed = await dana.whispered("2 customers fit")
    await dana.presses(listed, f"open_customer:{row}")
    opened = await dana.whispered("Ben Lopez\n")
    assert {"Ben Lopez", "Take over"} <= set(shown(opened).split("\n"))
    assert not any("2 customers fit" in shown(each) for each in dana.whispers)
    await dana.presses(opened, "take_over_customer")
    await dana.whispered("no open conversation")
