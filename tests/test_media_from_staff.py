"""Files that staff attach in a card's thread go to the customer, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import media_samples as made
import pytest
from arq import Retry
from staff_room import Staff, shown
from test_desk_speaking import beside, claimed_without_worker, held_card
from test_desk_speaking_trouble import teach
from world import Customer, World

from bot.domain import CustomerId
from bot.media import nowhere
from bot.media_erasing import delete_files, forget_files
from bot.profile import load_profile
from channels.carrying import MB, Carries
from channels.email import ConfiguredEmail
from channels.ringcentral import ConfiguredRingCentral
from channels.slack import ConfiguredSlack
from channels.sms import ConfiguredSms
from channels.webchat import ConfiguredWebchat
from channels.whatsapp_cloud import CloudWhatsApp
from channels.whatsapp_twilio import TwilioWhatsApp
from handlers.sandbox.phones import Upload
from jobs.base import perform


async def _arrives(world: World, customer: Customer, count: int) -> list[bytes]:
    """The files on the phone once there are so many."""
    phone = world.stand_ins.twilio

    def files() -> list[bytes]:
        return [phone.uploads[sid].content for m in customer.received for sid, _ in m.media]

    await world.holds(lambda: len(files()) >= count)
    return files()


async def test_what_staff_attach_goes_out_and_comes_back_on_undo(world: World) -> None:
    """Behind the words, cleaned, once; I7 and Undo hold; what cannot go is offered as a link."""
    dana, ann = Staff(world), world.customer("+14155550131")
    card = await held_card(world, ann, dana)
    before = len(ann.received)
    await dana.writes("This is our grill", card, files=[("grill.jpg", made.photo())])
    hurried = await dana.whispered("Goes to +14155550131")
    await world.until("SELECT count(*) = 1 FROM media_files")
    await dana.presses(hurried, "send_now")
    (picture,) = await _arrives(world, ann, 1)
    assert b"SecretCamera" not in picture
    assert picture.startswith(b"\xff\xd8\xff")
    words, carried = ann.received[before:]
    assert "This is our grill" in words.body
    assert (carried.body, len(carried.media)) == ("", 1)

    # Without words, then taken back while it waits: nothing of it leaves.
    await dana.writes("", card, files=[("menu.png", made.png())])
    undo = await dana.whispered("Goes to the customer")
    await world.until("SELECT count(*) = 2 FROM media_files")
    await dana.presses(undo, "undo")
    await world.until("SELECT count(*) = 1 FROM messages WHERE status = 'dropped'")
    await world.settles()
    assert len(await _arrives(world, ann, 1)) == 1

    # What text messages do not carry is kept and offered; what nobody should open is refused.
    files = [("plan.docx", made.office()), ("setup.exe", b"MZ\x90\x00" + bytes(100))]
    await dana.writes("", card, files=files)
    offered = shown(await dana.reads("plan.docx cannot go by text", card))
    assert f"{world.url}/media/" in offered
    refused = shown(await dana.reads("setup.exe was not sent", card))
    assert "exe" in refused
    await world.settles()
    assert len(await _arrives(world, ann, 1)) == 1


async def test_behind_a_button_files_wait_for_it_and_what_cannot_be_got_is_told(
    idle_world: World,
) -> None:
    """With `sending = "buttons"` nothing leaves unpressed; what cannot be got ends with a word."""
    world, dana, ann = idle_world, Staff(idle_world), idle_world.customer("+14155550134")
    teach(world, desk=load_profile().desk.model_copy(update={"sending": "buttons"}))
    card, work = await claimed_without_worker(world, ann, dana)
    await dana.writes("Our grill", card, files=[("grill.jpg", made.photo())])
    await work("carry_files")
    assert await world.rows("SELECT FROM media_files") == []
    await dana.presses(await beside(world, dana), "send_offered")
    await work("carry_files")
    sent = await world.rows("SELECT text, rest FROM messages WHERE author = 'staff' ORDER BY seq")
    assert ["media" in row["rest"] for row in sent] == [False, True]

    await dana.writes("", card, files=[("menu.png", made.png())])
    offered = await beside(world, dana)
    await work("carry_files")
    assert await world.value("SELECT count(*) FROM media_files") == 1
    await dana.presses(offered, "send_offered")
    failing = replace(world.deps, bot=replace(world.deps.bot, media=nowhere()))
    words = str(await world.value("SELECT id FROM desk_words ORDER BY id DESC LIMIT 1"))
    owed = "SELECT count(*) FROM desk_words WHERE files_due_at IS NOT NULL"
    with pytest.raises(Retry):
        await perform(failing, "carry_files", {"words_id": words})
    assert await world.value(owed) == 1
    world.ground.clock.shift += timedelta(minutes=20)  # type: ignore[attr-defined]
    await perform(failing, "carry_files", {"words_id": words})
    assert await world.value(owed) == 0
    told = "SELECT text FROM desk_notices WHERE key LIKE 'file:%'"
    assert "menu.png was not sent" in str(await world.value(told))
    assert "attach it again" in str(await world.value(told))
    assert await world.value("SELECT status FROM desk_words WHERE id = $1", UUID(words)) == "undone"


@pytest.mark.parametrize(
    ("channel", "carried", "left"),
    [
        (ConfiguredSms, ("image/gif", 5 * MB, "+1"), ("application/pdf", MB, "+1")),
        (ConfiguredSms, ("video/mp4", MB // 2, "+61"), ("image/png", 1, "+44")),
        (TwilioWhatsApp, ("image/png", 5 * MB, "+44"), ("image/gif", 1, "+1")),
        (CloudWhatsApp, ("audio/ogg", 16 * MB, "+44"), ("image/jpeg", 6 * MB, "+1")),
        (ConfiguredRingCentral, ("image/png", MB, "+1"), ("image/png", 5 * MB, "+1")),
        (ConfiguredEmail, ("application/msword", 9 * MB, "a@b.c"), ("image/png", 30 * MB, "a@b.c")),
        (ConfiguredWebchat, ("application/msword", 39 * MB, "v"), None),
    ],
)
def test_what_each_channel_carries(
    channel: type[Carries],
    carried: tuple[str, int, str],
    left: tuple[str, int, str] | None,
) -> None:
    one = channel.__new__(channel)
    assert one.can_carry(*carried)
    assert left is None or not one.can_carry(*left)
    assert not issubclass(ConfiguredSlack, Carries)


async def test_erasing_a_customer_deletes_their_files_and_nobody_elses(idle_world: World) -> None:
    """I13: rows and bytes go; what somebody else sent too stays; what nobody names is swept."""
    world, phone = idle_world, idle_world.stand_ins.twilio
    shared, own = Upload("image/png", made.png()), Upload("image/jpeg", made.photo())
    ann, bob = world.customer("+14155550132"), world.customer("+14155550133")
    await phone.customer_sends("sms", ann.number, "", media=[shared, own])
    await phone.customer_sends("sms", bob.number, "", media=[shared])
    for row in await world.rows("SELECT id FROM messages"):
        await perform(world.deps, "keep_media", {"message_id": str(row["id"])})
    store, clock = world.deps.bot.media, world.ground.clock
    ahead = clock.now() + timedelta(days=9)
    assert await store.put(own.content)  # Left by a crash: as it came, with its place in it.
    assert len({each async for each in store.list_older(ahead)}) == 3
    who = await world.value("SELECT customer_id FROM addresses WHERE value = $1", ann.number)
    assert isinstance(who, UUID)
    async with world.pool.acquire() as conn, conn.transaction():
        keys = await forget_files(conn, CustomerId(who))
    await delete_files(store, keys)
    (left,) = await world.rows("SELECT key FROM media_files")
    assert {each async for each in store.list_older(ahead)} == {left["key"]}

    stray = await store.put(b"of a request that failed")
    await perform(world.deps, "sweep_media", {})
    assert stray in {each async for each in store.list_older(ahead)}
    clock.shift = timedelta(days=3)  # type: ignore[attr-defined]  # A ShiftedClock.
    await perform(world.deps, "sweep_media", {})
    assert {each async for each in store.list_older(ahead)} == {left["key"]}
