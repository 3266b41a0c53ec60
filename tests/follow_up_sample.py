"""Facts of a follow-up that nothing stands against, to be changed in one thing by each test."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gate_sample import PROFILE

from bot.causes.base import causes
from bot.domain import AddressId, Consent, CustomerId, Mode, Purpose
from bot.domain_follow_ups import FollowUpId, FollowUpStatus, Matter, Owed
from bot.follow_ups.deciding import Facts, PutOff, Skip
from bot.follow_ups.ways import Lines, Option, Setting, make_option
from bot.follow_ups.wording import Worded
from bot.ids import new_id
from bot.profile import Profile
from bot.store.addressees import Addressee, Way
from bot.store.follow_up_facts import Reach

LA = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 12, 1, 12, tzinfo=LA)
"""A Tuesday, when nobody minds a message."""
WORDED = Worded(
    text="Hi Dana, still thinking it over?",
    name="unanswered_quote_24h_any_a",
    fields={"name": "Dana"},
    choices=(),
    subject="Your price",
    language="en",
)
WINDOWS = {"sms": None, "email": None, "whatsapp": 86400.0, "webchat": None}


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def reach(channel: str = "sms", handle: str = "+14155550101", **over: Any) -> Reach:
    way = Way(
        address_id=AddressId(new_id()),
        channel=channel,
        handle=handle,
        consent=over.pop("consent", Consent.UNKNOWN),
        suspended_reason=over.pop("suspended_reason", ""),
        last_inbound_at=over.pop("last_inbound_at", NOON - hours(30)),
    )
    known: dict[str, Any] = {
        "promotional": Consent.UNKNOWN,
        "given_at": None,
        "stopped_at": None,
        "number_stopped_at": None,
        "sent": 0,
        "answered": 0,
    }
    return Reach(way=way, **{**known, **over})


def owed(**over: Any) -> Owed:
    known: dict[str, Any] = {
        "id": FollowUpId(new_id()),
        "cause": "unanswered_quote",
        "step": "24h",
        "key": "",
        "customer_id": CustomerId(new_id()),
        "due_at": NOON,
        "valid_until": NOON + hours(96),
        "status": FollowUpStatus.DUE,
        "created_at": NOON - hours(24),
        "looks": 0,
        "because": "priced 660.00 on Nov 30, not answered since",
        "reason": "",
        "text": "",
        "planned_by": "",
        "address_id": None,
        "booking_id": None,
        "quote_id": None,
        "conversation_id": None,
        "memory_id": None,
        "campaign_id": None,
        "message_id": None,
        "about": {},
        "rule": "",
    }
    return Owed(**{**known, **over})


def addressee(*ways: Way, **over: Any) -> Addressee:
    known: dict[str, Any] = {
        "customer_id": CustomerId(new_id()),
        "name": "Dana",
        "language": "en",
        "zone": "America/Los_Angeles",
        "zip_code": "",
        "ways": ways,
        "conversation_id": None,
        "mode": Mode.BOT,
        "epoch": 0,
        "holder": "",
        "trouble": "",
    }
    return Addressee(**{**known, **over})


def option(found: Reach, *, profile: Profile = PROFILE, **over: Any) -> Option:
    known: dict[str, Any] = {
        "profile": profile,
        "lines": Lines(windows=WINDOWS),
        "owed": owed(),
        "to": addressee(found.way),
        "purpose": Purpose.CONVERSATIONAL,
        "language": "en",
        "states": {},
        "render": lambda _channel, text: (text,),
        "now": NOON,
    }
    return make_option(Setting(**{**known, **over}), found, WORDED)


def facts(now: datetime = NOON, profile: Profile = PROFILE, **over: Any) -> Facts:
    row = over.pop("owed", None) or owed()
    found = over.pop("reach", None) or reach()
    known: dict[str, Any] = {
        "cause": causes()[row.cause],
        "to": addressee(found.way),
        "found": Matter(fields=lambda _language: {}),
        "options": (option(found, profile=profile, now=now),),
    }
    return Facts(profile=profile, now=now, owed=row, **{**known, **over})


def put_off(said: object) -> PutOff:
    assert isinstance(said, PutOff), said
    return said


def reason(said: object) -> str:
    assert isinstance(said, Skip), said
    return said.reason
