"""The audit log: who did what to what, by hand or by rule; written with the deed itself."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.connection import Connection

_RECORD = "INSERT INTO audit_log (actor, act, subject, detail) VALUES ($1, $2, $3, $4)"


async def record(
    conn: Connection, *, actor: str, act: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Keep that the actor did this; `detail` is plain JSON and names nobody's personal data."""
    await conn.execute(_RECORD, actor, act, subject, dict(detail))
