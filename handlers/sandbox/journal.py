"""An append-only file of JSON lines that lets the sandbox remember its phones and staff channel.

Each line is one fact; the stand-ins replay them at start. Without a path nothing is kept, which is
what tests want. The file is cut back to its newest facts when it is opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

KEPT_LINES = 8000


class Journal:
    """Facts in order, on disk when there is a path."""

    def __init__(self, path: Path | None, *, kept_lines: int = KEPT_LINES) -> None:
        self._path = path
        self._kept_lines = kept_lines
        self._file: int | None = None

    def open(self) -> tuple[Mapping[str, object], ...]:
        """Read what is remembered, cut it to its bound and stand ready to append."""
        if self._path is None:
            return ()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = self._read()
        if len(lines) > self._kept_lines:
            lines = lines[-self._kept_lines :]
            fresh = self._path.with_suffix(".new")
            fresh.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            fresh.replace(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return tuple(lines)

    def append(self, fact: Mapping[str, object]) -> None:
        """Keep one fact.

        One unbuffered write into the page cache, some microseconds, so that a killed process has
        lost nothing that it told anybody.
        """
        if self._file is not None:
            os.write(self._file, json.dumps(fact).encode() + b"\n")

    def close(self) -> None:
        """Let go of the file; appending afterwards keeps nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> list[Mapping[str, object]]:
        if self._path is None or not self._path.exists():
            return []
        facts: list[Mapping[str, object]] = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                facts.append(cast("Mapping[str, object]", json.loads(line)))
            except ValueError:
                # The last line of a killed process may be half a line; the rest is whole.
                continue
        # A half line without its newline would swallow the next one that is appended.
        raw = self._path.read_bytes()
        if raw and not raw.endswith(b"\n"):
            self._path.write_bytes(raw + b"\n")
        return facts
