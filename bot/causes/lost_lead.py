"""Somebody who asked about an event or got a price, never booked and fell silent: one more word.

Once in half a year, and never after a no, a complaint or an opt-out, nor outside the area.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.booking import travel
from bot.booking.moments import say_day
from bot.booking.standing import first_name, short_day
from bot.causes.base import Cause
from bot.causes.moments import TROUBLES, Wanted, local_day, place, read_asked_day, refused, shortly
from bot.domain import Purpose
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.language.declining import is_declined
from bot.language.intents import Intent
from bot.profile import Profile
from bot.store import cause_talks
from bot.store.cause_talks import LeadThen, Silent
from bot.store.connection import Connection

NAME = "lost_lead"
ASKS = (
    Intent.PARTY_PRICE,
    Intent.PRICE_DETAIL,
    Intent.DISCOUNT,
    Intent.PLANNING,
    Intent.QUOTE_FOLLOW_UP,
    Intent.AVAILABILITY,
    Intent.BOOK,
)
"""What somebody wants who may become a customer."""
ASKED_WITHIN = timedelta(days=30)
"""Before their last word, for that to be about the event."""
ONCE_IN = timedelta(days=180)
GOOD_FOR = timedelta(days=7)
LAST_WORDS = timedelta(days=1)
"""What was said in so long before the last word is part of it."""


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Those whose silence became long enough in the span."""
    if NAME in profile.follow_ups.off:
        return ()
    silent = timedelta(days=profile.follow_ups.lost_lead_days)
    leads = await cause_talks.list_silent(
        conn,
        (span.since - silent, span.until - silent),
        silent=silent,
        intents=ASKS,
        asked_within=ASKED_WITHIN,
    )
    wanted = [_wanted(profile, lead, lead.heard_at + silent) for lead in leads]
    return await place(conn, profile, span, wanted)


def _wanted(profile: Profile, lead: Silent, arose_at: datetime) -> Wanted:
    plan = Plan(
        cause=NAME,
        key=f"lead:{lead.conversation_id}:{lead.heard_at.astimezone(UTC):%Y%m%d}",
        customer_id=lead.customer_id,
        conversation_id=lead.conversation_id,
        due_at=arose_at,
        valid_until=arose_at + GOOD_FOR,
        because=f"asked about an event, silent since {shortly(profile, lead.heard_at)}",
        about={"heard_at": lead.heard_at.isoformat()},
    )
    return Wanted(plan=plan, arose_at=arose_at)


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """Whether they are still silent, and nothing says that they are lost for good."""
    then = await cause_talks.read_lead(
        conn, owed.customer_id, at, troubles=TROUBLES, within=ONCE_IN, key=owed.key
    )
    if then is None:
        return Gone("there is no such customer")
    over = _over(profile, then, at) or await refused(
        conn, owed, at, within=ONCE_IN, also="unanswered_quote"
    )
    if over is not None:
        return over
    if owed.conversation_id is None or then.heard_at is None:
        return _matter(profile, then, None)
    begins = then.heard_at - LAST_WORDS
    said = await cause_talks.list_texts(conn, owed.conversation_id, since=begins, at=at)
    if said and is_declined(said[0].text, said[0].language):
        return Gone("their last word was a no")
    talk = owed.conversation_id
    day = await read_asked_day(conn, profile, talk, since=then.heard_at, at=at)
    if day is not None and day <= local_day(profile, at):
        return Gone(f"the day they asked for, {say_day(day)}, is over")
    return _matter(profile, then, day)


def _over(profile: Profile, then: LeadThen, at: datetime) -> Gone | None:
    """Why nobody writes to them, if there is a reason."""
    if then.booked_at is not None:
        return Gone(f"the customer booked on {shortly(profile, then.booked_at)}")
    silent_since = at - timedelta(days=profile.follow_ups.lost_lead_days)
    if then.heard_at is not None and then.heard_at > silent_since:
        return Gone(f"the customer wrote again on {shortly(profile, then.heard_at)}")
    if then.asked_at is not None:
        days = ONCE_IN.days
        asked = shortly(profile, then.asked_at)
        return Gone(f"they were written to as a lost lead on {asked}; once in {days} days")
    known = (
        (then.complained, "they complained"),
        (then.opted_out, "they do not want our messages"),
        (_is_out_of_area(profile, then.zip_code), f"ZIP {then.zip_code} is outside the area"),
    )
    return next((Gone(words) for is_so, words in known if is_so), None)


def _is_out_of_area(profile: Profile, zip_code: str) -> bool:
    miles = travel.road_miles(profile, zip_code) if zip_code else None
    return miles is not None and not travel.is_in_area(profile, miles)


def _matter(profile: Profile, then: LeadThen, day: date | None) -> Matter:
    def fields(language: str) -> dict[str, str]:
        return {
            "name": first_name(then.name),
            "business": profile.business.name,
            "day": "" if day is None else short_day(day, language),
        }

    return Matter(fields=fields)


cause = Cause(
    title="A question that led to nothing",
    purpose=Purpose.PROMOTIONAL,
    weight=10,
    find=find,
    look=look,
    converts_by="booking",
    watched=timedelta(days=14),
    is_sale=True,
)
