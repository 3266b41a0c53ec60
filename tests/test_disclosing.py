"""The bot says that it is one where a law or the profile asks, once to a customer, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from desk_hands import set_clock
from world import World

from bot.disclosing import find_disclosure
from bot.profile import Profile, load_profile
from bot.store.first_words import FirstWords
from jobs.base import perform

FIRST = FirstWords(handle="+14155550101", zone="", has_spoken=False)
PROFILE = load_profile()


def ruled(disclose: str) -> Profile:
    """The shipped business with that rule."""
    manners = PROFILE.manners.model_copy(update={"disclose": disclose})
    return PROFILE.model_copy(update={"manners": manners})


@pytest.mark.parametrize(
    ("handle", "by_law"),
    [
        ("+14155550101", True),
        ("+12075550101", True),
        ("+12125550101", False),
        ("+12145550101", False),
        ("ann@example.com", True),  # Nobody knows where a mailbox is: ours counts.
        ("US.13491208655302741918", True),
        ("+18005550101", True),
    ],
)
def test_the_customers_place_decides(handle: str, *, by_law: bool) -> None:
    """By law in some states, always or never as the owner says."""
    first = replace(FIRST, handle=handle)
    assert bool(find_disclosure(ruled("law"), first, "en")) is by_law
    assert find_disclosure(ruled("always"), first, "en")
    assert not find_disclosure(ruled("always"), replace(first, has_spoken=True), "en")


def test_it_is_said_in_the_customers_language() -> None:
    """With the business's name and a way to a person."""
    said = {each: find_disclosure(ruled("law"), FIRST, each) for each in ("en", "es", "zh")}
    assert "automated assistant" in said["en"]
    assert "asistente automático" in said["es"]
    assert "自动助手" in said["zh"]
    assert all(PROFILE.business.name in each for each in said.values())


async def test_the_first_words_say_it_and_the_second_do_not(idle_world: World) -> None:
    """Whatever language comes next."""
    world = idle_world
    world.deps = replace(world.deps, bot=replace(world.deps.bot, profile=ruled("law")))
    ann = world.customer()
    await ann.texts("price for 10 adults?")
    for words in ("¿y para 12 adultos?", "STOP", ""):
        await _turns(world)
        if words:
            await ann.texts(words)
    texts = await _said(world)
    assert "automated assistant" in texts[0]
    assert "$550" in texts[0]
    assert len(texts) == 2  # The carrier confirms the STOP.
    assert not any("asistente" in each or "assistant" in each for each in texts[1:])


async def test_who_comes_back_soon_is_not_told_again(idle_world: World) -> None:
    """Not in another conversation, nor on another channel; after a long silence they are."""
    world = idle_world
    world.deps = replace(world.deps, bot=replace(world.deps.bot, profile=ruled("law")))
    began = world.ground.clock.now()
    for days, channel, tells in ((0, "sms", True), (9, "whatsapp", False), (45, "sms", True)):
        set_clock(world, began + timedelta(days=days))
        await world.customer(channel=channel).texts("price for 10 adults?")
        # By number they are one person, as identity says of proved ones.
        await world.rows(
            "UPDATE addresses SET customer_id = (SELECT min(id::text)::uuid FROM customers)"
        )
        await _turns(world)
        assert ("automated assistant" in (await _said(world))[-1]) is tells
        await world.rows("UPDATE conversations SET mode = 'closed'")


async def _turns(world: World) -> None:
    for row in await world.rows("SELECT id FROM conversations WHERE mode <> 'closed'"):
        await perform(world.deps, "take_turn", {"conversation_id": str(row["id"])})


async def _said(world: World) -> list[str]:
    said = await world.rows("SELECT text FROM messages WHERE direction = 'outbound' ORDER BY seq")
    return [row["text"] for row in said]
