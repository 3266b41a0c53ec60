"""The channels there are, as a follow-up's way is chosen by: windows, carriers, and what is paid.

No job; whoever judges a follow-up outside of bot calls it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.follow_ups.ways import Lines
from channels.base import ConfiguredChannel
from channels.text import segments
from jobs.verdicts import carrier_of

SMS = "sms"


def lines_of(channels: Mapping[str, ConfiguredChannel]) -> Lines:
    """The configured channels."""
    return Lines(
        windows={name: channel.window_s for name, channel in channels.items()},
        carriers={name: carrier_of(channel) for name, channel in channels.items()},
        count=count_paid,
    )


def count_paid(channel: str, part: str) -> int:
    """What one part of a text is paid for as: segments of a text message, else one message."""
    return segments(part) if channel == SMS else 1
