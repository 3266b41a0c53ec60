"""Shows a draft while a model writes it: whole sentences, and only as far as the guard passes them.

The guard's last word is on the whole draft. What was shown of one that fails is taken back, and so
is what a model says beside tool calls. A listener for one turn; nothing here waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.domain import ConversationId
from bot.guard import LENGTH_MAX
from bot.llm.chat_dialect import without_thinking
from bot.progress import Progress
from bot.tool_runner import storable

_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|[。！？][”’」』]?|\n")


class Showing:
    """What whoever watches has been shown of the present draft."""

    def __init__(self, progress: Progress, conversation_id: ConversationId) -> None:
        self._progress = progress
        self._conversation_id = conversation_id
        self._passes: Callable[[str], bool] = lambda _text: False
        self._written = self._tried = self._shown = ""

    def begin(self, passes: Callable[[str], bool]) -> None:
        """A new draft, judged by `passes`."""
        self.take_back()
        self._passes = passes

    def listen(self, piece: str) -> None:
        """A piece of text from the model; an empty one says that another model begins anew."""
        if not piece:
            self.take_back()
        elif len(self._written) <= LENGTH_MAX:
            self._written += piece[: LENGTH_MAX + 1]
            self._show(sentences(without_thinking(str(storable(self._written)))))

    def finish(self, text: str) -> None:
        """The draft is the reply: show it to its last word, if anything of it was written live."""
        if self._written:
            self._publish(text)

    def take_back(self) -> None:
        """The draft is none any more."""
        if self._shown:
            self._progress.discard(self._conversation_id)
        self._written = self._tried = self._shown = ""

    def _show(self, whole: str) -> None:
        if whole in ("", self._tried):
            return
        self._tried = whole
        if self._passes(whole):
            self._publish(whole)

    def _publish(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            self._progress.publish(self._conversation_id, text)


def sentences(text: str) -> str:
    """As much of a text as ends with a whole sentence. "$1,280.00" and "6 p.m" end none."""
    ends = [match.end() for match in _END.finditer(text)]
    return text[: ends[-1]].strip() if ends else ""
