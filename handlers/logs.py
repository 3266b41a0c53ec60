"""One line a log event: time, level, event, then its fields as key=value. Ids only, never words."""

from __future__ import annotations

import logging
import sys

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}


class _OneLine(logging.Formatter):
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
