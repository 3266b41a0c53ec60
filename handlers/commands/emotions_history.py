"""`concierge emotions history`: how a customer has felt, and how they fared after our answers.

handlers/commands/emotions.py adds it to its subcommands. What the figures mean is said in
bot/feelings/trends.py and bot/feelings/history.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain import ConversationId, MessageId
from bot.errors import NotFound
from bot.feelings import history as feelings
from bot.feelings.history import History, Recovery
from bot.feelings.trends import UNHAPPY_BELOW, Felt, Trend, trend_of
from bot.store import customer_cards
from bot.store.connection import Connection, borrow
from handlers.commands.booking_pages import table
from handlers.commands.stores import open_stores

SHOWN_MAX = 40
READ = ("WHEN", "EMOTION", "VALENCE", "ESCALATE", "BY", "BEFORE", "MESSAGE")
MENDED = ("WHEN", "ANSWERED BY", "TOPIC", "WAS", "BECAME", "")


async def history(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print it."""
    async with open_stores(environment) as (on, pool), borrow(pool) as conn:
        found = await _read(conn, asked.who)
        zone = ZoneInfo(on.profile.business.zone)
    print(say_history(found, zone))
    return 0


async def _read(conn: Connection, who: str) -> History:
    """Whatever is named like that: a customer as staff name them, a conversation or a message."""
    customers = await customer_cards.find(conn, who)
    if len(customers) > 1:
        raise NotFound("WHO: several customers have that handle; name one by id")
    if customers:
        return await feelings.of_customer(conn, customers[0])
    try:
        named = UUID(who.strip())
    except ValueError as error:
        raise NotFound("WHO: no customer, conversation or message is named like that") from error
    found = await feelings.of_conversation(conn, ConversationId(named))
    if found.felt:
        return found
    one = await feelings.of_message(conn, MessageId(named))
    return History(felt=(one,), trend=trend_of([one])) if one else History()


def say_history(found: History, zone: ZoneInfo) -> str:
    """All of it as plain text."""
    if not found.felt:
        return "Nothing was read yet."
    parts = [say_trend(found.trend, zone)]
    parts.append(table(READ, [_row(each, zone) for each in found.felt[-SHOWN_MAX:]]))
    if found.recoveries:
        shown = found.recoveries[-SHOWN_MAX:]
        parts.append(table(MENDED, [_mended(each, zone) for each in shown]))
    return "\n\n".join(parts)


def say_trend(trend: Trend, zone: ZoneInfo) -> str:
    """The course in a few words."""
    noun = "message" if trend.count == 1 else "messages"
    said = (
        f"{trend.count} {noun} read. Now {trend.valence_now:+.2f}, {trend.direction} "
        f"({trend.slope:+.2f} a message), volatility {trend.volatility:.2f}, "
        f"swings {trend.swings}."
    )
    if trend.worst is None or trend.worst.valence >= UNHAPPY_BELOW:
        return said
    worst = f"Worst {trend.worst.valence:+.2f} at {_at(trend.worst.at, zone)}"
    lasted = f", unhappy for {_span(trend.lasted)}" if trend.has_lasted else ""
    return f"{said}\n{worst}{lasted}."


def _row(each: Felt, zone: ZoneInfo) -> tuple[str, ...]:
    older = ", ".join(
        f"{one.primary.value} {one.valence:+.2f} ({one.scorer})" for one in each.older
    )
    return (
        _at(each.at, zone),
        f"{each.emotion.primary.value} {each.emotion.intensity:.2f}",
        f"{each.valence:+.2f}",
        f"{each.emotion.escalate:.2f}",
        each.emotion.scorer,
        older or "-",
        str(each.message_id),
    )


def _mended(each: Recovery, zone: ZoneInfo) -> tuple[str, ...]:
    by = f"{each.author.value} ({each.agent})" if each.agent else each.author.value
    was, became = f"{each.was:+.2f}", f"{each.became:+.2f}"
    return (_at(each.at, zone), by, each.topic or "-", was, became, each.outcome)


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{hours // 24} days"


def add_history(parser: argparse.ArgumentParser) -> None:
    """The arguments of `history`."""
    parser.add_argument(
        "who", metavar="WHO", help="a customer's id, address or booking; a conversation; a message"
    )
