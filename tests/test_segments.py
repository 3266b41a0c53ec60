"""Whom a segment means: each wish of the owner picks exactly those it names, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from follow_up_ground import NOW, Somebody, somebody
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import CustomerId
from bot.domain_campaigns import Segment, segment_kept, segment_of
from bot.follow_ups import segments
from bot.follow_ups.campaign_reading import pick_customers, read_campaign
from bot.ids import new_id
from bot.profile import load_profile
from bot.store.connection import Pool

PROFILE = load_profile()
WORDS = {"name": "Winter", "words_en": "Hi[ {name}], this is {business}."}


async def _people(pool: Pool) -> dict[str, Somebody]:
    """Nine customers, each with a past of their own."""
    names = "ann ben cho dora eli fay gus hal ida".split()
    found = {each: await somebody(pool, name=each.title()) for each in names}
    old = NOW - timedelta(days=200)
    await found["ann"].booked(
        old, at=old - timedelta(days=9), status="completed", guests=30, chef=""
    )
    await found["ben"].booked(old, at=old - timedelta(days=9), status="completed", chef="")
    await found["ben"].booked(NOW + timedelta(days=9), at=NOW - timedelta(days=1), chef="")
    await found["cho"].was_priced(NOW - timedelta(days=20), guests=50)
    await found["dora"].was_priced(NOW - timedelta(days=20))
    await found["dora"].booked(NOW + timedelta(days=30), at=NOW - timedelta(days=10), chef="")
    await found["eli"].booked(old, at=old - timedelta(days=9), status="cancelled", chef="")
    for name, told in (("fay", "my daughter's birthday is May 3"), ("gus", "a party one day")):
        said = "INSERT INTO memories (customer_id, kind, value, source, said_at) VALUES"
        await pool.execute(
            f"{said} ($1, 'occasion', $2, 'customer', $3)", found[name].customer_id, told, NOW
        )
    await pool.execute(
        "UPDATE customers SET language = 'es' WHERE id = $1", found["hal"].customer_id
    )
    await pool.execute(
        "UPDATE conversations SET language = 'es' WHERE id = $1", found["hal"].conversation_id
    )
    await pool.execute(
        """INSERT INTO follow_ups (customer_id, cause, due_at, status, answered_at)
        VALUES ($1, 'season', $2, 'answered', $2)""",
        found["ida"].customer_id,
        old,
    )
    return found


async def _meant(pool: Pool, segment: Segment, who: dict[str, Somebody]) -> set[str]:
    by_id = {each.customer_id: name for name, each in who.items()}
    found, after = set(), None
    async with pool.acquire() as conn:
        while page := await segments.list_page(conn, segment, after):
            after = page[-1]
            meant = await segments.list_meant(conn, PROFILE, segment, page, now=NOW)
            found |= {by_id[each.customer_id] for each in meant}
    return found


async def test_each_wish_means_exactly_whom_it_names(pool: Pool) -> None:
    who = await _people(pool)
    day = (NOW - timedelta(days=200)).date()

    async def meant(**wishes: object) -> set[str]:
        return await _meant(pool, replace(Segment(), **wishes), who)

    assert await meant() == set(who)
    assert await meant(event_since=day - timedelta(days=1)) == {"ann", "ben"}
    assert await meant(event_until=day - timedelta(days=2)) == set()
    assert await meant(event_since=day, event_until=day) == {"ann", "ben"}
    assert await meant(event_since=day - timedelta(days=1), silent_days=60) == {"ann"}
    assert await meant(quoted_days=30) == {"cho"}
    assert await meant(quoted_days=10) == set()
    assert await meant(guests_least=30) == {"ann", "cho"}
    assert await meant(guests_least=30, guests_most=40) == {"ann"}
    assert await meant(occasion_month=5) == {"fay"}
    assert await meant(language="es") == {"hal"}
    assert await meant(has_answered=True) == {"ida"}
    picked = (who["hal"].customer_id, who["ann"].customer_id)
    assert await meant(customer_ids=picked) == {"ann", "hal"}
    near = {"ann", "ben", "cho", "dora", "eli"}
    assert await meant(miles=20, zip_code="94539") == near
    assert await meant(towns=("Fremont, CA",)) == near
    assert await meant(miles=20, zip_code="89501", towns=("Reno, NV",)) == set()

    # Who was erased, or joined to another, is nobody's recipient.
    erased = "UPDATE customers SET erased_at = now() WHERE id = $1"
    await pool.execute(erased, who["cho"].customer_id)
    joined = """INSERT INTO customer_merges (kept_id, joined_id, proof, actor, moved)
    VALUES ($1, $2, 'code', 'test', '{}')"""
    await pool.execute(joined, who["ann"].customer_id, who["ben"].customer_id)
    assert await meant() == set(who) - {"cho", "ben"}

    async with pool.acquire() as conn:
        ids, problem = await pick_customers(conn, PROFILE, f"{who['ann'].handle}\n\nIda")
        assert (ids, problem) == ((who["ann"].customer_id, who["ida"].customer_id), "")
        assert "nobody fits" in (await pick_customers(conn, PROFILE, "Ann\nNemo"))[1]
        assert "at most 200" in (await pick_customers(conn, PROFILE, "Ann\n" * 201))[1]


@settings(deadline=None)
@given(
    st.builds(
        Segment,
        event_since=st.none() | st.dates(),
        event_until=st.none() | st.dates(),
        silent_days=st.none() | st.integers(1, 3650),
        guests_most=st.none() | st.integers(1, 999),
        miles=st.none() | st.integers(1, 300),
        zip_code=st.sampled_from(["", "94539"]),
        towns=st.lists(st.text(max_size=9), max_size=3).map(tuple),
        language=st.sampled_from(["", "es"]),
        occasion_month=st.none() | st.integers(1, 12),
        has_answered=st.booleans(),
        customer_ids=st.lists(st.builds(lambda: CustomerId(new_id())), max_size=3).map(tuple),
    )
)
def test_a_segment_comes_back_as_it_was_kept(segment: Segment) -> None:
    assert segment_of(segment_kept(segment)) == segment


def test_a_segment_is_said_in_staffs_words() -> None:
    segment = Segment(
        event_since=date(2026, 1, 2), silent_days=60, guests_least=10, guests_most=20,
        miles=30, zip_code="94539", language="es", occasion_month=5, has_answered=True,
    )  # fmt: skip
    assert segments.say_segment(segment) == (
        "customers who had an event since Jan 2, 2026, had no event in 60 days and have none"
        " ahead, "
        "had 10 to 20 guests, are within 30 miles of 94539, speak es, told of an occasion in May, "
        "answered us before"
    )
    assert segments.say_segment(Segment()) == "all customers"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("words_en", "x" * 2000, "at most 1000 characters; this has 2000"),
        ("words_en", "Hi[ {nmae}]", "{nmae} is nothing that can be filled in"),
        ("words_en", "Hi {name}", "put {name} into [ ]"),
        ("words_en", "Hi { there", "stands alone"),
        ("words_en", "Hi [[ {name}]]", "stands alone, or inside another"),
        ("words_en", "[Hi {name}]", "all of it may fall away"),
        ("words_fr", "Salut", "does not speak fr"),
        ("name", "", "give it a name"),
        ("silent_days", "-3", "a whole number from 1"),
        ("silent_days", "9" * 50, "a whole number from 1"),
        ("guests_least", "٣", "a whole number from 1"),
        ("per_hour", "0", "a whole number from 1 to 1000"),
        ("near", "30 miles of 00000", "no ZIP"),
        ("near", "Atlantis", "no town that is known"),
        ("language", "fr", "one of en, es, zh"),
        ("month", "13", "from 1 to 12"),
        ("event_since", "soon", "a day, such as"),
        ("ends", "2020-01-01 10:00", ""),
        ("ends", "someday", ""),
        ("colour", "red", "there is no such field"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_field(field: str, value: str, told: str) -> None:
    wanted, errors = read_campaign(PROFILE, {**WORDS, field: value}, now=NOW)
    assert wanted is None
    assert set(errors) == {field}
    assert told in errors[field]
    assert errors[field]


def test_a_campaign_is_read_as_it_was_written() -> None:
    given = {
        **WORDS, "near": "within 30 miles of 94539", "month": "May", "guests_most": "40",
        "answered": "answered", "starts": "2026-12-02 09:00", "ends": "2026-12-10 20:00",
    }  # fmt: skip
    wanted, errors = read_campaign(PROFILE, given, now=NOW)
    assert not errors
    assert wanted is not None
    assert wanted.segment == Segment(
        miles=30, zip_code="94539", occasion_month=5, guests_most=40, has_answered=True
    )
    assert wanted.starts_at == datetime(2026, 12, 2, 17, tzinfo=UTC)
    assert (wanted.per_hour, wanted.words) == (30, {"en": WORDS["words_en"]})
    _none, errors = read_campaign(PROFILE, {**given, "ends": "2026-12-02 08:00"}, now=NOW)
    assert errors == {"ends": "that is before its start"}
    assert read_campaign(PROFILE, {"name": "Winter"}, now=NOW)[1].keys() == {"words_en"}
