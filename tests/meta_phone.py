"""Somebody on WhatsApp at Meta, and the service that hears them, for the stories of both."""

from __future__ import annotations

from datetime import timedelta

from world import World

from bot.clock import ShiftedClock
from handlers.sandbox.meta import MetaStandIn, Sent
from handlers.sandbox.meta_payloads import Person

ANA = Person(number="+14155550171", user_id="US.13491208655302741918")
NOW = ShiftedClock().now() - timedelta(minutes=1)


def meta_of(world: World) -> MetaStandIn:
    """The stand-in of a world that has it."""
    found = world.stand_ins.vendors["meta"]
    assert isinstance(found, MetaStandIn)
    return found


async def hears(world: World, count: int) -> Sent:
    """The `count`th message on the phone, waited for."""
    meta = meta_of(world)
    await world.holds(lambda: len(meta.sent) >= count)
    return meta.sent[count - 1]
