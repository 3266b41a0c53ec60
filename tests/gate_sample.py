"""A message at the send gate that nobody asked for, to be changed by a field at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.domain import AddressId, Author, Consent, ConversationId, MessageId, Mode, Purpose
from bot.domain_sending import OutboundMessage
from bot.profile import Profile, load_profile
from bot.profile_templates import Template
from bot.quiet import home_of
from bot.send_gate import Rules, Verdict, judge
from bot.store.departures import Departure, OtherWay, Standing

SID = "HX" + "0123456789abcdef" * 2
NEWS = Template.model_validate(
    {
        "carries": ["essential", "conversational"],
        "fills": ["name", "text"],
        "languages": {
            "en": {"content_sid": SID, "text": "Hello {{1}}, news: {{2}}. Reply here."},
            "es": {
                "meta_name": "news",
                "meta_language": "es_MX",
                "text": "Hola {{1}}: {{2}}. Fin.",
            },
        },
    }
)
PROFILE = load_profile().model_copy(update={"templates": {"news": NEWS}})
HOME = home_of(PROFILE)
NOON = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, noon in California."""
DAY_S = 24 * 3600.0
MESSAGE = OutboundMessage(
    id=MessageId(UUID(int=1)),
    conversation_id=ConversationId(UUID(int=2)),
    channel="sms",
    recipient="+14155550101",
    sender="",
    text="How was your party?",
    author=Author.STAFF,
    purpose=Purpose.CONVERSATIONAL,
    epoch=3,
    attempt=1,
    created_at=NOON - timedelta(minutes=5),
    claimed_at=NOON,
    is_unasked=True,
)
DEPARTURE = Departure(
    message=MESSAGE,
    address_id=AddressId(UUID(int=3)),
    consent=Consent.UNKNOWN,
    suspended_reason=None,
    last_inbound_at=NOON - timedelta(hours=1),
    mode=Mode.BOT,
    epoch=3,
)
MAIL = OtherWay(
    address_id=AddressId(UUID(int=9)),
    channel="email",
    handle="ann@example.com",
    consent=Consent.UNKNOWN,
    promotional=Consent.UNKNOWN,
    last_inbound_at=NOON - timedelta(days=30),
)
WINDOWS = {"sms": None, "whatsapp": DAY_S, "email": None, "webchat": None}


def departs(standing: Standing | None = None, **message: object) -> Departure:
    """A departure whose message and standing differ in this."""
    changed = replace(MESSAGE, **message)  # type: ignore[arg-type]  # Fields by name.
    return replace(DEPARTURE, message=changed, standing=standing or Standing())


def verdict_on(departure: Departure, now: datetime = NOON, profile: Profile = PROFILE) -> Verdict:
    """What the gate says of it."""
    window_s = WINDOWS[departure.message.channel]
    rules = Rules(window_s=window_s, windows=WINDOWS, carrier="twilio", profile=profile)
    return judge(departure, rules, now=now)


APPROVED = {f"{SID}/": ("approved", "UTILITY")}
