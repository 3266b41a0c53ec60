"""Makes a message of a telephone call that is over: missed, answered, or with a voicemail.

What was told of a call came in pieces; here it is one event on the customer's timeline, stored
once. One that went to the answering machine waits until it shows whether anything was said there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from bot import calls as rules
from bot.domain import Kind, Message
from bot.domain_calls import Call, CallEnd
from bot.errors import VendorError
from bot.store import calls, messages
from bot.store.connection import Connection, borrow
from channels.standing import TakesCalls
from jobs.base import Job, JobDeps
from jobs.queue import wake

log = logging.getLogger(__name__)

CLAIM_S = 30.0
VOICEMAIL_WITHIN = timedelta(seconds=15)
"""After the end of a call so long its recording may take to be listed; a word on a missed call has
thirty seconds."""
LOOK_EVERY = timedelta(seconds=4)
DOUBT_FOR = timedelta(minutes=10)
"""While the vendor does not say whether there is a recording, for so long it is asked again."""


async def run(deps: JobDeps, *, channel: str, session: str) -> None:
    """Settle one call, if it is due."""
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn:
        call = await calls.claim(conn, channel, session, now=now, for_s=CLAIM_S)
    if call is None:
        return
    end = await _end_of(deps, call)
    if end is None:
        async with borrow(deps.bot.pool) as conn:
            await calls.postpone(conn, call, until=now + LOOK_EVERY)
        wait_s = LOOK_EVERY.total_seconds() + 0.05
        key = f"{session}:{now.timestamp()}"
        deps.doorbell.ring("settle_call", key, delay_s=wait_s, channel=channel, session=session)
        return
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        message = await _message(deps, conn, call, end)
        recorded = (
            await messages.record_inbound(conn, (message,), received_at=now) if message else ()
        )
        await calls.settle(conn, call, end=end if message else None, now=now)
    wake(deps.doorbell, recorded)
    log.info("call.settled", extra={"channel": channel, "end": end.value, "kept": bool(message)})


async def _end_of(deps: JobDeps, call: Call) -> CallEnd | None:
    """How it came out; None while that cannot be told yet."""
    if call.is_answered:
        return CallEnd.ANSWERED
    if not (call.is_voicemail and call.caller):
        return CallEnd.MISSED
    channel, since_end = deps.channels.get(call.channel), deps.bot.clock.now() - call.heard_at
    if not isinstance(channel, TakesCalls):
        return CallEnd.MISSED
    try:
        is_there = await channel.has_voicemail(call.caller, call.began_at)
    except VendorError:
        # To tell somebody that we missed what they have just told us would be worse than silence.
        return None if since_end < DOUBT_FOR else CallEnd.VOICEMAIL
    if is_there:
        return CallEnd.VOICEMAIL
    return None if since_end < VOICEMAIL_WITHIN else CallEnd.MISSED


async def _message(deps: JobDeps, conn: Connection, call: Call, end: CallEnd) -> Message | None:
    """What stands on the timeline; None for a call that belongs to no customer.

    Hidden numbers are nobody's. Of those we rang only customers have a timeline, and only calls
    that came about are on it.
    """
    if not call.caller:
        return None
    if call.is_outbound:
        known = await calls.is_known(conn, call.channel, call.caller)
        if not (known and call.is_answered):
            return None
    ours = deps.channels.get(call.channel)
    extras = {"call": end.value}
    if call.is_outbound:
        extras["by"] = "us"
    if not rules.takes_texts(call.caller):
        extras[rules.NO_TEXTS] = "yes"
    return Message(
        channel=call.channel,
        external_id=f"call:{call.session}",
        sender=call.caller,
        recipient=ours.default_sender if ours else call.called,
        kind=Kind.CALL,
        sent_at=call.heard_at if end is CallEnd.MISSED else call.began_at,
        extras=MappingProxyType(extras),
    )


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Calls that have come to their end."""
    found = await calls.list_due(conn, now=deps.bot.clock.now())
    return [{"channel": channel, "session": session} for channel, session in found]


job = Job(run=run, timeout_s=40.0, due=due)
