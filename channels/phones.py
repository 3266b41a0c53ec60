"""Telephone numbers to E.164, once per number, without touching handles that are no numbers.

Called for every inbound message, so a number that was seen before costs one dictionary look-up.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from bot.errors import BadPayload

# Source: Meta, business-scoped user ids (read 2026-11-22): means "no telephone number known".
OPAQUE_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
# Short codes have three to eight digits; alphanumeric senders hold at least one letter.
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9&._' -]{2,32}")
_DIALLED = re.compile(r"\+?[0-9][0-9 ().-]{3,30}")
_NOT_DIGIT = re.compile(r"[^0-9]")


def is_opaque(handle: str) -> bool:
    """Whether this is a vendor's id for a person whose telephone number is hidden."""
    return OPAQUE_ID.fullmatch(handle) is not None


@lru_cache(maxsize=16_384)
def normalise(value: str, field: str = "number") -> str:
    """The handle as we key it: E.164 for numbers; opaque ids, short codes and names as they are.

    A number that no numbering plan knows is kept as it was dialled: its owner did write to us.

    Raises:
        BadPayload: it is none of these; the message names `field`, not the value.
    """
    handle = value.strip()
    if is_opaque(handle) or _SHORT_CODE.fullmatch(handle):
        return handle
    if _DIALLED.fullmatch(handle):
        return _to_e164(handle, field)
    if _NAMED_SENDER.fullmatch(handle):
        return handle
    raise BadPayload(f"{field} is no telephone number, short code, sender name or opaque id")


def _to_e164(handle: str, field: str) -> str:
    digits = _NOT_DIGIT.sub("", handle)
    if not 5 <= len(digits) <= 15:
        raise BadPayload(f"{field} must have 5 to 15 digits, it has {len(digits)}")
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if handle.startswith("+"):
        return "+" + digits
    raise BadPayload(f"{field} has no country code: expected + and 5 to 15 digits")
