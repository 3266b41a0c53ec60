"""What tells waiters and the playground that a stand-in's state has moved.

One counter for all stand-ins of a process. Tests wait on it instead of sleeping; the playground
asks which things changed since the count it last showed. Only names of things are stored here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

REMEMBERED = 4096


class Changes:
    """A version that only grows, what each step touched, and everyone waiting for the next."""

    def __init__(self) -> None:
        self.version = 0
        self._touched: deque[tuple[int, str, str]] = deque(maxlen=REMEMBERED)
        self._next = asyncio.Event()

    def touch(self, kind: str, identifier: str) -> None:
        """Note that a thing is new or different and wake everyone who waits."""
        self.version += 1
        self._touched.append((self.version, kind, identifier))
        self._next.set()
        self._next = asyncio.Event()

    def since(self, version: int) -> tuple[tuple[str, str], ...] | None:
        """Kinds and ids touched after `version`, each once, in order; None when too long ago."""
        if self.version - version > len(self._touched):
            return None
        found: dict[tuple[str, str], None] = {}
        for step, kind, identifier in reversed(self._touched):
            if step <= version:
                break
            found.setdefault((kind, identifier))
        return tuple(reversed(found))

    async def after(self, version: int) -> None:
        """Return as soon as something was touched after `version`."""
        while self.version <= version:
            await self._next.wait()

    async def until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        """Return as soon as `condition` holds; it is asked again only after a change.

        Raises:
            TimeoutError: it did not hold in time.
        """
        async with asyncio.timeout(timeout_s):
            while not condition():
                await self._next.wait()
