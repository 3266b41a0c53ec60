"""The reply that a card offers: worded as an agent would, sent only when somebody confirms it."""

from __future__ import annotations

import re
from itertools import chain
from uuid import UUID

import pytest
from modelled import Stores, modelled
from scripted_model import calls, say
from staff_room import Staff, buttons, shown
from world import World

from bot.desk.cards import weigh
from bot.domain import EscalationId
from bot.language.embed import Encoder
from bot.language.wording import variants_of
from bot.store import desk_cards
from jobs.base import perform

ASKS = "I want to talk to a real person please"
FURIOUS = "Your chef never came, what an outrageous scam, everybody here is furious with you!!!"
AFRAID = "I'm so scared, my son has a severe peanut allergy and I don't know what is in the sauce!!"
SORRY_ES = "Estoy furiosa, el chef nunca llegó a mi fiesta, esto es inaceptable!!!"


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


def test_an_apology_promises_nothing() -> None:
    """I8: no figure, no refund, no time by which anything happens, in any language."""
    for language in ("en", "es", "zh"):
        kind = (variants_of(name, language) for name in ("suggest_apology", "suggest_concern"))
        for said in chain.from_iterable(kind):
            assert not any(each.isdigit() for each in said)
            for promise in ("refund", "will ", "reembols", "devol", "退款", "保证", "today", "hoy"):
                assert promise not in said


async def test_an_upset_customer_is_offered_an_apology_and_dana_sends_it(world: World) -> None:
    """I7: nothing is said before somebody confirms; who confirms holds the conversation."""
    dana, ravi = Staff(world), Staff(world, "U0RAVI")
    ann = world.customer()
    await ann.texts("Hello there", FURIOUS)
    card = await world.desk_shows()
    await dana.sees(lambda: "Suggested reply" in shown(card), "a suggestion")
    # The alarm that rang quotes the words that weighed: they are not sought a second time.
    assert re.search(r"High: .*\n\*Why:\* .*\nangry 0\.\d\d: “[^”]+”", shown(card))
    assert "*What weighed most:* " not in shown(card)
    assert "yes, by text" in shown(card)
    await world.settles()
    heard = len(ann.received)
    offered = str(await world.value("SELECT suggestion FROM escalations"))
    assert offered in variants_of("suggest_apology", "en")
    assert await world.value("SELECT count(*) FROM quotes") == 0

    await dana.presses(card, "send_suggestion")
    await ravi.presses(card, "send_suggestion")
    assert offered in shown(await dana.window("suggested_reply"))
    assert "reply" in await dana.submits({"reply": " "})
    await dana.submits({"reply": "I am so sorry. What time was it?"})
    assert "I am so sorry. What time was it?" in await ann.hears(heard + 1)
    await dana.sees(lambda: "Held by Dana" in shown(card), "who holds it")
    assert buttons(card)[0] == "return"
    # Ravi had his window open before; he is beaten to it and told by whom.
    assert "Dana holds this conversation" in (await ravi.submits({"reply": "Me too!"}))["reply"]
    await ravi.closes()
    await ravi.presses(card, "send_suggestion")
    assert "take_over" in buttons(await ravi.whispered("Dana holds this conversation"))
    assert not ravi.has_window
    await world.settles()
    assert len(ann.received) == heard + 1
    assert len([m for m in world.cards if "return" in buttons(m)]) == 1


async def test_a_suggestion_never_answers_all_but_the_last_words(idle_world: World) -> None:
    """Whoever worded one before the customer wrote again comes too late with it."""
    world = idle_world
    ann = world.customer()
    await ann.texts(FURIOUS)
    await perform(world.deps, "take_turn", await conversation(world))
    wanted = str(await world.value("SELECT id FROM escalations"))
    await perform(world.deps, "suggest_reply", {"escalation_id": wanted})
    assert await world.value("SELECT suggestion FROM escalations") in variants_of(
        "suggest_apology", "en"
    )
    of = EscalationId(UUID(wanted))
    async with world.pool.acquire() as conn:
        row = await desk_cards.get(conn, of)
        assert row is not None
        before = await desk_cards.find_newest(conn, row.conversation_id)
        await ann.texts("And now it burns!")
        assert not await desk_cards.keep_suggestion(conn, of, "Too late", up_to=before)
        assert row.suggestion == await world.value("SELECT suggestion FROM escalations")
        # The turn that gives the words to staff takes the old reply off the card.
        await perform(world.deps, "take_turn", await conversation(world))
        assert await world.value("SELECT suggestion FROM escalations") is None
        assert not await desk_cards.keep_suggestion(conn, of, "Too late", up_to=before)
        newest = await desk_cards.find_newest(conn, row.conversation_id)
        assert await desk_cards.keep_suggestion(conn, of, "In time", up_to=newest)


async def conversation(world: World) -> dict[str, str]:
    return {"conversation_id": str(await world.value("SELECT id FROM conversations"))}


async def test_a_spanish_apology_and_nothing_where_only_a_person_can_answer(world: World) -> None:
    luz, bob = world.customer("+14155550131"), world.customer("+14155550132")
    await luz.texts(SORRY_ES)
    await world.until("SELECT count(*) = 1 FROM escalations WHERE suggestion IS NOT NULL")
    said = await world.value("SELECT suggestion FROM escalations")
    assert said in variants_of("suggest_apology", "es")
    await bob.texts(ASKS)
    await world.until("SELECT count(*) = 2 FROM escalations WHERE suggestion IS NOT NULL")
    dana = Staff(world)
    card = await dana.reads("no reply to suggest")
    assert "send_suggestion" not in buttons(card)
    weighed = await weigh(world.deps.bot, ASKS, "asked_for_person")
    assert weighed
    assert set(weighed) <= set(ASKS.split())
    assert await weigh(world.deps.bot, ASKS, "failed_send") == ()


async def anew(world: World, wanted: str) -> None:
    """Word it once more, as after further words of the customer."""
    async with world.pool.acquire() as conn:
        await desk_cards.drop_suggestion(conn, EscalationId(UUID(wanted)))
    await perform(world.deps, "suggest_reply", {"escalation_id": wanted})


async def test_one_who_is_afraid_is_offered_another_word_than_sorry(world: World) -> None:
    await world.customer().texts(AFRAID)
    await world.until("SELECT suggestion IS NOT NULL FROM escalations")
    said = await world.value("SELECT suggestion FROM escalations")
    assert said in variants_of("suggest_concern", "en")


async def test_the_house_words_it_where_the_profile_says_so(stores: Stores) -> None:
    """A model is there and is not asked."""
    async with modelled(stores) as (world, scripted):
        await world.customer().asks(FURIOUS)
        await world.until("SELECT suggestion IS NOT NULL FROM escalations")
        said = await world.value("SELECT suggestion FROM escalations")
        assert said in variants_of("suggest_apology", "en")
        assert scripted.requests == []


async def test_a_model_words_it_and_a_wrong_figure_stays_here(stores: Stores) -> None:
    """I8: the guard reads a suggestion too, and a day's budget counts what it has cost."""
    wish = {"reason": "furious", "summary": "the chef never came"}
    good = "I am so sorry that nobody came. May I ask which evening it was?"
    wrong = "A course costs $1,300.00."
    asks = calls(("c1", "ask_person", wish))
    steps = (say(good), say(wrong), say(wrong), asks)
    async with modelled(stores, *steps, suggests=True) as (world, _scripted):
        await world.customer().asks(FURIOUS)
        card = await world.desk_shows()
        await Staff(world).sees(lambda: good in shown(card), "the model's words")
        assert "suggestion" in {
            row["purpose"] for row in await world.rows("SELECT purpose FROM llm_calls")
        }
        wanted = str(await world.value("SELECT id FROM escalations"))
        await world.until("SELECT suggesting_at IS NULL FROM escalations")
        # A late ring, for a card that has its suggestion, asks no model.
        await perform(world.deps, "suggest_reply", {"escalation_id": wanted})
        await anew(world, wanted)
        sorry = await world.value("SELECT suggestion FROM escalations")
        assert sorry in variants_of("suggest_apology", "en"), "the guard refused both drafts"
        await anew(world, wanted)
        assert await world.value("SELECT suggestion FROM escalations") == sorry
        assert await world.value("SELECT count(*) FROM messages WHERE author = 'staff'") == 0
