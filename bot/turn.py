"""One turn: claim the conversation, wait out the burst, read all that waits as one, decide, commit.

Everything a turn does becomes true in one transaction, or not at all: the reply, what tools did,
the account of each message, the escalation. A turn whose lease, owner or question has changed by
then commits nothing. Deciding is in bot/deciding.py, wording in bot/orchestrator.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import leasing, memory, versions
from bot.choices import offer_with
from bot.deciding import decide, is_urgent
from bot.deciding_feelings import keep_feelings
from bot.decision import Decision
from bot.deps import Deps
from bot.desk.mirroring import mirror
from bot.domain import ConversationId, EscalationId, Lease, MessageId, Status, TurnId
from bot.drafting import keep, take_back
from bot.errors import Conflict, LeaseLost
from bot.escalation import escalate
from bot.ids import new_id
from bot.loading import load_situation
from bot.outbox import Reply, write_reply
from bot.situation import Situation
from bot.sorting import WITH_A_PERSON
from bot.store import consents, conversations, customers, messages, proposals, spend, turns
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NoticeId
from bot.store.drafts import WAITS
from bot.store.turns import TurnRecord
from bot.trace import Trace

BURST_WINDOWS_MAX = 6
"""However fast a customer types, the answer starts after this many burst windows."""
SUPERSEDED_MAX = 3
"""However often a newer message comes while we think, the fourth draft goes out."""
OVERTAKEN_MAX = 10
"""A draft is thought again when what it rests on is changed; after so many times the try failed."""
FAILURES_MAX = 2
"""After so many turns in a row that raised, a person takes over instead of a third try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    """What has to be rung for after the commit."""

    has_outbound: bool = False
    escalation_id: EscalationId | None = None
    notice_ids: tuple[NoticeId, ...] = ()
    """What staff have to see: a draft, or what the customer wrote while they have the floor."""
    elsewhere: tuple[ConversationId, ...] = ()
    """Other conversations in which something is to be sent."""


async def take_turns(
    deps: Deps, conversation_id: ConversationId, announce: Callable[[TurnDone], None]
) -> None:
    """Answer all that waits in a conversation; nothing while another worker is at it.

    The lease is released before the last look for waiting messages, so that whoever was turned away
    meanwhile has told us of a message that this look sees (I3). `announce` is called after each
    commit, so that a reply never waits for the next turn's thinking.
    """
    superseded = 0
    while await _is_waiting(deps, conversation_id):
        lease = await leasing.claim(deps.pool, conversation_id)
        if lease is None:
            return
        try:
            async with leasing.held(deps.pool, lease):
                announce(await _take_turn(deps, lease, patient=superseded < SUPERSEDED_MAX))
        except LeaseLost:
            deps.progress.discard(conversation_id)
            return
        except Conflict:
            # What was shown of the draft rests on what is not so any more.
            deps.progress.discard(conversation_id)
            superseded += 1
            if superseded >= OVERTAKEN_MAX:
                async with borrow(deps.pool) as conn:
                    await conversations.note_failure(conn, lease)
                raise


async def _is_waiting(deps: Deps, conversation_id: ConversationId) -> bool:
    async with borrow(deps.pool) as conn:
        return await messages.has_waiting(conn, conversation_id)


async def _take_turn(deps: Deps, lease: Lease, *, patient: bool) -> TurnDone:
    trace = Trace(deps.clock)
    is_last_resort = lease.failures >= FAILURES_MAX
    if not is_last_resort:
        with trace.step("burst window") as detail:
            detail["messages"] = await _wait_out_burst(deps, lease.conversation_id)
    with trace.step("load"):
        # Once a process this reads the models' files, which is no work for the event loop.
        await asyncio.to_thread(versions.digests, deps.settings.business_profile)
        situation = await load_situation(deps, lease.conversation_id, with_files=True)
        situation = await take_back(deps, situation, lease)
    if not situation.waiting:
        return TurnDone()
    decision = await decide(deps, situation, lease.mode, trace, last_resort=is_last_resort)
    try:
        async with borrow(deps.pool) as conn, conn.transaction():
            return await _commit(deps, conn, lease, (situation, decision, trace), patient=patient)
    except Conflict:
        # What it cost was spent all the same: a day's budget counts it although no turn does.
        async with borrow(deps.pool) as conn:
            await spend.record_steps(
                conn, decision.model_replies, conversation_id=lease.conversation_id, turn_id=None
            )
        raise


async def _wait_out_burst(deps: Deps, conversation_id: ConversationId) -> int:
    """Wait until the customer has been quiet for the burst window; how many messages wait then.

    A keyword to be obeyed at once ends the wait; no jump of a clock makes one longer than that.
    """
    window_s = deps.settings.burst_window_ms / 1000
    left = BURST_WINDOWS_MAX
    while True:
        async with borrow(deps.pool) as conn:
            waiting = await messages.list_waiting(conn, conversation_id)
        if not waiting or left == 0 or any(is_urgent(message) for message in waiting):
            return len(waiting)
        quiet_s = (deps.clock.now() - waiting[-1].created_at).total_seconds()
        if quiet_s >= window_s:
            return len(waiting)
        left -= 1
        await asyncio.sleep(min(window_s, window_s - quiet_s))


async def _commit(
    deps: Deps,
    conn: Connection,
    lease: Lease,
    made: tuple[Situation, Decision, Trace],
    *,
    patient: bool,
) -> TurnDone:
    """Write all of it, with the conversation locked and proved unchanged.

    Raises:
        LeaseLost: another worker has the conversation.
        Conflict: the owner changed, a newer message came that the draft does not answer, or what a
            tool wanted to write is not true any more.
    """
    situation, decision, _trace = made
    await conversations.lock_for_commit(conn, lease)
    if patient and decision.is_superseded_by_newer:
        newest = situation.waiting[-1].seq
        if await messages.has_waiting(conn, lease.conversation_id, after_seq=newest):
            raise Conflict("a newer message came before the reply was committed")
    turn_id = TurnId(new_id(deps.clock))
    await turns.insert(conn, _record(deps, turn_id, lease, made))
    await messages.ignore_older(conn, situation.waiting[0], lease.conversation_id, turn_id)
    await _account(conn, decision, turn_id)
    await _remember(conn, situation, decision)
    heard = [m for m, why in decision.ignored if why == WITH_A_PERSON]
    await memory.keep(
        conn,
        situation.customer_id,
        [*heard, *decision.answered],
        language=decision.language,
        known=situation.memories,
        now=deps.clock.now(),
    )
    others = [await effect(conn) for effect in decision.effects]
    done = await _speak(deps, conn, lease, decision, turn_id)
    await keep_feelings(deps, conn, situation, decision)
    if situation.open_escalation:
        shown = await mirror(deps, conn, lease.conversation_id, situation.waiting)
        done = replace(done, notice_ids=(*done.notice_ids, *shown))
    return replace(done, elsewhere=tuple(filter(None, others)))


async def _remember(conn: Connection, situation: Situation, decision: Decision) -> None:
    """What was learnt of the customer: consent, language, name."""
    for entry in decision.consents:
        await consents.write(
            conn,
            entry.address_id,
            act=entry.act,
            source="message",
            words=entry.words,
            message_id=entry.message_id,
            said_at=entry.said_at,
            scope=entry.scope,
        )
    if any(entry.act == "opt_out" for entry in decision.consents):
        # Whoever comes back is asked anew: no yes counts for terms from before they left (I9).
        await proposals.close(conn, situation.conversation_id, status="declined")
    await messages.set_language(conn, [m.id for m in situation.waiting], decision.language)
    await conversations.keep_agent(
        conn, situation.conversation_id, agent=decision.agent, language=decision.language
    )
    await customers.learn_language(
        conn, situation.customer_id, situation.conversation_id, decision.language
    )
    if not situation.customer_name and (name := _shown_name(situation)):
        await conversations.name_customer(conn, situation.customer_id, name)


def _shown_name(situation: Situation) -> str:
    """The name that the channel shows with the messages, where it shows one."""
    names = (message.extras.get("profile_name", "") for message in situation.waiting)
    shown = ("".join(filter(str.isprintable, name)).strip()[:80] for name in names)
    return next(filter(None, shown), "")


async def _account(conn: Connection, decision: Decision, turn_id: TurnId) -> None:
    by_reason: dict[str, list[MessageId]] = {}
    for message, reason in decision.ignored:
        by_reason.setdefault(reason, []).append(message.id)
    for reason, ids in by_reason.items():
        await messages.account_for(conn, ids, status=Status.IGNORED, reason=reason, turn_id=turn_id)
    if decision.trouble is None:
        drafted = [m.id for m in decision.draft.answers] if decision.draft else []
        ids = [message.id for message in decision.answered if message.id not in drafted]
        await messages.account_for(conn, ids, status=Status.ANSWERED, turn_id=turn_id)
        await messages.account_for(
            conn, drafted, status=Status.ANSWERED, reason=WAITS, turn_id=turn_id
        )


async def _speak(
    deps: Deps, conn: Connection, lease: Lease, decision: Decision, turn_id: TurnId
) -> TurnDone:
    opened: EscalationId | None = None
    for notice in decision.notices:
        reply = Reply(
            conversation_id=lease.conversation_id,
            answers=notice.answers,
            text=notice.text,
            language=decision.language,
            epoch=lease.epoch,
            author=notice.author,
            purpose=notice.purpose,
            turn_id=turn_id,
            offer=offer_with(deps.profile, decision, notice, now=deps.clock.now()),
        )
        await write_reply(deps, conn, reply)
    if decision.trouble is not None:
        opened = await escalate(
            deps,
            conn,
            lease.conversation_id,
            trouble=decision.trouble,
            waiting=decision.answered,
            language=decision.language,
            turn_id=turn_id,
            preface=decision.preface,
        )
    draft = await keep(deps, conn, lease, decision, turn_id)
    said = bool(decision.notices) or opened is not None
    return TurnDone(has_outbound=said, escalation_id=opened, notice_ids=(draft,) if draft else ())


def _record(
    deps: Deps, turn_id: TurnId, lease: Lease, made: tuple[Situation, Decision, Trace]
) -> TurnRecord:
    situation, decision, trace = made
    trace.note("commit", outcome=decision.outcome)
    since_last = deps.clock.now() - situation.waiting[-1].created_at
    think_ms = int(trace.elapsed_ms)
    return TurnRecord(
        id=turn_id,
        conversation_id=lease.conversation_id,
        epoch=lease.epoch,
        agent=decision.agent,
        intent=decision.intent,
        confidence=decision.confidence,
        outcome=decision.outcome,
        guard=decision.guard,
        trace=trace.steps,
        wait_ms=max(0, int(since_last.total_seconds() * 1000) - think_ms),
        think_ms=think_ms,
        model_replies=decision.model_replies,
        tool_calls=decision.tool_calls,
        topic=decision.topic,
        why=decision.why,
        versions=versions.digests(deps.settings.business_profile),
        passages=decision.passages,
        unanswered=tuple((situation.waiting[-1].id, each) for each in decision.unanswered),
    )
