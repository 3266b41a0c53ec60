"""What leaves by Meta's Cloud API, and the files that came by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web
from channel_cases import NOW, outbound
from vendor_meta import VENDOR, WAMID, refusal
from wire import Wire, answer

from bot.domain import Author, Media
from bot.domain_sending import Answered, Choice, OutboundMessage, TemplateUse
from bot.errors import VendorRefused, VendorUnavailable
from channels.whatsapp import channel
from channels.whatsapp_cloud import CloudWhatsApp
from channels.whatsapp_cloud_render import to_body

OPAQUE = "US.13491208655302741918"


def opened(http: ClientSession, **more: str) -> CloudWhatsApp:
    found = channel.configure({**VENDOR.settings, **more}, http)
    assert isinstance(found, CloudWhatsApp)
    return found


def draft(text: str = "See you then.", **changes: object) -> OutboundMessage:
    return replace(outbound("whatsapp", text), **changes)  # type: ignore[arg-type]


def test_a_number_and_a_user_id_are_addressed_by_their_own_names() -> None:
    body = to_body(draft())
    assert (body["to"], "recipient" in body) == ("14155550123", False)
    body = to_body(draft(recipient=OPAQUE))
    assert (body["recipient"], "to" in body) == (OPAQUE, False)


def test_our_own_name_for_it_goes_along() -> None:
    """I5: it comes back with every status."""
    message = draft()
    assert to_body(message)["biz_opaque_callback_data"] == str(message.id)


def test_only_a_late_answer_shows_what_it_answers() -> None:
    said = Answered(external_id=WAMID, said_at=NOW)
    assert "context" not in to_body(draft(answered=said, is_reply=True))
    late = replace(said, said_at=NOW - timedelta(hours=1))
    assert to_body(draft(answered=late, is_reply=True))["context"] == {"message_id": WAMID}
    assert "context" not in to_body(draft(answered=late, is_reply=False))
    elsewhere = replace(late, external_id="SM0123")
    assert "context" not in to_body(draft(answered=elsewhere, is_reply=True))


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(id=title, title=title) for title in titles)


def test_few_choices_are_buttons_more_are_a_list_and_none_is_lost_where_they_do_not_fit() -> None:
    two = to_body(draft(choices=choices("Yes", "No")))
    assert two["interactive"]["type"] == "button"  # type: ignore[index]
    four = choices("Dec 5, 6:00 PM", "Dec 6, 6:00 PM", "Dec 7, 6:00 PM", "Dec 8, 6:00 PM")
    listed = to_body(draft(choices=four, choose="See the times"))["interactive"]
    assert listed["type"] == "list"  # type: ignore[index]
    assert len(listed["action"]["sections"][0]["rows"]) == 4  # type: ignore[index]
    for plain in (
        draft(choices=four),
        draft(choices=choices(*map(str, range(11))), choose="See"),
        draft(choices=choices("x" * 25), choose="See"),
        draft(choices=choices("Yes", "Yes")),
        draft("a" * 1025, choices=choices("Yes", "No")),
    ):
        assert to_body(plain)["type"] == "text"


def test_a_template_has_its_values_in_order_and_on_one_line() -> None:
    used = TemplateUse(
        content_id="deposit_reminder:es_US", variables={"2": "a\n\n b\t", "1": "Ana", "10": " "}
    )
    template = to_body(draft(template=used))["template"]
    assert template == {
        "name": "deposit_reminder",
        "language": {"code": "es_US"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "Ana"},
                    {"type": "text", "text": "a b"},
                    {"type": "text", "text": "-"},
                ],
            }
        ],
    }
    with pytest.raises(VendorRefused, match="Meta"):
        to_body(draft(template=replace(used, content_id="HX" + "a" * 32)))


async def test_a_failed_upload_has_sent_nothing(wire: Wire, http: ClientSession) -> None:
    wire.behave = answer(502, "<html>")
    photo = Media("kept:a", "image/png", "menu.png", b"\x89PNG")
    with pytest.raises(VendorUnavailable):
        await opened(http, META_API_URL=wire.url).send(draft(media=(photo,)))


async def test_too_many_messages_to_one_person_wait_a_while(
    wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(400, refusal(131056))
    with pytest.raises(VendorUnavailable) as caught:
        await opened(http, META_API_URL=wire.url).send(draft())
    assert caught.value.retry_after_s == 6.0


async def test_nobody_can_be_asked_what_was_sent(http: ClientSession) -> None:
    """I5: so that the message becomes unknown and is put before a person, never sent blindly."""
    with pytest.raises(VendorRefused):
        await opened(http).find_sent(draft(), frozenset())


async def test_a_colleague_is_quoted_for_what_they_answer() -> None:
    said = Answered(external_id=WAMID, said_at=NOW)
    body = to_body(draft(author=Author.STAFF, answered=said, is_reply=True))
    assert body["context"] == {"message_id": WAMID}


# --- files ----------------------------------------------------------------------------------------


async def test_an_address_that_has_run_out_is_asked_for_again(
    wire: Wire, http: ClientSession
) -> None:
    asked: list[str] = []

    async def behave(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path == "/file":
            return web.Response(status=404 if asked.count("/file") == 1 else 200, body=b"bytes")
        return web.json_response({"url": f"{wire.url}/file", "file_size": "5"})

    wire.behave = behave
    meta = opened(http, META_API_URL=wire.url)
    found = await meta.fetch(Media(f"{wire.url}/v23.0/1003383421387256", "image/jpeg"))
    assert found == b"bytes"
    assert asked == ["/v23.0/1003383421387256", "/file"] * 2


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"url": "https://lookaside.fbsbx.com.example.com/x"}, "foreign_host"),
        ({"url": "https://user@lookaside.fbsbx.com/x"}, "foreign_host"),
        ({"url": "http://lookaside.fbsbx.com/x"}, "foreign_host"),
        ({"url": ""}, "foreign_host"),
        ({"url": "https://lookaside.fbsbx.com/x", "file_size": 99_999_999}, "too_large"),
    ],
)
async def test_our_token_goes_nowhere_else_and_no_file_without_end_is_fetched(
    told: dict[str, object], code: str, wire: Wire, http: ClientSession
) -> None:
    wire.behave = answer(200, told)
    meta = opened(http, META_API_URL=wire.url)
    with pytest.raises(VendorRefused) as caught:
        await meta.fetch(Media(f"{wire.url}/v23.0/1003", "image/jpeg"))
    assert caught.value.code == code
    assert len(wire.asked) == 1


@pytest.mark.parametrize("url", ["https://example.com/v23.0/1", "kept:a", "{}/v23.0/1/../2", "{}"])
async def test_a_file_that_is_not_metas_is_not_asked_for(
    url: str, wire: Wire, http: ClientSession
) -> None:
    meta = opened(http, META_API_URL=wire.url)
    with pytest.raises(VendorRefused):
        await meta.fetch(Media(url.replace("{}", wire.url), "image/jpeg"))
    assert wire.asked == []


async def test_a_redirect_of_the_file_is_not_followed(wire: Wire, http: ClientSession) -> None:
    async def behave(request: web.Request) -> web.StreamResponse:
        if request.path == "/file":
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        return web.json_response({"url": f"{wire.url}/file"})

    wire.behave = behave
    with pytest.raises(VendorRefused):
        await opened(http, META_API_URL=wire.url).fetch(
            Media(f"{wire.url}/v23.0/1003", "image/jpeg")
        )
    assert all("elsewhere" not in path for _, path, _ in wire.asked)


# --- doctor ---------------------------------------------------------------------------------------


async def test_doctor_says_what_is_wrong_with_number_and_token(
    wire: Wire, http: ClientSession
) -> None:
    async def behave(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/debug_token"):
            return web.json_response({"data": {"scopes": ["email"], "expires_at": 1795370400}})
        return web.json_response({"quality_rating": "RED", "name_status": "DECLINED"})

    wire.behave = behave
    warnings = await opened(http, META_API_URL=wire.url).check()
    assert len(warnings) == 4
    wire.behave = answer(401, refusal(190))
    with pytest.raises(VendorRefused, match="META_ACCESS_TOKEN"):
        await opened(http, META_API_URL=wire.url).check()
