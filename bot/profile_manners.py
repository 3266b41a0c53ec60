"""The part of a business profile that says how it writes to people who did not ask: caps, holding,
and where it says that a machine is writing. Data only; bot/send_gate.py and bot/disclosing.py ask.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.profile_kinds import Count, Hours, Kind, Part


class DailyCaps(Part):
    """What one of our senders may send in a day before unasked messages wait for the next; 0: any
    number. Shipped are the T-Mobile parts of a small 10DLC brand and the people whom a new WhatsApp
    portfolio may write to first. Source: Twilio and Meta, contracts pages (read 2026-11-23)."""

    sms: Count = 2000
    whatsapp: Count = 250
    ringcentral: Count = 0
    email: Count = 0

    def of(self, channel: str) -> int:
        """The cap of a channel; of one that is not named, none."""
        return int(getattr(self, channel, 0))


class Manners(Part):
    """How the business writes to people who did not ask for it."""

    unasked_a_day: Annotated[int, Field(ge=1), Kind("count")] = 1
    """Messages that nobody waits for, to one customer in 24 hours; a stricter law goes first."""
    unasked_a_week: Annotated[int, Field(ge=1), Kind("count")] = 3
    """The same in seven days."""
    essential_a_day: Annotated[int, Field(ge=1), Kind("count")] = 6
    """About an event they have booked, however much there is to say."""
    event_hours: Hours = 24
    """So long before an event begins, and until it ends, what is essential may come at any hour."""
    held_hours: Annotated[int, Field(ge=1), Kind("hours")] = 72
    """What may not leave waits so long for its moment, then staff are told that it never left."""
    daily_caps: DailyCaps = DailyCaps()
    disclose: Literal["law", "always", "never"] = "law"
    """When the first answer to a customer says that a machine writes: where a law of the
    customer's place, or of ours, wants it; everywhere; nowhere."""
