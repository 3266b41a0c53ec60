"""Drives months of a business in minutes: the clock jumps, two workers do what is due.

Redis is away all the time, so that only the sweep keeps the promises (I12). Two workers sweep at
once; some are killed in the middle of what they do; the vendor and the workers are away for days.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from world import World, open_world
from year_life import Life
from year_lives import Lives
from year_work import deaf, sweep_once, work

from bot.domain_campaigns import Segment, Wanted
from bot.follow_ups import campaigns
from bot.language.embed import Embedder, Encoder
from bot.profile import Profile
from bot.store import pauses
from bot.store.connection import borrow
from handlers.sandbox.phones import PhoneMessage
from handlers.service import job_deps
from jobs.base import JobDeps

OURS = ZoneInfo("America/Los_Angeles")
REVIEWS = "https://reviews.example/hibachi"
OFFER = Wanted(
    name="New dates",
    segment=Segment(),
    words={
        "en": "Hi[ {name}], {business} has new dates.",
        "es": "Hola[ {name}], {business} tiene nuevas fechas.",
        "zh": "您好[，{name}]！{business}有新的日期。",
    },
    per_hour=200,
)
SWEPT_EVERY = 8
"""Of so many looks one is the sweep with all that a service does."""
# What a send that died with its worker waits for is the machine's clock, which does not jump here.
_TIME_PASSES = """UPDATE messages SET claimed_until = now() - interval '1 second'
WHERE status = 'sending' AND claimed_until > now()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong in the year."""

    kills: int
    vendor_away: tuple[tuple[datetime, datetime], ...]
    workers_away: tuple[tuple[datetime, datetime], ...]
    paused: tuple[tuple[datetime, datetime], ...]
    campaigns: tuple[datetime, ...] = ()
    """When the owner starts one, to everybody who agreed to offers."""
    new_rule: tuple[datetime, Mapping[str, object]] | None = None
    """From when on which figures of the follow-ups are others."""


@dataclass
class Year:
    """A running year."""

    world: World
    workers: tuple[JobDeps, ...]
    lives: Lives
    trouble: Trouble
    dice: random.Random
    killed: int = 0
    ticks: int = 0
    began_at: datetime = datetime(2026, 12, 1, tzinfo=UTC)
    has_new_rule: bool = False
    endless: Counter[str] = field(default_factory=Counter)
    """Jobs that were still owed after many passes."""
    heard: int = 0
    """How many of the phones' messages have been read."""
    now: datetime = datetime(2026, 12, 1, tzinfo=UTC)
    tally: Counter[str] = field(default_factory=Counter)

    async def run(self, first: datetime, last: datetime) -> None:
        """Live it about hour by hour; at night, when nothing may go out, in one step."""
        ahead = round((last - first) / timedelta(days=1) * 11)
        at = self.began_at = first
        while at < last:
            is_due = self.killed < self.trouble.kills
            await self.tick(at, kill=is_due and self.dice.random() < 3 * self.trouble.kills / ahead)
            step = timedelta(minutes=self.dice.uniform(50, 120))
            at += step if at.astimezone(OURS).hour < 20 else timedelta(hours=9) - step

    async def tick(self, at: datetime, *, kill: bool) -> None:
        """What happens until then, and what the service does about it."""
        self.ticks += 1
        self.now = at
        self.world.ground.clock.shift = at - datetime.now(UTC)  # type: ignore[attr-defined]
        await self.lives.live_until(at)
        await self._pause_or_not(at)
        await self._campaign_or_not(at)
        twilio = self.world.stand_ins.twilio
        twilio.behave()
        twilio.delay_ms = 0
        if is_in(at, self.trouble.vendor_away):
            twilio.fail_next(times=10_000)
        if is_in(at, self.trouble.workers_away):
            return
        await self.world.pool.execute(_TIME_PASSES)
        if kill:
            await self._work_and_die()
        for endless in await asyncio.gather(*(work(worker) for worker in self.workers)):
            self.endless.update(endless)
        if self.ticks % SWEPT_EVERY == 0:
            await sweep_once(self.dice.choice(self.workers))
        self._hear()
        if self.trouble.new_rule and self.trouble.new_rule[0] <= at and not self.has_new_rule:
            self._begin_rule(self.trouble.new_rule[1])

    async def _work_and_die(self) -> None:
        """Both begin; one is killed in the middle of it, and its claims run out."""
        dying, living = self.dice.sample(self.workers, 2)
        doomed = asyncio.create_task(work(dying))
        other = asyncio.create_task(work(living))
        await asyncio.sleep(self.dice.uniform(0.001, 0.12))
        self.killed += not doomed.done()
        doomed.cancel()
        await asyncio.gather(doomed, other, return_exceptions=True)
        await self.world.pool.execute(_TIME_PASSES)

    def _begin_rule(self, figures: Mapping[str, object]) -> None:
        """The owner has written other figures, and the workers were started again."""
        self.has_new_rule = True
        self.trouble = replace(self.trouble, new_rule=(self.now, figures))
        profile = with_rules(self.lives.profile, figures)
        self.lives.profile = profile
        self.workers = tuple(
            replace(each, bot=replace(each.bot, profile=profile)) for each in self.workers
        )

    async def _pause_or_not(self, at: datetime) -> None:
        wanted = is_in(at, self.trouble.paused)
        async with borrow(self.world.pool) as conn:
            found = await pauses.find_open(conn, now=at)
            if wanted and found is None:
                await pauses.start(conn, reason="", by="U0DANA", at=at, ends_at=None)
            elif found is not None and not wanted:
                await pauses.end(conn, by="U0DANA", at=at)

    async def _campaign_or_not(self, at: datetime) -> None:
        begun = self.tally["campaigns"]
        if begun >= len(self.trouble.campaigns) or at < self.trouble.campaigns[begun]:
            return
        self.tally["campaigns"] += 1
        deps = self.workers[0].bot
        async with borrow(self.world.pool) as conn, conn.transaction():
            key = f"campaign {begun}"
            drafted = await campaigns.draft(deps, conn, OFFER, key=key, by="U0DANA")
            count = len(self.lives.all)
            await campaigns.start(deps, conn, drafted.id, count=count, by="U0DANA")

    def _hear(self) -> None:
        """Customers read what came since."""
        messages = self.world.stand_ins.twilio.messages
        for message in messages[self.heard :]:
            if not message.inbound:
                self.tally["left"] += 1
                self.lives.hears(self.lives.by_handle[message.customer], message.created_at)
        self.heard = len(messages)


def with_rules(profile: Profile, figures: Mapping[str, object]) -> Profile:
    """That business with these figures in its follow-ups."""
    rules = profile.follow_ups.model_copy(update=dict(figures))
    return profile.model_copy(update={"follow_ups": rules})


def is_in(at: datetime, spans: tuple[tuple[datetime, datetime], ...]) -> bool:
    """Whether one of these spans has that moment."""
    return any(begins <= at < ends for begins, ends in spans)


@asynccontextmanager
async def open_year(
    stores: tuple[str, str], encoder: Encoder, *, count: int, span: tuple[datetime, datetime],
    trouble: Trouble, seed: int
) -> AsyncIterator[Year]:  # fmt: skip
    """So many customers, two workers, and a clock that begins at the span's first moment."""
    dice = random.Random(seed)
    environment = {"TWILIO_SMS_PER_SECOND": "5000", "TWILIO_WHATSAPP_PER_SECOND": "5000"}
    async with open_world(*stores, encoder, environment=environment, with_worker=False) as world:
        world.ground.clock.shift = span[0] - datetime.now(UTC)  # type: ignore[attr-defined]
        embedder = Embedder(encoder)
        async with job_deps(world.ground, embedder) as second:
            profile = with_rules(world.ground.profile, {"review_url": REVIEWS})
            workers = tuple(
                replace(deaf(world, deps), bot=replace(deps.bot, profile=profile))
                for deps in (world.deps, second)
            )
            lives = Lives(world.pool, profile, dice)
            lives.on_phone = partial(_put_on_phone, world)
            await lives.begin(count, *span)
            try:
                yield Year(world, workers, lives, trouble, dice)
            finally:
                await embedder.close()


def _put_on_phone(world: World, life: Life, at: datetime, words: str, sid: str) -> None:
    """The vendor saw it too: its messaging window runs from there."""
    world.stand_ins.twilio.phones.add(
        PhoneMessage(
            sid=sid,
            channel=life.who.channel,  # type: ignore[arg-type]
            direction="inbound",
            customer=life.who.handle,
            ours="+19167408768",
            body=words,
            created_at=at,
            sent_at=at,
            status="received",
        )
    )
