"""One turn: claim the conversation, wait out the burst, read all that waits as one, decide, commit.

Everything a turn does becomes true in one transaction, or not at all: the reply, what tools did,
the account of each message, the escalation. A turn whose lease, owner or question has changed by
then commits nothing. Deciding is in bot/router.py, wording in bot/orchestrator.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.deciding import Decision, decide, is_urgent
from bot.deps import Deps
from bot.domain import ConversationId, EscalationId, Lease, Status, TurnId
from bot.errors import Conflict, LeaseLost
from bot.escalation import escalate
from bot.ids import new_id
from bot.loading import load_situation
from bot.outbox import Reply, write_reply
from bot.situation import Situation
from bot.store import consents, conversations, emotions, messages, turns
from bot.store.connection import Connection
from bot.store.turns import TurnRecord
from bot.trace import Trace

LEASE_S = 30.0
HEARTBEAT_S = 8.0
BURST_WINDOWS_MAX = 6
"""However fast a customer types, the answer starts after this many burst windows."""
SUPERSEDED_MAX = 3
"""However often a newer message comes while we think, the fourth draft goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    """What the job has to ring for after the commit."""

    has_outbound: bool = False
    escalation_id: EscalationId | None = None


async def take_turns(
    deps: Deps, conversation_id: ConversationId, *, last_resort: bool = False
) -> TurnDone:
    """Answer all that waits in a conversation; does nothing while another worker is at it.

    The lease is released before the last look for waiting messages, so that whoever was turned away
    meanwhile has told us of a message that this look sees (I3). With `last_resort` nothing is
    thought: the conversation goes to a person, because thinking has failed repeatedly.
    """
    done = TurnDone()
    superseded = 0
    while await _is_waiting(deps, conversation_id):
        async with deps.pool.acquire() as conn:
            lease = await conversations.claim(conn, conversation_id, lease_s=LEASE_S)
        if lease is None:
            return done
        async with _held(deps, lease):
            try:
                latest = await _take_turn(
                    deps, lease, last_resort=last_resort, patient=superseded < SUPERSEDED_MAX
                )
            except LeaseLost:
                return done
            except Conflict:
                superseded += 1
                continue
        done = TurnDone(
            has_outbound=done.has_outbound or latest.has_outbound,
            escalation_id=latest.escalation_id or done.escalation_id,
        )
    return done


async def _is_waiting(deps: Deps, conversation_id: ConversationId) -> bool:
    async with deps.pool.acquire() as conn:
        return await messages.has_waiting(conn, conversation_id)


@asynccontextmanager
async def _held(deps: Deps, lease: Lease) -> AsyncIterator[None]:
    """Keep the lease alive while the turn runs, and give it back whatever happens."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            async with deps.pool.acquire() as conn:
                if not await conversations.keep_lease(conn, lease, lease_s=LEASE_S):
                    return

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)
        async with deps.pool.acquire() as conn:
            await conversations.release(conn, lease)


async def _take_turn(deps: Deps, lease: Lease, *, last_resort: bool, patient: bool) -> TurnDone:
    trace = Trace(deps.clock)
    with trace.step("burst window") as detail:
        detail["messages"] = await _wait_out_burst(deps, lease.conversation_id)
    with trace.step("load"):
        situation = await load_situation(deps, lease.conversation_id)
    if not situation.waiting:
        return TurnDone()
    decision = await decide(deps, situation, lease.mode, trace, last_resort=last_resort)
    async with deps.pool.acquire() as conn, conn.transaction():
        return await _commit(deps, conn, lease, (situation, decision, trace), patient=patient)


async def _wait_out_burst(deps: Deps, conversation_id: ConversationId) -> int:
    """Wait until the customer has been quiet for the burst window; how many messages wait then.

    A keyword that must be obeyed at once ends the wait.
    """
    window_s = deps.settings.burst_window_ms / 1000
    left = BURST_WINDOWS_MAX
    while True:
        async with deps.pool.acquire() as conn:
            waiting = await messages.list_waiting(conn, conversation_id)
        if not waiting or left == 0 or any(is_urgent(message) for message in waiting):
            return len(waiting)
        quiet_s = (deps.clock.now() - waiting[-1].created_at).total_seconds()
        if quiet_s >= window_s:
            return len(waiting)
        left -= 1
        await asyncio.sleep(window_s - quiet_s)


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
        Conflict: the owner changed, or a newer message came that the draft does not answer.
    """
    situation, decision, _trace = made
    await conversations.lock_for_commit(conn, lease)
    newest = situation.waiting[-1]
    if (
        patient
        and decision.is_superseded_by_newer
        and await messages.has_waiting(conn, lease.conversation_id, after_seq=newest.seq)
    ):
        raise Conflict("a newer message came before the reply was committed")
    turn_id = TurnId(new_id(deps.clock))
    await turns.insert(conn, _record(deps, turn_id, lease, made))
    await _account(conn, decision, turn_id)
    for entry in decision.consents:
        await consents.write(
            conn,
            entry.address_id,
            act=entry.act,
            source="message",
            words=entry.words,
            message_id=entry.message_id,
        )
    if decision.emotions:
        await emotions.write(conn, decision.emotions)
    await messages.set_language(conn, [m.id for m in situation.waiting], decision.language)
    if not situation.customer_name and (name := _shown_name(situation)):
        await conversations.name_customer(conn, situation.customer_id, name)
    await conversations.keep_agent(
        conn, lease.conversation_id, agent=decision.agent, language=decision.language
    )
    for effect in decision.effects:
        await effect(conn)
    return await _speak(deps, conn, lease, decision, turn_id)


def _shown_name(situation: Situation) -> str:
    """The name that the channel shows with the messages, where it shows one."""
    names = (message.extras.get("profile_name", "") for message in situation.waiting)
    return next((name[:80] for name in names if name.strip()), "")


async def _account(conn: Connection, decision: Decision, turn_id: TurnId) -> None:
    for message, reason in decision.ignored:
        await messages.account_for(
            conn, [message.id], status=Status.IGNORED, reason=reason, turn_id=turn_id
        )
    if decision.trouble is None:
        ids = [message.id for message in decision.answered]
        await messages.account_for(conn, ids, status=Status.ANSWERED, turn_id=turn_id)


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
    return TurnDone(has_outbound=bool(decision.notices) or opened is not None, escalation_id=opened)


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
    )
