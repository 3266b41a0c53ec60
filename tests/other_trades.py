"""Businesses of other trades, made of the parts that every trade needs and one service."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

from bot.profile import Profile, read_profile

COMMON = """
[business]
name = "Somebody Else"
zone = "Europe/London"
currency = "GBP"
territory = "GB"
languages = ["en"]
home_language = "en"
email = "hello@example.com"
base_zip = "00000"
base_city = "Leeds"
default_service = "visit"
trade.en = "home visits"
worker.en = "visitor"

[hours]
opens = 09:00:00
closes = 17:00:00
answer_min_minutes = 10
answer_max_minutes = 60

[payment]
deposit = 20
unit = "booking"
methods.en = ["card"]
balance_due.en = "on the day"

[booking]
quote_valid_hours = 24
hold_hours = 2
refund_days = 1
free_reschedules = 1
free_reschedule_hours = 24
reschedule_price = 10
unit = "booking"
arrival_min_minutes = 0
arrival_max_minutes = 10

[chefs.sam]
name = "Sam"
home_zip = "00000"
languages = ["en"]
events_a_day = 4
services = ["visit"]

[area]
regions.en = ["Leeds"]

[follow_ups]
gap_hours = 48
quiet_until = 09:00:00
quiet_from = 20:00:00
after_event_min_hours = 24
after_event_max_hours = 72
quote_hours = [24]
reminder_days = [1]
silent_days = 60

[[emotion.triggers]]
name = "furious"
feelings = ["angry"]
intensity_from = 0.7
severity = "high"
act = "hand_over"

[labels]
minimum.en = "call-out minimum"
travel.en = "travel"

[texts]
opt_out.en = "Goodbye from {{ business.name }}."
opt_in.en = "Welcome back."
help.en = "Mail {{ business.email }}."
cancel_question.en = "Cancel the visit, or the messages?"
desk_open.en = "A person answers within {{ hours.answer_max_minutes }}."
desk_closed.en = "A person answers after {{ hours.opens }}."
unknown.en = "That I do not know."
unsupported.en = "Please write it."
"""


def trade(service: dict[str, Any], **business: str) -> Profile:
    """Another business: the parts that every trade needs, and one service of its own."""
    payload = tomllib.loads(COMMON, parse_float=Decimal)
    payload["services"] = {"visit": service}
    payload["business"] |= business
    return read_profile(payload)


def visit(pricing: str, bands: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A service of two slots on Mondays."""
    return {
        "pricing": pricing,
        "duration_minutes": 90,
        "default_band": next(iter(bands)),
        "name": {"en": "visit"},
        "schedule": {"slots": ["10:00", "14:00"], "weekdays": ["monday"], "notice_hours": 24},
        "bands": bands,
        **more,
    }


def named(word: str, **more: Any) -> dict[str, Any]:
    """Something customers call by one word."""
    return {"name": {"en": word}, "words": {"en": [word]}, **more}
