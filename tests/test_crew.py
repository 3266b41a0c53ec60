"""Who of the crew can come to an event, and when they set out (I8): rule by rule."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from crew_samples import PROFILE, chef, demand, event, local

from bot.booking.crew import Unfit, approach, why_not
from bot.booking.travel import miles_between
from bot.domain_booking import Roster

SATURDAY = date(2026, 6, 13)
NOON, SIX, NINE = time(12), time(18), time(21)


def test_the_way_from_the_event_before_and_to_the_event_after_both_count() -> None:
    """Sacramento is nearly two and a half hours away, and half an hour is for setting up."""
    there = "95814"
    assert miles_between(PROFILE, "94539", there) > Decimal(90)
    who = chef(1, events_a_day=3)
    starts_at = local(SATURDAY, time(17, 30))
    early = event(who, local(SATURDAY, NOON), number=1, zip_code=there)
    late = event(who, local(SATURDAY, NINE), number=2, zip_code=there)
    for others, possible in (((), True), ((early,), False), ((late,), False)):
        roster = Roster(chefs=(who,), engagements=others)
        assert (approach(PROFILE, roster, who, demand(), starts_at) is not None) is possible
        expected = None if possible else Unfit.BUSY
        assert why_not(PROFILE, roster, who, demand(), starts_at) == expected
    nearby = approach(
        PROFILE,
        Roster(chefs=(who,), engagements=(early,)),
        who,
        demand(zip_code=there),
        starts_at,
    )
    assert nearby is not None
    assert nearby.leaves_at == starts_at - timedelta(minutes=30)  # She is there already.
    assert nearby.miles == miles_between(PROFILE, "94539", there)  # The way from home is told.


def test_an_unknown_zip_counts_as_no_way_at_all_and_says_so() -> None:
    starts_at = local(SATURDAY, SIX)
    for unknown in ("", "00000"):
        found = approach(
            PROFILE, Roster(chefs=(chef(1),)), chef(1), demand(zip_code=unknown), starts_at
        )
        assert found is not None
        assert (found.miles, found.leaves_at) == (None, starts_at - timedelta(minutes=30))


def test_a_chef_goes_no_farther_than_the_chef_or_the_business_likes() -> None:
    site = demand(zip_code="95814")
    for limit, expected in ((Decimal(300), None), (None, None), (Decimal(90), Unfit.DISTANCE)):
        who = chef(1, max_miles=limit)
        found = why_not(PROFILE, Roster(chefs=(who,)), who, site, local(SATURDAY, SIX))
        assert found == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"services": frozenset()}, Unfit.SERVICE),
        ({"certificates": frozenset({"other"})}, Unfit.CERTIFICATE),
        ({"days_off": frozenset({5})}, Unfit.DAY_OFF),
        ({"works_from": time(18, 30)}, Unfit.HOURS),
        ({"works_until": time(20, 59)}, Unfit.HOURS),
        ({"works_from": time(18), "works_until": time(21)}, None),
        ({"works_from": time(18), "works_until": time(2)}, None),
        ({"works_until": time(0)}, None),
    ],
)
def test_shifts_days_off_and_certificates(
    changes: dict[str, object], expected: Unfit | None
) -> None:
    who = chef(1, **({"certificates": frozenset({"halal"})} | changes))
    asked = demand(certificates=("halal",))
    assert why_not(PROFILE, Roster(chefs=(who,)), who, asked, local(SATURDAY, SIX)) == expected
