"""Train the intent heads from the lines in `data/` and say how good they are.

Run it as `python -m bot.language.train_intents` after changing those lines; it needs scikit-learn,
which the service itself does not. A logistic regression reads the sentence vector and the hashed
words and letter runs; a kernel ridge regression compares the vector with every training line. Their
scores are added, and divided by a temperature found on out-of-fold scores.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.language.embed import Encoder
from bot.language.intents import BUCKETS, INTENTS_FILE, Intent, IntentReader, grams, route_of

DATA: Final = Path(__file__).parent / "data"
SEED: Final = 20
FOLDS: Final = 5
REGULARISATION: Final = 4.0
VECTOR_SCALE: Final = 4.0
KERNEL_SHARPNESS: Final = 0.5
KERNEL_RIDGE: Final = 0.3
# Ridge regression aims at 0 and 1; the factor brings its answers to the size of log odds.
KERNEL_SHARE: Final = 8.0
# The borrowed lines are English and many: at full weight they would drown the business's own.
BORROWED_WEIGHT: Final = 0.1
OUT_OF_SCOPE_FROM: Final = 0.3

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message."""

    text: str
    """What the customer wrote."""
    intent: Intent
    """What it wants."""
    language: str
    """ISO code: en, es or zh."""
    weight: float = 1.0
    """How much it counts in training."""


def read_lines(name: str, *, weight: float = 1.0) -> list[Line]:
    """Read one file of `data/`, in its order."""
    rows = map(json.loads, (DATA / name).read_text(encoding="utf-8").splitlines())
    return [Line(row["text"], Intent(row["intent"]), row["language"], weight) for row in rows]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of the three heads, before the temperature."""

    vector_weights: Matrix
    """One row a dimension of the standardised sentence vector."""
    gram_weights: Matrix
    """One row a bucket of words and letter runs."""
    bias: Matrix
    """One number an intent."""
    landmark_weights: Matrix
    """One row a training line."""


def train(lines: Sequence[Line], encoder: Encoder, path: Path = INTENTS_FILE) -> None:
    """Fit the heads on the lines and write them to one small file."""
    vectors = embed_each(lines, encoder).astype(np.float64)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) * np.sqrt(vectors.shape[1])
    places, letters = (vectors - mean) / spread, _letters(lines)
    names = sorted({line.intent.value for line in lines})
    labels = np.array([names.index(line.intent.value) for line in lines])
    weights = np.array([line.weight for line in lines])
    temperature = _temperature(places, letters, labels, weights)
    fit = _fit(places, letters, labels, weights)
    np.savez_compressed(
        path,
        intents=np.array(names),
        mean=mean.astype(np.float32),
        spread=spread.astype(np.float32),
        sharpness=np.float32(KERNEL_SHARPNESS),
        landmarks=places.astype(np.float16),
        landmark_weights=(fit.landmark_weights / temperature).astype(np.float16),
        vector_weights=(fit.vector_weights / temperature).astype(np.float16),
        gram_weights=(fit.gram_weights / temperature).astype(np.float16),
        bias=(fit.bias / temperature).astype(np.float32),
        out_of_scope_from=np.float32(OUT_OF_SCOPE_FROM),
    )


def embed_each(lines: Sequence[Line], encoder: Encoder) -> NDArray[np.float32]:
    """Embed one line at a time, as a lone message is embedded in service."""
    return np.concatenate([encoder.encode([line.text]) for line in lines])


def report(lines: Sequence[Line], encoder: Encoder, reader: IntentReader) -> str:
    """Measure the reader on lines it has not seen, per language, as a printable table."""
    vectors = embed_each(lines, encoder)
    table = [f"{'':10}{'lines':>7}{'route':>8}{'intent':>8}{'oos':>8}{'ECE':>8}"]
    for language in ("en", "es", "zh", "all"):
        chosen = [i for i, line in enumerate(lines) if language in (line.language, "all")]
        readings = [reader.read(lines[i].text, vectors[i]) for i in chosen]
        wanted = [lines[i].intent for i in chosen]
        pairs = list(zip(readings, wanted, strict=True))
        right = np.array([reading.route == route_of(intent) for reading, intent in pairs])
        exact = np.mean([reading.intent == intent for reading, intent in pairs])
        strange = [r.out_of_scope for r, intent in pairs if intent is Intent.OUT_OF_SCOPE]
        sure = np.array([reading.confidence for reading in readings])
        table.append(
            f"{language:10}{len(chosen):7d}{right.mean():8.3f}{exact:8.3f}"
            f"{np.mean(strange):8.3f}{calibration_error(sure, right):8.3f}"
        )
    return "\n".join(table)


def calibration_error(confidences: Matrix, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and accuracy, by equal-width bins."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [
        np.mean(places == place)
        * abs(confidences[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    ]
    return float(np.sum(gaps))


def _letters(lines: Sequence[Line]) -> Any:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # No stubs here.

    buckets = [grams(line.text) for line in lines]
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1))) for row in buckets])
    starts = np.cumsum([0, *(len(row) for row in buckets)])
    columns = np.concatenate([np.array(row, np.int64) for row in buckets])
    return csr_matrix((values, columns, starts), shape=(len(lines), BUCKETS))


def _fit(places: Matrix, letters: Any, labels: NDArray[np.int64], weights: Matrix) -> Fit:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    features = hstack([csr_matrix(places * VECTOR_SCALE), letters]).tocsr()
    model = LogisticRegression(C=REGULARISATION, max_iter=300, tol=1e-3, random_state=SEED)
    model.fit(features, labels, sample_weight=weights)
    ridge = _kernel(places, places) + np.diag(KERNEL_RIDGE / weights)
    wanted = np.eye(int(labels.max()) + 1)[labels]
    width = places.shape[1]
    return Fit(
        vector_weights=model.coef_.T[:width] * VECTOR_SCALE,
        gram_weights=model.coef_.T[width:],
        bias=model.intercept_,
        landmark_weights=np.asarray(np.linalg.solve(ridge, wanted) * KERNEL_SHARE, np.float64),
    )


def _kernel(places: Matrix, landmarks: Matrix) -> Matrix:
    squares = (places**2).sum(axis=1)[:, None] + (landmarks**2).sum(axis=1)[None, :]
    return np.asarray(np.exp(-KERNEL_SHARPNESS * (squares - 2 * places @ landmarks.T)))


def _temperature(places: Matrix, letters: Any, labels: NDArray[np.int64], weights: Matrix) -> float:
    """Find what to divide the scores by, so that out-of-fold probabilities come true."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.zeros((len(labels), int(labels.max()) + 1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(places, labels):
        fit = _fit(places[seen], letters[seen], labels[seen], weights[seen])
        scores[unseen] = (
            places[unseen] @ fit.vector_weights
            + letters[unseen] @ fit.gram_weights
            + _kernel(places[unseen], places[seen]) @ fit.landmark_weights
            + fit.bias
        )
    candidates = np.geomspace(0.2, 3.0, 60)
    losses = [_loss(scores / candidate, labels, weights) for candidate in candidates]
    return float(candidates[int(np.argmin(losses))])


def _loss(scores: Matrix, labels: NDArray[np.int64], weights: Matrix) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.average(log_sums - shifted[np.arange(len(labels)), labels], weights=weights))


def main() -> None:
    """Train, write the heads and print the table of the development lines."""
    encoder = Encoder()
    lines = read_lines("intents_train.jsonl")
    borrowed = read_lines("intents_clinc150.jsonl", weight=BORROWED_WEIGHT)
    train([*lines, *borrowed], encoder)
    print(report(read_lines("intents_dev.jsonl"), encoder, IntentReader.load()))


if __name__ == "__main__":
    main()
