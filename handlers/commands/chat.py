"""`concierge chat`: be the customer in the terminal, through the real pipeline."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.domain import ConversationId
from bot.ids import new_id
from bot.settings import load_settings
from bot.store import turns
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.evaluations.laboratory import Laboratory, open_laboratory

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPEAKER = "concierge> "
HELP = "/trace shows how the last answer came about, /new starts over, /quit leaves."


class Screen:
    """The terminal, on which a reply appears while a model writes it."""

    def __init__(self) -> None:
        self.shown = ""
        """What stands on the present line of the concierge."""

    def publish(self, conversation_id: ConversationId, text: str) -> None:
        """Write what is new; where the beginning has changed, write all of it anew below."""
        if self.shown and not text.startswith(self.shown):
            self.discard(conversation_id)
        if not self.shown:
            _wipe()
            print(SPEAKER, end="")
        print(text[len(self.shown) :], end="", flush=True)
        self.shown = text

    def discard(self, conversation_id: ConversationId) -> None:
        """Say that the last line does not count; a terminal cannot take it back."""
        if self.shown:
            print("\n(taken back)", flush=True)
        self.shown = ""

    def finish(self, answers: Sequence[str]) -> None:
        """The answers as they were sent, but for what stands there already."""
        left = list(answers)
        if self.shown:
            is_said = bool(left) and left[0] == self.shown
            print("" if is_said else "\n(sent instead)")
            left = left[1:] if is_said else left
        if left or not self.shown:
            print("\n".join(f"{SPEAKER}{answer}" for answer in left) or "(no answer)")
        self.shown = ""


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Read lines, answer each, until the customer leaves."""
    folder = load_settings(environment).data_dir / "chat"
    print("One moment: starting the pipeline ...", flush=True)
    async with open_laboratory(environment, folder) as laboratory:
        screen = Screen()
        bot = replace(laboratory.deps.bot, progress=screen)
        laboratory.deps = replace(laboratory.deps, bot=bot)
        print(f"You are the customer. {HELP}")
        await _converse(laboratory, screen)
    return 0


async def _converse(laboratory: Laboratory, screen: Screen) -> None:
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
            conversation, answers = await _ask(laboratory, screen, customer, line)
            screen.finish(answers)


def _read() -> str | None:
    try:
        return input("you> ").strip()
    except EOFError:
        return None


async def _ask(
    laboratory: Laboratory, screen: Screen, customer: str, line: str
) -> tuple[UUID, tuple[str, ...]]:
    spinner = asyncio.create_task(_spin(screen))
    try:
        return await laboratory.say(customer, (line,))
    finally:
        spinner.cancel()
        await asyncio.gather(spinner, return_exceptions=True)
        if not screen.shown:
            _wipe()


async def _spin(screen: Screen) -> None:
    """Turn until there is something to read."""
    if not sys.stdout.isatty():
        return
    for frame in itertools.cycle(FRAMES):
        if not screen.shown:
            print(f"\r{frame} thinking", end="", flush=True)
        await asyncio.sleep(0.08)


def _wipe() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)


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
