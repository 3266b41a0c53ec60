"""What the send gate leaves open when a channel takes no free text now: approved words, another
address of the same customer, else waiting until they write. Pure; bot/send_gate.py calls it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import Consent, Purpose
from bot.send_gate_rules import Hold, Instead, Refuse, Rules, Verdict
from bot.store.departures import Departure, OtherWay
from bot.templating import NO_MARKETING, choose, is_american, why_refused

CLOSED = "the channel's messaging window is closed; an approved template is needed"
NEVER_INSTEAD = frozenset({"webchat", "slack", "voice"})
"""Where nobody may be any more, or a whole company looks on."""


def find_window(departure: Departure, rules: Rules, now: datetime) -> Verdict | None:
    """What may leave the channel at all, and what takes its place where it may not."""
    message = departure.message
    is_promotion = message.channel == "whatsapp" and message.purpose is Purpose.PROMOTIONAL
    if is_promotion and is_american(message):
        return _another_way(departure, rules, NO_MARKETING, now) or Refuse(NO_MARKETING)
    if message.template is not None:
        why = why_refused(rules.profile, rules.carrier, message, departure.standing)
        return Refuse(why) if why else None
    if not is_closed(departure, rules, now):
        return None
    if message.purpose is Purpose.REQUIRED:
        return Refuse(CLOSED)  # A confirmation that comes days later confirms nothing.
    filled = choose(rules.profile, rules.carrier, message, departure.standing)
    if filled is not None:
        return Instead(CLOSED, filled)
    waits = Hold(CLOSED, now + timedelta(hours=rules.profile.manners.held_hours))
    return _another_way(departure, rules, CLOSED, now) or waits


def is_closed(departure: Departure, rules: Rules, now: datetime) -> bool:
    """Whether the channel takes nothing but templates now."""
    return _is_closed(rules.window_s, departure.last_inbound_at, now)


def _another_way(departure: Departure, rules: Rules, reason: str, now: datetime) -> Instead | None:
    """The first other address that may get it; where there are files, none: they stay with it."""
    message = departure.message
    if message.media or message.attachments:
        return None
    found = (way for way in departure.standing.ways if _takes(way, departure, rules, now))
    way = next(found, None)
    return None if way is None else Instead(reason, way)


def _takes(way: OtherWay, departure: Departure, rules: Rules, now: datetime) -> bool:
    message = departure.message
    if way.channel not in rules.windows or way.channel in NEVER_INSTEAD:
        return False
    if way.consent is Consent.REVOKED or way.channel == message.channel:
        return False
    if _is_closed(rules.windows[way.channel], way.last_inbound_at, now):
        return False
    if message.purpose is Purpose.PROMOTIONAL:
        return way.promotional is Consent.GIVEN
    # A mailbox that was only ever told to us may be mistyped, and somebody else's (I10).
    return way.last_inbound_at is not None or way.consent is Consent.GIVEN


def _is_closed(window_s: float | None, heard: datetime | None, now: datetime) -> bool:
    if window_s is None:
        return False
    return heard is None or now - heard > timedelta(seconds=window_s)
