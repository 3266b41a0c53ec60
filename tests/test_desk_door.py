"""The desk's door: what is not Slack's is refused, what is broken ends as 4xx, nothing as 500.

I1 durable before acknowledged, I2 once, I11 verified or refused, I13 nothing personal is logged.
Payloads in tests/payloads/desk have the vendor's documented shapes; each states its provenance.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from desk_payloads import FORM, JSON, payload
from slack_sdk.signature import SignatureVerifier
from world import World

from bot.store import staff
from bot.store.connection import borrow
from handlers.desk.base import Act, Answer, Asked, Office, Part
from handlers.desk.door import Door
from handlers.desk.opening import DOOR


async def post(
    world: World, body: bytes, kind: str, *, signature: str = "", stamp: str = ""
) -> tuple[int, str]:
    """One request; signed by the vendor's own library unless told otherwise."""
    stamp = stamp or str(int(world.ground.clock.now().timestamp()))
    verifier = SignatureVerifier(world.stand_ins.slack.credentials.signing_secret)
    if not signature:
        signature = str(verifier.generate_signature(timestamp=stamp, body=body))
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp}
    if signature != "none":
        headers["X-Slack-Signature"] = signature
    async with (
        ClientSession() as http,
        http.post(
            f"{world.url}/webhooks/slack", data=io.BytesIO(body), headers=headers
        ) as response,
    ):
        return response.status, await response.text()


async def send(world: World, body: Mapping[str, Any]) -> tuple[int, str]:
    """As Slack sends it: events as JSON, commands as a form, the rest as a form with a payload."""
    if body.get("type") in ("event_callback", "url_verification", "app_rate_limited"):
        return await post(world, json.dumps(body).encode(), JSON)
    form = body if "command" in body or "ssl_check" in body else {"payload": json.dumps(body)}
    return await post(world, urlencode(form).encode(), FORM)


def at_the_desk(world: World, name: str) -> dict[str, Any]:
    """A recorded shape as it would come from Dana, in the staff channel."""
    channel = world.stand_ins.slack.credentials.channel_id
    text = json.dumps(payload(name)).replace("U2147483697", "U0DANA").replace("C123ABC456", channel)
    found: dict[str, Any] = json.loads(text)
    return found


async def test_only_slack_is_let_in(idle_world: World) -> None:
    world = idle_world
    body = urlencode({"command": "/concierge", "user_id": "U0DANA"}).encode()
    assert (await post(world, body, FORM, signature="none"))[0] == 401
    assert (await post(world, body, FORM, signature="v0=" + "0" * 64))[0] == 401
    now = int(world.ground.clock.now().timestamp())
    assert (await post(world, body, FORM, stamp=str(now - 301)))[0] == 401
    assert (await post(world, b"{", JSON))[0] == 400
    assert (await post(world, b"a" * (1024 * 1024 + 1), FORM))[0] == 413
    # The vendor's look at the certificate is unsigned and asks for nothing.
    probe = urlencode({"ssl_check": "1", "token": "x"}).encode()
    assert (await post(world, probe, FORM, signature="none"))[0] == 200
    asked = urlencode({"ssl_check": "1", "token": "x", "command": "/pause"}).encode()
    assert (await post(world, asked, FORM, signature="none"))[0] == 401
    status, text = await send(world, payload("url_verification"))
    assert (status, json.loads(text)["challenge"]) == (200, "3eZbrw1aBm2rZgRNFdxV2595E9CY")


async def test_what_nobody_takes_is_answered_in_words(
    idle_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = idle_world
    status, text = await send(world, at_the_desk(world, "command"))
    assert status == 200
    assert "no such command" in text
    for name in ("press", "shortcut", "message_shortcut"):
        assert (await send(world, at_the_desk(world, name)))[0] == 200
    slack = world.stand_ins.slack
    await slack.wait_until(lambda: any("another version" in e.text for e in slack.ephemerals), 10)
    status, text = await send(world, at_the_desk(world, "submission"))
    assert status == 200
    assert "another version" in str(json.loads(text)["errors"])
    for name in ("app_rate_limited", "event_unknown", "block_suggestion", "view_closed"):
        assert (await send(world, at_the_desk(world, name)))[0] == 200
    assert "Hello" not in caplog.text


async def test_hostile_payloads_never_end_as_our_failure(
    idle_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Mutated shapes of everything that the parts take, under the names that they take."""
    world = idle_world
    parts = world.app[DOOR].parts
    names = {
        "press": sorted(name for part in parts for name in part.presses),
        "submission": sorted(name for part in parts for name in part.submits),
        "message_shortcut": sorted(name for part in parts for name in part.shortcuts),
        "command": sorted(name for part in parts for name in part.commands),
    }
    junk_values = ["", "\x00", "\ufffe", "%s", "'; DROP TABLE messages", "9" * 400, None, 7, [], {}]
    bodies = []
    for kind, each in names.items():
        for number, name in enumerate(each):
            for value in (junk_values[number % len(junk_values)], "x"):
                bodies.append(_named(at_the_desk(world, kind), kind, name, value))
    for event in ("event_message", "event_home"):
        whole = at_the_desk(world, event)
        for key in [*whole["event"], "subtype", "thread_ts", "files", "message"]:
            for value in junk_values[::3]:
                bodies.append({**whole, "event": {**whole["event"], key: value}})
    gate = asyncio.Semaphore(4)

    async def one(body: Mapping[str, Any]) -> int:
        async with gate:
            return (await send(world, body))[0]

    statuses = await asyncio.gather(*map(one, bodies))
    assert set(statuses) <= {200, 400}, [
        (status, str(body)[:300])
        for status, body in zip(statuses, bodies, strict=True)
        if status not in (200, 400)
    ][:3]
    assert "request.failed" not in caplog.text


def _named(body: dict[str, Any], kind: str, name: str, value: Any) -> dict[str, Any]:
    if kind == "press":
        body["actions"][0] |= {"action_id": name, "value": value}
    elif kind == "submission":
        body["view"]["callback_id"] = name
        body["view"]["private_metadata"] = value if isinstance(value, str) else ""
        for block in body["view"]["state"]["values"].values():
            for entered in block.values():
                entered["value"] = value
    elif kind == "command":
        body |= {"command": name, "text": value if isinstance(value, str) else ""}
    else:
        body["callback_id"] = name
    return body


async def test_the_database_is_away(idle_world: World) -> None:
    """I1: an event is answered 503, so that Slack sends it again; a person reads why."""
    await idle_world.app[DOOR].office.pool.close()
    said = at_the_desk(idle_world, "event_message")
    said["event"]["thread_ts"] = "1355517500.000001"
    assert (await send(idle_world, said))[0] == 503
    press = at_the_desk(idle_world, "press")
    press["actions"][0]["action_id"] = "wrong"
    assert (await send(idle_world, press))[0] == 503
    slack = idle_world.stand_ins.slack
    await slack.wait_until(lambda: any("database is away" in e.text for e in slack.ephemerals), 10)


async def test_a_slow_part_is_told_in_time_and_twice_is_once(idle_world: World) -> None:
    """Slack waits three seconds and repeats events; the same deed is done once (I2)."""
    world = idle_world
    done: list[str] = []

    async def hang(_office: Office, _asked: Asked) -> Answer:
        await asyncio.Event().wait()
        return Answer()

    async def once(office: Office, asked: Asked) -> Answer:
        async with borrow(office.pool) as conn, conn.transaction():
            if await staff.take_in(conn, asked.key):
                done.append(asked.by.name)
        return Answer(text="Done.")

    extra = Part(presses={"hang": Act(run=hang), "once": Act(run=once)})
    door = Door(world.app[DOOR].office, signing_secret="s")
    door.parts = (extra,)
    press = at_the_desk(world, "press")
    press["actions"][0]["action_id"] = "hang"
    async with asyncio.timeout(3.0):
        assert (await door.dispatch(press)).status == 200
    slack = world.stand_ins.slack
    await slack.wait_until(lambda: any("took too long" in e.text for e in slack.ephemerals), 10)
    press["actions"][0]["action_id"] = "once"
    await asyncio.gather(*(door.dispatch(press) for _ in range(3)))
    assert done == ["Dana"]
    await door.close()


async def test_every_name_is_taken_by_one_part_only(idle_world: World) -> None:
    parts = idle_world.app[DOOR].parts
    for kind in ("presses", "submits", "shortcuts", "commands", "events"):
        names = [name for part in parts for name in getattr(part, kind)]
        assert len(names) == len(set(names)), kind
    assert parts
