"""The labelled messages about dates and the moment the tests of dates are written at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.language.dates import DateReading, read_dates

ZONE = ZoneInfo("America/Los_Angeles")
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Line:
    """A message with what it means."""

    language: str
    text: str
    said_at: datetime
    wanted: str


def _lines() -> Iterator[Line]:
    said_at = WEDNESDAY
    for line in (Path(__file__).parent / "date_lines.txt").read_text("utf-8").splitlines():
        if line.startswith("@"):
            said_at = datetime.fromisoformat(line[1:]).replace(tzinfo=ZONE)
        elif not line.startswith("#"):
            language, text, wanted = line.split(" ~ ")
            yield Line(language, text, said_at, wanted)


LINES = tuple(_lines())


def read(
    text: str, language: str = "en", *, said_at: datetime = WEDNESDAY, asked: str = ""
) -> DateReading:
    return read_dates(text, language=language, said_at=said_at, asked=asked)
