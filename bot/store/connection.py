"""Opens the pool and says what a connection is to the rest of the store.

JSON columns come and go as plain Python values. The pool does not reset connections on release:
nothing here leaves session state behind, and the reset is a round trip a message would pay for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolAcquireContext, PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

STORE_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What a caller sees when the database is away rather than wrong."""

SESSION = {
    # A process that froze in the middle of a transaction must not hold a conversation for ever,
    # and whoever waits for its lock must not wait longer than a vendor does.
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "4s",
    "tcp_keepalives_idle": "30",
}
BORROW_TIMEOUT_S = 10.0


async def _no_reset(_connection: object) -> None:
    """Leave the connection as it is."""


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads
        )


async def open_pool(database_url: str, *, size: int) -> Pool:
    """A pool of at most `size` connections, one of them open already.

    Raises:
        OSError, asyncpg.PostgresError: the database cannot be reached.
    """
    options: dict[str, Any] = {
        "min_size": 1,
        "max_size": size,
        "init": _prepare,
        "reset": _no_reset,
        "command_timeout": 15.0,
        "timeout": 5.0,
        "max_inactive_connection_lifetime": 120.0,
        "server_settings": SESSION,
    }
    pool: Pool = await asyncpg.create_pool(database_url, **options)
    return pool


def borrow(pool: Pool) -> PoolAcquireContext[asyncpg.Record]:
    """A connection for one `async with`; waiting for it ends as the database's absence does.

    Raises:
        TimeoutError: none came free in time.
    """
    return pool.acquire(timeout=BORROW_TIMEOUT_S)
