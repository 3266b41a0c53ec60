"""What an answer rests on and what is learnt from a conversation: passages, questions, memories.

Nouns like those of bot/domain.py, frozen, without a clock or a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from bot.domain import MessageId


class TopicMode(StrEnum):
    """Who answers on a topic."""

    AUTO = "auto"
    """The bot."""
    DRAFT = "draft"
    """The bot drafts, staff send."""
    APPROVED_TEXT = "approved_text"
    """The bot, in approved words only: no model writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an approved article that may be cited."""

    chunk_id: UUID
    article: str
    title: str
    text: str
    language: str
    score: float
    """Fused rank score; only comparable within one search."""
    similarity: float = 0.0
    """Cosine of question and passage; what the threshold of knowing judges."""
    version: int = 0
    """Of the article, as it was live then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that no article answers, for the owner to answer once for all."""

    question: str
    language: str
    confidence: float
    """How likely the nearest article answered it, 0 to 1."""
    nearest: str = ""
    """That article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Something a customer has told of themselves that outlives the conversation."""

    kind: str
    """What it is: one of the kinds of bot/memory.py."""
    value: str
    source: Literal["customer", "staff", "booking"]
    said_at: datetime
    message_id: MessageId | None = None
    """The words it was told in."""
