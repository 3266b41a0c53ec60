"""Train the emotion heads from the lines in `data/` and say how good they are.

Run it as `python -m bot.language.train_emotion` after changing those lines; it needs SciPy,
which the service itself does not. Four linear heads share one set of features: seven emotions,
three polarities, intensity, and fury, whose score is shifted so that zero is the call for staff.
Temperature and threshold come from out-of-fold scores; the development lines stay unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.domain import PrimaryEmotion
from bot.language.embed import Encoder
from bot.language.emotion import (
    ANGER_FROM,
    EMOTION_FILE,
    POLARITIES,
    PRIMARIES,
    EmotionScorer,
    shares_of,
    signals,
)
from bot.language.emotion_lines import (
    BORROWED_WEIGHT,
    Line,
    read_borrowed,
    read_lines,
    read_plain,
)
from bot.language.emotion_report import report
from bot.language.intents import BUCKETS, grams

NAME: Final = "heads-1"
SEED: Final = 20
FOLDS: Final = 3
# A sentence vector has length 1 and little spread; these bring the parts to a like scale.
VECTOR_SCALE: Final = 8.0
SIGNAL_SCALE: Final = 1.5
REGULARISATION: Final = 2.0
# A missed furious customer costs more than a needless look by staff, but not by much.
MISS_COST: Final = 2.0
ANGRY: Final = PRIMARIES.index(PrimaryEmotion.ANGRY)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """The features of many lines; kept in two parts, because only one of them is mostly zeros."""

    dense: NDArray[np.float32]
    """Sentence vectors and signals, scaled."""
    sparse: Any
    """Hashed words and letter runs, as a SciPy matrix."""

    def scores(self, heads: Matrix) -> Matrix:
        """Every line's score by every head."""
        small, width = heads.astype(np.float32), self.dense.shape[1]
        products = self.dense @ small[:width] + self.sparse @ small[width:-1]
        return np.asarray(products + small[-1], np.float64)

    def slope(self, errors: Matrix) -> Matrix:
        """How the cost changes with each weight, from every line's error."""
        small = errors.astype(np.float32)
        parts = [self.dense.T @ small, self.sparse.T @ small, errors.sum(axis=0)[None, :]]
        return np.concatenate(parts).astype(np.float64)


def train(lines: Sequence[Line], vectors: NDArray[np.float32], path: Path = EMOTION_FILE) -> None:
    """Fit the heads on lines and their vectors, and write them to one small file."""
    design = design_of(lines, vectors)
    weights = np.array([line.weight for line in lines])
    primary = one_hot([PRIMARIES.index(line.primary) for line in lines], len(PRIMARIES))
    polarity = one_hot([POLARITIES.index(line.polarity) for line in lines], len(POLARITIES))
    strength = two_sided([line.intensity for line in lines])
    furious = two_sided([float(bool(line.escalate)) for line in lines])
    judged = weights * np.array([line.escalate is not None for line in lines])

    own, feelings = _out_of_fold(design, primary, weights)
    temperature = _temperature(feelings, primary[own])
    angry = np.array([shares_of(row)[ANGRY] for row in feelings / temperature])
    fury = np.diff(_out_of_fold(design, furious, judged)[1])[:, 0]
    fury[angry < ANGER_FROM] = -np.inf
    threshold = _threshold(fury, furious[own, 1] > 0.5)

    parts = [
        fit(design, primary, weights) / temperature,
        fit(design, polarity, weights),
        np.diff(fit(design, strength, weights)),
        np.diff(fit(design, furious, judged)),
    ]
    heads = np.hstack(parts)
    heads[-1, -1] -= threshold
    heads[: vectors.shape[1]] *= VECTOR_SCALE
    heads[vectors.shape[1] : -BUCKETS - 1] *= SIGNAL_SCALE
    np.savez_compressed(
        path,
        name=np.array(NAME),
        weights=heads[:-1].astype(np.float16),
        bias=heads[-1].astype(np.float32),
    )


def embed(lines: Sequence[Line], encoder: Encoder) -> NDArray[np.float32]:
    """Embed lines one by one, as in service; the borrowed, which come last, all together."""
    own = [line.text for line in lines if line.weight > BORROWED_WEIGHT]
    borrowed = [line.text for line in lines if line.weight <= BORROWED_WEIGHT]
    vectors = [encoder.encode([text]) for text in own]
    return np.concatenate([*vectors, encoder.encode(borrowed)])


def design_of(lines: Sequence[Line], vectors: NDArray[np.float32]) -> Design:
    """What the heads see of each line: its vector and signals, hashed words and letter runs."""
    from scipy.sparse import csr_matrix

    buckets = [grams(line.text) for line in lines]
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1))) for row in buckets])
    starts = np.cumsum([0, *(len(row) for row in buckets)])
    columns = np.concatenate([np.array(row, np.int64) for row in buckets])
    shape = (len(lines), BUCKETS)
    loudness = np.stack([signals(line.text) for line in lines])
    return Design(
        dense=np.hstack([vectors * VECTOR_SCALE, loudness * SIGNAL_SCALE]).astype(np.float32),
        sparse=csr_matrix((values.astype(np.float32), columns, starts), shape=shape),
    )


def fit(design: Design, targets: Matrix, weights: Matrix) -> Matrix:
    """Fit a softmax regression to target shares; rows are features and, last, the bias."""
    from scipy.optimize import minimize

    shape = (design.dense.shape[1] + BUCKETS + 1, targets.shape[1])

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        heads = flat.reshape(shape)
        scores = design.scores(heads)
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        slope = design.slope(weights[:, None] * (np.exp(logs) - targets))
        pull = heads / REGULARISATION
        pull[-1] = 0.0
        cost = -np.sum(weights[:, None] * targets * logs) + 0.5 * np.sum(pull * heads)
        return float(cost), (slope + pull).ravel()

    options = {"maxiter": 80, "ftol": 1e-6}
    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float64).reshape(shape)


def one_hot(places: Sequence[int], classes: int) -> Matrix:
    """Targets of lines that belong to one class each."""
    return np.eye(classes)[list(places)]


def two_sided(shares: Sequence[float]) -> Matrix:
    """Targets of a yes-or-no question, answered by shares of yes."""
    yes = np.array(shares)
    return np.stack([1.0 - yes, yes], axis=1)


def _out_of_fold(
    design: Design, targets: Matrix, weights: Matrix
) -> tuple[NDArray[np.int64], Matrix]:
    """Score own and plain lines by heads that have not seen them; returns places and scores."""
    own = np.flatnonzero(weights > BORROWED_WEIGHT)
    folds = np.random.default_rng(SEED).permutation(len(own)) % FOLDS
    scores = np.zeros((len(own), targets.shape[1]))
    for fold in range(FOLDS):
        unseen = own[folds == fold]
        hidden = weights.copy()
        hidden[unseen] = 0.0
        scores[folds == fold] = design.scores(fit(design, targets, hidden))[unseen]
    return own, scores


def _temperature(scores: Matrix, targets: Matrix) -> float:
    """Find what to divide the scores by, so that out-of-fold probabilities come true."""
    candidates = np.geomspace(0.2, 3.0, 60)
    return float(candidates[int(np.argmin([_loss(scores / c, targets) for c in candidates]))])


def _loss(scores: Matrix, targets: Matrix) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - np.sum(shifted * targets, axis=1)))


def _threshold(scores: Matrix, furious: NDArray[np.bool_]) -> float:
    """Find the score of fury with the least cost of misses and false alarms together."""
    candidates = np.linspace(-4.0, 3.0, 141)
    costs = [
        MISS_COST * np.sum(furious & (scores < c)) + np.sum(~furious & (scores >= c))
        for c in candidates
    ]
    # The middle of the best stretch holds better on new lines than either end of it.
    return float(np.median(candidates[np.array(costs) == min(costs)]))


def main() -> None:
    """Train, write the heads and print the tables of the development lines."""
    encoder = Encoder()
    lines = [
        *read_lines("emotion_train.jsonl"),
        *read_plain("intents_train.jsonl"),
        *read_borrowed("emotion_goemotions.jsonl.gz"),
    ]
    train(lines, embed(lines, encoder))
    scorer = EmotionScorer.load()
    for name, dev in (
        ("own lines", read_lines("emotion_dev.jsonl")),
        ("plain questions", read_plain("intents_dev.jsonl")),
        ("borrowed lines", read_borrowed("emotion_goemotions_dev.jsonl.gz")),
    ):
        emotions = scorer.score([line.text for line in dev], embed(dev, encoder))
        print(f"{name}\n{report(dev, emotions)}")


if __name__ == "__main__":
    main()
