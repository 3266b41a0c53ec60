"""How far the readers of the emotion lines agree, from the labels that every line carries.

A line's first label is its writer's, the second a blind reader's, the third that of one who settled
where these two differ. `python -m bot.language.training.readers` writes the table anew into
data/emotion/README.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bot.language.training.lines import FOLDER
from bot.language.training.measuring import pearson

README: Final = FOLDER / "README.md"
NEAR: Final = 0.35
"""Intensities nearer to each other than this are one opinion."""
HEADING: Final = (
    "| | lines read twice | primary (kappa) | polarity | escalate | intensity r "
    "| differed | settled |"
)
_TABLE: Final = re.compile(re.escape(HEADING) + r"\n(\|.*\n)+")

Label = Sequence[Any]
"""Primary emotion, polarity, intensity, escalate."""
Labels = Sequence[Label]


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    """Cohen's: 1 for full agreement, 0 for what chance would give."""
    if not pairs:
        return float("nan")
    count = len(pairs)
    agreed = sum(one == two for one, two in pairs) / count
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[each] * second[each] for each in first) / count**2
    return 1.0 if chance == 1.0 else (agreed - chance) / (1.0 - chance)


def differ(one: Label, two: Label) -> bool:
    """Whether a third has to settle it."""
    same = (one[0], one[1], bool(one[3])) == (two[0], two[1], bool(two[3]))
    return not same or abs(one[2] - two[2]) >= NEAR


def table(folder: Path = FOLDER) -> str:
    """Agreement by language, as Markdown."""
    found = list(_labels(folder))
    chosen: Mapping[str, Callable[[str], bool]] = {
        **{each: each.__eq__ for each in ("en", "es", "zh")},
        "all": lambda language: True,
    }
    rows = [HEADING, "|---" * 8 + "|"]
    for name, fits in chosen.items():
        twice = [labels for language, labels in found if fits(language) and len(labels) > 1]
        if twice:
            rows.append(_row(name, twice))
    return "\n".join(rows) + "\n"


def refresh(readme: Path = README, folder: Path = FOLDER) -> str:
    """Put the table as it is now in the place of the one in the file; the file's text."""
    now = table(folder)
    text = _TABLE.sub(lambda _: now, readme.read_text(encoding="utf-8"))
    readme.write_text(text, encoding="utf-8")
    return text


def _row(name: str, twice: Sequence[Labels]) -> str:
    cells = [name, str(len(twice))]
    for place in (0, 1, 3):
        pairs = [(labels[0][place], labels[1][place]) for labels in twice]
        agreed = sum(one == two for one, two in pairs) / len(pairs)
        cells.append(f"{agreed:.3f} ({kappa(pairs):.2f})")
    strengths = [[float(labels[reader][2]) for labels in twice] for reader in (0, 1)]
    cells.append(f"{pearson(*strengths):.3f}")
    apart = [labels for labels in twice if differ(labels[0], labels[1])]
    cells += [str(len(apart)), str(sum(len(labels) > 2 for labels in apart))]
    return f"| {' | '.join(cells)} |"


def _labels(folder: Path) -> Iterator[tuple[str, Labels]]:
    for path in sorted(folder.glob("hand_*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            yield str(line["language"]), line.get("labels", ())


if __name__ == "__main__":
    refresh()
    print(table())
