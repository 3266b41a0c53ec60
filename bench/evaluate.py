"""Scores the local models on the development lines that lie beside them: `make eval`.

The lines were written by the same hands that trained, in another style: read the figures as an
upper bound, and score foreign files with `concierge eval`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bot.language.intents import Intent, route_of
from bot.settings import current_environment
from handlers.commands.eval import kinds

ROOT = Path(__file__).resolve().parents[1] / "bot"
INTENTS = ROOT / "language" / "data" / "intents_dev.jsonl"
EMOTIONS = ROOT / "language" / "data" / "emotion_dev.jsonl"
QUESTIONS = ROOT / "knowledge" / "data" / "questions_fresh.jsonl"

Line = Mapping[str, object]
Judge = Callable[[Line, Mapping[str, object]], Iterable[tuple[str, bool]]]


class Score(NamedTuple):
    """What is scored, on which lines, and how one prediction is judged."""

    kind: str
    lines: Path
    judge: Judge


def _routing(line: Line, said: Mapping[str, object]) -> Iterable[tuple[str, bool]]:
    wanted = route_of(Intent(str(line["intent"])))
    yield "agent", said["agent"] == wanted
    yield "intent", said["intent"] == line["intent"]
    if line["intent"] == Intent.OUT_OF_SCOPE.value:
        yield "out of scope found", said["intent"] == line["intent"]


def _emotion(line: Line, said: Mapping[str, object]) -> Iterable[tuple[str, bool]]:
    yield "primary", said["primary"] == line["primary"]
    yield "polarity", said["polarity"] == line["polarity"]
    name = "told of, rightly" if line["escalate"] else "left alone, rightly"
    yield name, said["escalate"] == line["escalate"]


def _language(line: Line, said: Mapping[str, object]) -> Iterable[tuple[str, bool]]:
    yield "language", said["language"] == line["language"]


def _knowledge(line: Line, said: Mapping[str, object]) -> Iterable[tuple[str, bool]]:
    articles = said["articles"]
    assert isinstance(articles, list)
    if line["article"] is None:
        yield "unknown refused", not said["answered"]
        return
    yield "first hit", articles[:1] == [line["article"]]
    yield "answered rightly", bool(said["answered"]) and articles[:1] == [line["article"]]


SCORES = (
    Score("routing", INTENTS, _routing),
    Score("language", INTENTS, _language),
    Score("emotion", EMOTIONS, _emotion),
    Score("knowledge", QUESTIONS, _knowledge),
)


async def main(names: list[str]) -> None:
    """Print a table for each kind that was asked for, or for all."""
    for score in SCORES:
        if not names or score.kind in names:
            await _print(score)


async def _print(score: Score) -> None:
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    async with kinds()[score.kind].open(current_environment()) as predict:
        for text in score.lines.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            said = await predict({"text": line.get("text") or line["question"]})
            for what, right in score.judge(line, said):
                for column in (str(line["language"]), "all"):
                    found[what][column].append(right)
    columns = ("en", "es", "zh", "all")
    print(f"\n| {score.kind} | " + " | ".join(columns) + " | lines |")
    print("| --- |" + " --- |" * (len(columns) + 1))
    for what, by_column in found.items():
        cells = [_share(by_column[column]) for column in columns]
        print(f"| {what} | {' | '.join(cells)} | {len(by_column['all'])} |")


def _share(marks: list[bool]) -> str:
    return f"{sum(marks) / len(marks):.3f}" if marks else "-"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
