"""Carries replies in the making to whoever watches, over Redis publish and subscribe.

On `progress:<conversation_id>` goes {"text": all that is written so far}, with "" once it is taken
back. Nothing is kept: who comes late sees the next piece, and the reply itself comes by the outbox.
The latest text of each conversation is sent, a few times a second; one that Redis does not take is
dropped, because a turn must not feel its watchers (I12).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain import ConversationId

log = logging.getLogger(__name__)

PAUSE_S = 0.1
"""Between two pieces: faster than anybody reads, slower than a model writes."""
WAITING_MAX = 2_000
SEND_S = 2.0


def channel_of(conversation_id: ConversationId) -> str:
    """Where a conversation's pieces go."""
    return f"progress:{conversation_id}"


class RedisProgress:
    """One for a process. `start` before use."""

    def __init__(self, redis: Redis, *, pause_s: float = PAUSE_S) -> None:
        self._redis = redis
        self._pause_s = pause_s
        self._waiting: dict[ConversationId, str] = {}
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._send_forever())

    async def close(self) -> None:
        """Send what still waits, so that nobody keeps looking at what was taken back, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._send(self._take())

    def publish(self, conversation_id: ConversationId, text: str) -> None:
        """Show all that is written so far. Never waits and never fails."""
        self._put(conversation_id, text)

    def discard(self, conversation_id: ConversationId) -> None:
        """Take back what was shown. Never waits and never fails."""
        self._put(conversation_id, "")

    def _put(self, conversation_id: ConversationId, text: str) -> None:
        # A piece that waits gives way to the next one; only a new watcher's may be turned away.
        if conversation_id in self._waiting or len(self._waiting) < WAITING_MAX:
            self._waiting[conversation_id] = text
            self._rung.set()

    def _take(self) -> Mapping[ConversationId, str]:
        taken, self._waiting = self._waiting, {}
        self._rung.clear()
        return taken

    async def _send_forever(self) -> None:
        while True:
            await self._rung.wait()
            await self._send(self._take())
            await asyncio.sleep(self._pause_s)

    async def _send(self, pieces: Mapping[ConversationId, str]) -> None:
        if not pieces:
            return
        try:
            async with asyncio.timeout(SEND_S), self._redis.pipeline(transaction=False) as pipe:
                for conversation_id, text in pieces.items():
                    pipe.publish(channel_of(conversation_id), json.dumps({"text": text}))
                await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            facts = {"dropped": len(pieces), "error": type(error).__name__}
            log.warning("progress.unheard", extra=facts)
