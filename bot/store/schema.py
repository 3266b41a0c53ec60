"""Brings a database to the present schema: whole where it is empty, by migrations where not."""

from __future__ import annotations

from pathlib import Path

from bot.errors import ConfigError
from bot.store.connection import Connection

SCHEMA = Path(__file__).resolve().parents[2] / "schema.sql"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"

_LOCK = "SELECT pg_advisory_lock(7238116)"
_UNLOCK = "SELECT pg_advisory_unlock(7238116)"
_IS_EMPTY = "SELECT to_regclass('public.schema_versions') IS NULL"
_VERSION = "SELECT coalesce(max(version), 0) FROM schema_versions"
_APPLIED = "INSERT INTO schema_versions (version) VALUES ($1)"
_SERVER = "SELECT current_setting('server_version_num')::int"


def migrations() -> tuple[tuple[int, Path], ...]:
    """The numbered files, oldest first."""
    return tuple(
        (int(path.name.partition("_")[0]), path) for path in sorted(MIGRATIONS.glob("*.sql"))
    )


def latest() -> int:
    """The version this code is written for."""
    return migrations()[-1][0]


async def find_version(conn: Connection) -> int | None:
    """The database's version, or None where there is no schema yet."""
    if await conn.fetchval(_IS_EMPTY):
        return None
    version: int = await conn.fetchval(_VERSION)
    return version


async def migrate(conn: Connection) -> int:
    """Bring the database up; the version it has now. Safe to run by several processes at once.

    Raises:
        ConfigError: the server is too old, or the database is newer than this code.
    """
    if await conn.fetchval(_SERVER) < 180000:
        raise ConfigError("DATABASE_URL: PostgreSQL 18 or later with pgvector is needed")
    # Another process may be at it for longer than a session waits for a lock.
    await conn.execute("SET lock_timeout = 0")
    await conn.execute(_LOCK)
    try:
        version = await find_version(conn)
        if version is not None and version > latest():
            raise ConfigError(
                f"DATABASE_URL: the database is at schema {version}, "
                f"newer than this program's {latest()}"
            )
        if version is None:
            await _apply(conn, SCHEMA, tuple(number for number, _ in migrations()))
            return latest()
        for number, path in migrations():
            if number > version:
                await _apply(conn, path, (number,))
        return latest()
    finally:
        await conn.execute(_UNLOCK)
        await conn.execute("RESET lock_timeout")


async def _apply(conn: Connection, path: Path, numbers: tuple[int, ...]) -> None:
    async with conn.transaction():
        await conn.execute(path.read_text(encoding="utf-8"), timeout=300)
        for number in numbers:
            await conn.execute(_APPLIED, number)
