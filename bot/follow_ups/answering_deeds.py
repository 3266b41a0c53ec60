"""What other plain answers do: how it was, whether it is right now, and "no thanks".

Who is unhappy gets a person and no link; who says no is not asked again for a while, which is no
opt-out: nothing else stops for them.
"""

from __future__ import annotations

import re

from bot.autonomy import Ruling
from bot.booking.moments import say_briefly
from bot.decision import Decision
from bot.domain import ConversationId, Polarity
from bot.domain_follow_ups import Feeling
from bot.escalation import Trouble
from bot.follow_ups import asking_offers
from bot.follow_ups.answering_base import Heard, Made, decide
from bot.follow_ups.feeling import read_feeling
from bot.language.follow_up_answer_words import OFFERS, Answer
from bot.language.follow_up_answers import Said
from bot.language.intents import Intent
from bot.profile_follow_up_words import asks
from bot.store import bookings, follow_up_answers
from bot.store.connection import Connection, borrow
from bot.tools.base import Effect

HAPPY = 4
"""From so many stars on somebody is asked for a review."""
UNHAPPY = 2
"""Up to so many a person follows."""
FELT = 0.4
"""How strong a feeling must be for longer words to be taken as praise or complaint."""
_IN_WORDS = re.compile(r"\w|⭐")
"""A hand or a heart is no number of stars."""
_COUNTED = re.compile(r"\d|⭐")
TALK = frozenset({Intent.FEEDBACK, Intent.THANKS, Intent.SMALL_TALK, Intent.AFFIRM})
Answered = tuple[Decision, Ruling]


async def answer(heard: Heard) -> Answered | None:
    """What is said to a price, a deposit that is awaited, or an offer."""
    match heard.said.answer if heard.said else None:
        case Answer.NOT_NOW | Answer.NO:
            return await decline(heard)
        case Answer.PAID:
            return await claim_payment(heard)
        case Answer.QUESTION:
            return await ask(heard)
        case _:
            return None


async def keep_feedback(heard: Heard) -> Answered | None:
    """How it was: kept once, and answered by how they found it."""
    stars = _stars(heard)
    how = await _felt(heard) if stars is None else _how(stars)
    if how is None or (how is not Polarity.NEGATIVE and _is_odd(heard)):
        return None
    kept = _keep(heard, stars if _IN_WORDS.search(heard.situation.text) else None)
    if how is Polarity.NEGATIVE:
        trouble = Trouble(reason="complaint", explanation=await _what(heard, stars))
        return await decide(heard, Intent.COMPLAINT, Made(trouble=trouble, effects=(kept,)))
    is_glad = how is Polarity.POSITIVE
    text = await _thanks(heard) if is_glad else heard.voice.say("feedback_okay")
    made = await decide(heard, Intent.FEEDBACK, Made(text=text, effects=(kept,)))
    if not is_glad or await _is_unhappy(heard):
        return made
    return await asking_offers.ask_beside(heard, *made)


def _stars(heard: Heard) -> int | None:
    said = heard.said
    return said.number if said is not None and said.answer is Answer.RATING else None


def _how(stars: int) -> Polarity:
    if stars <= UNHAPPY:
        return Polarity.NEGATIVE
    return Polarity.POSITIVE if stars >= HAPPY else Polarity.NEUTRAL


def _is_odd(heard: Heard) -> bool:
    """Whether praise answers an apology: "great." is then meant, or not, as only people hear."""
    return _is_sorry(heard) and not _COUNTED.search(heard.situation.text)


def _is_sorry(heard: Heard) -> bool:
    return "_unhappy_" in heard.followed.wording


async def _felt(heard: Heard) -> Polarity | None:
    """Praise or complaint in longer words; None where anything is asked or wished beside it."""
    text = heard.situation.text
    if not text.strip() or any(mark in text for mark in "?？¿") or not heard.followed.is_open:
        return None
    reading = await heard.deps.reader.read(text, prior=heard.situation.language)
    emotion, intent = reading.emotion, reading.intent.intent
    if emotion.polarity is Polarity.NEGATIVE and (
        intent is Intent.COMPLAINT or (intent in TALK and emotion.intensity >= FELT)
    ):
        return Polarity.NEGATIVE
    is_praise = emotion.polarity is Polarity.POSITIVE and emotion.intensity >= FELT
    return Polarity.POSITIVE if is_praise and intent in TALK else None


def _keep(heard: Heard, stars: int | None) -> Effect:
    now = heard.deps.clock.now()

    async def keep(conn: Connection) -> ConversationId | None:
        await follow_up_answers.keep_feedback(
            conn,
            heard.followed.id,
            heard.last.id,
            rating=stars,
            words=heard.situation.text,
            at=now,
        )
        return None

    return keep


async def _thanks(heard: Heard) -> str:
    """With the way to a review, unless they have it or there is trouble with them."""
    link = heard.deps.profile.follow_ups.review_url
    if link and link not in heard.followed.text and not await _is_unhappy(heard):
        return heard.voice.say("feedback_review", link=link)
    return heard.voice.say("feedback_thanks")


async def _is_unhappy(heard: Heard) -> bool:
    if _is_sorry(heard):
        return True
    whose, booking_id = heard.situation.customer_id, heard.followed.booking_id
    now = heard.deps.clock.now()
    async with borrow(heard.deps.pool) as conn:
        return await read_feeling(conn, whose, booking_id=booking_id, at=now) is Feeling.UNHAPPY


async def _what(heard: Heard, stars: int | None) -> str:
    """What staff read: which event, and how they found it."""
    given = f" ({stars} of 5)" if stars else ""
    return f"not happy with the event{given}{await _which(heard)}"


async def _which(heard: Heard) -> str:
    """The booking in staff's words, behind a colon; nothing where there is none."""
    if heard.followed.booking_id is None:
        return ""
    async with borrow(heard.deps.pool) as conn:
        booking = await bookings.get(conn, heard.followed.booking_id)
    return f": booking {booking.code} of {say_briefly(heard.deps.profile, booking.starts_at)}"


async def claim_payment(heard: Heard) -> Answered:
    """They say to have paid: only staff can see the money, so a person looks."""
    why = f"says that the deposit is paid{await _which(heard)}"
    trouble = Trouble(reason="tool", explanation=why)
    made = Made(text=heard.voice.say("paid"), trouble=trouble)
    return await decide(heard, Intent.PAY_BOOKING, made)


async def settle(heard: Heard) -> Answered | None:
    """Whether it is right now: thanks, or a person once more."""
    said = heard.said or Said(Answer.NOTHING)
    is_bare = said.answer in (Answer.YES, Answer.NO)
    if is_bare and not asks(heard.followed.text, heard.followed.cause):
        return None
    if said.answer in (Answer.ALL_GOOD, Answer.YES):
        return await decide(heard, Intent.THANKS, Made(text=heard.voice.say("check_in_glad")))
    if said.answer not in (Answer.NOT_RIGHT, Answer.NO):
        return None
    why = "asked whether it is right now, they said no: their complaint goes on"
    trouble = Trouble(reason="complaint", explanation=why)
    made = Made(text=heard.voice.say("check_in_sorry"), trouble=trouble)
    return await decide(heard, Intent.COMPLAINT, made)


async def decline(heard: Heard) -> Answered:
    """A kind goodbye; later messages of the sort are taken back."""
    followed, now = heard.followed, heard.deps.clock.now()
    causes = ("unanswered_quote", "lost_lead") if followed.cause not in OFFERS else OFFERS
    whose = heard.situation.customer_id

    async def stop(conn: Connection) -> ConversationId | None:
        await follow_up_answers.decline(conn, followed.id, whose, causes, at=now)
        return None

    text = heard.voice.say("quote_no_thanks")
    return await decide(heard, Intent.DENY, Made(text=text, effects=(stop,)))


async def ask(heard: Heard) -> Answered:
    """They have a question, and are asked which."""
    text = heard.voice.say("follow_up_ask")
    return await decide(heard, Intent.QUOTE_FOLLOW_UP, Made(text=text))
