"""Makes ids. UUIDv7 sorts by the time it was made, so new rows land at the end of an index.

The database makes most ids itself; this serves rows that a turn must name before it commits.
"""

from __future__ import annotations

import os
from uuid import UUID

from bot.clock import Clock, SystemClock

_SYSTEM = SystemClock()


def new_id(clock: Clock = _SYSTEM) -> UUID:
    """A UUIDv7. Source: RFC 9562, section 5.7."""
    milliseconds = int(clock.now().timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF)
