"""One line a log event: time, level, event, then its fields as key=value. Ids only, never words."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

from bot.errors import ConciergeError

CAUSES_MAX = 5
_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}


class _OneLine(logging.Formatter):
    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - The library's own name.
        """Where it failed and with what kind of error: the words of many errors quote a value, and
        so what somebody wrote (I13). Ours hold ids only."""
        told: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(told) < CAUSES_MAX:
            words = f": {error}" if isinstance(error, ConciergeError) else ""
            frames = "".join(traceback.format_tb(error.__traceback__))
            told.append(f"{frames}{type(error).__name__}{words}")
            error = error.__cause__ or error.__context__
        return "\nafter\n".join(told)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        said = " ".join(f"{key}={value!s}" for key, value in fields.items())
        return f"{line} {said}" if said else line


def set_up(level: str) -> None:
    """Send everything to standard error, and keep chatty libraries quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("arq", "httpx", "httpx2", "openai", "slack_sdk", "aiohttp.access", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It logs what it cannot read with its whole first line, which may hold a customer's words.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
