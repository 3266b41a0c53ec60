"""What a vendor tells of a telephone call while it goes on, and what it came to. Values only.

A call is told of piece by piece and in any order; bot/store/calls.py puts the pieces together and
bot/calls.py says what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallEnd(StrEnum):
    """How a call came out, as the extra `call` of its message has it."""

    MISSED = "missed"
    ANSWERED = "answered"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNotice:
    """One piece of news of a call. What is false here may still be known from another piece."""

    channel: str
    session: str
    """The vendor's name for the call."""
    caller: str
    """The customer's number, E.164; empty where it is hidden."""
    called: str
    sequence: int
    """Its place among the vendor's notices of this call."""
    at: datetime | None
    is_outbound: bool = False
    """Whether we rang the customer."""
    is_answered: bool = False
    is_voicemail: bool = False
    """Whether it went to the answering machine, where nothing need have been said."""
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """All that is known of a call."""

    channel: str
    session: str
    caller: str
    called: str
    is_outbound: bool
    is_answered: bool
    is_voicemail: bool
    is_over: bool
    began_at: datetime
    heard_at: datetime
    """When the last piece of news came."""
