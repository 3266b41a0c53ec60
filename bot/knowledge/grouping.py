"""Puts unanswered questions that ask the same together, in whatever language they were asked.

Called by `concierge articles questions`; what it groups is masked already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.language.embed import Embedder
from bot.store.unanswered import OpenQuestion

ALIKE_FROM: Final = 0.92
"""Cosine of two questions; this encoder gives paraphrases more, neighbouring topics less."""


async def group(
    embedder: Embedder, questions: Sequence[OpenQuestion]
) -> tuple[tuple[OpenQuestion, ...], ...]:
    """Groups, the largest first; within one the newest question first, as they came."""
    if not questions:
        return ()
    vectors = await embedder.embed([each.question for each in questions], kind="query")
    groups: list[list[OpenQuestion]] = []
    leaders: list[NDArray[np.float32]] = []
    for question, vector in zip(questions, vectors, strict=True):
        likeness = [float(leader @ vector) for leader in leaders]
        best = int(np.argmax(likeness)) if likeness else -1
        if best >= 0 and likeness[best] >= ALIKE_FROM:
            groups[best].append(question)
        else:
            groups.append([question])
            leaders.append(vector)
    return tuple(tuple(each) for each in sorted(groups, key=len, reverse=True))
