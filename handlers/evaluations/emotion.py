"""How a message feels: {primary, polarity, intensity, escalate: would a trigger bring a person}.

A record may say what was said just before: `before`, pairs of "us" or "customer" and the words.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from bot.domain import MessageId
from bot.domain_alarms import Act
from bot.feelings.triggers import Seen, judge
from bot.feelings.watching import about_intents, about_words
from bot.language.emotion_input import Said, Spoken
from handlers.evaluations.base import Evaluation, Predict, Reading, Record, local_models, text_of

NOBODY = MessageId(UUID(int=0))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing has rung before, so that any moment will do."""


@asynccontextmanager
async def open_emotion(environment: Mapping[str, str]) -> AsyncIterator[Predict]:
    """Read the emotion and ask the triggers of the profile."""
    async with local_models(environment) as local:

        async def predict(record: Record) -> Mapping[str, object]:
            return await _predict(local, text_of(record), before_of(record))

        yield predict


async def _predict(local: Reading, text: str, before: tuple[Said, ...]) -> Mapping[str, object]:
    reading = await local.reader.read(text, before=before)
    theirs = [Spoken(said.text, before[:place]) for place, said in enumerate(before)]
    course = await local.reader.emotions(
        [spoken for spoken, said in zip(theirs, before, strict=True) if not said.is_ours]
    )
    felt = reading.emotion
    seen = Seen(
        message_id=NOBODY,
        felt=felt,
        now=NOW,
        about=about_words(text) | about_intents((reading.intent, *reading.parts)),
        before=tuple(each.valence for each in course),
    )
    alarms = judge(local.profile.emotion, seen)
    return {
        "primary": felt.primary.value,
        "polarity": felt.polarity.value,
        "intensity": round(felt.intensity, 4),
        "confidence": round(felt.confidence, 4),
        "escalate": any(alarm.act is Act.HAND_OVER for alarm in alarms),
    }


def before_of(record: Record) -> tuple[Said, ...]:
    """What a record says came before; what is not said as it should be is left out."""
    pairs = record.get("before")
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):
        return ()
    return tuple(
        Said(pair[0] == "us", str(pair[1]))
        for pair in pairs
        if isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
    )


evaluation = Evaluation(help="emotion, and whether staff would be told", open=open_emotion)
