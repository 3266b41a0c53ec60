"""What a webhook brings beside messages: whether it is by our subscription, calls, news of a store.

Called by handlers/webhooks.py before the messages are recorded. Knows no vendor.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web

from bot.errors import BadSignature
from bot.ids import new_id
from bot.store import calls, grants, spent_tokens
from bot.store.connection import Connection, borrow
from channels.base import Parsed
from handlers.keys import CLOCK, DOORBELL, POOL

SETTLED_AFTER = calls.SETTLES_AFTER + timedelta(milliseconds=50)


async def take_asides(app: web.Application, channel: str, parsed: Parsed) -> None:
    """Commit what the request says beside its messages, and ring for it.

    Raises:
        BadSignature: it came by a subscription that is not ours, or by another request's token.
    """
    if not (parsed.token or parsed.came_by[0] or parsed.calls or parsed.has_more):
        return
    async with borrow(app[POOL]) as conn:
        await _commit(conn, channel, parsed, at=app[CLOCK].now())
    if parsed.has_more:
        app[DOORBELL].ring("read_store", f"{channel}:{new_id()}", channel=channel)
    for each in parsed.calls:
        if each.is_over:
            app[DOORBELL].ring(
                "settle_call",
                str(new_id()),
                delay_s=SETTLED_AFTER.total_seconds(),
                channel=each.channel,
                session=each.session,
            )


async def _commit(conn: Connection, channel: str, parsed: Parsed, *, at: datetime) -> None:
    if parsed.token:
        await spend_token(conn, channel, parsed.token, at=at)
    if parsed.came_by[0]:
        await _require_ours(conn, channel, parsed.came_by)
    if parsed.calls:
        await calls.note(conn, parsed.calls, at=at)
    if parsed.has_more:
        await grants.want_store(conn, (channel,))


async def spend_token(
    conn: Connection, channel: str, token: tuple[str, bytes], *, at: datetime
) -> None:
    """Let a token prove this body and no other, whichever process heard of it first.

    Raises:
        BadSignature: it has proved another.
    """
    if not await spent_tokens.spend(conn, channel, token[0], digest=token[1], at=at):
        raise BadSignature("token was used for another request")


async def _require_ours(conn: Connection, channel: str, came_by: tuple[str, str]) -> None:
    """A new one may call before its making has come to an end here."""
    grant = await grants.find(conn, channel, grants.SUBSCRIPTION)
    if grant is None or not grant.value.get("id"):
        return
    ours = (grant.value["id"], *grant.value.get("former", ()))
    is_owner = came_by[1] == grant.value.get("owner", came_by[1])
    if not is_owner or not (came_by[0] in ours or grant.is_claimed):
        raise BadSignature("the subscription is not one of ours")
