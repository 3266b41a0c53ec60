"""Whether the process lives, whether it can serve, and what it counts."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from bot.store import schema
from bot.store.connection import STORE_DOWN, borrow
from handlers.keys import POOL, REDIS

PATIENCE_S = 2.0


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Database, migrations and Redis, each by name; 503 while one is not there.

    Redis away does not stop the service (I12), yet a balancer should prefer another process.
    """
    database, redis = await asyncio.gather(_database(request.app), _redis(request.app))
    ready = database == redis == "ok"
    found = {"database": database, "redis": redis}
    return web.json_response(found, status=200 if ready else 503)


async def metrics(_request: web.Request) -> web.Response:
    """Prometheus text."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _database(app: web.Application) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S), borrow(app[POOL]) as conn:
            version = await schema.find_version(conn)
    except STORE_DOWN:
        return "away"
    return "ok" if version == schema.latest() else "needs concierge migrate"


async def _redis(app: web.Application) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await app[REDIS].ping()
    except (RedisError, OSError, TimeoutError):
        return "away"
    return "ok"
