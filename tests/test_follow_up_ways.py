"""By which address a follow-up goes, and why not by another (I6, I10)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from follow_up_sample import NOON, hours, option, reach
from gate_sample import PROFILE

from bot.domain import Consent, Purpose
from bot.follow_ups.ways import Option, choose_way, say_choice
from bot.profile_follow_ups import Costs
from bot.store.follow_up_facts import Reach


def test_the_channel_on_which_they_answer_goes_first() -> None:
    """Then where they wrote from last, then what costs least; the choice is said in words."""
    sms = option(reach(sent=4, answered=0))
    mail = option(reach("email", "dana@example.com", sent=4, answered=3))
    assert choose_way((sms, mail)) is mail
    assert "email: they answered 3 of 4 there" in say_choice(mail, (sms, mail))
    fresh = option(reach("email", "dana@example.com"))
    last = option(reach())
    assert choose_way((last, fresh)) is last
    assert "they wrote from there last" in say_choice(last, (last, fresh))
    gone = option(reach(consent=Consent.REVOKED))
    said = say_choice(fresh, (gone, fresh))
    assert "only address that may be written to now" in said
    assert "sms not: the customer has opted out" in said


def test_of_two_that_are_as_good_the_cheaper_is_taken() -> None:
    costs = Costs(segment={"sms": Decimal("0.02"), "email": Decimal("0.001")})
    profile = PROFILE.model_copy(update={"costs": costs})
    last = option(reach(sent=4, answered=0), profile=profile)
    sms = option(reach(handle="+14155550102"), profile=profile)
    mail = option(reach("email", "dana@example.com"), profile=profile)
    assert choose_way((last, sms, mail)) is mail
    assert mail.cost == Decimal("0.001")


def unusable(found: Reach, **over: Any) -> str:
    why = option(found, **over).why_not
    assert why
    return why


def test_an_address_that_may_not_be_used_says_why() -> None:
    """I6, I10: consent first, then the window; never where nobody looks or somebody else may."""
    assert "opted out" in unusable(reach(consent=Consent.REVOKED))
    assert "cannot be reached: no such number" in unusable(reach(suspended_reason="no such number"))
    elsewhere = reach(stopped_at=NOON - hours(5))
    assert "opted out at another address" in unusable(elsewhere)
    back = reach(stopped_at=NOON - hours(5), given_at=NOON - hours(1))
    assert option(back).why_not == ""
    assert "somebody else's" in unusable(reach("email", "dana@example.com", last_inbound_at=None))
    assert "nobody may be looking at webchat" in unusable(reach("webchat", "visitor"))
    assert "window of whatsapp is closed" in unusable(reach("whatsapp"))
    assert option(reach("whatsapp", last_inbound_at=NOON - hours(3))).why_not == ""
    assert "not configured" in unusable(reach("telegram"))
    offer: Callable[..., Option] = lambda found: option(found, purpose=Purpose.PROMOTIONAL)  # noqa: E731
    assert "not agreed to promotional" in offer(reach()).why_not
    assert offer(reach(promotional=Consent.GIVEN)).why_not == ""
    said = unusable(reach(), render=lambda _channel, _text: ())
    assert said == "nothing of it can be sent by sms"
