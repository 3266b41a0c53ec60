"""The `concierge` program: finds the subcommand's file in handlers/commands and runs it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping

import uvloop

from bot import plugins
from bot.errors import ConciergeError
from bot.settings import current_environment, load_settings
from handlers import logs
from handlers.commands.base import Command


def main() -> None:
    """Run one command; the exit status is its own, or 1 after one clear line."""
    commands = plugins.load("handlers.commands", "command", Command)
    asked = _parser(commands).parse_args()
    environment = current_environment()
    try:
        logs.set_up(load_settings(environment).log_level)
        sys.exit(uvloop.run(_run(commands[asked.command], asked, environment)))
    except ConciergeError as error:
        print(f"concierge: {error}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)


async def _run(command: Command, asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - A coroutine that runs has a task.
    # From the first moment: being told to stop while servers start must not leave them behind.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await command.run(asked, environment)


def _parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="concierge", description="An AI concierge for businesses that come to their customers."
    )
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands.items():
        command.add_arguments(choices.add_parser(name, help=command.help, description=command.help))
    return parser


if __name__ == "__main__":
    main()
