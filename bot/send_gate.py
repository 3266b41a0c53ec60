"""The one place that decides whether a message may leave now, whoever wrote it (I6, I7).

Asked at the moment of sending with what the outbox knows of the addressee, never earlier. A refusal
carries its reason in words that staff understand and is stored with the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import Author, Consent, Mode, Purpose
from bot.store.outbox import Departure


@dataclass(frozen=True, slots=True)
class Leave:
    """The message may go."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The message may not go, now or later."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the channel and the business allow."""

    window_s: float | None
    """Seconds after the customer's last message in which free text is allowed; None: always."""


def judge(departure: Departure, rules: Rules, *, now: datetime) -> Leave | Refuse:
    """Whether this message may leave now. The first rule that refuses gives the reason."""
    message = departure.message
    if departure.suspended_reason:
        return Refuse(f"the address cannot be reached: {departure.suspended_reason}")
    if departure.consent is Consent.REVOKED and message.purpose is not Purpose.REQUIRED:
        return Refuse("the customer has opted out")
    if departure.mode is Mode.CLOSED and message.purpose is not Purpose.REQUIRED:
        return Refuse("the conversation was closed")
    if message.author is Author.BOT and message.epoch != departure.epoch:
        return Refuse("the conversation changed hands before it left")
    if message.purpose is Purpose.PROMOTIONAL and departure.consent is not Consent.GIVEN:
        return Refuse("the customer has not agreed to promotional messages")
    if _window_is_closed(departure, rules, now):
        return Refuse("the channel's messaging window is closed; an approved template is needed")
    return Leave()


def _window_is_closed(departure: Departure, rules: Rules, now: datetime) -> bool:
    if rules.window_s is None:
        return False
    heard = departure.last_inbound_at
    return heard is None or now - heard > timedelta(seconds=rules.window_s)
