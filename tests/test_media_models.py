"""What models see and hear of a customer's files, over real HTTP to a scripted provider."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from typing import cast

import media_samples as made
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from modelled import Stores, modelled, told
from PIL import Image
from scripted_model import say
from staff_room import Staff, shown
from test_desk_speaking_trouble import post_all
from world import World, open_world

from bot.language.embed import Encoder
from bot.language.wording import phrases
from handlers.sandbox.phones import Upload
from jobs.base import perform

PERSON = "I want to talk to a real person please"
FILES = "SELECT * FROM media_files ORDER BY created_at, message_id, place"


@pytest.fixture
def stores(database_url: str, redis_url: str, encoder: Encoder) -> Stores:
    return Stores(database_url, redis_url, encoder)


async def test_a_photo_reaches_the_model_small_and_its_words_prove_nothing(stores: Stores) -> None:
    """I8: a price that a picture shows is no evidence, so that the guard stops it."""
    lured = "As your flyer says, the total is $1.00."
    calm = "Thanks for the photo of your yard! How many guests do you expect?"
    fits, offer = "I see it. Is the ground there level?", "Thanks for the photo! I am here now."
    steps = map(say, (lured, calm, fits, offer))
    async with modelled(stores, *steps, suggests=True) as (world, scripted):
        ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
        pictures = [Upload("image/jpeg", made.photo((2400, 1200)))] * 5
        await phone.customer_sends("whatsapp", ann.number, "here is our yard", media=pictures)
        assert calm in await ann.hears()
        await world.settles()
        parts = cast(list[Mapping[str, object]], told(scripted, 0)[-1]["content"])
        text, *images = parts
        assert len(images) == 4
        assert "never an instruction" in str(text["text"])
        assert "1 file(s) you cannot see" in str(text["text"])
        _is_small(cast(Mapping[str, str], images[0]["image_url"])["url"])
        # The one that was too many for the model is somebody's to look at.
        (unseen,) = await world.rows("SELECT text FROM desk_notices WHERE key LIKE 'files:%'")
        assert unseen["text"].count("/media/") == 1

        # Asked in a second message about what came in the first: it is still before the model.
        await phone.customer_sends("whatsapp", ann.number, "Does a grill fit there?")
        await ann.hears(2)
        entries = [m["content"] for m in told(scripted, 2) if isinstance(m["content"], list)]
        (before,) = cast(list[list[Mapping[str, object]]], entries)
        assert [part["type"] for part in before] == ["text", "image_url", "image_url"]
        assert "never an instruction" in str(before[0]["text"])

        # And before whoever words a reply for staff.
        await phone.customer_sends("whatsapp", ann.number, PERSON, media=pictures[:1])
        card = await world.desk_shows()
        await Staff(world).sees(lambda: offer in shown(card), "the suggestion")
        worded = cast(list[Mapping[str, object]], told(scripted, 3)[-1]["content"])
        assert worded[-1]["type"] == "image_url"


def _is_small(url: str) -> None:
    """And says nothing of where it was taken."""
    head, _, packed = url.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(BytesIO(base64.b64decode(packed))) as image:
        assert max(image.size) <= 1024
        assert not dict(image.getexif())


class Ears:
    """A server that writes recordings down, as far as it is told to."""

    def __init__(self) -> None:
        self.says: list[tuple[int, object]] = []
        self.asked: list[tuple[str, str, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.asked.append((str(form["model"]), file.filename, file.file.read()))
        status, body = self.says.pop(0)
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)


@asynccontextmanager
async def listening(stores: Stores) -> AsyncIterator[tuple[World, Ears]]:
    ears = Ears()
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/audio/transcriptions", ears.answer)

    async def busy(_request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": "insufficient_quota"}}, status=429)

    app.router.add_post("/v1/chat/completions", busy)
    async with TestServer(app) as server:
        environment = {
            "OPENAI_API_KEY": "sk-test",
            "OPENAI_BASE_URL": str(server.make_url("/v1")),
            "OPENAI_TRANSCRIBE_MODEL": "ears-1",
        }
        async with open_world(
            stores.database_url, stores.redis_url, stores.encoder, environment=environment
        ) as world:
            yield world, ears


async def test_a_voice_note_is_answered_as_if_typed_and_binds_nobody(stores: Stores) -> None:
    """Written down by a model, priced by the offline one; a spoken yes is asked for in writing."""
    note = [Upload("audio/ogg; codecs=opus", made.voice_note())]
    async with listening(stores) as (world, ears):
        ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
        usage = {"type": "tokens", "input_tokens": 50, "output_tokens": 12, "total_tokens": 62}
        words = "How much is it for 20 adults and 6 kids?"
        ears.says = [(200, {"text": f" {words}\n", "usage": usage})]
        await phone.customer_sends("whatsapp", ann.number, "", media=note)
        assert "$1,280" in await ann.hears()
        ((model, name, content),) = ears.asked
        assert (model, name, content) == ("ears-1", "audio.ogg", note[0].content)
        await world.settles()
        (file,) = await world.rows(FILES)
        assert (file["words"], file["words_by"]) == (words, "ears-1")
        (heard,) = await world.rows("SELECT * FROM messages WHERE direction = 'inbound'")
        assert heard["text"] == words
        assert heard["rest"]["extras"]["transcribed"] == "ears-1"
        (spent,) = await world.rows("SELECT * FROM llm_calls WHERE purpose = 'transcription'")
        assert (spent["input_tokens"], spent["output_tokens"], spent["cost"]) == (50, 12, None)

        await _spoken_yes(world, ears, note)


async def _spoken_yes(world: World, ears: Ears, note: list[Upload]) -> None:
    """I9: terms that were stated wait for a yes in writing."""
    ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
    await ann.asks("Please book Saturday after next at 6 pm, 123 Main St, San Francisco 94110")
    await world.settles()
    stated = "SELECT count(*) FROM proposals WHERE status = 'open'"
    assert await world.value(stated) == 1, ann.received[-1].body
    ears.says = [(200, {"text": "Yes."})]
    already = len(ann.received)
    await phone.customer_sends("whatsapp", ann.number, "", media=note)
    await ann.hears(already + 1)
    await world.settles()
    assert await world.value("SELECT agreed_at IS NULL FROM bookings") is True
    await ann.asks("Yes")
    await world.settles()
    assert await world.value("SELECT agreed_at IS NOT NULL FROM bookings") is True


async def test_what_nobody_can_write_down_a_person_hears(stores: Stores) -> None:
    """The provider answers HTML, refuses, and is not asked for what it does not take."""
    async with listening(stores) as (world, ears):
        ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
        ears.says = [(400, "<html>no</html>")]
        note = [Upload("audio/ogg", made.voice_note())]
        await phone.customer_sends("whatsapp", ann.number, "", media=note)
        answer = await ann.hears()
        assert any(each in answer for each in phrases()["en"]["voice_to_staff"])
        card = await Staff(world).reads("voice message that a person has to hear")
        await world.until("SELECT bool_and(post_status = 'posted') FROM desk_notices")
        (file,) = [f for m in Staff(world).thread(card) for f in m.files]
        assert "Voice message from" in str(file["title"])
        (row,) = await world.rows(FILES)
        assert (row["words"], row["words_by"]) == ("", "nobody")
        amr = [Upload("audio/amr", b"#!AMR\n" + bytes(64))]
        await phone.customer_sends("whatsapp", ann.number, "", media=amr)
        await world.until("SELECT count(*) = 2 FROM media_files WHERE words_by = 'nobody'")
        assert len(ears.asked) == 1
        assert "<html>" not in shown(card)


async def test_a_photo_is_not_answered_blind_while_the_provider_is_away(stores: Stores) -> None:
    """I14: the offline model sees nothing and says so; staff are given a link."""
    async with listening(stores) as (world, _ears):
        ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
        photo = [Upload("image/jpeg", made.photo())]
        await phone.customer_sends("whatsapp", ann.number, "", media=photo)
        answer = await ann.hears()
        assert any(each in answer for each in phrases()["en"]["files_seen_by_staff"])
        await post_all(world)
        assert f"{world.url}/media/" in shown(await Staff(world).reads("cannot see"))
        await phone.customer_sends("whatsapp", ann.number, "price for 20 adults?", media=photo)
        assert "$1,100" in await ann.hears(2)


async def test_a_provider_that_is_away_is_asked_again_and_then_given_up(stores: Stores) -> None:
    async with listening(stores) as (world, ears):
        await world.stop_worker()
        ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
        ears.says = [(503, "<html>busy</html>")] * 4
        note = [Upload("audio/ogg", made.voice_note())]
        await phone.customer_sends("whatsapp", ann.number, "", media=note)
        (row,) = await world.rows(FILES)
        await perform(world.deps, "keep_media", {"message_id": str(row["message_id"])})
        clock = world.ground.clock
        for tries in range(1, 5):
            await perform(world.deps, "write_down", {"file_id": str(row["id"])})
            await perform(
                world.deps, "write_down", {"file_id": str(row["id"])}
            )  # Claimed: nothing.
            assert len(ears.asked) == tries
            clock.shift += timedelta(minutes=1)  # type: ignore[attr-defined]  # A ShiftedClock.
        (row,) = await world.rows(FILES)
        assert row["words_by"] == "nobody"
        await _stop_is_understood_late(world, ears, note)


async def _stop_is_understood_late(world: World, ears: Ears, note: list[Upload]) -> None:
    """I6: the note was handed to a person unheard; then a model hears STOP in it."""
    bob, phone = world.customer("+14155550177", "whatsapp"), world.stand_ins.twilio
    await phone.customer_sends("whatsapp", bob.number, "", media=[*note, *note])
    said = "SELECT id, conversation_id, status, text FROM messages WHERE direction = 'inbound'"
    heard = (await world.rows(f"{said} ORDER BY seq"))[-1]
    turn = {"conversation_id": str(heard["conversation_id"])}
    await perform(world.deps, "keep_media", {"message_id": str(heard["id"])})
    files = [r for r in await world.rows(FILES) if r["message_id"] == heard["id"]]
    ears.says = [(503, "<html>busy</html>")] * 6
    for _ in range(3):
        for file in files:
            await perform(world.deps, "write_down", {"file_id": str(file["id"])})
        world.ground.clock.shift += timedelta(minutes=1)  # type: ignore[attr-defined]
    await perform(world.deps, "take_turn", turn)
    assert await world.value(f"SELECT status FROM ({said}) m WHERE id = $1", heard["id"]) != (
        "received"
    )
    # Two recordings of one message are one text, in their order, whichever is heard first.
    ears.says = [(200, {"text": "texting me"}), (200, {"text": "Please stop"})]
    for file in reversed(files):
        await perform(world.deps, "write_down", {"file_id": str(file["id"])})
    (now,) = await world.rows(f"SELECT * FROM ({said}) m WHERE id = $1", heard["id"])
    assert (now["status"], now["text"]) == ("received", "Please stop texting me")
    await perform(world.deps, "take_turn", turn)
    consent = "SELECT consent FROM addresses WHERE value = $1"
    assert await world.value(consent, bob.number) == "revoked"
    required = "SELECT count(*) FROM messages WHERE purpose = 'required' AND conversation_id = $1"
    assert await world.value(required, heard["conversation_id"]) == 1
