"""Judges whether the nearest article answers a question, or nobody but a person can.

Cosines of this encoder are all high, so no single one decides: a small calibrated model weighs
likeness, margins and words. `bot/knowledge/fit_knowing.py` writes its weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot.store.knowledge_search import Candidate

KNOWING_FILE: Final = Path(__file__).parent / "data" / "knowing.json"

# What a margin counts where there is nothing to compare with.
_MARGIN_ALONE: Final = 0.05
_MASS_MARGIN_ALONE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Knowing:
    """A logistic model over `features`."""

    weights: Mapping[str, float]
    bias: float
    threshold: float
    """From this confidence on an answer is given."""

    def confidence(self, found: Mapping[str, float]) -> float:
        """How likely the first article answers, from 0 to 1; 0 where none was found."""
        if not found:
            return 0.0
        total = self.bias + sum(self.weights[name] * value for name, value in found.items())
        return 1.0 / (1.0 + math.exp(-max(-500.0, total)))


def features(candidates: Sequence[Candidate]) -> Mapping[str, float]:
    """What knowing is judged by; nothing where no article was found."""
    citable = [candidate for candidate in candidates if not candidate.is_for_people]
    if not citable:
        return {}
    best = citable[0]
    for_people = next((candidate for candidate in candidates if candidate.is_for_people), None)
    return {
        "near": best.near,
        "mean": best.mean,
        "text": best.text_similarity,
        "coverage": best.coverage,
        "margin": best.score - citable[1].score if len(citable) > 1 else _MARGIN_ALONE,
        "mass_share": best.mass - best.whole_mass,
        "people_near": best.near - for_people.near if for_people else _MARGIN_ALONE,
        "people_mean": best.mean - for_people.mean if for_people else _MARGIN_ALONE,
        "people_mass": best.mass - for_people.mass if for_people else _MASS_MARGIN_ALONE,
    }


@cache
def shipped() -> Knowing:
    """The model that lies beside the code."""
    values = json.loads(KNOWING_FILE.read_text(encoding="utf-8"))
    return Knowing(values["weights"], values["bias"], values["threshold"])
