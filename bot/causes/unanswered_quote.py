"""A price that was given and not answered: once after a day and once more after three.

Whatever the customer writes after it ends it, whichever way: then the talk goes on by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.booking.moments import say_day
from bot.booking.policies import notice_hours
from bot.booking.standing import choices_of, first_name, short_day
from bot.causes.base import Cause
from bot.causes.moments import Wanted, local_day, place, read_asked_day, shortly
from bot.domain import Purpose, QuoteId
from bot.domain_follow_ups import HOLDOUT, FollowUpStatus, Gone, Later, Matter, Owed, Plan, Span
from bot.domain_sending import Choice
from bot.profile import Profile, money
from bot.store import cause_talks
from bot.store.cause_talks import Before, Priced, PriceThen
from bot.store.connection import Connection

NAME = "unanswered_quote"
TALKING = timedelta(minutes=15)
"""So long a price is still being talked about; what is planned by then would only be taken back."""
WITHIN = timedelta(hours=12)
"""In which the hour is chosen: a day after should not become two."""
LAST_GOOD = timedelta(hours=96)
"""So late the last one may still go; an earlier one only until the next is due."""
UNDER_WAY = (FollowUpStatus.PLANNED, FollowUpStatus.DUE, FollowUpStatus.HELD)


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """Prices made in the span, each step of each; the newest of a talk only."""
    steps = sorted(set(profile.follow_ups.quote_hours))
    if NAME in profile.follow_ups.off or not steps:
        return ()
    # A pass looks back further than that, so the next one finds what this one leaves.
    until = span.until - TALKING
    prices = await cause_talks.list_priced(
        conn,
        (span.since, until),
        fresh=timedelta(hours=steps[0]),
        owed_only=span.unplanned_only,
        rule=profile.follow_ups.digest_of(NAME),
    )
    indexes = range(len(steps))
    wanted = [_wanted(profile, price, steps, index) for price in prices for index in indexes]
    return await place(conn, profile, span, wanted)


def _wanted(profile: Profile, price: Priced, steps: Sequence[int], index: int) -> Wanted:
    due = price.created_at + timedelta(hours=steps[index])
    is_last = index + 1 == len(steps)
    until = due + LAST_GOOD if is_last else price.created_at + timedelta(hours=steps[index + 1])
    total = money(profile.business, price.total, "en")
    plan = Plan(
        cause=NAME,
        step=f"{steps[index]}h",
        key=key_of(price.quote_id, steps[index]),
        customer_id=price.customer_id,
        quote_id=price.quote_id,
        conversation_id=price.conversation_id,
        due_at=due,
        valid_until=min(until, price.expires_at),
        because=f"priced {total} on {shortly(profile, price.created_at)}",
        about={"total": str(price.total)},
    )
    return Wanted(plan=plan, arose_at=price.created_at, within=WITHIN)


def key_of(quote_id: QuoteId, hours: int) -> str:
    """The key of a step."""
    return f"quote:{quote_id}:{NAME}:{hours}h"


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """What the price is at that moment, unless the talk went on."""
    if owed.quote_id is None:
        return Gone("it names no price")
    then = await cause_talks.read_price(conn, owed.quote_id, at)
    if then is None:
        return Gone("there is no such price")
    over = _over(profile, then, at) or await _of_the_one_before(conn, profile, owed, at)
    if over is not None:
        return over
    day = await _day(conn, profile, then, at)
    if day is not None and _is_too_near(profile, then, day, at):
        return Gone(f"the day they asked for, {say_day(day)}, is over or too near to be booked")
    return _matter(profile, then, day)


def _over(profile: Profile, then: PriceThen, at: datetime) -> Gone | Later | None:
    """What became of the price by then, if anything."""
    said = (
        (then.booked_at, "the customer booked on {}"),
        (then.newer_at, "a newer price was given on {}"),
        (then.event_at, "they have an event ahead on {}"),
    )
    for moment, words in said:
        if moment is not None:
            return Gone(words.format(shortly(profile, moment)))
    if then.heard_at is not None and then.heard_at > then.created_at:
        return Gone(f"the customer has written since, on {shortly(profile, then.heard_at)}")
    if then.expires_at <= at:
        return Gone(f"the price expired on {shortly(profile, then.expires_at)}")
    if then.held_until is not None:
        return Later("a slot is kept for them while they decide", then.held_until)
    return None


async def _of_the_one_before(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Gone | Later | None:
    """A later step goes only where the one before it went and led to nothing, or could not go for
    a reason that may have passed."""
    mine = _hours_of(owed.step)
    earlier = [each for each in sorted(set(profile.follow_ups.quote_hours)) if each < mine]
    if not earlier or owed.quote_id is None:
        return None
    before = await cause_talks.read_before(conn, key_of(owed.quote_id, earlier[-1]), at)
    return None if before is None else _after(profile, before, at)


def _hours_of(step: str) -> int:
    digits = step.removesuffix("h")
    return int(digits) if digits.isdecimal() else 0


def _after(profile: Profile, before: Before, at: datetime) -> Gone | Later | None:
    if before.is_answered or before.is_converted:
        return Gone("they answered the one before")
    if before.status is FollowUpStatus.CANCELLED:
        return Gone(f"the one before was taken back: {before.reason or 'no reason was given'}")
    if before.arm == HOLDOUT:
        return Gone("this customer is left out on purpose, to tell what such messages bring")
    if before.status in UNDER_WAY:
        gap = timedelta(hours=profile.follow_ups.gap_hours)
        return Later("the one before has not gone yet", max(before.due_at, at) + gap)
    return None


async def _day(conn: Connection, profile: Profile, then: PriceThen, at: datetime) -> date | None:
    """The day they want: of the slot that was kept, or as they last named it."""
    if then.wanted_at is not None:
        return local_day(profile, then.wanted_at)
    talk = then.conversation_id
    return await read_asked_day(conn, profile, talk, since=then.created_at, at=at)


def _is_too_near(profile: Profile, then: PriceThen, day: date, at: datetime) -> bool:
    notice = timedelta(hours=notice_hours(profile, then.service, then.headcount))
    return day < local_day(profile, at + notice)


def _matter(profile: Profile, then: PriceThen, day: date | None) -> Matter:
    def fields(language: str) -> dict[str, str]:
        return {
            "name": first_name(then.name),
            "business": profile.business.name,
            "total": money(profile.business, then.total, language),
            "guests": str(then.headcount or ""),
            "day": "" if day is None else short_day(day, language),
            "expires": short_day(local_day(profile, then.expires_at), language),
        }

    def choices(language: str) -> tuple[Choice, ...]:
        return choices_of(language, "hold_it", "question", "not_now")

    return Matter(fields=fields, choices=choices)


cause = Cause(
    title="A price that was not answered",
    purpose=Purpose.CONVERSATIONAL,
    weight=50,
    find=find,
    look=look,
    converts_by="booking",
    watched=timedelta(days=7),
    is_sale=True,
)
