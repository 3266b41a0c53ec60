"""What Meta brings beside a talk: news, whole batches, files; over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession
from channel_cases import outbound
from meta_phone import ANA, NOW, meta_of
from world import World, open_world

from bot.domain import Media
from bot.language.embed import Encoder
from channels.base import ListsTemplates, Parsed, Probes
from handlers.sandbox.meta_payloads import change, contact_of, message_of, new_id


@pytest.fixture
async def idle_world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with WhatsApp at Meta, and nobody working yet."""
    async with open_world(
        database_url, redis_url, encoder, vendors=("meta",), with_worker=False
    ) as opened:
        yield opened


async def test_the_address_is_greeted_bounded_and_refused_over_http(idle_world: World) -> None:
    """I11: the door as Meta finds it: its challenge, its largest post, and what is not signed."""
    meta = meta_of(idle_world)
    url = f"{idle_world.url}/webhooks/whatsapp"
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    async with ClientSession() as http:
        good = await http.get(url, params={**asked, "hub.verify_token": meta.verify_token})
        assert (good.status, await good.text()) == (200, "1158201444")
        bad = await http.get(url, params={**asked, "hub.verify_token": "x"})
        assert bad.status == 403
        unsigned = await http.post(url, data=b"{}")
        assert unsigned.status == 401
        large = await http.post(url, data=BytesIO(b" " * (4 * 1024 * 1024 + 1)))
        assert large.status == 413
    words = {"type": "text", "text": {"body": "x" * 2500}}
    items = [message_of(ANA, new_id(), words, at=NOW) for _ in range(1000)]
    assert await meta.post([change(meta.phone_number_id, meta.number, messages=items)]) == 200
    assert await idle_world.value("SELECT count(*) FROM messages") == 1000


async def test_news_of_templates_and_of_the_account_are_kept_and_told_once(
    idle_world: World,
) -> None:
    meta = meta_of(idle_world)
    told = {"message_template_name": "hello", "message_template_language": "es_US"}
    for event in ("APPROVED", "PAUSED", "PAUSED"):
        value = {**told, "event": event, "message_template_category": "MARKETING"}
        assert await meta.tells("message_template_status_update", **value) == 200
    quality = {"event": "FLAGGED", "current_limit": "TIER_10K"}
    for _ in range(2):
        assert await meta.tells("phone_number_quality_update", **quality) == 200
    rows = await idle_world.rows(
        "SELECT carrier, name, language, state, category FROM template_states"
    )
    assert [tuple(r) for r in rows] == [("meta", "hello", "es_US", "paused", "marketing")]
    assert await idle_world.value("SELECT count(*) FROM desk_notices WHERE key LIKE 'meta:%'") == 1


async def test_a_poisoned_item_is_kept_once_and_the_rest_is_taken_in(idle_world: World) -> None:
    """I4: what could not be read waits as a dead letter, whole."""
    meta = meta_of(idle_world)
    good = message_of(ANA, new_id(), {"type": "text", "text": {"body": "hi"}}, at=NOW)
    bad = [{**good, "id": new_id(), "timestamp": "soon"}, {**good, "id": "\x00"}, 7]
    body = change(
        meta.phone_number_id, meta.number, contacts=[contact_of(ANA)], messages=[*bad, good]
    )
    assert await meta.post([body]) == 200
    assert await idle_world.value("SELECT count(*) FROM messages") == 1
    [letter] = await idle_world.rows("SELECT error FROM dead_letters")
    assert letter["error"].count("messages[") == 3
    assert "soon" not in letter["error"]


async def test_templates_are_listed_page_by_page(idle_world: World) -> None:
    meta = meta_of(idle_world)
    one = {"name": "hello", "status": "APPROVED", "category": "UTILITY", "rejected_reason": "NONE"}
    meta.templates = [{**one, "language": tag} for tag in ("en_US", "es_US", "zh_CN")]
    whatsapp = idle_world.deps.channels["whatsapp"]
    assert isinstance(whatsapp, ListsTemplates)
    found = await whatsapp.list_templates()
    assert [(t.name, t.language, t.state, t.category) for t in found] == [
        ("hello", tag, "approved", "utility") for tag in ("en_US", "es_US", "zh_CN")
    ]
    assert isinstance(whatsapp, Probes)
    probe = whatsapp.probe()
    whatsapp.verify(probe)
    assert whatsapp.parse(probe) == Parsed()


async def test_a_message_of_days_ago_opens_no_window(idle_world: World) -> None:
    """What Meta delivers after an outage was written then; free text is closed by now (I6)."""
    meta = meta_of(idle_world)
    old = message_of(
        ANA, new_id(), {"type": "text", "text": {"body": "hi"}}, at=NOW - timedelta(days=2)
    )
    body = change(meta.phone_number_id, meta.number, contacts=[contact_of(ANA)], messages=[old])
    assert await meta.post([body]) == 200
    assert await idle_world.value(
        "SELECT last_inbound_at < now() - interval '1 day' FROM addresses"
    )


async def test_files_go_both_ways(idle_world: World) -> None:
    meta = meta_of(idle_world)
    whatsapp = idle_world.deps.channels["whatsapp"]
    photo = Media("kept:a", "image/png", "menu.png", b"\x89PNG")
    message = replace(outbound("whatsapp", "Our menu"), media=(photo,))
    await whatsapp.send(message)
    [sent] = meta.sent
    media_id = sent.body["image"]["id"]
    assert meta.uploads[media_id].content == b"\x89PNG"
    kept = Media(f"{meta.api_url}/v23.0/{media_id}", "image/png")
    assert await whatsapp.fetch(kept) == b"\x89PNG"  # type: ignore[attr-defined]
    meta.fail_next(404, 0, operation="file")
    assert await whatsapp.fetch(kept) == b"\x89PNG"  # type: ignore[attr-defined]
