"""Sends what is due, a rule's or staff's own: everything is decided again, then written once.

Customer, conversation and row are held from the look to the outbox, in one transaction: two workers
send it once, and one that is killed has sent nothing. A model rewords before, with nothing held.
jobs/send_follow_up.py calls it; the outbox delivers, bot/follow_ups/settling.py keeps what came of
it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.booking_desk import DeskDeps
from bot.causes.base import causes
from bot.deps import Deps
from bot.disclosing import introduce
from bot.domain import Author, ConversationId
from bot.domain_follow_ups import CAMPAIGN, WAITING, FollowUpId, FollowUpStatus, Owed
from bot.domain_offers import Offer
from bot.follow_ups.deciding import Facts, HoldBack, PutOff, Send, Skip
from bot.follow_ups.decisions import hold
from bot.follow_ups.judging import Judged, judge
from bot.follow_ups.personal import reword
from bot.follow_ups.telling import tell_moved, tell_skipped
from bot.follow_ups.ways import Lines, Option, say_choice
from bot.follow_ups.wording import Worded
from bot.outbox import write
from bot.quiet import quiet_begins
from bot.store import addressees, follow_ups, memories
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NoticeId
from bot.store.follow_ups import Written
from bot.store.outbox import Draft

WATCHED = timedelta(days=7)
"""Of a cause that is not there any more."""
FAILED_LOOK = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What has to be rung for after the commit."""

    conversation_id: ConversationId | None = None
    """Where something lies in the outbox."""
    notice_id: NoticeId | None = None
    """What whoever planned it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """Words that a model made of a template, and the very words that it made them of."""

    worded: Worded
    text: str


async def prepare(deps: Deps, follow_up_id: FollowUpId, lines: Lines) -> Rewording | None:
    """Let a model make the words more personal, where the profile wants it; holds nothing.

    None wherever the template's own words are to go.
    """
    if deps.profile.follow_ups.personal != "model":
        return None
    async with borrow(deps.pool) as conn, conn.transaction():
        owed = await follow_ups.find(conn, follow_up_id)
        if owed is None or owed.text or not _is_due(owed, deps.clock.now()):
            return None
        judged = await judge(deps, conn, owed, lines)
        option, worded = judged.option, judged.worded
        if option is None or worded is None or option.filled is not None:
            return None
        told = await memories.list_live(conn, owed.customer_id)
        to = judged.facts.to
    text = await reword(
        deps,
        worded,
        judged.facts.feeling,
        worded.language,
        told,
        customer_id=owed.customer_id,
        conversation_id=to.conversation_id if to else None,
    )
    return None if text is None else Rewording(worded=worded, text=text)


async def send(
    deps: DeskDeps,
    conn: Connection,
    follow_up_id: FollowUpId,
    lines: Lines,
    rewording: Rewording | None = None,
) -> Done:
    """Send one, put it off or leave it out; inside the caller's transaction."""
    now = deps.clock.now()
    seen = await follow_ups.find(conn, follow_up_id)
    if seen is None or not _is_due(seen, now):
        return Done()
    # In the order in which everybody locks, and before it is judged: whoever takes the floor, or
    # writes a booking, comes before it or after it (I7). The row itself is never waited for.
    await addressees.hold(conn, seen.customer_id)
    is_open = await addressees.lock_open(conn, seen.customer_id)
    owed = await follow_ups.take_due(conn, follow_up_id, now=now)
    if owed is None or owed.customer_id != seen.customer_id:
        return Done()
    judged = await judge(deps, conn, owed, lines)
    if judged.option is None:
        return await _stop(deps, conn, owed, judged)
    to = judged.facts.to
    language = to.language if to else ""
    conversation_id, epoch, _mode = await addressees.lock_talk(
        conn, owed.customer_id, channel=judged.option.way.channel, language=language
    )
    if not is_open:  # They may have begun to write this moment.
        judged = await judge(deps, conn, owed, lines)
        if judged.option is None:
            return await _stop(deps, conn, owed, judged)
    return await _write(deps, conn, owed, (judged, rewording), (conversation_id, epoch))


async def set_aside(
    deps: DeskDeps, conn: Connection, follow_up_id: FollowUpId, error: Exception
) -> Done:
    """One that cannot be judged is explained and looked at again, until it says nothing any more.

    Nobody else waits for it. Inside the caller's transaction.
    """
    now = deps.clock.now()
    owed = await follow_ups.take_due(conn, follow_up_id, now=now)
    if owed is None:
        return Done()
    known = causes().get(owed.cause)
    facts = Facts(profile=deps.profile, now=now, owed=owed, cause=known, to=None)
    reason = f"the service failed at it ({type(error).__name__}) and tries again every hour"
    return await _stop(
        deps, conn, owed, Judged(decision=hold(facts, reason, now + FAILED_LOOK), facts=facts)
    )


def _is_due(owed: Owed, now: datetime) -> bool:
    return owed.status in WAITING and owed.message_id is None and owed.due_at <= now


async def _stop(deps: DeskDeps, conn: Connection, owed: Owed, judged: Judged) -> Done:
    """Keep what became of it and why; whoever planned it is told."""
    now, decision = deps.clock.now(), judged.decision
    match decision:
        case Skip():
            return await _skip(deps, conn, owed, decision.reason)
        case PutOff():
            await follow_ups.put_off(
                conn,
                owed.id,
                status="held" if decision.is_held else "planned",
                reason=decision.reason,
                until=decision.until,
                at=now,
            )
            told = await tell_moved(
                deps, conn, owed, decision.reason, decision.until, is_held=decision.is_held
            )
            return Done(notice_id=told)
        case HoldBack():
            await follow_ups.hold_back(
                conn,
                owed.id,
                reason=decision.reason,
                trial=judged.facts.arm.trial if judged.facts.arm else "",
                at=now,
                watched_until=now + _watched(judged.facts),
            )
            return Done()
        case Send():
            return Done()
        case _:
            assert_never(decision)


async def _skip(deps: DeskDeps, conn: Connection, owed: Owed, reason: str) -> Done:
    skipped, now = FollowUpStatus.SKIPPED, deps.clock.now()
    await follow_ups.end(conn, owed.id, status=skipped, reason=reason, at=now)
    return Done(notice_id=await tell_skipped(conn, owed, reason))


async def _write(
    deps: DeskDeps,
    conn: Connection,
    owed: Owed,
    words: tuple[Judged, Rewording | None],
    talk: tuple[ConversationId, int],
) -> Done:
    """Into the outbox, and what it was chosen by into the row."""
    judged, rewording = words
    option, worded = judged.option, judged.worded
    if option is None or worded is None:
        return await _skip(deps, conn, owed, "there are no words for it")
    is_reworded = rewording is not None and rewording.worded == worded
    if rewording is not None and is_reworded:
        worded = replace(worded, text=rewording.text)
    draft = await _draft(deps, conn, owed, (judged, option, worded), talk)
    written = await write(deps, conn, draft)
    if not written:
        reason = f"nothing of it can be sent by {option.way.channel}"
        return await _skip(deps, conn, owed, reason)
    now, arm = deps.clock.now(), judged.facts.arm
    here = now.astimezone(ZoneInfo(option.where.zones[0]))
    kept = Written(
        message_id=written[0],
        address_id=option.way.address_id,
        channel=option.way.channel,
        language=worded.language,
        wording=worded.name,
        local_hour=here.hour,
        watched_until=now + _watched(judged.facts),
        trial=arm.trial if arm else "",
        arm=arm.name if arm else "",
        chosen=_chosen(judged, option, worded, is_reworded=is_reworded),
    )
    await follow_ups.mark_written(conn, owed.id, kept, at=now)
    return Done(conversation_id=talk[0])


async def _draft(
    deps: DeskDeps,
    conn: Connection,
    owed: Owed,
    said: tuple[Judged, Option, Worded],
    talk: tuple[ConversationId, int],
) -> Draft:
    judged, option, worded = said
    now, way, cause = deps.clock.now(), option.way, judged.facts.cause
    text, is_own = worded.text, bool(owed.text) and owed.cause != CAMPAIGN
    if not is_own:
        to, language = way.address_id, worded.language
        first = await introduce(deps.profile, conn, to, language=language, now=now)
        text = f"{first}\n\n{text}" if first else text
    if cause is None:
        raise ValueError(f"follow-up {owed.id}: its cause was known a moment ago")
    return Draft(
        conversation_id=talk[0],
        address_id=way.address_id,
        channel=way.channel,
        text=text,
        author=Author.STAFF if is_own else Author.BOT,
        purpose=cause.purpose,
        epoch=talk[1],
        due_at=now,
        language=worded.language,
        rest=_rest(deps, owed, option, worded),
    )


def _rest(deps: DeskDeps, owed: Owed, option: Option, worded: Worded) -> dict[str, object]:
    """What goes with it; whoever settles it finds it again by it."""
    # What waits for a vendor that is away must come neither at night (I6) nor when it is over.
    by = quiet_begins(deps.profile, deps.clock.now(), option.where)
    by = min(by, owed.valid_until or by)
    key = str(owed.id)
    rest: dict[str, object] = {
        "follow_up": key,
        "unasked": key,
        "leave_by": by.isoformat(),
        "wording": worded.name,
        "fields": dict(worded.fields),
        **Offer(worded.choices).as_rest(),
    }
    if option.way.channel == "email":
        rest["subject"] = worded.subject
    return rest


def _watched(facts: Facts) -> timedelta:
    return WATCHED if facts.cause is None else facts.cause.watched


def _chosen(
    judged: Judged, option: Option, worded: Worded, *, is_reworded: bool
) -> dict[str, object]:
    """In staff's words: why this way, this hour and these words."""
    facts = judged.facts
    zone = option.where.zones[0]
    here = facts.now.astimezone(ZoneInfo(zone))
    moved = f", put off {facts.owed.looks} times" if facts.owed.looks else ""
    words = [worded.name]
    if judged.matter is not None and judged.matter.wants_feeling:
        words.append(f"the customer seemed {facts.feeling.value}: {facts.why_felt}")
    if facts.arm is not None and facts.arm.trial:
        words.append(f"{facts.arm.variant} of the trial {facts.arm.trial}")
    if is_reworded:
        words.append("made more personal by a model")
    if option.filled is not None:
        words.append("as an approved template, the messaging window is closed")
    return {
        "way": say_choice(option, facts.options),
        "hour": f"{here:%H:%M} in {zone}{moved}",
        "words": "; ".join(words),
    }
