"""`concierge run`: everything in one command; what is not configured is brought along."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping

from bot.settings import load_settings
from handlers.commands.base import Command
from handlers.publishing import require_published
from handlers.service import ground, keep_worker, listen, migrate, until_told, web_process


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Web and worker until told to stop."""
    bound = listen(load_settings(environment))
    async with ground(environment, embedded=True) as on:
        await migrate(on.settings)
        await require_published(on.settings)
        async with web_process(on, bound):
            print(_welcome(on.settings.base_url, sandbox=on.stand_ins is not None), flush=True)
            worker = asyncio.create_task(keep_worker(on.environment))
            await until_told()
            print("stopping", flush=True)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
    return 0


def _welcome(url: str, *, sandbox: bool) -> str:
    if sandbox:
        return f"The concierge is ready. Be the customer at {url}/playground (Ctrl-C stops it)."
    return f"The concierge is ready at {url} (Ctrl-C stops it)."


command = Command(help="web and worker in one, with embedded stores where none is set", run=run)
