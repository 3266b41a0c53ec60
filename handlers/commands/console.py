"""`concierge console`: a link to the web console for whoever has the machine's terminal."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from bot.clock import SystemClock
from bot.desk.console import console_link
from bot.desk.people import OPERATOR
from bot.settings import keep_secret, load_settings
from handlers.commands.base import Command


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print it; the service need not be asked, because the secret signs."""
    settings = load_settings(environment)
    now = SystemClock().now()
    link = console_link(settings.base_url, keep_secret(settings), OPERATOR.id, now=now)
    print(f"{link}\nGood once, for ten minutes, while the service runs.")
    return 0


command = Command(help="a link that signs you in at the web console", run=run)
