"""Many actors do whatever they like to the same few evenings; a model says what may be true then.

Customers hold, agree, change and cancel, staff take deposits, the upkeep runs and time goes by, one
after another and at once, on real PostgreSQL. After every step the books must be the model's.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import booking_ground as ground
import pytest
from booking_ground import ZONE
from booking_model import CREW, LEADS_TO, PEOPLE, SLOTS, SPANS, Ground, Model, slot, who
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from bot import devstack
from bot.devstack import DevStack
from bot.domain_booking import Act, Booking
from bot.store.connection import open_pool


@pytest.fixture
def grounds(stack: DevStack, template: str) -> Iterator[Ground]:
    """Connections that outlive one run of the machine."""
    with asyncio.Runner() as runner:
        url = runner.run(devstack.create_database(stack.database_url, "machine", template=template))
        pool = runner.run(open_pool(url, size=8))
        yield Ground(runner=runner, pool=pool)
        runner.run(pool.close())


class Books(Model):
    """The actors, and what must be true after whatever they do."""

    def __init__(self, given: Ground) -> None:
        super().__init__(given)
        self.one_books_and_pays(0, SLOTS[0])
        self.one_books_and_pays(1, SLOTS[2])

    # ── What actors do ──────────────────────────────────────────────────────────────────────

    @rule(person=who, at=slot)
    def one_holds(self, person: int, at: datetime) -> None:
        must = self._is_free_for_all(at)
        outcome = self._together(self._hold(person, at))[0]
        if must:
            assert isinstance(outcome, Booking), outcome

    @rule(at=slot, persons=st.lists(who, min_size=2, max_size=PEOPLE, unique=True))
    def many_want_one_slot(self, at: datetime, persons: list[int]) -> None:
        must = self._is_free_for_all(at)
        got = self._together(*(self._hold(person, at) for person in persons))
        if must:
            assert sum(isinstance(each, Booking) for each in got) == len(CREW)

    @rule(person=who, times=st.integers(1, 3))
    def says_yes(self, person: int, times: int) -> None:
        valid = self._may_agree(person)
        act = self.stated[person].act if person in self.stated else None
        got = self._together(*(self._yes(person) for _ in range(times)))
        done = sum(isinstance(each, Booking) for each in got)
        assert done == 1 if valid and act is not Act.CHANGE else done <= valid

    @rule()
    def staff_look_for_deposits(self) -> None:
        for id_, booking in list(self.expected.items()):
            is_due = booking.status == "held" and booking.agreed
            if not is_due or booking.held_until > self.now:
                outcome = self._together(self._deposit(id_))[0]
                assert isinstance(outcome, Booking) == is_due

    @rule(person=who, at=slot)
    def one_books_and_pays(self, person: int, at: datetime) -> None:
        self.one_holds(person, at)
        self.says_yes(person, 1)
        self.staff_look_for_deposits()

    @rule(person=who, at=slot)
    def asks_to_move(self, person: int, at: datetime) -> None:
        for id_, booking in self._of(person):
            if self._is_live(booking) and booking.agreed:
                self.ground.does(self._state(person, id_, at))
                return

    @rule(person=who)
    def asks_to_cancel(self, person: int) -> None:
        for id_, booking in self._of(person):
            if self._is_live(booking):
                self.ground.does(self._state(person, id_, None))
                return

    @rule(person=who)
    def one_cancels(self, person: int) -> None:
        self.asks_to_cancel(person)
        self.says_yes(person, 2)

    @rule(at=slot, persons=st.lists(who, min_size=2, max_size=PEOPLE, unique=True))
    def many_move_at_once(self, at: datetime, persons: list[int]) -> None:
        for person in persons:
            self.asks_to_move(person, at)
        self._together(*(self._yes(person) for person in persons))

    @rule(person=who, headcount=st.integers(10, 30))
    def is_given_another_price(self, person: int, headcount: int) -> None:
        quote = ground.a_quote(headcount=headcount, version=1)
        self.people[person] = replace(self.people[person], quote=quote)
        self.ground.does(ground.another_quote(self.pool, self.people[person], quote))
        self.is_stale[person] = True

    @rule(span=st.sampled_from(SPANS))
    def time_goes_by(self, span: timedelta) -> None:
        self.now += span

    @rule()
    def upkeep_runs(self) -> None:
        self._together(self._upkeep(), self._upkeep())
        left = self.ground.does(
            self.pool.fetchval(
                """SELECT count(*) FROM bookings WHERE (status = 'held' AND held_until <= $1)
                   OR (status IN ('confirmed', 'changed') AND ends_at <= $1)""",
                self.now,
            )
        )
        assert left == 0

    @rule(person=who, other=who, at=slot)
    def everything_at_once(self, person: int, other: int, at: datetime) -> None:
        work = [self._yes(person), self._upkeep()]
        if other != person:
            work.append(self._hold(other, at))
        self._together(*work)

    # ── What must be true after every step ──────────────────────────────────────────────────

    @invariant()
    def nothing_is_wrong(self) -> None:
        """In this order: the first takes in what ran out meanwhile."""
        self.the_books_are_the_models()
        self.one_undecided_hold_each()
        self.no_chef_is_in_two_places_or_overworked()
        self.messages_are_owed_only_for_what_is_agreed()

    def the_books_are_the_models(self) -> None:
        rows = self.ground.does(self.pool.fetch("SELECT * FROM bookings"))
        assert isinstance(rows, list)
        assert {row["id"] for row in rows} == set(self.expected)
        for row in rows:
            booking = self.expected[row["id"]]
            has_run_out = booking.status == "held" and booking.held_until <= self.now
            # Upkeep comes when it comes, and leaves alone what somebody is at work on.
            is_over = booking.status in ("confirmed", "changed") and row["ends_at"] <= self.now
            allowed = {
                booking.status,
                "lapsed" if has_run_out else "",
                "completed" if is_over else "",
            }
            assert row["status"] in allowed, (row["status"], booking)
            if row["status"] != booking.seen:
                assert row["status"] in LEADS_TO.get(booking.seen, set())
            if row["status"] != booking.seen:
                event(f"{booking.seen} became {row['status']}")
            booking.seen = booking.status = row["status"]
            assert (row["agreed_at"] is not None) == booking.agreed
            assert (row["fees"], row["moves"]) == (booking.fees, booking.moves)
            assert (row["refund"], row["headcount"]) == (booking.refund, booking.headcount)
            assert row["starts_at"] == booking.starts_at
            if booking.status == "held":
                assert row["held_until"] == booking.held_until

    def one_undecided_hold_each(self) -> None:
        undecided = Counter(
            each.of for each in self.expected.values() if each.status == "held" and not each.agreed
        )
        assert all(count == 1 for count in undecided.values())

    def no_chef_is_in_two_places_or_overworked(self) -> None:
        rows = self.ground.does(
            self.pool.fetch(
                """SELECT a.booking_id, c.code, lower(a.busy) AS leaves_at, b.starts_at, b.ends_at,
                     b.status = 'held' AND b.held_until <= $1 AS has_run_out
                   FROM chef_assignments a JOIN chefs c ON c.id = a.chef_id
                   JOIN bookings b ON b.id = a.booking_id WHERE a.released_at IS NULL
                   ORDER BY c.code, b.starts_at""",
                self.now,
            )
        )
        assert isinstance(rows, list)
        chefs = Counter(row["booking_id"] for row in rows)
        # A hold that ran out keeps nobody busy, even before it is made plain.
        rows = [row for row in rows if not row["has_run_out"]]
        for one, two in itertools.pairwise(rows):
            if one["code"] == two["code"]:
                assert one["ends_at"] <= two["leaves_at"] < two["starts_at"]
        served = Counter((row["code"], row["starts_at"].astimezone(ZONE).date()) for row in rows)
        assert all(count <= CREW[code] for (code, _), count in served.items())
        for id_, booking in self.expected.items():
            assert chefs[id_] == (booking.status not in ("cancelled", "lapsed")), booking

    def messages_are_owed_only_for_what_is_agreed(self) -> None:
        rows = self.ground.does(
            self.pool.fetch("SELECT DISTINCT booking_id FROM follow_ups WHERE status = 'planned'")
        )
        assert isinstance(rows, list)
        for row in rows:
            booking = self.expected[row["booking_id"]]
            assert booking.agreed
            assert booking.status not in ("cancelled", "lapsed")


def test_whatever_anybody_does_the_books_stay_true(grounds: Ground) -> None:
    """I8, I9: nobody booked twice or unasked, nothing charged but what was stated."""
    run_state_machine_as_test(
        lambda: Books(grounds),
        settings=settings(
            max_examples=50,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
