"""Customers' plain answers to what we wrote unasked: read by code, before any agent is asked.

`answer` is called by bot/deciding.py for a turn that answers a follow-up and says nothing else;
whatever it does not take goes on as any turn, in the words of `meant`. What an answer does lies in
answering_headcount.py and answering_deeds.py.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.autonomy import Ruling
from bot.consent import Wish, read_wish
from bot.decision import Decision
from bot.deps import Deps
from bot.desk.pause_turns import prove_unchanged
from bot.domain import ConversationId, Kind, StoredMessage
from bot.domain_followed import FollowedUp
from bot.domain_media import is_dictated
from bot.follow_ups import answering_deeds, answering_headcount
from bot.follow_ups.answering_base import Heard
from bot.language.agreement import Agreement, read_agreement
from bot.language.follow_up_answer_words import PAYING, Answer
from bot.language.follow_up_answers import Said, read_answers
from bot.language.language_id import detect
from bot.noise import why_ignored
from bot.situation import Situation
from bot.store import follow_up_answers
from bot.store.connection import Connection
from bot.tools.base import Effect
from bot.trace import Trace
from bot.unproven import is_unproven

_OFFERS_TO_PAY = re.compile(r"how to pay|c[oó]mo pagarlo|怎么付", re.IGNORECASE)
IN_FULL = {
    Answer.HOLD: {
        "en": "I would like to book it.",
        "es": "Quiero reservar.",
        "zh": "我想预订。",
    },
    Answer.PAY_HOW: {
        "en": "How can I pay?",
        "es": "¿Cómo puedo pagar?",
        "zh": "怎么付款？",
    },
    Answer.GIVE_UP: {
        "en": "I want to cancel my booking.",
        "es": "Quiero cancelar mi reserva.",
        "zh": "我想取消预订。",
    },
}
"""What a short answer means, where tools and articles have the rest."""


async def answer(deps: Deps, situation: Situation, trace: Trace) -> tuple[Decision, Ruling] | None:
    """What the turn commits, where the words are a plain answer; None where they are more."""
    followed = situation.follow_up
    if followed is None or not _may_answer(situation, followed):
        return None
    spoken = detect(situation.text, prior=situation.language)
    if spoken in deps.profile.business.languages:
        situation = replace(situation, language=spoken)
    said = _read(situation, followed)
    heard = Heard(deps=deps, situation=situation, followed=followed, said=said, trace=trace)
    match followed.cause:
        case "before_event":
            return await answering_headcount.answer(heard)
        case "after_event":
            return await answering_deeds.keep_feedback(heard)
        case "check_in":
            return await answering_deeds.settle(heard)
        case _:
            return await answering_deeds.answer(heard)


def meant(situation: Situation) -> Situation:
    """The turn in full words, where a short answer means what tools and articles answer."""
    followed = situation.follow_up
    if followed is None or followed.cause not in (*PAYING, "unanswered_quote"):
        return situation
    said = _read(situation, followed) if _may_answer(situation, followed) else None
    if said is None:
        return situation
    answers = said.answer
    if answers is Answer.YES and _OFFERS_TO_PAY.search(followed.text):
        answers = Answer.PAY_HOW
    words = IN_FULL.get(answers, {}).get(situation.language)
    if words is None:
        return situation
    return replace(situation, waiting=(replace(situation.waiting[-1], text=words),))


def at_commit(deps: Deps, situation: Situation) -> Effect:
    """What every turn proves and notes: the bot is as it was, and a follow-up has its answer."""
    prove = prove_unchanged(deps, situation)
    followed = situation.follow_up
    first = next(filter(_is_answer, situation.waiting), None)

    async def commit(conn: Connection) -> ConversationId | None:
        await prove(conn)
        if followed is not None and followed.is_open and first is not None:
            now = deps.clock.now()
            await follow_up_answers.mark_answered(conn, followed.id, first, at=now)
        return None

    return commit


def _is_answer(message: StoredMessage) -> bool:
    """Whether somebody wrote it; neither a machine's words nor a STOP answer anything."""
    if message.kind is Kind.CALL or read_wish(message.text, message.kind) is Wish.STOP:
        return False
    return why_ignored(message, ()) is None


def _may_answer(situation: Situation, followed: FollowedUp) -> bool:
    """Whether these words can be an answer to it: surely theirs, written, and to nothing else."""
    waiting = situation.waiting
    if any(is_unproven(m) or is_dictated(m) or m.media_count for m in waiting):
        return False
    if any(m.kind not in (Kind.TEXT, Kind.BUTTON) for m in waiting):
        return False
    is_tapped = all(m.replied_to in followed.external_ids for m in waiting)
    if is_tapped:
        return True
    if any(m.replied_to for m in waiting) or _answers_terms(situation):
        return False
    return followed.is_open or answering_headcount.is_asked(situation)


def _answers_terms(situation: Situation) -> bool:
    """Whether it is a yes or no that may be meant for open terms: the tools hear it then (I9)."""
    proposal = situation.proposal
    if proposal is None:
        return False
    said = read_agreement(situation.text, situation.language, act=proposal.act)
    return said is not Agreement.UNCLEAR


def _read(situation: Situation, followed: FollowedUp) -> Said | None:
    texts = [message.text for message in situation.waiting]
    told = re.sub(r"\D", "", followed.fields.get("guests", ""))
    guests = int(told) if told and not answering_headcount.is_asked(situation) else None
    return read_answers(texts, followed.cause, situation.language, guests=guests)
