"""Quotes: immutable, versioned; the latest one is the quote in hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain import ConversationId, CustomerId, Quote, QuoteId, QuoteLine
from bot.errors import NotFound
from bot.store.connection import Connection

# It was made when its id was, by the service's clock: what the customer writes later came after it.
_INSERT = """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines,
  total, deposit, expires_at, service, headcount, workers, shortfall, travel,
  gratuity_least, gratuity_most, created_at)
SELECT $1, $2, $3, greatest($4, 1 + coalesce(max(version), 0)), $5, $6, $7, $8, $9,
  $10, $11, $12, $13, $14, $15, $16, coalesce(uuid_extract_timestamp($1), now())
FROM quotes WHERE conversation_id = $2"""

_COLUMNS = """id, version, order_priced, lines, total, deposit, expires_at, service, headcount,
  workers, shortfall, travel, gratuity_least, gratuity_most"""

LATEST = f"""SELECT {_COLUMNS} FROM quotes
WHERE conversation_id = $1 AND expires_at > $2 ORDER BY version DESC LIMIT 1"""

_GET = f"SELECT {_COLUMNS} FROM quotes WHERE id = $1"


async def insert_quote(
    conn: Connection, *, conversation_id: ConversationId, customer_id: CustomerId, quote: Quote
) -> None:
    """Keep a quote for ever, under its version or the next one that is free.

    The caller has locked the conversation, so nobody else is counting.
    """
    least, most = quote.gratuity or (None, None)
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
        quote.service,
        quote.headcount,
        quote.workers,
        quote.shortfall,
        quote.travel,
        least,
        most,
    )


async def find_latest(
    conn: Connection, conversation_id: ConversationId, *, now: datetime
) -> Quote | None:
    """The quote in hand, unless it has expired."""
    row = await conn.fetchrow(LATEST, conversation_id, now)
    return None if row is None else to_quote(dict(row))


async def get(conn: Connection, quote_id: QuoteId) -> Quote:
    """A quote, expired or not.

    Raises:
        NotFound: there is none.
    """
    row = await conn.fetchrow(_GET, quote_id)
    if row is None:
        raise NotFound(f"there is no quote {quote_id}")
    return to_quote(dict(row))


def to_quote(row: Mapping[str, Any]) -> Quote:
    """A row of the table."""
    least, most = row["gratuity_least"], row["gratuity_most"]
    return Quote(
        id=QuoteId(row["id"]),
        version=row["version"],
        order=row["order_priced"],
        lines=tuple(_to_line(line) for line in row["lines"]),
        total=row["total"],
        deposit=row["deposit"],
        expires_at=row["expires_at"],
        service=row["service"],
        headcount=row["headcount"],
        workers=row["workers"],
        shortfall=row["shortfall"],
        travel=row["travel"],
        gratuity=None if least is None or most is None else (least, most),
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
