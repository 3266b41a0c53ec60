"""Asks a happy customer, below our thanks, whether they want to hear of offers.

Once in a year, and of nobody who has said anything about offers or left at any address. The yes is
the word OFFERS alone, which bot/sorting.py obeys (I6). Called by answering_deeds.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.autonomy import Ruling
from bot.decision import Decision
from bot.domain import ConversationId
from bot.domain_answers import TopicMode
from bot.follow_ups.answering_base import Heard
from bot.noise import MAIL
from bot.send_gate_windows import NEVER_INSTEAD
from bot.store import follow_up_answers
from bot.store.connection import Connection, borrow

AGAIN_AFTER = timedelta(days=365)


async def ask_beside(heard: Heard, made: Decision, ruling: Ruling) -> tuple[Decision, Ruling]:
    """The answer with the question behind it, where it may be asked; else the answer as it is.

    What staff send by themselves carries none: nothing would remember that it was asked.
    """
    if ruling.mode is TopicMode.DRAFT or not made.notices or not await _may_ask(heard):
        return made, ruling
    last, now = made.notices[-1], heard.deps.clock.now()

    async def note(conn: Connection) -> ConversationId | None:
        await follow_up_answers.note_asked_for_offers(conn, heard.followed.id, at=now)
        return None

    asking = replace(last, text=f"{last.text}\n\n{_question(heard)}")
    notices = (*made.notices[:-1], asking)
    return replace(made, notices=notices, effects=(*made.effects, note)), ruling


async def _may_ask(heard: Heard) -> bool:
    """Never where no offer could go: nobody looks at a closed chat, and the law wants our postal
    address below each letter."""
    channel, postal = heard.last.channel, heard.deps.profile.business.postal_address.strip()
    if channel in NEVER_INSTEAD or (channel == MAIL and not postal):
        return False
    whose, since = heard.situation.customer_id, heard.deps.clock.now() - AGAIN_AFTER
    async with borrow(heard.deps.pool) as conn:
        return await follow_up_answers.may_ask_for_offers(
            conn, whose, heard.last.address_id, since=since
        )


def _question(heard: Heard) -> str:
    end = "offers_end_mail" if heard.last.channel == MAIL else "offers_end"
    return heard.voice.join(heard.voice.say("offers_ask"), heard.voice.say(end))
