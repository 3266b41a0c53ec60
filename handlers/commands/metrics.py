"""`concierge metrics`: how well each agent does; every figure is defined in schema.sql."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, timedelta

from bot.store import agent_metrics
from bot.store.agent_metrics import AgentDay, AgentMetrics, Work
from bot.store.connection import borrow
from handlers.commands.base import Command
from handlers.commands.booking_pages import table
from handlers.commands.stores import open_stores

WORK = ("TURNS", "SUCCESS", "P50", "P95", "HANDED ON", "ESCALATED", "GUARDED", "TEMPLATED", "COST")
BY_INTENT = ("AGENT", "INTENT", *WORK, "TALKS", "CONTAINED", "CONFIRMED", "ASSUMED", "UNCHANGED")
BY_DAY = ("DAY (UTC)", "AGENT", *WORK)


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print the table: since the beginning by intent, or by day."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        if asked.days:
            today = on.clock.now().astimezone(UTC).date()
            since = today - timedelta(days=asked.days - 1)
            days = await agent_metrics.list_days(conn, since=since)
            page = table(BY_DAY, [_day(each) for each in days])
        else:
            found = await agent_metrics.list_metrics(conn)
            page = table(BY_INTENT, [_intent(each) for each in found])
    print(page)
    return 0


def _intent(each: AgentMetrics) -> tuple[str, ...]:
    talks = each.work.conversations
    return (
        each.agent,
        each.intent or "-",
        *_work(each.work, partly=each.calls_unpriced > 0),
        str(talks),
        _share(each.contained, talks),
        _share(each.resolved_confirmed, talks),
        _share(each.resolved_assumed, talks),
        _share(each.drafts_unchanged, each.drafts_decided),
    )


def _day(each: AgentDay) -> tuple[str, ...]:
    return (each.day.isoformat(), each.agent, *_work(each.work))


def _work(work: Work, *, partly: bool = False) -> tuple[str, ...]:
    return (
        str(work.turns),
        _share(work.successes, work.turns),
        _seconds(work.response_p50_s),
        _seconds(work.response_p95_s),
        str(work.handoffs),
        _share(work.escalations, work.turns),
        _share(work.guard_interventions, work.turns),
        _share(work.templated, work.turns),
        f"{'over ' if partly else ''}${work.cost:.4f}",
    )


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.0f} %" if whole else "-"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"


def _days(given: str) -> int:
    days = int(given)
    if not 1 <= days <= 3660:
        raise ValueError(given)
    return days


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_days, help="by day, for the last so many days")


command = Command(help="how well each agent does", run=run, add_arguments=_arguments)
