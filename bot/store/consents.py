"""The consent ledger: each line has its proof, and the address carries the last one (I6)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.domain import AddressId, Consent, MessageId
from bot.store.connection import Connection

_WRITE = """WITH line AS (
  INSERT INTO consents (address_id, act, source, words, message_id, said_at)
  VALUES ($1, $2, $3, $4, $5, $7)
)
UPDATE addresses SET consent = $6 WHERE id = $1 AND NOT EXISTS (
  SELECT FROM consents c WHERE c.address_id = $1 AND c.act <> $2 AND c.said_at > $7)"""

_READ = "SELECT consent FROM addresses WHERE id = $1"


async def write(
    conn: Connection,
    address_id: AddressId,
    *,
    act: Literal["opt_out", "opt_in"],
    source: Literal["message", "vendor", "staff"],
    said_at: datetime,
    words: str = "",
    message_id: MessageId | None = None,
) -> None:
    """Add a line to the ledger; it is the present consent unless something later says otherwise.

    A message that was fetched long after it was written must not undo what was said since.
    """
    present = Consent.REVOKED if act == "opt_out" else Consent.GIVEN
    await conn.execute(
        _WRITE, address_id, act, source, words[:500], message_id, present.value, said_at
    )


async def get(conn: Connection, address_id: AddressId) -> Consent:
    """Whether we may write to this address."""
    return Consent(await conn.fetchval(_READ, address_id))
