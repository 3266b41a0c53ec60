"""Trouble with an event that is close ahead or under way: it goes to a person before any model.

Also keeps every allergy that a customer names, whenever that is, in their own words and by code, so
that it never depends on what a model makes of it. Nothing here assures anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.booking.moments import say_moment
from bot.deps import Deps
from bot.domain import CustomerId, StoredMessage
from bot.domain_booking import Booking
from bot.escalation import Trouble
from bot.language.allergy_words import states_allergy
from bot.language.event_words import read_kinds
from bot.language.intents import Intent, IntentReading
from bot.language.wording import say
from bot.profile import Profile
from bot.router import CONFIDENT
from bot.situation import Situation
from bot.store import allergies, bookings, desk_notices, handles
from bot.store.connection import Connection
from bot.tools.base import Effect

REASON = "event_day"
WORDS_MAX_CHARS = 500
OTHER = "other"
"""Read as something about the day by the intent alone."""
_BY_INTENT = {
    Intent.DAY_OF: OTHER,
    Intent.CANCEL_BOOKING: "change",
    Intent.CHANGE_BOOKING: "change",
}
_SPOKEN = {
    "allergy": "an allergy",
    "change": "wants to cancel or move",
    "access": "the way in or finding the place",
    "late": "the crew is late or looked for",
    "weather": "the weather",
    "guests": "the number of guests",
    OTHER: "the day itself",
}
"""The kinds in staff's words."""


def find_near(profile: Profile, events: Sequence[Booking], now: datetime) -> Booking | None:
    """The customer's agreed event that begins within the profile's hours, or has begun."""
    latest = now + timedelta(hours=profile.escalation.event_hours)
    near = (b for b in events if b.is_open and b.agreed_at and b.ends_at > now)
    return min((b for b in near if b.starts_at <= latest), key=_start, default=None)


def find_trouble(
    deps: Deps, situation: Situation, reading: IntentReading
) -> tuple[Trouble, str] | None:
    """Why a person must come at once, and the first words to the customer; None: nothing of it."""
    event = find_near(deps.profile, situation.bookings, deps.clock.now())
    if event is None:
        return None
    kinds = read_kinds(situation.text, deps.profile)
    meant = _BY_INTENT.get(reading.intent) if reading.confidence >= CONFIDENT else None
    kinds = kinds or ((meant,) if meant else ())
    if not kinds:
        return None
    trouble = Trouble(reason=REASON, explanation=_explain(deps.profile, event, kinds))
    words = say(
        f"event_day_{kinds[0]}",
        situation.language,
        seed=str(situation.waiting[-1].id),
        worker=deps.profile.say(deps.profile.business.worker, situation.language),
    )
    return trouble, words


def keep_allergies(
    deps: Deps, situation: Situation, heard: Sequence[StoredMessage], *, tell_staff: bool
) -> tuple[Effect, ...]:
    """Writes of every allergy in these messages, on the customer's next event if there is one.

    Where nobody of the staff is brought in by this turn, they are told, since a person has to say
    what is possible.
    """
    event = min((b for b in situation.bookings if b.is_open), key=_start, default=None)
    return tuple(
        _keep(situation, message, event, tell_staff=tell_staff)
        for message in heard
        if states_allergy(message.text)
    )


async def is_at_stake(
    deps: Deps, conn: Connection, customer_id: CustomerId, waiting: Sequence[StoredMessage]
) -> bool:
    """Whether a turn must read these messages, and nobody may answer them in short before that."""
    if any(states_allergy(message.text) for message in waiting):
        return True
    now = deps.clock.now()
    events = await bookings.list_open(conn, customer_id, now=now)
    return find_near(deps.profile, events, now) is not None


def _explain(profile: Profile, event: Booking, kinds: Sequence[str]) -> str:
    chefs = ", ".join(each.name for each in event.chefs) or "nobody is assigned"
    about = "; ".join(_SPOKEN[kind] for kind in kinds)
    starts = say_moment(profile, event.starts_at)
    return f"about {about}. Booking {event.code}, {starts}, with {chefs}"


def _keep(
    situation: Situation, message: StoredMessage, event: Booking | None, *, tell_staff: bool
) -> Effect:
    async def write(conn: Connection) -> None:
        words = message.text.strip()[:WORDS_MAX_CHARS]
        booking_id = event.id if event else None
        await allergies.add(conn, situation.customer_id, message.id, words, booking_id)
        if tell_staff:
            reach = await handles.get_handle(conn, message.address_id)
            told = f"Allergy named: {reach}\n{_to_do(event)}"
            await desk_notices.add(conn, f"allergy:{message.id}", booking_id, told)

    return write


def _to_do(event: Booking | None) -> str:
    where = f"Booking {event.code}" if event else "No booking yet"
    return f"{where}: tell the customer what is possible, nothing was promised"


def _start(booking: Booking) -> datetime:
    return booking.starts_at
