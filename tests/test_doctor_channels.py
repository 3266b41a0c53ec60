"""`concierge doctor` on channels: asks every vendor, and tells what the service has noted."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from staff_room import Staff
from world import World

from bot.settings import load_settings
from bot.store import channel_alarms
from bot.store.connection import borrow
from handlers.commands import desk
from handlers.commands.doctor_channels import examine_channels

Lines = dict[str, list[tuple[str, str]]]


async def examined(world: World, **changed: str) -> Lines:
    env = {**world.ground.environment, **changed}
    found: Lines = {}
    async with ClientSession() as http:
        async for sign, what, said in examine_channels(env, load_settings(env), http):
            found.setdefault(what, []).append((sign, said))
    return found


async def test_the_doctor_asks_every_vendor_and_tells_what_is_known(
    idle_world: World,
) -> None:
    world = idle_world
    twilio, now = world.stand_ins.twilio, world.ground.clock.now()
    well = await examined(world, PUBLIC_URL=world.url, SLACK_CUSTOMERS="1")
    assert {"sms", "whatsapp", "email", "slack"} <= well.keys()
    assert [sign for name in ("sms", "whatsapp", "slack") for sign, _ in well[name]] == ["ok"] * 3
    assert well["sms inbound"] == [("ok", "no message has come yet")]
    # What our profile lacks is told here, and is no alarm of the vendor's.
    assert [sign for sign, _ in well["email"]] == ["ok"]
    assert well["email offers"][0][0] == "wrong"
    assert "postal_address" in well["email offers"][0][1]
    assert well["slack webhook"] == [("ok", f"{world.url}/webhooks/slack")]

    await world.customer().texts("hello")
    await world.until("SELECT count(*) = 1 FROM messages")
    twilio.standing.message_url = "https://old.example.com/sms"
    async with borrow(world.pool) as conn:
        since = now - timedelta(hours=6)
        said = "Nobody has written by text messages for 6 hours."
        await channel_alarms.raise_alarm(conn, "sms", "silence", said=said, since=since, now=now)
        again = await channel_alarms.raise_alarm(
            conn, "sms", "silence", said=f"{said} Still.", since=now, now=now
        )
        assert again is None
    await world.rows(
        "INSERT INTO channel_grants (channel, name, expires_at, trouble) VALUES"
        " ('sms', 'subscription', now() + interval '9 days', ''),"
        " ('whatsapp', 'token', NULL, 'the token was refused <!channel>')"
    )
    ill = await examined(world)
    assert ill["sms"][1][0] == "wrong"
    assert "another address" in ill["sms"][1][1]
    assert ill["sms inbound"][0][1].startswith("the last message came 20")
    assert ill["sms silence"] == [("wrong", f"{said} Still.")]
    assert ill["sms subscription"][0][0] == "ok"
    assert ill["whatsapp token"] == [("wrong", "the token was refused <!channel>")]
    assert "watch" not in " ".join(ill)


async def test_what_a_vendor_refuses_is_to_be_mended(idle_world: World) -> None:
    world = idle_world
    world.stand_ins.twilio.standing.status = "suspended"
    assert (await examined(world))["whatsapp"][0] == (
        *("wrong", "the Twilio account is suspended: see its console"),
    )
    half = await examined(world, TWILIO_AUTH_TOKEN="")
    assert half["channels"][0][0] == "wrong"
    assert "TWILIO_AUTH_TOKEN" in half["channels"][0][1]


async def test_alarms_are_read_at_the_desk_and_on_the_server(
    idle_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = idle_world
    now, said = world.ground.clock.now(), "Nobody has written by text messages for 6 hours."
    async with borrow(world.pool) as conn:
        await channel_alarms.raise_alarm(conn, "sms", "silence", said=said, since=now, now=now)
    dana = Staff(world)
    shown = await world.stand_ins.slack.staff_commands("/concierge", user=dana.id)
    assert shown.ok
    await world.holds(lambda: bool(world.stand_ins.slack.ephemerals))
    assert any(said in str(each.blocks) for each in world.stand_ins.slack.ephemerals)
    await desk.run(Namespace(), world.ground.environment)
    assert said in capsys.readouterr().out
