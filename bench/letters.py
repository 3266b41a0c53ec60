"""Scores the new text of letters: `make eval ARGS=email_reply`, and any file of marked letters.

On the letters of tests/mails, whose words were marked by the hands that wrote the rules: an upper
bound. A file named beside it, `ARGS="email_reply FILE.jsonl"`, is scored too: lines of {raw,
expected}, as public collections of mail have them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from channels.email_mime import contents, read_letter
from channels.email_reply import new_text

MAILS = Path(__file__).resolve().parents[1] / "tests" / "mails"


class Marked(NamedTuple):
    """A letter and the words in it that are its writer's own."""

    plain: str
    html: str
    expected: str


def print_letters(names: Sequence[str]) -> None:
    """A table of the staged letters and of every file that is named."""
    print("\n| email_reply | exact | loose | kept | leaked | letters |")
    print("| --- | --- | --- | --- | --- | --- |")
    _print("staged letters", tuple(_staged()))
    for name in names:
        _print(Path(name).stem, tuple(_of_file(Path(name))))


def _print(title: str, letters: Sequence[Marked]) -> None:
    found = [(each, new_text(each.plain, each.html or None)) for each in letters]
    exact = sum(said == each.expected.strip() for each, said in found)
    loose = sum(said.split() == each.expected.split() for each, said in found)
    kept = [_share(_lines(each.expected), _lines(said)) for each, said in found]
    others = [(_lines(each.plain) - _lines(each.expected), _lines(said)) for each, said in found]
    leaked = [_share(quoted, said) for quoted, said in others if quoted]
    cells = [exact / len(found), loose / len(found), sum(kept) / len(found)]
    cells.append(sum(leaked) / len(leaked) if leaked else 0.0)
    print(f"| {title} | {' | '.join(f'{cell:.3f}' for cell in cells)} | {len(found)} |")


def _share(wanted: set[str], found: set[str]) -> float:
    """How much of what is wanted was found."""
    return len(wanted & found) / len(wanted) if wanted else 1.0


def _lines(text: str) -> set[str]:
    return {" ".join(line.split()) for line in text.splitlines() if line.strip()}


def _staged() -> Iterator[Marked]:
    expected = json.loads((MAILS / "expected.json").read_text(encoding="utf-8"))
    for name, marks in expected.items():
        held = contents(read_letter((MAILS / name).read_bytes()))
        yield Marked(held.plain, held.html, marks["text"])


def _of_file(path: Path) -> Iterator[Marked]:
    for line in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        yield Marked(given["raw"], given.get("html") or "", given["expected"])
