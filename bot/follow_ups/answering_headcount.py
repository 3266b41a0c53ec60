"""The answer to "is the number still right?": it stands, or it is another.

That it stands is kept on the booking as it is now, never as an older message of ours had it. For
another number the tools price the booking's own order anew and state the change; the yes comes in a
later message (I8, I9).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from bot.autonomy import Ruling
from bot.booking.quote import Order
from bot.decision import Decision
from bot.domain import ConversationId, Quote
from bot.domain_booking import Booking
from bot.errors import Conflict
from bot.escalation import Trouble
from bot.follow_ups.answering_base import Heard, Made, decide, last_words
from bot.language.follow_up_answer_words import Answer
from bot.language.follow_up_answers import TEXT_MAX_CHARS, Said
from bot.language.intents import Intent
from bot.language.slots import read_party
from bot.language.wording import phrases, variants_of
from bot.llm.base import ToolCall
from bot.orchestrator_calls import Calls
from bot.profile_follow_up_words import asks as asks_the_same
from bot.router import agents
from bot.situation import Situation
from bot.store import follow_up_answers, quotes
from bot.store.connection import Connection, borrow

ASKS = ("headcount_how_many", "headcount_which")
Answered = tuple[Decision, Ruling]


async def answer(heard: Heard) -> Answered | None:
    """What becomes of it; None where it is more than the number, or the booking is gone."""
    booking = _booking(heard)
    if booking is None:
        return None
    said = heard.said
    if said is None or (said.answer is Answer.COUNT and _is_asked_which(heard.situation)):
        counts = _counts_told(heard)
        return None if counts is None else await _change(heard, booking, counts)
    if said.answer in (Answer.YES, Answer.NO):
        said = _plain(heard, booking, said)
    match said.answer:
        case Answer.STANDS:
            is_now = _is_as_told(heard, booking) or _is_restated(heard, booking)
            return await (_confirm if is_now else _restate)(heard, booking)
        case Answer.CHANGES:
            return await _ask(heard, booking, "headcount_how_many")
        case Answer.COUNT | Answer.MORE | Answer.FEWER:
            return await _other_number(heard, booking, said)
        case Answer.NOTHING:
            return await _restate(heard, booking)
        case _:
            return None


def is_asked(situation: Situation) -> bool:
    """Whether our last words asked for the number, or whether it is right."""
    return _asks(situation, (*ASKS, "headcount_restated"))


def _is_asked_which(situation: Situation) -> bool:
    return _asks(situation, ("headcount_which",))


def _asks(situation: Situation, names: tuple[str, ...]) -> bool:
    """Whether our last words are one of these phrases; each ends with its own question."""
    ours = last_words(situation).strip()
    parts = (
        [part for part in re.split(r"\{\w+\}", variant) if part.strip()]
        for name in names
        for language in phrases()
        for variant in variants_of(name, language)
    )
    return bool(ours) and any(all(part.strip() in ours for part in each) for each in parts)


def _booking(heard: Heard) -> Booking | None:
    """The booking that was spoken of, as it is now."""
    found = (b for b in heard.situation.bookings if b.id == heard.followed.booking_id)
    return next((b for b in found if b.agreed_at is not None), None)


def _plain(heard: Heard, booking: Booking, said: Said) -> Said:
    """What a bare yes or no says, by the question that came before it."""
    is_yes = said.answer is Answer.YES
    if not heard.followed.is_open:
        if _asks(heard.situation, ASKS):
            return Said(Answer.QUESTION)
        return Said(Answer.STANDS if is_yes else Answer.CHANGES)
    if not asks_the_same(heard.followed.text, "before_event"):
        return Said(Answer.NOTHING)
    return Said(Answer.STANDS if is_yes else Answer.CHANGES)


def _is_as_told(heard: Heard, booking: Booking) -> bool:
    """Whether the booking is still what our message said of it: a tap may come days later."""
    told_at = heard.followed.key.rpartition(":")[2]
    starts_at = f"{booking.starts_at.astimezone(UTC):%Y%m%dT%H%M}"
    is_same_time = told_at == starts_at or not re.fullmatch(r"\d{8}T\d{4}", told_at)
    guests = re.sub(r"\D", "", heard.followed.fields.get("guests", ""))
    return is_same_time and guests in ("", str(booking.headcount))


def _is_restated(heard: Heard, booking: Booking) -> bool:
    """Whether we said just now what the booking is, and it still is that."""
    ours = last_words(heard.situation)
    known = (heard.voice.moment(booking.starts_at), str(booking.headcount))
    return _asks(heard.situation, ("headcount_restated",)) and all(each in ours for each in known)


async def _confirm(heard: Heard, booking: Booking) -> Answered:
    """The number stands."""
    now = heard.deps.clock.now()

    async def confirm(conn: Connection) -> ConversationId | None:
        if not await follow_up_answers.confirm_headcount(conn, booking, at=now):
            raise Conflict("the booking is not what the answer was about any more")
        return None

    text = _say(heard, booking, "headcount_thanks")
    return await decide(heard, Intent.BOOKING_DETAIL, Made(text=text, effects=(confirm,)))


async def _restate(heard: Heard, booking: Booking) -> Answered:
    """What we have now, and whether it is right: nothing is taken as confirmed."""
    return await _ask(heard, booking, "headcount_restated")


async def _ask(heard: Heard, booking: Booking, name: str) -> Answered:
    return await decide(heard, Intent.CHANGE_BOOKING, Made(text=_say(heard, booking, name)))


def _say(heard: Heard, booking: Booking, name: str) -> str:
    when, guests = heard.voice.moment(booking.starts_at), str(booking.headcount)
    return heard.voice.say(name, when=when, guests=guests)


async def _other_number(heard: Heard, booking: Booking, said: Said) -> Answered | None:
    """A number, as so many in all or so many more or fewer."""
    number, as_told = said.number or 0, _is_as_told(heard, booking)
    if said.answer is not Answer.COUNT:
        if not as_told:
            return await _restate(heard, booking)
        number = booking.headcount + (number if said.answer is Answer.MORE else -number)
    if number == booking.headcount:
        is_now = as_told or _is_restated(heard, booking)
        return await (_confirm if is_now else _restate)(heard, booking)
    return None if number < 1 else await _change(heard, booking, number)


def _counts_told(heard: Heard) -> Mapping[str, int] | None:
    """Who comes, where we had asked for it and nothing else is said."""
    text, situation = heard.situation.text, heard.situation
    if not _asks(situation, ASKS) or len(text) > TEXT_MAX_CHARS or re.search("[?？]", text):
        return None
    profile = heard.deps.profile
    read = read_party([text], profile, language=situation.language, asked="headcount")
    is_more = read.options or read.further or read.add_ons or read.extras or read.mentions_date
    return None if is_more or read.ambiguous or not read.counts else read.counts


async def _change(
    heard: Heard, booking: Booking, wanted: int | Mapping[str, int]
) -> Answered | None:
    """State the change with its new price; None where the tools cannot."""
    async with borrow(heard.deps.pool) as conn:
        quote = await quotes.get(conn, booking.quote_id)
    before = {code: count for code, count in Order.from_json(quote.order).counts.items() if count}
    if not before:
        return None
    if isinstance(wanted, int):
        if len(before) > 1:
            text = heard.voice.say("headcount_which", guests=str(wanted))
            return await decide(heard, Intent.CHANGE_BOOKING, Made(text=text))
        wanted = dict.fromkeys(before, wanted)
    return await _state(heard, booking, quote, wanted)


async def _state(
    heard: Heard, booking: Booking, quote: Quote, counts: Mapping[str, int]
) -> Answered | None:
    situation = replace(heard.situation, quote=quote, bookings=(booking,))
    able = (name for name, agent in agents().items() if "change_booking" in agent.tools)
    calls = Calls(heard.deps, situation, next(able), heard.trace)
    for step, call in enumerate((_price_call(quote, counts), _CHANGE), start=1):
        parting = await calls.run((call,), step=step)
        done = calls.runs[-1]
        if done.error:
            return None
        if parting is not None:
            why = f"{parting[1].reason} {parting[1].summary}".strip()
            trouble = Trouble(reason="tool", explanation=why)
            made = Made(text=done.result.worded, trouble=trouble, tool_calls=calls.records)
            return await decide(heard, Intent.CHANGE_BOOKING, made)
    effects = tuple(effect for done in calls.runs for effect in done.result.effects)
    made = Made(text=calls.runs[-1].result.worded, effects=effects, tool_calls=calls.records)
    return await decide(heard, Intent.CHANGE_BOOKING, made)


def _price_call(quote: Quote, counts: Mapping[str, int]) -> ToolCall:
    """The same order for other guests: menu and extras stay as they were ordered."""
    order = Order.from_json(quote.order)
    given = {
        "guests": _listed(counts),
        "options": _listed(order.options) or None,
        "further": _listed(order.further) or None,
        "add_ons": _listed(order.add_ons) or None,
        "extras": _listed(order.extras) or None,
        "service": order.service or quote.service or None,
        "hours": None if order.hours is None else float(order.hours),
        "zip_code": str(quote.order.get("zip_code") or "") or None,
    }
    return ToolCall(id="answer-price", name="price_party", arguments=json.dumps(given))


def _listed(table: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"code": code, "count": count} for code, count in table.items() if count]


_CHANGE = ToolCall(
    id="answer-change", name="change_booking", arguments=json.dumps({"use_new_quote": True})
)
