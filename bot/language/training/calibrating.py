"""How raw scores become figures that can be believed: found on hands the model has not seen.

Temperatures make the probabilities come true on average; a line through the scores does the same
for intensity; the call for a manager is put where nine tenths of the wanted calls are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.language.emotion import HEADS, POLARITIES, PRIMARIES, Calibration
from bot.language.training.lines import Line

RECALL: Final = 0.9
TEMPERATURES: Final = np.geomspace(0.3, 3.0, 80)
STEPS: Final = 2000
RATE: Final = 0.5

Numbers = NDArray[np.float64]


def calibrate(scores: NDArray[np.float32], lines: Sequence[Line]) -> Calibration:
    """The calibration for scores of shape (n, 12) of these lines."""
    parts = np.split(scores.astype(np.float64), np.cumsum(HEADS)[:-1], axis=1)
    primary, polarity, intensity, call = parts
    wanted = np.array([bool(line.escalate) for line in lines])
    return Calibration(
        primary=temperature(primary, [PRIMARIES.index(line.primary) for line in lines]),
        polarity=temperature(polarity, [POLARITIES.index(line.polarity) for line in lines]),
        intensity=curve(intensity[:, 0], np.array([line.intensity for line in lines])),
        escalate=call_line(call[:, 0], wanted),
    )


def temperature(scores: Numbers, places: Sequence[int]) -> float:
    """What to divide scores by, so that the true labels are likeliest."""

    def loss(by: float) -> float:
        scaled = scores / by
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(places)), list(places)].mean())

    return round(float(min(TEMPERATURES, key=lambda by: loss(float(by)))), 4)


def curve(scores: Numbers, truth: Numbers) -> tuple[float, float]:
    """Slope and offset of the logistic curve under which mean and spread are those of the truth.

    The curve with the least error would be flatter: it draws the strong towards the middle, where
    no threshold of a trigger reaches them.
    """
    slope, offset = 1.0, 0.0
    for _ in range(STEPS):
        said = 1.0 / (1.0 + np.exp(-(slope * scores + offset)))
        wider = float(np.std(truth)) / max(float(np.std(said)), 1e-6)
        slope *= min(max(wider, 0.9), 1.1)
        offset += RATE * float(np.mean(truth) - np.mean(said))
    return round(slope, 4), round(offset, 4)


def call_line(scores: Numbers, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make 0.5 the highest point at which `RECALL` of the calls are made."""
    slope, _offset = _likeliest(scores, wanted)
    called = np.sort(scores[wanted])
    # Half way to the next score below, so that rounding does not lose the call that decides.
    place = int(np.floor(len(called) * (1 - RECALL)))
    edge = called[place] if len(called) else 0.0
    below = scores[scores < edge]
    threshold = (edge + below.max()) / 2 if len(below) else edge
    return round(slope, 4), round(float(-slope * threshold), 4)


def _likeliest(scores: Numbers, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    slope, offset = 1.0, 0.0
    for _ in range(STEPS):
        said = 1.0 / (1.0 + np.exp(-(slope * scores + offset)))
        slope -= RATE * float(np.mean((said - wanted) * scores))
        offset -= RATE * float(np.mean(said - wanted))
    return max(slope, 0.1), offset
