"""`concierge chat`: be the customer in the terminal, through the real pipeline."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from collections.abc import Mapping
from uuid import UUID

from bot.domain import ConversationId
from bot.ids import new_id
from bot.settings import load_settings
from bot.store import turns
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.evaluations.laboratory import Laboratory, open_laboratory

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
HELP = "/trace shows how the last answer came about, /new starts over, /quit leaves."


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Read lines, answer each, until the customer leaves."""
    folder = load_settings(environment).data_dir / "chat"
    print("One moment: starting the pipeline ...", flush=True)
    async with open_laboratory(environment, folder) as laboratory:
        print(f"You are the customer. {HELP}")
        await _converse(laboratory)
    return 0


async def _converse(laboratory: Laboratory) -> None:
    customer, conversation = str(new_id()), None
    while True:
        line = await asyncio.to_thread(_read)
        if line is None or line == "/quit":
            return
        if line == "/new":
            customer, conversation = str(new_id()), None
            print("A new customer.")
        elif line == "/trace":
            await _show_trace(laboratory, conversation)
        elif line.startswith("/"):
            print(HELP)
        elif line:
            conversation, answers = await _ask(laboratory, customer, line)
            print("\n".join(f"concierge> {answer}" for answer in answers) or "(no answer)")


def _read() -> str | None:
    try:
        return input("you> ").strip()
    except EOFError:
        return None


async def _ask(laboratory: Laboratory, customer: str, line: str) -> tuple[UUID, tuple[str, ...]]:
    spinner = asyncio.create_task(_spin())
    try:
        return await laboratory.say(customer, (line,))
    finally:
        spinner.cancel()
        await asyncio.gather(spinner, return_exceptions=True)
        if sys.stdout.isatty():
            print("\r\033[K", end="", flush=True)


async def _spin() -> None:
    if not sys.stdout.isatty():
        return
    for frame in itertools.cycle(FRAMES):
        print(f"\r{frame} thinking", end="", flush=True)
        await asyncio.sleep(0.08)


async def _show_trace(laboratory: Laboratory, conversation: UUID | None) -> None:
    if conversation is None:
        print("Nothing was said yet.")
        return
    async with borrow(laboratory.deps.bot.pool) as conn:
        steps = await turns.last_trace(conn, ConversationId(conversation))
    for step in steps:
        detail = ", ".join(f"{key}={value}" for key, value in step["detail"].items())
        print(f"  {step['at_ms']:>8.1f} ms  {step['ms']:>7.1f} ms  {step['name']:<14} {detail}")


command = Command(help="a conversation in the terminal", run=run)
