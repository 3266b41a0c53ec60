"""`concierge replay`: read webhooks again that could not be read when they came."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from uuid import UUID

from aiohttp import ClientSession

from bot.domain import Direction
from bot.errors import BadPayload, ConciergeError, ConfigError
from bot.identity_aliases import learn_names, settle_twins
from bot.store import dead_letters, messages, receipts, vendor_news
from bot.store.connection import Pool, borrow, open_pool
from bot.store.dead_letters import DeadLetter
from channels.base import ConfiguredChannel, Parsed, WebhookRequest
from handlers.asides import spend_token
from handlers.commands.base import Command
from handlers.service import Ground, ground, migrate
from jobs.assembly import configure_channels


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """List what waits, or read it again; 1 when something still cannot be read."""
    async with ground(environment, embedded=True) as on, ClientSession() as http:
        channels = configure_channels(on.environment, http)
        await migrate(on.settings)
        pool = await open_pool(on.settings.database_url, size=2)
        try:
            async with borrow(pool) as conn:
                letters = await dead_letters.list_open(conn, asked.only)
            if asked.list:
                for letter in letters:
                    print(f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M}  {letter.error}")
                return 0
            read = [await replay(on, pool, channels, letter) for letter in letters]
        finally:
            await pool.close()
    print(f"{sum(read)} of {len(read)} read.")
    return 0 if all(read) else 1


async def replay(
    on: Ground, pool: Pool, channels: Mapping[str, ConfiguredChannel], letter: DeadLetter
) -> bool:
    """Read one letter; it was verified when it came. The sweep answers what it holds.

    A letter that still cannot be read, for whatever reason, says so and stays; the others go on.
    """
    call = WebhookRequest(
        path=letter.path, query=letter.query, headers=letter.headers, body=letter.body
    )
    sharing = [c for c in channels.values() if any(r.path == call.path for r in c.routes)]
    try:
        if any(r.has_own_door for c in sharing for r in c.routes if r.path == call.path):
            # Only there is a customer told from staff: read past it, staff might become one.
            raise ConfigError("kept as evidence; ask whoever wrote it to write again")
        channel = next((each for each in sharing if each.accepts(call)), None)
        if channel is None:
            raise ConfigError(f"no configured channel reads {letter.path}")
        parsed = channel.parse(call)
        if parsed.token:
            async with borrow(pool) as conn:
                await spend_token(conn, channel.name, parsed.token, at=on.clock.now())
        await _take_in(on, pool, parsed, letter)
    except Exception as error:
        said = str(error) if isinstance(error, ConciergeError) else type(error).__name__
        print(f"{letter.id}: {said}")
        return False
    return True


async def _take_in(on: Ground, pool: Pool, parsed: Parsed, letter: DeadLetter) -> None:
    """What staff sent past us is left out: it was readable when it came, or is old news now."""
    now = on.clock.now()
    inbound = [each for each in parsed.messages if each.direction is Direction.INBOUND]
    async with borrow(pool) as conn, conn.transaction():
        kept = await vendor_news.keep(conn, parsed.news, at=now)
        await settle_twins(conn, on.profile, kept.twins, now=now)
        heard = await learn_names(conn, on.profile, inbound, now=now)
        if heard:
            await messages.record_inbound(conn, heard, received_at=now)
        await receipts.apply(conn, parsed.receipts, at=now)
        if not parsed.unread:
            await dead_letters.mark_replayed(conn, letter.id)
    if parsed.unread:
        raise BadPayload("; ".join(parsed.unread))


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="only show what waits")
    parser.add_argument("only", nargs="?", type=UUID, help="the id of a single one")


command = Command(
    help="read webhooks again that could not be read when they came",
    run=run,
    add_arguments=_arguments,
)
