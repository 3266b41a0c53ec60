"""A trial run over the past says what would have happened: lived with the rule on, then tried."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from campaign_ground import Still
from follow_up_ground import ZONE, Somebody, somebody

from bot.booking.reminders import replan
from bot.booking_desk import DeskTools
from bot.causes.base import causes
from bot.follow_ups import dry_run, planning, sending, settling
from bot.follow_ups.dry_run import Trial, try_cause
from bot.follow_ups.ways import Lines
from bot.profile import Profile, load_profile
from bot.store import follow_ups
from bot.store.bookings import get
from bot.store.connection import Pool

BASE = load_profile()
FIRST = datetime(2026, 9, 1, 9, tzinfo=ZONE)
DAYS = 36
LAST = FIRST + timedelta(days=DAYS)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = {
    "unanswered_quote": 2 * MINUTE,
    "after_event": 3 * DAY + 3 * HOUR + MINUTE,
    "lost_lead": 10 * DAY + MINUTE,
    "check_in": 2 * DAY + MINUTE,
}
"""So long after something was done it may become the rule's matter: the planner, which really looks
every minute, looks then."""
LINES = Lines(windows={"sms": None, "email": None, "whatsapp": 86400.0})
PEOPLE = 18
ESCALATED = """INSERT INTO escalations (conversation_id, reason, status, created_at)
VALUES ($1, $2, 'open', $3)"""
RESOLVED = """UPDATE escalations SET status = 'resolved', resolved_at = $2, outcome = 'answered',
  resolved_by = 'U0ROSA' WHERE conversation_id = $1 AND status = 'open'"""
SAYS = "INSERT INTO consents (address_id, act, source, said_at) VALUES ($1, $2, 'message', $3)"
IS_NOW = "UPDATE addresses SET consent = $2 WHERE id = $1"


def with_only(cause: str) -> Profile:
    off = tuple(name for name in causes() if name not in (cause, "staff", "campaign"))
    changed = {"off": off, "silent_days": 20, "lost_lead_days": 10}
    return BASE.model_copy(update={"follow_ups": BASE.follow_ups.model_copy(update=changed)})


@dataclass
class Life:
    """Customers, what they do, and a service that follows up while they do."""

    pool: Pool
    profile: Profile
    clock: Still
    people: list[Somebody]
    went: list[tuple[str, datetime, str]] = field(default_factory=list)

    @property
    def tools(self) -> DeskTools:
        return DeskTools(profile=self.profile, clock=self.clock, render=lambda _c, text: (text,))

    async def goes_on(self, until: datetime) -> None:
        """All that falls due before, each at its moment; the vendor takes it at once."""
        while True:
            due = await self.pool.fetchval(
                """SELECT min(due_at) FROM follow_ups WHERE due_at < $1 AND message_id IS NULL
                AND status IN ('planned', 'due', 'held')""",
                until,
            )
            if due is None:
                break
            self.clock.at = max(due, self.clock.at)
            async with self.pool.acquire() as conn, conn.transaction():
                await follow_ups.mark_due(conn, now=self.clock.at, limit=50)
                for each in await follow_ups.list_due(conn, now=self.clock.at, limit=50):
                    await sending.send(self.tools, conn, each, LINES)
                await conn.execute(
                    """UPDATE messages SET status = 'sent', sent_at = $1 WHERE status = 'queued'
                    AND direction = 'outbound'""",
                    self.clock.at,
                )
                await settling.settle(self.tools, conn)
        self.clock.at = until

    async def plans(self) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await planning.plan_all(self.tools, conn)

    async def does(self, who: Somebody, what: str, at: datetime) -> None:
        """What happens to somebody."""
        match what:
            case "asks":
                await who.wrote("How much for 12 of us?", at)
                await who.was_told("660.00 in all", at + timedelta(minutes=1))
                await who.was_priced(at + timedelta(minutes=1))
            case "writes" | "is_sad":
                emotion = "angry" if what == "is_sad" else ""
                await who.wrote("That was that", at, emotion=emotion, intensity=0.9)
            case "books":
                event = at + timedelta(days=3)
                made = await who.booked(event, at=at, chef="")
                async with self.pool.acquire() as conn, conn.transaction():
                    await replan(conn, self.profile, await get(conn, made), now=at)
            case "is_told":
                await who.was_told("We are open on Sunday", at, unasked="news")
            case "complains" | "is_taken" | "is_soothed":
                await self.pool.execute(RESOLVED, who.conversation_id, at)
                reason = "complaint" if what == "complains" else "wish"
                if what != "is_soothed":
                    await self.pool.execute(ESCALATED, who.conversation_id, reason, at)
            case "stops" | "returns":
                act, now = ("opt_out", "revoked") if what == "stops" else ("opt_in", "given")
                await self.pool.execute(SAYS, who.address_id, act, at)
                await self.pool.execute(IS_NOW, who.address_id, now)


DEEDS = (
    *("asks",) * 8,
    *("writes", "is_sad", "books", "books", "books", "is_told", "complains", "is_taken"),
    *("is_soothed",) * 9,
    *("stops", "returns", "returns", "returns"),
)


async def _live(pool: Pool, profile: Profile, later: timedelta, dice: random.Random) -> Life:
    people = [
        await somebody(
            pool,
            name=f"P{n}",
            at=FIRST - DAY,
            zone=dice.choice((None, "America/New_York", "Pacific/Honolulu")),
            channel=dice.choice(("sms", "sms", "whatsapp")),
            handle=f"+1510555{n:04}",
        )
        for n in range(PEOPLE)
    ]
    for table in ("conversations", "addresses"):
        await pool.execute(f"UPDATE {table} SET created_at = $1", FIRST - DAY)
    for each in people:
        await pool.execute(SAYS, each.address_id, "opt_in", FIRST - DAY)
    life = Life(pool, profile, Still(FIRST), people)
    await life.plans()
    minutes = dice.sample(range(DAYS * 1440), PEOPLE * 9)
    deeds = [(FIRST + timedelta(minutes=each), dice.choice(DEEDS)) for each in minutes]
    ticks = [(at + later, "") for at, _what in deeds]
    for at, what in sorted([*deeds, *ticks, (LAST, "")]):
        if at > LAST:
            break
        await life.goes_on(at)
        if what:
            await life.does(dice.choice(people), what, at)
        await life.plans()
    return life


_WENT = """SELECT p.name, f.sent_at, f.channel FROM follow_ups f
JOIN customers p ON p.id = f.customer_id WHERE f.sent_at IS NOT NULL ORDER BY f.sent_at, p.name"""
_SKIPPED = "SELECT count(*) FROM follow_ups WHERE status = 'skipped'"
_FORGET = (
    "DELETE FROM follow_up_events",
    "UPDATE follow_ups SET message_id = NULL",
    "DELETE FROM messages WHERE rest ? 'follow_up'",
    "DELETE FROM follow_ups",
)


@pytest.mark.parametrize("cause", ["unanswered_quote", "after_event", "lost_lead", "check_in"])
async def test_a_trial_run_tells_what_living_with_the_rule_would_have_been(
    pool: Pool, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same customers at the same moments by the same channel, and nothing is written (I6)."""
    profile = with_only(cause)
    life = await _live(pool, profile, LATER[cause], random.Random(cause))
    went = [(row["name"], row["sent_at"], row["channel"]) for row in await pool.fetch(_WENT)]
    assert went
    assert await pool.fetchval(_SKIPPED) > 1
    for each in _FORGET:
        await pool.execute(each)
    monkeypatch.setattr(dry_run, "EXAMPLES", 10_000)
    trial = Trial(cause=cause, days=DAYS, now=LAST, lines=LINES, render=life.tools.render)
    async with pool.acquire() as conn, conn.transaction(readonly=True):
        tried = await try_cause(conn, profile, trial)
    told = sorted((each.at, each.customer, each.channel) for each in tried.examples)
    lived = sorted((at, name, how) for name, at, how in went)
    assert [each[1:] for each in lived] == [each[1:] for each in told]
    # The planner may be a minute behind.
    late = [mine[0] - theirs[0] for mine, theirs in zip(lived, told, strict=True)]
    assert all(timedelta(0) <= each <= MINUTE for each in late), (lived, told)
