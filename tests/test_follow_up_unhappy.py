"""The unhappy get neither a link nor an offer, whatever their history was and whoever worded it.

A property over histories, held against a reading of its own: what is plainly trouble in them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from follow_up_ground import NOW
from follow_up_sample import facts
from follow_up_sample import owed as owed_now
from hypothesis import given
from hypothesis import strategies as st
from test_follow_up_feeling import sounds, stars
from test_follow_up_wording import LANGUAGES, LINK, PROFILE, matter, owed, own

from bot.causes.base import causes
from bot.domain_follow_ups import Feeling
from bot.follow_ups.deciding import Skip, decide
from bot.follow_ups.feeling import weigh
from bot.follow_ups.wording import NotWorded, word
from bot.store.feelings import Rating, Reading, Traces, Trouble

SALES = sorted(name for name, each in causes().items() if each.is_sale)
PUSHY = own(
    {
        "after_event": {
            f"{feeling}_a": dict.fromkeys(LANGUAGES, "Please review us:[ {link} now.| Thanks.]")
            for feeling in ("happy", "neutral", "unhappy")
        }
    }
)
"""An owner who puts the link into everything."""

hours = st.floats(1, 700)
readings = st.builds(
    sounds,
    st.sampled_from(["positive", "negative", "neutral"]),
    st.floats(0, 1),
    hours,
    about=st.booleans(),
    sure=st.floats(0, 1),
)
ratings = st.builds(stars, st.integers(1, 5), hours, about=st.booleans())
troubles = st.builds(
    lambda began, lasted: Trouble(
        at=NOW - timedelta(hours=began),
        resolved_at=None if lasted is None else NOW - timedelta(hours=began * lasted),
    ),
    hours,
    st.none() | st.floats(0, 1),
)


def newest(told: list[Reading] | list[Rating]) -> list[Reading] | list[Rating]:
    return sorted(told, key=lambda each: each.at, reverse=True)  # type: ignore[return-value]


def is_plain_trouble(traces: Traces) -> bool:
    """A complaint is open; or their last rating was poor; or they were last heard furious."""
    if any(each.resolved_at is None for each in traces.troubles):
        return True
    said = traces.readings
    is_furious = bool(said) and said[0].emotion.polarity.value == "negative"
    is_furious = is_furious and min(said[0].emotion.intensity, said[0].emotion.confidence) >= 0.6
    if traces.ratings:
        last = traces.ratings[0]
        is_poor = last.stars <= 2 and all(each.stars <= 2 for each in traces.ratings)
        return is_poor or (is_furious and said[0].at > max(each.at for each in traces.ratings))
    return is_furious


@given(
    st.lists(readings, max_size=6),
    st.lists(ratings, max_size=3),
    st.lists(troubles, max_size=2),
    st.sampled_from(LANGUAGES),
    st.sampled_from("ab"),
    st.booleans(),
)
def test_no_history_of_trouble_ends_in_a_link(
    told: list[Reading],
    rated: list[Rating],
    sore: list[Trouble],
    language: str,
    variant: str,
    by_owner: bool,
) -> None:
    traces = Traces(
        readings=tuple(newest(told)),  # type: ignore[arg-type]
        ratings=tuple(newest(rated)),  # type: ignore[arg-type]
        troubles=tuple(sore),
    )
    feeling = weigh(traces, NOW).feeling
    profile = PUSHY if by_owner else PROFILE
    said = word(
        profile,
        owed("after_event"),
        matter(LINK, wants_feeling=True),
        feeling,
        language,
        variant=variant,
    )
    if is_plain_trouble(traces):
        assert feeling is Feeling.UNHAPPY
    if feeling is Feeling.UNHAPPY:
        assert LINK not in said.text
        assert LINK not in said.fields.values()
    if not by_owner:
        assert (LINK in said.text) == (feeling is Feeling.HAPPY)


@pytest.mark.parametrize("cause", SALES)
def test_nothing_is_sold_to_the_unhappy(cause: str) -> None:
    """Every cause that sells, by the same rule; the others still go."""
    judged = decide(facts(owed=owed_now(cause=cause), feeling=Feeling.UNHAPPY))
    assert isinstance(judged, Skip)
    assert "unhappy" in judged.reason


@pytest.mark.parametrize("cause", SALES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_brings_no_link_to_the_unhappy_even_if_it_is_asked_for(
    cause: str, language: str
) -> None:
    text = "See {link} now" if cause == "campaign" else ""
    try:
        said = word(PROFILE, owed(cause, text=text), matter(LINK), Feeling.UNHAPPY, language)
    except NotWorded:
        return
    assert LINK not in said.text
