"""What of a streamed text may be shown while it comes, and to whom it is told.

A reasoning model thinks between tags; none of that is ever passed on. Knows no provider:
bot/llm/chat_client.py feeds it, bot/llm/chain.py begins anew with the next provider.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Listener = Callable[[str], None]

_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TAGS = ("<think>", "<thinking>", "</think>", "</thinking>")


@dataclass(slots=True)
class Telling:
    """A listener, and what it has been told since the last fresh start."""

    listener: Listener | None
    told: str = ""

    def piece(self, text: str) -> None:
        """Pass a piece on; an empty one is the wire's way to begin anew."""
        if not text:
            self.anew()
        elif self.listener is not None:
            self.told += text
            self.listener(text)

    def anew(self) -> None:
        """What was told does not count any more, if anything was."""
        if self.listener is not None and self.told:
            self.told = ""
            self.listener("")

    def settle(self, text: str) -> None:
        """Whoever listens has heard exactly `text` in the end, streamed or not."""
        if self.told != text:
            self.anew()
            self.piece(text)


@dataclass(slots=True)
class Unthought:
    """Takes thinking out of a text that comes in pieces, as `without_thinking` does of a whole one.

    Some templates open the thinking in the prompt, so that only its end is streamed: what was told
    before such an end is taken back, and `was_unannounced` says to begin the next one in thought.
    """

    telling: Telling
    is_thinking: bool = False
    was_unannounced: bool = False
    _tail: str = ""
    """What may be the beginning of a tag."""
    _space: str = ""
    """Space that may turn out to be the last."""
    _skips_space: bool = True

    def feed(self, piece: str) -> None:
        """Pass on what is certain by now to be the reply's own words."""
        text = self._tail + piece
        while tag := _TAG.search(text):
            before, text = text[: tag.start()], text[tag.end() :]
            if not tag[1]:
                self._say(before)
                self.is_thinking = True
            else:
                self._end_thinking()
        start = _tag_from(text)
        self._say(text[:start])
        self._tail = text[start:]

    def _end_thinking(self) -> None:
        if not self.is_thinking:
            self.was_unannounced = True
            self.telling.anew()
            self._space = ""
        self.is_thinking, self._skips_space = False, True

    def _say(self, text: str) -> None:
        if self.is_thinking:
            return
        if self._skips_space:
            text = text.lstrip()
            self._skips_space = not text
        words = text.rstrip()
        if words:
            self.telling.piece(self._space + words)
            self._space = ""
        self._space += text[len(words) :]


def _tag_from(text: str) -> int:
    """Where a tag may have begun whose rest is still to come."""
    start = text.rfind("<")
    may_be = start >= 0 and any(tag.startswith(text[start:].lower()) for tag in _TAGS)
    return start if may_be else len(text)
