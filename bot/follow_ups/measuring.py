"""What follow-ups bring: counts in each way, what would not have come by itself, and how
comparisons stand.

Reads only. bot/follow_ups/report_words.py says it; the desk and the command line ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.causes.base import causes
from bot.follow_ups import trials
from bot.follow_ups.shares import Difference, Share, find_difference
from bot.profile import Profile
from bot.store import follow_up_counts, follow_up_trials
from bot.store.connection import Connection
from bot.store.follow_up_counts import By, Counted, Left

REASONS_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """What a cause brings over writing nothing, by customers whose watching is over."""

    cause: str
    sent: Share
    held_back: Share
    difference: Difference | None
    """None: too few to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialState:
    """A comparison: while it runs only how full it is, then its verdict."""

    name: str
    cause: str
    is_over: bool
    verdict: str
    filled: Mapping[str, tuple[int, int]]
    """By wording: customers who got it, and those of them whose watching is over."""
    per_arm: int
    is_changed: bool
    """The profile says otherwise by now; it goes on as it began."""
    is_left: bool
    """The profile says nothing of it any more: nobody joins it, and its winner is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Follow-ups that were due in a span of time."""

    since: datetime
    until: datetime
    titles: Mapping[str, str]
    """What staff call each cause."""
    done: Mapping[str, str]
    """By cause: what a customer has done that it was for, such as "booked"."""
    counted: tuple[Counted, ...]
    left: tuple[Left, ...]
    uplifts: tuple[Uplift, ...]
    trials: tuple[TrialState, ...]

    def lines(self, by: By) -> tuple[Counted, ...]:
        """The counts in one way."""
        return tuple(each for each in self.counted if each.by == by)


async def read_report(
    conn: Connection, profile: Profile, since: datetime, until: datetime
) -> Report:
    """Count what was due from `since` until before `until`, staff's own messages included."""
    known = causes()
    kept = await follow_up_trials.list_kept(conn)
    running = [each.name for each in kept if each.ended_at is None]
    sides = await follow_up_counts.count_sides(conn, since, until, causes=list(known))
    return Report(
        since=since,
        until=until,
        titles={name: cause.title for name, cause in known.items()},
        done={name: trials.DONE[cause.converts_by] for name, cause in known.items()},
        counted=await follow_up_counts.count_all(
            conn, since, until, causes=list(known), running=running
        ),
        left=await follow_up_counts.count_left(
            conn, since, until, causes=list(known), most=REASONS_MAX
        ),
        uplifts=tuple(_uplift(each) for each in sides),
        trials=tuple([await _state(conn, profile, each) for each in kept]),
    )


def _uplift(sides: follow_up_counts.Sides) -> Uplift:
    sent = Share(of=sides.sent, hits=sides.sent_hits)
    held = Share(of=sides.held, hits=sides.held_hits)
    return Uplift(
        cause=sides.cause, sent=sent, held_back=held, difference=find_difference(held, sent)
    )


async def _state(
    conn: Connection, profile: Profile, trial: follow_up_trials.KeptTrial
) -> TrialState:
    counts = () if trial.ended_at else await trials.count_arms(conn, trial)
    full = [(each.customers, each.over) for each in counts]
    return TrialState(
        name=trial.name,
        cause=trial.rule.cause,
        is_over=trial.ended_at is not None,
        verdict=trial.verdict,
        filled=dict(zip(trial.rule.variants, full, strict=False)),
        per_arm=trial.rule.per_arm,
        is_changed=profile.follow_ups.trials.get(trial.name, trial.rule) != trial.rule,
        is_left=trial.name not in profile.follow_ups.trials,
    )
