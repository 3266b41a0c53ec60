"""I6: what WhatsApp's own carrier tells of wishes and templates, on its way to the send gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from desk_hands import set_clock
from meta_phone import ANA, meta_of
from test_outbound_law import GONE, deliver, owe, row_of, teach
from world import World, open_world

from bot.domain import AddressId, Purpose
from bot.language.embed import Encoder
from bot.profile_templates import Template
from bot.store.connection import borrow
from handlers.sandbox.meta_payloads import change
from jobs.base import perform
from jobs.refresh_templates import due

NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
NEWS = Template.model_validate(
    {
        "carries": ["conversational"],
        "fills": ["text"],
        "languages": {
            "en": {
                "meta_name": "news",
                "meta_language": "en_US",
                "text": "News: {{1}}. Bye.",
            }
        },
    }
)
APPROVED = {"name": "news", "language": "en_US", "status": "APPROVED", "category": "UTILITY"}


@pytest.fixture
async def world(database_url: str, redis_url: str, encoder: Encoder) -> AsyncIterator[World]:
    """The service with WhatsApp at Meta, and nobody working."""
    async with open_world(
        database_url, redis_url, encoder, vendors=("meta",), with_worker=False
    ) as opened:
        set_clock(opened, NOON)
        yield opened


async def test_a_wish_told_to_meta_binds_us_however_often_it_comes(world: World) -> None:
    """By the real webhook: kept once, with its proof, and offers stay away."""
    meta = meta_of(world)
    told = {
        "wa_id": ANA.wa_id,
        "user_id": ANA.user_id,
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": int(NOON.timestamp()),
    }
    wish = change(meta.phone_number_id, meta.number, field="user_preferences",
                  user_preferences=[told])  # fmt: skip
    for _ in range(2):
        assert await meta.post([wish]) == 200
    lines = await world.rows("SELECT act, source, scope, said_at FROM consents")
    assert [tuple(each) for each in lines] == [("opt_out", "vendor", "promotional", NOON)]
    await meta.writes(ANA, "price for 10?")
    await world.rows("UPDATE messages SET status = 'answered'")
    address = AddressId((await world.rows("SELECT id FROM addresses"))[0]["id"])
    offer = await owe(world, address, "10% off", purpose=Purpose.PROMOTIONAL, rest={"unasked": "x"})
    answer = await owe(world, address, "$550.00 for 10 adults")
    await deliver(world)
    kept = [await row_of(world, each) for each in (offer, answer)]
    assert kept[0]["reason"] == "the customer wants no messages that they did not ask for"
    assert kept[1]["status"] in GONE


async def test_only_what_meta_approves_now_carries_through_a_closed_window(world: World) -> None:
    """Asked once an hour, whoever asks; what it lists no more is gone, and what fails is kept."""
    meta = meta_of(world)
    teach(world, templates={"news": NEWS})
    await meta.writes(ANA, "hello")
    await world.rows("UPDATE messages SET status = 'answered'")
    address = AddressId((await world.rows("SELECT id FROM addresses"))[0]["id"])
    meta.templates.append(dict(APPROVED))
    scopes = list(meta.scopes)
    for at, fails, state in ((30, False, "approved"), (32, True, "approved"), (34, False, "gone")):
        set_clock(world, NOON + timedelta(hours=at))
        if at == 34:
            meta.templates.clear()
        meta.scopes = [] if fails else scopes
        assert await _due(world) == [{"channel": "whatsapp"}]
        for _ in range(2):
            await perform(world.deps, "refresh_templates", {"channel": "whatsapp"})
        assert await _due(world) == []
        assert await world.value("SELECT state FROM template_states") == state
        owed = await owe(world, address, "your date is free")
        await deliver(world)
        row = await row_of(world, owed)
        assert ("template" in row["rest"]) is (state == "approved")
    assert row["status"] == "held"
    teach(world, templates={})
    set_clock(world, NOON + timedelta(hours=40))
    assert await _due(world) == []


async def _due(world: World) -> list[dict[str, str]]:
    async with borrow(world.pool) as conn:
        return [dict(each) for each in await due(world.deps, conn)]
