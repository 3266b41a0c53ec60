"""Shadow mode: keeps what a turn has drafted until staff send it; takes it back when it is stale.

A draft is a reply and nothing else: no tool has done anything and no customer has read a word. Its
questions count as answered until they wait again, because the customer wrote more or the facts have
moved. Called by bot/turn.py; sending is bot/drafting_send.py.
"""

from __future__ import annotations

from bot.booking.reserving import new_code
from bot.decision import Decision
from bot.deps import Deps
from bot.domain import Lease, Mode, Status, TurnId
from bot.errors import Conflict
from bot.loading import load_situation
from bot.situation import Situation
from bot.sorting import Sorting
from bot.store import conversations, desk_notices, drafts, handles
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NewPost, NoticeId
from bot.store.drafts import Draft, NewDraft

CODES_TRIED = 5
WORDS_SHOWN = 600
DRAFT_SHOWN = 1500
"""What a notice shows of each; `concierge drafts show` prints the whole."""


async def take_back(deps: Deps, situation: Situation, lease: Lease) -> Situation:
    """The situation with what an open draft was to answer, where the customer has written more.

    Both are then read as one and drafted anew. What needs no answer, such as a reaction, leaves the
    draft as it is.

    Raises:
        LeaseLost, Conflict: another has the conversation now.
    """
    if not situation.waiting:
        return situation
    async with borrow(deps.pool) as conn:
        draft = await drafts.find_open(conn, situation.conversation_id)
    if draft is None or not _asks_more(deps, situation, lease.mode):
        return situation
    async with borrow(deps.pool) as conn, conn.transaction():
        await conversations.lock_for_commit(conn, lease)
        await end(deps, conn, draft, is_alive=_is_alive(draft, lease))
    return await load_situation(deps, situation.conversation_id)


def _asks_more(deps: Deps, situation: Situation, mode: Mode) -> bool:
    sorting = Sorting(deps, situation, mode)
    sorting.sort()
    # Where a person has the floor nothing is left over, but the draft is dead all the same.
    return bool(sorting.rest or sorting.decision.consents) or mode is not Mode.BOT


def _is_alive(draft: Draft, lease: Lease) -> bool:
    return draft.epoch == lease.epoch and lease.mode is Mode.BOT


async def end(deps: Deps, conn: Connection, draft: Draft, *, is_alive: bool) -> bool:
    """Void a draft, with the conversation locked; False where somebody was quicker.

    What it was to answer waits for a turn again; of a dead one a person has it (I7).
    """
    now = deps.clock.now()
    if not await drafts.close(conn, draft.id, "superseded", at=now):
        return False
    if is_alive:
        await drafts.give_back(conn, draft)
    else:
        reason = drafts.TAKEN_OVER
        await drafts.account(conn, draft, status=Status.IGNORED.value, reason=reason)
    return True


async def keep(
    deps: Deps, conn: Connection, lease: Lease, decision: Decision, turn_id: TurnId
) -> NoticeId | None:
    """Write the draft in the turn's transaction and owe the desk a notice of it.

    Raises:
        Conflict: no free code was found.
    """
    made = decision.draft
    if made is None:
        return None
    older = await drafts.find_open(conn, lease.conversation_id)
    if older is not None:
        # A turn that read the older one's questions has taken it back before.
        await end(deps, conn, older, is_alive=False)
    new = NewDraft(
        conversation_id=lease.conversation_id,
        turn_id=turn_id,
        message_id=made.answers[-1].id,
        topic=made.topic,
        language=decision.language,
        epoch=lease.epoch,
        text=made.text,
    )
    code = await _insert(conn, new)
    reach = await handles.get_handle(conn, made.answers[-1].address_id)
    words = "\n".join(message.text for message in made.answers if message.text)
    notice = NewPost(
        key=f"draft:{code}",
        text=_notice(code, reach, words, made.text),
        kind="draft",
        message_id=made.answers[-1].id,
        extra={"code": code},
    )
    return await desk_notices.owe_post(conn, notice)


async def _insert(conn: Connection, new: NewDraft) -> str:
    for _try in range(CODES_TRIED):
        code = new_code()
        if await drafts.insert(conn, new, code=code) is not None:
            return code
    raise Conflict("no free code was found for the draft")


def _notice(code: str, reach: str, words: str, text: str) -> str:
    return "\n".join(
        (
            f"Draft {code}: answer to {reach}",
            f"Customer: {_cut(words, WORDS_SHOWN)}",
            f"Draft: {_cut(text, DRAFT_SHOWN)}",
        )
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
