"""Takes messages in: durable before anyone is told so (I1), once however often they come (I2).

Handlers call `record` and may acknowledge when it returns. While one batch commits the next one
gathers, so that a lone message waits for nobody and a flood shares round trips. Wake-ups follow
the commit, one a conversation; one that is lost is found by the sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg

from bot.booking_desk import DeskDeps
from bot.clock import Clock
from bot.desk.speaking_echo import is_echo, note_echo
from bot.domain import Message
from bot.errors import BadPayload, Conflict, StoreUnavailable
from bot.identity_aliases import learn_names
from bot.store import messages as store
from bot.store.connection import STORE_DOWN, Connection, Pool, borrow
from bot.store.messages import Recorded

BATCH_MAX = 128
WAITING_MAX = 4000
"""Beyond this the honest answer is 503 at once, not a queue that outlives the vendor's patience."""
COMMIT_TIMEOUT_S = 10.0
ALONE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.LockNotAvailableError,
)
"""What one message of a batch can cause for all of it, so that each is tried by itself."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: Message
    done: asyncio.Future[Recorded]


class Intake:
    """One for a process. `start` before use, `close` after the last request."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        *,
        wake: Callable[[Sequence[Recorded]], None],
        desk: DeskDeps | None = None,
        writers: int = 2,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._wake = wake
        self._desk = desk
        self._writers = writers
        self._queue: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin writing."""
        self._tasks = [asyncio.create_task(self._write_forever()) for _ in range(self._writers)]

    async def close(self) -> None:
        """Stop writing; whoever still waits is told that nothing was stored."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        _fail_all(self._queue, StoreUnavailable("the service is stopping"))
        self._queue.clear()

    async def record(self, messages: Sequence[Message]) -> tuple[Recorded, ...]:
        """Store the messages and return when they are committed.

        Raises:
            StoreUnavailable: the database is away, too slow, or too much is waiting.
            BadPayload: the database refuses what a message holds.
        """
        if not messages:
            return ()
        if len(self._queue) + len(messages) > WAITING_MAX:
            raise StoreUnavailable("too many messages are waiting to be stored")
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(message, loop.create_future()) for message in messages]
        self._queue.extend(waiting)
        self._arrived.set()
        try:
            async with asyncio.timeout(COMMIT_TIMEOUT_S):
                return tuple([await each.done for each in waiting])
        except TimeoutError as error:
            raise StoreUnavailable("the database was too slow") from error

    async def _write_forever(self) -> None:
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            batch, self._queue = self._queue[:BATCH_MAX], self._queue[BATCH_MAX:]
            live = [each for each in batch if not each.done.done()]
            if live:
                await self._write(live)

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            recorded = await self._commit([each.message for each in batch])
        except asyncio.CancelledError:
            _fail_all(batch, StoreUnavailable("the service is stopping"))
            raise
        except ALONE as error:
            await self._write_singly(batch, error)
        except Exception as error:
            # Whatever it was, nothing is acknowledged, and the writer must live for the next ones.
            _fail_all(batch, StoreUnavailable(f"the database refused: {type(error).__name__}"))
        else:
            for each, result in zip(batch, recorded, strict=True):
                if not each.done.done():
                    each.done.set_result(result)
            self._wake(recorded)

    async def _write_singly(self, batch: Sequence[_Waiting], error: asyncpg.PostgresError) -> None:
        """One message the database cannot hold, or whose conversation somebody holds on to, must
        not take the others of its batch down."""
        if len(batch) > 1:
            await asyncio.gather(*(self._write([each]) for each in batch))
        elif isinstance(error, asyncpg.LockNotAvailableError):
            _fail_all(batch, StoreUnavailable("the conversation is locked"))
        else:
            _fail_all(batch, BadPayload(f"the message cannot be stored: {type(error).__name__}"))

    async def _commit(self, messages: Sequence[Message]) -> tuple[Recorded, ...]:
        """Commit, once more on a fresh connection if the first one turns out to be dead."""
        try:
            return await self._commit_once(messages)
        except (*STORE_DOWN, Conflict, asyncpg.DeadlockDetectedError):
            return await self._commit_once(messages)

    async def _commit_once(self, messages: Sequence[Message]) -> tuple[Recorded, ...]:
        inbound = tuple(message for message in messages if not is_echo(message))
        async with borrow(self._pool) as conn:
            if self._desk is not None:
                profile, now = self._desk.profile, self._clock.now()
                inbound = await learn_names(conn, profile, inbound, now=now)
            echoed = [await self._echo(conn, m) for m in messages if is_echo(m)]
            heard = await store.record_inbound(conn, inbound, received_at=self._clock.now())
        echoes, others = iter(echoed), iter(heard)
        return tuple(next(echoes if is_echo(each) else others) for each in messages)

    async def _echo(self, conn: Connection, message: Message) -> Recorded:
        """What staff sent past us; each by itself, since it gives them the conversation."""
        if self._desk is None:
            raise StoreUnavailable("nothing here can take in what staff sent from elsewhere")
        async with conn.transaction():
            return await note_echo(self._desk, conn, message)


def _fail_all(batch: Sequence[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)
