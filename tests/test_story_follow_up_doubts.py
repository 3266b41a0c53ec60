"""An answer that may mean two things confirms nothing, rates nothing and sells nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import world as world_file
from followed_ground import REMINDER, Ours, booked, follow_up
from world import World, open_world

from bot.language.embed import Encoder
from bot.language.wording import say

CONFIRMED = "SELECT headcount_confirmed_at IS NOT NULL FROM bookings WHERE id = $1"
SORRY = Ours(
    cause="after_event",
    text="We're sorry that not everything was as it should have been. What went wrong?",
    wording="after_event_unhappy_a",
)
ASKED = Ours(
    cause="after_event",
    text="Thank you for having us. How was everything? We'd like to know, good or bad.",
    wording="after_event_neutral_a",
)


REVIEWS = "https://example.com/review"


@pytest.fixture
async def linked(
    database_url: str, redis_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """The service of an owner who asks for reviews."""
    profile = world_file.profile_of_worlds()
    follow_ups = profile.follow_ups.model_copy(update={"review_url": REVIEWS})
    asking = profile.model_copy(update={"follow_ups": follow_ups})
    monkeypatch.setattr(world_file, "profile_of_worlds", lambda: asking)
    async with open_world(database_url, redis_url, encoder) as opened:
        yield opened


async def test_no_comma_25_is_25_and_a_number_denied_is_none(world: World) -> None:
    """I8, I9: "No, 25" was once read as 5 guests; "no son 20" as that the 20 stand."""
    ana = world.customer("+14155550501")
    booking = await booked(world, ana)
    await follow_up(world, ana, REMINDER, booking)
    stated = await ana.asks("No, 25")
    assert "25" in stated
    assert not await world.value(CONFIRMED, booking)
    assert await world.value("SELECT headcount FROM bookings WHERE id = $1", booking) == 20


async def test_a_yes_to_the_owners_own_question_is_asked_once_more(world: World) -> None:
    """ "Has anything changed?" "Yes": nobody may take that for twenty guests as planned."""
    bea = world.customer("+14155550502")
    booking = await booked(world, bea)
    own = replace(REMINDER, text="See you Saturday with 20 guests! Has anything changed?")
    await follow_up(world, bea, own, booking)
    restated = await bea.asks("yes")
    assert "20" in restated
    assert "?" in restated
    assert not await world.value(CONFIRMED, booking)
    await bea.asks("yes")
    assert await world.value(CONFIRMED, booking)


async def test_a_plain_no_after_the_event_is_no_bad_rating(world: World) -> None:
    """ "Would you tell others how it was?" "No": two stars and a complaint were filed for it."""
    cai = world.customer("+14155550503")
    booking = await booked(world, cai)
    await follow_up(world, cai, ASKED, booking)
    await cai.asks("no")
    assert await world.value("SELECT count(*) FROM feedback") == 0
    assert await world.value("SELECT count(*) FROM escalations") == 0


async def test_great_to_an_apology_is_no_praise_and_brings_no_link(linked: World) -> None:
    """Whoever was sore may mean the opposite; five stars they write out are theirs."""
    dov = linked.customer("+14155550504")
    booking = await booked(linked, dov)
    await follow_up(linked, dov, SORRY, booking)
    answer = await dov.asks("Great.")
    assert "http" not in answer
    assert await linked.value("SELECT count(*) FROM feedback") == 0
    await follow_up(linked, dov, SORRY, booking)
    assert await dov.asks("5/5 stars") == say("feedback_thanks", "en")
    assert await linked.value("SELECT rating FROM feedback") == 5


async def test_praise_brings_the_link_unless_a_complaint_is_open(linked: World) -> None:
    """While staff look into a complaint "5 stars" is thanked for, and nothing is asked."""
    gus, ida = linked.customer("+14155550507"), linked.customer("+14155550508")
    booking = await booked(linked, gus)
    await follow_up(linked, gus, ASKED, booking)
    assert REVIEWS in await gus.asks("It was amazing!")

    booking = await booked(linked, ida, day="December 18, 2027")
    await linked.value(
        """INSERT INTO escalations (conversation_id, reason, status, created_at)
           SELECT conversation_id, 'complaint', 'open', $2
           FROM bookings WHERE id = $1 RETURNING id""",
        booking,
        linked.deps.bot.clock.now(),
    )
    await follow_up(linked, ida, ASKED, booking)
    assert await ida.asks("5 stars") == say("feedback_thanks", "en")


@pytest.mark.parametrize("text", ["👍", "❤️"])
async def test_a_thumb_is_thanked_for_and_counts_no_stars(world: World, text: str) -> None:
    eve = world.customer("+14155550505")
    booking = await booked(world, eve)
    await follow_up(world, eve, ASKED, booking)
    await eve.asks(text)
    assert await world.value("SELECT rating FROM feedback") is None
    assert await world.value("SELECT count(*) FROM feedback") == 1


async def test_no_to_whether_a_price_came_is_no_goodbye(world: World) -> None:
    """ "Did our price reach you?" "No": they were told goodbye, and lost."""
    flo = world.customer("+14155550506")
    await flo.asks("How much for 20 adults in 94539?")
    ours = Ours(cause="unanswered_quote", step="24h", text="Did our price reach you all right?")
    await follow_up(world, flo, ours)
    answer = await flo.asks("no")
    assert answer not in {say("quote_no_thanks", "en", seed=seed) for seed in "01"}
    assert await world.value("SELECT count(*) FROM follow_ups WHERE about ->> 'answer' = 'no'") == 0


async def test_a_yes_to_is_it_right_now_is_good_news_only_if_that_was_asked(world: World) -> None:
    """In the owner's words "is there still a problem?" a yes is none; nobody is glad of it."""
    glad = say("check_in_glad", "en")
    hana = world.customer("+14155550509")
    await hana.asks("How much for 20 adults in 94539?")
    ours = Ours(cause="check_in", text="Maria looked into it. Is everything all right for you now?")
    await follow_up(world, hana, ours)
    assert await hana.asks("yes, thank you") == glad
    await follow_up(world, hana, replace(ours, text="Is there still a problem?"))
    assert await hana.asks("yes") != glad
