"""How a customer's feelings stand on a card, in plain English for staff: the course, not one word.

Called by bot/desk/cards.py and bot/desk/customers.py; what a course comes to is said by
bot/feelings/trends.py and bot/feelings/history.py, here it is only worded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import Author, Emotion
from bot.feelings.history import History, Recovery
from bot.feelings.trends import UNHAPPY_BELOW, Felt, trend_of

SHOWN = 6
"""So many of the last messages stand on a card of an escalation."""
SQUARES = ((-1.0, "🟥"), (-0.595, "🟧"), (-0.15, "⬜"), (0.15, "🟩"))
"""From which valence on: very bad (a strong feeling, 0.60 as it is written), bad, neither, good."""
ARROWS = {"rising": "↗ rising", "falling": "↘ falling", "steady": "→ steady"}
OUTCOMES = {"better": "better", "same": "no better", "worse": "worse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The worst moment of a customer with us, and what came of it."""

    felt: str
    at: datetime
    ended: str


def say_now(history: History, *, shown: int = SHOWN) -> str:
    """ "angry 0.82 ↘ falling, was neutral ⬜🟧🟥": the last messages, the oldest first."""
    last = history.felt[-shown:]
    if not last:
        return ""
    now = last[-1]
    if len(last) == 1:
        return say_emotion(now.emotion)
    before = last[-2].emotion.primary
    was = f", was {before.value}" if before is not now.emotion.primary else ""
    arrow = ARROWS[trend_of(last).direction]
    parts = (f"{say_emotion(now.emotion)} {arrow}{was}", squares(last), _since(history, last))
    return " ".join(filter(None, parts))


def say_worst(history: History) -> Worst | None:
    """The worst moment; None where they were never unhappy."""
    worst = history.trend.worst
    if worst is None or worst.valence >= UNHAPPY_BELOW:
        return None
    lasted = f", unhappy for {_span(history.trend.lasted)}" if history.trend.has_lasted else ""
    ended = f"{_ended(history, worst)}{lasted}"
    return Worst(felt=say_emotion(worst.emotion), at=worst.at, ended=ended)


def say_emotion(emotion: Emotion) -> str:
    """ "angry 0.82"; what is neutral has no strength."""
    said = emotion.primary.value
    return f"{said} {emotion.intensity:.2f}" if emotion.valence else said


def squares(felt: Sequence[Felt]) -> str:
    """A square a message, coloured by how bad or good it is."""
    return "".join(
        next(sign for least, sign in reversed(SQUARES) if each.valence >= least) for each in felt
    )


def _since(history: History, last: Sequence[Felt]) -> str:
    """How they fared since we answered, where that is among the last messages."""
    if not history.recoveries or history.recoveries[-1].at < last[0].at:
        return ""
    newest = history.recoveries[-1]
    return f"· {_after(newest)}" if newest.outcome != "same" else ""


def _after(recovery: Recovery) -> str:
    by = "since staff answered" if recovery.author is Author.STAFF else "since our answer"
    return f"{OUTCOMES[recovery.outcome]} {by}"


def _ended(history: History, worst: Felt) -> str:
    mended = [each for each in history.recoveries if each.message_id == worst.message_id]
    if mended:
        return _after(mended[0])
    own = [each for each in history.felt if each.conversation_id == worst.conversation_id]
    later = [each for each in own if (each.at, each.seq) > (worst.at, worst.seq)]
    if not later:
        return "they have not written in that talk since"
    return f"then {say_emotion(later[-1].emotion)}"


def _span(lasted: timedelta) -> str:
    minutes = max(1, round(lasted / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
