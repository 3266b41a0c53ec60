"""`concierge emotions`: how customers have felt, what waits to be read, and reading it anew.

Each subcommand is a function of a module handlers/commands/emotions_*.py, and named here.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Mapping

from handlers.commands import (
    emotions_history,
    emotions_report,
    emotions_rescore,
    emotions_review,
)
from handlers.commands.base import Command

Act = Callable[[argparse.Namespace, Mapping[str, str]], Awaitable[int]]


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked."""
    act: Act = asked.act
    return await act(asked, environment)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: Act, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    emotions_history.add_history(
        part("history", emotions_history.history, "how a customer has felt, message by message")
    )
    emotions_report.add_report(
        part("report", emotions_report.report, "how customers felt over some days, in figures")
    )
    part("backlog", emotions_rescore.backlog, "what waits to be read, and how far a rescoring is")
    emotions_rescore.add_rescore(
        part("rescore", emotions_rescore.rescore, "read old messages by the present scorer")
    )
    emotions_review.add_review(
        part("review", emotions_review.review, "readings that a person should look at")
    )
    emotions_review.add_export(
        part("export", emotions_review.export_all, "what people have settled, for the training")
    )


command = Command(
    help="how customers feel: report, history, backlog, rescoring, reviews",
    run=run,
    add_arguments=_arguments,
)
