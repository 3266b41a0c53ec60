"""Staff correct what the concierge said; the owner decides what everybody is told from then on.

The Wrong answer button and its window, the two shortcuts of a message, the proposals' buttons, and
the questions of the morning brief. What is kept is in bot/desk/correcting.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from bot.desk import correcting
from bot.desk.correcting import Correction
from bot.desk.correcting_checks import question_in, refusal, scrub
from bot.desk.people import Role
from bot.errors import Conflict, NotFound
from bot.store import knowledge_proposals as proposals
from bot.store import said, unanswered
from bot.store.connection import Connection, borrow
from bot.store.said import Place
from channels.desk_question import APPROVE, DISMISS, EDIT
from handlers.desk import correcting_windows as windows
from handlers.desk.base import Act, Answer, Asked, Office, Part, Ring
from handlers.desk.correcting_windows import plain_words, read_id, read_metadata

ANSWERS_MAX = 10
THANKS = "Thank you, this is kept to learn from."
PROPOSED = f"{THANKS} The owner has been asked whether everybody shall be told so."
NOTHING_SAID = "The concierge has said nothing in this conversation yet."
NO_THREAD = "This works on messages in the thread of a card."
APPROVED = "Approved. Customers are told this in a moment."


async def open_wrong(office: Office, asked: Asked) -> Answer:
    """The button of a card."""
    async with borrow(office.pool) as conn:
        place = await said.find_of_escalation(conn, read_id(asked.value))
        return await _wrong_window(conn, place, asked)


async def open_wrong_from_thread(office: Office, asked: Asked) -> Answer:
    """The shortcut on a message of a thread; the answer it shows is chosen."""
    async with borrow(office.pool) as conn:
        place = await _in_thread(conn, asked)
        if place is None:
            return Answer(text=NO_THREAD)
        return await _wrong_window(conn, place, asked)


async def _wrong_window(conn: Connection, place: Place | None, asked: Asked) -> Answer:
    if place is None:
        raise NotFound("This conversation is no longer kept.")
    found = await said.list_said(conn, place.conversation_id, limit=ANSWERS_MAX)
    if not found:
        return Answer(text=NOTHING_SAID)
    ids = {each.message_id for each in found}
    chosen = place.message_id if place.message_id in ids else None
    metadata = {"conversation": str(place.conversation_id), **_where(asked)}
    return Answer(window=windows.wrong_window(found, chosen=chosen, metadata=metadata))


async def keep_wrong(office: Office, asked: Asked) -> Answer:
    """The window was sent: kept for training, and proposed where it is to be taught."""
    metadata, values = read_metadata(asked), asked.values
    teaches = values.get("teach") == windows.TICKED
    right = values.get("right", "")
    wrong = refusal(right)
    if wrong:
        return Answer(errors={"right": wrong})
    async with borrow(office.pool) as conn, conn.transaction():
        place = await _of_conversation(conn, metadata)
        found = await said.list_said(conn, place.conversation_id, limit=ANSWERS_MAX * 2)
        about = next((e for e in found if str(e.message_id) == values.get("answer")), None)
        if about is None:
            return Answer(errors={"answer": "Choose the answer that was wrong."})
        given = Correction(
            key=asked.key,
            cause="wrong",
            place=place,
            question=about.asked,
            right=right,
            said=about,
            wrong_why=values.get("why", ""),
        )
        await correcting.keep_example(office.tools, conn, given)
        notice = (
            await correcting.propose(office.tools, conn, given, by=asked.by) if teaches else None
        )
    return _thanked(office, asked, metadata, notice, PROPOSED if teaches else THANKS)


async def open_teach(office: Office, asked: Asked) -> Answer:
    """The shortcut on somebody's better-worded reply."""
    async with borrow(office.pool) as conn:
        place = await _in_thread(conn, asked)
        if place is None:
            return Answer(text=NO_THREAD)
        words = await said.find_last_asked(conn, place.conversation_id)
    name = place.customer_name
    question = question_in(scrub(words, profile=office.profile, name=name))
    metadata = {"conversation": str(place.conversation_id), **_where(asked)}
    reply = plain_words(asked.message_text)
    return Answer(window=windows.teach_window(question, reply, metadata=metadata))


async def keep_teach(office: Office, asked: Asked) -> Answer:
    """The window was sent: proposed, and kept for training."""
    metadata, values = read_metadata(asked), asked.values
    answer = values.get("answer", "")
    wrong = refusal(answer)
    if wrong:
        return Answer(errors={"answer": wrong})
    async with borrow(office.pool) as conn, conn.transaction():
        given = Correction(
            key=asked.key,
            cause="better",
            place=await _of_conversation(conn, metadata),
            question=values.get("question", ""),
            right=answer,
        )
        await correcting.keep_example(office.tools, conn, given)
        notice = await correcting.propose(office.tools, conn, given, by=asked.by)
    return _thanked(office, asked, metadata, notice, PROPOSED)


async def approve(office: Office, asked: Asked) -> Answer:
    """The owner's button: done at once where nothing speaks against it, else looked at again."""
    proposal_id = read_id(asked.value)
    async with borrow(office.pool) as conn, conn.transaction():
        proposal = await proposals.get(conn, proposal_id)
        noted = await correcting.doubts_of_proposal(office.tools, conn, proposal)
        if noted and proposal.status == "open":
            return Answer(window=windows.approve_window(proposal, noted))
        await correcting.approve(office.tools, conn, proposal_id, by=asked.by, words={})
    return Answer(text=APPROVED, rings=(_ring(proposal_id),))


async def edit(office: Office, asked: Asked) -> Answer:
    """The owner wants other words."""
    async with borrow(office.pool) as conn:
        proposal = await proposals.get(conn, read_id(asked.value))
        noted = await correcting.doubts_of_proposal(office.tools, conn, proposal)
    if proposal.status != "open":
        raise Conflict(f"{proposal.decided_by or 'Somebody'} has decided this already.")
    return Answer(window=windows.approve_window(proposal, noted))


async def approve_edited(office: Office, asked: Asked) -> Answer:
    """The owner's window was sent."""
    wanted = read_id(read_metadata(asked).get("proposal", ""))
    async with borrow(office.pool) as conn:
        name = await correcting.name_in(conn, await proposals.get(conn, wanted))

    async def decide(conn: Connection, words: Mapping[str, str]) -> UUID:
        await correcting.approve(office.tools, conn, wanted, by=asked.by, words=words)
        return wanted

    return await _decided(office, asked, decide, name=name)


async def dismiss(office: Office, asked: Asked) -> Answer:
    """The owner says no."""
    proposal_id = read_id(asked.value)
    async with borrow(office.pool) as conn, conn.transaction():
        await correcting.dismiss(office.tools, conn, proposal_id, by=asked.by)
    return Answer(text="Dismissed.", rings=(_ring(proposal_id),))


async def open_question(office: Office, asked: Asked) -> Answer:
    """The button of the morning brief: a question that nobody could answer."""
    async with borrow(office.pool) as conn:
        found = await unanswered.find_open(conn, read_id(asked.value))
        if found is None:
            raise Conflict("This question has been answered or dismissed already.")
        suggestion = await unanswered.find_nearest_answer(conn, found)
    return Answer(window=windows.answer_window(found, suggestion))


async def answer_question(office: Office, asked: Asked) -> Answer:
    """The owner's answer to it was sent."""
    metadata = read_metadata(asked)

    async def decide(conn: Connection, words: Mapping[str, str]) -> UUID:
        wanted = read_id(metadata.get("question", ""))
        return await correcting.answer_question(
            office.tools, conn, wanted, by=asked.by, words=words
        )

    return await _decided(office, asked, decide)


async def _decided(
    office: Office,
    asked: Asked,
    decide: Callable[[Connection, Mapping[str, str]], Awaitable[UUID]],
    *,
    name: str = "",
) -> Answer:
    """Refuse what cannot be an article or was not looked at, and approve the rest."""
    values = asked.values
    answer = values.get("answer", "")
    language = correcting.language_of(office.tools, answer, "")
    noted = correcting.doubts_of(office.tools, answer, language=language, name=name)
    wrong = refusal(answer)
    if wrong:
        return Answer(errors={"answer": wrong})
    if noted and values.get("checked") != windows.TICKED:
        return Answer(errors={"checked": f"{' '.join(noted)} Tick this if it is right."})
    async with borrow(office.pool) as conn, conn.transaction():
        proposal_id = await decide(conn, {"question": values.get("question", ""), "answer": answer})
    return Answer(text=APPROVED, rings=(_ring(proposal_id),))


async def _in_thread(conn: Connection, asked: Asked) -> Place | None:
    root = asked.thread_ts or asked.message_ts
    return await said.find_in_thread(conn, asked.channel, root, asked.message_ts)


async def _of_conversation(conn: Connection, metadata: Mapping[str, str]) -> Place:
    place = await said.find_place(conn, read_id(metadata.get("conversation", "")))
    if place is None:
        raise NotFound("This conversation is no longer kept.")
    return place


def _where(asked: Asked) -> dict[str, str]:
    return {"channel": asked.channel, "thread": asked.thread_ts or asked.message_ts}


def _thanked(
    office: Office, asked: Asked, metadata: Mapping[str, str], notice: UUID | None, text: str
) -> Answer:
    """Thank them in the thread where they began, and have the owner's post made."""

    async def whisper() -> None:
        channel, thread = metadata.get("channel", ""), metadata.get("thread", "")
        await office.desk.whisper(asked.by.id, text, channel=channel, thread_ts=thread)

    rings = (_notify(notice),) if notice else ()
    return Answer(rings=rings, after=whisper)


def _notify(notice: UUID) -> Ring:
    return Ring(job="notify_desk", key=str(notice), ids={"notice_id": str(notice)})


def _ring(proposal_id: UUID) -> Ring:
    ids = {"proposal_id": str(proposal_id)}
    return Ring(job="take_in_proposal", key=str(proposal_id), ids=ids)


part = Part(
    presses={
        "wrong": Act(run=open_wrong),
        APPROVE: Act(run=approve, role=Role.OWNER),
        EDIT: Act(run=edit, role=Role.OWNER),
        DISMISS: Act(run=dismiss, role=Role.OWNER),
        "approve_answer": Act(run=open_question, role=Role.OWNER),
    },
    submits={
        windows.WRONG: Act(run=keep_wrong),
        windows.TEACH: Act(run=keep_teach),
        windows.APPROVE: Act(run=approve_edited, role=Role.OWNER),
        windows.ANSWER: Act(run=answer_question, role=Role.OWNER),
    },
    shortcuts={
        "wrong_answer": Act(run=open_wrong_from_thread),
        "teach": Act(run=open_teach),
    },
)
