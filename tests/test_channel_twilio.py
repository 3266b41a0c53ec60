"""What Twilio's two channels promise beside what every channel does: its answers and its lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, cast

import pytest
from aiohttp import ClientSession, ClientTimeout
from channel_cases import NOW, PRIVATE_WORDS, outbound
from contract import Case
from recordings import ACCOUNT_SID
from vendor import vendors
from vendor_twilio import SID
from wire import Handler, Wire, answer, hang_up

from bot.domain import Kind
from bot.errors import VendorSilent, VendorUnavailable
from channels.base import AddressRefused, ConfiguredChannel
from channels.twilio_codes import CODES, Outcome

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
CHANNELS = vendors()["twilio"].channels
every_channel = pytest.mark.parametrize("name", CHANNELS)


def configured(name: str, http: ClientSession, **more: str) -> ConfiguredChannel:
    return Case(name, vendors()["twilio"]).open(http, **more)


def on(wire: Wire, name: str, http: ClientSession, **more: str) -> ConfiguredChannel:
    return configured(name, http, TWILIO_API_URL=wire.url, **more)


def row(**changes: object) -> dict[str, object]:
    """A message as the vendor lists it."""
    return {
        "sid": SID,
        "to": "+14155550123",
        "from": "+15005550006",
        "body": PRIVATE_WORDS,
        "direction": "outbound-api",
        "date_created": format_datetime(NOW),
        "num_media": "0",
        "num_segments": "1",
        **changes,
    }


def handles(name: str) -> tuple[str, str]:
    """Customer and us, in the vendor's words."""
    if name == "whatsapp":
        return "whatsapp:+14155550123", "whatsapp:+14155238886"
    return "+14155550123", "+15005550006"


@every_channel
async def test_an_accepted_message_is_counted_in_its_parts(
    name: str, wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(201, {"sid": SID, "status": "queued", "num_segments": "2"})
    result = await on(wire, name, http).send(outbound(name))
    assert (result.external_id, result.segments) == (SID, 2)
    [(method, path, form)] = wire.asked
    to, sender = handles(name)
    assert (method, path) == ("POST", MESSAGES)
    assert form == {
        "To": to,
        "From": sender,
        "Body": PRIVATE_WORDS,
        "StatusCallback": "https://concierge.example.com/webhooks/twilio/status",
    }
    assert wire.authorised[0].startswith("Basic ")


@every_channel
async def test_a_reply_leaves_from_the_number_the_customer_wrote_to(
    name: str, wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(201, {"sid": SID})
    await on(wire, name, http).send(replace(outbound(name), sender="+15005550007"))
    assert wire.asked[0][2]["From"].endswith("+15005550007")


@every_channel
async def test_an_opt_out_is_told_from_a_dead_number(
    name: str, wire: Wire, http: ClientSession
) -> None:
    for code, opted_out in ((21610, True), (21614, False)):
        wire.behave = answer(400, {"code": code})
        with pytest.raises(AddressRefused) as caught:
            await on(wire, name, http).send(outbound(name))
        assert caught.value.opted_out is opted_out


@every_channel
async def test_a_vendor_that_takes_the_message_and_says_nothing_leaves_it_open(
    name: str, wire: Wire, http: ClientSession
) -> None:
    wire.behave = wire.say_nothing
    channel = cast("Any", on(wire, name, http))
    hasty = replace(channel, api=replace(channel.api, timeout=ClientTimeout(total=0.2)))
    with pytest.raises(VendorSilent) as caught:
        await hasty.send(outbound(name))
    assert caught.value.code == "timeout"
    assert len(wire.asked) == 1


@every_channel
async def test_a_lost_answer_is_found_in_the_vendors_list(
    name: str, wire: Wire, http: ClientSession
) -> None:
    to, sender = handles(name)
    mine = row(to=to, **{"from": sender})
    wire.behave = answer(200, {"messages": [mine], "next_page_uri": None})
    channel = on(wire, name, http)
    assert await channel.find_sent(outbound(name), frozenset()) == SID
    assert await channel.find_sent(outbound(name), frozenset({SID})) is None
    assert await channel.find_sent(outbound(name, "other words"), frozenset()) is None


@every_channel
@pytest.mark.parametrize(
    "change",
    [
        {"to": "+14155550199"},
        {"direction": "inbound"},
        {"date_created": format_datetime(NOW - timedelta(minutes=30))},
        {"body": PRIVATE_WORDS + "!"},
    ],
    ids=["to another", "from the customer", "before the claim", "other words"],
)
async def test_another_message_is_not_taken_for_ours(
    name: str, change: dict[str, object], wire: Wire, http: ClientSession
) -> None:
    to, sender = handles(name)
    wire.behave = answer(200, {"messages": [row(to=to, **{"from": sender}) | change]})
    assert await on(wire, name, http).find_sent(outbound(name), frozenset()) is None


@every_channel
@pytest.mark.parametrize("behave", [answer(500, {}), answer(200, "<html>"), hang_up])
async def test_a_failed_look_up_may_be_tried_again(
    name: str, behave: Handler, wire: Wire, http: ClientSession
) -> None:
    wire.behave = behave
    with pytest.raises(VendorUnavailable):
        await on(wire, name, http).find_sent(outbound(name), frozenset())


@every_channel
async def test_the_gap_fill_reads_what_a_webhook_would_have_brought(
    name: str, wire: Wire, http: ClientSession
) -> None:
    to, sender = handles(name)[::-1]
    other = "+14155550123" if name == "whatsapp" else "whatsapp:+14155550123"
    newest = row(sid="SM1", to=to, direction="inbound", **{"from": sender})
    pages = {
        "first": [newest, row(sid="SM2"), row(sid="SM3", direction="inbound", **{"from": other})],
        "second": [newest | {"sid": "SM4", "num_media": "1", "body": ""}, newest | {"from": "?"}],
        "third": [newest | {"sid": "SM5", "date_created": format_datetime(NOW - timedelta(1))}],
    }

    async def list_pages(request: Any) -> Any:
        if "/Media" in request.path:
            media = [{"sid": "ME1", "content_type": "image/png"}]
            return await answer(200, {"media_list": media})(request)
        page = request.query.get("Page", "first")
        following = {"first": "second", "second": "third"}.get(page)
        uri = f"{MESSAGES}?Page={following}" if following else None
        return await answer(200, {"messages": pages[page], "next_page_uri": uri})(request)

    wire.behave = list_pages
    found = await on(wire, name, http).list_received(NOW - timedelta(hours=1, microseconds=1))
    assert [message.external_id for message in found] == ["SM4", "SM1"]
    assert {message.sender for message in found} == {"+14155550123"}
    assert found[0].kind is Kind.MEDIA
    media_path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/SM4/Media"
    assert found[0].media[0].url == f"{wire.url}{media_path}/ME1"
    assert found[1].text == PRIVATE_WORDS
    assert found[1].sent_at == NOW
    # One look-up of attachments, for the only message that has any.
    assert sum("Media" in path for _, path, _ in wire.asked) == 1


@every_channel
async def test_an_endless_list_is_read_to_a_bound(
    name: str, wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(200, {"messages": [], "next_page_uri": f"{MESSAGES}?Page=again"})
    with pytest.raises(VendorUnavailable):
        await on(wire, name, http).list_received(NOW)
    assert len(wire.asked) == 100


@every_channel
async def test_a_list_that_points_elsewhere_is_not_followed(
    name: str, wire: Wire, http: ClientSession
) -> None:
    for elsewhere in ("https://evil.example/2010-04-01/", "//evil.example/", "@evil.example/"):
        wire.behave = answer(200, {"messages": [], "next_page_uri": elsewhere})
        assert await on(wire, name, http).list_received(NOW) == ()
    assert len(wire.asked) == 3


def test_every_code_has_words_for_staff_and_every_outcome_a_code() -> None:
    assert {verdict.outcome for verdict in CODES.values()} == set(Outcome)
    assert all(verdict.words.endswith(".") for verdict in CODES.values())
    assert all(code.isdigit() and len(code) == 5 for code in CODES)
