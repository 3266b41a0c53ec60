"""Draws the desk's picture: a fortnight's conversations, containment, escalations and answers.

Pure: figures in, PNG out. Drawn on a card of its own colour, so that it reads the same in a light
and in a dark Slack; drawn double and scaled down, so that lines are smooth. Of people it knows
nothing.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from bot.desk.numbers import say_share, say_span, share, typical
from bot.store.desk_numbers import Day

WIDTH, HEIGHT = 1200, 720
SCALE = 2
"""Drawn so many times larger than shown."""
MARGIN, GAP, TITLE = 40, 28, 84
RADIUS = 18

PAPER, PANEL, INK, FAINT = "#ffffff", "#f6f7f9", "#1f2530", "#6b7483"
GRID = "#dfe3e9"
BLUE, GREEN, RED, VIOLET = "#2f6fde", "#1f9d6b", "#d9534f", "#7a5cc9"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One small chart: a title, its figure in short, and a value a day."""

    title: str
    figure: str
    colour: str
    values: tuple[float | None, ...]
    """None: there is no figure of that day."""
    top: float
    """The value at the upper edge."""
    label: Callable[[float], str]
    is_line: bool = False


def draw(days: Sequence[Day], title: str) -> bytes:
    """The picture as PNG, 1200 by 720.

    Raises:
        ValueError: there is no day to draw.
    """
    if not days:
        raise ValueError("a chart needs at least one day")
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    _write(pen, (MARGIN, 30), title, size=30, colour=INK, bold=True)
    span = f"{_short(days[0])} to {_short(days[-1])}"
    _write(pen, (WIDTH - MARGIN, 36), span, size=22, colour=FAINT, anchor="ra")
    for panel, box in zip(panels(days), boxes(), strict=True):
        _panel(pen, panel, box, days)
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def panels(days: Sequence[Day]) -> tuple[Panel, ...]:
    """The four charts, by rows."""
    talks = [float(day.conversations) for day in days]
    troubles = [float(day.escalations) for day in days]
    waits = tuple(day.response_s for day in days)
    longest = max((each for each in waits if each is not None), default=0.0)
    return (
        _bar_panel("Conversations", f"{sum(talks) / len(days):.3g} a day", BLUE, talks),
        Panel(
            title="Settled by the bot alone",
            figure=say_share(share(days)),
            colour=GREEN,
            values=tuple(day.contained / day.settled if day.settled else None for day in days),
            top=1.0,
            label=lambda value: f"{value:.0%}",
            is_line=True,
        ),
        _bar_panel("Escalations", f"{sum(troubles):.0f} in all", RED, troubles),
        Panel(
            title="Median answer of the bot",
            figure=say_span(typical(waits)),
            colour=VIOLET,
            values=waits,
            top=ceiling(longest),
            label=_span,
            is_line=True,
        ),
    )


def _bar_panel(title: str, figure: str, colour: str, values: Sequence[float]) -> Panel:
    return Panel(
        title=title,
        figure=figure,
        colour=colour,
        values=tuple(values),
        top=ceiling(max(values)),
        label=lambda value: f"{value:g}",
    )


def ceiling(most: float) -> float:
    """A round value at or above this, that two equal steps lead to."""
    if most <= 2:
        return 2.0
    step = 10.0 ** math.floor(math.log10(most))
    return next(n * step for n in (1, 2, 4, 6, 8, 10, 20) if n * step >= most)


def boxes() -> tuple[Box, ...]:
    """Where the four stand: left, top, right, bottom."""
    wide = (WIDTH - 2 * MARGIN - GAP) / 2
    high = (HEIGHT - TITLE - MARGIN - GAP + 12) / 2
    return tuple(
        (x, y, x + wide, y + high)
        for y in (TITLE, TITLE + high + GAP)
        for x in (float(MARGIN), MARGIN + wide + GAP)
    )


def plot_of(box: Box) -> Box:
    """The part of a chart's box in which its values stand."""
    left, top, right, bottom = box
    return left + 72, top + 66, right - 22, bottom - 42


def place(panel: Panel, plot: Box, index: int, value: float) -> tuple[float, float]:
    """Where the value of a day stands."""
    left, top, right, bottom = plot
    across = (right - left) / len(panel.values)
    return left + across * (index + 0.5), bottom - (bottom - top) * min(1.0, value / panel.top)


def _panel(pen: ImageDraw.ImageDraw, panel: Panel, box: Box, days: Sequence[Day]) -> None:
    pen.rounded_rectangle(_scaled(box), RADIUS * SCALE, fill=PANEL)
    left, top, right, _bottom = box
    _write(pen, (left + 22, top + 18), panel.title, size=22, colour=INK, bold=True)
    _write(pen, (right - 22, top + 18), panel.figure, size=22, colour=panel.colour, anchor="ra")
    plot = plot_of(box)
    _grid(pen, panel, plot)
    if panel.is_line:
        _line(pen, panel, plot)
    else:
        _bars(pen, panel, plot)
    _days(pen, panel, plot, days)


def _grid(pen: ImageDraw.ImageDraw, panel: Panel, plot: Box) -> None:
    left, top, right, bottom = plot
    for part in (0.0, 0.5, 1.0):
        y = bottom - (bottom - top) * part
        pen.line(_scaled((left, y, right, y)), fill=GRID, width=SCALE)
        said = panel.label(panel.top * part)
        _write(pen, (left - 10, y), said, size=17, colour=FAINT, anchor="rm")


def _bars(pen: ImageDraw.ImageDraw, panel: Panel, plot: Box) -> None:
    half = (plot[2] - plot[0]) / len(panel.values) * 0.34
    for index, value in enumerate(panel.values):
        if value:
            x, y = place(panel, plot, index, value)
            corners = _scaled((x - half, y, x + half, plot[3]))
            round_s = min(5.0, half, plot[3] - y) * SCALE
            pen.rounded_rectangle(
                corners, round_s, fill=panel.colour, corners=(True, True, False, False)
            )


def _line(pen: ImageDraw.ImageDraw, panel: Panel, plot: Box) -> None:
    before: tuple[float, float] | None = None
    for index, value in enumerate(panel.values):
        if value is None:
            before = None  # A day without a figure is a gap, not a nought.
            continue
        point = place(panel, plot, index, value)
        if before is not None:
            pen.line(_scaled((*before, *point)), fill=panel.colour, width=4 * SCALE)
        before = point
    for index, value in enumerate(panel.values):
        if value is not None:
            x, y = place(panel, plot, index, value)
            pen.ellipse(_scaled((x - 6, y - 6, x + 6, y + 6)), fill=PANEL)
            pen.ellipse(_scaled((x - 5, y - 5, x + 5, y + 5)), fill=panel.colour)


def _days(pen: ImageDraw.ImageDraw, panel: Panel, plot: Box, days: Sequence[Day]) -> None:
    last = len(days) - 1
    every = max(1, math.ceil(len(days) / 5))
    for index, day in enumerate(days):
        # Counted from today, so that today is always named.
        if (last - index) % every == 0:
            x, _ = place(panel, plot, index, 0.0)
            _write(pen, (x, plot[3] + 12), _short(day), size=17, colour=FAINT, anchor="ma")


def _short(day: Day) -> str:
    return f"{day.on:%b} {day.on.day}"


def _span(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 60 else say_span(seconds)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def _write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    *,
    size: int,
    colour: str,
    anchor: str = "la",
    bold: bool = False,
) -> None:
    # The library brings this typeface along, so that the picture is the same on every machine; it
    # has no second weight, so bold is written twice.
    font = ImageFont.load_default(size * SCALE)
    corner = (at[0] * SCALE, at[1] * SCALE)
    pen.text(corner, text, fill=colour, font=font, anchor=anchor)
    if bold:
        pen.text((corner[0] + SCALE / 2, corner[1]), text, fill=colour, font=font, anchor=anchor)
