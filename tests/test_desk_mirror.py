"""What a customer writes while people have the conversation stands in the card's thread."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession
from media_samples import png
from staff_room import Staff, shown
from test_desk_speaking import held_card
from world import Customer, World

from bot.domain import Author, Direction, Media, Message
from bot.errors import VendorRefused
from channels.twilio_api import TwilioApi
from channels.twilio_media import fetch_media
from handlers.keys import INTAKE
from handlers.sandbox.phones import Upload

PNG = png()


async def _says_stop(world: World, ann: Customer) -> None:
    """Nobody is reminded to answer who may not be written to."""
    await world.until("SELECT waiting_since IS NOT NULL FROM escalations")
    await ann.texts("STOP")
    await world.until("SELECT waiting_since IS NULL FROM escalations")


async def test_all_a_customer_does_appears_in_the_thread_in_order(world: World) -> None:
    """Words, pictures, thumbs, places and STOP, once each, with nothing that Slack would obey."""
    dana, ann = Staff(world), world.customer("+14155550111", "whatsapp")
    phone = world.stand_ins.twilio
    card = await held_card(world, ann, dana)
    before = len(dana.thread(card))
    sid = await ann.texts("Is <!channel> *Saturday* free? <@U0DANA>")
    await ann.texts("Is <!channel> *Saturday* free? <@U0DANA>", sid=sid)
    picture, fake = Upload("image/png", PNG), Upload("image/png", b"<html>no picture</html>")
    await phone.customer_sends("whatsapp", ann.number, "Our garden", media=[picture, fake])
    await phone.customer_sends(
        "whatsapp",
        ann.number,
        "",
        fields={"Latitude": "37.77", "Longitude": "-122.41", "MessageType": "location"},
    )
    await phone.customer_sends("whatsapp", ann.number, "👍", fields={"MessageType": "reaction"})
    await dana.reads("reacted", card)
    await _says_stop(world, ann)
    await dana.reads("opted out", card)
    await world.until(
        "SELECT bool_and(post_status = 'posted') FROM desk_notices WHERE kind = 'customer'"
    )
    told = [shown(m) for m in dana.thread(card)[before:] if not m.files]
    heard = [t for t in told if "+14155550111" in t or "cannot be shown" in t]
    assert "Is &lt;!channel&gt; *Saturday* free? &lt;@U0DANA&gt;" in heard[0]
    assert "Our garden" in heard[1]
    assert "looks like a file of the kind html" in heard[2]
    assert "location" in heard[3]
    assert "reacted" in heard[4]
    assert "opted out" in heard[5]
    assert len(heard) == 6
    (kept,) = [f for f in world.stand_ins.slack.files.values() if "icture" in f.name]
    assert kept.content.startswith(b"\x89PNG")
    assert [m for m in dana.thread(card) if m.files]

    # Who has opted out is not written to, and the holder is told so at once.
    await dana.writes("One more thing", card)
    assert "has opted out" in shown(await dana.whispered("Nothing was sent"))
    assert await world.rows("SELECT FROM messages WHERE author = 'staff'") == []


async def test_an_answer_from_the_phone_app_takes_the_conversation(world: World) -> None:
    """The first human reply by any way takes the floor; the echo of our own sends does not (I7)."""
    dana, bob = Staff(world), world.customer("+14155550112", "whatsapp")
    await bob.asks("Hi, what do you cost for 20 adults?")
    await world.settles()
    ours = world.stand_ins.twilio.number
    intake = world.app[INTAKE]

    def echo(sid: str, text: str, to: str = bob.number) -> Message:
        return Message(
            channel="whatsapp",
            external_id=sid,
            sender=ours,
            recipient=to,
            direction=Direction.OUTBOUND,
            author=Author.STAFF,
            text=text,
        )

    own = str(await world.value("SELECT external_id FROM messages WHERE author = 'bot' LIMIT 1"))
    (known,) = await intake.record([echo(own, "whatever")])
    assert not known.is_fresh
    assert await world.value("SELECT mode FROM conversations") == "bot"
    await _phone_app_answers(world, echo("EC1", "Call you in 5"))
    heard = len(bob.received)
    await bob.texts("Thanks! And for 30?")
    await dana.reads("And for 30?", await world.desk_shows())
    await world.settles()
    assert len(bob.received) == heard

    # Somebody nobody knows yet, written to from the telephone first.
    await intake.record([echo("EC2", "Hello stranger", "+14155550199")])
    modes = "SELECT mode FROM conversations JOIN addresses USING (customer_id) WHERE value = $1"
    assert await world.value(modes, "+14155550199") == "human"


async def _phone_app_answers(world: World, echo: Message) -> None:
    """Three times at once, and it is one answer that takes the conversation (I2)."""
    intake = world.app[INTAKE]
    found = await asyncio.gather(*(intake.record([echo]) for _ in range(3)))
    assert sum(each[0].is_fresh for each in found) == 1
    (row,) = await world.rows("SELECT text, status, direction FROM messages WHERE author = 'staff'")
    assert tuple(row) == ("Call you in 5", "sent", "outbound")
    assert await world.value("SELECT mode FROM conversations") == "human"
    assert "phone app" in shown(await world.desk_shows())
    assert await world.value("SELECT answered_at >= created_at FROM escalations")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/2010-04-01/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com:8443/x",
        "https://somebody@api.twilio.com/x",
        "http://api.twilio.com/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_no_other_host_is_asked_for_a_file(url: str) -> None:
    """Our credentials go to the vendor's API and nowhere else; nothing is even connected to."""
    async with ClientSession() as http:
        api = TwilioApi(
            http=http,
            base="https://api.twilio.com",
            account_sid="AC1",
            authorization="Basic secret",
            status_callback="",
        )
        with pytest.raises(VendorRefused, match="not at Twilio"):
            await fetch_media(api, Media(url, "image/png"))
