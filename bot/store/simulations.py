"""How trials on scripted customers ended, by the digest of what was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The latest trial of one digest."""

    passed: bool
    failed: tuple[str, ...]
    """Names of the scripted customers who did not fare as they must."""
    tried_at: datetime


_RECORD = "INSERT INTO simulations (digest, passed, facts) VALUES ($1, $2, $3)"

_LATEST = """SELECT passed, facts, created_at FROM simulations WHERE digest = $1
ORDER BY created_at DESC LIMIT 1"""


async def record(
    conn: Connection, digest: str, *, passed: bool, facts: Mapping[str, object]
) -> None:
    """Keep how a trial ended; `facts` names counts and, under "failed", the customers."""
    await conn.execute(_RECORD, digest, passed, dict(facts))


async def find_latest(conn: Connection, digest: str) -> Trial | None:
    """The latest trial of exactly this, or None where it was never tried."""
    row = await conn.fetchrow(_LATEST, digest)
    if row is None:
        return None
    failed = tuple(str(name) for name in row["facts"].get("failed", ()))
    return Trial(passed=row["passed"], failed=failed, tried_at=row["created_at"])
