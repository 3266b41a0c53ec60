"""Scores what the service understands, finds and does: `make eval` prints a table a kind.

Routing, language and knowledge on marked lines, emotion (evaluate_emotion.py), the new text of
letters (letters.py), whole conversations by how they end. The lines were written by the hands that
built the service: read the figures as an upper bound. `concierge eval` scores foreign files.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.evaluate_emotion import print_emotion
from bench.letters import print_letters
from bot.language.intents import Intent, route_of
from bot.profile import DEFAULT_FOLDER
from bot.settings import current_environment
from handlers.commands.eval import kinds
from handlers.simulation.scripts import load_scripts
from handlers.simulation.stage import TELLINGS, Played, open_stage

ROOT = Path(__file__).resolve().parents[1] / "bot"
INTENTS = ROOT / "language" / "data" / "intents_blind.jsonl"
QUESTIONS = ROOT / "knowledge" / "data" / "questions_fresh.jsonl"
COLUMNS = ("en", "es", "zh", "all")
BINS = 15
"""Of confidence, for the calibration error."""

Line = Mapping[str, object]
Mark = tuple[str, bool]
Judge = Callable[[Line, Mapping[str, object]], Iterable[Mark]]


class Score(NamedTuple):
    """What is scored, on which lines, and how one prediction is judged."""

    kind: str
    lines: Path
    judge: Judge


def _routing(line: Line, said: Mapping[str, object]) -> Iterable[Mark]:
    wanted = route_of(Intent(str(line["intent"])))
    yield "agent", said["agent"] == wanted
    yield "intent", said["intent"] == line["intent"]
    is_strange = line["intent"] == Intent.OUT_OF_SCOPE.value
    if is_strange:
        yield "out of scope found", bool(said["out_of_scope"])
    elif said["out_of_scope"]:
        yield "out of scope said rightly", False
    if is_strange and said["out_of_scope"]:
        yield "out of scope said rightly", True


def _language(line: Line, said: Mapping[str, object]) -> Iterable[Mark]:
    yield "language", said["language"] == line["language"]


def _knowledge(line: Line, said: Mapping[str, object]) -> Iterable[Mark]:
    articles = said["articles"]
    if not isinstance(articles, list) or line["article"] is None:
        yield "unanswerable refused", not said["answered"]
        return
    right = {line["article"], *_more(line)}
    yield "hit@1", articles[0] in right if articles else False
    yield "hit@5", bool(right & set(articles[:5]))
    yield "answered rightly", bool(said["answered"]) and articles[0] in right


def _more(line: Line) -> Sequence[object]:
    """Other articles that answer the same question."""
    also = line.get("also")
    return also if isinstance(also, list) else ()


SCORES = (
    Score("routing", INTENTS, _routing),
    Score("language", INTENTS, _language),
    Score("knowledge", QUESTIONS, _knowledge),
)
CONVERSATIONS = "conversations"
LETTERS = "email_reply"
EMOTION = "emotion"


async def main(names: list[str]) -> None:
    """Print a table for each kind that was asked for, or for all."""
    for score in SCORES:
        if not names or score.kind in names:
            await _print(score)
    if not names or EMOTION in names:
        await print_emotion(_bundled(current_environment()))
    if not names or LETTERS in names:
        print_letters([name for name in names if name.endswith(".jsonl")])
    if not names or CONVERSATIONS in names:
        await _print_conversations()


async def _print(score: Score) -> None:
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    trusted: list[tuple[float, bool]] = []
    async with kinds()[score.kind].open(current_environment()) as predict:
        for text in score.lines.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            said = await predict({**line, "text": line.get("text") or line["question"]})
            for what, right in score.judge(line, said):
                for column in (str(line["language"]), "all"):
                    found[what][column].append(right)
                if what == "agent":
                    trusted.append((float(str(said["confidence"])), right))
    _print_table(score.kind, found, unit="lines")
    if trusted:
        print(f"\nExpected calibration error of the agent, {BINS} bins: {calibration(trusted):.3f}")


async def _print_conversations() -> None:
    """Scripted customers with the offline model alone: none but the profile decides."""
    played: list[Played] = []
    async with open_stage(_bundled(current_environment())) as stage:
        for script, today in load_scripts(DEFAULT_FOLDER):
            played.append(await stage.play(script, today))
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for each in played:
        for column in (each.script.language, "all"):
            found["as told first"][column].append(not each.problems[0])
            found[f"all of {TELLINGS} tellings"][column].append(each.passed)
    _print_table(CONVERSATIONS, found, unit="customers")
    for each in played:
        if not each.passed:
            print(f"- {each.script.name}: {next(filter(None, each.problems))[0]}")


def _bundled(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment without models of vendors and without a profile other than the bundled."""
    others = ("OPENAI_", "LLAMA_", "BUSINESS_")
    return {name: value for name, value in environment.items() if not name.startswith(others)}


def _print_table(
    title: str, found: Mapping[str, Mapping[str, Sequence[bool]]], *, unit: str
) -> None:
    print(f"\n| {title} | " + " | ".join(COLUMNS) + f" | {unit} |")
    print("| --- |" + " --- |" * (len(COLUMNS) + 1))
    for what, by_column in found.items():
        cells = [_share(by_column.get(column, ())) for column in COLUMNS]
        print(f"| {what} | {' | '.join(cells)} | {len(by_column['all'])} |")


def _share(marks: Sequence[bool]) -> str:
    return f"{sum(marks) / len(marks):.3f}" if marks else "-"


def calibration(trusted: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Expected calibration error: how far confidence lies from how often it was right, on average
    over equal bins of confidence, each weighed by how many fall in it. 0 is perfect."""
    by_bin: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in trusted:
        by_bin[min(int(confidence * bins), bins - 1)].append((confidence, right))
    gaps = (
        abs(sum(right for _, right in each) - sum(confidence for confidence, _ in each))
        for each in by_bin.values()
    )
    return sum(gaps) / len(trusted) if trusted else 0.0


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
