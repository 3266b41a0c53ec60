"""What a tool is: a typed function an agent may run, its effects held back until the turn commits.

A tool reads or writes, acts only for the conversation's customer, and returns control (escalate,
hand off) as a value. Its description is product text: the model reads it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from bot.domain import ConversationId, Quote
from bot.domain_answers import Passage, Unanswered
from bot.situation import Situation

if TYPE_CHECKING:
    from bot.deps import Deps
    from bot.store.connection import Connection

Effect = Callable[["Connection"], Awaitable[ConversationId | None]]
"""Something to be written when, and only when, the turn commits; returns the other conversation in
which it left something to be sent, if it did."""


class Arguments(BaseModel):
    """Base of every tool's arguments: unknown fields are refused, values are not coerced."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a running tool may use. The customer comes from here, never from arguments."""

    deps: Deps
    situation: Situation
    agent: str
    now: datetime
    """Aware, in the business's zone."""
    has_stated: bool = False
    """Whether a tool of this turn has stated terms already: a reply states one offer, and nobody
    has answered it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Control: a person must take this conversation."""

    reason: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Control: another agent is better at this."""

    agent: str
    reason: str
    learnt: str = ""
    """What the one who hands over has found out: a model's words, and no fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came back."""

    data: Mapping[str, object]
    """Plain JSON for the model; every figure in it may be said to the customer."""
    worded: str = ""
    """The result as a finished reply in the customer's language: what the offline model says and
    what goes out when a draft fails the guard twice."""
    effects: tuple[Effect, ...] = ()
    quote: Quote | None = None
    """The quote that the turn now has in hand, where the tool made one."""
    passages: tuple[Passage, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    """Questions that no article answers."""
    deeds: frozenset[str] = frozenset()
    """What was done if the turn commits, in the guard's words: booked, held, confirmed, cancelled,
    changed, paid. Only then may a reply say so."""
    terms: tuple[str, ...] = ()
    """Figures of the terms that a yes would agree to, as they must be said to the customer."""
    control: Escalate | Handoff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A plug-in of this folder."""

    description: str
    arguments: type[Arguments]
    access: Literal["read", "write"]
    run: Callable[[ToolContext, Arguments], Awaitable[ToolResult]]
    timeout_s: float = 8.0
