"""Reads single fields of Meta's JSON, where any of them may be missing or of another type.

Nothing here knows what a message is. A field that is needed raises BadPayload by its name; whoever
reads a batch puts the place before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.errors import BadPayload
from channels.phones import is_opaque, normalise
from channels.text import clean

Row = Mapping[str, object]

MAX_EXTRA = 300
_ID = re.compile(r"[A-Za-z0-9._=+/:-]{1,250}")
_DIGITS = re.compile(r"[0-9]{5,15}")
EMPTY: Row = {}


def row(value: object) -> Row:
    """An object of the JSON; anything else as an empty one."""
    return value if isinstance(value, dict) else EMPTY


def rows(value: object, field: str) -> tuple[object, ...]:
    """A list that may be missing.

    Raises:
        BadPayload: something else stands there.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadPayload(f"{field} is no list")
    return tuple(value)


def word(holder: Row, name: str) -> str:
    """A text or a number as text, cleaned; empty where it is missing or something else."""
    value = holder.get(name)
    if isinstance(value, str):
        return clean(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def needed_id(holder: Row, name: str = "id") -> str:
    """The vendor's name of a message.

    Raises:
        BadPayload: it is missing or no such name.
    """
    found = word(holder, name)
    if not found:
        raise BadPayload(f"{name} is missing")
    if not _ID.fullmatch(found):
        raise BadPayload(f"{name} must be at most 250 letters, digits and signs of base64")
    return found


def moment(holder: Row, name: str = "timestamp") -> datetime | None:
    """Seconds since 1970, in a string or not; None where it is missing.

    Raises:
        BadPayload: it is no such number.
    """
    found = word(holder, name)
    if not found:
        return None
    if not (found.isascii() and found.isdigit() and len(found) <= 11):
        raise BadPayload(f"{name} is no number of seconds")
    return datetime.fromtimestamp(int(found), UTC)


def number_of(value: str, field: str) -> str:
    """A telephone number as Meta writes it, digits alone, to E.164; empty stays empty.

    Raises:
        BadPayload: it is none.
    """
    if not value:
        return ""
    digits = value.removeprefix("+")
    if not _DIGITS.fullmatch(digits):
        raise BadPayload(f"{field} must be 5 to 15 digits")
    return normalise("+" + digits, field)


def user_of(value: str, field: str) -> str:
    """A business-scoped user id; empty stays empty. Never a number, whatever its digits.

    Raises:
        BadPayload: it is none.
    """
    if value and not is_opaque(value):
        raise BadPayload(f"{field} is no business-scoped user id")
    return value


def handles(number: str, user: str, fields: tuple[str, str]) -> tuple[str, str]:
    """Whose it is, and the vendor's other name for them: the number first, where one is shown.

    Source: Meta, business-scoped user ids (2026-03-31): `from` is left out, not empty, where
    somebody hides the number; the user id is always there.

    Raises:
        BadPayload: neither is there.
    """
    found, also = number_of(number, fields[0]), user_of(user, fields[1])
    if not found and not also:
        raise BadPayload(f"{fields[0]} and {fields[1]} are missing")
    return (found, also) if found else (also, "")


def few(pairs: Mapping[str, str]) -> Mapping[str, str]:
    """Vendor facts worth keeping: those that are there, cut to their bound."""
    return {name: value[:MAX_EXTRA] for name, value in pairs.items() if value}
