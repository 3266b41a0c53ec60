"""Train the intent heads from the lines in `data/` and say how good they are.

Run it as `python -m bot.language.train_intents` after changing those lines; it needs SciPy, which
the service itself does not. A kernel ridge regression compares a message with every training line,
by the sentence vector and a little by the hashed words and letter runs. The scores are divided by
a temperature found on scores of lines held out.
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
from bot.language.intents import (
    BUCKETS,
    INTENTS_FILE,
    ROUTES,
    Intent,
    IntentReader,
    grams,
    route_of,
)

DATA: Final = Path(__file__).parent / "data"
SEED: Final = 20
FOLDS: Final = 5
# A held-out fold is made of whole blocks: neighbours in the file come from one hand, and a model
# that has seen the hand is surer than it will be of a stranger.
BLOCK: Final = 40
KERNEL_SHARPNESS: Final = 0.6
KERNEL_RIDGE: Final = 0.1
# Letters tell what the vector misses, but learn a writer's habits: at full weight they do harm.
GRAM_SHARE: Final = 0.25
# The borrowed lines are English and many: at full weight they would drown the business's own.
BORROWED_WEIGHT: Final = 0.1
OUT_OF_SCOPE_FROM: Final = 0.3

Matrix = NDArray[np.float32]


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
class Features:
    """What the kernel compares, one row a line."""

    places: Matrix
    """Standardised sentence vectors."""
    letters: Any
    """Sparse counts of words and letter runs, each row of length 1."""

    def __getitem__(self, rows: NDArray[np.int64]) -> Features:
        return Features(self.places[rows], self.letters[rows])


def train(lines: Sequence[Line], encoder: Encoder, path: Path = INTENTS_FILE) -> None:
    """Fit the heads on the lines and write them to one small file."""
    vectors = embed_each(lines, encoder)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) * np.sqrt(vectors.shape[1])
    features = Features((vectors - mean) / spread, _letters(lines))
    names = sorted({line.intent.value for line in lines})
    labels = np.array([names.index(line.intent.value) for line in lines])
    weights = np.array([line.weight for line in lines], np.float32)
    routes = np.array([ROUTES.index(route_of(Intent(name))) for name in names])
    temperature = _temperature(features, labels, weights, routes)
    shares = _fit(features, labels, weights) / temperature
    step = float(np.abs(features.places).max()) / 127
    np.savez_compressed(
        path,
        intents=np.array(names),
        mean=mean,
        spread=spread,
        sharpness=np.float32(KERNEL_SHARPNESS),
        landmarks=np.round(features.places / step).astype(np.int8),
        landmark_step=np.float32(step),
        landmark_weights=shares.astype(np.float16),
        gram_weights=(features.letters.T @ shares * GRAM_SHARE).astype(np.float16),
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


def calibration_error(
    confidences: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15
) -> float:
    """Expected calibration error: mean gap between confidence and accuracy, by equal-width bins."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [
        np.mean(places == place)
        * abs(confidences[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    ]
    return float(np.sum(gaps))


def _letters(lines: Sequence[Line]) -> Any:
    from scipy.sparse import csr_matrix

    buckets = [grams(line.text) for line in lines]
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1))) for row in buckets])
    starts = np.cumsum([0, *(len(row) for row in buckets)])
    columns = np.concatenate([np.array(row, np.int64) for row in buckets])
    shape = (len(lines), BUCKETS)
    return csr_matrix((values.astype(np.float32), columns, starts), shape=shape)


def _fit(seen: Features, labels: NDArray[np.int64], weights: Matrix) -> Matrix:
    """Solve for the weights of the seen lines, one row a line and one column an intent."""
    from scipy.linalg import solve

    kernel = _kernel(seen, seen) + np.diag(KERNEL_RIDGE / weights)
    wanted = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    return np.asarray(solve(kernel, wanted, assume_a="pos", overwrite_a=True), np.float32)


def _kernel(rows: Features, landmarks: Features) -> Matrix:
    ours, theirs = rows.places, landmarks.places
    squares = (ours**2).sum(axis=1)[:, None] + (theirs**2).sum(axis=1)[None, :]
    near = np.exp(-KERNEL_SHARPNESS * (squares - 2 * ours @ theirs.T))
    alike = (rows.letters @ landmarks.letters.T).toarray()
    return np.asarray(near + GRAM_SHARE * alike, np.float32)


def _temperature(
    features: Features, labels: NDArray[np.int64], weights: Matrix, routes: NDArray[np.int64]
) -> float:
    """Find what to divide the scores by, so that route probabilities of unseen lines come true."""
    blocks = np.arange(len(labels)) // BLOCK
    folds = np.random.default_rng(SEED).permutation(int(blocks.max()) + 1)[blocks] % FOLDS
    scores = np.zeros((len(labels), len(routes)), np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        shares = _fit(features[seen], labels[seen], weights[seen])
        scores[unseen, : shares.shape[1]] = _kernel(features[unseen], features[seen]) @ shares
    mates = routes[labels][:, None] == routes[None, :]
    candidates = np.geomspace(0.02, 0.3, 60)
    losses = [_loss(scores / candidate, mates, weights) for candidate in candidates]
    return float(candidates[int(np.argmin(losses))])


def _loss(scores: Matrix, mates: NDArray[np.bool_], weights: Matrix) -> float:
    """Weighted mean log loss of the right route, whose intents `mates` marks in each row."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    right = (chances * mates).sum(axis=1) / chances.sum(axis=1)
    return float(np.average(-np.log(right + 1e-9), weights=weights))


def main() -> None:
    """Train, write the heads and print the tables of the lines held out."""
    encoder = Encoder()
    lines = read_lines("intents_train.jsonl")
    borrowed = read_lines("intents_clinc150.jsonl", weight=BORROWED_WEIGHT)
    train([*lines, *borrowed], encoder)
    reader = IntentReader.load()
    for name in ("intents_dev.jsonl", "intents_fresh.jsonl", "intents_blind.jsonl"):
        print(f"{name}\n{report(read_lines(name), encoder, reader)}")


if __name__ == "__main__":
    main()
