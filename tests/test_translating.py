"""Staff read what was said beside its translation, which is never more than words to read."""

from __future__ import annotations

import json

import pytest
from model_requests import request
from modelled import Stores, modelled, told
from scripted_model import hang, say
from world import World

from bot import translating
from bot.language.embed import Encoder
from bot.language.language_id import detect
from bot.language.wording import phrases
from bot.translating import translate
from channels.desk_blocks import MAX_WORDS
from jobs.card_lines import beside

SPANISH = "quiero hablar con una persona por favor"
ENGLISH = "I want to talk to a person please"


def listed(*texts: str) -> str:
    return json.dumps(texts, ensure_ascii=False)


async def test_a_translation_is_read_or_there_is_none(
    database_url: str, redis_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a model answers, staff get the translation, or only what was said."""
    situation = request().situation
    stores = Stores(database_url, redis_url, encoder)
    async with modelled(stores, with_worker=False) as (world, scripted):
        deps = world.deps.bot
        scripted.add(say(listed("hello", "twenty")))
        found, replies = await translate(deps, situation, ["hola", "veinte"], to="en")
        assert found == ("hello", "twenty")
        assert [reply.purpose for reply in replies] == ["translation"]
        system, user = told(scripted, 0)
        assert "hola" not in str(system["content"])
        assert json.loads(str(user["content"])) == ["hola", "veinte"]

        unusable = ("Hello!", listed("a"), listed("a", "b", "c"), "{}", listed("hola", "x" * 500))
        for answer in unusable:
            scripted.add(say(answer))
            found, replies = await translate(deps, situation, ["hola", "veinte"], to="en")
            assert found == (None, None)
            assert replies, "what was asked is paid for, also where it is of no use"

        monkeypatch.setattr(translating, "TIMEOUT_S", 0.05)
        scripted.add(hang())
        assert await translate(deps, situation, ["hola"], to="en") == ((None,), ())
        assert await translate(deps, situation, [], to="en") == ((), ())


async def test_the_card_shows_what_was_said_and_what_it_means(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """Staff without Spanish can take over at once; what it cost is kept."""
    stores = Stores(database_url, redis_url, encoder)
    steps = (say(listed("A person follows.", ENGLISH)),)
    async with modelled(stores, *steps) as (world, _scripted):
        await world.customer().texts(SPANISH)
        card = json.dumps((await world.desk_shows()).blocks, ensure_ascii=False)
        assert f"{SPANISH} — {ENGLISH}" in card
        assert "— A person follows." in card
        await world.until("SELECT suggestion IS NOT NULL FROM escalations")
        await _is_recorded(world)


async def _is_recorded(world: World) -> None:
    rows = await world.rows(
        "SELECT purpose, turn_id, conversation_id FROM llm_calls WHERE purpose = 'translation'"
    )
    assert [(row["turn_id"], row["conversation_id"] is not None) for row in rows] == [(None, True)]


def test_a_card_has_room_for_both() -> None:
    assert beside("hola", None) == "hola"
    assert beside("hola", "hello") == "hola — hello"
    both = beside("h" * 900, "e" * 900)
    assert len(both) <= MAX_WORDS
    assert "…" in both
    assert both.endswith("e…")


def test_the_apology_is_in_the_language_it_is_for() -> None:
    """Offline, whoever writes another language is told so in it, and a person follows."""
    apologies = phrases()["others"]
    assert len(apologies) >= 25
    assert {code: detect(words[0]) for code, words in apologies.items()} == {
        code: code for code in apologies
    }
