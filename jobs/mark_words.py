"""Shows on staff's own message how far it has got: waiting, sent, delivered, read, or not at all.

The mark follows from the outbox's rows, so that receipts that come late, twice or out of order
never move it back, and a ring that is lost costs nothing: the sweep finds marks that are wrong.
What did not arrive is told in the thread, once, with why and what to do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_marks
from bot.store.connection import Connection, borrow
from bot.store.desk_words import OWN, Words, WordsId
from channels.desk import Desk, PostedCard
from jobs.base import Job, JobDeps
from jobs.desk_pace import paced
from jobs.unsent_words import tell_of_unsent

log = logging.getLogger(__name__)

MARKS: Mapping[str, str] = {
    "waiting": "hourglass_flowing_sand",
    "undone": "leftwards_arrow_with_hook",
    "sent": "outbox_tray",
    "delivered": "white_check_mark",
    "read": "eyes",
    "failed": "x",
}
CLAIM_S = 30.0
AGAIN_S = 35.0
"""After Slack did not take a mark; longer than a claim, so that the next one gets it."""
ROUNDS_MAX = 4
LIMIT = 500


async def run(deps: JobDeps, *, words_id: str) -> None:
    """Put the right mark on the message, and go on while it changes."""
    desk, wanted = deps.desk, WordsId(UUID(words_id))
    if desk is None:
        return
    for _ in range(ROUNDS_MAX):
        async with borrow(deps.bot.pool) as conn:
            words = await desk_marks.claim_mark(conn, wanted, claim_s=CLAIM_S)
            if words is None:
                return
            standing = await desk_marks.read_standing(conn, wanted)
            place = await desk_marks.find_place(conn, words)
        if place is None:
            await _wait_for_post(deps, words)
            return
        if standing == words.shown or standing not in MARKS:
            break
        if not await _show(deps, desk, words, standing, PostedCard(channel=place[0], ts=place[1])):
            return
    async with borrow(deps.bot.pool) as conn:
        await desk_marks.let_go(conn, wanted)
        # Whoever rang while this had it found it taken.
        has_moved = await desk_marks.read_standing(conn, wanted) != standing
    if has_moved:
        _ring(deps, wanted, 0.0)


async def _show(deps: JobDeps, desk: Desk, words: Words, standing: str, place: PostedCard) -> bool:
    """Whether the mark stands, or never will."""
    if standing == "failed":
        await tell_of_unsent(deps, words)
    try:
        mark, before = MARKS[standing], MARKS.get(words.shown, "")
        await paced(deps, "reactions.add", place.channel, lambda: desk.react(place, mark))
        if before:
            await paced(
                deps, "reactions.remove", place.channel, lambda: desk.unreact(place, before)
            )
    except (VendorUnavailable, VendorSilent) as error:
        log.warning("words.not_marked", extra={"words_id": str(words.id), "code": error.code})
        _ring(deps, words.id, AGAIN_S)
        return False
    except VendorRefused as refused:
        # The message was deleted, or the app may not react: nothing that a second try would mend.
        log.warning("words.unmarkable", extra={"words_id": str(words.id), "code": refused.code})
    async with borrow(deps.bot.pool) as conn:
        await desk_marks.mark(conn, words.id, standing)
        await desk_marks.let_go(conn, words.id)
    return True


async def _wait_for_post(deps: JobDeps, words: Words) -> None:
    """The post that shows what was said in a window is still to come; it is rung for first."""
    async with borrow(deps.bot.pool) as conn:
        await desk_marks.let_go(conn, words.id)
    if words.desk_channel == OWN:
        deps.doorbell.ring("notify_desk", words.desk_ts, notice_id=words.desk_ts)
    _ring(deps, words.id, 2.0)


def _ring(deps: JobDeps, words_id: WordsId, delay_s: float) -> None:
    deps.doorbell.ring("mark_words", str(new_id()), delay_s=delay_s, words_id=str(words_id))


async def due(_deps: JobDeps, conn: Connection) -> Sequence[Mapping[str, str]]:
    """Words of the last days that bear another mark than they should."""
    found = await desk_marks.list_to_mark(conn, limit=LIMIT)
    return [{"words_id": str(words_id)} for words_id in found]


job = Job(run=run, timeout_s=60.0, due=due)
