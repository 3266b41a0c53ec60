"""What tests of campaigns begin with: the words, the channels, and a clock that stands."""

from __future__ import annotations

from datetime import datetime

from follow_up_ground import NOW

from bot.booking_desk import DeskTools
from bot.domain_campaigns import Campaign, Segment, Wanted
from bot.follow_ups import campaigns as deeds
from bot.follow_ups.campaign_reach import Means
from bot.profile import load_profile
from bot.store.connection import Pool

PROFILE = load_profile()
MEANS = Means(windows={"sms": None, "email": None, "whatsapp": 86400.0, "webchat": None})
WANTED = Wanted(
    name="Winter",
    segment=Segment(),
    words={"en": "Hi[ {name}], {business} has winter dates.", "es": "Hola[ {name}]."},
    per_hour=10,
)


class Still:
    """A clock that stands."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def tools(at: datetime = NOW) -> DeskTools:
    return DeskTools(profile=PROFILE, clock=Still(at), render=lambda _c, text: (text,))


async def draft(pool: Pool, wanted: Wanted = WANTED, key: str = "k") -> Campaign:
    async with pool.acquire() as conn, conn.transaction():
        return await deeds.draft(tools(), conn, wanted, key=key, by="U0ROSA")


async def start(pool: Pool, campaign: Campaign, count: int = 9, by: str = "U0ROSA") -> Campaign:
    async with pool.acquire() as conn, conn.transaction():
        return await deeds.start(tools(), conn, campaign.id, count=count, by=by)
