"""A thousand customers who live their year: ask, book, pay, complain, stop, and answer or not.

What each does is written into the database as the service would leave it, at its own moment, and
noted beside it: tests/year_judge.py holds what was sent against these notes alone.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import year_rows as rows
from follow_up_ground import somebody
from year_life import HERE, ZONES, Life, Stand

from bot.booking import reminders
from bot.domain_booking import BookingId
from bot.ids import new_id
from bot.profile import Profile
from bot.store import bookings, consents, follow_up_plans
from bot.store.connection import Pool, borrow
from bot.store.follow_up_plans import NewFollowUp

OWN_WORDS = "Hello, our office here: the papers you asked for are ready."
"""What staff write themselves."""

Act = Callable[[Life, datetime], Awaitable[None]]


class Lives:
    """All of them, and what each will do next."""

    def __init__(self, pool: Pool, profile: Profile, dice: random.Random) -> None:
        self.pool, self.profile, self.dice = pool, profile, dice
        self.all: list[Life] = []
        self.by_handle: dict[str, Life] = {}
        self._ahead: list[tuple[datetime, int, Life, Act]] = []
        self._numbers = itertools.count()
        self.on_phone: Callable[[Life, datetime, str, str], None] = lambda *_: None
        """Told of all that is written, so that the vendor knows of it too."""

    async def begin(self, count: int, first: datetime, last: datetime) -> None:
        """Let them be born, a fifth of them on WhatsApp, and begin their year."""
        for number in range(count):
            code = self.dice.choice(tuple(ZONES))
            wants = self.dice.random() < 0.4
            who = await somebody(
                self.pool,
                name=self.dice.choice(("Ana", "Ben", "陈静", "Dee", "")),
                language=self.dice.choices(("en", "es", "zh"), (7, 2, 1))[0],
                channel="whatsapp" if number % 5 == 0 else "sms",
                # Their events are here: from elsewhere is who has said so, whatever their number.
                zone=None if code == HERE else ZONES[code],
                handle=f"+1{code}{self.dice.randrange(200, 999)}{number:04}",
                at=first,
                consent="unknown",
                promotional="given" if wants else "unknown",
            )
            life = Life(who, ZoneInfo(ZONES[code]), wants)
            self.all.append(life)
            self.by_handle[who.handle] = life
            span = (last - first).total_seconds()
            for _ in range(self.dice.randint(1, 3)):
                self.plan(life, first + timedelta(seconds=self.dice.random() * span), self.asks)
            if number % 4 == 1:
                await self._had_event(life, first)
            if self.dice.random() < 0.08:
                at = first + timedelta(seconds=self.dice.random() * span)
                self.plan(life, at, self.stops)
            if self.dice.random() < 0.15:
                self.plan(life, first + timedelta(seconds=self.dice.random() * span), self.tells)
            if self.dice.random() < 0.06:
                at = first + timedelta(seconds=self.dice.random() * span)
                self.plan(life, at, self.gets_own_words)

    async def _had_event(self, life: Life, first: datetime) -> None:
        """They have been served before the year began."""
        starts = first - timedelta(days=self.dice.uniform(35, 65))
        agreed = starts - timedelta(days=20)
        booking_id = await life.who.booked(starts, at=agreed, status="completed", chef="")
        row = await self.pool.fetchrow(rows.STANDS, booking_id)
        assert row is not None
        life.events[str(booking_id)] = [Stand(agreed, *row.values())]

    def plan(self, life: Life, at: datetime, act: Act) -> None:
        """They will do that then, by day: nobody texts at four in the morning."""
        local = at.astimezone(life.zone)
        if not time(8) <= local.time() <= time(22):
            at += timedelta(hours=self.dice.uniform(9, 12))
        heapq.heappush(self._ahead, (at, next(self._numbers), life, act))

    async def live_until(self, now: datetime) -> None:
        """All that happens up to now, each at its own moment."""
        while self._ahead and self._ahead[0][0] <= now:
            at, _, life, act = heapq.heappop(self._ahead)
            await act(life, at)

    def after(self, life: Life, at: datetime, low_h: float, high_h: float, act: Act) -> None:
        """They will do that so many hours later."""
        self.plan(life, at + timedelta(hours=self.dice.uniform(low_h, high_h)), act)

    # What they do.

    async def asks(self, life: Life, at: datetime) -> None:
        """They ask for a price and get one."""
        await self.says(life, at, "how much for 20 people?")
        guests = self.dice.randint(12, 40)
        total, then = Decimal(55 * guests), at + timedelta(minutes=1)
        await life.who.was_told(f"${total:,.2f} for {guests}", then)
        quote_id = await life.who.was_priced(then, guests=guests, total=total)
        life.prices[str(quote_id)] = (then, total)
        chance = self.dice.random()
        if chance < 0.25:
            self.after(life, at, 1, 20, self.books)
        elif chance < 0.4:
            self.after(life, at, 30, 120, self.books)
        elif chance < 0.5:
            self.after(life, at, 2, 40, self.chats)

    async def chats(self, life: Life, at: datetime) -> None:
        """They write, and are answered."""
        await self.says(life, at, "we are still thinking about it")
        await life.who.was_told("Take your time.", at + timedelta(minutes=1))

    async def says(self, life: Life, at: datetime, words: str, emotion: str = "") -> None:
        """They write that."""
        life.wrote_at.append(at)
        sid = f"SM{new_id().hex}"
        self.on_phone(life, at, words, sid)
        await life.who.wrote(words, at, emotion=emotion, external_id=sid)

    async def books(self, life: Life, at: datetime) -> None:
        """They agree to terms: a hold for a day, in which most of them pay."""
        if life.has_stopped(at):
            return
        await self.says(life, at, "yes, let us do it")
        day = (at + timedelta(days=self.dice.randint(3, 50))).astimezone(life.zone).date()
        starts = datetime.combine(day, time(self.dice.choice((12, 15, 18))), life.zone)
        guests = self.dice.randint(12, 40)
        booking_id = await life.who.booked(starts, at=at, status="held", chef="", guests=guests)
        await self.settle(life, booking_id, at)
        if self.dice.random() < 0.75:
            self.after(life, at, 0.5, 20, partial(self.pays, booking_id=booking_id))

    async def settle(self, life: Life, booking_id: BookingId, at: datetime) -> None:
        """What every write of a booking ends with."""
        row = await self.pool.fetchrow(rows.STANDS, booking_id)
        assert row is not None
        life.events.setdefault(str(booking_id), []).append(Stand(at, *row.values()))
        async with borrow(self.pool) as conn, conn.transaction():
            booking = await bookings.get(conn, booking_id)
            await reminders.replan(conn, self.profile, booking, now=at)

    async def pays(self, life: Life, at: datetime, booking_id: BookingId) -> None:
        """Staff see the deposit; later some move, grow, cancel, and say how it was."""
        ends_at = await self.pool.fetchval(rows.PAID, booking_id, at)
        if ends_at is None:
            return
        await self.settle(life, booking_id, at)
        chance = self.dice.random()
        changes: tuple[tuple[float, str, tuple[object, ...]], ...] = (
            (0.1, rows.MOVED, (timedelta(days=self.dice.choice((-2, 3, 7))), at)),
            (0.2, rows.GREW, ()),
            (0.28, rows.CANCELLED, ()),
        )
        for most, query, more in changes:
            if chance < most:
                change = partial(self.changes, booking_id=booking_id, query=query, more=more)
                self.after(life, at, 1, 300, change)
                return
        self.after(life, ends_at, 2, 20, self.looks_back)

    async def changes(
        self,
        life: Life,
        at: datetime,
        *,
        booking_id: BookingId,
        query: str,
        more: tuple[object, ...],
    ) -> None:
        """The event is another, or none."""
        if await self.pool.fetchval(query, booking_id, *more) is not None:
            await self.says(life, at, "something has changed")
            await self.settle(life, booking_id, at)

    async def looks_back(self, life: Life, at: datetime) -> None:
        """The event is over: praise, nothing, or a complaint that staff take."""
        chance = self.dice.random()
        if chance < 0.3:
            await self.says(life, at, "that was wonderful", "happy")
        elif chance < 0.45:
            await self.complains(life, at)

    async def complains(self, life: Life, at: datetime) -> None:
        """A person has the conversation until it is settled."""
        if life.is_busy:
            return
        life.is_busy = True
        life.wrote_at.append(at)
        life.angry_at.append(at)
        message_id = await life.who.wrote("the chef came an hour late", at, emotion="angry")
        reason = self.dice.choice(("complaint", "emotion", "asked_for"))
        talk = life.who.conversation_id
        opened = await self.pool.fetchval(rows.OPENED, talk, message_id, reason, at)
        await self.pool.execute(rows.TAKEN, talk)
        ends_at = at + timedelta(hours=self.dice.uniform(2, 140))
        life.troubles.append((at, ends_at))

        async def settled(of: Life, _at: datetime) -> None:
            await self.pool.execute(rows.RESOLVED, opened, ends_at)
            await self.pool.execute(rows.GIVEN_BACK, talk)
            of.is_busy = False

        heapq.heappush(self._ahead, (ends_at, next(self._numbers), life, settled))

    async def tells(self, life: Life, at: datetime) -> None:
        """They tell of a day in the year."""
        month = self.dice.choice(("January", "April", "June", "October"))
        told = f"my daughter's birthday is {month} {self.dice.randint(1, 28)}"
        await self.says(life, at, told)
        await self.pool.execute(rows.TOLD, life.who.customer_id, told, at)

    async def stops(self, life: Life, at: datetime) -> None:
        """STOP; some come back."""
        if life.has_stopped(at):
            return
        await self._consents(life, at, "opt_out", "STOP")
        life.stops.append(at)
        if self.dice.random() < 0.3:
            self.after(life, at, 24, 900, self.comes_back)

    async def comes_back(self, life: Life, at: datetime) -> None:
        """START."""
        await self._consents(life, at, "opt_in", "START")
        life.starts.append(at)

    async def _consents(self, life: Life, at: datetime, act: str, words: str) -> None:
        message_id = await life.who.wrote(words, at)
        life.wrote_at.append(at)
        async with borrow(self.pool) as conn, conn.transaction():
            await consents.write(
                conn,
                life.who.address_id,
                act=act,  # type: ignore[arg-type]  # One of the two, above.
                source="message",
                words=words,
                message_id=message_id,
                said_at=at,
            )

    async def gets_own_words(self, life: Life, at: datetime) -> None:
        """Staff plan a message of their own."""
        new = NewFollowUp(
            key=f"staff:{life.who.customer_id}:{at.isoformat()}",
            customer_id=life.who.customer_id,
            address_id=life.who.address_id,
            due_at=at + timedelta(hours=self.dice.uniform(1, 90)),
            text=OWN_WORDS,
            planned_by="U0DANA",
        )
        async with borrow(self.pool) as conn, conn.transaction():
            await follow_up_plans.plan_own(conn, new, at=at)

    async def grows(self, life: Life, at: datetime) -> None:
        """They are five more than they said, for the next of their events."""
        for booking_id in life.events:
            stood = life.stood(booking_id, at)
            if stood is not None and stood.starts_at > at + timedelta(hours=30):
                await self.changes(
                    life, at, booking_id=BookingId(UUID(booking_id)), query=rows.GREW, more=()
                )
                return

    def hears(self, life: Life, at: datetime) -> None:
        """Something unasked came: some answer, some book, some have had enough."""
        chance = self.dice.random()
        if chance < 0.25:
            self.after(life, at, 0.3, 30, self.chats)
        elif chance < 0.32:
            self.after(life, at, 0.5, 40, self.books)
        elif chance < 0.35:
            self.after(life, at, 0.1, 3, self.stops)
        elif chance < 0.55 and life.has_ahead(at):
            self.after(life, at, 0.1, 20, self.grows)
