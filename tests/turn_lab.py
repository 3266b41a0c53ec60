"""A turn without stores: an agent run by replies that a test wrote down, and the real tools.

Only what needs neither database nor knowledge base can be asked of it: prices, people, hand-offs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from bot.booking.travel import TableDistances
from bot.clock import FrozenClock
from bot.deps import Deps
from bot.domain import (
    AddressId,
    Author,
    ConversationId,
    CustomerId,
    Direction,
    Kind,
    MessageId,
    Status,
    StoredMessage,
)
from bot.llm.base import ModelReply, ModelRequest, ToolCall, Usage
from bot.llm.offline import OfflineModel
from bot.orchestrator import Answer, Conversing
from bot.profile import load_profile
from bot.router import Choice, agents
from bot.settings import load_settings
from bot.situation import Situation
from bot.trace import Trace

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""A Tuesday, ten in the morning where the business is."""
PROFILE = load_profile()
CONVERSATION = ConversationId(UUID(int=1))
NOWHERE = cast(Any, None)


def message(
    number: int, text: str, *, inbound: bool = True, at: datetime = NOW, files: int = 0
) -> StoredMessage:
    return StoredMessage(
        id=MessageId(UUID(int=number)),
        seq=number,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        author=Author.CUSTOMER if inbound else Author.BOT,
        kind=Kind.TEXT,
        text=text,
        status=Status.RECEIVED if inbound else Status.SENT,
        channel="sms",
        address_id=AddressId(UUID(int=3)),
        created_at=at,
        said_at=at,
        media_count=files,
    )


def situation(*texts: str, language: str = "en", **further: Any) -> Situation:
    """What a turn knows when these texts wait."""
    plain = Situation(
        conversation_id=CONVERSATION,
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language=language,
        agent=None,
        waiting=tuple(message(1000 + number, text) for number, text in enumerate(texts)),
        transcript=(),
        quote=None,
    )
    return replace(plain, **further)


def asks(*wanted: tuple[str, object], text: str = "", **usage: Any) -> ModelReply:
    """A reply that calls tools."""
    calls = tuple(
        ToolCall(
            id=f"call_{number}",
            name=name,
            arguments=given if isinstance(given, str) else json.dumps(given),
        )
        for number, (name, given) in enumerate(wanted)
    )
    return ModelReply(text=text, tool_calls=calls, provider="scripted", usage=Usage(**usage))


def says(text: str, **usage: Any) -> ModelReply:
    """A reply in words."""
    return ModelReply(text=text, provider="scripted", usage=Usage(**usage))


@dataclass
class Scripted:
    """A model whose replies are written down; what it was asked is in `requests`."""

    replies: Sequence[ModelReply | BaseException]
    clock: FrozenClock
    takes: timedelta = timedelta()
    name: str = "scripted"
    requests: list[ModelRequest] = field(default_factory=list)
    hears: Callable[[ModelRequest], None] | None = None
    """Called with each request, to stream something into its listener."""

    async def respond(self, request: ModelRequest) -> ModelReply:
        self.clock.advance(self.takes)
        self.requests.append(request)
        if self.hears is not None:
            self.hears(request)
        reply = self.replies[len(self.requests) - 1]
        if isinstance(reply, BaseException):
            raise reply
        return reply

    async def close(self) -> None:
        """Nothing to let go of."""

    def told(self, request: int) -> list[Mapping[str, object]]:
        """The tool results in a request, oldest first."""
        return [json.loads(m.text) for m in self.requests[request].messages if m.role == "tool"]


@dataclass
class Lab:
    """One turn."""

    model: Scripted
    deps: Deps
    trace: Trace

    async def answers(
        self, asked: Situation | str, *, agent: str = "lead_nurturing", **choice: Any
    ) -> Answer:
        """Run it."""
        given = situation(asked) if isinstance(asked, str) else asked
        chosen = Choice(
            name=agent,
            agent=agents()[agent],
            intent=choice.pop("intent", "party_price"),
            confidence=0.9,
            why="intent",
            **choice,
        )
        return await Conversing(self.deps, given, chosen, self.trace).answer()

    def noted(self, name: str) -> list[Mapping[str, object]]:
        """The details of the trace's steps of that name."""
        return [cast(Any, step)["detail"] for step in self.trace.steps if step["name"] == name]


def lab(
    *replies: ModelReply | BaseException, takes: timedelta = timedelta(), **allowed: Any
) -> Lab:
    """A turn whose model replies so; `allowed` changes the limits of the profile."""
    clock = FrozenClock(NOW)
    profile = PROFILE.model_copy(update={"answers": PROFILE.answers.model_copy(update=allowed)})
    model = Scripted(replies, clock, takes)
    deps = Deps(
        settings=load_settings({}),
        profile=profile,
        clock=clock,
        pool=NOWHERE,
        reader=NOWHERE,
        knowledge=NOWHERE,
        model=model,
        offline=OfflineModel(profile),
        distances=TableDistances(profile),
        render=lambda _channel, text: (text,),
    )
    return Lab(model, deps, Trace(clock))
