"""Keeps what vendors tell of people's handles, of templates and of our account.

Taken in again it changes nothing: vendors repeat their news as they repeat messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain_vendors import AccountNews, News, Renamed, TemplateNews
from bot.store import aliases, desk_notices
from bot.store.aliases import Twins
from bot.store.connection import Connection
from bot.store.desk_notices import NoticeId

# News come in any order: what was so earlier changes nothing of what was so later.
_TEMPLATE = """INSERT INTO template_states AS t
  (carrier, name, language, state, category, reason, checked_at)
VALUES ($1, $2, $3, coalesce(nullif($4, ''), 'unknown'), $5, $6, $7)
ON CONFLICT (carrier, name, language) DO UPDATE SET
  state = coalesce(nullif($4, ''), t.state), category = coalesce(nullif($5, ''), t.category),
  reason = CASE WHEN $4 = '' THEN t.reason ELSE $6 END, checked_at = $7
WHERE t.checked_at <= $7"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What follows from news that were kept."""

    owed: tuple[NoticeId, ...]
    """What staff are to be told."""
    twins: tuple[Twins, ...]
    """Who may be one person."""


async def keep(conn: Connection, news: Sequence[News], *, at: datetime) -> Kept:
    """Keep all of it, in one transaction; what staff are to be told is owed to the desk."""
    owed: list[NoticeId] = []
    twins: list[Twins] = []
    async with conn.transaction():
        for each in news:
            if isinstance(each, Renamed):
                twins += await aliases.rename(conn, each)
            elif isinstance(each, TemplateNews):
                await _keep_template(conn, each, at)
            else:
                found = await _tell(conn, each, at)
                owed += [found] if found is not None else []
    return Kept(tuple(owed), tuple(twins))


async def _keep_template(conn: Connection, news: TemplateNews, at: datetime) -> None:
    await conn.execute(
        _TEMPLATE,
        news.carrier,
        news.name,
        news.language,
        news.state,
        news.category,
        news.reason,
        news.at or at,
    )


async def _tell(conn: Connection, news: AccountNews, at: datetime) -> NoticeId | None:
    return await desk_notices.owe(conn, f"{news.key}:{at.date().isoformat()}", None, news.words)
