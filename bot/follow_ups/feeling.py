"""How a customer feels as far as the wording goes: happy, neutral or unhappy, and by what.

An open complaint outweighs all, then an alarm that came to no good end, then what they rated us,
then how their words sounded: the newer and the surer the more, and most of all what they said once
their event had begun. In doubt neutral: thanks that are too warm annoy more than plain ones.
Decided anew at the moment of sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import CustomerId, Polarity
from bot.domain_booking import BookingId
from bot.domain_follow_ups import Feeling
from bot.language.course import FELT, falls, is_serious
from bot.store import feelings
from bot.store.connection import Connection
from bot.store.feelings import Rating, Reading, Rung, Traces, Trouble

HAPPY_FROM = 0.25
UNHAPPY_FROM = -0.2
"""Nearer to nothing than happiness: a review asked of somebody annoyed is the dearer mistake."""
HALF_LIFE = timedelta(days=3)
ABOUT = 4.0
"""What is said after the event counts so many times."""
PLAIN = 0.3
"""A message without feeling counts so much: a "thanks" and a time make nobody less angry."""
SORE_FROM = 0.6
"""One message this angry or sad, or one for a manager, is enough until a glad one comes."""
GLAD_FROM = 0.3
TROUBLE_LASTS = timedelta(days=30)
CALM_MESSAGES = 2
"""So many messages without a bad word end an alarm for which nobody had to come in."""
ONE_COURSE = timedelta(days=3)
"""Messages farther apart are no course of one feeling."""
RATING_HAPPY, RATING_UNHAPPY = 4, 2
WHY_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """A feeling and what weighed, in words for staff; no word of the customer's is in them."""

    feeling: Feeling
    why: str


async def read_feeling(
    conn: Connection,
    customer_id: CustomerId,
    *,
    booking_id: BookingId | None = None,
    at: datetime,
) -> Feeling:
    """How the customer felt at that moment; of an event's booking, about it."""
    return (await why_feeling(conn, customer_id, booking_id=booking_id, at=at)).feeling


async def why_feeling(
    conn: Connection,
    customer_id: CustomerId,
    *,
    booking_id: BookingId | None = None,
    at: datetime,
) -> Felt:
    """The same, with what weighed."""
    return weigh(await feelings.read(conn, customer_id, booking_id=booking_id, at=at), at)


def weigh(traces: Traces, at: datetime) -> Felt:
    """What the traces come to. Pure."""
    sore = _by_trouble(traces, at) or _by_alarm(traces, at)
    if sore is not None:
        return sore
    rated = next((each for each in traces.ratings if each.is_about), None)
    rated = rated or next(iter(traces.ratings), None)
    if rated is not None and not _is_overtaken(rated, traces.readings):
        return _by_rating(rated, at)
    return _by_words(traces.readings, at)


def _by_trouble(traces: Traces, at: datetime) -> Felt | None:
    for each in traces.troubles:
        if each.resolved_at is None:
            return Felt(feeling=Feeling.UNHAPPY, why=f"a complaint is open, {_ago(each.at, at)}")
    for each in traces.troubles:
        if _still_hurts(each, traces, at):
            ended = each.resolved_at or each.at
            why = f"a complaint was settled {_ago(ended, at)}, and no glad word came since"
            return Felt(feeling=Feeling.UNHAPPY, why=why)
    return None


def _still_hurts(trouble: Trouble, traces: Traces, at: datetime) -> bool:
    """Whether it was settled not long ago and they have not sounded glad since."""
    if trouble.resolved_at is None or at - trouble.resolved_at > TROUBLE_LASTS:
        return False
    return not _is_glad_since(traces, trouble.resolved_at)


def _by_alarm(traces: Traces, at: datetime) -> Felt | None:
    for each in traces.alarms:
        name = each.trigger.replace("_", " ")
        if each.is_with_staff:
            why = f"an alarm ({name}) rang {_ago(each.at, at)}, and people have the conversation"
            return Felt(feeling=Feeling.UNHAPPY, why=why)
        if _still_rings(each, traces, at):
            why = f"an alarm ({name}) rang {_ago(each.at, at)}, and it came to no good end since"
            return Felt(feeling=Feeling.UNHAPPY, why=why)
    return None


def _still_rings(rung: Rung, traces: Traces, at: datetime) -> bool:
    """Whether it rang not long ago, and neither a glad word nor a calm talk came after it."""
    ended = rung.settled_at or rung.at
    if at - ended > TROUBLE_LASTS or _is_glad_since(traces, ended):
        return False
    after = [each for each in traces.readings if each.at > ended]
    is_calm = len(after) >= CALM_MESSAGES and not any(map(_is_bad, after))
    return not (rung.is_unseen and is_calm)


def _is_glad_since(traces: Traces, after: datetime) -> bool:
    is_glad = any(each.at > after and _is_glad(each) for each in traces.readings)
    is_rated = any(each.at > after and each.stars >= RATING_HAPPY for each in traces.ratings)
    return is_glad or is_rated


def _is_overtaken(rating: Rating, readings: Sequence[Reading]) -> bool:
    """Whether they have said something sore after they rated us well."""
    sore = any(each.at > rating.at and _is_sore(each) for each in readings)
    return rating.stars > RATING_UNHAPPY and sore


def _by_rating(rating: Rating, at: datetime) -> Felt:
    feeling = Feeling.NEUTRAL
    if rating.stars >= RATING_HAPPY:
        feeling = Feeling.HAPPY
    elif rating.stars <= RATING_UNHAPPY:
        feeling = Feeling.UNHAPPY
    return Felt(feeling=feeling, why=f"rated us {rating.stars} of 5, {_ago(rating.at, at)}")


def _by_words(readings: Sequence[Reading], at: datetime) -> Felt:
    if not readings:
        return Felt(feeling=Feeling.NEUTRAL, why="nothing tells how they feel")
    glad = max((each.at for each in readings if _is_glad(each)), default=None)
    for each in readings:
        if _is_sore(each) and (glad is None or each.at >= glad):
            why = f"sounded {_heard(each, at)}, and not glad since"
            return Felt(feeling=Feeling.UNHAPPY, why=why)
    if _is_falling(readings):
        last = ", then ".join(_heard(each, at) for each in reversed(readings[:3]))
        return Felt(feeling=Feeling.UNHAPPY, why=f"each message sounded worse: {last}")
    about = [each for each in readings if each.is_about] or readings
    weights = [_weight(each, at) for each in about]
    total = sum(weights)
    pairs = zip(about, weights, strict=True)
    score = sum(_sign(each) * weight for each, weight in pairs) / total if total else 0.0
    told = sorted(zip(weights, about, strict=True), key=lambda pair: -pair[0])[:WHY_MAX]
    why = "sounded " + "; ".join(_heard(each, at) for _, each in told)
    feeling = Feeling.NEUTRAL
    if score >= HAPPY_FROM:
        feeling = Feeling.HAPPY
    elif score <= UNHAPPY_FROM:
        feeling = Feeling.UNHAPPY
    return Felt(feeling=feeling, why=f"{why} (in all {score:+.2f})")


def _weight(reading: Reading, at: datetime) -> float:
    age = max(at - reading.at, timedelta())
    weight = reading.emotion.confidence * float(0.5 ** (age / HALF_LIFE))
    weight *= ABOUT if reading.is_about else 1.0
    if is_serious(reading.emotion):
        weight *= 1.0 + reading.emotion.escalate
    return weight * (PLAIN if reading.emotion.polarity is Polarity.NEUTRAL else 1.0)


def _sign(reading: Reading) -> float:
    signs = {Polarity.POSITIVE: 1.0, Polarity.NEGATIVE: -1.0, Polarity.NEUTRAL: 0.0}
    return signs[reading.emotion.polarity] * reading.emotion.intensity


def _is_falling(readings: Sequence[Reading]) -> bool:
    """Whether their last messages, soon after one another, went down to a bad one."""
    last = readings[:3]
    is_one = bool(last) and last[0].at - last[-1].at <= ONE_COURSE
    is_sure = all(each.emotion.confidence >= 0.5 for each in last)
    return is_one and is_sure and _is_bad(last[0]) and falls(_course(last))


def _course(last: Sequence[Reading]) -> list[float]:
    return [each.emotion.valence for each in reversed(last)]


def _is_bad(reading: Reading) -> bool:
    return reading.emotion.valence <= -FELT or is_serious(reading.emotion)


def _is_glad(reading: Reading) -> bool:
    emotion = reading.emotion
    is_sure = emotion.confidence >= 0.5 and emotion.intensity >= GLAD_FROM
    return emotion.polarity is Polarity.POSITIVE and is_sure


def _is_sore(reading: Reading) -> bool:
    emotion = reading.emotion
    is_strong = emotion.polarity is Polarity.NEGATIVE and emotion.intensity >= SORE_FROM
    return emotion.confidence >= 0.5 and (is_strong or is_serious(emotion))


def _heard(reading: Reading, at: datetime) -> str:
    emotion = reading.emotion
    grave = " (for a manager)" if is_serious(emotion) else ""
    return f"{emotion.primary.value} {emotion.intensity:.1f}{grave} {_ago(reading.at, at)}"


def _ago(then: datetime, at: datetime) -> str:
    hours = max(0, int((at - then) / timedelta(hours=1)))
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
