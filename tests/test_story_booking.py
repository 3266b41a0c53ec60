"""A booking from the first text to its end, told from the customer's phone, without any model key.

Asked, held, agreed, paid, moved, grown and cancelled in three languages, through the whole service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from world import Customer, World

from bot.booking import reserving
from bot.domain_booking import BookingId
from bot.ids import new_id

DATES = {"es": "EEEE d 'de' MMMM", "zh": "M月d日"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One customer's way of saying it."""

    price: str
    day: str
    yes: str
    address: str
    when: str
    move: str
    grow: str
    cancel: str
    again: str


ENGLISH = Words(
    price="Hi! How much for 20 adults in 94539?",
    day="Saturday after next at 6",
    yes="yes",
    address="123 Main Street, Fremont",
    when="what time is my party?",
    move="can we move it to Sunday?",
    grow="make it 25 people",
    cancel="please cancel my booking",
    again="yes please",
)
SPANISH = Words(
    price="Hola, ¿cuánto cuesta para 20 adultos en 94539?",
    day="el {es} a las 6 de la tarde",
    yes="sí, por favor",
    address="123 Main Street, Fremont",
    when="¿a qué hora es mi fiesta?",
    move="¿podemos cambiarla al domingo?",
    grow="que sean 25 personas",
    cancel="quiero cancelar mi reserva",
    again="sí",
)
CHINESE = Words(
    price="你好，20个大人多少钱？邮编94539",
    day="{zh}晚上六点",
    yes="好的",
    address="地址是Fremont Main Street 123号",
    when="我的派对是几点？",
    move="可以改到星期天吗？",
    grow="改成25个人",
    cancel="我要取消预订",
    again="是的",
)


def a_saturday(world: World) -> dict[str, str]:
    """One in two weeks, as it is written where "Saturday after next" is not said."""
    today = local(world.deps.bot.clock.now()).date()
    day = today + timedelta(days=14 - (today.weekday() - 5) % 7)
    return {code: format_date(day, pattern, locale=code) for code, pattern in DATES.items()}


async def booking(world: World) -> dict[str, object]:
    """The one booking that was agreed, as it stands."""
    rows = await world.rows("SELECT * FROM bookings WHERE agreed_at IS NOT NULL")
    assert len(rows) == 1
    return dict(rows[0])


def local(value: object) -> datetime:
    """A moment where the business is."""
    assert isinstance(value, datetime)
    return value.astimezone(ZoneInfo("America/Los_Angeles"))


async def sends_the_deposit(world: World) -> None:
    """Staff see it."""
    found = BookingId((await booking(world))["id"])  # type: ignore[arg-type]
    async with world.pool.acquire() as conn, conn.transaction():
        now = world.deps.bot.clock.now()
        await reserving.confirm_deposit(
            conn, world.deps.bot.profile, found, now=now, key=str(new_id())
        )


async def is_held_and_agreed(world: World, customer: Customer, words: Words) -> datetime:
    """From the price to the yes; when it will be."""
    assert "$1,100.00" in await customer.asks(words.price)
    terms = await customer.asks(words.day.format_map(a_saturday(world)))
    assert "$100.00" in terms
    held = (await world.rows("SELECT * FROM bookings"))[0]
    assert (held["status"], held["agreed_at"]) == ("held", None)
    starts_at = local(held["starts_at"])
    assert (starts_at.strftime("%A %H:%M"), held["headcount"]) == ("Saturday 18:00", 20)
    assert str(starts_at.day) in terms
    assert await world.value("SELECT act || ' ' || status FROM proposals") == "book open"
    assert "$100.00" in await customer.asks(words.yes)
    made = await booking(world)
    assert made["status"] == "held"
    said = await world.value("SELECT text FROM messages WHERE id = $1", made["agreed_message_id"])
    assert said == words.yes
    assert await world.value("SELECT status FROM proposals") == "accepted"
    return starts_at


async def is_confirmed(world: World, customer: Customer, words: Words) -> None:
    """The street, the deposit, and how it stands."""
    assert "Main Street" in await customer.asks(words.address)
    assert "Main Street" in str((await booking(world))["address"])
    await sends_the_deposit(world)
    assert (await booking(world))["status"] == "confirmed"
    assert await world.value("SELECT count(*) FROM follow_ups WHERE status = 'planned'") >= 2
    assert re.search(r"(?<!\d)(?:18:00|6:00)", await customer.asks(words.when))


async def is_moved(world: World, customer: Customer, words: Words, first: datetime) -> None:
    """To the day after, once the terms are agreed to and no sooner."""
    terms = await customer.asks(words.move)
    sunday = first + timedelta(days=1)
    assert str(sunday.day) in terms
    assert local((await booking(world))["starts_at"]) == first
    await customer.asks(words.yes)
    made = await booking(world)
    assert (made["status"], made["moves"]) == ("changed", 1)
    assert local(made["starts_at"]).date() == sunday.date()
    crew = await world.rows("SELECT busy FROM chef_assignments WHERE released_at IS NULL")
    assert len(crew) == 1
    assert local(crew[0]["busy"].upper).date() == sunday.date()


async def is_grown(world: World, customer: Customer, words: Words) -> None:
    """To a new price, which the yes is given to."""
    assert "$1,375.00" in await customer.asks(words.grow)
    assert (await booking(world))["headcount"] == 20
    await customer.asks(words.yes)
    made = await booking(world)
    assert made["headcount"] == 25
    total = await world.value("SELECT total FROM quotes WHERE id = $1", made["quote_id"])
    assert total == Decimal("1375.00")


async def is_cancelled(world: World, customer: Customer, words: Words) -> None:
    """With its deposit back; a second yes changes nothing."""
    assert "$100.00" in await customer.asks(words.cancel)
    assert (await booking(world))["status"] == "changed"
    await customer.asks(words.yes)
    made = await booking(world)
    assert (made["status"], made["refund"]) == ("cancelled", Decimal("100.00"))
    free = "SELECT count(*) FROM chef_assignments WHERE released_at IS NULL"
    assert await world.value(free) == 0
    assert await world.value("SELECT count(*) FROM follow_ups WHERE status = 'planned'") == 0
    await customer.asks(words.again)
    assert await booking(world) == made


@pytest.mark.parametrize("words", [ENGLISH, SPANISH, CHINESE], ids=["en", "es", "zh"])
async def test_a_booking_lives_from_the_first_text_to_its_end(world: World, words: Words) -> None:
    """I2, I8, I9: each step waits for its yes, and nothing is said that no tool said."""
    customer = world.customer("+14155550180")
    first = await is_held_and_agreed(world, customer, words)
    await is_confirmed(world, customer, words)
    await is_moved(world, customer, words, first)
    await is_grown(world, customer, words)
    await is_cancelled(world, customer, words)
    await world.settles()
    turns = await world.rows("SELECT outcome, guard FROM turns ORDER BY created_at")
    assert {row["outcome"] for row in turns} == {"answered"}
    assert [row["guard"]["refused"] for row in turns if row["guard"].get("refused")] == []
    opened = await world.rows("SELECT act, status FROM proposals ORDER BY created_at")
    assert [row["act"] for row in opened if row["status"] == "accepted"][-1] == "cancel"
    assert not [row for row in opened if row["status"] == "open"]


async def test_a_hold_that_ran_out_is_not_booked_by_a_late_yes(world: World) -> None:
    """I9: the terms have gone with the slot; they are stated anew before anything is booked."""
    customer = world.customer("+14155550181")
    await customer.asks(ENGLISH.price)
    await customer.asks(ENGLISH.day)
    await world.rows("UPDATE bookings SET held_until = now() - interval '1 minute'")
    await world.rows("UPDATE proposals SET expires_at = now() - interval '1 minute'")
    await customer.asks("yes")
    assert await world.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 0


async def test_two_customers_want_the_last_chef(world: World) -> None:
    """The second is offered what is near instead, and nobody is promised the same hour."""
    await world.rows("UPDATE chefs SET is_active = (code = 'andre')")
    first, second = world.customer("+14155550182"), world.customer("+14155550183")
    for customer in (first, second):
        await customer.asks(ENGLISH.price)
    await first.asks(ENGLISH.day)
    offered = await second.asks(ENGLISH.day)
    assert "taken" in offered
    assert await world.value("SELECT count(*) FROM bookings") == 1
    await second.asks("Sunday after next at 6 then")
    assert await world.value("SELECT count(*) FROM bookings") == 2
