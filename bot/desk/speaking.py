"""Staff's words to a customer: into the outbox in the transaction that takes them in, and back out.

Only who holds the conversation speaks in it (I7). The words go where the customer wrote from last,
behind a line that says who speaks, and the send gate decides once more when they leave. What does
not leave the first time is bot/desk/speaking_again.py. Called by the desk's handlers and terminal.
"""

from __future__ import annotations

from typing import Literal

from bot.booking_desk import DeskDeps
from bot.desk import floor as floors
from bot.desk.floor import Floor, Held
from bot.desk.people import Member
from bot.desk.reminding import LEFT_TO_STAFF
from bot.desk.speaking_out import REPLACED, Saying, check_text, get_listener, put, put_behind
from bot.domain import Mode, Status
from bot.errors import Conflict, NotFound
from bot.ids import new_id
from bot.store import desk_files, desk_floor, desk_notices, desk_words
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost
from bot.store.desk_words import OWN, Listener, Words, WordsId

TAKEN_BACK = "taken back by staff before it left"
NOT_LEFT = frozenset({Status.DROPPED, Status.FAILED})


async def say(
    deps: DeskDeps,
    conn: Connection,
    floor: Floor,
    *,
    by: Member,
    text: str,
    desk_message: tuple[str, str] | None = None,
    delay_s: float = 0.0,
) -> WordsId:
    """Write what the holder says to the customer into the outbox, due after `delay_s`.

    `text` may hold the Markdown that channels render. `desk_message` is channel and ts of the Slack
    message that says it, which bears the mark of how far it got; without one the words are owed to
    the thread as a post. The same message is said once. After the commit ring for what
    handlers/desk/spoken.py names.

    Raises:
        Held, Conflict: somebody else holds it, nobody does, or the customer cannot be written to.
        CallerError: there is nothing to say, or too much.
    """
    to = await require_floor(conn, floor, by)
    text = check_text(text)
    words = await _keep(conn, floor, by, text=text, desk_message=desk_message, status="waiting")
    if words is None:
        known = await desk_words.find(conn, *(desk_message or (OWN, "")))
        if known is None:
            raise NotFound("these words are not known")
        return known.id
    await put(deps, conn, Saying(words=words, to=to, text=text, delay_s=delay_s), by=by)
    await floors.spoke(deps, conn, floor.escalation_id)
    return words.id


async def offer(
    conn: Connection, floor: Floor, *, by: Member, text: str, desk_message: tuple[str, str]
) -> Words | None:
    """Keep what the holder wrote until they press Send; None where it is kept already.

    Raises:
        Held, Conflict, CallerError: as for `say`.
    """
    await require_floor(conn, floor, by)
    text = check_text(text)
    return await _keep(conn, floor, by, text=text, desk_message=desk_message, status="offered")


async def send_offered(deps: DeskDeps, conn: Connection, words_id: WordsId, *, by: Member) -> Words:
    """Let words leave that were kept until somebody presses Send.

    Raises:
        Held, Conflict, NotFound: as for `say`; or they have left or were taken back already.
    """
    words = await get(conn, words_id)
    if words.status != "offered":
        raise Conflict("this was sent or taken back already")
    floor = await _floor_of(conn, words)
    to = await require_floor(conn, floor, by)
    await desk_words.change(conn, words.id, text=words.text, status="waiting")
    if words.text:
        await put(deps, conn, Saying(words=words, to=to, text=words.text), by=by)
    else:
        await desk_files.owe_again(conn, words.id, at=deps.clock.now())
    await floors.spoke(deps, conn, words.escalation_id)
    return words


async def take_back(
    deps: DeskDeps, conn: Connection, words_id: WordsId
) -> Literal["taken_back", "taken_back_before", "gone"]:
    """Keep words from leaving, all of them or none; against a worker that sends them one wins.

    Raises:
        NotFound: there are no such words.
    """
    words = await get(conn, words_id)
    if words.status == "undone":
        return "taken_back_before"
    parts = await desk_words.list_parts(conn, words.id)
    behind = await desk_words.list_behind(conn, words)
    # Without parts there are only files, which nobody has carried over yet.
    stands = words.status == "waiting" and bool(parts)
    if stands and not await desk_words.take_back(conn, words.id, reason=TAKEN_BACK):
        return "gone"
    await desk_words.change(conn, words.id, text=words.text, status="undone")
    floor = await _floor_of(conn, words)
    if any(part.introduces for part in parts):
        # Who speaks would have been read in what does not leave now: what waits says it.
        to = await desk_words.find_listener(conn, floor.conversation_id)
        if to is not None:
            await put_behind(deps, conn, behind, to)
    if floor.outcome == "returned" and floor.mode is Mode.BOT:
        # Given back meanwhile as answered, which it is not any more: the bot answers (I4).
        await desk_floor.free_messages(conn, floor, left_to_staff=LEFT_TO_STAFF)
    await floors.spoke(deps, conn, words.escalation_id)
    return "taken_back"


async def reword(
    deps: DeskDeps,
    conn: Connection,
    words_id: WordsId,
    *,
    by: Member,
    text: str,
    delay_s: float = 0.0,
) -> bool:
    """Say something else in place of words that wait; False where they have left, or are undone.

    `by` is who wrote them. What waits behind them goes on waiting behind them. Words that could not
    be sent are kept as they read now, for whoever sends them another way.

    Raises:
        CallerError: there is nothing to say, or too much. NotFound, Conflict: as for `say`.
    """
    words = await get(conn, words_id)
    text = check_text(text)
    if words.status == "offered":
        await desk_words.change(conn, words.id, text=text, status="offered")
        return True
    if words.status != "waiting":
        return False
    if not await has_left(conn, words.id):
        await desk_words.change(conn, words.id, text=text, status="waiting")
        return True
    to = await get_listener(conn, (await _floor_of(conn, words)).conversation_id)
    behind = await desk_words.list_behind(conn, words)
    if not await desk_words.take_back(conn, words.id, reason=REPLACED):
        return False
    await desk_words.forget_parts(conn, words.id)
    await desk_words.change(conn, words.id, text=text, status="waiting")
    saying = Saying(words=words, to=to, text=text, delay_s=delay_s)
    await put(deps, conn, saying, by=by)
    await put_behind(deps, conn, behind, to)
    await floors.spoke(deps, conn, words.escalation_id)
    return True


async def has_left(conn: Connection, words_id: WordsId) -> bool:
    """Whether any of it has left or may leave; False where all of it was refused or failed."""
    parts = await desk_words.list_parts(conn, words_id)
    return any(part.status not in NOT_LEFT for part in parts)


async def hurry(deps: DeskDeps, conn: Connection, words_id: WordsId) -> bool:
    """Let waiting words leave now; False where nothing waits."""
    return await desk_words.hurry(conn, words_id, at=deps.clock.now())


async def get(conn: Connection, words_id: WordsId) -> Words:
    """Words with their conversation locked, in the order in which everybody locks.

    Raises:
        NotFound: there are none of that id.
    """
    escalation_id = await desk_words.find_escalation(conn, words_id)
    if escalation_id is None:
        raise NotFound("these words are not known here")
    await desk_floor.lock(conn, escalation_id)
    words = await desk_words.lock(conn, words_id)
    if words is None:
        raise NotFound("these words are not known here")
    return words


async def require_floor(conn: Connection, floor: Floor, by: Member) -> Listener:
    """Whom the holder speaks to, with the conversation locked.

    Raises:
        Held, Conflict: somebody else holds it, nobody does, or the customer cannot be written to.
    """
    row = await require_holder(conn, floor, by)
    return await get_listener(conn, row.conversation_id)


async def require_holder(conn: Connection, floor: Floor, by: Member) -> Floor:
    """The floor as it is now, with the conversation locked, where this person has it.

    Raises:
        Held, Conflict: somebody else holds it, or nobody does.
    """
    row = await desk_floor.lock(conn, floor.escalation_id)
    if row is None or row.status == "resolved":
        raise Conflict("this was resolved already; the concierge has the conversation")
    if row.status != "claimed":
        raise Conflict("nobody holds this conversation yet; press Claim first")
    if row.holder != by.id:
        raise Held(row)
    return row


async def _keep(
    conn: Connection,
    floor: Floor,
    by: Member,
    *,
    text: str,
    desk_message: tuple[str, str] | None,
    status: Literal["offered", "waiting"],
) -> Words | None:
    if desk_message is None:
        notice = await desk_notices.owe_post(
            conn,
            NewPost(
                key=f"said:{new_id()}",
                text=f"{by.name} to the customer: {text}",
                kind="thread",
                escalation_id=floor.escalation_id,
            ),
        )
        desk_message = (OWN, str(notice))
    return await desk_words.add(
        conn,
        floor.escalation_id,
        staff_id=by.id,
        desk_message=desk_message,
        text=text,
        status=status,
    )


async def _floor_of(conn: Connection, words: Words) -> Floor:
    row = await desk_floor.get(conn, words.escalation_id)
    if row is None:
        raise NotFound("these words belong to no conversation of ours")
    return row
