"""WhatsApp over Twilio, as far as it differs from what every channel promises."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from aiohttp import ClientSession
from channel_cases import configured, outbound
from recordings import SETTINGS, get_recording
from wire import Wire, answer

from bot.domain import Kind
from bot.errors import BadPayload
from channels.base import WebhookRequest
from channels.whatsapp import channel

TEXT = get_recording("whatsapp", "text").request
OPAQUE = "US.13491208655302741918"


def form(**fields: str) -> WebhookRequest:
    """The plain text with some fields changed or added."""
    given = dict(parse_qsl(TEXT.body.decode(), keep_blank_values=True)) | fields
    return replace(TEXT, body=urlencode(given).encode())


async def test_only_the_other_channels_sender_leaves_this_one_off(http: ClientSession) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != "TWILIO_WHATSAPP_FROM"}
    assert channel.configure(settings, http) is None


@pytest.mark.parametrize("sender", ["+14155238886", "whatsapp:+14155238886"])
async def test_our_sender_may_be_set_with_or_without_its_prefix(
    sender: str, http: ClientSession
) -> None:
    assert configured("whatsapp", http, TWILIO_WHATSAPP_FROM=sender).default_sender == (
        "+14155238886"
    )


async def test_free_text_is_allowed_for_a_day(http: ClientSession) -> None:
    assert configured("whatsapp", http).window_s == 24 * 3600


async def test_someone_without_a_number_is_answered_by_their_opaque_id(
    wire: Wire, http: ClientSession
) -> None:
    whatsapp = configured("whatsapp", http, TWILIO_API_URL=wire.url)
    [message] = whatsapp.parse(get_recording("whatsapp", "username_only_sender").request).messages
    wire.behave = answer(201, {"sid": "SM1"})
    await whatsapp.send(
        replace(outbound("whatsapp"), recipient=message.sender, sender=message.recipient)
    )
    sent = wire.asked[0][2]
    assert (sent["To"], sent["From"]) == (f"whatsapp:{OPAQUE}", "whatsapp:+14155238886")


async def test_a_messaging_service_for_texts_is_not_used_here(
    wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(201, {"sid": "SM1"})
    whatsapp = configured(
        "whatsapp", http, TWILIO_API_URL=wire.url, TWILIO_MESSAGING_SERVICE_SID="MG1"
    )
    await whatsapp.send(outbound("whatsapp"))
    assert "MessagingServiceSid" not in wire.asked[0][2]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ButtonText": "Yes", "Body": "yes"}, "Yes"),
        ({"ButtonPayload": "book", "Body": "Book it"}, "Book it"),
        ({"ListId": "7", "ListTitle": "Saturday", "Body": ""}, "Saturday"),
    ],
)
async def test_a_pressed_button_says_what_stood_on_it(
    fields: dict[str, str], text: str, http: ClientSession
) -> None:
    [message] = configured("whatsapp", http).parse(form(**fields)).messages
    assert (message.kind, message.text) == (Kind.BUTTON, text)


async def test_a_place_without_a_name_is_its_coordinates(http: ClientSession) -> None:
    place = form(Body="", Latitude="38.58", Longitude="-121.50", MessageType="location")
    [message] = configured("whatsapp", http).parse(place).messages
    assert (message.kind, message.text) == (Kind.LOCATION, "(38.58, -121.50)")


async def test_what_no_rule_knows_is_kept_as_unsupported(http: ClientSession) -> None:
    [message] = configured("whatsapp", http).parse(form(Body="", MessageType="poll")).messages
    assert message.kind is Kind.UNSUPPORTED


async def test_opting_out_wins_over_the_button_it_was_pressed_on(http: ClientSession) -> None:
    pressed = form(Body="STOP", ButtonText="Stop", ButtonPayload="stop", OptOutType="STOP")
    [message] = configured("whatsapp", http).parse(pressed).messages
    assert (message.kind, message.text) == (Kind.OPT_OUT, "Stop")


async def test_a_receipt_is_known_by_its_channel_when_its_handles_are_masked(
    http: ClientSession,
) -> None:
    fields = {
        "MessageSid": "SM1",
        "MessageStatus": "read",
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": "+1415555XXXX",
    }
    request = replace(TEXT, path="/webhooks/twilio/status", body=urlencode(fields).encode())
    assert configured("whatsapp", http).accepts(request)
    assert not configured("sms", http).accepts(request)


async def test_markdown_becomes_whatsapps_own(http: ClientSession) -> None:
    parts = configured("whatsapp", http).render("## Quote\n**Total:** $1,100 – “all in”")
    assert parts == ("*Quote*\n*Total:* $1,100 – “all in”",)


async def test_a_text_message_is_not_taken_for_whatsapp(http: ClientSession) -> None:
    with pytest.raises(BadPayload, match="From must begin with whatsapp:"):
        configured("whatsapp", http).parse(get_recording("sms", "text").request)
