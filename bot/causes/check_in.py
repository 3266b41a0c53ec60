"""After something went wrong: one short message that asks whether it is right now; no sale.

Either staff settled a complaint, or nobody came in: the customer's last words were unhappy, or an
alarm of the profile rang in the exchange and it ended on no glad word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.booking.standing import choices_of, first_name
from bot.causes.base import Cause
from bot.causes.moments import Wanted, place, read_id, read_moment, shortly
from bot.domain import EscalationId, Purpose
from bot.domain_follow_ups import Gone, Later, Matter, Owed, Plan, Span
from bot.domain_sending import Choice
from bot.profile import Profile
from bot.store import cause_people
from bot.store.cause_people import Bad, Settled, TroubleThen
from bot.store.connection import Connection

NAME = "check_in"
REASONS = ("complaint", "emotion")
OUTCOMES = ("answered", "apologised", "refunded", "other")
"""What staff say when they have dealt with it; not that nobody was needed, or gave no answer."""
SURE_FROM = 0.5
"""How sure the reading of an unhappy message must be."""
GOOD_FOR = timedelta(hours=72)
TALKING = timedelta(minutes=15)
"""So long an unhappy message may still be answered by the next."""


async def find(conn: Connection, profile: Profile, span: Span) -> Sequence[Plan]:
    """What staff settled in the span, and what went badly in it without them."""
    if NAME in profile.follow_ups.off:
        return ()
    wait = timedelta(hours=profile.follow_ups.check_in_hours)
    settled = await cause_people.list_settled(
        conn, (span.since, span.until), reasons=REASONS, outcomes=OUTCOMES
    )
    # A pass looks back further than that, so the next one finds what this one leaves.
    until = span.until - TALKING
    rung = await cause_people.list_rung(conn, (span.since, until), quiet=wait, sure=SURE_FROM)
    bad = await cause_people.list_bad(conn, (span.since, until), quiet=wait, sure=SURE_FROM)
    # The same last words may be both.
    talks = {each.message_id: each for each in (*bad, *rung)}
    wanted = [
        *(_of_settled(profile, each, wait) for each in settled),
        *(_of_talk(profile, each, wait) for each in talks.values()),
    ]
    return await place(conn, profile, span, wanted)


def _of_settled(profile: Profile, settled: Settled, wait: timedelta) -> Wanted:
    since = settled.resolved_at
    plan = Plan(
        cause=NAME,
        key=f"escalation:{settled.escalation_id}:{NAME}",
        customer_id=settled.customer_id,
        conversation_id=settled.conversation_id,
        due_at=since + wait,
        valid_until=since + wait + GOOD_FOR,
        because=f"a complaint was settled on {shortly(profile, since)} ({settled.outcome})",
        about={"escalation_id": str(settled.escalation_id), "since": since.isoformat()},
    )
    return Wanted(plan=plan, arose_at=since)


def _of_talk(profile: Profile, bad: Bad, wait: timedelta) -> Wanted:
    since = bad.said_at
    plan = Plan(
        cause=NAME,
        key=f"talk:{bad.conversation_id}:{bad.message_id}:{NAME}",
        customer_id=bad.customer_id,
        conversation_id=bad.conversation_id,
        due_at=since + wait,
        valid_until=since + wait + GOOD_FOR,
        because=f"{_what(bad)} on {shortly(profile, since)}, and no person came in",
        about={"since": since.isoformat()},
    )
    return Wanted(plan=plan, arose_at=since)


def _what(bad: Bad) -> str:
    """For staff; no word of the customer's is in it."""
    if not bad.trigger:
        return "unhappy last words"
    return f"a talk in which an alarm ({bad.trigger.replace('_', ' ')}) rang ended badly"


async def look(
    conn: Connection, profile: Profile, owed: Owed, at: datetime
) -> Matter | Gone | Later:
    """Whether it has been quiet since, and who dealt with it."""
    since = read_moment(owed.about.get("since"))
    if since is None:
        return Gone("it names no moment since which to look")
    then = await cause_people.read_trouble(conn, owed.customer_id, at, since=since)
    if then is None:
        return Gone("there is no such customer")
    escalation_id = read_id(owed.about.get("escalation_id"))
    over = _over(profile, then, since, is_settled=escalation_id is not None)
    if over is not None:
        return over
    person = ""
    if escalation_id is not None:
        person = await cause_people.find_person(conn, EscalationId(escalation_id))
    return _matter(profile, then.name, person)


def _over(profile: Profile, then: TroubleThen, since: datetime, *, is_settled: bool) -> Gone | None:
    if then.heard_at is not None and then.heard_at > since:
        return Gone(f"the customer has written since, on {shortly(profile, then.heard_at)}")
    if then.is_open or then.is_new_trouble:
        return Gone("people have the conversation again")
    # Of a settled one the last words of staff may leave a moment after it was closed.
    if not is_settled and then.staff_wrote_at is not None:
        return Gone(f"staff have written since, on {shortly(profile, then.staff_wrote_at)}")
    return None


def _matter(profile: Profile, name: str, person: str) -> Matter:
    words = {
        "name": first_name(name),
        "business": profile.business.name,
        "person": first_name(person),
    }

    def choices(language: str) -> tuple[Choice, ...]:
        return choices_of(language, "all_good", "not_right")

    return Matter(fields=lambda _language: words, choices=choices)


cause = Cause(
    title="Is it right now? After a complaint",
    purpose=Purpose.CONVERSATIONAL,
    weight=70,
    find=find,
    look=look,
    converts_by="answer",
    watched=timedelta(days=7),
    is_about_trouble=True,
)
