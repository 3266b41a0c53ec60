"""A customer who texts, and the booking tools called one by one as a model would call them.

The rest is real: loading, the tool runner, the effects in a transaction, the replies in the outbox.
Every result is held against what no result may contain, and every wording against the guard.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.booking import reserving
from bot.clock import FrozenClock
from bot.deps import Deps
from bot.domain import ConversationId
from bot.domain_booking import Booking
from bot.guard import check
from bot.ids import new_id
from bot.llm.base import ToolCall
from bot.loading import load_situation
from bot.orchestrator_evidence import gather
from bot.outbox import Reply, write_reply
from bot.router import agents
from bot.situation import Situation
from bot.store import bookings
from bot.tool_runner import RunCall, has_stated, run
from bot.tools.base import ToolContext

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""A Tuesday, ten in the morning where the business is."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
OURS_ONLY = frozenset({"id", "score", "miles", "reason", "home_zip", "version", "key", "code"})
_numbers = itertools.count(1)


@dataclass
class Chat:
    """One customer's conversation."""

    deps: Deps
    clock: FrozenClock
    conversation_id: ConversationId
    customer_id: Any
    language: str
    situation: Situation | None = None
    runs: list[RunCall] = field(default_factory=list)

    async def says(self, *texts: str) -> None:
        """The customer texts, and a turn begins."""
        for text in texts:
            self.clock.advance(timedelta(seconds=20))
            async with self.deps.pool.acquire() as conn:
                await conn.execute(
                    """INSERT INTO messages (conversation_id, address_id, direction, channel,
                         external_id, author, status, text, created_at, epoch)
                       SELECT $1, a.id, 'inbound', 'sms', 'SM' || $2, 'customer', 'received', $3,
                         $4, 0
                       FROM addresses a WHERE a.customer_id = $5 AND a.channel = 'sms'""",
                    self.conversation_id,
                    str(next(_numbers)),
                    text,
                    self.clock.now(),
                    self.customer_id,
                )
        self.situation = await load_situation(self.deps, self.conversation_id)
        self.runs = []

    async def calls(self, name: str, /, agent: str = "operations", **arguments: object) -> RunCall:
        """The model calls a tool."""
        assert self.situation is not None
        context = ToolContext(
            deps=self.deps,
            situation=self.situation,
            agent=agent,
            now=self.clock.now().astimezone(self.deps.zone),
            has_stated=has_stated(self.runs),
        )
        call = ToolCall(id="call_1", name=name, arguments=json.dumps(arguments))
        done = await run(call, agents()[agent], context, step=len(self.runs) + 1)
        self.runs.append(done)
        if done.result.quote is not None:
            self.situation = replace(self.situation, quote=done.result.quote)
        assert_tells_nothing_inner(done.result.data)
        self._assert_sayable(done)
        return done

    def _assert_sayable(self, done: RunCall) -> None:
        assert self.situation is not None
        if not done.result.worded:
            return
        evidence = gather(self.deps, self.situation, self.runs, "operations")
        verdict = check(done.result.worded, evidence, language=self.language)
        # Where terms were stated before, these words alone are no whole reply.
        is_part = has_stated(self.runs[:-1]) and verdict.reasons == ("terms not stated",)
        assert verdict.ok or is_part, (verdict.reasons, done.result.worded, verdict.unsupported)

    async def ends(self) -> None:
        """The turn commits: effects, the account of the messages, the reply."""
        assert self.situation is not None
        async with self.deps.pool.acquire() as conn, conn.transaction():
            for done in self.runs:
                for effect in done.result.effects:
                    await effect(conn)
            ids = [message.id for message in self.situation.waiting]
            await conn.execute("UPDATE messages SET status = 'answered' WHERE id = ANY($1)", ids)
            reply = Reply(
                conversation_id=self.conversation_id,
                answers=self.situation.waiting[-1],
                text=self.runs[-1].result.worded or "All right.",
                language=self.language,
                epoch=0,
            )
            await write_reply(self.deps, conn, reply)
            await conn.execute("UPDATE messages SET status = 'sent' WHERE status = 'queued'")
        self.clock.advance(timedelta(seconds=20))

    async def turn(self, text: str, *wanted: tuple[str, Mapping[str, object]]) -> RunCall:
        """A whole turn: what is said, what is called, and the commit; the last call."""
        await self.says(text)
        for name, arguments in wanted:
            done = await self.calls(name, **arguments)
        await self.ends()
        return done

    async def bookings(self) -> tuple[Booking, ...]:
        """The customer's events that are not over."""
        async with self.deps.pool.acquire() as conn:
            return await bookings.list_open(conn, self.customer_id, now=self.clock.now())

    async def value(self, query: str, *arguments: object) -> Any:
        """What the database holds."""
        async with self.deps.pool.acquire() as conn:
            return await conn.fetchval(query, *arguments)


async def open_chat(deps: Deps, language: str = "en", now: datetime = NOW) -> Chat:
    """A new customer."""
    clock = FrozenClock(now)
    number = f"+1415555{next(_numbers):04d}"
    async with deps.pool.acquire() as conn:
        customer = await conn.fetchval("INSERT INTO customers DEFAULT VALUES RETURNING id")
        await conn.execute(
            "INSERT INTO addresses (customer_id, channel, value) VALUES ($1, 'sms', $2)",
            customer,
            number,
        )
        conversation = await conn.fetchval(
            "INSERT INTO conversations (customer_id, channel, language) VALUES ($1, 'sms', $2)"
            " RETURNING id",
            customer,
            language,
        )
    return Chat(
        deps=replace(deps, clock=clock),
        clock=clock,
        conversation_id=ConversationId(conversation),
        customer_id=customer,
        language=language,
    )


def price(adults: int = 20, zip_code: str | None = "95126") -> tuple[str, dict[str, object]]:
    """The call that prices a party."""
    unsaid = dict.fromkeys(("options", "further", "add_ons", "extras", "town"))
    guests = [{"code": "adult", "count": adults}]
    return "price_party", {"guests": guests, "zip_code": zip_code, **unsaid}


def hold(day: str, time: str | None = None, **more: object) -> tuple[str, dict[str, object]]:
    """The call that holds a slot."""
    return "hold_slot", {"day": day, "time": time, **more}


CONFIRM = ("confirm_booking", dict[str, object]())
CHECK = "check_availability"
SATURDAY = "Saturday, December 12, 2026"


async def put_on_hold(chat: Chat, day: str = "Saturday Dec 12", time: str = "at 6") -> Chat:
    """The customer has a slot on hold."""
    done = await chat.turn(f"{day} {time}", hold(day, time))
    assert done.result.data["held"] is True, (done.error, done.result.worded)
    return chat


async def book(chat: Chat, day: str = "Saturday Dec 12", *, paid: bool = False) -> Chat:
    """The customer has said yes; with `paid` staff have the deposit too."""
    await put_on_hold(chat, day)
    done = await chat.turn("Yes please book it", CONFIRM)
    assert done.result.data["booked"] is True, (done.error, done.result.worded)
    if paid:
        (booking,) = await chat.bookings()
        profile = chat.deps.profile
        async with chat.deps.pool.acquire() as conn, conn.transaction():
            await reserving.confirm_deposit(
                conn, profile, booking.id, now=chat.clock.now(), key=str(new_id())
            )
    return chat


def assert_tells_nothing_inner(data: object) -> None:
    """No id, no score, nothing of where the crew lives."""
    for key, leaf in leaves(data, ""):
        assert key not in OURS_ONLY, key
        assert not UUID.search(str(leaf)), leaf
        for home in ("94539", "95112", "94015", "95814"):
            assert home not in str(leaf), (key, leaf)


def leaves(node: object, key: str) -> Iterator[tuple[str, object]]:
    """Every key and leaf of nested JSON."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield str(name), ""
            yield from leaves(value, str(name))
    elif isinstance(node, list | tuple):
        for value in node:
            yield from leaves(value, key)
    else:
        yield key, node
