"""The windows in which staff correct an answer and the owner approves one. No plug-in.

Built here, read back by handlers/desk/correcting.py, which opens them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.desk.correcting_checks import ANSWER_MAX, QUESTION_MAX
from bot.errors import CallerError
from bot.store.knowledge_proposals import Proposal
from bot.store.said import Said
from bot.store.unanswered import OpenQuestion
from channels.desk_blocks import (
    Block,
    checkboxes,
    context,
    escape,
    field,
    modal,
    option,
    quoted,
    section,
    select,
    text_input,
)
from handlers.desk.base import OLD_WINDOW, Asked

WRONG, TEACH, APPROVE, ANSWER = "wrong_answer", "teach", "approve_proposal", "answer_question"
TICKED = "yes"
_LINK = re.compile(r"<(?:[^|<>]{0,2000}\|)?([^<>]{0,2000})>")


def wrong_window(
    said: Sequence[Said], *, chosen: UUID | None, metadata: Mapping[str, str]
) -> Block:
    """Which answer, what is wrong with it, and what it should have been."""
    options = [
        option(str(each.message_id), _line(each.text), _line(each.asked) if each.asked else "")
        for each in said
    ]
    given = str(chosen) if chosen else str(said[0].message_id)
    teach = option(TICKED, "Teach the concierge this for everybody")
    return modal(
        WRONG,
        "Wrong answer",
        [
            field("answer", "Which answer?", select(options, value=given)),
            field("why", "What is wrong with it?", text_input(lines=True, most=600)),
            field("right", "The right answer", text_input(lines=True, most=ANSWER_MAX)),
            field("teach", "And then?", checkboxes([teach]), optional=True, hint=_TEACH_HINT),
        ],
        submit="Send",
        metadata=json.dumps(dict(metadata)),
    )


def teach_window(question: str, answer: str, *, metadata: Mapping[str, str]) -> Block:
    """A better-worded answer, with the question it answers."""
    return modal(
        TEACH,
        "Teach an answer",
        [*_words(question, answer), context(_TEACH_HINT)],
        submit="Propose",
        metadata=json.dumps(dict(metadata)),
    )


def approve_window(proposal: Proposal, doubts: Sequence[str]) -> Block:
    """The owner reads it once more, may change it, and answers for it."""
    return modal(
        APPROVE,
        "Approve an answer",
        [*_warned(doubts), *_words(proposal.question, proposal.answer), _tick()],
        submit="Approve",
        metadata=json.dumps({"proposal": str(proposal.id)}),
    )


def answer_window(question: OpenQuestion, suggestion: str) -> Block:
    """The owner answers what nobody could, beginning from the nearest article's words."""
    shown = [section(f"Customers asked\n{quoted(question.question)}")]
    if suggestion:
        where = escape(question.nearest)
        shown.append(context(f"Suggested from the nearest article, `{where}`. Change it to fit."))
    return modal(
        ANSWER,
        "Answer a question",
        [*shown, *_words(question.question, suggestion), _tick()],
        submit="Approve",
        metadata=json.dumps({"question": str(question.id)}),
    )


def read_metadata(asked: Asked) -> Mapping[str, str]:
    """What the window was given.

    Raises:
        BadPayload: it is none of ours.
    """
    return {name: value for name, value in asked.known().items() if isinstance(value, str)}


def read_id(value: str) -> UUID:
    """An id out of a button or a window.

    Raises:
        CallerError: it is none.
    """
    try:
        return UUID(value)
    except ValueError as error:
        raise CallerError(OLD_WINDOW) from error


def plain_words(text: str) -> str:
    """What somebody wrote at the desk without the marks of links, and without a leading `//`."""
    bare = html.unescape(_LINK.sub(r"\1", text)).strip()
    return bare.removeprefix("//").strip()


_TEACH_HINT = (
    "The owner approves it first. Then every customer who asks this gets this answer, so leave out "
    "names, numbers and addresses."
)


def _line(text: str) -> str:
    # Plain text is shown as it is, so nothing is escaped here.
    return " ".join(text.split()) or "(no text)"


def _words(question: str, answer: str) -> list[Block]:
    return [
        field(
            "question", "The question", text_input(value=question[:QUESTION_MAX], most=QUESTION_MAX)
        ),
        field(
            "answer",
            "The answer, as customers read it",
            text_input(value=answer[:ANSWER_MAX], lines=True, most=ANSWER_MAX),
        ),
    ]


def _warned(doubts: Sequence[str]) -> list[Block]:
    return [section(f":warning: {escape(doubt)}") for doubt in doubts]


def _tick() -> Block:
    ticked = option(TICKED, "I have checked the figures and names in it")
    return field("checked", "Checked", checkboxes([ticked]), optional=True)
