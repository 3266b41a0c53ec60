"""How our templates stand with their carriers, beside what bot/store/vendor_news.py keeps.

When a carrier was asked last is a line of channel_grants: all processes share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain_vendors import TemplateNews
from bot.store.connection import Connection

_BEGIN = """INSERT INTO channel_grants AS g (channel, name, checked_at) VALUES ($1, 'templates', $2)
ON CONFLICT (channel, name) DO UPDATE SET checked_at = $2 WHERE g.checked_at <= $3
RETURNING true"""

_UNCHECKED = """SELECT asked.channel FROM unnest($1::text[]) AS asked (channel)
LEFT JOIN channel_grants g ON g.channel = asked.channel AND g.name = 'templates'
WHERE g.checked_at IS NULL OR g.checked_at <= $2"""

_END_OTHERS = """UPDATE template_states t SET state = 'gone', checked_at = $4
WHERE t.carrier = $1 AND t.checked_at < $4 AND t.state <> 'gone' AND NOT EXISTS (
  SELECT FROM unnest($2::text[], $3::text[]) AS l (name, language)
  WHERE l.name = t.name AND l.language = t.language)"""

_STATES = "SELECT * FROM template_states ORDER BY carrier, name, language"


async def begin_check(conn: Connection, channel: str, *, now: datetime, every: timedelta) -> bool:
    """Take the asking for this hour; False where somebody has it."""
    return bool(await conn.fetchval(_BEGIN, channel, now, now - every))


async def list_unchecked(
    conn: Connection, channels: Sequence[str], *, now: datetime, every: timedelta
) -> tuple[str, ...]:
    """Of these channels, those whose carrier was not asked for so long."""
    rows = await conn.fetch(_UNCHECKED, list(channels), now - every)
    return tuple(row["channel"] for row in rows)


async def end_others(
    conn: Connection, carrier: str, listed: Sequence[tuple[str, str]], *, at: datetime
) -> None:
    """What the carrier does not list any more is gone."""
    names, languages = [each[0] for each in listed], [each[1] for each in listed]
    await conn.execute(_END_OTHERS, carrier, names, languages, at)


async def list_states(conn: Connection) -> tuple[TemplateNews, ...]:
    """How every template stands, as its carrier told last."""
    rows = await conn.fetch(_STATES)
    return tuple(
        TemplateNews(
            carrier=row["carrier"],
            name=row["name"],
            language=row["language"],
            state=row["state"],
            category=row["category"],
            reason=row["reason"],
            at=row["checked_at"],
        )
        for row in rows
    )
