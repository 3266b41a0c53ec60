"""Text messages over Twilio, as far as they differ from what every channel promises."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest
from aiohttp import ClientSession
from channel_cases import configured, outbound
from recordings import SETTINGS, get_recording
from wire import Wire, answer

from bot.domain import Kind, Status
from bot.errors import ConfigError
from channels.base import WebhookRequest
from channels.sms import channel
from channels.text import encoding
from channels.twilio_codes import STATUSES

TEXT = get_recording("sms", "text").request


def form(**fields: str) -> WebhookRequest:
    """The plain text with some fields changed or added."""
    given = dict(parse_qsl(TEXT.body.decode(), keep_blank_values=True)) | fields
    return replace(TEXT, body=urlencode(given).encode())


def receipt(status: str, code: str = "") -> WebhookRequest:
    fields = {"MessageSid": "SM1", "MessageStatus": status, "To": "+14155550123"}
    fields |= {"ErrorCode": code} if code else {}
    return replace(TEXT, path="/webhooks/twilio/status", body=urlencode(fields).encode())


async def test_only_the_other_channels_sender_leaves_this_one_off(http: ClientSession) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != "TWILIO_SMS_FROM"}
    assert channel.configure(settings, http) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TWILIO_SMS_FROM": "", "TWILIO_WHATSAPP_FROM": ""}, "TWILIO_SMS_FROM"),
        ({"TWILIO_SMS_FROM": "☎"}, "TWILIO_SMS_FROM"),
        ({"TWILIO_SMS_PER_SECOND": "fast"}, "TWILIO_SMS_PER_SECOND"),
        ({"TWILIO_SMS_PER_SECOND": "0"}, "TWILIO_SMS_PER_SECOND"),
        ({"TWILIO_API_URL": "api.twilio.com"}, "TWILIO_API_URL"),
        ({"TWILIO_API_URL": "https://api.twilio.com@evil.example"}, "TWILIO_API_URL"),
        ({"TWILIO_WEBHOOK_KEY": "secret"}, "TWILIO_WEBHOOK_KEY_ID"),
    ],
)
async def test_a_wrong_setting_is_named_and_no_secret_is_shown(
    changes: dict[str, str], named: str, http: ClientSession
) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        channel.configure({**SETTINGS, **changes}, http)
    assert SETTINGS["TWILIO_AUTH_TOKEN"] not in str(caught.value)


async def test_secrets_do_not_show_when_a_channel_is_printed(http: ClientSession) -> None:
    assert SETTINGS["TWILIO_AUTH_TOKEN"] not in repr(configured("sms", http))


async def test_a_messaging_service_may_choose_the_sender(wire: Wire, http: ClientSession) -> None:
    wire.behave = answer(201, {"sid": "SM1"})
    service = {"TWILIO_API_URL": wire.url, "TWILIO_MESSAGING_SERVICE_SID": "MG1"}
    wished = configured("sms", http, **service)
    await wished.send(outbound("sms"))
    free = configured("sms", http, **service, TWILIO_SMS_FROM="")
    await free.send(outbound("sms"))
    forms = [asked for _, _, asked in wire.asked]
    assert [asked["MessagingServiceSid"] for asked in forms] == ["MG1", "MG1"]
    assert [asked.get("From") for asked in forms] == ["+15005550006", None]


@pytest.mark.parametrize(("vendors", "ours"), STATUSES.items())
async def test_each_status_of_the_vendor_is_one_of_ours(
    vendors: str, ours: Status, http: ClientSession
) -> None:
    [found] = configured("sms", http).parse(receipt(vendors)).receipts
    assert (found.external_id, found.status, found.reason) == ("SM1", ours, "")


async def test_a_failure_is_told_in_words_for_staff(http: ClientSession) -> None:
    [found] = configured("sms", http).parse(receipt("undelivered", "30007")).receipts
    assert found.reason == "The carrier took the text for spam; write it differently."
    [found] = configured("sms", http).parse(receipt("failed", "39999")).receipts
    assert "39999" in found.reason


async def test_a_receipt_sent_to_the_address_for_messages_is_still_a_receipt(
    http: ClientSession,
) -> None:
    parsed = configured("sms", http).parse(replace(receipt("delivered"), path="/webhooks/twilio"))
    assert not parsed.messages
    assert parsed.receipts[0].status is Status.DELIVERED


async def test_attachments_elsewhere_are_left_out_so_no_host_gets_our_credentials(
    http: ClientSession,
) -> None:
    good = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    addresses = [
        good,
        "http://api.twilio.com/2010-04-01/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com@evil.example/x",
        "https://user@api.twilio.com/x",
        "https://api.twilio.com:8443/x",
        "https://[",
        "file:///etc/passwd",
    ]
    media = {f"MediaUrl{index}": url for index, url in enumerate(addresses)}
    [message] = configured("sms", http).parse(form(NumMedia=str(len(addresses)), **media)).messages
    assert message.kind is Kind.MEDIA
    assert [item.url for item in message.media] == [good]
    assert message.media[0].content_type == "application/octet-stream"


async def test_attachments_at_the_configured_address_are_kept(http: ClientSession) -> None:
    sms = configured("sms", http, TWILIO_API_URL="http://127.0.0.1:9999/")
    request = form(NumMedia="1", MediaUrl0="http://127.0.0.1:9999/2010-04-01/x")
    assert len(sms.parse(request).messages[0].media) == 1


@pytest.mark.parametrize("text", ["x" * 65_536, "👩🏾‍🍳" * 8_000, "a\x00b", ""])
async def test_any_text_becomes_a_message(text: str, http: ClientSession) -> None:
    [message] = configured("sms", http).parse(form(Body=text)).messages
    assert message.text == text.replace("\x00", "")
    assert message.kind is Kind.TEXT


async def test_an_answer_costs_no_more_than_it_must(http: ClientSession) -> None:
    [part] = configured("sms", http).render("**Total:** $1,100.00 – that’s for “20 guests”…")
    assert part == 'Total: $1,100.00 - that\'s for "20 guests"...'
    assert encoding(part) == "GSM-7"


async def test_json_events_are_none_of_ours(http: ClientSession) -> None:
    sms = configured("sms", http)
    request = replace(TEXT, headers={"content-type": "application/json"}, body=b"[{}]")
    assert sms.accepts(request)
    assert sms.parse(request).messages == ()
