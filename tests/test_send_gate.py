"""I6, I7: the one way out. Each rule, which purpose it binds, and which reason staff read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import AddressId, Author, Consent, ConversationId, MessageId, Mode, Purpose
from bot.domain_sending import OutboundMessage
from bot.send_gate import Hold, Leave, Refuse, Rules, judge
from bot.store.departures import Departure

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
DAY_S = 24 * 3600.0
ANYTIME = Rules(window_s=None)
WINDOWED = Rules(window_s=DAY_S)

MESSAGE = OutboundMessage(
    id=MessageId(UUID(int=1)),
    conversation_id=ConversationId(UUID(int=2)),
    channel="sms",
    recipient="+14155550101",
    sender="",
    text="hello",
    author=Author.BOT,
    purpose=Purpose.CONVERSATIONAL,
    epoch=3,
    attempt=1,
    created_at=NOW,
    claimed_at=NOW,
)
DEPARTURE = Departure(
    message=MESSAGE,
    address_id=AddressId(UUID(int=3)),
    consent=Consent.UNKNOWN,
    suspended_reason=None,
    last_inbound_at=NOW - timedelta(minutes=1),
    mode=Mode.BOT,
    epoch=3,
)


def departs(departure: Departure = DEPARTURE, **message: object) -> Departure:
    """A departure whose message differs in this."""
    return replace(departure, message=replace(departure.message, **message))  # type: ignore[arg-type]  # Fields by name.


def reason(departure: Departure, rules: Rules = ANYTIME) -> str | None:
    """Why it may not leave now; None when it may."""
    verdict = judge(departure, rules, now=NOW)
    return None if isinstance(verdict, Leave) else verdict.reason


def test_an_answer_to_somebody_who_wrote_leaves() -> None:
    """Consent unknown is enough to answer."""
    assert reason(DEPARTURE) is None
    assert reason(replace(DEPARTURE, consent=Consent.GIVEN), WINDOWED) is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_nothing_goes_to_an_address_that_cannot_be_reached(purpose: Purpose) -> None:
    """Not even what is required."""
    gone = replace(departs(purpose=purpose), suspended_reason="landline")
    assert reason(gone) == "the address cannot be reached: landline"


@pytest.mark.parametrize("author", list(Author))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_after_an_opt_out_only_the_required_confirmation(purpose: Purpose, author: Author) -> None:
    """I6: bot, staff and system alike."""
    left = replace(departs(purpose=purpose, author=author), consent=Consent.REVOKED)
    expected = None if purpose is Purpose.REQUIRED else "the customer has opted out"
    assert reason(left) == expected


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_closed_conversation_says_no_more(purpose: Purpose) -> None:
    """What is required still goes."""
    closed = replace(departs(purpose=purpose), mode=Mode.CLOSED, consent=Consent.GIVEN)
    expected = None if purpose is Purpose.REQUIRED else "the conversation was closed"
    assert reason(closed) == expected


@pytest.mark.parametrize("epoch", [2, 4])
def test_the_bots_words_die_with_their_epoch(epoch: int) -> None:
    """I7: whoever has the floor now did not write them. Staff's own words live on."""
    assert reason(departs(epoch=epoch)) == "the conversation changed hands before it left"
    assert reason(departs(epoch=epoch, author=Author.STAFF)) is None
    assert reason(departs(epoch=epoch, author=Author.SYSTEM)) is None


def test_the_bot_is_silent_while_staff_hold_the_floor() -> None:
    """I7: only the notice of the hand-over, which was born with the new epoch, leaves."""
    held = replace(DEPARTURE, mode=Mode.HUMAN, epoch=4)
    assert reason(held) == "the conversation changed hands before it left"
    assert reason(departs(held, epoch=4, purpose=Purpose.ESSENTIAL)) is None


@pytest.mark.parametrize("consent", list(Consent))
def test_promotion_needs_an_explicit_yes(consent: Consent) -> None:
    """I6: an unknown consent is none."""
    asked = replace(departs(purpose=Purpose.PROMOTIONAL), consent=consent)
    assert (reason(asked) is None) is (consent is Consent.GIVEN)


@pytest.mark.parametrize(
    ("heard", "open_"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=59), True),
        (timedelta(hours=24), True),
        (timedelta(hours=24, seconds=1), False),
        (timedelta(days=400), False),
        (None, False),
    ],
)
def test_the_messaging_window(heard: timedelta | None, open_: bool) -> None:
    """I6: free text only within 24 hours, where the channel has such a window at all."""
    last = None if heard is None else NOW - heard
    late = replace(DEPARTURE, last_inbound_at=last)
    refused = reason(late, WINDOWED)
    assert open_ or isinstance(judge(late, WINDOWED, now=NOW), Hold)
    assert (refused is None) is open_
    assert refused is None or "window" in refused
    assert reason(late, ANYTIME) is None


def test_the_window_binds_what_is_required_too() -> None:
    """The vendor would refuse it all the same, and a confirmation days later confirms nothing."""
    late = replace(departs(purpose=Purpose.REQUIRED), last_inbound_at=NOW - timedelta(days=2))
    assert "window" in str(reason(late, WINDOWED))
    assert isinstance(judge(late, WINDOWED, now=NOW), Refuse)


@given(
    purpose=st.sampled_from(Purpose),
    author=st.sampled_from(Author),
    consent=st.sampled_from(Consent),
    mode=st.sampled_from(Mode),
    epochs=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    suspended=st.sampled_from((None, "landline")),
    heard_h=st.none() | st.integers(0, 48),
    windowed=st.booleans(),
)
def test_no_combination_slips_through(
    purpose: Purpose,
    author: Author,
    consent: Consent,
    mode: Mode,
    epochs: tuple[int, int],
    suspended: str | None,
    heard_h: int | None,
    windowed: bool,
) -> None:
    """Whatever comes together: what leaves breaks no promise, what stays has a reason."""
    last = None if heard_h is None else NOW - timedelta(hours=heard_h)
    departure = replace(
        departs(purpose=purpose, author=author, epoch=epochs[0]),
        consent=consent,
        mode=mode,
        epoch=epochs[1],
        suspended_reason=suspended,
        last_inbound_at=last,
    )
    verdict = judge(departure, WINDOWED if windowed else ANYTIME, now=NOW)
    if isinstance(verdict, Leave):
        assert suspended is None
        assert consent is not Consent.REVOKED or purpose is Purpose.REQUIRED
        assert mode is not Mode.CLOSED or purpose is Purpose.REQUIRED
        assert author is not Author.BOT or epochs[0] == epochs[1]
        assert purpose is not Purpose.PROMOTIONAL or consent is Consent.GIVEN
        assert not windowed or (heard_h is not None and heard_h <= 24)
    else:
        assert verdict.reason
