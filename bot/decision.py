"""What a turn has decided and will commit: an account of each message, replies, a person, effects.

Values only. bot/sorting.py and bot/deciding.py make them, bot/turn.py writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.domain import (
    AddressId,
    Author,
    ConversationId,
    Emotion,
    MessageId,
    Purpose,
    Scope,
    StoredMessage,
)
from bot.domain_alarms import Alarm
from bot.domain_answers import Passage, Unanswered
from bot.escalation import Trouble
from bot.llm.base import ModelReply
from bot.store.turns import ToolRecord
from bot.tools.base import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """A line for the consent ledger, with its proof."""

    address_id: AddressId
    act: Literal["opt_out", "opt_in"]
    words: str
    message_id: MessageId
    said_at: datetime
    scope: Scope = Scope.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A reply to one message."""

    answers: StoredMessage
    text: str
    purpose: Purpose = Purpose.CONVERSATIONAL
    author: Author = Author.BOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A reply that staff send, and what it answers."""

    text: str
    topic: str
    answers: tuple[StoredMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the turn will commit."""

    outcome: str
    language: str
    ignored: tuple[tuple[StoredMessage, str], ...] = ()
    answered: tuple[StoredMessage, ...] = ()
    consents: tuple[ConsentEntry, ...] = ()
    notices: tuple[Notice, ...] = ()
    trouble: Trouble | None = None
    preface: str = ""
    agent: str | None = None
    intent: str | None = None
    confidence: float | None = None
    effects: tuple[Effect, ...] = ()
    emotions: tuple[tuple[MessageId, ConversationId, Emotion], ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """What the emotions have rung, the most severe first."""
    guard: Mapping[str, object] = field(default_factory=dict)
    model_replies: tuple[tuple[int, ModelReply], ...] = ()
    tool_calls: tuple[ToolRecord, ...] = ()
    passages: tuple[Passage, ...] = ()
    """What the answer could rest on, best first."""
    unanswered: tuple[Unanswered, ...] = ()
    topic: str | None = None
    why: str = ""
    """The rule by which the agent was chosen."""
    draft: Drafted | None = None
    """In place of a reply, where staff answer on the topic: then tools have no effects."""

    @property
    def is_superseded_by_newer(self) -> bool:
        """Whether a message that came meanwhile makes this reply stale."""
        is_reply = bool(self.notices) or self.draft is not None
        return self.trouble is None and not self.consents and is_reply
