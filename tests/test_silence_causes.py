"""Why a channel is silent, and what is told before it is: our address, the vendor, its grants.

I14 in small: a broken channel is named, not guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer
from world import World

from bot.store import channel_alarms
from bot.store.connection import borrow
from bot.store.grants import Grant
from channels.sms import ConfiguredSms
from jobs.base import jobs, perform
from jobs.check_grants import soon
from jobs.probe_channel import WELL, look, try_address


async def ask(world: World, hours: float = 25, *, channel: str = "sms") -> None:
    """So much later the vendor is asked, if that is due."""
    await world.rows(
        "UPDATE channel_grants SET checked_at = checked_at - make_interval(secs => $1)",
        hours * 3600,
    )
    await perform(world.deps, "check_grants", {"channel": channel})


async def open_alarms(world: World) -> list[tuple[str, str]]:
    async with borrow(world.pool) as conn:
        return [(each.kind, each.said) for each in await channel_alarms.list_open(conn)]


async def test_an_address_of_ours_that_does_not_answer_is_found(idle_world: World) -> None:
    world = idle_world
    sms, whatsapp = world.deps.channels["sms"], world.deps.channels["whatsapp"]
    assert await look(sms, world.url) == WELL
    assert await look(whatsapp, world.url) == WELL
    assert await world.value("SELECT count(*) FROM messages") == 0
    assert await world.value("SELECT count(*) FROM dead_letters") == 0
    # Signed for another address than the one that is asked, as when PUBLIC_URL is wrong.
    assert isinstance(sms, ConfiguredSms)
    other = replace(sms.verifier, bases=("https://old.example.com",))
    assert "refuses (401)" in await look(replace(sms, verifier=other), world.url)
    world.stand_ins.twilio.standing.message_url = "https://elsewhere.example.com/sms"
    assert "sent to another address" in await look(sms, world.url)
    answers = {"bad": 502, "moved": 301, "gone": 404}

    async def proxy(request: web.Request) -> web.Response:
        headers = {"Location": "https://elsewhere.example.com/"}
        return web.Response(status=answers[request.match_info["how"]], headers=headers)

    application = web.Application()
    application.router.add_post("/{how}/webhooks/twilio", proxy)
    async with TestServer(application) as server:
        closed = str(server.make_url("/bad"))
        said = {
            how: "; ".join(await try_address(sms, str(server.make_url(f"/{how}"))))
            for how in answers
        }
    assert "502" in said["bad"]
    assert "do not follow" in said["moved"]
    assert "nothing listens" in said["gone"]
    assert "cannot be reached" in "".join(await try_address(sms, closed))


async def test_a_vendor_that_disowns_us_is_told_of_until_it_does_not(idle_world: World) -> None:
    """Asked daily, hourly while something is wrong; a subscription that ends is told of before."""
    world, twilio = idle_world, idle_world.stand_ins.twilio

    # A service that starts has better to do.
    await perform(world.deps, "check_grants", {"channel": "sms"})
    twilio.standing.status = "closed"
    await perform(world.deps, "check_grants", {"channel": "sms"})
    assert await open_alarms(world) == []
    await ask(world)
    [(kind, said)] = await open_alarms(world)
    assert (kind, "the Twilio account is closed" in said) == ("grant", True)
    await ask(world, hours=0.5)
    twilio.standing.status = "active"
    await ask(world, hours=0.4)
    assert len(await open_alarms(world)) == 1
    twilio.standing.message_url = ""
    await ask(world, hours=1.1)
    [(kind, said)] = await open_alarms(world)
    assert (kind, "no address" in said) == ("scope", True)
    twilio.standing.message_url = None
    await ask(world, hours=1.1)
    assert await open_alarms(world) == []
    # A grant of the vendor that nobody renewed.
    await world.rows(
        "INSERT INTO channel_grants (channel, name, expires_at) VALUES"
        " ('sms', 'subscription', now() + interval '3 hours'),"
        " ('sms', 'penalty', now() + interval '1 minute')"
    )
    await ask(world)
    [(kind, said)] = await open_alarms(world)
    assert (kind, "subscription ends" in said, "penalty" in said) == ("grant", True, False)
    texts = [row["text"] for row in await world.rows("SELECT text FROM desk_notices")]
    assert len(texts) == 5


async def test_the_desk_is_asked_for_its_rights_too(idle_world: World) -> None:
    """The owner is mailed, since Slack may be what is broken; an outage is none until the third."""
    world, slack = idle_world, idle_world.stand_ins.slack
    due = jobs()["check_grants"].due
    assert due is not None
    async with borrow(world.pool) as conn:
        assert {"channel": "desk"} in await due(world.deps, conn)
    await perform(world.deps, "check_grants", {"channel": "desk"})
    for failed in range(1, 4):
        slack.fail_next("internal_error", method="auth.test")
        await ask(world, 25, channel="desk")
        assert len(await open_alarms(world)) == failed // 3
    await ask(world, channel="desk")
    assert await open_alarms(world) == []
    slack.fail_next("token_revoked", method="auth.test")
    await ask(world, channel="desk")
    [(kind, said)] = await open_alarms(world)
    assert (kind, said.startswith("The staff channel in Slack: ")) == ("grant", True)
    assert "install the app again" in said
    assert await world.value("SELECT count(*) FROM owner_mails") == 3


def test_a_short_lived_grant_is_not_told_of_two_days_before() -> None:
    def of(value: Mapping[str, object]) -> timedelta:
        return soon(
            Grant(
                channel="sms",
                name="subscription",
                value=value,
                expires_at=None,
                checked_at=None,
                trouble="",
            )
        )

    assert of({}) == timedelta(hours=48)
    assert of({"lives_s": 3600}) == timedelta(minutes=6)
    assert of({"lives_s": "long"}) == of({"lives_s": 10**9}) == timedelta(hours=48)
