"""`concierge migrate`: bring the database to the present schema."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from handlers.commands.base import Command
from handlers.service import ground, migrate


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Migrate, and say where we are."""
    async with ground(environment, embedded=False) as on:
        print(f"The database is at schema {await migrate(on.settings)}.")
    return 0


command = Command(help="bring the database to the present schema", run=run)
