"""What a model is to the rest of the service: one request in, one reply or tool calls out.

Providers live beside this file; the offline model is one of them. Streaming, retries and vendor
dialects are theirs to know. A reply here is a draft: the guard reads it before any customer does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from bot.situation import Situation

Purpose = Literal[
    "turn",
    "routing",
    "summary",
    "translation",
    "evaluation",
    "suggestion",
    "transcription",
    "follow_up",
    "emotion",
]
"""What a model is asked for; budgets and reports keep them apart."""
Certainty = Literal["exact", "estimated", "unknown"]
"""How a cost was come by: from the provider's count, from our own, or not at all."""


class Role(StrEnum):
    """Who speaks in a model's prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model's request to run a tool."""

    id: str
    name: str
    arguments: str
    """JSON as the model wrote it: possibly broken, checked where the tool runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMessage:
    """One entry of the prompt."""

    role: Role
    text: str = ""
    images: tuple[bytes, ...] = ()
    """JPEGs that go with the text, for a model that sees."""
    tool_calls: tuple[ToolCall, ...] = ()
    """On an assistant entry: what it asked for."""
    tool_call_id: str = ""
    """On a tool entry: the call it answers."""
    tool_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model sees it."""

    name: str
    description: str
    parameters: Mapping[str, object]
    """JSON Schema, strict: every property required, no additional ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One step: the prompt, the granted tools, and what the turn already knows."""

    instructions: str
    messages: tuple[PromptMessage, ...]
    tools: tuple[ToolSpec, ...]
    situation: Situation
    """The same facts as in the prompt, typed; the offline model reads these."""
    agent: str
    intent: str
    now: datetime
    """Aware, in the business's zone."""
    results: tuple[tuple[ToolCall, Mapping[str, object]], ...] = ()
    """This turn's tool calls and their results, oldest first."""
    max_output_tokens: int = 700
    purpose: Purpose = "turn"
    listener: Callable[[str], None] | None = None
    """Told each piece of text as it comes; told "" when what came so far does not count any more,
    because another attempt or provider begins anew. Must not raise."""
    on_spent: Callable[[ModelReply], None] | None = None
    """Told of each attempt that gave no reply and cost something all the same. Must not raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a step cost. None where neither the provider nor we can say: unknown is not zero."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    """US dollars, from the dated price list; None when the model's price is not known."""
    cached_tokens: int | None = None
    """Of the input, what the provider had at hand already."""
    certainty: Certainty = "unknown"
    """exact: the provider's count at a listed price, or a server of our own, which is free whatever
    it counts. estimated: our own count (bot/llm/counting.py). unknown: there is no listed price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """A draft, or tool calls, never both needed: text beside tool calls is thinking aloud."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    provider: str = ""
    model: str = ""
    usage: Usage = Usage()
    understood: bool = True
    """False when the reply only says that the customer was not understood."""
    latency_ms: float = 0.0
    first_token_ms: float | None = None
    purpose: Purpose = "turn"
    agent: str = ""
    """Who asked."""
    spent: tuple[ModelReply, ...] = ()
    """Attempts of the same step that came to nothing but had their cost, without their words."""


class Model(Protocol):
    """A provider, or the chain of them."""

    name: str

    async def respond(self, request: ModelRequest) -> ModelReply:
        """One step.

        Raises:
            ModelUnavailable: time-out, refusal of service, quota, open circuit.
            ModelMisbehaved: a reply that cannot be read.
        """

    async def close(self) -> None:
        """Let go of connections."""
