"""Puts a report on feelings into tables, each with a line that says what its figures mean.

The same for the console, the desk and the terminal, so that nobody reads other numbers. Decides
nothing; bot/feelings/reporting.py counts. Words of customers are in no table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.feelings.reporting import FEW, FEW_A_DAY, Fared, Report, Way
from bot.store.emotion_reports import By, Group, Rung

NONE: Final = "too few"
"""In the place of a figure that would mean nothing."""
GAP: Final = "  "
LEVELS: Final = "▁▂▃▄▅▆▇█"
_WAYS: Final[tuple[tuple[By, str, str], ...]] = (
    ("channel", "By channel", "not known"),
    ("language", "By language", "not known"),
    ("agent", "By agent", "no agent"),
    ("topic", "By topic", "no topic"),
)
_FARED: Final[tuple[tuple[Way, str, str], ...]] = (
    ("all", "", "all answers"),
    ("author", "by", "nobody"),
    ("agent", "agent", "no agent"),
    ("topic", "topic", "no topic"),
)
_GROUP_HEADS: Final = ("messages", "unhappy", "share", "mean")
_FARED_HEADS: Final = ("answers", "better", "same", "worse", "better share", "between", "change")
_ALARM_HEADS: Final = (
    "severity",
    "rang",
    "handed over",
    "settled",
    "not needed",
    "false share",
    "answered",
    "first word",
)
Kind = Literal["felt", "days", "ways", "talks", "fared", "alarms", "readers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table with its meaning."""

    kind: Kind
    title: str
    meaning: str
    """What each figure is, in a line."""
    heads: tuple[str, ...]
    """Of all columns but the first, which is the row's name."""
    rows: tuple[tuple[str, ...], ...]


def sections(report: Report) -> tuple[Section, ...]:
    """All figures, in the order in which they are read."""
    return (
        _felt(report),
        _days(report),
        *(_way(report, by, title, empty) for by, title, empty in _WAYS),
        _talks(report),
        _fared(report),
        _alarms(report),
        _readers(report),
    )


def say_span(report: Report) -> str:
    """Of which days it is."""
    return (
        f"How customers felt, {report.first:%b} {report.first.day}, {report.first.year} to "
        f"{report.last:%b} {report.last.day}, {report.last.year}"
    )


def as_text(section: Section, *, most: int | None = None) -> str:
    """A section for a terminal or a code block; of its rows the first."""
    if not section.rows:
        return f"{section.title}\n{section.meaning}\nNone."
    rows = section.rows[:most]
    lines = table(("", *section.heads), rows)
    left = len(section.rows) - len(rows)
    more = f"\n... and {left} more" if left else ""
    return f"{section.title}\n{section.meaning}\n{lines}{more}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, names to the left and figures to the right."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        GAP.join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_csv(report: Report) -> str:
    """Every figure on a line of its own; nothing of any person."""
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\n")
    out.writerow(("section", "name", "figure", "value"))
    for section in sections(report):
        for name, *cells in section.rows:
            for head, cell in zip(section.heads, cells, strict=True):
                out.writerow((section.title, name, head, cell))
    return written.getvalue()


def sparkline(report: Report) -> str:
    """The means of the days as a row of blocks, the happiest the fullest; a dot where too few."""
    top = len(LEVELS) - 1
    return "".join(
        "·" if day.mean is None else LEVELS[round((day.mean + 1) / 2 * top)] for day in report.days
    )


def _felt(report: Report) -> Section:
    rows = [(each.name, *_counted(each, report.count)) for each in report.of("emotion")]
    return Section(
        kind="felt",
        title=f"Messages read: {report.count}",
        meaning="The foremost feeling of each message; of several readings the newest counts.",
        heads=("messages", "share"),
        rows=tuple(rows),
    )


def _counted(each: Group, of: int) -> tuple[str, str]:
    return str(each.count), say_share(each.count, of)


def _days(report: Report) -> Section:
    return Section(
        kind="days",
        title="By day",
        meaning=(
            "Mean valence, from -1 as bad as can be to +1 as good; none on a day of fewer than "
            f"{FEW_A_DAY} messages."
        ),
        heads=("messages", "mean"),
        rows=tuple(
            (f"{day.on}", str(day.count), "" if day.mean is None else say_valence(day.mean))
            for day in report.days
        ),
    )


def _way(report: Report, by: By, title: str, empty: str) -> Section:
    return Section(
        kind="ways",
        title=title,
        meaning=(
            "Unhappy: valence below -0.2. Mean: of the valence. No figure for fewer than "
            f"{FEW} messages."
        ),
        heads=_GROUP_HEADS,
        rows=tuple((say_name(each.name, empty), *_group(each)) for each in report.of(by)),
    )


def _group(each: Group) -> tuple[str, ...]:
    mean = say_valence(each.mean) if each.count >= FEW else NONE
    return str(each.count), str(each.unhappy), say_share(each.unhappy, each.count), mean


def _talks(report: Report) -> Section:
    talks = report.talks
    stayed = talks.unhappy - talks.came_back
    rows = (
        ("with a message read", talks.count, talks.count),
        ("with an unhappy message", talks.unhappy, talks.count),
        ("of these, went down: the first message was not unhappy", talks.went_down, talks.unhappy),
        ("of these, came back: the last message was not unhappy", talks.came_back, talks.unhappy),
        ("of these, stayed down", stayed, talks.unhappy),
    )
    return Section(
        kind="talks",
        title="Conversations",
        meaning="By what was said in them within these days.",
        heads=("conversations", "share"),
        rows=tuple((name, str(count), say_share(count, of)) for name, count, of in rows),
    )


def _fared(report: Report) -> Section:
    return Section(
        kind="fared",
        title="Better after our answer",
        meaning=(
            "Unhappy customers whom we answered and who wrote again within 48 hours: better or "
            "worse by at least 0.2. The true share lies between the two figures in 19 cases of 20; "
            f"fewer than {FEW} answers have none. Who answers hard cases looks worse: compare "
            "with care."
        ),
        heads=_FARED_HEADS,
        rows=tuple(
            (_fared_name(prefix, each.name, empty), *_faring(each))
            for by, prefix, empty in _FARED
            for each in report.fared_by(by)
        ),
    )


def _fared_name(prefix: str, name: str, empty: str) -> str:
    said = say_name(name, empty)
    return f"{prefix}: {said}" if prefix else said


def _faring(each: Fared) -> tuple[str, ...]:
    counts = (str(each.count), str(each.better), str(each.same), str(each.worse))
    if each.share is None:
        return (*counts, NONE, NONE, NONE)
    rate, low, high = each.share
    return (*counts, f"{rate:.0%}", f"{low:.0%} to {high:.0%}", say_valence(each.change))


def _alarms(report: Report) -> Section:
    return Section(
        kind="alarms",
        title="Alarms",
        meaning=(
            "By trigger of the profile. Not needed: staff closed its card so, a false alarm; the "
            f"share is of those settled, if at least {FEW} are. First word: median time to staff's "
            "next message."
        ),
        heads=_ALARM_HEADS,
        rows=tuple((say_name(each.trigger, ""), *_rung(each)) for each in report.alarms),
    )


def _rung(each: Rung) -> tuple[str, ...]:
    counts = (each.count, each.handed, each.settled, each.not_needed)
    return (
        each.severity.value,
        *map(str, counts),
        say_share(each.not_needed, each.settled),
        str(each.answered),
        "" if each.answer_s is None else say_wait(each.answer_s),
    )


def _readers(report: Report) -> Section:
    rows = [(f"read by {each.name}", str(each.count)) for each in report.of("scorer")]
    rows += [
        ("readings that wait for a person's verdict", str(report.reviews_open)),
        ("messages that wait to be read", str(report.backlog.count)),
        ("the oldest of them has waited", say_wait(report.oldest_s)),
    ]
    return Section(
        kind="readers",
        title="Who read them",
        meaning="Versions whose readings count in these days, and what is still to be done now.",
        heads=("",),
        rows=tuple(rows),
    )


def say_name(name: str, empty: str) -> str:
    """A name of ours in plain words."""
    return name.replace("_", " ") or empty


def say_share(part: int, whole: int) -> str:
    """A share; no figure where it is of few."""
    return f"{part / whole:.0%}" if whole >= FEW else NONE


def say_valence(value: float) -> str:
    """With its sign; nought has none."""
    said = f"{value:+.2f}"
    return "0.00" if said in ("+0.00", "-0.00") else said


def say_wait(seconds: float) -> str:
    """A span as staff read it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def in_words(report: Report, *, most: int | None = None) -> Iterator[str]:
    """Every section as text, with so many rows at most; the days as a row of blocks."""
    yield f"{say_span(report)}\n{sparkline(report)}"
    yield from (as_text(each, most=most) for each in sections(report) if each.kind != "days")
