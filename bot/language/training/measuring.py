"""How good a scorer of emotions is: the figures and the printed table, from labelled lines.

Any scorer can be measured, so that whatever is to replace the shipped one is held to one table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.domain import Emotion, PrimaryEmotion
from bot.language.training.lines import Line, is_sarcastic

Pair = tuple[Line, Emotion]
Numbers = NDArray[np.float64]

COLUMNS: Final = (
    "lines",
    "macro-F1",
    "polarity",
    "intensity",
    "ECE",
    "recall",
    "precision",
    "sarcasm",
)
CALLS_FROM: Final = 0.5
BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one group of lines; NaN where there is no line to rest on."""

    lines: int
    macro_f1: float
    """Mean F1 of the seven primary emotions that occur."""
    polarity: float
    """Share read rightly."""
    intensity: float
    """Pearson correlation with the true one."""
    error: float
    """Expected calibration error of the confidence in ten bins."""
    recall: float
    """Of the messages that a manager would want to be told of now."""
    precision: float
    sarcasm: float
    """Share of sarcastic and icily polite lines whose primary emotion was read rightly."""

    def row(self) -> tuple[float, ...]:
        """The figures in the order of `COLUMNS`."""
        return (
            self.lines,
            self.macro_f1,
            self.polarity,
            self.intensity,
            self.error,
            self.recall,
            self.precision,
            self.sarcasm,
        )


def measure(pairs: Sequence[Pair]) -> Figures:
    """Figures of one group of lines with what was read from them."""
    truth = [line.primary for line, _ in pairs]
    read = [emotion.primary for _, emotion in pairs]
    judged = [(line, emotion) for line, emotion in pairs if line.escalate is not None]
    wanted = np.array([bool(line.escalate) for line, _ in judged], bool)
    called = np.array([emotion.escalate >= CALLS_FROM for _, emotion in judged], bool)
    both = float(np.sum(wanted & called))
    odd = [(line, emotion) for line, emotion in pairs if is_sarcastic(line)]
    return Figures(
        lines=len(pairs),
        macro_f1=macro_f1(truth, read),
        polarity=_share([line.polarity is emotion.polarity for line, emotion in pairs]),
        intensity=pearson(
            [line.intensity for line, _ in pairs], [emotion.intensity for _, emotion in pairs]
        ),
        error=calibration_error(
            [emotion.confidence for _, emotion in pairs],
            [a is b for a, b in zip(truth, read, strict=True)],
        ),
        recall=both / np.sum(wanted) if np.any(wanted) else float("nan"),
        precision=both / np.sum(called) if np.any(called) else float("nan"),
        sarcasm=_share([line.primary is emotion.primary for line, emotion in odd]),
    )


def macro_f1(truth: Sequence[PrimaryEmotion], read: Sequence[PrimaryEmotion]) -> float:
    """Mean F1 over the emotions that occur in either."""
    scores = []
    for emotion in PrimaryEmotion:
        true = sum(each is emotion for each in truth)
        said = sum(each is emotion for each in read)
        if true + said:
            hits = sum(a is b is emotion for a, b in zip(truth, read, strict=True))
            scores.append(2 * hits / (true + said))
    return float(np.mean(scores)) if scores else float("nan")


def pearson(true: Sequence[float], read: Sequence[float]) -> float:
    """Correlation; NaN where one side does not vary."""
    if len(true) < 2 or np.std(true) == 0 or np.std(read) == 0:
        return float("nan")
    return float(np.corrcoef(true, read)[0, 1])


def calibration_error(confidence: Sequence[float], is_right: Sequence[bool]) -> float:
    """How far confidence and truth lie apart, on average over the lines."""
    if not confidence:
        return float("nan")
    sure, right = np.array(confidence), np.array(is_right, float)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(sure[bins == each].mean() - right[bins == each].mean()) * np.mean(bins == each)
        for each in range(BINS)
        if np.any(bins == each)
    ]
    return float(np.sum(gaps))


def groups(pairs: Sequence[Pair]) -> Mapping[str, list[Pair]]:
    """The pairs by language, then all; empty groups are left out."""
    chosen: dict[str, Callable[[Line], bool]] = {
        "en": lambda line: line.language == "en",
        "es": lambda line: line.language == "es",
        "zh": lambda line: line.language == "zh",
        "all": lambda line: True,
    }
    found = {name: [pair for pair in pairs if fits(pair[0])] for name, fits in chosen.items()}
    return {name: group for name, group in found.items() if group}


def table(pairs: Sequence[Pair]) -> str:
    """One row a language, as Markdown."""
    return "\n".join([heading(), *(row(name, group) for name, group in groups(pairs).items())])


def heading(title: str = "") -> str:
    """The first two lines of a table."""
    return f"| {title} | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|"


def row(name: str, pairs: Sequence[Pair]) -> str:
    """One more line of the table; a dash where there is nothing to rest a figure on."""
    lines, *figures = measure(pairs).row()
    cells = ["-" if math.isnan(figure) else f"{figure:.3f}" for figure in figures]
    return f"| {name} | {lines:.0f} | {' | '.join(cells)} |"


def _share(marks: Sequence[bool]) -> float:
    return float(np.mean(marks)) if marks else float("nan")
