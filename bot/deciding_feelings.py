"""How each waiting message of a turn feels, and what rings by it: read before, kept at the commit.

bot/deciding.py reads, bot/turn.py keeps. What rings is bot/feelings' to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.decision import Decision
from bot.deps import Deps
from bot.domain import Direction, Emotion, MessageId, Status, StoredMessage
from bot.domain_alarms import Alarm
from bot.feelings import watching
from bot.feelings.watching import Heard, watch
from bot.language.emotion_input import BEFORE_MAX, Said, Spoken
from bot.language.reader import Reading
from bot.situation import Situation
from bot.store import emotions
from bot.store.connection import Connection
from bot.store.unscored import BEFORE_WITHIN

FELT_MAX = 32
"""How many emotions a turn reads itself; the emotion job reads the others."""
UNSEEN = (Status.DROPPED, Status.HELD, Status.FAILED)
"""What the customer has never got of ours; who wrote next knew nothing of it."""


def said_before(situation: Situation, message: StoredMessage) -> tuple[Said, ...]:
    """The last words of either side before that message, oldest first."""
    said = (*situation.transcript, *situation.waiting)
    earlier = sorted(
        (
            each
            for each in said
            if each.seq < message.seq
            and each.text
            and each.status not in UNSEEN
            and message.created_at - each.created_at <= BEFORE_WITHIN
        ),
        key=lambda each: each.seq,
    )
    return tuple(
        Said(each.direction is Direction.OUTBOUND, each.text) for each in earlier[-BEFORE_MAX:]
    )


async def read_feelings(
    deps: Deps, situation: Situation, reading: Reading
) -> Mapping[MessageId, Emotion]:
    """How each waiting message feels; what the emotion job has read already is not read again."""
    known = dict(situation.emotions)
    unread = [m for m in situation.waiting if m.text and m.id not in known][-FELT_MAX:]
    if len(situation.waiting) == 1 and unread:
        known[unread[0].id] = reading.emotion
    elif unread:
        spoken = [Spoken(m.text, said_before(situation, m)) for m in unread]
        scored = await deps.reader.emotions(spoken)
        known |= {m.id: emotion for m, emotion in zip(unread, scored, strict=True)}
    return known


async def watch_feelings(deps: Deps, situation: Situation, reading: Reading) -> tuple[Alarm, ...]:
    """What the waiting messages ring, by the emotions in the situation, most severe first."""
    heard = [
        Heard(
            id=message.id,
            text=message.text,
            felt=situation.emotions[message.id],
            before=said_before(situation, message),
        )
        for message in situation.waiting
        if message.id in situation.emotions and message.text
    ]
    intents = (reading.intent, *reading.parts)
    return await watch(deps, situation.conversation_id, heard, intents, is_turn=True)


def worst_of(felt: Mapping[MessageId, Emotion], otherwise: Emotion) -> Emotion:
    """The unhappiest of them."""
    return min(felt.values(), key=lambda emotion: emotion.valence, default=otherwise)


async def keep_feelings(
    deps: Deps, conn: Connection, situation: Situation, decision: Decision
) -> None:
    """Write what was read and what rang, inside the turn's commit, after it has spoken (I2)."""
    if decision.emotions:
        await emotions.write(conn, decision.emotions)
    rung = await watching.keep(deps, conn, situation.conversation_id, decision.alarms)
    said = {message.id: (message.address_id, message.text) for message in situation.waiting}
    if rung:
        await watching.tell_staff(conn, situation.conversation_id, rung, said=said)
