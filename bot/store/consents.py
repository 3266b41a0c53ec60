"""The consent ledger: each line has its proof, and the address carries the last one (I6)."""

from __future__ import annotations

from typing import Literal

from bot.domain import AddressId, Consent, MessageId
from bot.store.connection import Connection

_WRITE = """WITH line AS (
  INSERT INTO consents (address_id, act, source, words, message_id) VALUES ($1, $2, $3, $4, $5)
)
UPDATE addresses SET consent = $6 WHERE id = $1"""

_READ = "SELECT consent FROM addresses WHERE id = $1"


async def write(
    conn: Connection,
    address_id: AddressId,
    *,
    act: Literal["opt_out", "opt_in"],
    source: Literal["message", "vendor", "staff"],
    words: str = "",
    message_id: MessageId | None = None,
) -> None:
    """Add a line to the ledger and make it the address's present consent."""
    present = Consent.REVOKED if act == "opt_out" else Consent.GIVEN
    await conn.execute(_WRITE, address_id, act, source, words[:500], message_id, present.value)


async def get(conn: Connection, address_id: AddressId) -> Consent:
    """Whether we may write to this address."""
    return Consent(await conn.fetchval(_READ, address_id))
