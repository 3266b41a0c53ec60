"""I6, I15: what nobody asked for leaves only with consent, in waking hours and seldom enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gate_sample import (
    APPROVED,
    DEPARTURE,
    MAIL,
    MESSAGE,
    NOON,
    PROFILE,
    SID,
    departs,
    verdict_on,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import Author, Consent, Purpose
from bot.domain_sending import Answered
from bot.send_gate import Hold, Leave, Refuse
from bot.store.departures import Departure, Standing


def test_an_unasked_message_leaves_by_day_and_waits_for_the_morning_by_night() -> None:
    """I6, I15: in the recipient's own hours."""
    assert verdict_on(departs()) == Leave()
    night = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    late = departs(created_at=night)
    held = verdict_on(late, night)
    assert isinstance(held, Hold)
    assert held.until == datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    asked = departs(is_unasked=False, created_at=night)
    assert verdict_on(asked, night) == Leave()


def test_what_is_essential_may_come_at_night_once_the_event_is_close() -> None:
    """The rain tent tomorrow, not next month."""
    night = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    for hours, leaves in ((20, True), (30, False)):
        begins = night + timedelta(hours=hours)
        near = Standing(event_starts_at=begins, event_ends_at=begins + timedelta(hours=3))
        essential = departs(near, purpose=Purpose.ESSENTIAL, created_at=night)
        assert isinstance(verdict_on(essential, night), Leave if leaves else Hold)
        # The event excuses nothing but what is essential to it.
        assert isinstance(verdict_on(departs(near, created_at=night), night), Hold)


def test_a_stop_anywhere_ends_what_nobody_asked_for_everywhere() -> None:
    """I6: and what they write themselves afterwards is answered, elsewhere."""
    stopped = NOON - timedelta(hours=2)
    elsewhere = Standing(stopped_at=stopped)
    assert isinstance(verdict_on(departs(elsewhere)), Refuse)
    essential = departs(elsewhere, purpose=Purpose.ESSENTIAL)
    assert isinstance(verdict_on(essential), Refuse)
    wrote = Answered(external_id="x", said_at=NOON - timedelta(hours=1))
    before = Answered(external_id="x", said_at=NOON - timedelta(hours=3))
    for standing in (elsewhere, replace(elsewhere, number_stopped_at=stopped)):
        assert verdict_on(departs(standing, is_unasked=False, answered=wrote)) == Leave()
    number = replace(elsewhere, number_stopped_at=stopped)
    assert isinstance(verdict_on(departs(number, is_unasked=False, answered=before)), Refuse)
    assert isinstance(verdict_on(departs(number, is_unasked=False)), Refuse)
    back = replace(elsewhere, given_at=NOON - timedelta(hours=1))
    assert verdict_on(departs(back)) == Leave()


def test_promotion_is_a_consent_of_its_own() -> None:
    """I6: ended alone, given alone; and Washington wants a yes to promotion itself."""
    ended = Standing(promotional=Consent.REVOKED)
    assert isinstance(verdict_on(departs(ended)), Refuse)
    assert verdict_on(departs(ended, is_unasked=False)) == Leave()
    assert verdict_on(departs(ended, purpose=Purpose.ESSENTIAL)) == Leave()
    offer = departs(purpose=Purpose.PROMOTIONAL, recipient="+12065550101")
    given = replace(offer, consent=Consent.GIVEN)
    assert isinstance(verdict_on(offer), Refuse)
    assert isinstance(verdict_on(given), Refuse)
    agreed = replace(given, standing=Standing(promotional=Consent.GIVEN))
    assert verdict_on(agreed) == Leave()
    there = replace(departs(purpose=Purpose.PROMOTIONAL), consent=Consent.GIVEN)
    assert verdict_on(there) == Leave()


def test_no_offer_leaves_by_mail_without_a_postal_address_below_it() -> None:
    """I6: the law wants one in every such letter; an answer needs none."""
    letter = departs(purpose=Purpose.PROMOTIONAL, channel="email", recipient="ana@example.com")
    offer = replace(letter, consent=Consent.GIVEN)
    refused = verdict_on(offer)
    assert isinstance(refused, Refuse)
    assert "postal_address" in refused.reason
    answer = replace(offer.message, purpose=Purpose.CONVERSATIONAL, is_unasked=False)
    assert verdict_on(replace(offer, message=answer)) == Leave()
    business = PROFILE.business.model_copy(update={"postal_address": "1 Main St, Fremont, CA"})
    told = PROFILE.model_copy(update={"business": business})
    assert verdict_on(offer, profile=told) == Leave()


def test_nobody_is_written_to_too_often() -> None:
    """Held over to the next day with the reason, and given up after a while."""
    held = verdict_on(departs(Standing(unasked_day=1, unasked_week=1)))
    assert isinstance(held, Hold)
    assert held.until == datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    assert "in a day" in held.reason
    week = verdict_on(departs(Standing(unasked_week=3)))
    assert isinstance(week, Hold)
    old = departs(Standing(unasked_week=3), created_at=NOON - timedelta(hours=73))
    given_up = verdict_on(old)
    assert isinstance(given_up, Refuse)
    assert given_up.was_held
    assert verdict_on(departs(Standing(unasked_day=9), purpose=Purpose.ESSENTIAL)) == Leave()
    assert verdict_on(departs(Standing(unasked_day=9), is_unasked=False)) == Leave()


def test_a_senders_day_ends_for_what_nobody_asked_for() -> None:
    """By the brand's number, or because the vendor has said so; answers still go."""
    for spent in (Standing(sender_count=2000), Standing(sender_is_capped=True)):
        assert isinstance(verdict_on(departs(spent)), Hold)
        assert verdict_on(departs(spent, is_unasked=False)) == Leave()


MOMENTS = st.none() | st.integers(-72, 0).map(lambda hours: NOON + timedelta(hours=hours))
CONSENTS = st.sampled_from(Consent)
STANDINGS = st.builds(
    Standing,
    promotional=CONSENTS,
    given_at=MOMENTS,
    stopped_at=MOMENTS,
    zone=st.sampled_from(("", "America/New_York", "Asia/Tokyo")),
    zip_codes=st.sampled_from(((), ("96813",), ("75201",))),
    event_starts_at=MOMENTS,
    event_ends_at=st.none() | st.integers(0, 9).map(lambda hours: NOON + timedelta(hours=hours)),
    unasked_day=st.integers(0, 4),
    unasked_week=st.integers(0, 6),
    essential_day=st.integers(0, 8),
    sender_count=st.sampled_from((0, 249, 250, 1999, 2000)),
    sender_is_capped=st.booleans(),
    templates=st.sampled_from(({}, APPROVED, {f"{SID}/": ("paused", "")})),
    ways=st.sampled_from(((), (MAIL,))),
)


@settings(max_examples=400)
@given(
    standing=STANDINGS,
    consent=CONSENTS,
    purpose=st.sampled_from(Purpose),
    author=st.sampled_from(Author),
    channel=st.sampled_from(("sms", "whatsapp", "email")),
    recipient=st.sampled_from(("+14155550101", "+12065550101", "+525512345678")),
    heard=MOMENTS,
    minutes=st.integers(0, 7 * 24 * 60),
)
def test_nothing_unasked_slips_through(
    standing: Standing,
    consent: Consent,
    purpose: Purpose,
    author: Author,
    channel: str,
    recipient: str,
    heard: datetime | None,
    minutes: int,
) -> None:
    """I6: whatever comes together, what nobody asked for leaves against nobody's will."""
    now = NOON + timedelta(minutes=minutes)
    message = replace(
        MESSAGE, purpose=purpose, author=author, channel=channel, recipient=recipient,
        created_at=now,
    )  # fmt: skip
    departure = replace(
        DEPARTURE, message=message, consent=consent, last_inbound_at=heard, standing=standing
    )
    verdict = verdict_on(departure, now)
    if not isinstance(verdict, Leave):
        assert verdict.reason
        return
    if purpose is Purpose.REQUIRED:
        return
    assert consent is not Consent.REVOKED
    stopped, given_at = standing.stopped_at, standing.given_at
    assert stopped is None or (given_at is not None and given_at > stopped)
    assert standing.promotional is not Consent.REVOKED or purpose is Purpose.ESSENTIAL
    if purpose is Purpose.PROMOTIONAL:
        assert Consent.GIVEN in (consent, standing.promotional)
        assert channel != "whatsapp" or recipient.startswith("+52")
    if purpose is Purpose.ESSENTIAL:
        assert standing.essential_day < PROFILE.manners.essential_a_day
    else:
        assert standing.unasked_day < PROFILE.manners.unasked_a_day
        assert standing.unasked_week < PROFILE.manners.unasked_a_week
        _awake(departure, now)
    assert not standing.sender_is_capped
    assert channel != "whatsapp" or (heard is not None and now - heard <= timedelta(hours=24))


def _awake(departure: Departure, now: datetime) -> None:
    standing = departure.standing
    known = {"96813": "Pacific/Honolulu", "75201": "America/Chicago"}
    zone = standing.zone or next(iter(known[code] for code in standing.zip_codes), "")
    by_number = {"+1": "America/Los_Angeles", "+5": "America/Mexico_City"}
    name = zone or by_number[departure.message.recipient[:2]]
    assert 9 <= now.astimezone(ZoneInfo(name)).hour < 20
