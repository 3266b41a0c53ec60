"""What the books should be, whatever many actors do to a few evenings: a model, told of each deed.

The actors of tests/test_booking_machine.py work through it, one after another or at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import booking_ground as ground
from booking_ground import NOW, PROFILE, SATURDAY, Person
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bot.booking import reserving
from bot.booking.policies import cancel_terms, move_terms
from bot.booking.reserving import Planned
from bot.domain_booking import Act, Booking, BookingId, Proposal
from bot.errors import BookingRefused
from bot.ids import new_id
from bot.store import bookings
from bot.store.connection import Pool

CREW = {"andre": 1, "marisol": 2}
PEOPLE = 4
SLOTS = tuple(
    SATURDAY.replace(hour=hour) + timedelta(days=day) for day in (0, 1) for hour in (12, 18)
)
SPANS = (
    timedelta(minutes=1),
    timedelta(minutes=7),
    timedelta(minutes=PROFILE.booking.decide_minutes),
    timedelta(hours=PROFILE.booking.hold_hours),
    timedelta(days=4),
    timedelta(days=12),
)
DECIDE = timedelta(minutes=PROFILE.booking.decide_minutes)
AWAIT = timedelta(hours=PROFILE.booking.hold_hours)
NOTICE = timedelta(hours=PROFILE.service("hibachi").schedule.notice_hours)
LEADS_TO = {
    "held": {"held", "confirmed", "changed", "cancelled", "lapsed", "completed"},
    "confirmed": {"confirmed", "changed", "cancelled", "completed"},
    "changed": {"changed", "cancelled", "completed"},
}

Outcome = Booking | Planned | BookingRefused

who = st.integers(0, PEOPLE - 1)
slot = st.sampled_from(SLOTS)


@dataclass
class Expected:
    """What a booking should be."""

    of: int
    status: str
    starts_at: datetime
    held_until: datetime
    headcount: int
    agreed: bool = False
    fees: Decimal = Decimal(0)
    refund: Decimal | None = None
    moves: int = 0
    seen: str = "held"


@dataclass
class Ground:
    """A database that is swept for each run."""

    runner: asyncio.Runner
    pool: Pool
    people: list[Person] = field(default_factory=list)

    def does(self, work: Coroutine[object, object, object]) -> object:
        return self.runner.run(work)


async def settled(work: Awaitable[Booking | Planned]) -> Outcome:
    """What came of it; only a refusal is an answer, any other error fails the test."""
    try:
        return await work
    except BookingRefused as refused:
        return refused


class Model(RuleBasedStateMachine):
    """The database, what it should hold, and how each deed is done to both."""

    def __init__(self, given: Ground) -> None:
        super().__init__()
        self.ground = given
        self.pool = given.pool
        self.now = NOW
        self.expected: dict[BookingId, Expected] = {}
        self.stated: dict[int, Proposal] = {}
        self.people: list[Person] = []
        self.is_stale: dict[int, bool] = {}
        given.does(self._begin())

    async def _begin(self) -> None:
        await self.pool.execute("TRUNCATE customers, bookings CASCADE")
        await self.pool.execute(
            "UPDATE chefs SET is_active = code = ANY($1), days_off = '{}'", list(CREW)
        )
        self.people = await ground.people(self.pool, PEOPLE)

    # ── How it is done, and what the model makes of it ──────────────────────────────────────

    def _together(self, *work: Coroutine[object, object, Outcome | None]) -> list[Outcome | None]:
        async def all_at_once() -> list[Outcome | None]:
            return list(await asyncio.gather(*work))

        found = self.ground.does(all_at_once())
        assert isinstance(found, list)
        return found

    async def _hold(self, person: int, at: datetime) -> Outcome:
        outcome = await settled(
            reserving.reserve(
                self.pool, PROFILE, self.people[person].wish(at), now=self.now, key=str(new_id())
            )
        )
        if isinstance(outcome, Booking):
            for _, older in self._of(person):
                if older.status == "held" and not older.agreed:
                    older.status = "lapsed"
            self.expected[outcome.id] = Expected(
                of=person,
                status="held",
                starts_at=at,
                held_until=min(self.now + DECIDE, at),
                headcount=self.people[person].quote.headcount,
            )
            self.stated[person] = await ground.stated(self.pool, self.people[person], self.now)
            self.is_stale[person] = False
        return outcome

    async def _yes(self, person: int) -> Outcome | None:
        terms = self.stated.get(person)
        if terms is None:
            return None
        if terms.act is Act.BOOK:
            outcome = await settled(
                ground.agree(self.pool, self.people[person], terms, now=self.now)
            )
        else:
            outcome = await settled(
                ground.apply(self.pool, self.people[person], terms, now=self.now)
            )
        if isinstance(outcome, Booking):
            self._agreed(self.expected[terms.booking_id], terms)
        return outcome

    def _agreed(self, booking: Expected, terms: Proposal) -> None:
        event(f"yes to {terms.act} of a {booking.status} booking")
        if terms.act is Act.BOOK:
            booking.agreed = True
            booking.held_until = min(self.now + AWAIT, booking.starts_at)
        elif terms.act is Act.CANCEL:
            booking.status = "cancelled"
            booking.refund = Decimal(str(terms.detail["refund"]))
        else:
            at = datetime.fromisoformat(str(terms.detail["starts_at"]))
            booking.moves += at != booking.starts_at
            booking.starts_at = at
            booking.held_until = min(booking.held_until, at)
            booking.fees += Decimal(str(terms.detail["fee"]))
            booking.status = "held" if booking.status == "held" else "changed"

    async def _deposit(self, id_: BookingId) -> Outcome:
        outcome = await settled(ground.deposit(self.pool, id_, now=self.now))
        if isinstance(outcome, Booking):
            self.expected[id_].status = "confirmed"
        return outcome

    async def _state(self, person: int, id_: BookingId, at: datetime | None) -> None:
        async with self.pool.acquire() as conn:
            booking = await bookings.get(conn, id_)
        if at is None:
            refund = cancel_terms(PROFILE, booking, now=self.now).refund
            terms = await ground.propose(self.pool, booking, Act.CANCEL, refund=str(refund))
        else:
            fee = move_terms(PROFILE, booking, now=self.now).fee
            terms = await ground.propose(
                self.pool, booking, Act.CHANGE, starts_at=at.isoformat(), fee=str(fee)
            )
        self.stated[person] = terms

    async def _upkeep(self) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            await reserving.lapse_due(conn, ground.PROFILE, now=self.now)
        async with self.pool.acquire() as conn, conn.transaction():
            await reserving.complete_due(conn, now=self.now)

    def _of(self, person: int) -> list[tuple[BookingId, Expected]]:
        return [(id_, each) for id_, each in self.expected.items() if each.of == person]

    def _is_live(self, booking: Expected) -> bool:
        has_run_out = booking.status == "held" and booking.held_until <= self.now
        return booking.status in ("held", "confirmed", "changed") and not has_run_out

    def _is_free_for_all(self, at: datetime) -> bool:
        """Nobody has anything on that day, and it is asked for in time."""
        busy = [
            each
            for each in self.expected.values()
            if (self._is_live(each) or each.status == "completed")
            and each.starts_at.date() == at.date()
        ]
        return not busy and at.astimezone(UTC) - self.now >= NOTICE

    def _may_agree(self, person: int) -> bool:
        terms = self.stated.get(person)
        if terms is None or terms.expires_at <= self.now:
            return False
        booking = self.expected[terms.booking_id]
        if not self._is_live(booking):
            return False
        if terms.act is Act.BOOK:
            return not booking.agreed and not self.is_stale.get(person, False)
        return self._version_of(terms.booking_id) == terms.booking_version and self._is_open(terms)

    def _version_of(self, id_: BookingId) -> object:
        return self.ground.does(
            self.pool.fetchval("SELECT version FROM bookings WHERE id = $1", id_)
        )

    def _is_open(self, terms: Proposal) -> bool:
        query = "SELECT status = 'open' FROM proposals WHERE id = $1"
        return bool(self.ground.does(self.pool.fetchval(query, terms.id)))
