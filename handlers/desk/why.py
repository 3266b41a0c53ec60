"""Why did you say that: the bot's last answers in a conversation, explained to who asks.

From the card's button, a draft's, or a message of the thread. Only they see it, and nothing is
asked of a model: it was all noted when the answer came about.
"""

from __future__ import annotations

from uuid import UUID

from bot.desk.saying_why import say_why
from bot.domain import ConversationId
from bot.errors import NotFound
from bot.explaining import Explanation, explain, explain_turn
from bot.store import said, traces
from bot.store.connection import Connection, borrow
from channels.desk_blocks import Block, context, cut, divider, escape, header, section
from handlers.desk.base import Act, Answer, Asked, Office, Part

ANSWERS_SHOWN = 2
MESSAGES_READ = 40
BLOCKS_MAX = 45
CHARACTERS_MAX = 9000
"""All blocks together have an undocumented ceiling somewhat above."""
SECTION_MAX = 2800
NOTHING = "The concierge has said nothing here yet, so there is nothing to explain."


async def explain_here(office: Office, asked: Asked) -> Answer:
    """The button: its value is an escalation's id, or a draft's code."""
    async with borrow(office.pool) as conn:
        found = await _explanations(conn, asked.value)
    return _shown(found)


async def explain_message(office: Office, asked: Asked) -> Answer:
    """The shortcut: the message of the thread, or the last answers where it shows none."""
    root = asked.thread_ts or asked.message_ts
    async with borrow(office.pool) as conn:
        place = await said.find_in_thread(conn, asked.channel, root, asked.message_ts)
        if place is None:
            return Answer(text="This works on messages in the thread of a card.")
        if place.message_id is not None:
            return _shown((await explain(conn, str(place.message_id)),))
        found = await _latest(conn, place.conversation_id)
    return _shown(found)


async def _explanations(conn: Connection, value: str) -> tuple[Explanation, ...]:
    try:
        escalation_id = UUID(value)
    except ValueError:
        # Whatever else it is, it names a message; what names nothing is refused in words.
        return (await explain(conn, value),)
    place = await said.find_of_escalation(conn, escalation_id)
    if place is None:
        raise NotFound("This conversation is no longer kept.")
    return await _latest(conn, place.conversation_id)


async def _latest(conn: Connection, conversation_id: UUID) -> tuple[Explanation, ...]:
    """The last answers; where no turn has ever read anything, why the last words wait."""
    life = await traces.read(conn, ConversationId(conversation_id), limit=MESSAGES_READ)
    found = []
    for turn in reversed(life.turns):
        of_turn = [message for message in life.messages if message.turn_id == turn.id]
        if of_turn:
            found.append(explain_turn(life, turn, of_turn))
        if len(found) == ANSWERS_SHOWN:
            break
    if not found and life.messages:
        found.append(explain_turn(life, None, life.messages[-1:]))
    return tuple(found)


def _shown(found: tuple[Explanation, ...]) -> Answer:
    if not found:
        return Answer(text=NOTHING)
    blocks: list[Block] = []
    room = CHARACTERS_MAX
    for place, why in enumerate(found):
        blocks += [divider()] if place else []
        blocks.append(header("Why the concierge said that" if not place else "And before that"))
        for text in _sections(why):
            if len(text) > room or len(blocks) >= BLOCKS_MAX:
                blocks.append(context("There is more: `concierge why` shows all of it."))
                return Answer(text="Why the concierge said that", blocks=tuple(blocks))
            blocks.append(section(text))
            room -= len(text)
    return Answer(text="Why the concierge said that", blocks=tuple(blocks))


def _sections(why: Explanation) -> list[str]:
    """Its lines, packed into as few sections as hold them."""
    packed: list[str] = []
    for line in say_why(why):
        told = cut(f"*{escape(line.label)}:* {escape(line.said)}", SECTION_MAX)
        if packed and len(packed[-1]) + len(told) < SECTION_MAX:
            packed[-1] = f"{packed[-1]}\n{told}"
        else:
            packed.append(told)
    return packed


part = Part(
    presses={"why": Act(run=explain_here)},
    shortcuts={"why_said": Act(run=explain_message)},
)
