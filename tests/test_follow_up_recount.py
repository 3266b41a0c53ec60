"""What follow-ups brought, counted again by hand over months that nobody has chosen."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from follow_up_ground import NOW, Somebody, somebody
from follow_up_measured import DAY, PROFILE, Service, went

from bot.causes.base import causes
from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import say_report
from bot.store.connection import Pool, borrow
from jobs.measure_follow_ups import by_kind

CUSTOMERS = 40
SPAN = 60 * DAY
CAUSES = ("unanswered_quote", "campaign", "season", "lost_lead")
"""All of them are there for a booking, and watched for different times."""
STOPS = """INSERT INTO consents (address_id, act, source, said_at)
VALUES ($1, 'opt_out', 'message', $2)"""


@dataclass(kw_only=True)
class Touch:
    """A message that went, or one held back."""

    id: UUID
    who: int
    cause: str
    at: datetime
    until: datetime
    is_back: bool
    about: UUID | None = None
    bookings: list[UUID] = field(default_factory=list)
    opted_out_at: datetime | None = None


@dataclass(kw_only=True)
class Event:
    """A booking; off again at some time, perhaps, and paid at some time."""

    id: UUID
    who: int
    at: datetime
    total: Decimal
    off_at: datetime | None
    paid_at: datetime | None


@dataclass
class Book:
    """All that has happened."""

    touches: list[Touch] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stops: list[tuple[int, datetime]] = field(default_factory=list)


Deed = tuple[datetime, str, int]


def _deeds(dice: random.Random) -> list[Deed]:
    """What happens to whom and when, no two at the same moment."""
    kinds = ["touch"] * 9 + ["back"] * 2 + ["book"] * 5 + ["ask"] * 2 + ["stop"]
    minutes = dice.sample(range(int(SPAN.total_seconds() // 60)), CUSTOMERS * 12)
    return sorted(
        (NOW + timedelta(minutes=each), dice.choice(kinds), dice.randrange(CUSTOMERS))
        for each in minutes
    )


async def _touch(book: Book, people: list[Somebody], deed: Deed, dice: random.Random) -> None:
    at, kind, who = deed
    about = None
    cause = dice.choice(CAUSES)
    if kind == "ask":
        unpaid = [each for each in book.events if each.who == who and each.paid_at is None]
        if not unpaid:
            return
        cause, about = "deposit_missing", unpaid[-1].id
    watched, is_back = causes()[cause].watched, kind == "back"
    made = await went(
        people[who],
        cause,
        at,
        booking=about,
        watched=watched,
        arm="holdout" if is_back else "",
    )
    book.touches.append(
        Touch(
            id=made,
            who=who,
            cause=cause,
            at=at,
            until=at + watched,
            is_back=is_back,
            about=about,
        )
    )


async def _book(book: Book, people: list[Somebody], deed: Deed, dice: random.Random) -> None:
    at, _kind, who = deed
    total = Decimal(dice.randrange(550, 2000))
    event = NOW + SPAN + len(book.events) * DAY
    made = await people[who].booked(event, at=at, status="held", chef="", total=total)
    book.events.append(Event(id=made, who=who, at=at, total=total, off_at=None, paid_at=None))


async def _goes_on(book: Book, pool: Pool, at: datetime, dice: random.Random) -> None:
    """Deposits come, and some bookings are off again, at any time."""
    for each in book.events:
        if each.paid_at is None and each.off_at is None and dice.random() < 0.04:
            each.paid_at = at
            await pool.execute(
                "UPDATE bookings SET status = 'confirmed', deposit_paid_at = $2 WHERE id = $1",
                each.id,
                at,
            )
        if each.off_at is None and dice.random() < 0.01:
            each.off_at = at
            await pool.execute("UPDATE bookings SET status = 'cancelled' WHERE id = $1", each.id)


def _newest(book: Book, who: int, at: datetime, fits: frozenset[str]) -> Touch | None:
    """The last message before it that was still watched, by sight of the whole."""
    near = [
        each
        for each in book.touches
        if each.who == who
        and not each.is_back
        and each.cause in fits
        and each.at < at <= each.until
    ]
    return max(near, key=lambda each: each.at, default=None)


def _recount(book: Book) -> None:
    """Who has what, told from the end."""
    fits = frozenset(by_kind()["booking"])
    for event in (each for each in book.events if each.off_at is None):
        last = _newest(book, event.who, event.at, fits)
        if last is not None:
            last.bookings.append(event.id)
        for back in (each for each in book.touches if each.is_back and each.who == event.who):
            if back.at < event.at <= back.until and (last is None or last.at < back.at):
                back.bookings.append(event.id)
    for who, at in book.stops:
        newest = _newest(book, who, at, frozenset(causes()))
        for each in book.touches:
            is_theirs = each.is_back and each.who == who and each.at < at <= each.until
            if each is newest or is_theirs:
                each.opted_out_at = min(at, each.opted_out_at or at)


def _paid(book: Book, touch: Touch) -> bool:
    """Whether a reminder of a deposit is the last one before it came."""
    event = next(each for each in book.events if each.id == touch.about)
    if event.paid_at is None or event.off_at is not None:
        return False
    rivals = [
        each
        for each in book.touches
        if each.about == touch.about and each.at < event.paid_at <= each.until
    ]
    return max(rivals, key=lambda each: each.at, default=None) is touch


def _worth(book: Book, touch: Touch) -> tuple[bool, Decimal | None]:
    """Whether it brought what it was for, and what that is worth."""
    total = {each.id: each.total for each in book.events}
    if touch.about is None:
        return bool(touch.bookings), sum(map(total.__getitem__, touch.bookings)) or None
    is_earned = any(touch.about in each.bookings for each in book.touches if not each.is_back)
    is_paid = _paid(book, touch)
    return is_paid, total[touch.about] if is_paid and not is_earned else None


class Killed(Exception):
    """The worker dies before it commits."""


async def _dies(service: Service, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dead(*_given: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("jobs.measure_follow_ups.follow_up_results.end_watching", dead)
        with pytest.raises(Killed):
            await service.measured(at)


async def _lives(
    pool: Pool, dice: random.Random, monkeypatch: pytest.MonkeyPatch
) -> tuple[Book, list[Somebody]]:
    """Months in which the job runs now and then, twice at once, or dies at it."""
    service, book = Service(pool), Book()
    people = [await somebody(pool, at=NOW - 30 * DAY) for _ in range(CUSTOMERS)]
    for number, deed in enumerate(_deeds(dice)):
        at, kind, who = deed
        if kind in ("touch", "back", "ask"):
            await _touch(book, people, deed, dice)
        elif kind == "book":
            await _book(book, people, deed, dice)
        else:
            book.stops.append((who, at))
            await pool.execute(STOPS, people[who].address_id, at)
        if number % 17 == 0:
            await _goes_on(book, pool, at, dice)
        if number % 43 == 0:
            await _dies(service, at, monkeypatch)
        if dice.random() < 0.1:
            await asyncio.gather(service.measured(at), service.measured(at))
    await service.measured(NOW + SPAN + DAY)
    return book, people


def _faults(book: Book, rows: dict[UUID, dict[str, object]]) -> Iterator[tuple[object, ...]]:
    for touch in book.touches:
        is_hit, worth = _worth(book, touch)
        row = rows[touch.id]
        found = (row["converted_at"] is not None, row["revenue"], row["opted_out_at"])
        wanted = (is_hit, worth, touch.opted_out_at)
        if found != wanted:
            yield touch, found, wanted


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_booking_is_counted_once_for_the_last_message_before_it_whatever_happens(
    pool: Pool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last touch, second bookings, cancellations, STOP, holdouts; killed, twice at once, and late.

    Seen: a second booking counted for nobody, or for an older message once the newer one was
    watched no more; so did a STOP, twice; and the held back got what others had brought.
    """
    book, _people = await _lives(pool, random.Random(seed), monkeypatch)
    _recount(book)
    rows = {row["id"]: dict(row) for row in await pool.fetch("SELECT * FROM follow_ups")}
    faults = list(_faults(book, rows))
    assert not faults, faults[:3]
    gone = [each for each in book.touches if not each.is_back]
    assert len([each for each in gone if len(each.bookings) > 1]) > 3
    assert len([each for each in book.touches if each.is_back and each.bookings]) > 3
    async with borrow(pool) as conn:
        report = await read_report(conn, PROFILE, NOW, NOW + SPAN + DAY)
    hits = Counter(each.cause for each in gone if _worth(book, each)[0])
    earned: dict[str, Decimal] = defaultdict(Decimal)
    for each in gone:
        earned[each.cause] += _worth(book, each)[1] or Decimal(0)
    for line in report.lines("cause"):
        assert line.sent == len([each for each in gone if each.cause == line.name])
        assert line.converted == hits[line.name]
        assert line.revenue == earned[line.name]
    # No sum of money is there twice.
    booked = {each.id: each.total for each in book.events if each.off_at is None}
    counted = {ref for each in gone for ref in each.bookings}
    counted |= {each.about for each in gone if each.about and _worth(book, each)[1]}
    assert report.lines("all")[0].revenue == sum(booked[ref] for ref in counted)
    assert say_report(PROFILE, report)
