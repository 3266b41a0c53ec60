"""Fit the weights by which the search knows what it does not know, and say how good they are.

Run it as `python -m bot.knowledge.fit_knowing` after changing the shipped articles, the questions
in `data/` or the search. It needs scikit-learn, which the service itself does not. The search runs
as it does in the service, on a private database that is thrown away; `questions_tune.jsonl` is
fitted on, out-of-fold scores by article set the threshold, and `questions_fresh.jsonl` is only
reported.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot import devstack
from bot.knowledge.articles import load_articles
from bot.knowledge.knowing import KNOWING_FILE, Knowing, features
from bot.knowledge.refresh import refresh
from bot.knowledge.search import KnowledgeSearch
from bot.language.embed import Embedder
from bot.profile import load_profile, profile_folder
from bot.store import schema
from bot.store.connection import open_pool

SEED: Final = 20
FOLDS: Final = 8
REGULARISATION: Final = 1.0
# A wrong answer costs more than an offer to ask a person, so the threshold is set by refusals.
REFUSED_TARGET: Final = 0.97
FOUND_LIMIT: Final = 5
_DIGITS: Final = 4

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One question and what the search makes of it."""

    language: str
    """ISO code: en, es or zh."""
    articles: frozenset[str]
    """Those that answer it; empty where none does."""
    found: tuple[str, ...]
    """The articles the search brings, best first."""
    row: tuple[float, ...]
    """Its features, in the order of `names`."""

    @property
    def is_right(self) -> bool:
        """Whether the first article found answers."""
        return self.found[0] in self.articles


async def read_lines(knowledge: KnowledgeSearch, name: str) -> list[Line]:
    """Search for every question of one file of `data/`, in its order."""
    lines = []
    for text in (KNOWING_FILE.parent / name).read_text(encoding="utf-8").splitlines():
        question = json.loads(text)
        candidates = await knowledge.candidates(
            question["question"], language=question["language"], limit=FOUND_LIMIT
        )
        articles = {question["article"], *question.get("also", ())} - {None}
        found = tuple(each.article for each in candidates if not each.is_for_people)
        row = tuple(features(candidates).values())
        lines.append(Line(question["language"], frozenset(articles), found, row))
    return lines


def fit(lines: Sequence[Line], names: Sequence[str]) -> Knowing:
    """The weights for all lines, with the threshold that out-of-fold scores ask for."""
    rows, right = _matrix(lines), np.array([line.is_right for line in lines])
    scores = _out_of_fold(lines, rows, right)
    unanswerable = scores[[not line.articles for line in lines]]
    threshold = float(np.quantile(unanswerable, REFUSED_TARGET))
    weights, bias = _logistic(rows, right)
    return Knowing(
        {name: round(float(weight), _DIGITS) for name, weight in zip(names, weights, strict=True)},
        round(bias, _DIGITS),
        round(threshold, _DIGITS),
    )


def report(title: str, lines: Sequence[Line], scores: Iterable[float], threshold: float) -> str:
    """A line for each language and one for all of them."""
    table = [title]
    scored = list(zip(lines, scores, strict=True))
    for language in (*sorted({line.language for line in lines}), "all"):
        part = [(line, score) for line, score in scored if language in (line.language, "all")]
        asked = [(line, score >= threshold) for line, score in part if line.articles]
        refused = [score < threshold for line, score in part if not line.articles]
        figures = {
            "hit@1": [line.is_right for line, _ in asked],
            "hit@5": [not line.articles.isdisjoint(line.found[:FOUND_LIMIT]) for line, _ in asked],
            "right": [known and line.is_right for line, known in asked],
            "wrong": [known and not line.is_right for line, known in asked],
            "refused": refused,
        }
        shares = "  ".join(f"{name} {np.mean(each):.3f}" for name, each in figures.items())
        table.append(f"  {language:3}  {len(asked):3} + {len(refused):3}  {shares}")
    return "\n".join(table)


def _out_of_fold(lines: Sequence[Line], rows: Matrix, right: NDArray[np.bool_]) -> Matrix:
    """Scores by models that never saw the article a question belongs to, or comes nearest to."""
    from sklearn.model_selection import GroupKFold

    groups = [min(line.articles, default=line.found[0]) for line in lines]
    scores = np.zeros(len(lines))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for learn, check in folds.split(rows, groups=groups):
        weights, bias = _logistic(rows[learn], right[learn])
        scores[check] = 1.0 / (1.0 + np.exp(-(rows[check] @ weights + bias)))
    return scores


def _logistic(rows: Matrix, right: NDArray[np.bool_]) -> tuple[Matrix, float]:
    """Weights and bias for features as they are; they are fitted on standardised ones."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    model = LogisticRegression(C=REGULARISATION, max_iter=2000, random_state=SEED)
    model.fit((rows - middle) / spread, right)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)


def _matrix(lines: Sequence[Line]) -> Matrix:
    return np.array([line.row for line in lines], np.float64)


def _scores(knowing: Knowing, lines: Sequence[Line]) -> list[float]:
    return [knowing.confidence(dict(zip(knowing.weights, line.row, strict=True))) for line in lines]


async def _search_all(folder: Path) -> tuple[list[Line], list[Line], list[str]]:
    stack = await devstack.start(folder)
    pool = await open_pool(stack.database_url, size=2)
    embedder = Embedder()
    try:
        async with pool.acquire() as conn:
            await schema.migrate(conn)
        await refresh(pool, embedder, load_articles(profile_folder(), load_profile()))
        knowledge = KnowledgeSearch(pool, embedder)
        tune = await read_lines(knowledge, "questions_tune.jsonl")
        fresh = await read_lines(knowledge, "questions_fresh.jsonl")
        names = list(features(await knowledge.candidates("price", language="en", limit=2)))
    finally:
        await embedder.close()
        await pool.close()
        await stack.stop()
    return tune, fresh, names


def main() -> None:
    """Search, fit, write, report."""
    with tempfile.TemporaryDirectory(prefix="concierge-fit-") as name:
        folder = Path(name)
        # Where we are root, PostgreSQL runs as another user and must be able to pass through.
        folder.chmod(0o711)
        tune, fresh, names = asyncio.run(_search_all(folder))
    knowing = fit(tune, names)
    values = {
        "weights": knowing.weights,
        "bias": knowing.bias,
        "threshold": knowing.threshold,
    }
    KNOWING_FILE.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    right = np.array([line.is_right for line in tune])
    held_out = _out_of_fold(tune, _matrix(tune), right)
    print(report("Fitted on (out of fold)", tune, held_out, knowing.threshold))
    print(report("Only reported", fresh, _scores(knowing, fresh), knowing.threshold))


if __name__ == "__main__":
    main()
