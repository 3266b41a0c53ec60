"""`concierge serve`: the web process alone, on stores found by URL."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from bot.settings import load_settings
from handlers.commands.base import Command
from handlers.service import ground, listen, until_told, web_process


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Take webhooks until told to stop."""
    bound = listen(load_settings(environment))
    async with ground(environment, embedded=False) as on, web_process(on, bound):
        print(f"Listening at {on.settings.base_url}", flush=True)
        await until_told()
    return 0


command = Command(help="the web process alone", run=run)
