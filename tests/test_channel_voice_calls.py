"""People who ring the business: answered, put into writing, put through, and never lost.

Everything goes over signed HTTP between the service and Twilio's stand-in, which runs the TwiML.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest
import world
from desk_hands import set_clock
from world import World, open_world

from bot.language.embed import Encoder
from bot.profile import Profile, load_profile
from bot.voice import is_open
from handlers import voice
from handlers.sandbox.voice import Call, VoiceStandIn
from jobs.base import perform
from jobs.sweep import _look

ANA, BEN, CLEO, DORA = "+14155550101", "+14155550102", "+14155550103", "+14155550104"
DESK = "+19165550199"
MENU = "What is on your menu?"
MORNING = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
NIGHT = datetime(2026, 12, 2, 7, 30, tzinfo=UTC)
OF_WORLDS = world.profile_of_worlds
SAID = "SELECT count(*) FROM messages WHERE channel = 'voice' AND direction = 'inbound'"
OF_NUMBER = """SELECT m.* FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE a.value = $1 AND m.direction = 'outbound' ORDER BY m.seq"""


@pytest.fixture
async def ringing(
    database_url: str, redis_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A service that takes calls, with a worker, at an hour at which people are there."""
    monkeypatch.setattr(world, "profile_of_worlds", _always_open)
    async with open_world(database_url, redis_url, encoder, vendors=("voice",)) as opened:
        yield opened


def _always_open() -> Profile:
    shipped = OF_WORLDS()
    hours = shipped.hours.model_copy(update={"opens": time.min, "closes": time.max})
    return shipped.model_copy(update={"hours": hours})


@pytest.fixture
async def unstaffed(
    database_url: str, redis_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A service that takes calls and in which nobody works yet, so that callers soon wait."""
    monkeypatch.setattr(voice, "FIRST_WAIT_S", 0.0)
    monkeypatch.setattr(voice, "WAIT_S", 0.0)
    async with open_world(
        database_url, redis_url, encoder, vendors=("voice",), with_worker=False
    ) as opened:
        yield opened


async def work(service: World, name: str) -> None:
    """Do once what the sweep finds to do of this job."""
    for wanted, _, ids in await _look(service.deps):
        if wanted == name:
            await perform(service.deps, name, ids)


def exchange(service: World) -> VoiceStandIn:
    found = service.stand_ins.vendors["voice"]
    assert isinstance(found, VoiceStandIn)
    return found


async def rings(service: World, number: str, *, attested: bool = True) -> Call:
    """Somebody rings and has heard the greeting."""
    place = exchange(service)
    call = place.call(number) if attested else place.call(number, attested="")
    await call.dial()
    return call


async def test_a_call_is_a_conversation_and_its_terms_are_agreed_in_writing(
    ringing: World,
) -> None:
    """I2, I9: a turn twice is one message; a spoken yes books nothing, a written one does."""
    call = await rings(ringing, ANA)
    assert "AI" in call.heard[0]
    assert "transcribed" in call.heard[0]
    assert call.voices == ["en-US", "es-US", "cmn-CN"]
    answer = await call.says(MENU)
    assert "chicken" in answer
    assert await call.comes_again() == answer
    assert await ringing.value(SAID) == 1

    await call.says("How much is hibachi for 20 people in Sacramento 95814 on December 12?")
    await call.says("Is December 12 at 6 pm free?")
    terms = await call.says("Yes, please hold it")
    assert "answer that text in writing" in terms
    ana = ringing.customer(ANA)
    text = await ana.hears(1)
    assert "deposit" in text
    again = await call.says("Yes, I agree, book it")
    assert "answer that text in writing" in again
    assert await ringing.value("SELECT count(*) FROM bookings WHERE agreed_at IS NOT NULL") == 0
    await ringing.settles()
    already = len(ana.received)
    await ana.texts("Yes")
    await ana.hears(already + 1)
    await ringing.until("SELECT count(*) = 1 FROM bookings WHERE agreed_at IS NOT NULL")

    await call.hangs_up(seconds=93)
    await call.hangs_up(seconds=93)
    rows = await ringing.rows("SELECT rest, kind FROM messages WHERE kind = 'call'")
    assert [row["rest"]["extras"]["seconds"] for row in rows] == ["93"]
    await ringing.settles()
    assert await ringing.value("SELECT count(*) FROM customers") == 1


async def test_a_caller_chooses_a_language_and_is_heard_out(ringing: World) -> None:
    """What was not understood is asked again once, silence too; then a person is offered."""
    call = await rings(ringing, BEN)
    assert "puedo ayudarle" in await call.presses("2")
    assert call.voices[-1] == "es-US"
    assert "repetir" in await call.says("hola mm", confidence=0.1)
    assert await ringing.value(SAID) == 0
    heard = await call.says("¿Qué hay en el menú?", confidence=0.1)
    assert "pollo" in heard
    assert call.voices[-1] == "es-US"
    assert "Sigue" in await call.is_silent()
    assert "Oprima cero" in await call.is_silent()
    assert "Hasta luego" in await call.is_silent()
    assert call.is_over
    # The next call begins in their language.
    assert "inteligencia artificial" in (await rings(ringing, BEN)).heard[0]

    status, _ = await exchange(ringing).post(
        "/webhooks/twilio/voice/turn?language=en&turn=1",
        {"CallSid": "CA" + "9" * 32, "From": BEN, "To": "+15005550006", "SpeechResult": "x"},
        signature="forged",
    )
    assert status == 401
    for path in ("answer?step=hello", "status", ""):
        target = f"/webhooks/twilio/voice/{path}".removesuffix("/")
        status, _ = await exchange(ringing).post(target, {"CallSid": "CA1"}, signature="forged")
        assert status == 401


async def test_two_calls_at_once_are_two(ringing: World) -> None:
    """I3: two calls of one number share a conversation, and each hears its own answer."""
    one, two = await rings(ringing, ANA), await rings(ringing, ANA)
    other = await rings(ringing, BEN)
    heard = await asyncio.gather(
        one.says(MENU), two.says("Do you bring your own grill?"), other.says(MENU)
    )
    assert all(heard)
    assert await ringing.value(SAID) == 3
    assert "chicken" in heard[0]
    assert "chicken" in heard[2]
    waiting = "SELECT count(*) FROM messages WHERE channel = 'voice' AND status = 'sent'"
    assert await ringing.value(waiting) == 0


async def test_a_person_is_rung_by_day_and_promised_where_nobody_answers(ringing: World) -> None:
    call = await rings(ringing, CLEO)
    assert "putting you through" in await call.presses("0")
    assert call.rung == DESK
    assert "will call you back" in await call.ringing_ends("no-answer")
    assert "passed that on" in await call.says("It is about the deposit of my party")
    assert not call.rung
    await call.hangs_up()
    await ringing.until("SELECT count(*) = 1 FROM desk_notices WHERE key LIKE 'call_back:%'")
    told = "SELECT text FROM desk_notices WHERE key LIKE 'call_back:%'"
    assert CLEO in str(await ringing.value(told))
    mirrored = "SELECT reason FROM messages WHERE text = 'It is about the deposit of my party'"
    assert await ringing.value(mirrored) == "a person has the floor"

    for key, number in (("2", ANA), ("3", BEN)):
        abroad = await rings(ringing, number)
        await abroad.presses(key)
        await abroad.presses("0")
        assert abroad.rung == DESK
    spoken = await rings(ringing, DORA)
    await spoken.says("I want to speak to a person, please")
    assert spoken.rung == DESK
    await spoken.ringing_ends("completed")
    assert spoken.is_over


def test_people_are_there_in_the_hours_of_the_business() -> None:
    """I15: by the business's zone, on either side of a clock change."""
    profile = load_profile()
    assert is_open(profile, MORNING)
    assert not is_open(profile, NIGHT)
    for month, first in ((7, 16), (12, 17)):
        opens = datetime(2026, month, 5, first, 0, tzinfo=UTC)
        assert is_open(profile, opens)
        assert not is_open(profile, opens - timedelta(minutes=1))


async def test_who_hangs_up_early_reads_the_answer(unstaffed: World) -> None:
    """I4, I6: nothing is lost with the call; where a text may not go it stays, with the reason."""
    ana = await rings(unstaffed, ANA)
    heard = await ana.says(MENU)
    assert "One moment" in heard or "Still looking" in heard
    assert "text you the answer" in heard
    await unstaffed.rows(
        """WITH c AS (INSERT INTO customers DEFAULT VALUES RETURNING id)
        INSERT INTO addresses (customer_id, channel, value, consent)
        SELECT id, 'sms', $1, 'revoked' FROM c""",
        BEN,
    )
    ben = await rings(unstaffed, BEN)
    await ben.says(MENU)
    hidden, other = await rings(unstaffed, ""), await rings(unstaffed, "")
    assert "press zero" in await hidden.says(MENU)
    for call in (ana, ben, hidden, other):
        await call.hangs_up()
    # I10: two callers without a number are two.
    strangers = "SELECT count(*) FROM addresses WHERE value LIKE 'hidden:%'"
    assert await unstaffed.value(strangers) == 2
    for row in await unstaffed.rows("SELECT id FROM conversations"):
        await perform(unstaffed.deps, "take_turn", {"conversation_id": str(row["id"])})
    await work(unstaffed, "deliver")
    assert await unstaffed.value("SELECT count(*) FROM messages WHERE status = 'sent'") == 3
    await work(unstaffed, "text_unheard")
    assert await unstaffed.value("SELECT count(*) FROM messages WHERE status = 'sent'") == 3
    set_clock(unstaffed, unstaffed.ground.clock.now() + timedelta(minutes=1))
    unheard = [wish for wish in await _look(unstaffed.deps) if wish[0] == "text_unheard"]
    assert len(unheard) == 3
    for name, _, ids in [*unheard, *unheard]:
        await perform(unstaffed.deps, name, ids)
    await work(unstaffed, "deliver")
    assert "chicken" in await unstaffed.customer(ANA).hears()
    assert len(unstaffed.customer(ANA).received) == 1
    assert unstaffed.customer(BEN).received == []
    for number in (BEN, f"hidden:{hidden.sid}"):
        (row,) = await unstaffed.rows(OF_NUMBER, number)
        assert (row["status"], row["channel"]) == ("dropped", "voice")
        assert "takes no texts" in row["reason"]


async def test_who_stays_on_the_line_hears_a_late_answer_once(unstaffed: World) -> None:
    call = await rings(unstaffed, CLEO)
    assert "text you the answer" in await call.says(MENU)
    for name in ("take_turn", "deliver"):
        for row in await unstaffed.rows("SELECT id FROM conversations"):
            await perform(unstaffed.deps, name, {"conversation_id": str(row["id"])})
    assert "chicken" in await call.is_silent()
    assert "still there" in await call.is_silent()
    set_clock(unstaffed, unstaffed.ground.clock.now() + timedelta(minutes=1))
    assert "text_unheard" not in {wish[0] for wish in await _look(unstaffed.deps)}


async def test_a_number_is_a_customer_only_where_its_carrier_says_so(ringing: World) -> None:
    """I10: whoever borrows a number hears nothing of the customer whose it is."""
    await ringing.customer(ANA).asks("Hi, what is on your menu?")
    whose = "SELECT count(DISTINCT customer_id) FROM addresses WHERE value = $1"
    stranger = await rings(ringing, ANA, attested=False)
    await stranger.says(MENU)
    assert await ringing.value(whose, ANA) == 2

    await ringing.customer(CLEO).asks("Hi, how much for 20 adults in 94539?")
    known = await rings(ringing, CLEO)
    assert "chicken" in await known.says(MENU)
    assert await ringing.value(whose, CLEO) == 1
    borrowed = await rings(ringing, CLEO, attested=False)
    heard = await borrowed.says("When is my party and where?")
    assert borrowed.rung == DESK
    assert "person" in heard
    reason = "SELECT reason FROM escalations ORDER BY created_at DESC LIMIT 1"
    assert await ringing.value(reason) == "sender"


async def test_a_broken_call_costs_no_other(unstaffed: World) -> None:
    """Whatever comes signed but wrong is one clear 400; nothing is stored."""
    place = exchange(unstaffed)
    good = {"CallSid": "CA" + "1" * 32, "From": ANA, "To": "+15005550006", "SpeechResult": "hi"}
    turn = "/webhooks/twilio/voice/turn?language=en&turn="
    answer = "/webhooks/twilio/voice/answer?language=en&turn=1&step="
    for target, form, field in (
        (f"{turn}x", good, "turn"),
        (f"{turn}0", good, "turn"),
        (f"{turn}1", good | {"CallSid": "SM1"}, "CallSid"),
        (f"{turn}1", good | {"From": "+1"}, "From"),
        (f"{turn}1", {**good, "To": ""}, "To"),
        (f"{answer}sing", good, "step"),
        (f"{answer}wait", good | {"CallSid": ""}, "CallSid"),
        ("/webhooks/twilio/voice", {}, "CallSid"),
    ):
        status, said = await place.post(target, form)
        assert (status, field in said) == (400, True), target
        assert ANA not in said
    assert await unstaffed.value(SAID) == 0
    call = await rings(unstaffed, ANA)
    assert "listening" in await call.is_silent()
