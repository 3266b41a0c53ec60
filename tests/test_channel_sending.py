"""What every channel promises about sending: each way it can fail has one meaning for the outbox.

Nothing done: try again. Never: say why. Nobody knows: look before anything is sent again. Asked of
every vendor with an HTTP API, by the table in its tests/vendor_<name>.py; mail has its own tests.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port
from channel_cases import PRIVATE_WORDS, outbound
from contract import CASES, Case, every_sender
from vendor import Failure, Handler
from wire import Wire, answer, hang_up

from bot.domain_sending import OutboundMessage
from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, ConfiguredChannel

FAILED = [
    (case, failure)
    for case in CASES
    if case.vendor.api_variable
    for failure in case.vendor.failures
]


def on(wire: Wire, case: Case, http: ClientSession) -> ConfiguredChannel:
    return case.open(http, **{case.vendor.api_variable: wire.url})


def message(case: Case, text: str = PRIVATE_WORDS) -> OutboundMessage:
    return replace(outbound(case.channel, text), recipient=case.vendor.recipient)


def sends(wire: Wire) -> int:
    """How often the vendor was given the message itself, not asked for a token beside it."""
    return sum("4711" in body for body in wire.bodies)


@every_sender
async def test_an_accepted_message_is_named_by_the_vendor(
    case: Case, wire: Wire, http: ClientSession
) -> None:
    wire.behave = case.vendor.behave
    result = await on(wire, case, http).send(message(case))
    assert result.external_id == case.vendor.accepted_id
    assert result.segments >= 1
    assert sends(wire) == 1
    assert all(wire.authorised)


@pytest.mark.parametrize(
    ("case", "failure"), FAILED, ids=[f"{case.name}-{failure.name}" for case, failure in FAILED]
)
async def test_each_failure_has_one_meaning(
    case: Case,
    failure: Failure,
    wire: Wire,
    http: ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.behave = failure.behave
    with pytest.raises(failure.error) as caught:
        await on(wire, case, http).send(message(case))
    assert caught.value.code == failure.code
    # Asked once: whether to ask again is for the outbox to decide.
    assert sends(wire) <= 1
    for said in (str(caught.value), caplog.text):
        assert PRIVATE_WORDS not in said
        assert case.vendor.recipient.removeprefix("+1") not in said


@every_sender
def test_the_table_of_failures_is_whole(case: Case) -> None:
    """Every vendor says how it refuses, how it is busy, and how it leaves us without an answer."""
    kinds = {failure.error for failure in case.vendor.failures}
    assert {VendorRefused, VendorUnavailable, VendorSilent, AddressRefused} <= kinds


@every_sender
async def test_a_vendor_that_cannot_be_reached_got_nothing(case: Case, http: ClientSession) -> None:
    nobody = f"http://127.0.0.1:{unused_port()}"
    channel = case.open(http, **{case.vendor.api_variable: nobody})
    with pytest.raises(VendorUnavailable):
        await channel.send(message(case))


@every_sender
@pytest.mark.parametrize(("value", "wait_s"), [("7", 7.0), ("999999", 3600.0)])
async def test_the_vendor_may_say_how_long_to_wait(
    case: Case, value: str, wait_s: float, wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(429, {}, {"Retry-After": value})
    with pytest.raises(VendorUnavailable) as caught:
        await on(wire, case, http).send(message(case))
    assert caught.value.retry_after_s == wait_s


@every_sender
@pytest.mark.parametrize("behave", [answer(500, {}), answer(200, "<html>"), hang_up])
async def test_a_failed_look_up_may_be_tried_again(
    case: Case, behave: Handler, wire: Wire, http: ClientSession
) -> None:
    """Or the vendor keeps no list at all, and says so (I5)."""
    wire.behave = behave
    with pytest.raises((VendorUnavailable, VendorRefused)):
        await on(wire, case, http).find_sent(message(case), frozenset())
