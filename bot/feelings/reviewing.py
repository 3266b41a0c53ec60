"""Which readings a person should look at, and what they say of them: the next training's lines.

Where a language model reads otherwise, where staff showed that an alarm was false or missing, and
where the scorer was not sure. Nothing here changes a reading. jobs/review_emotions.py gathers; the
console and the terminal settle.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain import Emotion, MessageId, Polarity, PrimaryEmotion
from bot.errors import NotFound
from bot.profile import Profile
from bot.store import audit, emotion_candidates, emotion_reviews
from bot.store.connection import Connection
from bot.store.emotion_reviews import Candidate, Review, Verdict, verdict_json

OPEN_MAX: Final = 60
"""More than that nobody settles; what comes beyond waits, or was not important enough."""
UNSURE_A_DAY: Final = 5
UNSURE_BELOW: Final = 0.4
STAFF_LOOK_BACK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
INTENSITY_APART: Final = 0.3
ESCALATE_FROM: Final = 0.5
"""From here on a scorer says that a manager wants to be told."""
MATTERS_FROM: Final = 0.3
"""Two names for hardly any feeling are no difference."""
NEUTRAL_MAX: Final = 0.15
_HEAVY: Final = frozenset(
    {
        PrimaryEmotion.ANGRY,
        PrimaryEmotion.SAD,
        PrimaryEmotion.FEARFUL,
        PrimaryEmotion.DISGUSTED,
    }
)
_OTHERS: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of a verdict."""

    is_new: bool
    """False where somebody had settled it before: theirs stands."""
    review: Review


def differences(ours: Emotion, theirs: Emotion) -> tuple[str, ...]:
    """In what two readings of a message differ enough that a person should look; in words."""
    found = []
    is_felt = max(ours.intensity, theirs.intensity) >= MATTERS_FROM
    if ours.primary is not theirs.primary and is_felt and _HEAVY & {ours.primary, theirs.primary}:
        found.append(f"{ours.primary.value} here, {theirs.primary.value} there")
    if {ours.polarity, theirs.polarity} == {Polarity.POSITIVE, Polarity.NEGATIVE}:
        found.append("good for one and bad for the other")
    if abs(ours.intensity - theirs.intensity) >= INTENSITY_APART - 1e-6:
        found.append(f"intensity {ours.intensity:.2f} here, {theirs.intensity:.2f} there")
    if (ours.escalate >= ESCALATE_FROM) != (theirs.escalate >= ESCALATE_FROM):
        found.append("a manager is to be told by one and not by the other")
    return tuple(found)


def admit(
    candidates: Sequence[Candidate],
    already_open: Mapping[str, int],
    languages: Sequence[str],
    *,
    most: int = OPEN_MAX,
) -> tuple[Candidate, ...]:
    """Those for which there is room, in their order; no language takes the room of the others."""
    share = _part(most, languages)
    held = _held(already_open, languages)
    chosen: dict[MessageId, Candidate] = {}
    for each in candidates:
        bucket = _bucket(each.language, languages)
        if each.message_id in chosen or held.total() >= most or held[bucket] >= share:
            continue
        held[bucket] += 1
        chosen[each.message_id] = each
    return tuple(chosen.values())


def by_turns(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """One of each language after the other, within a language in their order."""
    rounds: Counter[str] = Counter()
    placed = []
    for each in candidates:
        placed.append((rounds[each.language], each))
        rounds[each.language] += 1
    return tuple(each for _round, each in sorted(placed, key=lambda place: place[0]))


def _part(most: int, languages: Sequence[str]) -> int:
    return math.ceil(most / max(1, len(languages)))


def _held(already_open: Mapping[str, int], languages: Sequence[str]) -> Counter[str]:
    held: Counter[str] = Counter()
    for language, count in already_open.items():
        held[_bucket(language, languages)] += count
    return held


def _bucket(language: str, languages: Sequence[str]) -> str:
    return language if language in languages else _OTHERS


def compare(
    read: Sequence[tuple[MessageId, str, Emotion, Emotion]],
) -> tuple[Candidate, ...]:
    """Of messages with their language and both readings those that differ enough."""
    return tuple(
        Candidate(
            message_id=message_id,
            language=language,
            source="model",
            why="; ".join(why),
            ours=ours,
            theirs=theirs,
        )
        for message_id, language, ours, theirs in read
        if (why := differences(ours, theirs))
    )


async def find_full(conn: Connection, profile: Profile) -> tuple[str, ...] | None:
    """The languages of which no more could be put before a person, so that no model is paid for
    finding any; None where there is no room at all."""
    languages = profile.business.languages
    held = _held(await emotion_reviews.count_open(conn), languages)
    if held.total() >= OPEN_MAX:
        return None
    return tuple(each for each in languages if held[each] >= _part(OPEN_MAX, languages))


async def put_up(
    conn: Connection, profile: Profile, candidates: Sequence[Candidate], *, now: datetime
) -> int:
    """Put those for which there is room before a person, in the caller's transaction; how many."""
    if not candidates:
        return 0
    await emotion_reviews.hold(conn)
    already_open = await emotion_reviews.count_open(conn)
    chosen = admit(candidates, already_open, profile.business.languages)
    await emotion_reviews.add(conn, chosen, at=now)
    return len(chosen)


async def gather(
    conn: Connection, profile: Profile, channels: Sequence[str], *, now: datetime
) -> int:
    """Find what staff's deeds and the scorer's doubts say, in the caller's transaction.

    Saying it all again changes nothing: a message is reviewed once.
    """
    await emotion_reviews.hold(conn)
    since = now - STAFF_LOOK_BACK
    false = await emotion_candidates.list_false_alarms(conn, since, now, limit=OPEN_MAX)
    missed = await emotion_candidates.list_misses(conn, since, now, limit=OPEN_MAX)
    left = UNSURE_A_DAY - await emotion_candidates.count_unsure(conn, now - DAY)
    unsure: tuple[Candidate, ...] = ()
    if left > 0:
        found = await emotion_candidates.list_unsure(
            conn, now - DAY, now, channels=channels, below=UNSURE_BELOW, limit=OPEN_MAX
        )
        unsure = by_turns(found)[:left]
    return await put_up(conn, profile, (*false, *missed, *unsure), now=now)


async def settle(
    conn: Connection,
    message_id: MessageId,
    verdict: Verdict | None,
    *,
    by: str,
    now: datetime,
) -> Settled:
    """Keep what somebody says is true, or with None that it cannot be said, in the caller's
    transaction; whoever comes second changes nothing.

    Raises:
        NotFound: there is no such review, or its customer has asked to be forgotten.
    """
    if await emotion_reviews.find(conn, message_id) is None:
        raise NotFound("there is no such message to be reviewed any more")
    is_new = await emotion_reviews.settle(conn, message_id, verdict, by=by, at=now)
    if is_new:
        detail = {"left_out": True} if verdict is None else verdict_json(verdict)
        await audit.record(
            conn, actor=by, act="emotion.reviewed", subject=str(message_id), detail=detail
        )
    review = await emotion_reviews.find(conn, message_id)
    if review is None:
        raise NotFound("there is no such message to be reviewed any more")
    return Settled(is_new=is_new, review=review)


def read_verdict(given: Mapping[str, str]) -> tuple[Verdict | None, Mapping[str, str]]:
    """A verdict as it was entered, or what is wrong beside each field."""
    errors: dict[str, str] = {}
    primary = given.get("primary", "")
    if primary not in set(PrimaryEmotion):
        errors["primary"] = f"one of {', '.join(PrimaryEmotion)}"
    polarity = given.get("polarity", "")
    if polarity not in set(Polarity):
        errors["polarity"] = f"one of {', '.join(Polarity)}"
    intensity = _share(given.get("intensity", ""))
    if intensity is None:
        errors["intensity"] = "a number from 0 to 1"
    elif primary == PrimaryEmotion.NEUTRAL and intensity > NEUTRAL_MAX:
        errors["intensity"] = f"neutral has at most {NEUTRAL_MAX}"
    escalate = given.get("escalate", "")
    if escalate not in ("yes", "no"):
        errors["escalate"] = "yes or no"
    if errors or intensity is None:
        return None, errors
    verdict = Verdict(
        primary=PrimaryEmotion(primary),
        polarity=Polarity(polarity),
        intensity=intensity,
        escalate=escalate == "yes",
    )
    return verdict, {}


def verdict_of(emotion: Emotion) -> Verdict:
    """A reading taken as it is."""
    return Verdict(
        primary=emotion.primary,
        polarity=emotion.polarity,
        intensity=_in_steps(emotion.intensity),
        escalate=emotion.escalate >= ESCALATE_FROM,
    )


def _share(said: str) -> float | None:
    try:
        value = float(said.strip().replace(",", "."))
    except ValueError:
        return None
    return _in_steps(value) if 0.0 <= value <= 1.0 else None


def _in_steps(value: float) -> float:
    """The guide counts intensity in twentieths."""
    return round(round(value * 20) / 20, 2)
