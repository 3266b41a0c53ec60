"""What stands on a card beside the exchange, in plain English for staff: facts, no layout.

Called by jobs/card_making.py; channels/desk_card.py lays it out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.booking.moments import say_moment
from bot.booking.staff_words import say_status, say_town
from bot.booking_desk import DeskDeps
from bot.deps import Deps
from bot.desk.card_feelings import say_now
from bot.domain import Consent, Emotion, Quote
from bot.domain_booking import Booking
from bot.feelings.history import of_conversation
from bot.language.emotion_input import Spoken
from bot.language.intents import Intent, IntentReading
from bot.profile import Profile, money
from bot.store import bookings, quotes
from bot.store.connection import Connection
from bot.store.desk_cards import CardRow

WORDS_MAX = 40
WEIGHED_MAX = 3
WEIGH_TIMEOUT_S = 3.0
LEAST_DROP = 0.01
"""A word without which the reading is as good as the same has not weighed."""
REASONS = {
    "event_day": "Trouble with an event that is close",
    "emotion": "The customer is upset",
    "complaint": "A complaint",
    "money": "A refund or a bill is at stake",
    "asked_for_person": "The customer asks for a person",
    "tool": "The concierge needs a person",
    "failed": "The concierge could not answer",
    "failed_send": "A reply could not be sent",
    "unknown_send": "Nobody can tell whether a reply was sent",
    "paused": "The concierge is paused",
    "sender": "Nobody can tell whose mail this is",
    "voice_note": "A voice message that a person has to hear",
    "taken_over": "Somebody of staff has taken over",
}
INTENTS: dict[str, tuple[Intent, ...]] = {
    "complaint": (Intent.COMPLAINT,),
    "money": (Intent.REFUND_REQUEST, Intent.BILLING_DISPUTE),
    "asked_for_person": (Intent.ASK_PERSON,),
}
OUTCOMES = {
    "answered": "answered",
    "booked": "booked",
    "refunded": "refunded",
    "apologised": "apologised",
    "no_reply": "the customer did not reply",
    "not_needed": "no person was needed",
    "returned": "returned to the concierge",
    "other": "done in another way",
}
CHANNELS = {
    "sms": "text",
    "whatsapp": "WhatsApp",
    "email": "e-mail",
    "webchat": "web chat",
    "slack": "Slack",
    "ringcentral": "text",
    "voice": "phone call",
}
# Words as they are written, and stretches of Chinese, which writes no spaces, between its marks.
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+(?:['’-][^\W\u3400-\u9fff]+)*[!?]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the card says of the customer, each in a few words or empty."""

    emotion: str
    booking: str
    quote: str
    consent: str


def way(channel: str) -> str:
    """What staff call a channel."""
    return CHANNELS.get(channel, channel)


async def read_facts(
    deps: DeskDeps, conn: Connection, row: CardRow, *, window_s: float | None
) -> Facts:
    """How the customer feels, what they have booked and been offered, and how they are reached.

    `window_s` is how long the channel lets us write freely after the customer; None: always.
    """
    now = deps.clock.now()
    history = await of_conversation(conn, row.conversation_id)
    ahead = await bookings.list_open(conn, row.customer_id, now=now)
    booked = ahead[0] if ahead else await bookings.find_last(conn, row.customer_id, now=now)
    quote = await quotes.find_latest(conn, row.conversation_id, now=now)
    return Facts(
        emotion=say_now(history),
        booking=_say_booking(deps.profile, booked, now, others=max(len(ahead) - 1, 0)),
        quote=_say_quote(deps.profile, quote),
        consent=say_reach(row, window_s=window_s, now=now),
    )


def _say_booking(profile: Profile, booking: Booking | None, now: datetime, *, others: int) -> str:
    if booking is None:
        return ""
    parts = (
        booking.code,
        say_moment(profile, booking.starts_at),
        say_status(profile, booking, now),
        say_town(booking),
        f"{booking.headcount} guests",
        f"and {others} more" if others else "",
    )
    return ", ".join(filter(None, parts))


def _say_quote(profile: Profile, quote: Quote | None) -> str:
    if quote is None:
        return ""
    guests = f"{quote.headcount} guests, " if quote.headcount else ""
    until = say_moment(profile, quote.expires_at)
    return f"{guests}{money(profile.business, quote.total, 'en')}, until {until}"


def say_reach(row: CardRow, *, window_s: float | None, now: datetime) -> str:
    """Whether the customer may be written to where they wrote, and how long."""
    where = way(row.channel)
    if row.suspended_reason:
        return f"no: {where} does not reach them, {row.suspended_reason}"
    if row.consent == Consent.REVOKED.value:
        return f"no: they have opted out of {where}"
    allowed = "agreed to offers too" if row.consent == Consent.GIVEN.value else "answers, no offers"
    if window_s is None:
        return f"yes, by {where} ({allowed})"
    closes_at = (row.last_inbound_at or now - timedelta(days=3650)) + timedelta(seconds=window_s)
    if closes_at <= now:
        return f"by {where} with an approved template only: the window is closed"
    left = closes_at - now
    return f"yes, by {where} ({allowed}); window open for {_say_span(left)} more"


def _say_span(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 60 else f"{max(minutes, 1)} min"


async def weigh(deps: Deps, text: str, reason: str) -> tuple[str, ...]:
    """The words without which the local models would have read less of the reason; at most three.

    Each word is left out once and the rest read again, all in one batch. Where one word less
    changes nothing, because several say the same, each is read alone. Empty for reasons that no
    reading caused, and where nobody had the time.
    """
    words = [match.span() for match in _WORD.finditer(text)][:WORDS_MAX]
    if len(words) < 2 or (reason != "emotion" and reason not in INTENTS):
        return ()
    try:
        async with asyncio.timeout(WEIGH_TIMEOUT_S):
            rests = [f"{text[:begin]} {text[end:]}" for begin, end in words]
            whole, *without = await _shares(deps, [text, *rests], reason)
            weights = [whole - each for each in without]
            if max(weights) < LEAST_DROP:
                weights = await _shares(deps, [text[begin:end] for begin, end in words], reason)
    except TimeoutError:
        return ()
    said = (text[begin:end].rstrip("!?") for begin, end in words)
    ranked = sorted(zip(weights, said, strict=True), key=lambda each: -each[0])
    weighed = (word for weight, word in ranked if weight >= LEAST_DROP and word)
    return tuple(dict.fromkeys(weighed))[:WEIGHED_MAX]


def is_explained(row: CardRow) -> bool:
    """Whether the reason quotes the words that weighed already: an alarm of the profile does."""
    return row.reason == "emotion" and "“" in row.explanation


async def _shares(deps: Deps, texts: Sequence[str], reason: str) -> list[float]:
    if reason == "emotion":
        return [_badness(each) for each in await deps.reader.emotions(list(map(Spoken, texts)))]
    return [_share(each, INTENTS[reason]) for each in await deps.reader.intents(texts)]


def _share(reading: IntentReading, wanted: Sequence[Intent]) -> float:
    return sum(p for intent, p in (reading.spread or reading.ranked) if intent in wanted)


def _badness(emotion: Emotion) -> float:
    """How bad it is, by whichever of its figures says so more."""
    return max(emotion.escalate, -emotion.valence)
