"""WhatsApp by Meta's Cloud API, as far as it differs from what every channel promises."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from channel_cases import outbound
from recordings import SETTINGS, get_recording
from vendor_meta import SECRET, VENDOR, WAMID, request_of, sign
from vendor_twilio import VENDOR as TWILIO
from wire import Wire, answer

from bot.domain import Scope, Status
from bot.domain_sending import OutboundMessage
from bot.domain_vendors import AccountNews, Renamed, TemplateNews
from bot.errors import BadPayload, BadSignature, ConfigError
from channels.base import WebhookRequest
from channels.whatsapp import channel
from channels.whatsapp_cloud import CloudWhatsApp
from channels.whatsapp_cloud_codes import CODES, Outcome, judge
from channels.whatsapp_moving import MovingWhatsApp

OPAQUE = "US.13491208655302741918"
GREETING = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="


def opened(http: ClientSession, **more: str) -> CloudWhatsApp:
    found = channel.configure({**VENDOR.settings, **more}, http)
    assert isinstance(found, CloudWhatsApp)
    return found


def draft(text: str = "See you then.", **changes: object) -> OutboundMessage:
    return replace(outbound("whatsapp", text), **changes)  # type: ignore[arg-type]


# --- settings, greeting, signature ----------------------------------------------------------------


async def test_a_business_that_moves_is_reached_by_both_and_writes_by_meta(
    http: ClientSession, wire: Wire
) -> None:
    """I1, I11: each is proved as its own vendor proves itself; only Meta sends."""
    told = get_recording("whatsapp", "text")
    both = channel.configure({**SETTINGS, **VENDOR.settings, "META_API_URL": wire.url}, http)
    assert isinstance(both, MovingWhatsApp)
    assert {route.vendor for route in both.routes} == {"meta", "twilio"}
    old = TWILIO.sign(told.request)
    both.verify(old)
    assert both.accepts(old)
    assert [each.external_id for each in both.parse(old).messages] == [
        each["external_id"] for each in told.messages
    ]
    assert both.reply(old).content_type == "text/xml"
    said = {"id": WAMID, "from": "14155550123", "type": "text", "text": {"body": "hi"}}
    new = sign(request_of({"messages": [said]}))
    both.verify(new)
    assert [each.external_id for each in both.parse(new).messages] == [WAMID]
    for forged in (replace(old, path=new.path), replace(new, path=old.path)):
        with pytest.raises(BadSignature):
            both.verify(forged)
    wire.behave = VENDOR.behave
    sent = await both.send(draft(sender="+14155238886"))
    assert (sent.external_id, len(wire.asked)) == (WAMID, 1)


@pytest.mark.parametrize("number", ["+15550783881", "", "abc"])
async def test_the_telephone_number_is_not_taken_for_its_id(
    number: str, http: ClientSession
) -> None:
    with pytest.raises(ConfigError, match="META_PHONE_NUMBER_ID"):
        opened(http, META_PHONE_NUMBER_ID=number)


async def test_the_challenge_is_given_back_bare(http: ClientSession) -> None:
    request = WebhookRequest(
        path="/webhooks/whatsapp",
        query=GREETING + "a+word+that+we+agreed+on",
        headers={},
        body=b"",
    )
    reply = opened(http).greet(request)
    assert (reply.body, reply.content_type) == ("1158201444", "text/plain")


@pytest.mark.parametrize(
    "query", ["", GREETING, GREETING + "wrong", "hub.verify_token=a+word+that+we+agreed+on"]
)
async def test_who_greets_without_our_word_is_forbidden(query: str, http: ClientSession) -> None:
    request = WebhookRequest(path="/webhooks/whatsapp", query=query, headers={}, body=b"")
    with pytest.raises(BadSignature) as caught:
        opened(http).greet(request)
    assert caught.value.http_status == 403


async def test_the_signature_covers_the_raw_bytes(http: ClientSession) -> None:
    """The vendor's worked example: the same JSON written anew has another digest (I11)."""
    body = (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",'
        b'"value":{"messaging_product":"whatsapp","statuses":[],"note":"caf\\u00e9 \xe2\x9c\x93"}}]'
        b"}]}"
    )
    digest = "410f9eb172a2acb205be34e88c56a66842401bfd092dd779a0fcf5587970a449"
    request = WebhookRequest(
        path="/webhooks/whatsapp",
        query="",
        headers={"x-hub-signature-256": f"sha256={digest}"},
        body=body,
    )
    meta = opened(http)
    meta.verify(request)
    with pytest.raises(BadSignature):
        meta.verify(replace(request, body=json.dumps(json.loads(body)).encode()))


# --- reading --------------------------------------------------------------------------------------


async def test_one_poisoned_item_stops_none_of_the_others(http: ClientSession) -> None:
    parsed = opened(http).parse(
        get_recording("whatsapp", "cloud_batch_with_a_poisoned_item").request
    )
    assert [m.text for m in parsed.messages] == ["first", "third"]
    assert [r.status for r in parsed.receipts] == [Status.DELIVERED, Status.READ]
    assert len(parsed.unread) == 2
    assert "entry[0].changes[0].value.messages[1]" in parsed.unread[0]
    assert "entry[0].changes[1].value.statuses[1]" in parsed.unread[1]
    assert "broken" not in "".join(parsed.unread)


async def test_a_body_that_nests_without_end_is_refused(http: ClientSession) -> None:
    deep = b'{"object":"whatsapp_business_account","entry":' + b"[" * 50_000
    request = WebhookRequest(path="/webhooks/whatsapp", query="", headers={}, body=deep)
    with pytest.raises(BadPayload, match="JSON"):
        opened(http).parse(request)


async def test_what_is_said_in_a_group_is_not_said_to_us(http: ClientSession) -> None:
    parsed = opened(http).parse(get_recording("whatsapp", "cloud_group_message").request)
    assert parsed.messages == parsed.unread == ()


async def test_somebody_elses_number_of_the_same_app_is_not_ours(http: ClientSession) -> None:
    parsed = opened(http, META_PHONE_NUMBER_ID="111111111").parse(
        get_recording("whatsapp", "cloud_text").request
    )
    assert parsed == type(parsed)()


@pytest.mark.parametrize(
    ("event", "news"),
    [
        (
            "cloud_changed_number",
            Renamed(channel="whatsapp", old="+16505551234", new="+12195555358"),
        ),
        (
            "cloud_template_paused",
            TemplateNews(
                carrier="meta",
                name="deposit_reminder",
                language="en_US",
                state="paused",
                category="utility",
            ),
        ),
    ],
)
async def test_news_of_people_and_templates(
    event: str, news: Renamed | TemplateNews, http: ClientSession
) -> None:
    parsed = opened(http).parse(get_recording("whatsapp", event).request)
    [found] = parsed.news
    assert (replace(found, at=None) if isinstance(found, TemplateNews) else found) == news
    assert parsed.messages == ()


async def test_a_fallen_quality_is_told_to_staff_with_no_number_in_it(http: ClientSession) -> None:
    [found] = opened(http).parse(get_recording("whatsapp", "cloud_quality_flagged").request).news
    assert isinstance(found, AccountNews)
    assert "TIER_10K" in found.words
    assert "15550783881" not in found.words


async def test_who_stops_our_promotion_has_not_left(http: ClientSession) -> None:
    """I6: told by the field of its own, and by the code of a failed send."""
    meta = opened(http)
    told = meta.parse(get_recording("whatsapp", "cloud_preference_stop").request)
    failed = meta.parse(
        request_of(
            {
                "statuses": [
                    {
                        "id": WAMID,
                        "status": "failed",
                        "recipient_user_id": OPAQUE,
                        "errors": [{"code": 131050}],
                    }
                ]
            }
        )
    )
    assert [(p.handle, p.wants, p.scope) for p in (*told.preferences, *failed.preferences)] == [
        ("+16505551234", False, Scope.PROMOTIONAL),
        (OPAQUE, False, Scope.PROMOTIONAL),
    ]
    assert not failed.receipts[0].opted_out


def test_every_code_has_words_that_staff_understand() -> None:
    for code, verdict in CODES.items():
        assert verdict.words.endswith("."), code
        assert judge(code) is verdict
    assert judge("204").outcome is Outcome.OPERATOR
    assert "999999" in judge("999999").words


def test_the_suite_signs_as_the_vendors_documents_say() -> None:
    request = sign(request_of({}))
    made = hmac.new(SECRET.encode(), request.body, hashlib.sha256).digest()
    given = request.headers["x-hub-signature-256"].removeprefix("sha256=")
    assert base64.b16decode(given.upper()) == made


async def test_a_long_list_of_templates_is_read_to_its_end(http: ClientSession, wire: Wire) -> None:
    """What comes in several pieces is one answer, and not an account without templates."""
    given = {"language": "en_US", "status": "APPROVED", "category": "UTILITY"}
    rows = [{"name": f"news_{at}", **given, "rejected_reason": "none" * 500} for at in range(200)]
    wire.behave = answer(200, {"data": rows})
    ours = opened(http, META_API_URL=wire.url, META_WABA_ID="102290129340398")
    assert len(await ours.list_templates()) == 200
