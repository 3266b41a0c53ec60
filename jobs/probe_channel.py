"""Job: looks why a channel is silent, and tells staff and owner what it found.

A request of the vendor's form, signed as the vendor signs, goes to our own public address, which
it has to reach by the same way; a channel that cannot sign is tried without a signature and must be
refused. Then the vendor is asked whether it knows us. Neither changes anything. Told once, looked
into again each hour; called by jobs/watch_channels.py and by the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from bot.desk.alarming import tell
from bot.errors import VendorError
from bot.store import channel_alarms
from bot.store.connection import Connection, borrow
from channels.base import Checks, ConfiguredChannel, Probes, WebhookRequest
from jobs.base import Job, JobDeps

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=1)
TIMEOUT = ClientTimeout(total=15.0, sock_connect=5.0)
LIMIT = 100
WELL = "our address and the vendor both answer as they should, so it may just be quiet"
REFUSALS = frozenset({400, 401, 403, 405, 411, 415})
"""What an unsigned request is rightly answered."""


async def run(deps: JobDeps, *, alarm_id: str) -> None:
    """Look into one alarm; twice is harmless, and told once."""
    async with borrow(deps.bot.pool) as conn:
        alarm = await channel_alarms.find(conn, UUID(alarm_id))
    if alarm is None or alarm.ended_at is not None:
        return
    channel = deps.channels.get(alarm.channel)
    found = await look(channel, deps.bot.settings.base_url) if channel else "it is not configured"
    now = deps.bot.clock.now()
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        known = await channel_alarms.keep_found(conn, alarm.id, found, now=now)
        owed = await tell(conn, deps.bot.profile, known, now=now) if known else None
    log.warning("channel.probed", extra={"channel": alarm.channel, "alarm": alarm_id})
    if owed is not None:
        deps.doorbell.ring("notify_desk", str(owed), notice_id=str(owed))


async def look(channel: ConfiguredChannel, base_url: str) -> str:
    """What is wrong between the vendor and us, in words; that nothing is, where nothing is."""
    wrong = [*await try_address(channel, base_url), *await ask_vendor(channel)]
    return "; ".join(dict.fromkeys(wrong)) or WELL


async def try_address(channel: ConfiguredChannel, base_url: str) -> Sequence[str]:
    """Whether our public address takes what the vendor would send."""
    if not channel.routes:
        return ()
    is_signed = isinstance(channel, Probes)
    call = channel.probe() if isinstance(channel, Probes) else _unsigned(channel)
    url = URL(base_url + call.path + (f"?{call.query}" if call.query else ""), encoded=True)
    try:
        async with (
            ClientSession(timeout=TIMEOUT) as http,
            # Vendors sign one address and follow nothing.
            http.post(url, data=call.body, headers=call.headers, allow_redirects=False) as answer,
        ):
            return _read(answer.status, is_signed=is_signed)
    except TimeoutError:
        return ("our address does not answer in time",)
    except (ClientError, OSError, ValueError) as error:
        return (
            f"our address cannot be reached ({type(error).__name__}): look at PUBLIC_URL, "
            "name server, certificate and proxy",
        )


def _unsigned(channel: ConfiguredChannel) -> WebhookRequest:
    headers = {"content-type": "application/json"}
    return WebhookRequest(path=channel.routes[0].path, query="", headers=headers, body=b"{}")


def _read(status: int, *, is_signed: bool) -> Sequence[str]:
    if status == 404:
        return ("our address answers 404: nothing listens at the webhook's path",)
    if 300 <= status < 400:
        return (f"our address sends elsewhere ({status}), and vendors do not follow",)
    if is_signed and status in (401, 403):
        return (
            f"our address refuses ({status}) what the vendor would sign: PUBLIC_URL or the secret "
            "is not the one that the vendor has",
        )
    is_well = 200 <= status < 300 if is_signed else status in REFUSALS or 200 <= status < 300
    return () if is_well else (f"our address answers {status}",)


async def ask_vendor(channel: ConfiguredChannel) -> Sequence[str]:
    """Whether the vendor knows us and what it warns of."""
    if not isinstance(channel, Checks):
        return ()
    try:
        return tuple(await channel.check())
    except VendorError as error:
        return (f"asking the vendor: {error}",)


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Alarms that were never looked into, or not for an hour."""
    before = deps.bot.clock.now() - AGAIN_AFTER
    found = await channel_alarms.list_to_probe(conn, probed_before=before, limit=LIMIT)
    return [{"alarm_id": str(each)} for each in found]


job = Job(run=run, timeout_s=60.0, due=due)
