"""I6: what a closed messaging window leaves open: approved words, another address, waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gate_sample import (
    APPROVED,
    MAIL,
    SID,
    departs,
    verdict_on,
)

from bot.domain import Consent, Purpose
from bot.domain_sending import TemplateUse
from bot.send_gate import Hold, Instead, Leave, Refuse, Verdict
from bot.store.departures import OtherWay, Standing
from bot.templating import Filled

CLOSED = {"channel": "whatsapp", "is_unasked": False}


def closed(standing: Standing, **message: object) -> Verdict:
    """What the gate says of a WhatsApp message a day too late."""
    late = replace(departs(standing, **{**CLOSED, **message}), last_inbound_at=None)
    return verdict_on(late)


def test_a_closed_window_is_left_by_approved_words() -> None:
    """In the customer's language, with the whole message in one clean line."""
    known = Standing(templates=APPROVED, name="Ann", language="en", ways=(MAIL,))
    found = closed(known, text="Your  date\n\nis\tfree")
    assert isinstance(found, Instead)
    assert isinstance(found.to, Filled)
    assert found.to.use == TemplateUse(
        content_id=SID, variables={"1": "Ann", "2": "Your date is free"}
    )
    assert found.to.text == "Hello Ann, news: Your date is free. Reply here."
    nameless = closed(Standing(templates=APPROVED), text="Hi")
    assert isinstance(nameless, Instead)
    assert isinstance(nameless.to, Filled)
    assert nameless.to.use.variables["1"] == "there"


@pytest.mark.parametrize(
    "states",
    [{}, {f"{SID}/": ("pending", "")}, {f"{SID}/": ("paused", "")}, {f"{SID}/": ("", "")}],
)
def test_what_is_not_approved_leaves_nothing(states: dict[str, tuple[str, str]]) -> None:
    """Unknown is not approved: another address, or waiting."""
    found = closed(Standing(templates=states, ways=(MAIL,)))
    assert isinstance(found, Instead)
    assert found.to == MAIL
    held = closed(Standing(templates=states))
    assert isinstance(held, Hold)
    assert "window is closed" in held.reason


def test_no_half_of_a_message_stands_in_a_gap() -> None:
    """What is too long, has files or is promotion takes another way."""
    for more in ({"text": "x" * 256}, {"purpose": Purpose.REQUIRED}):
        found = closed(Standing(templates=APPROVED), **more)
        assert not isinstance(found, Instead)
    moved = closed(Standing(templates={f"{SID}/": ("approved", "MARKETING")}, ways=(MAIL,)))
    assert isinstance(moved, Instead)
    assert moved.to == MAIL


@pytest.mark.parametrize(
    "way",
    [
        replace(MAIL, channel="webchat"),
        replace(MAIL, channel="ringcentral"),
        replace(MAIL, consent=Consent.REVOKED),
    ],
)
def test_not_every_other_address_takes_it(way: OtherWay) -> None:
    """Closed pages, channels that are off and people who said no."""
    assert isinstance(closed(Standing(ways=(way,))), Hold)


def test_no_marketing_goes_to_america_by_whatsapp() -> None:
    """63049: beforehand by another channel that said yes to it, or not at all."""
    offer = departs(
        Standing(promotional=Consent.GIVEN), channel="whatsapp", purpose=Purpose.PROMOTIONAL
    )
    assert isinstance(verdict_on(offer), Refuse)
    agreed = replace(MAIL, promotional=Consent.GIVEN)
    also = replace(offer, standing=replace(offer.standing, ways=(MAIL, agreed)))
    assert verdict_on(also) == Instead("WhatsApp brings no marketing to numbers of +1", agreed)
    abroad = replace(offer, message=replace(offer.message, recipient="+525512345678"))
    assert not isinstance(verdict_on(abroad), Refuse)


def test_a_template_that_was_taken_back_stays() -> None:
    """Staff picked it; the carrier has paused it since."""
    use = TemplateUse(content_id=SID, variables={"1": "Ann", "2": "x"})
    assert closed(Standing(), template=use) == Leave()
    assert closed(Standing(templates=APPROVED), template=use) == Leave()
    paused = closed(Standing(templates={f"{SID}/": ("paused", "")}), template=use)
    assert isinstance(paused, Refuse)
    assert "paused" in paused.reason
