"""What staff do with a draft: send it word for word, send their own words instead, or discard it.

Sending runs the draft's tools again as things are now and does in one transaction what the turn
would have done. Where the facts have moved, nothing is sent and the bot drafts anew. Of two who
decide at once one wins, and the other is told who. Called by `concierge drafts` and a job.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.deps import Deps
from bot.domain import Author, Mode, Status
from bot.drafting import end
from bot.drafting_facts import Kept, Moved, Renewed, renew
from bot.errors import CallerError, Conflict, NotFound
from bot.outbox import Reply, write_reply
from bot.store import audit, conversations, drafts, messages
from bot.store.connection import Connection, borrow
from bot.store.drafts import WAITS, Draft

TEXT_MAX_CHARS = 4000
ENDED = {
    "sent": "sent",
    "edited": "sent with other words",
    "discarded": "discarded",
    "superseded": "replaced: the customer has written again, or things have changed",
}


class Stale(Conflict):
    """What a draft rests on has moved: it is void and its questions wait for a new one."""


async def send(deps: Deps, code: str, *, by: str, edited: str = "") -> Draft:
    """Send a draft, in its own words or in `edited`; as it stands afterwards.

    Raises:
        NotFound: there is no such draft.
        CallerError: nobody is named, or the words are too many.
        Stale: things have changed since; it is void, and a turn is to be rung for.
        Conflict: it is not open any more, a person has the conversation, or the customer has
            written again.
    """
    _require_name(by)
    if len(edited) > TEXT_MAX_CHARS:
        raise CallerError(f"TEXT: it has {len(edited)} characters, more than {TEXT_MAX_CHARS}")
    kept = await _load(deps, code)
    words = "" if edited.strip() == kept.draft.text.strip() else edited.strip()
    renewed = await renew(deps, kept, edited=words)
    try:
        if isinstance(renewed, Moved):
            raise Stale(f"draft {kept.draft.code}: things have changed since; {renewed.why}")
        async with borrow(deps.pool) as conn, conn.transaction():
            return await _commit(deps, conn, kept, renewed, by=by.strip(), is_edited=bool(words))
    except Stale as stale:
        await _void(deps, kept.draft)
        raise Stale(f"{stale}. It is void and the bot drafts anew") from stale


async def discard(conn: Connection, code: str, *, by: str, at: datetime) -> Draft:
    """Throw a draft away, in the caller's transaction: it stays unanswered, on purpose (I4).

    Raises:
        NotFound, Conflict, CallerError: as for `send`.
    """
    _require_name(by)
    draft = await get(conn, code)
    await conversations.lock(conn, draft.conversation_id)
    draft = await _require_open(conn, draft)
    await drafts.close(conn, draft.id, "discarded", at=at, by=by.strip())
    reason = drafts.DISCARDED
    await drafts.account(conn, draft, status=Status.IGNORED.value, reason=reason)
    await _note(conn, draft, "draft.discarded", by)
    return replace(draft, status="discarded", decided_by=by.strip())


async def get(conn: Connection, code: str) -> Draft:
    """The draft that staff call so.

    Raises:
        NotFound: nobody has drafted it.
    """
    draft = await drafts.find_by_code(conn, code)
    if draft is None:
        raise NotFound(f"CODE: there is no draft {code}; `concierge drafts list` names them")
    return draft


async def _load(deps: Deps, code: str) -> Kept:
    async with borrow(deps.pool) as conn:
        draft = await get(conn, code)
        if draft.status != "open":
            raise Conflict(_ended(draft))
        questions = await messages.list_answered_by(
            conn, draft.conversation_id, draft.turn_id, reason=WAITS
        )
        if not questions:
            raise Conflict(f"CODE: draft {draft.code} has just been decided on")
        return Kept(
            draft=draft,
            agent=await drafts.agent_of(conn, draft),
            questions=questions,
            runs=await drafts.list_runs(conn, draft.turn_id),
        )


async def _commit(
    deps: Deps, conn: Connection, kept: Kept, renewed: Renewed, *, by: str, is_edited: bool
) -> Draft:
    """All or nothing, with the conversation locked: effects, reply, account, the draft's end."""
    draft = await _require_floor(conn, kept.draft)
    try:
        for effect in renewed.effects:
            await effect(conn)
    except Conflict as taken:
        raise Stale(f"draft {draft.code}: things have changed since; {taken}") from taken
    reply = Reply(
        conversation_id=draft.conversation_id,
        answers=kept.questions[-1],
        text=renewed.text,
        language=draft.language,
        epoch=draft.epoch,
        author=Author.STAFF if is_edited else Author.BOT,
        turn_id=draft.turn_id,
    )
    await write_reply(deps, conn, reply)
    other = "" if renewed.text == draft.text else renewed.text
    now = deps.clock.now()
    status: drafts.Status = "edited" if is_edited else "sent"
    await drafts.close(conn, draft.id, status, at=now, by=by, sent_text=other)
    await drafts.account(conn, draft, status=Status.ANSWERED.value, reason=None)
    await _note(conn, draft, f"draft.{status}", by)
    return replace(draft, status=status, decided_by=by, decided_at=now, sent_text=other)


async def _require_floor(conn: Connection, before: Draft) -> Draft:
    """The draft as it is now, where it may still be sent (I7)."""
    epoch, mode = await conversations.lock(conn, before.conversation_id)
    draft = await _require_open(conn, before)
    if epoch != draft.epoch or mode is not Mode.BOT:
        raise Conflict(f"CODE: draft {draft.code} is void: a person has taken the conversation")
    if await messages.has_waiting(conn, draft.conversation_id):
        raise Conflict(
            f"CODE: draft {draft.code} is out of date: the customer has written again; "
            "a new draft follows"
        )
    return draft


async def _require_open(conn: Connection, before: Draft) -> Draft:
    draft = await drafts.lock(conn, before.id)
    if draft is None or draft.status != "open":
        raise Conflict(_ended(draft or before))
    return draft


def _ended(draft: Draft) -> str:
    by = f" by {draft.decided_by}" if draft.decided_by else ""
    return f"CODE: draft {draft.code} was {ENDED.get(draft.status, 'erased')}{by}"


async def _void(deps: Deps, draft: Draft) -> None:
    async with borrow(deps.pool) as conn, conn.transaction():
        epoch, mode = await conversations.lock(conn, draft.conversation_id)
        await end(deps, conn, draft, is_alive=epoch == draft.epoch and mode is Mode.BOT)


async def _note(conn: Connection, draft: Draft, act: str, by: str) -> None:
    detail = {"topic": draft.topic, "conversation": str(draft.conversation_id)}
    await audit.record(conn, actor=by.strip(), act=act, subject=draft.code, detail=detail)


def _require_name(by: str) -> None:
    if not by.strip():
        raise CallerError("--by: say who decides; it stands in the audit log")
