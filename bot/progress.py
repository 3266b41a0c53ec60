"""Shows a reply while it is being written, to whoever watches the conversation.

A promise of form only: the orchestrator publishes through it, jobs/progress.py carries it over
Redis and `concierge chat` to the screen. What is shown is never the record: the outbox is.
"""

from __future__ import annotations

from typing import Protocol

from bot.domain import ConversationId


class Progress(Protocol):
    """Where a reply in the making is shown. Neither call waits and neither fails."""

    def publish(self, conversation_id: ConversationId, text: str) -> None:
        """Show all that is written so far; it takes the place of what was shown before."""

    def discard(self, conversation_id: ConversationId) -> None:
        """Take back what was shown: it will not be said."""


class Unwatched:
    """Nobody looks on."""

    def publish(self, conversation_id: ConversationId, text: str) -> None:
        """Nobody sees it."""

    def discard(self, conversation_id: ConversationId) -> None:
        """There is nothing to take back."""
