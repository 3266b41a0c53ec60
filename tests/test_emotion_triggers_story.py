"""What a customer reads and what staff see when a feeling rings, with a scorer that is told.

The turn and the emotion job may come first, as they do in life; each story ends the same way.
"""

from __future__ import annotations

from typing import Any

import pytest
from feeling_reader import Told, coldly, feels, reader_of
from world import World

from bot.language.wording import variants_of

NO_SHOW = "Your chef never showed up and thirty guests went home."
ICY = "How thoughtful of you to leave a family of twelve standing in the rain."
PANIC = "My son is allergic to peanuts, did that sauce have any, I am so scared"
RAW = "The chicken was bloody, the smell alone"
ALARMS = """SELECT a.trigger, a.severity, a.act, a.explanation, a.escalation_id, m.text
FROM emotion_alarms a JOIN messages m ON m.id = a.message_id
JOIN addresses s ON s.id = m.address_id WHERE s.value = $1 ORDER BY a.created_at, a.trigger"""
CARD = """SELECT e.id, e.reason, e.severity, e.explanation, e.card_wanted FROM escalations e
JOIN messages m ON m.id = e.message_id JOIN addresses s ON s.id = m.address_id
WHERE s.value = $1"""


@pytest.fixture
def told(world: World) -> Told:
    """The worker's scorer."""
    scorer = Told(
        {
            "never showed up": feels("angry", 0.91, 0.97),
            "How thoughtful": coldly(0.1, 0.82),
            "so scared": feels("fearful", 0.81),
            "the smell alone": feels("disgusted", 0.7),
            "can't breathe": feels("fearful", 0.9),
            "lovely start": feels("happy", 0.4),
            "a little slow": feels("sad", 0.1),
            "getting hard": feels("sad", 0.35),
            "hopeless really": feels("sad", 0.45),
        }
    )
    use(world, scorer)
    return scorer


def use(world: World, scorer: Any) -> None:
    bot = world.deps.bot
    reader = reader_of(scorer, bot.reader._embedder)
    object.__setattr__(bot, "reader", reader)


async def test_a_furious_no_show_is_a_persons_at_once(world: World, told: Told) -> None:
    """I7: staff read the figure and the words; once, whoever reads the message first."""
    mad = world.customer("+14155550301")
    answer = await mad.asks(NO_SHOW)
    assert answer.split("\n\n")[0] in variants_of("complaint", "en")
    await world.desk_shows()
    (card,) = await world.rows(CARD, mad.number)
    assert (card["reason"], card["severity"]) == ("emotion", "high")
    assert card["explanation"] == "angry 0.91: “never showed up”"
    await world.until("SELECT count(*) = 2 FROM emotion_alarms")
    alarms = await world.rows(ALARMS, mad.number)
    assert [row["trigger"] for row in alarms] == ["furious", "manager"]
    assert {row["escalation_id"] for row in alarms} == {card["id"]}
    assert len(world.cards) == 1


async def test_icy_politeness_reaches_a_person_without_an_apology(world: World, told: Told) -> None:
    icy = world.customer("+14155550302")
    answer = await icy.asks(ICY)
    assert answer.split("\n\n")[0] in variants_of("feeling_heard", "en")
    (card,) = await world.rows(CARD, icy.number)
    assert card["explanation"].startswith("neutral 0.10, for a manager 0.82: “How thoughtful")


async def test_fear_for_an_allergy_is_urgent(world: World, told: Told) -> None:
    """I8: noted and passed on, and no apology for a complaint that nobody has made."""
    afraid = world.customer("+14155550303")
    answer = await afraid.asks(PANIC)
    assert answer.split("\n\n")[0] in variants_of("feeling_worried", "en")
    assert not any(words in answer for words in variants_of("complaint", "en"))
    assert "can't promise that a dish is safe" in answer
    (card,) = await world.rows(CARD, afraid.number)
    assert (card["severity"], card["reason"]) == ("urgent", "emotion")
    assert card["explanation"] == "fearful 0.81, about an allergy: “scared”"


async def test_a_fall_is_told_once_and_the_bot_goes_on(world: World, told: Told) -> None:
    """The third message that is worse is told to staff, not the fourth; nobody takes the floor."""
    sliding = world.customer("+14155550304")
    for text in (
        "lovely start, what do kids cost?",
        "a little slow, what do adults cost?",
        "this is getting hard, what is the deposit?",
        "hopeless really, how do I pay the deposit?",
    ):
        assert await sliding.asks(text)
    await world.until("SELECT count(*) = 4 FROM emotion_history")
    (alarm,) = await world.rows(ALARMS, sliding.number)
    assert (alarm["trigger"], alarm["act"], alarm["escalation_id"]) == ("falling", "tell", None)
    assert alarm["text"].startswith("this is getting hard")
    line = await world.desk_shows()
    assert "sms +14155550304" in line.text
    assert "falling over 3 messages, +0.40 → -0.10 → -0.35, now sad 0.35" in line.text
    assert "what is the deposit?" in line.text
    assert len(world.cards) == 1
    assert await world.value("SELECT mode FROM conversations") == "bot"


async def test_asked_twice_without_an_answer_a_person_comes(world: World, told: Told) -> None:
    """Not at the first time, and not for another question that was answered between."""
    asking = world.customer("+14155550305")
    question = "Do you also repair the roof of the garden shed before the party?"
    await asking.asks(question)
    await asking.asks("What is the deposit?")
    assert await world.value("SELECT count(*) FROM escalations") == 0
    answer = await asking.asks("I asked: do you also repair the roof of the garden shed?")
    assert answer.split("\n\n")[0] in variants_of("feeling_asked_again", "en")
    (card,) = await world.rows(CARD, asking.number)
    assert card["explanation"].startswith("asked 2 times without an answer: “I asked: do you also")
    assert [row["trigger"] for row in await world.rows(ALARMS, asking.number)] == ["unanswered"]


async def test_what_is_worse_while_staff_have_it_is_told_in_the_thread(
    world: World, told: Told
) -> None:
    """The open card becomes more pressing and is drawn anew; the same again is not told again."""
    sick = world.customer("+14155550306")
    await sick.asks(RAW)
    await world.desk_shows()
    (card,) = await world.rows(CARD, sick.number)
    assert card["severity"] == "high"
    await sick.texts("Now my girl can't breathe, hurry")
    await world.until("SELECT bool_or(severity = 'urgent') FROM escalations")
    await sick.texts("she can't breathe!!")
    await world.until("SELECT bool_and(scored) FROM messages WHERE direction = 'inbound'")
    (worse,) = await world.rows(CARD, sick.number)
    assert worse["card_wanted"] > card["card_wanted"]
    assert len(await world.rows(ALARMS, sick.number)) == 2
    told_there = await world.rows("SELECT text FROM desk_notices WHERE text LIKE 'Also%'")
    assert [row["text"] for row in told_there] == [
        "Also, urgent: fearful 0.90, about safety: “can't breathe”"
    ]


async def test_a_calm_question_rings_nothing(world: World) -> None:
    """With the model that ships: bad words in plain questions are questions."""
    calm = world.customer("+14155550307")
    for text in ("Do you kill the lobster live?", "Is the grill hot enough to burn a deck?"):
        assert await calm.asks(text)
    await world.until("SELECT count(*) = 2 FROM emotion_history")
    assert await world.rows(ALARMS, calm.number) == []
