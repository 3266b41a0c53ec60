"""`concierge work`: a worker alone, on stores found by URL. Start as many as there is work for."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping

from handlers.commands.base import Command
from handlers.publishing import require_published
from handlers.service import ground, until_told, work

NICENESS = 5
"""Beside the web process of `concierge run`, thinking gives way to webhooks."""


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Work until told to stop or, as the child of `concierge run`, until the parent is gone."""
    async with ground(environment, embedded=False) as on:
        await require_published(on.settings)
        working = asyncio.create_task(work(on))
        endings = [asyncio.create_task(until_told()), working]
        if asked.with_parent:
            os.nice(NICENESS)
            endings.append(asyncio.create_task(_parent_is_gone()))
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        for task in endings:
            if task is not working:
                task.cancel()
        if working.done():
            working.result()
        working.cancel()
        await asyncio.gather(*endings, return_exceptions=True)
    return 0


async def _parent_is_gone() -> None:
    """The parent holds the other end of our standard input; it closes however the parent dies."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)


command = Command(help="a worker alone", run=run, add_arguments=_arguments)
