"""What the send gate asks of messages that nobody waits for: a yes to promotion, the hour, the
number. Pure, like bot/send_gate.py, which calls it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import Consent, Purpose
from bot.quiet import cap_a_day, next_allowed, wants_clear_consent
from bot.send_gate_rules import Hold, Refuse, Rules, Verdict, is_unasked, where_is
from bot.send_gate_windows import is_closed
from bot.store.departures import Departure

MAIL = "email"
NO_PROMOTION = "the customer has not agreed to promotional messages"
NO_POSTAL_ADDRESS = (
    "the law wants our postal address below every offer by mail, and the profile has none: set"
    " [business] postal_address"
)


def find_promotion(departure: Departure, rules: Rules, _now: datetime) -> Verdict | None:
    """Promotion wants a yes, and where a law says so a yes to promotion itself."""
    message, promotional = departure.message, departure.standing.promotional
    is_news = message.purpose in (Purpose.ESSENTIAL, Purpose.REQUIRED)
    # Who has ended our offers means reminders and follow-ups as well.
    if promotional is Consent.REVOKED and is_unasked(message) and not is_news:
        return Refuse("the customer wants no messages that they did not ask for")
    if message.purpose is not Purpose.PROMOTIONAL:
        return None
    if message.channel == MAIL and not rules.profile.business.postal_address.strip():
        return Refuse(NO_POSTAL_ADDRESS)
    if promotional is Consent.GIVEN:
        return None
    if departure.consent is not Consent.GIVEN:
        return Refuse(NO_PROMOTION)
    if wants_clear_consent(where_is(departure, rules)):
        return Refuse(f"{NO_PROMOTION}, which the law of their state asks for")
    return None


def find_quiet(departure: Departure, rules: Rules, now: datetime) -> Verdict | None:
    """Nothing unasked in the quiet hours of any place the recipient may be in.

    What is essential to an event that is close, or under way, may come at any hour.
    """
    if not is_unasked(departure.message) or _is_event_close(departure, rules, now):
        return None
    allowed = next_allowed(rules.profile, now, where_is(departure, rules))
    return None if allowed <= now else Hold("it is outside the customer's hours", allowed)


def find_cap(departure: Departure, rules: Rules, now: datetime) -> Verdict | None:
    """Not more often than the business, the state or the sender's vendor allows."""
    unasked = is_unasked(departure.message)
    reason = _too_many(departure, rules) if unasked else ""
    if not reason and (unasked or is_closed(departure, rules, now)):
        reason = _sender_spent(departure, rules)
    if not reason:
        return None
    tomorrow = _tomorrow(rules, now)
    where = where_is(departure, rules)
    return Hold(reason, next_allowed(rules.profile, tomorrow, where) if unasked else tomorrow)


def _is_event_close(departure: Departure, rules: Rules, now: datetime) -> bool:
    begins, ends = departure.standing.event_starts_at, departure.standing.event_ends_at
    if departure.message.purpose is not Purpose.ESSENTIAL or begins is None or ends is None:
        return False
    return begins - timedelta(hours=rules.profile.manners.event_hours) <= now <= ends


def _too_many(departure: Departure, rules: Rules) -> str:
    standing, manners = departure.standing, rules.profile.manners
    if departure.message.purpose is Purpose.ESSENTIAL:
        is_full = standing.essential_day >= manners.essential_a_day
        return f"{manners.essential_a_day} such messages in a day are enough" if is_full else ""
    cap = cap_a_day(rules.profile, where_is(departure, rules))
    if standing.unasked_day >= cap:
        return f"the customer got {standing.unasked_day} messages they did not ask for in a day"
    if standing.unasked_week >= manners.unasked_a_week:
        return f"the customer got {standing.unasked_week} messages they did not ask for in a week"
    return ""


def _sender_spent(departure: Departure, rules: Rules) -> str:
    """Whether our own sender has had its day; what customers asked for still goes."""
    standing, channel = departure.standing, departure.message.channel
    cap = rules.profile.manners.daily_caps.of(channel)
    if standing.sender_is_capped or (cap and standing.sender_count >= cap):
        return f"our sender's number of {channel} messages for today is used up"
    return ""


def _tomorrow(rules: Rules, now: datetime) -> datetime:
    zone = ZoneInfo(rules.profile.business.zone)
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone)
