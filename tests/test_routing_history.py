"""Routing in a conversation: answers stay with whoever asked, two wishes go to who can do both."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import ConfigError
from bot.language.embed import Embedder, Encoder
from bot.language.emotion import EmotionScorer
from bot.language.intent_context import ANSWERS, Heard, answering
from bot.language.intents import Intent, IntentReader, IntentReading, route_of
from bot.language.parts import split_wishes
from bot.language.reader import Reader
from bot.language.wording import say
from bot.router import Choice, agents, choose
from handlers.evaluations.base import Predict
from handlers.evaluations.routing import evaluation


@pytest.fixture(scope="module")
def heads() -> tuple[IntentReader, EmotionScorer]:
    return IntentReader.load(), EmotionScorer.load()


@pytest.fixture
async def reader(
    encoder: Encoder, heads: tuple[IntentReader, EmotionScorer]
) -> AsyncIterator[Reader]:
    embedder = Embedder(encoder)
    yield Reader(embedder, *heads)
    await embedder.close()


def reading(intent: Intent, confidence: float = 0.9, **others: float) -> IntentReading:
    ranked = ((intent, confidence), *((Intent(name), share) for name, share in others.items()))
    return IntentReading(intent, confidence, route_of(intent), ranked, False)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("date", "the 14th"),
        ("date", "saturday after next"),
        ("date", "el sábado que viene"),
        ("date", "14号"),
        ("time", "6:30"),
        ("headcount", "20"),
        ("headcount", "veinte adultos"),
        ("headcount", "二十个人"),
        ("zip", "94539"),
        ("yes", "yes"),
        ("yes", "sí, claro"),
        ("hold", "可以"),
        ("address", "41 Alder ct"),
    ],
)
async def test_what_we_asked_for_stays_with_whoever_asked(
    asked: str, text: str, reader: Reader
) -> None:
    read = (await reader.read(text)).intent
    heard = Heard(text=text, asked=asked)
    for present in ("lead_nurturing", "operations"):
        chosen = choose(read, present, heard=heard)
        assert (chosen.name, chosen.why) == (present, "answers our question")
        assert not chosen.out_of_scope
        assert chosen.confidence >= ANSWERS


@pytest.mark.parametrize(
    ("asked", "text", "agent"),
    [
        ("date", "do you have vegan options?", "knowledge"),
        ("headcount", "your chef ruined my party and I want my money back", "customer_care"),
        ("date", "¿aceptan tarjeta?", "knowledge"),
        ("yes", "你们有保险吗", "knowledge"),
    ],
)
async def test_another_matter_leaves_whoever_asked(
    asked: str, text: str, agent: str, reader: Reader
) -> None:
    read = (await reader.read(text)).intent
    assert choose(read, "lead_nurturing", heard=Heard(text=text, asked=asked)).name == agent


def test_a_yes_that_says_more_is_no_bare_answer() -> None:
    assert answering(Heard(text="yes", asked="yes")) == ANSWERS
    assert answering(Heard(text="yes and I want a full refund", asked="yes")) < 0.5
    assert answering(Heard(text="20")) == 0.0


def test_a_few_words_go_on_with_the_last_matter() -> None:
    """ "and for 30?" after a price wants a price; after nothing it is anybody's guess."""
    line = reading(Intent.BOOK, 0.52, party_price=0.38)
    alone = choose(line, "knowledge", heard=Heard(text="and for 30"))
    after = choose(line, "knowledge", heard=Heard(text="x", last_intent=Intent.PARTY_PRICE))
    assert alone.confidence == 0.52
    assert alone.name == "operations"
    assert after.name == "lead_nurturing"


def test_a_zip_in_a_conversation_is_not_out_of_scope() -> None:
    strange = reading(Intent.OUT_OF_SCOPE, 0.98)
    assert choose(strange, None).out_of_scope
    chosen = choose(strange, "lead_nurturing", heard=Heard(text="94539", asked="zip"))
    assert (chosen.name, chosen.intent, chosen.out_of_scope) == (
        "lead_nurturing",
        "unclear",
        False,
    )


# ── Several wishes ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("how much for 20 adults and 5 kids", 1),
        ("the 14th at 5 p.m. please", 1),
        ("do you come to Fremont and how much for 20?", 2),
        ("hola, ¿cuánto cuesta para 20 y tienen libre el sábado?", 2),
        ("20个人多少钱，可以周六吗", 2),
        ("Do you take cards? Is the chef insured? What is on the menu? Do you do weddings?", 3),
        ("", 0),
    ],
)
def test_a_text_is_cut_where_the_next_wish_begins(text: str, count: int) -> None:
    assert len(split_wishes(text)) == count


async def mixed(reader: Reader, text: str, present: str | None = None) -> Choice:
    read = await reader.read(text)
    return choose(read.intent, present, heard=Heard(text=text), parts=read.parts)


@pytest.mark.parametrize(
    ("text", "tools", "wishes"),
    [
        (
            "How much is it for 20 people? Are you free on Saturday the 14th?",
            {"price_party", "check_availability"},
            {"party_price", "availability"},
        ),
        (
            "Is there a vegan option? And how much would it be for 15 adults?",
            {"price_party", "search_knowledge"},
            {"diet", "party_price"},
        ),
        (
            "¿Aceptan tarjeta? ¿Tienen libre el sábado 12?",
            {"check_availability", "search_knowledge"},
            {"payment_methods", "availability"},
        ),
        (
            "二十个人多少钱？你们下周六有空吗？",
            {"price_party", "check_availability"},
            {"party_price", "availability"},
        ),
    ],
)
async def test_several_wishes_go_to_an_agent_who_can_do_them_all(
    text: str, tools: set[str], wishes: set[str], reader: Reader
) -> None:
    chosen = await mixed(reader, text)
    assert tools <= set(agents()[chosen.name].tools)
    assert {chosen.intent, *chosen.also} == wishes


async def test_one_wish_has_no_further_ones(reader: Reader) -> None:
    assert (await mixed(reader, "Hi! How much for 20 adults?")).also == ()
    read = await reader.read("how much for 20 adults")
    assert read.parts == ()


# ── As an evaluation ────────────────────────────────────────────────────────────────────────


async def test_an_evaluation_counts_what_was_said_before() -> None:
    async with evaluation.open({}) as predict:
        await _counts_history(predict)
        for history in ("hi", [3], [{"role": "user"}], {"text": "x"}):
            with pytest.raises(ConfigError, match="history"):
                await predict({"text": "hi", "history": history})


async def _counts_history(predict: Predict) -> None:
    asking = say("ask_date", "en", seed="x")
    history = [
        {"role": "user", "text": "How much is it for 20 adults?"},
        {"role": "assistant", "text": asking},
    ]
    said = await predict({"text": "the 14th", "history": history})
    assert (said["agent"], said["out_of_scope"]) == ("lead_nurturing", False)
    plain = await predict({"text": "the 14th", "history": [row["text"] for row in history]})
    assert plain == said
    assert (await predict({"text": "can you fix my sink?"}))["out_of_scope"] is True
