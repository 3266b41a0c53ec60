"""A customer's conversation as staff act in it: what is known, who holds it, who writes in it.

Shared by what the desk prices, books and changes; no plug-in and no SQL. Everything here runs
inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.booking.booking_words import Voice
from bot.booking_desk import DeskDeps, write_to
from bot.desk import floor, speaking
from bot.desk.floor import Floor
from bot.desk.people import Member
from bot.domain import ConversationId, CustomerId, Direction
from bot.errors import Conflict, NotFound
from bot.situation import TRANSCRIPT_MAX, Situation
from bot.store import booking_lists, bookings, context, conversations, desk_floor, proofs
from bot.store.connection import Connection
from bot.store.desk_floor import FloorRow
from bot.store.desk_words import WordsId

VIA = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation with a customer, and with whom of staff it is."""

    situation: Situation
    held: FloorRow | None
    """The escalation that it is with staff for, claimed or not."""

    @property
    def conversation_id(self) -> ConversationId:
        """Which one."""
        return self.situation.conversation_id

    @property
    def said(self) -> tuple[str, ...]:
        """What the customer wrote of late, oldest first."""
        recent = sorted(
            (*self.situation.transcript, *self.situation.waiting), key=lambda each: each.seq
        )
        return tuple(m.text for m in recent if m.direction is Direction.INBOUND and m.text)


async def read_talk(deps: DeskDeps, conn: Connection, customer_id: CustomerId) -> Talk:
    """The customer's open conversation, or else their latest.

    Raises:
        NotFound: they never had any.
    """
    conversation_id = await booking_lists.find_talk(conn, customer_id)
    if conversation_id is None:
        raise NotFound("this customer has no conversation")
    return await read_conversation(deps, conn, conversation_id)


async def read_conversation(
    deps: DeskDeps, conn: Connection, conversation_id: ConversationId
) -> Talk:
    """That conversation, open or closed.

    Raises:
        NotFound: there is none.
    """
    now = deps.clock.now()
    known = await context.get(conn, conversation_id, now=now, transcript_max=TRANSCRIPT_MAX)
    facts = known.facts
    situation = Situation(
        conversation_id=conversation_id,
        customer_id=facts.customer_id,
        channel=facts.channel,
        language=facts.language or deps.profile.business.home_language,
        agent=facts.agent,
        waiting=known.waiting,
        transcript=known.transcript,
        quote=known.quote,
        customer_name=facts.customer_name,
        bookings=await bookings.list_open(conn, facts.customer_id, now=now),
        proposal=known.proposal,
    )
    return Talk(situation=situation, held=await desk_floor.find_open(conn, conversation_id))


async def open_talk(deps: DeskDeps, conn: Connection, customer_id: CustomerId) -> Talk:
    """The same to act in: locked, and begun anew where the last one was closed.

    Raises:
        NotFound: there is no such customer, or nowhere to write to.
    """
    latest = await read_talk(deps, conn, customer_id)
    channel = latest.situation.channel
    conversation_id, _ = await proofs.open_conversation(conn, customer_id, channel)
    await conversations.lock(conn, conversation_id)
    return await read_talk(deps, conn, customer_id)


def voice_of(deps: DeskDeps, talk: Talk) -> Voice:
    """How this customer is spoken to."""
    situation = talk.situation
    seed = f"{situation.conversation_id} {len(situation.transcript)}"
    return Voice(profile=deps.profile, language=situation.language, seed=seed)


def refuse_others(talk: Talk, by: Member) -> None:
    """Whoever else holds the conversation speaks in it, and nobody beside them.

    Raises:
        Conflict: somebody else holds it; the message names them.
    """
    held = talk.held
    if held is not None and held.status == "claimed" and held.holder not in ("", by.id):
        who = held.holder_name or "somebody else"
        raise Conflict(f"{who} holds this conversation; ask them, or take it over first")


async def say_as_staff(
    deps: DeskDeps, conn: Connection, talk: Talk, text: str, *, by: Member
) -> tuple[Floor, WordsId]:
    """Staff's own words to the customer: whoever writes them holds the conversation from then on.

    Raises:
        Conflict: somebody else holds it.
    """
    refuse_others(talk, by)
    if talk.held is not None:
        held = await floor.claim(deps, conn, talk.held.escalation_id, by=by)
    else:
        held = await floor.take_over(deps, conn, talk.conversation_id, by=by, via=VIA)
    return held, await speaking.say(deps, conn, held, by=by, text=text)


async def say_as_concierge(deps: DeskDeps, conn: Connection, talk: Talk, text: str) -> None:
    """Words of the house to the customer; who holds the conversation stays as it is.

    Raises:
        NotFound: there is nowhere to write to.
    """
    situation = talk.situation
    to = await booking_lists.find_addressee(conn, situation.customer_id, situation.conversation_id)
    if to is None:
        raise NotFound("there is no address to write to")
    await write_to(deps, conn, to, text, language=situation.language)
