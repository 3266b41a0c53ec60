"""Quotes: immutable, versioned; the latest one is the quote in hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain import ConversationId, CustomerId, Quote, QuoteId, QuoteLine
from bot.store.connection import Connection

_INSERT = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at)
SELECT $1, $2, $3, greatest($4, 1 + coalesce(max(version), 0)), $5, $6, $7, $8, $9
FROM quotes WHERE conversation_id = $2"""

_LATEST = """SELECT id, version, order_priced, lines, total, deposit, expires_at FROM quotes
WHERE conversation_id = $1 AND expires_at > $2 ORDER BY version DESC LIMIT 1"""


async def insert_quote(
    conn: Connection, *, conversation_id: ConversationId, customer_id: CustomerId, quote: Quote
) -> None:
    """Keep a quote for ever, under its version or the next one that is free.

    The caller has locked the conversation, so nobody else is counting.
    """
    await conn.execute(
        _INSERT,
        quote.id,
        conversation_id,
        customer_id,
        quote.version,
        dict(quote.order),
        [_line(line) for line in quote.lines],
        quote.total,
        quote.deposit,
        quote.expires_at,
    )


async def find_latest(
    conn: Connection, conversation_id: ConversationId, *, now: datetime
) -> Quote | None:
    """The quote in hand, unless it has expired."""
    row = await conn.fetchrow(_LATEST, conversation_id, now)
    if row is None:
        return None
    return Quote(
        id=QuoteId(row["id"]),
        version=row["version"],
        order=row["order_priced"],
        lines=tuple(_to_line(line) for line in row["lines"]),
        total=row["total"],
        deposit=row["deposit"],
        expires_at=row["expires_at"],
    )


def _line(line: QuoteLine) -> dict[str, str]:
    return {
        "code": line.code,
        "label": line.label,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "amount": str(line.amount),
    }


def _to_line(line: Mapping[str, Any]) -> QuoteLine:
    return QuoteLine(
        code=line["code"],
        label=line["label"],
        quantity=Decimal(line["quantity"]),
        unit_price=Decimal(line["unit_price"]),
        amount=Decimal(line["amount"]),
    )
