"""`concierge eval KIND IN OUT`: run a file of records through a part of the real pipeline."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot import plugins
from bot.errors import ConfigError
from handlers.commands.base import Command
from handlers.evaluations.base import Evaluation


def kinds() -> Mapping[str, Evaluation]:
    """Every kind there is, by name."""
    return plugins.load("handlers.evaluations", "evaluation", Evaluation)


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Predict every record, in order; a line of output for a line of input."""
    count = 0
    async with kinds()[asked.kind].open(environment) as predict:
        with asked.output.open("w", encoding="utf-8") as out:
            for record in _records(asked.input):
                line = {"id": record["id"], "prediction": await predict(record)}
                out.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
                count += 1
    print(f"{count} predictions written to {asked.output}")
    return 0


def _records(path: Path) -> Iterator[Mapping[str, object]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"{path}, line {number}: not JSON") from error
        if not isinstance(record, dict) or "id" not in record:
            raise ConfigError(f'{path}, line {number}: a JSON object with an "id" is expected')
        yield record


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=sorted(kinds()), help="what to predict")
    parser.add_argument("input", type=Path, metavar="IN.jsonl", help='lines of {"id", "text"}')
    parser.add_argument("output", type=Path, metavar="OUT.jsonl", help="where predictions go")


command = Command(
    help="run records through a part of the pipeline", run=run, add_arguments=_arguments
)
