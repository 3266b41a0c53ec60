"""The buttons of a draft's notice: send it, send other words instead, throw it away.

A draft to be sent is kept as wanted and sent by a job, because its tools run again for that; of two
who decide at once one wins, and the other reads who.
"""

from __future__ import annotations

from bot.drafting_send import TEXT_MAX_CHARS, discard, get
from bot.errors import Conflict
from bot.ids import new_id
from bot.store import drafts, staff
from bot.store.connection import Connection, borrow
from bot.store.drafts import Draft
from channels.desk_blocks import context, field, modal, quoted, section, text_input
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part, Ring

WINDOW = "draft_words"
TEXT = "text"
EMPTY = "Write what the customer is to read, or discard the draft."


async def send(office: Office, asked: Asked) -> Answer:
    """Want it sent as it stands."""
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        return await _want(conn, asked, asked.value)


async def open_window(office: Office, asked: Asked) -> Answer:
    """The draft's words, to be changed."""
    async with borrow(office.pool) as conn:
        draft = await get(conn, asked.value)
        _require_open(draft)
        found = await drafts.find_listed(conn, draft.id)
    shown = [section(f"*The customer wrote*\n{quoted(found.words)}")] if found else []
    words = text_input(value=draft.text, lines=True)
    shown.append(field(TEXT, "What the customer reads", words))
    shown.append(context("It goes out in the concierge's place, once its facts are checked again."))
    return Answer(window=modal(WINDOW, "Edit and send", shown, submit="Send", metadata=draft.code))


async def send_words(office: Office, asked: Asked) -> Answer:
    """Want these words sent instead."""
    text = asked.values.get(TEXT, "").strip()
    if not text:
        return Answer(errors={TEXT: EMPTY})
    if len(text) > TEXT_MAX_CHARS:
        return Answer(errors={TEXT: f"At most {TEXT_MAX_CHARS} characters."})
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, asked.key):
                return QUIET
            return await _want(conn, asked, asked.metadata, text=text)
    except Conflict as refused:
        # The window stays open: what was typed there would be lost with it.
        return Answer(errors={TEXT: f"Not sent: {refused}."})


async def throw_away(office: Office, asked: Asked) -> Answer:
    """Its customer gets no answer from the bot, on purpose (I4)."""
    async with borrow(office.pool) as conn, conn.transaction():
        if not await staff.take_in(conn, asked.key):
            return QUIET
        draft = await discard(conn, asked.value, by=asked.by.name, at=office.clock.now())
        return Answer(rings=await _rings(conn, draft))


async def _want(conn: Connection, asked: Asked, code: str, *, text: str = "") -> Answer:
    before = await get(conn, code)
    _require_open(before)
    wanted = await drafts.want(conn, before.code, by=asked.by.name, text=text)
    if wanted is None:
        _require_open(await get(conn, code))
        return QUIET
    sending = Ring(job="send_draft", key=str(new_id()), ids={"draft_id": str(wanted)})
    return Answer(rings=(*await _rings(conn, before), sending))


def _require_open(draft: Draft) -> None:
    if draft.status != "open":
        by = f" by {draft.decided_by}" if draft.decided_by else ""
        raise Conflict(f"draft {draft.code} was decided on already{by}: {draft.status}")
    if draft.wanted_by:
        raise Conflict(f"{draft.wanted_by} is having draft {draft.code} sent already")


async def _rings(conn: Connection, draft: Draft) -> tuple[Ring, ...]:
    """The notice shows what was decided."""
    notice_id = await drafts.find_notice(conn, draft.id)
    if notice_id is None:
        return ()
    return (Ring(job="notify_desk", key=str(new_id()), ids={"notice_id": str(notice_id)}),)


part = Part(
    presses={
        "draft_send": Act(run=send),
        "draft_edit": Act(run=open_window),
        "draft_discard": Act(run=throw_away),
    },
    submits={WINDOW: Act(run=send_words)},
)
