"""A whole service in one process for evaluations and `concierge chat`: no vendor, no worker.

Messages come in and go out by a channel of its own; the pipeline between is the real one.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from bot import devstack
from bot.clock import Clock, SystemClock
from bot.domain import Message
from bot.domain_sending import OutboundMessage
from bot.errors import VendorRefused
from bot.ids import new_id
from bot.language.embed import Embedder, Encoder
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store import crew, messages, schema
from bot.store.connection import borrow, open_pool
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from jobs.assembly import build_deps
from jobs.base import JobDeps, perform
from jobs.queue import Doorbell, connect, disconnect

NAME = "webchat"
US = "business"


@dataclass(slots=True)
class PaperChannel:
    """Keeps what is sent in a list instead of sending it."""

    sent: list[OutboundMessage] = field(default_factory=list)
    name: str = NAME
    routes: tuple[Route, ...] = ()
    per_second: float = 10_000.0
    window_s: float | None = None
    default_sender: str = US

    def verify(self, request: WebhookRequest) -> None:
        """Nobody calls."""

    def accepts(self, request: WebhookRequest) -> bool:
        """Nobody calls."""
        return False

    def parse(self, request: WebhookRequest) -> Parsed:
        """Nobody calls."""
        return Parsed()

    def reply(self, request: WebhookRequest) -> Reply:
        """Nobody calls."""
        return Reply()

    def render(self, text: str) -> tuple[str, ...]:
        """Whole: a screen has no limit."""
        return (text,)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Keep it."""
        self.sent.append(message)
        return SendResult(external_id=str(message.id))

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """What is on the list was sent."""
        found = any(each.id == message.id for each in self.sent)
        return str(message.id) if found else None

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """There is no list to ask."""
        raise VendorRefused("a paper channel keeps no list")


@dataclass(slots=True, kw_only=True)
class Laboratory:
    """The service, spoken to by method call."""

    deps: JobDeps
    paper: PaperChannel
    clock: Clock

    async def say(self, customer: str, texts: tuple[str, ...]) -> tuple[UUID, tuple[str, ...]]:
        """Let a customer write; the conversation and what they read in answer."""
        already = len(self.paper.sent)
        batch = [
            Message(
                channel=NAME, external_id=str(new_id()), sender=customer, recipient=US, text=text
            )
            for text in texts
        ]
        async with borrow(self.deps.bot.pool) as conn:
            recorded = await messages.record_inbound(conn, batch, received_at=self.clock.now())
        conversation = recorded[0].conversation_id
        ids = {"conversation_id": str(conversation)}
        await perform(self.deps, "take_turn", ids)
        await perform(self.deps, "deliver", ids)
        return conversation, tuple(each.text for each in self.paper.sent[already:])


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A data folder for as long as an evaluation runs."""
    with tempfile.TemporaryDirectory(prefix="concierge-") as name:
        folder = Path(name)
        # Where we are root, PostgreSQL runs as another user and must be able to pass through.
        folder.chmod(0o711)
        yield folder


@asynccontextmanager
async def open_laboratory(
    environment: Mapping[str, str], data_dir: Path, clock: Clock | None = None
) -> AsyncIterator[Laboratory]:
    """The pipeline on stores of its own in `data_dir`, with the profile's articles taken in."""
    stores = await devstack.start(data_dir)
    try:
        urls = {"DATABASE_URL": stores.database_url, "REDIS_URL": stores.redis_url}
        async with laboratory_on({**environment, **urls}, clock) as laboratory:
            yield laboratory
    finally:
        await stores.stop()


@asynccontextmanager
async def laboratory_on(
    environment: Mapping[str, str], clock: Clock | None = None, encoder: Encoder | None = None
) -> AsyncIterator[Laboratory]:
    """The pipeline on the stores that the environment names, which it may fill as it likes."""
    async with AsyncExitStack() as stack:
        settings = load_settings({**environment, "BURST_WINDOW_MS": "0"})
        clock, paper = clock or SystemClock(), PaperChannel()
        pool = await open_pool(settings.database_url, size=settings.worker_pool_size)
        stack.push_async_callback(pool.close)
        async with borrow(pool) as conn:
            await schema.migrate(conn)
            await crew.seed(conn, load_profile(settings.business_profile))
        redis = await connect(settings.redis_url)
        stack.push_async_callback(disconnect, redis)
        embedder = Embedder(encoder)
        stack.push_async_callback(embedder.close)
        bot = build_deps(
            settings,
            load_profile(settings.business_profile),
            pool=pool,
            clock=clock,
            channels={NAME: paper},
            embedder=embedder,
            for_evaluation=True,
        )
        stack.push_async_callback(bot.model.close)
        deps = JobDeps(bot=bot, channels={NAME: paper}, desk=None, doorbell=Doorbell(redis, clock))
        await perform(deps, "refresh_knowledge", {})
        yield Laboratory(deps=deps, paper=paper, clock=clock)
