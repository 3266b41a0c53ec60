"""Reads a vendor's message store after it said that there is news, and once in a while unasked.

What came in, how far ours got, what colleagues sent from elsewhere, and voicemails, which wait a
while for their words. All of it is kept once, however often it is read. One worker reads at a time,
and not more often than the vendor likes; that there is news is in channel_grants until it was read.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.desk.speaking_echo import note_echo
from bot.domain import Message, Status
from bot.domain_sending import Receipt
from bot.errors import VendorRefused, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_marks, grants, messages, receipts
from bot.store.connection import Connection, borrow
from bot.store.desk_words import WordsId
from bot.store.grants import STORE, Grant
from bot.store.messages import Recorded
from bot.store.sent_states import list_states
from channels.base import Parsed
from channels.standing import ReadsStore
from jobs.base import Job, JobDeps
from jobs.queue import wake
from jobs.taking_files import ring_for_files

log = logging.getLogger(__name__)

CLAIM_S = 70.0
OVERLAP = timedelta(minutes=20)
"""Read again each time: a text is told of as delivered well after it was made."""
AT_FIRST = timedelta(minutes=3)
"""A new database begins with what is new, not with what others have answered."""
PAUSE = timedelta(seconds=5)
"""Between two looks, since each text of ours is news three times over."""
PAUSE_FOR_WORDS = timedelta(seconds=10)
UNASKED_EVERY = timedelta(hours=1)
BATCH = 100
ENDED = frozenset({Status.DELIVERED, Status.READ, Status.FAILED})


async def run(deps: JobDeps, *, channel: str) -> None:
    """Take in what is new, unless another is at it or it is too soon."""
    reader = deps.channels.get(channel)
    if not isinstance(reader, ReadsStore):
        return
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        if channel not in await _due_of(deps, conn, (channel,)):
            return
        grant = await grants.claim(conn, channel, STORE, for_s=CLAIM_S)
    if grant is None:
        return
    try:
        found = await reader.read_store(_since(grant, now))
    except (VendorUnavailable, VendorRefused) as error:
        wait_s = getattr(error, "retry_after_s", None) or PAUSE_FOR_WORDS.total_seconds()
        log.warning("store.unread", extra={"channel": channel, "said": str(error)})
        await _end(deps, channel, {}, until=now + timedelta(seconds=wait_s), read_at=None)
        return
    await _take_in(deps, channel, found)
    done = {"read_to": now.isoformat()}
    if found.has_more:
        await _end(deps, channel, done, until=now + PAUSE_FOR_WORDS, read_at=now)
        _ring(deps, channel, PAUSE_FOR_WORDS)
        return
    # What was wanted since is wanted still.
    counted = {**done, "done": grant.value.get("wanted", 0)}
    await _end(deps, channel, counted, until=now + PAUSE, read_at=now)
    _ring(deps, channel, PAUSE)


def _since(grant: Grant, now: datetime) -> datetime:
    read_to = grant.value.get("read_to")
    return datetime.fromisoformat(read_to) - OVERLAP if read_to else now - AT_FIRST


async def _take_in(deps: JobDeps, channel: str, found: Parsed) -> None:
    """Everything is stored before anybody is woken: where a colleague has answered, nobody else
    shall."""
    recorded: list[Recorded] = []
    async with borrow(deps.bot.pool) as conn:
        now = deps.bot.clock.now()
        for start in range(0, len(found.messages), BATCH):
            batch = found.messages[start : start + BATCH]
            recorded += await messages.record_inbound(conn, batch, received_at=now)
        states = await _states(conn, channel, found)
        for echo in found.echoes:
            if echo.external_id not in states:
                await _take_echo(deps, conn, echo)
        news = [each for each in found.receipts if _is_news(each, states.get(each.external_id))]
        moved = await _apply(conn, news, now)
    fresh = sum(each.is_fresh for each in recorded)
    if fresh:
        log.info("store.read", extra={"channel": channel, "found": fresh})
    wake(deps.doorbell, recorded)
    ring_for_files(deps.doorbell, found.messages, recorded)
    for words_id in moved:
        deps.doorbell.ring("mark_words", str(new_id()), words_id=str(words_id))


async def _states(conn: Connection, channel: str, found: Parsed) -> Mapping[str, Status]:
    """What is read again each time is known by now, most of it to its end."""
    told = [each.external_id for each in found.echoes]
    told += [each.external_id for each in found.receipts]
    return await list_states(conn, channel, told) if told else {}


def _is_news(receipt: Receipt, state: Status | None) -> bool:
    return state is None or (state is not receipt.status and state not in ENDED)


async def _apply(conn: Connection, news: Sequence[Receipt], now: datetime) -> Sequence[WordsId]:
    """Which words of staff have come further."""
    if not news or not await receipts.apply(conn, news, at=now):
        return ()
    keys = [(each.channel, each.external_id) for each in news]
    return await desk_marks.list_of_receipts(conn, keys)


async def _take_echo(deps: JobDeps, conn: Connection, echo: Message) -> None:
    async with conn.transaction():
        await note_echo(deps.bot, conn, echo)


async def _end(
    deps: JobDeps,
    channel: str,
    value: Mapping[str, object],
    *,
    until: datetime,
    read_at: datetime | None,
) -> None:
    async with borrow(deps.bot.pool) as conn:
        await grants.merge(conn, channel, STORE, value, not_before=until, checked_at=read_at)


def _ring(deps: JobDeps, channel: str, wait: timedelta) -> None:
    """Whoever rang meanwhile was sent away."""
    delay_s = wait.total_seconds() + 0.05
    deps.doorbell.ring("read_store", f"{channel}:{new_id()}", delay_s=delay_s, channel=channel)


async def _due_of(deps: JobDeps, conn: Connection, channels: tuple[str, ...]) -> tuple[str, ...]:
    now = deps.bot.clock.now()
    return await grants.list_due_stores(conn, channels, now=now, read_before=now - UNASKED_EVERY)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Channels whose vendor's store is to be read now."""
    readers = tuple(n for n, c in deps.channels.items() if isinstance(c, ReadsStore))
    found = await _due_of(deps, conn, readers) if readers else ()
    return [{"channel": name} for name in found]


job = Job(run=run, timeout_s=60.0, due=due)
