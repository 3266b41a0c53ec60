"""What would have become of a message at a moment of the past, by the rules of sending.

bot/follow_ups/dry_run.py goes from moment to moment; bot/store/follow_up_past.py reads what was so.
What keeps no history is taken to be no obstacle: whether a message lay unread, vendors' caps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.causes.base import Cause
from bot.domain_follow_ups import FollowUpId, FollowUpStatus, Matter, Owed, Plan
from bot.follow_ups.deciding import (
    LOOK_AGAIN,
    Decision,
    Facts,
    HoldBack,
    PutOff,
    Send,
    Skip,
    decide,
    decide_early,
)
from bot.follow_ups.feeling import read_feeling
from bot.follow_ups.judging import conclude
from bot.follow_ups.ways import Lines, Setting
from bot.ids import new_id
from bot.profile import Profile
from bot.store.connection import Connection
from bot.store.follow_up_facts import States
from bot.store.follow_up_past import Then

_DAY = re.compile(
    r",?(?: (?:on|until|since|after|of|for))? (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}(?:, \d{4})?"
    r"(?:,? \d{1,2}:\d{2}(?:\s?[AP]M)?)?,?"
)
_IN_VAIN = re.compile(r"; after [^;]* it says nothing any more$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What weighs beside the matter."""

    lines: Lines
    render: Callable[[str, str], tuple[str, ...]]
    states: Mapping[str, States]
    """What carriers say of our templates, as of now."""
    then: Then


async def decide_then(
    conn: Connection, profile: Profile, cause: Cause, plan: Plan, *, at: datetime, around: Around
) -> Send | Skip | PutOff:
    """By the rules that decide when one is sent; of everybody, so that nobody is held back."""
    owed, then = _owed(plan, at), around.then
    matter = await cause.look(conn, profile, owed, at)
    facts = Facts(
        profile=profile,
        now=at,
        owed=owed,
        cause=cause,
        to=then.to,
        found=matter,
        is_paused=then.is_paused,
        recent=then.recent,
        near=then.near,
    )
    early = decide_early(facts)
    if early is not None or not isinstance(matter, Matter):
        return _known(early or decide(facts))
    if matter.wants_feeling or cause.is_sale:
        felt = await read_feeling(conn, plan.customer_id, booking_id=plan.booking_id, at=at)
        facts = replace(facts, feeling=felt)
    setting = Setting(
        profile=profile,
        lines=around.lines,
        owed=owed,
        to=then.to,
        purpose=cause.purpose,
        language=then.to.language or profile.business.home_language,
        states=around.states,
        render=around.render,
        now=at,
    )
    return _known(conclude(setting, facts, matter, then.reaches).decision)


def next_look(decision: PutOff, at: datetime, then: Then | None) -> datetime:
    """When it would have been looked at again; what was held, at the look that found it free."""
    until = max(decision.until, at + timedelta(minutes=1))
    if not decision.is_held or then is None:
        return until
    if then.free_at is None:
        return datetime.max.replace(tzinfo=UTC)
    return max(until, at + -(-(then.free_at - at) // LOOK_AGAIN) * LOOK_AGAIN)


def kind_of(reason: str) -> str:
    """A reason without the days it names, so that the same reason counts as one."""
    return _DAY.sub("", _IN_VAIN.sub("", reason)).strip(" ,:")


def _known(decision: Decision) -> Send | Skip | PutOff:
    """Nobody draws an arm here."""
    if isinstance(decision, HoldBack):
        raise ValueError("a trial run holds nobody back")
    return decision


def _owed(plan: Plan, at: datetime) -> Owed:
    """The plan as a row that is due then."""
    return Owed(
        id=FollowUpId(new_id()),
        cause=plan.cause,
        step=plan.step,
        key=plan.key,
        customer_id=plan.customer_id,
        due_at=at,
        valid_until=plan.valid_until,
        status=FollowUpStatus.DUE,
        created_at=plan.due_at,
        looks=0,
        because=plan.because,
        reason="",
        text="",
        planned_by="",
        address_id=None,
        booking_id=plan.booking_id,
        quote_id=plan.quote_id,
        conversation_id=plan.conversation_id,
        memory_id=plan.memory_id,
        campaign_id=plan.campaign_id,
        message_id=None,
        about=plan.about,
        rule="",
    )
