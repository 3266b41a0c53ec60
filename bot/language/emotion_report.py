"""How good an emotion scorer is: the figures and the printed table, from labelled lines.

Any scorer can be measured, so a model that is to replace the heads is held to the same table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.domain import Emotion, PrimaryEmotion
from bot.language.emotion import FURY_FROM
from bot.language.emotion_lines import Line

# A plain message read with at least this intensity counts as a false alarm.
CALM_BELOW: Final = 0.4
BAD: Final = frozenset(
    (
        PrimaryEmotion.ANGRY,
        PrimaryEmotion.SAD,
        PrimaryEmotion.FEARFUL,
        PrimaryEmotion.DISGUSTED,
    )
)

Matrix = NDArray[np.float64]


def report(lines: Sequence[Line], emotions: Sequence[Emotion]) -> str:
    """Compare what was read with what is true, per language, as a printable table.

    "P" and "R" are precision and recall of calling staff; "alarms" the share of plain messages read
    as a bad feeling or as a strong one; "gap" the mean error of intensity.
    """
    columns = ("lines", "macroF1", "polarity", "P", "R", "alarms", "gap", "ECE")
    table = [f"{'':6}" + "".join(f"{column:>9}" for column in columns)]
    for language in ("en", "es", "zh", "all"):
        pairs = [
            (line, emotion)
            for line, emotion in zip(lines, emotions, strict=True)
            if language in (line.language, "all")
        ]
        if pairs:
            figures = "".join(f"{figure:9.3f}" for figure in measure(pairs).values())
            table.append(f"{language:6}{len(pairs):9d}{figures}")
    return "\n".join(table)


def measure(pairs: Sequence[tuple[Line, Emotion]]) -> dict[str, float]:
    """Figures of one group of lines; a figure without any line to rest on is 1.0."""
    truth = np.array([line.primary.value for line, _ in pairs])
    read = np.array([emotion.primary.value for _, emotion in pairs])
    judged = [(line, calls_staff(emotion)) for line, emotion in pairs if line.escalate is not None]
    called = [bool(line.escalate) for line, call in judged if call]
    furious = [call for line, call in judged if line.escalate]
    plain = [
        emotion.primary in BAD or emotion.intensity >= CALM_BELOW
        for line, emotion in pairs
        if line.primary is PrimaryEmotion.NEUTRAL and line.intensity < 0.1
    ]
    gaps = [abs(line.intensity - emotion.intensity) for line, emotion in pairs]
    confidences = np.array([emotion.confidence for _, emotion in pairs])
    return {
        "macro_f1": macro_f1(truth, read),
        "polarity": float(np.mean([line.polarity is e.polarity for line, e in pairs])),
        "precision": float(np.mean(called or [True])),
        "recall": float(np.mean(furious or [True])),
        "alarms": float(np.mean(plain or [True])),
        "gap": float(np.mean(gaps)),
        "ece": calibration_error(confidences, truth == read),
    }


def calls_staff(emotion: Emotion) -> bool:
    """Whether a message is angry enough for a person to take over."""
    return emotion.primary is PrimaryEmotion.ANGRY and emotion.intensity >= FURY_FROM


def macro_f1(truth: NDArray[np.str_], read: NDArray[np.str_]) -> float:
    """Mean F1 over the emotions that occur in the truth."""
    f1s = []
    for name in np.unique(truth):
        both = np.sum((truth == name) & (read == name))
        f1s.append(2.0 * both / (np.sum(truth == name) + np.sum(read == name)))
    return float(np.mean(f1s))


def calibration_error(confidences: Matrix, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal-width bins."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [
        np.mean(places == place)
        * abs(confidences[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    ]
    return float(np.sum(gaps))
