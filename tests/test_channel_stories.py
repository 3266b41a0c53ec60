"""What the running service makes of every channel: once, in order, proved, obeyed, accounted for.

The same story for each channel as each vendor carries it, over real HTTP with the vendor's own
signatures. The vendor's API is a wire that answers as tests/vendor_<name>.py says.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession, web
from contract import Case, every_composed
from vendor import Said
from wire import Handler, Wire, open_wire
from world import World, open_world

from bot.domain import Status
from bot.language.embed import Encoder
from channels.base import Route, WebhookRequest

INBOUND = "SELECT count(*) FROM messages WHERE direction = 'inbound'"
ANSWERS = "SELECT count(*) FROM messages WHERE direction = 'outbound' AND status = 'sent'"


@dataclass
class Stage:
    """A running service, one vendor's wire, and a customer at the other end."""

    world: World
    case: Case
    wire: Wire
    http: ClientSession
    told: int = 0

    def says(self, text: str, *, minutes: float = 0, key: int = 0) -> WebhookRequest:
        """What a customer says, signed; `minutes` later than now, under an id of its own."""
        self.told += 1
        compose = self.case.vendor.compose
        assert compose is not None
        said = Said(
            channel=self.case.channel,
            id=f"SM{key or self.told:032x}",
            handle=self.case.vendor.recipient,
            text=text,
            at=self.world.deps.bot.clock.now() + timedelta(minutes=minutes),
        )
        return self.case.signed(compose(said))

    async def brings(self, request: WebhookRequest) -> int:
        """The vendor calls; the status it reads."""
        path = request.path + (f"?{request.query}" if request.query else "")
        async with self.http.post(
            self.world.url + path, data=BytesIO(request.body), headers=dict(request.headers)
        ) as answered:
            await answered.read()
            return answered.status


@pytest.fixture
async def stage(
    case: Case, database_url: str, redis_url: str, encoder: Encoder
) -> AsyncIterator[Stage]:
    """The service with this vendor's credentials."""
    async with open_wire() as wire, ClientSession() as http:
        wire.behave = _each_by_its_own_id(case)
        settings = dict(case.vendor.settings)
        for name in ("SMTP_URL", "EMAIL_FROM"):
            settings.pop(name, None)
        if case.vendor.api_variable:
            settings[case.vendor.api_variable] = wire.url
        async with open_world(database_url, redis_url, encoder, environment=settings) as world:
            yield Stage(world, case, wire, http)


def _each_by_its_own_id(case: Case) -> Handler | None:
    """The vendor's answers, each message under another id."""
    behave, numbers = case.vendor.behave, itertools.count(100_000)
    known = case.vendor.accepted_id.rpartition(":")[2]
    if behave is None:
        return None

    async def handle(request: web.Request) -> web.StreamResponse:
        answered = await behave(request)
        if isinstance(answered, web.Response) and answered.text and known in answered.text:
            answered.text = answered.text.replace(known, f"{known[:-6]}{next(numbers)}")
        return answered

    return handle


def _routes(stage: Stage) -> tuple[Route, ...]:
    return stage.world.deps.channels[stage.case.channel].routes


@every_composed
async def test_what_a_customer_says_comes_in_once_and_is_answered(case: Case, stage: Stage) -> None:
    """I1, I2, I4, I11: five copies at once, one more later, a forger, and what nobody can read."""
    world = stage.world
    asked = stage.says("How much for 20 adults?")
    assert set(await asyncio.gather(*(stage.brings(asked) for _ in range(5)))) == {200}
    await world.until(f"{ANSWERS.replace('count(*)', 'count(*) > 0')}")
    assert await stage.brings(asked) == 200
    forged = replace(asked, headers={**asked.headers, **dict.fromkeys(case.vendor.proof, "x")})
    if not case.vendor.proof:  # It stands in the body then.
        forged = replace(asked, body=asked.body.replace(b"signature", b"forgery", 1))
    assert await stage.brings(forged) == 401
    torn = case.signed(replace(asked, body=asked.body[: len(asked.body) // 2]))
    assert await stage.brings(torn) in {200, 400, 401, 403, 406}
    [route] = [r for r in _routes(stage) if r.path == asked.path]
    huge = case.signed(replace(asked, body=asked.body + b" " * route.max_bytes))
    assert await stage.brings(huge) == 413
    late, early = stage.says("And for 30?"), stage.says("Do you bring tables?", minutes=-3)
    assert [await stage.brings(late), await stage.brings(early)] == [200, 200]
    await world.settles()
    assert await world.value(INBOUND) == 3
    assert await world.value(INBOUND.replace("count(*)", "count(DISTINCT conversation_id)")) == 1
    statuses = await world.rows("SELECT DISTINCT status FROM messages WHERE direction = 'inbound'")
    assert [row["status"] for row in statuses] == ["answered"]
    again = await world.rows(
        "SELECT in_reply_to FROM messages WHERE direction = 'outbound' AND author = 'bot'"
        " GROUP BY turn_id, in_reply_to HAVING count(*) > 4"
    )
    assert again == []


@every_composed
async def test_leaving_is_obeyed(case: Case, stage: Stage) -> None:
    """I6: STOP is confirmed once, however often it is said."""
    world = stage.world
    assert await stage.brings(stage.says("Do you bring tables and chairs?")) == 200
    await world.until(f"{ANSWERS.replace('count(*)', 'count(*) > 0')}")
    await world.settles()
    for _ in range(2):
        assert await stage.brings(stage.says("STOP")) == 200
    await world.settles()
    address = "SELECT consent FROM addresses WHERE channel = $1 AND consent = 'revoked'"
    assert len(await world.rows(address, case.channel)) == 1
    required = "SELECT count(*) FROM messages WHERE purpose = 'required'"
    assert await world.value(required) in (0, 1)  # None where the carrier confirms by itself.


@every_composed
async def test_receipts_only_move_forward(case: Case, stage: Stage) -> None:
    """I5: twice, out of order, and of messages that nobody here has sent."""
    if case.vendor.report is None:
        return
    world, report = stage.world, case.vendor.report
    assert await stage.brings(stage.says("Do you bring tables and chairs?")) == 200
    await world.until(f"{ANSWERS.replace('count(*)', 'count(*) > 0')}")
    await world.settles()
    ours = str(await world.value("SELECT external_id FROM messages WHERE direction = 'outbound'"))
    for status in (Status.DELIVERED, Status.SENT, Status.DELIVERED):
        assert await stage.brings(case.signed(report(case.channel, ours, status))) == 200
    foreign = report(case.channel, ours[:-2] + "zz", Status.FAILED)
    assert await stage.brings(case.signed(foreign)) == 200
    state = await world.value("SELECT status FROM messages WHERE external_id = $1", ours)
    assert state == "delivered"
