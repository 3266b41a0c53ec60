"""Past customers, settled complaints, days of their own: who is written to, and what ends it.

Rows are real and so is the schedule; only what is sent is not looked at here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from cause_ground import DAY, HOUR, PROFILE, SAID_NO, found, looked, of, planned, reason, words
from follow_up_ground import NOW, ZONE, Somebody, somebody

from bot.causes.base import causes
from bot.causes.season import season_of
from bot.domain_follow_ups import Later
from bot.identity_joining import Wish, join
from bot.store import follow_ups
from bot.store.connection import Pool

_ESCALATED = """INSERT INTO escalations (conversation_id, reason, status, created_at, resolved_at,
  outcome, claimed_by, resolved_by) VALUES ($1, $2, $3, $4, $5, $6, 'U0DANA', 'U0DANA')
RETURNING id"""
_MEMBER = """INSERT INTO staff_members (id, name, looked_up_at) VALUES ('U0DANA', 'Dana Reyes', $1)
ON CONFLICT DO NOTHING"""
_TOLD = """INSERT INTO memories (customer_id, kind, value, source, said_at)
VALUES ($1, 'occasion', $2, 'customer', $3) RETURNING id"""


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


async def test_a_past_customer_is_written_to_once_a_season_while_silent(pool: Pool) -> None:
    begins = NOW - 60 * DAY - 3 * HOUR
    gone, back, wrote, off = [
        await somebody(pool, name=name, at=begins - 9 * DAY)
        for name in ("Ana Lima", "Bo", "Cleo", "Dee")
    ]
    for each in (gone, back, wrote, off):
        chef = "kenji" if each is gone else ""
        await each.booked(begins, at=begins - 8 * DAY, status="completed", chef=chef)
    await back.booked(NOW + 9 * DAY, at=NOW - 5 * DAY, chef="marisol")
    await wrote.wrote("thank you so much", NOW - 50 * DAY)
    span = (NOW - HOUR, NOW + HOUR)
    plans = await found(pool, "season", *span)
    assert {plan.customer_id for plan in plans} == {
        gone.customer_id,
        wrote.customer_id,
        off.customer_id,
    }
    (plan,) = of(plans, gone)
    assert plan.key == f"season:{gone.customer_id}:2026-winter"
    assert plan.booking_id is None
    (row,) = await planned(pool, plan)
    assert not of(await found(pool, "season", *span), gone)
    read = await words(pool, row, row.due_at, "es")
    assert read["name"] == "Ana"
    assert (read["month"], read["guests"], read["chef"]) == ("octubre", "12", "Kenji")
    (waits,) = await planned(pool, *of(plans, wrote))
    assert waits.due_at >= NOW + 10 * DAY, "sixty days after their last word"
    early = await looked(pool, waits, NOW + DAY)
    assert isinstance(early, Later)
    assert early.until == NOW + 10 * DAY
    await pool.execute(SAID_NO, off.customer_id, "campaign", NOW - 80 * DAY)
    (refused,) = await planned(pool, *of(plans, off))
    assert "said no to an offer" in await reason(pool, refused, NOW + DAY)
    assert await reason(pool, refused, NOW + 20 * DAY) == ""
    await gone.booked(NOW + 30 * DAY, at=NOW + 2 * DAY, chef="wei")
    assert await reason(pool, row, NOW + DAY) == ""
    assert "an event ahead on Dec 31" in await reason(pool, row, NOW + 3 * DAY)


async def test_two_customers_who_prove_to_be_one_are_asked_back_once(pool: Pool) -> None:
    """I2: each had a word for the season; the second knows of the first, the gap apart or not."""
    begins = NOW - 60 * DAY - 3 * HOUR
    pair = [await somebody(pool, name="Ana", at=begins - 9 * DAY) for _ in range(2)]
    for each, chef in zip(pair, ("kenji", "wei"), strict=True):
        await each.booked(begins, at=begins - 8 * DAY, status="completed", chef=chef)
    rows = await planned(pool, *await found(pool, "season", NOW - HOUR, NOW + HOUR))
    first, second = (next(r for r in rows if r.customer_id == p.customer_id) for p in pair)
    wish = Wish(kept=pair[0].customer_id, joined=pair[1].customer_id, proof="staff", actor="U0")
    async with pool.acquire() as conn, conn.transaction():
        await join(conn, PROFILE, wish, now=NOW)
        second = await follow_ups.find(conn, second.id) or second
    assert second.customer_id == first.customer_id
    assert await reason(pool, second, NOW + DAY) == ""
    went = "UPDATE follow_ups SET status = 'sent', sent_at = $2 WHERE id = $1"
    await pool.execute(went, first.id, NOW + DAY)
    assert await reason(pool, second, NOW + HOUR) == ""
    assert "two customers were joined" in await reason(pool, second, NOW + 4 * DAY)


def test_seasons_are_those_of_the_weather() -> None:
    home, south = "America/Los_Angeles", "Australia/Sydney"
    assert season_of(date(2026, 12, 1), home) == season_of(date(2027, 2, 28), home) == "2026-winter"
    assert season_of(date(2027, 3, 1), home) == "2027-spring"
    assert season_of(date(2026, 11, 30), home) == "2026-autumn"
    assert season_of(date(2027, 1, 5), south) == "2026-summer"
    assert season_of(date(2027, 7, 5), south) == "2027-winter"


class Troubled:
    """People with whom something went wrong, and what staff made of it."""

    def __init__(self, pool: Pool, who: dict[str, Somebody]) -> None:
        self.pool, self.who = pool, who

    async def escalate(self, name: str, why: str, outcome: str | None, at: datetime) -> UUID:
        """Staff get the conversation; with an outcome they settled it an hour later."""
        status = "resolved" if outcome else "open"
        ended = at + HOUR if outcome else None
        talk = self.who[name].conversation_id
        made: UUID = await self.pool.fetchval(_ESCALATED, talk, why, status, at, ended, outcome)
        return made


async def test_after_a_complaint_one_message_asks_whether_it_is_right_now(pool: Pool) -> None:
    await pool.execute(_MEMBER, NOW)
    names = ("settled", "not_needed", "refund_asked", "sad", "helped", "scolded", "mild")
    who = {name: await somebody(pool, at=NOW - HOUR) for name in names}
    escalate = Troubled(pool, who).escalate
    settled = await escalate("settled", "complaint", "apologised", NOW - 2 * HOUR)
    await escalate("not_needed", "emotion", "not_needed", NOW - 2 * HOUR)
    await escalate("refund_asked", "asked_for_person", "answered", NOW - 2 * HOUR)
    sad = await who["sad"].wrote("nobody told me that", NOW, emotion="sad", intensity=0.7)
    await who["mild"].wrote("hmm, pity", NOW, emotion="sad", intensity=0.3)
    for name in ("helped", "scolded"):
        await who[name].wrote("this is awful", NOW, emotion="angry", intensity=0.8)
    await who["helped"].wrote("ah I see, thanks", NOW + timedelta(minutes=2))
    await escalate("scolded", "emotion", None, NOW)
    plans = await found(pool, "check_in", NOW - DAY, NOW + HOUR)
    keys = {plan.key for plan in plans}
    talk = who["sad"].conversation_id
    assert keys == {f"escalation:{settled}:check_in", f"talk:{talk}:{sad}:check_in"}
    rows = {row.customer_id: row for row in await planned(pool, *plans)}
    assert await found(pool, "check_in", NOW - DAY, NOW + HOUR) == ()
    one, two = rows[who["settled"].customer_id], rows[who["sad"].customer_id]
    assert one.due_at >= NOW - HOUR + 2 * DAY
    assert one.because == "a complaint was settled on Dec 1 (apologised)"
    at = NOW + 2.5 * DAY
    assert await words(pool, one, at, "en") == {
        "name": "Dana",
        "business": "My Hibachi Chef",
        "person": "Dana",
    }
    assert (await words(pool, two, at, "zh"))["person"] == ""
    assert not causes()["check_in"].is_sale
    await escalate("settled", "complaint", None, NOW + DAY)
    await who["sad"].wrote("hello?", NOW + DAY)
    assert await reason(pool, one, NOW + DAY - HOUR) == ""
    assert await reason(pool, one, at) == "people have the conversation again"
    assert "has written since" in await reason(pool, two, at)


async def test_a_day_of_their_own_is_thought_of_once_a_year(pool: Pool) -> None:
    born, twice, near, vague, late = [await somebody(pool, at=NOW - 90 * DAY) for _ in range(5)]
    told_at = NOW - 90 * DAY

    async def told(who: Somebody, text: str, at: datetime = told_at) -> UUID:
        made: UUID = await pool.fetchval(_TOLD, who.customer_id, text, at)
        return made

    memory = await told(born, "my daughter's birthday is on January 5")
    await told(twice, "my birthday is January 5")
    await told(twice, "birthday 1/5")
    await told(near, "el cumpleaños de mi hija es el 5 de enero")
    await told(vague, "my birthday party is January 5")
    await told(late, "my birthday is January 5", NOW - 3 * DAY)
    span = (NOW - DAY, NOW + DAY)
    plans = await found(pool, "customer_date", *span)
    assert len(of(plans, twice)) == 1
    assert not of(plans, vague)
    assert not of(plans, late)
    (plan,) = of(plans, born)
    assert plan.key == f"date:{memory}:2027"
    assert plan.because == "told us of Jan 5 on Sep 2"
    assert local(plan.due_at).date() == date(2026, 12, 1)
    rows = {row.customer_id: row for row in await planned(pool, *plans)}
    assert await found(pool, "customer_date", *span) == ()
    owed = rows[born.customer_id]
    assert (await words(pool, owed, owed.due_at, "en"))["occasion"] == "your daughter's birthday"
    assert (await words(pool, owed, owed.due_at, "zh"))["occasion"] == ""
    assert (await words(pool, owed, owed.due_at, "es"))["day"] == "5 de enero"
    await near.booked(NOW + 20 * DAY, at=NOW + HOUR)
    beside = rows[near.customer_id]
    assert await reason(pool, beside, NOW) == ""
    assert "an event near it" in await reason(pool, beside, NOW + 2 * HOUR)
    assert "is over" in await reason(pool, owed, NOW + 60 * DAY)
    await pool.execute(
        "UPDATE memories SET value = '', forgotten_at = $2 WHERE id = $1", memory, NOW
    )
    assert "corrected or forgotten" in await reason(pool, owed, NOW + DAY)
