"""`concierge simulate`: scripted customers try what is about to go live; red is not published.

They meet the profile, articles, instructions and models as they are configured now, on throwaway
stores. How all of them fared is kept (handlers/publishing.py), and nothing starts on red.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from bot.errors import ConfigError
from bot.profile import profile_folder
from bot.settings import load_settings
from handlers.commands.base import Command
from handlers.commands.stores import open_stores
from handlers.publishing import keep
from handlers.simulation.scripts import Script, load_scripts
from handlers.simulation.stage import TELLINGS, Played, Stage, open_stage

SHOWN = 20


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Play every scripted customer; 0 when none fared worse than is known."""
    settings = load_settings(environment)
    scripts = _wanted(load_scripts(profile_folder(settings.business_profile)), asked.only)
    tried = {name: v for name, v in environment.items() if not (asked.offline and _is_model(name))}
    async with AsyncExitStack() as stack:
        # Some of the customers prove nothing. The stores are opened first: another process may
        # hold them, and nobody wants to hear that at the end.
        kept = None if asked.only else await stack.enter_async_context(open_stores(environment))
        stage = await stack.enter_async_context(open_stage(tried))
        played = [
            await _play(stage, pair, asked.tellings, f"{place} of {len(scripts)}")
            for place, pair in enumerate(scripts, start=1)
        ]
        failed = tuple(each.script.name for each in played if each.is_red)
        if kept is not None:
            settings = kept[0].settings
            await keep(settings, offline=asked.offline, failed=failed, count=len(played))
    print(report(played, transcripts=asked.show))
    return 1 if failed else 0


async def _play(stage: Stage, pair: tuple[Script, datetime], tellings: int, place: str) -> Played:
    if sys.stderr.isatty():
        print(f"\r{place}", end="", file=sys.stderr, flush=True)
    return await stage.play(*pair, tellings)


def _is_model(name: str) -> bool:
    return name.startswith(("OPENAI_", "LLAMA_"))


def _wanted(
    scripts: Sequence[tuple[Script, datetime]], only: str
) -> Sequence[tuple[Script, datetime]]:
    wanted = [pair for pair in scripts if only.lower() in pair[0].name.lower()]
    if not wanted:
        raise ConfigError(f"--only {only!r}: no scripted customer has that in the name")
    return wanted


def report(played: Sequence[Played], *, transcripts: bool = False) -> str:
    """What failed and why, then the counts by language."""
    lines: list[str] = []
    for each in played:
        if each.passed and not transcripts:
            continue
        lines.append(f"{_mark(each)} {each.script.name}")
        for telling, problems in enumerate(each.problems, start=1):
            lines += [f"     telling {telling}: {problem}" for problem in problems]
        failed = [place for place, problems in enumerate(each.problems) if problems]
        if transcripts:
            lines += [f"       {line}" for line in each.transcripts[failed[0] if failed else 0]]
    languages = sorted({each.script.language for each in played})
    lines += ["", "| customers | passed | of |", "| --- | --- | --- |"]
    for language in (*languages, "all"):
        of = [each for each in played if language in (each.script.language, "all")]
        lines.append(f"| {language} | {sum(each.passed for each in of)} | {len(of)} |")
    return "\n".join(lines).strip()


def _mark(each: Played) -> str:
    if each.passed:
        return "ok  "
    return "FAIL" if each.is_red else "open"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", default="", metavar="WORDS", help="those with this in the name")
    parser.add_argument(
        "--tellings", type=int, default=TELLINGS, help="how often each is played (%(default)s)"
    )
    parser.add_argument("--offline", action="store_true", help="with the offline model alone")
    parser.add_argument("--show", action="store_true", help="show the conversations")


command = Command(
    help="let scripted customers try what is about to go live", run=run, add_arguments=_arguments
)
