"""The link by which somebody ends our offers with one press: made here, read here, nowhere kept.

channels/email_letter.py puts it into letters that nobody asked for, handlers serve the page. The
token names an address and nothing else, and never runs out: an old letter must still work.
Source: RFC 8058 section 3.1 (read 2026-11-23).
"""

from __future__ import annotations

from uuid import UUID

from bot.domain import AddressId
from bot.errors import BadSignature
from bot.signing import sign, verify

PURPOSE = "unsubscribe"
PATH = "/unsubscribe"


def make_link(base_url: str, secret: str, address_id: UUID) -> str:
    """Where that address ends our offers."""
    return f"{base_url.rstrip('/')}{PATH}/{sign(secret, PURPOSE, address_id.hex)}"


def read_token(secret: str, token: str) -> AddressId:
    """Whose token it is.

    Raises:
        BadSignature: we have not made it.
    """
    subject = verify(secret, PURPOSE, token)
    try:
        return AddressId(UUID(hex=subject))
    except ValueError as error:
        raise BadSignature("this link is not valid; ask for a new one") from error
