"""Posts what the desk is owed: notices, words in an escalation's thread, what one person reads.

Each is posted once and found again by its mark after an unknown outcome (I5), where it belongs: the
staff channel, a thread, or the talk with one person. What stands in a thread waits for its card and
keeps its order. A post that must show something new is drawn again in its place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_cards, desk_notices
from bot.store.connection import Connection, borrow
from bot.store.desk_cards import CardRow
from bot.store.desk_notices import IN_THREAD, Notice, NoticeId
from channels.desk import NOTICE, Desk, PostedCard
from jobs.base import Job, JobDeps
from jobs.customer_posts import show_customer
from jobs.desk_pace import paced
from jobs.desk_post import CLAIM_S, GONE, REFUSED_AGAIN_S, Owed, post_once
from jobs.notice_making import draw
from jobs.storm import take_out

LEASE_S = 40.0
PAUSE_S = 1.5
AGAIN_S = 5.0
CARD_WAIT_S = 30.0
"""A thread whose card is not posted yet is rung for when it is; this is the net below that."""
NO_THREAD = frozenset({"thread_not_found", "message_not_found"})
THINK_AFTER_S = 3.0
"""Whoever writes one message often writes another."""
DUE_MAX = 500


async def run(deps: JobDeps, *, notice_id: str) -> None:
    """Post it, or draw it anew where it stands already and must show something else."""
    wanted, desk = NoticeId(UUID(notice_id)), deps.desk
    if desk is None:
        return
    async with borrow(deps.bot.pool) as conn:
        notice = await desk_notices.claim_post(conn, wanted, claim_s=CLAIM_S)
    if notice is None:
        await _redraw(deps, desk, wanted)
        return
    await _post(deps, desk, notice)
    if notice.escalation_id is not None and notice.kind in IN_THREAD:
        async with borrow(deps.bot.pool) as conn:
            following = await desk_notices.find_next(conn, notice.escalation_id)
        # Another may have been posted in place of the one that was asked for.
        for each in {following, wanted if notice.id != wanted else None} - {None}:
            deps.doorbell.ring("notify_desk", str(new_id()), notice_id=str(each))


async def _post(deps: JobDeps, desk: Desk, notice: Notice) -> None:
    thread: PostedCard | None = None
    if notice.kind in IN_THREAD and notice.escalation_id is not None:
        async with borrow(deps.bot.pool) as conn:
            row = await desk_cards.get(conn, notice.escalation_id)
        if row is None or row.post_status != "posted":
            await _wait_for_card(deps, notice, row)
            return
        thread = PostedCard(channel=row.desk_channel, ts=row.desk_ts)
    mark = (NOTICE, str(notice.id))
    to = "" if thread else notice.recipient

    def ring(wait_s: float) -> None:
        deps.doorbell.ring("notify_desk", str(new_id()), delay_s=wait_s, notice_id=str(notice.id))

    owed = Owed(
        id=notice.id,
        attempts=notice.attempts,
        in_doubt=notice.in_doubt,
        store=desk_notices,
        find=lambda: desk.find(mark, notice.created_at, thread=thread, to=to),
        post=_poster(deps, desk, notice, thread),
        ring=ring,
    )
    if await post_once(deps, owed):
        await _shown(deps, notice)
        _think_again(deps, notice)


def _think_again(deps: JobDeps, notice: Notice) -> None:
    """The customer has written more: the reply that the card offers may be another one now."""
    if notice.kind == "customer" and notice.escalation_id is not None:
        wanted = str(notice.escalation_id)
        key = f"{wanted}:again"
        deps.doorbell.ring("suggest_reply", key, delay_s=THINK_AFTER_S, escalation_id=wanted)


def _poster(
    deps: JobDeps, desk: Desk, notice: Notice, thread: PostedCard | None
) -> Callable[[], Awaitable[PostedCard]]:
    place = thread.channel if thread else notice.recipient or desk.staff_channel

    async def post() -> PostedCard:
        speak = await _speaker(deps, desk, notice, thread)
        try:
            return await paced(deps, "chat.postMessage", place, speak)
        except VendorRefused as refused:
            if thread is None or refused.code not in NO_THREAD:
                raise
            await _card_is_gone(deps, notice, thread)
            raise VendorUnavailable(
                "its card is gone; another is posted", code=refused.code, retry_after_s=AGAIN_S
            ) from refused

    return post


async def _speaker(
    deps: JobDeps, desk: Desk, notice: Notice, thread: PostedCard | None
) -> Callable[[], Awaitable[PostedCard]]:
    if notice.kind == "customer" and thread is not None:
        return lambda: show_customer(deps, desk, notice, thread)
    text, shown = await draw(deps, notice)
    return lambda: desk.say(
        text,
        shown,
        mark=(NOTICE, str(notice.id)),
        thread=thread,
        to="" if thread else notice.recipient,
        broadcast=notice.extra.get("broadcast") is True,
    )


async def _wait_for_card(deps: JobDeps, notice: Notice, row: CardRow | None) -> None:
    """It stays owed till its card stands; a line of a storm's post gets its card now."""
    due_at = deps.bot.clock.now() + timedelta(seconds=CARD_WAIT_S)
    async with borrow(deps.bot.pool) as conn:
        await desk_notices.retry_post(conn, notice.id, due_at=due_at, error="waits for its card")
    if row is not None and row.post_status == "bundled":
        await take_out(deps, row.id)


async def _card_is_gone(deps: JobDeps, notice: Notice, thread: PostedCard) -> None:
    if notice.escalation_id is None:
        return
    async with borrow(deps.bot.pool) as conn:
        is_owed = await desk_cards.post_anew(conn, notice.escalation_id, gone_ts=thread.ts, shown=0)
    if is_owed:
        escalation_id = str(notice.escalation_id)
        deps.doorbell.ring("escalate", str(new_id()), escalation_id=escalation_id)


async def _redraw(deps: JobDeps, desk: Desk, wanted: NoticeId) -> None:
    async with borrow(deps.bot.pool) as conn:
        notice = await desk_notices.claim_redraw(conn, wanted, lease_s=LEASE_S)
        wait_s = await desk_notices.wait_for_redraw(conn, wanted) if notice is None else None
    if notice is None:
        if wait_s is not None:
            _ring(deps, wanted, min(wait_s, PAUSE_S) + 0.05, f"{wanted}:waits")
        return
    posted = PostedCard(channel=notice.desk_channel, ts=notice.desk_ts)
    try:
        text, shown = await draw(deps, notice)
        mark = (NOTICE, str(notice.id))
        await paced(
            deps, "chat.update", posted.channel, lambda: desk.redraw(posted, text, shown, mark=mark)
        )
    except VendorRefused as refused:
        if refused.code in GONE:
            await _notice_is_gone(deps, notice)
        else:
            await _later(deps, wanted, REFUSED_AGAIN_S)
    except (VendorUnavailable, VendorSilent) as error:
        # Drawn twice it is the same picture, so that an unknown outcome is no trouble.
        await _later(deps, wanted, getattr(error, "retry_after_s", None) or AGAIN_S)
    else:
        await _shown(deps, notice)


async def _notice_is_gone(deps: JobDeps, notice: Notice) -> None:
    """Staff have deleted it: only what others stand in comes again."""
    if notice.kind == "bundle":
        async with borrow(deps.bot.pool) as conn:
            await desk_notices.post_anew(conn, notice.id)
        _ring(deps, notice.id, 0.0, str(new_id()))
    await _shown(deps, notice)


async def _shown(deps: JobDeps, notice: Notice) -> None:
    async with borrow(deps.bot.pool) as conn:
        is_behind = await desk_notices.mark_shown(
            conn, notice.id, shown=notice.wanted, pause_s=PAUSE_S
        )
    if is_behind:
        _ring(deps, notice.id, PAUSE_S + 0.05, f"{notice.id}:{notice.wanted}")


async def _later(deps: JobDeps, wanted: NoticeId, wait_s: float) -> None:
    async with borrow(deps.bot.pool) as conn:
        await desk_notices.redraw_later(conn, wanted, wait_s=wait_s)
    _ring(deps, wanted, wait_s + 0.05, str(new_id()))


def _ring(deps: JobDeps, wanted: NoticeId, wait_s: float, key: str) -> None:
    deps.doorbell.ring("notify_desk", key, delay_s=wait_s, notice_id=str(wanted))


async def due(deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Posts that show less than they should; what is owed and unposted the sweep finds itself."""
    if deps.desk is None:
        return ()
    found = await desk_notices.list_to_redraw(conn, limit=DUE_MAX)
    return [{"notice_id": str(each)} for each in found]


job = Job(run=run, timeout_s=60.0, due=due)
