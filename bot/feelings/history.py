"""How customers have felt, and how they fared after our answers.

A message, a conversation or a customer is read from the store; recoveries are defined here once
for everybody who counts them. What a course comes to is bot/feelings/trends.py's to say.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final, Literal

from bot.domain import Author, ConversationId, CustomerId, MessageId
from bot.feelings.trends import UNHAPPY_BELOW, Felt, Trend, felt_in, trend_of
from bot.store import emotion_trends
from bot.store.connection import Connection
from bot.store.emotion_trends import AROUND, Told

WITHIN: Final[timedelta] = AROUND
"""They wrote again so soon, or nobody can say what our answer did."""
SAME_WITHIN: Final = 0.2
"""A smaller change is none."""

Outcome = Literal["better", "same", "worse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """An unhappy customer whom we answered, and who wrote again.

    What a customer writes without a word of ours between is one burst, as bad as its worst message.
    A burst below -0.2, our words after it, and the customer's next burst make a recovery, if that
    one begins within 48 hours of the unhappy one's last message; of it only what was said by then
    counts. A burst without any reading makes none.
    """

    message_id: MessageId
    """The worst message of the unhappy burst."""
    conversation_id: ConversationId
    customer_id: CustomerId
    at: datetime
    """When that was said."""
    author: Author
    """Staff as soon as one of them wrote between, else bot."""
    agent: str
    """That wrote last between, or the last to; empty where only staff wrote."""
    topic: str
    """Of the turn that wrote or answered last; empty where there was none."""
    was: float
    became: float

    @property
    def change(self) -> float:
        """How much better; below 0.0 it is worse."""
        return self.became - self.was

    @property
    def outcome(self) -> Outcome:
        """In a word."""
        if abs(self.change) < SAME_WITHIN:
            return "same"
        return "better" if self.change > 0 else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A conversation's or a customer's."""

    felt: tuple[Felt, ...] = ()
    """Oldest first."""
    trend: Trend = field(default_factory=Trend)
    recoveries: tuple[Recovery, ...] = ()
    """Oldest first."""

    def of(self, conversation_id: ConversationId) -> History:
        """The part of one conversation."""
        felt = tuple(each for each in self.felt if each.conversation_id == conversation_id)
        mended = (each for each in self.recoveries if each.conversation_id == conversation_id)
        return History(felt=felt, trend=trend_of(felt), recoveries=tuple(mended))


async def of_message(conn: Connection, message_id: MessageId) -> Felt | None:
    """How one message sounds and sounded; None where nobody has read it."""
    found = felt_in(await emotion_trends.list_lines_of_message(conn, message_id))
    return found[0] if found else None


async def of_conversation(conn: Connection, conversation_id: ConversationId) -> History:
    """The course of one conversation."""
    return await _read(conn, (conversation_id,))


async def of_customer(conn: Connection, customer_id: CustomerId) -> History:
    """The course of all conversations with a customer."""
    return await _read(conn, await emotion_trends.list_talks(conn, customer_id))


async def _read(conn: Connection, talks: Sequence[ConversationId]) -> History:
    felt = felt_in(await emotion_trends.list_lines(conn, talks))
    told = await emotion_trends.list_told(conn, talks)
    return History(felt=felt, trend=trend_of(felt), recoveries=recoveries_in(told))


async def recoveries_between(
    conn: Connection, since: datetime, until: datetime
) -> tuple[Recovery, ...]:
    """Of everybody whose worst message was said in that span, oldest first."""
    told = await emotion_trends.list_told_between(conn, since, until, below=UNHAPPY_BELOW)
    found = await asyncio.to_thread(recoveries_in, told)
    return tuple(each for each in found if since <= each.at < until)


def recoveries_in(told: Iterable[Told]) -> tuple[Recovery, ...]:
    """See Recovery; the messages may come in any order."""
    by_talk: dict[ConversationId, list[Told]] = defaultdict(list)
    for each in told:
        by_talk[each.conversation_id].append(each)
    found = [one for talk in by_talk.values() for one in _of_talk(talk)]
    return tuple(sorted(found, key=lambda each: (each.at, each.message_id)))


def _of_talk(talk: list[Told]) -> Iterator[Recovery]:
    talk.sort(key=lambda each: each.seq)
    runs = [list(run) for _, run in groupby(talk, key=lambda m: m.author is Author.CUSTOMER)]
    for (burst, answers), (_, after) in pairwise(pairwise(runs)):
        if burst[0].author is Author.CUSTOMER and (one := _recovery(burst, answers, after)):
            yield one


def _recovery(
    burst: Sequence[Told], answers: Sequence[Told], after: Sequence[Told]
) -> Recovery | None:
    worst = _worst(burst)
    by = burst[-1].at + WITHIN
    then = _worst([each for each in after if each.at <= by])
    if worst is None or then is None or worst[0] >= UNHAPPY_BELOW:
        return None
    was, message = worst
    agents = [each.agent for each in answers if each.author is Author.BOT and each.agent]
    topics = [each.topic for each in (*burst, *answers) if each.topic]
    is_staff = any(each.author is Author.STAFF for each in answers)
    return Recovery(
        message_id=message.message_id,
        conversation_id=message.conversation_id,
        customer_id=message.customer_id,
        at=message.at,
        author=Author.STAFF if is_staff else Author.BOT,
        agent=agents[-1] if agents else "",
        topic=topics[-1] if topics else "",
        was=was,
        became=then[0],
    )


def _worst(burst: Iterable[Told]) -> tuple[float, Told] | None:
    """The lowest valence and the first message that has it; None where none was read."""
    read = [(each.valence, each) for each in burst if each.valence is not None]
    return min(read, key=lambda pair: pair[0], default=None)
