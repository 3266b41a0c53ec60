"""`concierge why`: how an answer came about, or why there is none. For the operator's eyes only."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping

from bot.explaining import explain
from bot.explaining_words import describe, to_json
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.commands.booking_pages import labelled
from handlers.commands.stores import open_stores


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the explanation of one message."""
    async with open_stores(environment) as (_on, pool), borrow(pool) as conn:
        why = await explain(conn, asked.message)
    if asked.json:
        print(json.dumps(to_json(why), ensure_ascii=False, indent=2))
    else:
        print("\n".join(labelled(line.label, line.said) for line in describe(why)))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "message",
        metavar="MESSAGE",
        help="a message's id or how it begins, the vendor's id, or a draft's code",
    )
    parser.add_argument("--json", action="store_true", help="all of it, for programs")


command = Command(help="how an answer came about", run=run, add_arguments=_arguments)
