"""What the database holds of a conversation's life: messages, turns and all that a turn has used.

Nouns only, frozen; bot/store/traces.py reads them, the playground and bot/explaining.py show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bot.domain import ConversationId, Direction, Mode, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMessage:
    """A message in either direction with how far it has come."""

    id: UUID
    direction: Direction
    channel: str
    address: str
    external_id: str
    author: str
    text: str
    language: str
    status: Status
    reason: str
    turn_id: UUID | None
    in_reply_to: UUID | None
    segments: int | None
    created_at: datetime
    sent_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTool:
    """A tool call as it ran."""

    name: str
    arguments: Mapping[str, object]
    result: object
    ok: bool
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedModel:
    """A model call and what it cost."""

    provider: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: Decimal | None
    ms: float
    agent: str = ""
    """Who asked."""
    purpose: str = "turn"
    cached_tokens: int | None = None
    certainty: str = "unknown"
    """How the cost was come by: exact, estimated, unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedPassage:
    """A piece of an article that the answer could rest on, as it stood then."""

    article: str
    language: str
    version: int
    title: str
    text: str
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDraft:
    """What became of a reply that staff had to send."""

    code: str
    status: str
    decided_by: str
    topic: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTurn:
    """A turn with all it used, in order."""

    id: UUID
    agent: str
    intent: str
    confidence: float | None
    outcome: str
    guard: Mapping[str, object]
    steps: Sequence[Mapping[str, object]]
    wait_ms: int
    think_ms: int
    created_at: datetime
    tools: tuple[TracedTool, ...]
    models: tuple[TracedModel, ...]
    why: str = ""
    """The rule by which the agent was chosen."""
    topic: str = ""
    versions: Mapping[str, object] = field(default_factory=dict)
    """Digests of what decided."""
    passages: tuple[TracedPassage, ...] = ()
    """The best first."""
    draft: TracedDraft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEmotion:
    """What a scorer read from one message."""

    message_id: UUID
    primary: str
    polarity: str
    intensity: float
    confidence: float
    scorer: str
    created_at: datetime
    escalate: float = 0.0
    """How much a manager would want to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedAlarm:
    """A trigger of the profile that a message rang."""

    message_id: UUID
    trigger: str
    severity: str
    act: str
    """hand_over or tell."""
    explanation: str
    """What was read, with the words that weighed most."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEscalation:
    """A hand-over to staff and its card."""

    message_id: UUID | None
    reason: str
    explanation: str
    status: str
    post_status: str
    desk_ts: str
    created_at: datetime
    severity: str = "normal"
    """normal, high or urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTrace:
    """Everything the playground shows of one conversation, oldest first."""

    id: ConversationId
    mode: Mode
    messages: tuple[TracedMessage, ...]
    turns: tuple[TracedTurn, ...]
    emotions: tuple[TracedEmotion, ...]
    escalations: tuple[TracedEscalation, ...]
    alarms: tuple[TracedAlarm, ...] = ()
    """The most pressing of a message first."""
