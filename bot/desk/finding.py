"""Who is meant where staff name a customer: by number, mailbox, booking code, id or name.

Reads the words and asks bot/store/finding.py; several who fit are several, for the caller to let
staff choose. Every command that takes a CUSTOMER calls it.
"""

from __future__ import annotations

import re
from uuid import UUID

import phonenumbers

from bot.domain import CustomerId
from bot.profile import Profile
from bot.store import finding
from bot.store.connection import Connection
from bot.store.finding import Found

LIMIT = 6
WORDS_MAX = 120
_LINK = re.compile(r"<(?:mailto:|tel:)([^|>]{1,200})(?:\|[^>]{0,200})?>")
_CODE = re.compile(r"[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{1,12})?")
_NUMBER = re.compile(r"\+?[\d\s().\-/]{4,30}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ENDING_MIN = 4
"""Fewer digits than this name nobody."""


async def find_customers(
    conn: Connection, profile: Profile, words: str, *, limit: int = LIMIT
) -> tuple[Found, ...]:
    """Everybody whom these words may mean, likeliest first; none where nobody fits."""
    named = " ".join(unmarked(words)[:WORDS_MAX].split())
    if not named:
        return ()
    return await finding.describe(conn, await _find(conn, profile, named, limit))


def unmarked(words: str) -> str:
    """What was typed without the marks that Slack puts around numbers and mailboxes."""
    return _LINK.sub(r"\1", words)


async def _find(
    conn: Connection, profile: Profile, named: str, limit: int
) -> tuple[CustomerId, ...]:
    """The surest reading that fits anybody: a code is no name, a number is no code."""
    if _UUID.fullmatch(named):
        return (CustomerId(UUID(named)),)
    if _CODE.fullmatch(named) and (found := await finding.find_by_code(conn, named.upper())):
        return found
    handles = [named, named.lower(), *_numbers(named, profile.business.territory)]
    if found := await finding.find_by_handle(conn, handles, limit=limit):
        return found
    digits = re.sub(r"\D", "", named)
    if _NUMBER.fullmatch(named) and len(digits) >= ENDING_MIN:
        return await finding.find_by_ending(conn, digits, limit=limit)
    return await finding.find_by_name(conn, named.lower(), limit=limit)


def _numbers(named: str, territory: str) -> tuple[str, ...]:
    """The number as addresses hold it, however it was typed; none where it is no whole number."""
    if not _NUMBER.fullmatch(named):
        return ()
    try:
        number = phonenumbers.parse(named, territory)
    except phonenumbers.NumberParseException:
        return ()
    if not phonenumbers.is_possible_number(number):
        return ()
    return (phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),)


__all__ = ["Found", "find_customers", "unmarked"]
