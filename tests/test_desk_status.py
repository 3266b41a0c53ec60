"""/concierge and its figures, held to a story that was counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from staff_room import Staff, shown
from world import World

from bot import plugins
from bot.clock import SystemClock
from bot.desk.numbers import bounds, read_days, read_money, today
from bot.profile import load_profile
from bot.store.connection import Pool
from bot.store.desk_numbers import Day, Money
from handlers.desk.base import Part

TALK = """WITH who AS (INSERT INTO customers (name) VALUES ('Somebody') RETURNING id),
phone AS (INSERT INTO addresses (customer_id, channel, value) SELECT id, 'sms', $1 FROM who)
INSERT INTO conversations (customer_id, channel) SELECT id, 'sms' FROM who RETURNING id"""
TURN = """INSERT INTO turns (conversation_id, epoch, agent, intent, outcome, created_at)
VALUES ($1, 0, 'lead_nurturing', $2, $3, $4) RETURNING id"""
SAID = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, turn_id, created_at)
SELECT $1, a.id, $2, 'sms', $3, 'words', $4, $5, $6 FROM conversations c
JOIN addresses a ON a.customer_id = c.customer_id WHERE c.id = $1"""
TROUBLE = """INSERT INTO escalations (conversation_id, reason, status, created_at, claimed_at,
  answered_at, claimed_by, post_status)
VALUES ($1, 'asked_for_person', 'claimed', $2, $3, $4, 'U0DANA', 'posted')"""
QUOTE = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at, created_at)
SELECT $1, id, customer_id, $3, '{}', '[]', $4, 100, now(), $5 FROM conversations WHERE id = $2"""
BOOKING = """INSERT INTO bookings (code, customer_id, conversation_id, quote_id, service, starts_at,
  ends_at, status, headcount, workers, agreed_at, deposit_paid_at, refund)
SELECT $1, customer_id, conversation_id, id, 'hibachi', now() + interval '9 days',
  now() + interval '10 days', $3, 20, 1, $4, $5, $6 FROM quotes WHERE id = $2 RETURNING id"""
CANCEL = """INSERT INTO booking_events (key, booking_id, act, actor, created_at)
VALUES ('story', $1, 'cancel', 'staff', $2)"""
PROFILE = load_profile()
BROUGHT = Money(
    quotes=2,
    quoted=Decimal(2000),
    bookings=2,
    booked=Decimal(2000),
    deposits=2,
    paid=Decimal(200),
    cancellations=1,
    cancelled=Decimal(800),
    refunds=Decimal(100),
)


class Story:
    """Talks of past days, put straight into the tables."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.number = 0

    async def talk(self, at: datetime, *answers: tuple[str, str, float | None]) -> UUID:
        """A conversation with a turn for each: its intent, its outcome, and when it was sent."""
        self.number += 1
        async with self.pool.acquire() as conn:
            talk: UUID = await conn.fetchval(TALK, f"+1415555{self.number:04d}")
            for place, (intent, outcome, after_s) in enumerate(answers):
                asked = at + timedelta(minutes=5 * place)
                turn = await conn.fetchval(TURN, talk, intent, outcome, asked)
                await conn.execute(SAID, talk, "inbound", "customer", "answered", turn, asked)
                if after_s is not None:
                    gone = asked + timedelta(seconds=after_s)
                    await conn.execute(SAID, talk, "outbound", "bot", "sent", turn, gone)
            if not answers:
                await conn.execute(SAID, talk, "inbound", "customer", "received", None, at)
        return talk

    async def offer(self, talk: UUID, at: datetime, *totals: int) -> UUID:
        """Versions of an offer; the id of the last."""
        async with self.pool.acquire() as conn:
            for version, total in enumerate(totals, 1):
                made = uuid4()
                await conn.execute(QUOTE, made, talk, version, Decimal(total), at)
        return made

    async def books(
        self, code: str, quote: UUID, at: datetime, *, is_cancelled: bool = False
    ) -> None:
        """A booking with its deposit, which may have been cancelled on the same day."""
        refund = Decimal(100) if is_cancelled else None
        status = "cancelled" if is_cancelled else "confirmed"
        async with self.pool.acquire() as conn:
            made = await conn.fetchval(BOOKING, code, quote, status, at, at, refund)
            if is_cancelled:
                await conn.execute(CANCEL, made, at)


def noon(day: date) -> datetime:
    return bounds(PROFILE, day, day)[0] + timedelta(hours=12)


async def test_every_figure_is_what_was_counted_by_hand(pool: Pool) -> None:
    """I15: days are the business's; the last minute before midnight belongs to its day."""
    story, last = Story(pool), today(PROFILE, SystemClock().now())
    early, late = last - timedelta(2), last - timedelta(1)
    at = noon(early)
    ann = await story.talk(at, ("party_price", "answered", 4.0))
    ben = await story.talk(
        bounds(PROFILE, early, early)[1] - timedelta(minutes=1), ("party_price", "answered", 10.0)
    )
    cy = await story.talk(at, ("human", "escalated", None))
    await story.talk(noon(late), ("party_price", "answered", 2.0), ("thanks", "templated", 6.0))
    await story.talk(noon(late))
    async with pool.acquire() as conn:
        held, said = at + timedelta(seconds=120), at + timedelta(seconds=300)
        await conn.execute(TROUBLE, cy, at, held, said)
    await story.books("STAYS", await story.offer(ann, at, 1000, 1200), at)
    await story.books("GOES1", await story.offer(ben, at, 800), at, is_cancelled=True)

    async with pool.acquire() as conn:
        before, first, second, now = await read_days(conn, PROFILE, last=last, count=4)
        money = await read_money(conn, PROFILE, early)
        nothing = await read_money(conn, PROFILE, late)
    assert before == Day(on=early - timedelta(1))
    assert first == Day(
        on=early,
        conversations=3,
        settled=3,
        contained=2,
        escalations=1,
        response_s=7.0,
        claim_s=120.0,
        answer_s=300.0,
    )
    assert second == Day(on=late, conversations=2, settled=1, contained=1, response_s=4.0)
    assert now == Day(on=last)
    assert money == BROUGHT
    assert nothing.quotes == nothing.bookings == nothing.cancellations == 0


async def test_ravi_asks_how_things_stand(idle_world: World) -> None:
    """I11, I13: whether all is well, without a word of any customer; a paused bot is said first."""
    ravi, gus = Staff(idle_world, "U0RAVI"), Staff(idle_world, "U0GUEST")
    ann = idle_world.customer()
    await ann.texts("Do you come to Fremont?")
    await idle_world.until("SELECT count(*) = 1 FROM messages")

    await ravi.commands("/concierge")
    told = await ravi.whispered("The bot is answering")
    said = shown(told)
    for part in (
        "Offline model (always there)",
        "email, sms, webchat, whatsapp",
        "1 message for an answer",
        "*Escalations:* 0 open, 0 claimed",
        "*Today:* 1 conversation, 0 escalations",
        "0 bookings for $0.00",
        "/concierge help",
    ):
        assert part in said, part
    assert ann.number not in said
    assert "Fremont" not in said
    assert f"<{idle_world.url}/console|Web console>" in said
    (picture,) = [block for block in told.blocks if block["type"] == "image"]
    assert "/desk/charts/" in str(picture["image_url"])
    assert str(picture["alt_text"]).startswith("The last 14 days")

    idle_world.stand_ins.slack.fail_next("invalid_blocks")
    before = len(ravi.whispers)
    await ravi.commands("/concierge")
    await ravi.sees(lambda: len(ravi.whispers) > before, "the status without its picture")
    plain = ravi.whispers[-1]
    assert "The bot is answering" in shown(plain)
    assert not [block for block in plain.blocks if block["type"] == "image"]

    await hears_of_trouble_and_help(idle_world, ravi)
    assert "Only people of the staff channel" in await gus.commands("/concierge")


async def hears_of_trouble_and_help(idle_world: World, ravi: Staff) -> None:
    await idle_world.rows(
        "INSERT INTO pauses (reason, started_by) VALUES ('the <!channel> burns', 'U0RAVI')"
    )
    await idle_world.rows(
        "INSERT INTO desk_notices (key, text, post_error, post_claimed_at)"
        " VALUES ('x', 'x', 'Slack refuses (is_archived): restore the channel', now())"
    )
    await ravi.commands("/concierge", "status")
    paused = shown(await ravi.whispered("The bot is paused"))
    assert "by Ravi" in paused
    assert "the &lt;!channel&gt; burns" in paused
    assert "Slack refuses (is_archived)" in paused

    await ravi.commands("/concierge", "help")
    helped = shown(await ravi.whispered("What you can type"))
    parts = plugins.load("handlers.desk", "part", Part).values()
    named = [name for part in parts for name in part.commands]
    assert {"/concierge", "/customer"} <= set(named)
    for name in named:
        assert f"`{name}" in helped, name
    assert "not “&lt;!here&gt;”" in await ravi.commands("/concierge", "<!here>")


LONG_TURNS = """INSERT INTO turns (id, conversation_id, epoch, agent, intent, outcome, created_at)
SELECT uuidv7(-make_interval(mins => n)), $1, 0, 'lead_nurturing', 'party_price', 'answered',
  now() - make_interval(mins => n) FROM generate_series(1, 5000) n"""
LONG_TALK = """INSERT INTO messages (id, conversation_id, address_id, direction, channel, author,
  text, status, turn_id, created_at)
SELECT uuidv7(t.created_at + d.after - now()), c.id, a.id, d.direction, 'sms', d.author, 'words',
  d.status, t.id, t.created_at + d.after
FROM turns t JOIN conversations c ON c.id = t.conversation_id
JOIN addresses a ON a.customer_id = c.customer_id,
(VALUES ('inbound', 'customer', 'answered', interval '0 s'),
  ('outbound', 'bot', 'sent', interval '3 s')) AS d (direction, author, status, after)"""


async def test_one_talk_of_ten_thousand_messages_does_not_hold_up_the_desk(pool: Pool) -> None:
    """Slack waits for three seconds: the figures take no square of a talk's length."""
    now = SystemClock().now()
    async with pool.acquire() as conn:
        talk = await conn.fetchval(TALK, "+14155550001")
        await conn.execute(LONG_TURNS, talk)
        await conn.execute(LONG_TALK)
        await conn.execute("SET statement_timeout = '2500ms'")
        days = await read_days(conn, PROFILE, last=today(PROFILE, now))
        await conn.execute("RESET statement_timeout")
    assert {day.response_s for day in days} == {None, 3.0}
