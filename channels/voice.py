"""Telephone calls over Twilio: what a caller says is a message, what we answer is spoken to them.

Twilio hears and speaks; nothing is called here. A turn's words are stored like any message, and
the call is sent to handlers/voice.py, which speaks what the outbox has for it. What nobody is there
to hear any more, jobs/text_unheard.py sends as a text. Off unless TWILIO_VOICE is 1.
Sources: Twilio, voice/twiml (request parameters, Gather), voice status callbacks and
voice/trusted-calling-with-shakenstir (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from aiohttp import ClientSession

from bot.domain import Kind, Message
from bot.domain_calls import CallEnd
from bot.domain_sending import OutboundMessage
from bot.errors import BadPayload, ConfigError
from bot.language.wording import say
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.phones import normalise
from channels.text import clean, plain_sms, split
from channels.twilio_api import EMPTY_TWIML
from channels.twilio_settings import make_verifier, read_settings, sender_handle
from channels.twilio_signature import Verifier, read_form
from channels.voice_twiml import (
    CALL_PATH,
    OVERRIDES,
    STATUS_PATH,
    TURN_PATH,
    Leg,
    go_on,
    read_leg,
)

NAME = "voice"
VENDOR = "twilio_voice"
MAX_LENGTH = 1600
"""As much as a text takes: what nobody heard goes as one."""
TEXT_MAX = 4000
PER_SECOND = 1000.0
"""Speaking has no pace; the outbox asks every channel for one."""
UNCLEAR_BELOW = 0.35
"""Twilio's confidence, 0.0 to 1.0, under which the caller is asked to say it again."""
PERSON_KEY = "0"
LANGUAGE_KEYS: Mapping[str, str] = {"1": "en", "2": "es", "3": "zh"}
"""What the greeting offers; later in a call a digit is an answer."""
PROVED = "TN-Validation-Passed-A"
"""The caller's carrier vouches for the number."""
NUMBERLESS = frozenset("+266696687 +7378742833 +17378742833 +2562533 +8656696 +86282452253".split())
"""What Twilio gives for a hidden number: anonymous, restricted, blocked, unknown and unavailable on
a telephone's keys. So many people's must never be one customer (I10). Source: as several public
services compare them (read 2026-11-23)."""
_CALL_SID = re.compile(r"CA[0-9A-Za-z]{1,62}")
_ROUTES = (
    Route(path=CALL_PATH, vendor=VENDOR, overrides=OVERRIDES),
    Route(path=TURN_PATH, vendor=VENDOR, is_pasted=False),
    Route(path=STATUS_PATH, vendor=VENDOR),
)


class Ear(StrEnum):
    """What came of listening."""

    WORDS = "words"
    PERSON = "person"
    LANGUAGE = "language"
    UNCLEAR = "unclear"
    SILENCE = "silence"


Fields = Mapping[str, str]


def call_sid(fields: Fields) -> str:
    """Twilio's name for the call. Raises BadPayload."""
    sid = fields.get("CallSid", "")
    if _CALL_SID.fullmatch(sid) is None:
        raise BadPayload("CallSid is missing or no id of a call")
    return sid


def caller(fields: Fields) -> str:
    """The caller's handle: E.164, or an id of this one call where the number is hidden."""
    given = fields.get("From", "")
    if given.startswith("+") and given not in NUMBERLESS:
        return normalise(given, "From")
    return f"hidden:{call_sid(fields)}"


def is_proved(fields: Fields) -> bool:
    """Whether nobody else can have called with this number."""
    return fields.get("StirVerstat", "") == PROVED


def turn_id(fields: Fields, turn: int) -> str:
    """The idempotency key of a turn: however often Twilio posts it, it is one message (I2)."""
    return f"{call_sid(fields)}:{turn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredVoice:
    """Calls to one Twilio account."""

    verifier: Verifier
    base: str
    """Our public address."""
    default_sender: str
    forward_to: str
    """Which telephone rings when a person is wanted; empty: the profile's."""
    name: str = NAME
    routes: tuple[Route, ...] = _ROUTES
    per_second: float = PER_SECOND
    window_s: float | None = None

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless Twilio signed exactly this."""
        self.verifier.verify(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """There is no shared path."""
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """What the caller said, or that the call is over; a call that begins brings nothing yet."""
        fields = read_form(request.body).fields
        if request.path == STATUS_PATH:
            return _ended(fields)
        if request.path == CALL_PATH:
            call_sid(fields)
            return Parsed()
        leg = read_leg(request.query)
        if (ear := listened(fields, leg)) not in (Ear.WORDS, Ear.PERSON):
            return Parsed()
        return Parsed(messages=(_message(fields, leg, ear),))

    def reply(self, request: WebhookRequest) -> Reply:
        """Where the call goes on; what is said there, handlers/voice.py finds."""
        fields = read_form(request.body).fields
        if request.path == STATUS_PATH:
            return EMPTY_TWIML
        if request.path == CALL_PATH:
            return go_on(self.base, "hello", Leg())
        leg = read_leg(request.query)
        match listened(fields, leg):
            case Ear.LANGUAGE:
                chosen = replace(leg, language=LANGUAGE_KEYS[fields["Digits"]])
                return go_on(self.base, "chosen", chosen)
            case Ear.UNCLEAR:
                return go_on(self.base, "unclear", replace(leg, tries=leg.tries + 1))
            case Ear.SILENCE:
                return go_on(self.base, "silent", replace(leg, tries=min(leg.tries + 1, 9)))
            case Ear.WORDS | Ear.PERSON:
                return go_on(self.base, "wait", replace(leg, tries=0, waits=0))

    def render(self, text: str) -> tuple[str, ...]:
        """As a text would be; what is unspeakable in it is taken out when it is spoken."""
        return split(plain_sms(clean(text)), MAX_LENGTH)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Let it be heard: the call asks for it by itself."""
        return SendResult(external_id=str(message.id))

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """Nothing but words."""
        return False

    async def check(self) -> Sequence[str]:
        """Twilio is asked by the channels that send there; here nothing leaves."""
        return ()

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """It can be heard whenever its row says so, and a row says so only once (I5)."""
        return str(message.id)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """What was said is kept nowhere but here."""
        return ()


def listened(fields: Fields, leg: Leg) -> Ear:
    """What came of listening to a caller."""
    digits, words = fields.get("Digits", ""), clean(fields.get("SpeechResult", "")).strip()
    if digits == PERSON_KEY:
        return Ear.PERSON
    if leg.turn == 1 and digits in LANGUAGE_KEYS:
        return Ear.LANGUAGE
    if not (digits or words):
        return Ear.SILENCE
    if not digits and leg.tries == 0 and 0.0 < _confidence(fields) < UNCLEAR_BELOW:
        return Ear.UNCLEAR
    return Ear.WORDS


def _confidence(fields: Fields) -> float:
    """Twilio's own; 1.0 where it gives none that can be read."""
    try:
        return float(fields.get("Confidence") or 1.0)
    except ValueError:
        return 1.0


def _message(fields: Fields, leg: Leg, ear: Ear) -> Message:
    if leg.turn == 0:
        raise BadPayload("turn must be a number from 1")
    digits = clean(fields.get("Digits", ""))[:32]
    extras = {"call_sid": call_sid(fields)}
    if digits:
        extras["digits"] = digits
    else:
        # A machine wrote it down: it binds nobody (bot/domain_media.py, is_dictated).
        extras |= {"transcribed": "yes", "confidence": clean(fields.get("Confidence", ""))[:10]}
    if leg.doubt:
        why = "the caller's carrier does not vouch for the number, which is a known customer's"
        extras |= {"unproven": "caller", "for_person": why}
    wanted = say("voice_wants_person", leg.language) if ear is Ear.PERSON else ""
    return Message(
        channel=NAME,
        external_id=turn_id(fields, leg.turn),
        sender=caller(fields),
        recipient=_called(fields),
        text=wanted or digits or clean(fields["SpeechResult"]).strip()[:TEXT_MAX],
        extras=MappingProxyType(extras),
    )


def _called(fields: Fields) -> str:
    if not fields.get("To"):
        raise BadPayload("To is missing")
    return normalise(fields["To"], "To")


def _ended(fields: Fields) -> Parsed:
    """The call on the customer's timeline, with its length; other states are no news."""
    sid = call_sid(fields)
    if fields.get("CallStatus") != "completed" or fields.get("Direction", "inbound") != "inbound":
        return Parsed()
    seconds = fields.get("CallDuration", "")
    extras = {"call": CallEnd.ANSWERED.value, "call_sid": sid}
    if seconds.isascii() and seconds.isdigit():
        extras["seconds"] = str(int(seconds[:6]))
    ended = Message(
        channel=NAME,
        external_id=f"call:{sid}",
        sender=caller(fields),
        recipient=_called(fields),
        kind=Kind.CALL,
        extras=MappingProxyType(extras),
    )
    return Parsed(messages=(ended,))


@dataclass(frozen=True, slots=True)
class Voice:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = _ROUTES

    def configure(self, settings: Mapping[str, str], http: ClientSession) -> ConfiguredVoice | None:
        """On with TWILIO_VOICE=1 beside the account."""
        wanted = settings.get("TWILIO_VOICE", "").strip()
        if wanted in ("", "0"):
            return None
        if wanted != "1":
            raise ConfigError("TWILIO_VOICE must be 1 or 0")
        found = read_settings(settings, ("TWILIO_VOICE",))
        if found is None:
            return None
        verifier = make_verifier(found, settings)
        return ConfiguredVoice(
            verifier=verifier,
            base=verifier.bases[0],
            default_sender=sender_handle(found.sms_from, "TWILIO_SMS_FROM"),
            forward_to=sender_handle(found.voice_forward_to, "TWILIO_VOICE_FORWARD_TO"),
        )


channel = Voice()
