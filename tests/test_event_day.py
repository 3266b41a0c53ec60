"""An event is close or under way and something is wrong: a person, at once, and no assurance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from close_event import books, known
from modelled import Stores, modelled
from scripted_model import say as model_says
from world import World

from bot.clock import FrozenClock
from bot.domain import Mode
from bot.escalation import notice_of_handover
from bot.language.embed import Encoder
from bot.language.event_words import read_kinds
from bot.language.wording import phrases
from bot.profile import load_profile


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


READ = [
    ("late", "where is the chef?"),
    ("late", "The chef isn't here yet and it's 6:10"),
    ("late", "nobody is here, still waiting"),
    ("late", "¿dónde está el chef?"),
    ("late", "ya son las seis y no ha llegado"),
    ("late", "厨师到哪了？"),
    ("late", "都六点十分了还没来"),
    ("weather", "it's pouring here, what do we do?"),
    ("weather", "there's a lot of smoke from the wildfires today"),
    ("weather", "está lloviendo mucho"),
    ("weather", "hace muchísimo calor, 40 grados"),
    ("weather", "外面下雨了怎么办"),
    ("weather", "今天风很大"),
    ("guests", "we have 4 more people coming"),
    ("guests", "three guests can't make it"),
    ("guests", "can you make it 25?"),
    ("guests", "vienen cinco personas más"),
    ("guests", "somos 25 ahora"),
    ("guests", "我们多来三个人"),
    ("guests", "有两个人来不了"),
    ("allergy", "one guest just told me she is allergic to shellfish"),
    ("allergy", "mi suegra es alérgica a los mariscos"),
    ("allergy", "有个客人对花生过敏"),
    ("access", "the gate is closed, tell him to call me"),
    ("access", "he can't find the house"),
    ("access", "la reja está cerrada"),
    ("access", "大门进不来，请打电话"),
    ("change", "we need to cancel tonight"),
    ("change", "can we move it to tomorrow?"),
    ("change", "tenemos que cancelar la fiesta"),
    ("change", "能改到明天吗"),
]
UNREAD = [
    "what time is my party?",
    "thanks, see you tomorrow!",
    "do you take Venmo?",
    "does it come with salad?",
    "¿a qué hora es mi fiesta?",
    "muchas gracias",
    "¿se puede pagar con tarjeta?",
    "我的派对是几点？",
    "谢谢",
    "可以刷卡吗？",
]


@pytest.mark.parametrize(("kind", "text"), READ)
def test_what_cannot_wait_is_read_for_what_it_is(kind: str, text: str) -> None:
    assert read_kinds(text, load_profile())[0] == kind


@pytest.mark.parametrize("text", UNREAD)
def test_what_can_wait_is_left_to_the_agents(text: str) -> None:
    assert read_kinds(text, load_profile()) == ()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("late", "where is the chef?? party starts now"),
        ("weather", "it is raining cats and dogs"),
        ("guests", "we are 3 more people tonight"),
        ("access", "the gate is locked, he can't get in"),
        ("change", "please cancel, we are all sick"),
        ("late", "¿dónde está el chef? ya empezó la fiesta"),
        ("weather", "está lloviendo muy fuerte"),
        ("guests", "vienen tres personas más"),
        ("late", "厨师什么时候到？还没来"),
        ("weather", "下大雨了"),
        ("change", "今天能改到明天吗"),
    ],
)
async def test_trouble_on_the_day_reaches_a_person_before_any_model(
    stores: Stores, kind: str, text: str
) -> None:
    """No answer is scripted here: to ask a model for one would fail the test. For the card it may
    translate what is not in the staff's language."""
    translated = [] if text.isascii() else [model_says('["in other words"]')]
    steps = (model_says("Hello!"), *translated)
    async with modelled(stores, *steps, with_worker=True) as (world, scripted):
        customer = await known(world)
        await books(world, 2)
        answer = await customer.asks(text)
        language = str(await world.value("SELECT language FROM conversations"))
        opening = answer.split("\n\n")[0]
        variants = [v.replace("{worker}", "") for v in phrases()[language][f"event_day_{kind}"]]
        assert any(_same(opening, variant) for variant in variants)
        assert phrases()[language]["event_day_notice"][0] in answer
        row = (await world.rows("SELECT reason, explanation, conversation_id FROM escalations"))[0]
        assert row["reason"] == "event_day"
        assert "H7K3Q" in row["explanation"]
        assert "Kenji" in row["explanation"]
        assert await world.value("SELECT mode FROM conversations") == Mode.HUMAN
        card = await world.desk_shows()
        assert len(scripted.requests) == len(steps)
        assert "event that is close" in str(card.blocks)


def _same(said: str, variant: str) -> bool:
    """Whether a text is that phrase, with the crew's name somewhere in it."""
    return said.replace("chef", "").replace("厨师", "") == variant


@pytest.mark.parametrize(
    ("hours", "status", "agreed", "is_close"),
    [
        (47, "confirmed", True, True),
        (-1, "changed", True, True),
        (20, "held", True, True),
        (49, "confirmed", True, False),
        (20, "cancelled", True, False),
        (20, "held", False, False),
        (-4, "confirmed", True, False),
    ],
)
async def test_only_an_agreed_event_close_by_takes_this_path(
    world: World, hours: float, status: str, agreed: bool, is_close: bool
) -> None:
    customer = await known(world)
    await books(world, hours, status=status, agreed=agreed)
    await customer.asks("it looks like rain, what do we do?")
    reason = await world.value("SELECT reason FROM escalations")
    assert (reason == "event_day") is is_close


async def test_what_is_no_trouble_is_answered_as_ever(world: World) -> None:
    customer = await known(world)
    await books(world, 5)
    answer = await customer.asks("Do we need to provide tables and chairs?")
    assert "chair" in answer.lower()
    assert await world.value("SELECT count(*) FROM escalations") == 0


async def test_the_cancel_keyword_on_the_day_ends_at_a_person(world: World) -> None:
    """I6: asked first what CANCEL means; the booking that is meant is a person's that day."""
    customer = world.customer("+14155550190", "whatsapp")
    await customer.asks("hi")
    await books(world, 5)
    assert "STOP" in await customer.asks("CANCEL")
    await customer.asks("booking")
    assert await world.value("SELECT reason FROM escalations") == "event_day"
    assert await world.value("SELECT status FROM bookings") == "confirmed"


async def test_fury_on_the_day_is_a_matter_of_minutes_too(world: World) -> None:
    """Whoever reads it first, the emotion job or the turn."""
    customer = await known(world)
    await books(world, -0.5)
    answer = await customer.asks("WHERE IS THE CHEF???! This is unacceptable, I am furious!!!")
    assert phrases()["en"]["event_day_notice"][0] in answer
    assert await world.value("SELECT reason FROM escalations") == "event_day"


@pytest.mark.parametrize("language", ["en", "es", "zh"])
@pytest.mark.parametrize(("hour", "is_open"), [(18, True), (22, False), (5, False)])
async def test_by_night_the_telephone_is_named_too(
    world: World, language: str, hour: int, is_open: bool
) -> None:
    """I15: the business's own hours decide, and the number is the profile's."""
    bot = world.deps.bot
    local = datetime(2026, 7, 4, hour, tzinfo=bot.zone).astimezone(UTC)
    object.__setattr__(bot, "clock", FrozenClock(local))
    notice = notice_of_handover(bot, language, reason="event_day")
    assert ("740-8768" in notice) is not is_open


async def test_an_allergy_on_the_day_is_a_persons_at_once(world: World) -> None:
    customer = await known(world)
    booking = await books(world, 3)
    answer = await customer.asks("one guest just told me he's allergic to shrimp")
    assert phrases()["en"]["event_day_notice"][0] in answer
    assert await world.value("SELECT reason FROM escalations") == "event_day"
    assert await world.value("SELECT booking_id FROM allergies") == booking
    assert await world.value("SELECT count(*) FROM desk_notices WHERE key LIKE 'allergy:%'") == 0
