"""A scorer that stumbles where a test says, workers that use it, and messages that come in.

The database and the job are real; tests/test_emotion_scoring.py begins with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import cast

from arq.connections import ArqRedis

from bot.clock import FrozenClock
from bot.domain import (
    Emotion,
    Message,
    MessageId,
    Polarity,
    PrimaryEmotion,
)
from bot.ids import new_id
from bot.language.embed import Embedder, Encoder
from bot.language.emotion_input import Spoken
from bot.language.intents import IntentReader
from bot.language.reader import Reader
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import messages
from bot.store.connection import Pool
from jobs.assembly import build_deps
from jobs.base import JobDeps
from jobs.emotion_batches import Felt
from jobs.queue import Doorbell

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)

OURS = """INSERT INTO messages (conversation_id, address_id, direction, channel, author, text,
  status, created_at)
SELECT conversation_id, address_id, 'outbound', channel, 'bot', $2, $3, $4 FROM messages
WHERE id = $1"""


class Ear:
    """Hears everything as calm; stumbles over poison, and hears no number in a riddle."""

    name = "ear-1"

    def __init__(self, starts_with: Barrier | None = None) -> None:
        self.heard: list[Spoken] = []
        self.is_deaf = False
        self._starts_with = starts_with

    def score(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        if self._starts_with is not None and not self.heard:
            self._starts_with.wait(timeout=20)
        if self.is_deaf or any("poison" in each.text for each in spoken):
            raise RuntimeError("stumbled")
        self.heard += spoken
        return [self._emotion(each) for each in spoken]

    def _emotion(self, spoken: Spoken) -> Emotion:
        return Emotion(
            primary=PrimaryEmotion.NEUTRAL,
            polarity=Polarity.NEUTRAL,
            intensity=float("nan") if "riddle" in spoken.text else 0.0,
            confidence=1.0,
            scorer=self.name,
        )

    @property
    def texts(self) -> list[str]:
        return sorted(each.text for each in self.heard if each.text != "hello")


def worker(pool: Pool, encoder: Encoder, ear: Ear, at: datetime = NOW) -> JobDeps:
    clock, embedder = FrozenClock(at), Embedder(encoder)
    bot = build_deps(
        load_settings({}), load_profile(), pool=pool, clock=clock, channels={}, embedder=embedder
    )
    bot = replace(bot, reader=Reader(embedder, IntentReader.load(), ear))
    doorbell = Doorbell(cast(ArqRedis, None), clock)
    return JobDeps(bot=bot, channels={}, desk=None, doorbell=doorbell)


async def calm(deps: JobDeps, felt: Sequence[Felt]) -> None:
    """Nobody has to act."""


async def come_in(
    pool: Pool, *texts: str, sender: str = "+14155550101", at: datetime = NOW
) -> list[MessageId]:
    """Customers' messages, as intake stores them; with an empty sender each is from another."""
    made = [
        Message(
            channel="sms",
            external_id=new_id().hex,
            sender=sender or f"+1415600{place:04}",
            recipient="+19167408768",
            text=text,
            received_at=at,
        )
        for place, text in enumerate(texts)
    ]
    async with pool.acquire() as conn:
        found = await messages.record_inbound(conn, made, received_at=at)
    return [each.message_id for each in found if each.message_id is not None]


async def count(pool: Pool, question: str) -> object:
    return await pool.fetchval(f"SELECT count(*) FROM {question}")
