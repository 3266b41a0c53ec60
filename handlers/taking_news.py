"""What a webhook tells of handles, templates and accounts: kept before the messages beside it.

Called by handlers/webhooks.py: who has a new number writes from it in the same request. Knows no
vendor.
"""

from __future__ import annotations

from aiohttp import web

from bot.identity_aliases import settle_twins
from bot.store import vendor_news
from bot.store.connection import borrow
from channels.base import Parsed
from handlers.keys import CLOCK, DESK_TOOLS, DOORBELL, POOL


async def take_news(app: web.Application, parsed: Parsed) -> None:
    """Commit it, and ring for what staff have to see."""
    if not parsed.news:
        return
    async with borrow(app[POOL]) as conn:
        now, desk = app[CLOCK].now(), app[DESK_TOOLS]
        kept = await vendor_news.keep(conn, parsed.news, at=now)
        if desk is not None:
            await settle_twins(conn, desk.profile, kept.twins, now=now)
    for notice_id in kept.owed:
        app[DOORBELL].ring("notify_desk", str(notice_id), notice_id=str(notice_id))
