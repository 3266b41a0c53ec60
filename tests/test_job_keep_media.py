"""A customer's files: got, kept, shown to staff by signed links, and answered (real HTTP)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import cast
from uuid import UUID

import media_samples as made
import pytest
from aiohttp import ClientSession
from PIL import Image
from staff_room import Staff, shown
from test_desk_speaking_trouble import post_all
from world import World

from bot.domain import Media, Message, MessageId
from bot.errors import NotFound, StoreUnavailable
from bot.language.wording import phrases
from bot.loading_files import WAIT_S
from bot.media import kept_key, key_of
from bot.media_links import FOR_STAFF, message_file_link
from channels.base import FetchesMedia, Parsed
from handlers.keys import CLOCK, MEDIA
from handlers.sandbox.phones import Upload
from handlers.webhooks import record
from jobs.base import perform
from jobs.keep_media import HELD_AT_ONCE

FILES = "SELECT * FROM media_files ORDER BY created_at, message_id, place"


async def test_files_are_kept_judged_and_told_of(world: World) -> None:
    """No model sees: the words are answered, staff get links, and each file has its end (I4)."""
    ann, phone = world.customer(channel="whatsapp"), world.stand_ins.twilio
    mixed = [
        Upload("image/jpeg", made.photo()),
        Upload("image/jpeg", b"MZ\x90\x00" + bytes(300)),
        Upload("application/pdf", made.PDF),
    ]
    await phone.customer_sends("whatsapp", ann.number, "", media=mixed)
    answer = await ann.hears()
    assert any(each in answer for each in phrases()["en"]["files_seen_by_staff"])
    await world.settles()
    photo, program, document = await world.rows(FILES)
    assert (photo["status"], photo["kind"], photo["content_type"]) == (
        "kept",
        "image",
        "image/jpeg",
    )
    assert (program["status"], program["key"]) == ("refused", None)
    assert "exe" in program["reason"]
    assert (document["kind"], document["name"]) == ("document", "document.pdf")
    await post_all(world)
    told = shown(await Staff(world).reads("cannot see"))
    link, _document = re.findall(rf"{world.url}/media/[\w.-]+", told)
    async with ClientSession() as http, http.get(link) as opened:
        assert opened.status == 200
    assert "exe" in told

    kept = await world.deps.bot.media.get(photo["key"])
    assert photo["digest"] == key_of(mixed[0].content) != photo["key"]
    assert b"SecretCamera" not in kept
    await _links_say_what_they_should(world, photo["message_id"], kept)

    # The same webhook again is the same message and the same files (I2).
    assert len(await world.rows(FILES)) == 3
    before = await world.rows(FILES)
    await perform(world.deps, "keep_media", {"message_id": str(photo["message_id"])})
    assert await world.rows(FILES) == before


async def _links_say_what_they_should(world: World, message: UUID, kept: bytes) -> None:
    """I11: a link opens one file until it ends, and nothing of it runs in a browser."""
    now, settings = world.app[CLOCK].now(), world.ground.settings
    message_id = MessageId(message)
    link = message_file_link(settings, message_id, 0, now=now, lasts=FOR_STAFF)
    paper = message_file_link(settings, message_id, 2, now=now, lasts=FOR_STAFF)
    over = message_file_link(settings, message_id, 0, now=now, lasts=timedelta(seconds=-1))
    none = message_file_link(settings, message_id, 1, now=now, lasts=FOR_STAFF)
    async with ClientSession() as http:
        async with http.get(link) as found:
            assert (found.status, await found.read()) == (200, kept)
            assert found.headers["Content-Disposition"].startswith("inline;")
            assert found.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in found.headers["Content-Security-Policy"]
            assert found.headers["Cache-Control"].startswith("private")
        async with http.get(paper) as found:
            assert found.headers["Content-Disposition"].startswith('attachment; filename="docu')
            assert found.content_type == "application/pdf"
        for wrong, status in ((over, 410), (none, 410), (link[:-1], 404), (f"{link}x", 404)):
            async with http.get(wrong) as refused:
                assert refused.status == status
                assert "link" in await refused.text() or status == 410
        longer = link.replace("-0-", "-0-9", 1)
        async with http.get(longer) as refused:
            assert refused.status == 404


async def test_a_file_that_is_not_there_now_comes_later_and_one_that_is_gone_is_gone(
    idle_world: World,
) -> None:
    """Vendor slow, 500 and 404; killed between fetching and our commit; rung for twice at once."""
    world, phone = idle_world, idle_world.stand_ins.twilio
    ann = world.customer()
    await phone.customer_sends("sms", ann.number, "look", media=[Upload("image/png", made.png())])
    (row,) = await world.rows(FILES)
    ids = {"message_id": str(row["message_id"])}
    assert row["status"] == "wanted"
    phone.fail_listing(500)
    await perform(world.deps, "keep_media", ids)
    (row,) = await world.rows(FILES)
    assert (row["status"], row["tries"], row["due_at"] > row["created_at"]) == ("wanted", 1, True)
    # Not before its time, and then by two at once: one does it.
    await perform(world.deps, "keep_media", ids)
    assert (await world.rows(FILES))[0]["status"] == "wanted"
    world.ground.clock.shift = timedelta(hours=1)  # type: ignore[attr-defined]
    await asyncio.gather(*(perform(world.deps, "keep_media", ids) for _ in range(3)))
    (row,) = await world.rows(FILES)
    assert (row["status"], row["content_type"]) == ("kept", "image/png")

    await _no_file_holds_up_another(world)
    await _stop_waits_for_no_file(world)

    await phone.customer_sends("sms", ann.number, "gone", media=[Upload("image/png", b"x")])
    phone.uploads.clear()
    gone = (await world.rows(FILES))[-1]
    await perform(world.deps, "keep_media", {"message_id": str(gone["message_id"])})
    gone = (await world.rows(FILES))[-1]
    assert (gone["status"], gone["key"]) == ("gone", None)


async def _no_file_holds_up_another(world: World) -> None:
    """I14: without a place it waits and is not tried; what fails as nobody foresaw fails alone."""
    phone, bob = world.stand_ins.twilio, world.customer("+14155550155")
    two = [Upload("image/png", made.png()), Upload("image/jpeg", made.photo())]
    await phone.customer_sends("sms", bob.number, "two", media=two)
    first, _second = (await world.rows(FILES))[-2:]
    ids = {"message_id": str(first["message_id"])}
    places = world.deps.places("files:sms", HELD_AT_ONCE)
    for _ in range(HELD_AT_ONCE):
        await places.acquire()
    await perform(world.deps, "keep_media", ids)
    waiting = (await world.rows(FILES))[-2:]
    assert [(row["status"], row["tries"]) for row in waiting] == [("wanted", 0)] * 2
    for _ in range(HELD_AT_ONCE):
        places.release()
    world.ground.clock.shift += timedelta(seconds=1)  # type: ignore[attr-defined]
    sms = world.deps.channels["sms"]
    failing = replace(world.deps, channels={"sms": _FirstFails(sms)})  # type: ignore[dict-item]
    await perform(failing, "keep_media", ids)
    found = (await world.rows(FILES))[-2:]
    assert sorted(row["status"] for row in found) == ["kept", "wanted"]
    assert [row["reason"] for row in found if row["status"] == "wanted"] == ["it failed: KeyError"]


class _FirstFails:
    """The channel, whose first file makes it fail."""

    def __init__(self, inner: object) -> None:
        self._inner, self._calls = cast(FetchesMedia, inner), 0

    async def fetch(self, media: Media) -> bytes:
        self._calls += 1
        if self._calls == 1:
            raise KeyError("what a customer wrote")
        return await self._inner.fetch(media)


async def _stop_waits_for_no_file(world: World) -> None:
    """I6: whoever sends a photo and then STOP is obeyed before the photo is there."""
    phone, eve = world.stand_ins.twilio, world.customer("+14155550156")
    await phone.customer_sends("sms", eve.number, "", media=[Upload("image/png", made.png())])
    await eve.texts("STOP")
    of = "SELECT conversation_id FROM messages WHERE text = 'STOP'"
    async with asyncio.timeout(WAIT_S - 1):
        await perform(world.deps, "take_turn", {"conversation_id": str(await world.value(of))})
    consent = "SELECT consent FROM addresses WHERE value = $1"
    assert await world.value(consent, eve.number) == "revoked"


async def test_what_comes_along_is_stored_before_it_is_acknowledged(idle_world: World) -> None:
    """I1: a store that is away refuses the whole request; what is kept has lost its raw twin."""
    world = idle_world
    raw = made.photo()
    message = Message(
        channel="email",
        external_id="<1@example.org>",
        sender="ann@example.org",
        recipient="us@example.com",
        text="our yard",
        media=(Media("", "image/jpeg", "yard.jpeg", raw),),
    )
    store = world.app[MEDIA]
    assert store is not None
    working, store._open = store._open, lambda: (_ for _ in ()).throw(OSError("away"))
    with pytest.raises(StoreUnavailable):
        await record(world.app, Parsed(messages=(message,)))
    assert await world.rows("SELECT FROM messages") == []
    store._open = working
    await record(world.app, Parsed(messages=(message, replace(message, external_id="<2@x>"))))
    first, second = await world.rows("SELECT id, rest FROM messages ORDER BY seq")
    assert kept_key(first["rest"]["media"][0]["url"]) == key_of(raw)
    await perform(world.deps, "keep_media", {"message_id": str(first["id"])})
    assert await world.deps.bot.media.get(key_of(raw)) == raw  # The second still wants it.
    await perform(world.deps, "keep_media", {"message_id": str(second["id"])})
    one, two = await world.rows(FILES)
    assert one["key"] == two["key"]
    assert one["name"] == "yard.jpg"
    names = {
        each
        async for each in world.deps.bot.media.list_older(one["created_at"] + timedelta(days=1))
    }
    assert names == {one["key"]}
    with Image.open(BytesIO(await world.deps.bot.media.get(one["key"]))) as image:
        assert image.size == (80, 120)
    await _what_is_refused_does_not_stay(world, message)


async def _what_is_refused_does_not_stay(world: World, message: Message) -> None:
    program = b"MZ\x90\x00" + bytes(99)
    sent = replace(message, external_id="<3@x>", media=(Media("", "image/png", "x", program),))
    await record(world.app, Parsed(messages=(sent,)))
    third = await world.value("SELECT id FROM messages ORDER BY seq DESC LIMIT 1")
    assert await world.deps.bot.media.get(key_of(program)) == program
    await perform(world.deps, "keep_media", {"message_id": str(third)})
    assert (await world.rows(FILES))[-1]["status"] == "refused"
    with pytest.raises(NotFound):
        await world.deps.bot.media.get(key_of(program))
