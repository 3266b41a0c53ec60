"""`concierge replay`: read webhooks again that could not be read when they came."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from uuid import UUID

from aiohttp import ClientSession

from bot.errors import ConciergeError
from bot.store import dead_letters, messages
from bot.store.connection import Pool, open_pool
from bot.store.dead_letters import DeadLetter
from channels.base import ConfiguredChannel, Parsed, WebhookRequest
from handlers.commands.base import Command
from handlers.receipts import apply_receipts
from handlers.service import Ground, ground
from jobs.assembly import configure_channels


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """List what waits, or read it again; 1 when something still cannot be read."""
    async with ground(environment, embedded=False) as on, ClientSession() as http:
        channels = configure_channels(on.environment, http)
        pool = await open_pool(on.settings.database_url, size=2)
        try:
            async with pool.acquire() as conn:
                letters = await dead_letters.list_open(conn, asked.only)
            if asked.list:
                for letter in letters:
                    print(f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M}  {letter.error}")
                return 0
            failed = 0
            for letter in letters:
                failed += not await _replay(on, pool, channels, letter)
            print(f"{len(letters) - failed} of {len(letters)} read.")
            return 1 if failed else 0
        finally:
            await pool.close()


async def _replay(
    on: Ground, pool: Pool, channels: Mapping[str, ConfiguredChannel], letter: DeadLetter
) -> bool:
    """Read one; it was verified when it came. The sweep answers what it holds."""
    call = WebhookRequest(
        path=letter.path, query=letter.query, headers=letter.headers, body=letter.body
    )
    sharing = [c for c in channels.values() if any(r.path == call.path for r in c.routes)]
    try:
        channel = next((each for each in sharing if each.accepts(call)), None)
        parsed = channel.parse(call) if channel else Parsed()
    except ConciergeError as error:
        print(f"{letter.id}: {error}")
        return False
    async with pool.acquire() as conn, conn.transaction():
        if parsed.messages:
            await messages.record_inbound(conn, parsed.messages, received_at=on.clock.now())
        await dead_letters.mark_replayed(conn, letter.id)
    await apply_receipts(pool, parsed.receipts)
    return True


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="only show what waits")
    parser.add_argument("only", nargs="?", type=UUID, help="the id of a single one")


command = Command(
    help="read webhooks again that could not be read when they came",
    run=run,
    add_arguments=_arguments,
)
