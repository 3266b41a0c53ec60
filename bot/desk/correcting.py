"""What staff teach: a wrong or better-worded answer becomes a proposal and a training example.

Each function runs inside the caller's transaction, and happens once by its key. The owner decides;
jobs/take_in_proposal.py makes an approved one an article. handlers/desk/correcting.py calls these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.booking_desk import DeskDeps
from bot.desk.correcting_checks import QUESTION_MAX, doubts, question_in, refusal, scrub
from bot.desk.people import Member
from bot.errors import CallerError, Conflict
from bot.language.language_id import detect
from bot.store import audit, training, unanswered
from bot.store import knowledge_proposals as proposals
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost, NoticeId, owe_post
from bot.store.knowledge_proposals import Cause, NewProposal, Proposal
from bot.store.said import Place, Said, find_place

TRAINING = "answer_correction"
SOURCE = "desk"
_CAUSES = {
    "wrong": "A wrong answer",
    "better": "A better-worded answer",
    "unanswered": "A question that nobody could answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody of the staff says an answer should have been."""

    key: str
    cause: Cause
    place: Place
    question: str
    """The customer's words as they were."""
    right: str
    said: Said | None = None
    """The answer that it is about."""
    wrong_why: str = ""


def post_key(proposal_id: UUID) -> str:
    """By which the desk's post about a proposal is known."""
    return f"proposal:{proposal_id}"


async def keep_example(deps: DeskDeps, conn: Connection, given: Correction) -> bool:
    """Keep what was said and what should have been for training, scrubbed; False where known."""
    texts = {
        "question": given.question,
        "wrong_answer": given.said.text if given.said else "",
        "complaint": given.wrong_why,
        "right_answer": given.right,
    }
    name = given.place.customer_name
    example = {what: scrub(text, profile=deps.profile, name=name) for what, text in texts.items()}
    message_id = given.said.message_id if given.said else given.place.message_id
    return await training.add(
        conn,
        kind=TRAINING,
        example={**example, "cause": given.cause, "language": given.place.language},
        source=SOURCE,
        key=f"{TRAINING}:{given.key}",
        message_id=message_id,
    )


async def propose(
    deps: DeskDeps, conn: Connection, given: Correction, *, by: Member
) -> NoticeId | None:
    """Put an answer to the owner; the post to ring for, or None where it was put already.

    Raises:
        CallerError: it cannot be an article, or there is no question to it.
    """
    refused = refusal(given.right)
    if refused:
        raise CallerError(refused)
    name = given.place.customer_name
    question = question_in(scrub(given.question, profile=deps.profile, name=name))[:QUESTION_MAX]
    if not any(map(str.isalpha, question)):
        raise CallerError("Say which question this answers.")
    proposal_id = await proposals.add(
        conn,
        NewProposal(
            key=given.key,
            cause=given.cause,
            question=question,
            answer=given.right.strip(),
            language=language_of(deps, given.right, given.place.language),
            proposed_by=by.id,
            conversation_id=given.place.conversation_id,
            message_id=given.said.message_id if given.said else given.place.message_id,
        ),
    )
    if proposal_id is None:
        return None
    return await owe_post(
        conn,
        NewPost(
            key=post_key(proposal_id),
            text=f"{_CAUSES[given.cause]}: {by.name} proposes what customers are told.",
            kind="question",
            extra={"proposal_id": str(proposal_id)},
        ),
    )


def doubts_of(deps: DeskDeps, answer: str, *, language: str, name: str = "") -> tuple[str, ...]:
    """What the owner should look at twice before everybody is told this."""
    return doubts(answer, profile=deps.profile, language=language, name=name)


async def doubts_of_proposal(
    deps: DeskDeps, conn: Connection, proposal: Proposal
) -> tuple[str, ...]:
    """The same of a proposal as it stands, which may call its customer by name."""
    name = await name_in(conn, proposal)
    return doubts_of(deps, proposal.answer, language=proposal.language, name=name)


async def name_in(conn: Connection, proposal: Proposal) -> str:
    """What the customer is called whose conversation it comes from; empty where that is unknown."""
    of = proposal.conversation_id
    place = await find_place(conn, of) if of is not None else None
    return place.customer_name if place else ""


async def approve(
    deps: DeskDeps, conn: Connection, proposal_id: UUID, *, by: Member, words: Mapping[str, str]
) -> Proposal:
    """The owner says yes, perhaps in other words; a worker takes it in.

    Args:
        words: `question` and `answer` where they are to be others.

    Raises:
        CallerError: it cannot be an article in these words.
        Conflict: somebody has decided already.
    """
    before = await proposals.get(conn, proposal_id)
    answer = words.get("answer", before.answer).strip()
    question = words.get("question", before.question).strip()
    refused = refusal(answer) or ("" if question else "Say which question this answers.")
    if refused:
        raise CallerError(refused)
    told = {
        "question": question[:QUESTION_MAX],
        "answer": answer,
        "language": language_of(deps, answer, before.language),
    }
    return await _decide(deps, conn, proposal_id, by=by, status="approved", words=told)


async def dismiss(deps: DeskDeps, conn: Connection, proposal_id: UUID, *, by: Member) -> Proposal:
    """The owner says no.

    Raises:
        Conflict: somebody has decided already.
    """
    return await _decide(deps, conn, proposal_id, by=by, status="dismissed", words={})


async def answer_question(
    deps: DeskDeps,
    conn: Connection,
    question_id: UUID,
    *,
    by: Member,
    words: Mapping[str, str],
) -> UUID:
    """The owner answers what nobody could: a proposal that is approved as it is made.

    Raises:
        CallerError: it cannot be an article in these words.
        Conflict: the question is answered or was taken off the list.
    """
    found = await unanswered.find_open(conn, question_id)
    if found is None:
        raise Conflict("This question has been answered or dismissed already.")
    proposal_id = await proposals.add(
        conn,
        NewProposal(
            key=f"unanswered:{question_id}",
            cause="unanswered",
            question=found.question[:QUESTION_MAX],
            answer=words.get("answer", ""),
            language=found.language,
            proposed_by=by.id,
            unanswered_id=question_id,
        ),
    )
    if proposal_id is None:
        raise Conflict("This question has been answered already.")
    await approve(deps, conn, proposal_id, by=by, words=words)
    return proposal_id


def language_of(deps: DeskDeps, answer: str, prior: str) -> str:
    """The language an answer is in, one that the business speaks."""
    spoken = deps.profile.business.languages
    found = detect(answer, prior=prior if prior in spoken else None)
    return found if found in spoken else deps.profile.business.home_language


async def _decide(
    deps: DeskDeps,
    conn: Connection,
    proposal_id: UUID,
    *,
    by: Member,
    status: proposals.Decided,
    words: Mapping[str, str],
) -> Proposal:
    now = deps.clock.now()
    decided = await proposals.decide(
        conn, proposal_id, status=status, by=by.name, now=now, words=words
    )
    if decided is None:
        before = await proposals.get(conn, proposal_id)
        raise Conflict(f"{before.decided_by or 'Somebody'} has decided this already.")
    await proposals.want_shown(conn, post_key(proposal_id))
    await audit.record(
        conn, actor=by.id, act=f"proposal.{status}", subject=str(proposal_id), detail={}
    )
    return decided
