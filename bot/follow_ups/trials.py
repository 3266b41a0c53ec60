"""Which wording a customer gets, who gets none so that it can be told what it brings, and the end
of a comparison.

A hash of the trial and the customer decides, so that the same customer always has the same arm and
two trials divide customers independently. A trial is judged once, when both arms are full and their
watching is over: whoever looks earlier and stops when it looks good finds winners that are none.
bot/follow_ups/sending.py asks for the arm, jobs/measure_follow_ups.py for the end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.causes.base import causes
from bot.domain import CustomerId
from bot.domain_follow_ups import HOLDOUT, Owed
from bot.follow_ups.shares import Judgement, Share, judge
from bot.profile import Profile
from bot.profile_follow_ups import NEVER_HELD_BACK, Trial
from bot.store import follow_up_trials
from bot.store.connection import Connection
from bot.store.follow_up_trials import ArmCount, KeptTrial

STANDARD = "a"
"""The wording of who is in no trial."""
WAITED_AT_MOST = timedelta(days=60)
"""A message goes at most so long after it was first due."""
DONE = {
    "booking": "booked",
    "deposit": "paid the deposit",
    "headcount": "confirmed the number",
    "feedback": "told how it was",
    "answer": "answered",
}
"""What a customer has done, by `Cause.converts_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """How a customer is written to."""

    trial: str = ""
    """Empty: in none."""
    variant: str = STANDARD
    is_holdout: bool = False
    """Not at all: they are watched like the others."""

    @property
    def name(self) -> str:
        """As follow_ups.arm has it; empty for who is in no trial."""
        if self.is_holdout:
            return HOLDOUT
        return self.variant if self.trial else ""


async def choose_arm(conn: Connection, profile: Profile, owed: Owed) -> Arm:
    """The arm of a follow-up's customer. What a person has worded goes as it stands."""
    if owed.text or owed.planned_by:
        return Arm()
    if is_held_back(profile, owed.cause, owed.customer_id):
        return Arm(is_holdout=True)
    # In the profile's order: trials of the same words run one after the other. Each goes on as it
    # began, whatever the profile says under its name by now.
    trials = profile.follow_ups.trials
    if not trials:
        return Arm()
    kept = {each.name: each for each in await follow_up_trials.list_kept(conn, list(trials))}
    over = []
    for name, now_said in trials.items():
        known = kept.get(name)
        rule = known.rule if known else now_said
        if not _is_of(rule, owed):
            continue
        if known is not None and known.ended_at is not None:
            over.append(known)
        else:
            return Arm(trial=name, variant=_side(name, rule, owed.customer_id))
    if not over:
        return Arm()
    last = max(over, key=lambda each: (each.ended_at or each.began_at, each.name))
    return Arm(variant=last.winner or last.rule.variants[0])


def is_held_back(profile: Profile, cause: str, customer_id: CustomerId) -> bool:
    """Whether this customer is among those whom the cause does not write to."""
    rules = profile.follow_ups
    if cause in NEVER_HELD_BACK or cause not in rules.holdout_causes:
        return False
    return unit(f"holdout:{cause}", customer_id) * 100 < float(rules.holdout_percent)


def unit(label: str, customer_id: CustomerId) -> float:
    """A number from 0 up to 1 that is the same whenever it is asked for."""
    digest = hashlib.sha256(f"{label}:{customer_id}".encode()).digest()
    return float(int.from_bytes(digest[:8], "big") >> 11) / float(1 << 53)


async def end_full(conn: Connection, profile: Profile, *, now: datetime) -> tuple[KeptTrial, ...]:
    """Begin the trials that are new, end those that are full or too old; which ended, with verdict.

    In the caller's transaction; said again it ends nothing twice.
    """
    await follow_up_trials.begin(conn, profile.follow_ups.trials, at=now)
    ended = []
    for trial in await follow_up_trials.list_kept(conn):
        if trial.ended_at is None and await _end(conn, trial, now):
            ended.append(trial.name)
    return await follow_up_trials.list_kept(conn, ended) if ended else ()


async def count_arms(conn: Connection, trial: KeptTrial) -> tuple[ArmCount, ArmCount]:
    """How full the arms are."""
    since = trial.began_at - WAITED_AT_MOST
    return await follow_up_trials.count_arms(conn, trial, since=since)


async def _end(conn: Connection, trial: KeptTrial, now: datetime) -> bool:
    counts = await count_arms(conn, trial)
    is_full = min(each.over for each in counts) >= trial.rule.per_arm
    if not is_full and now < trial.began_at + timedelta(days=trial.rule.max_days):
        return False
    first, second = (Share(of=each.over, hits=each.hits) for each in counts)
    found = judge(first, second, error=trial.rule.error) if is_full else None
    winner = trial.rule.variants[found.better - 1] if found and found.better else ""
    verdict = say_verdict(trial.rule, counts, found)
    figures = {
        f"{arm}_{what}": number
        for arm, count in zip(trial.rule.variants, counts, strict=True)
        for what, number in (("of", count.over), ("hits", count.hits), ("out", count.opted_out))
    }
    return await follow_up_trials.end(
        conn, trial.name, winner=winner, verdict=verdict, figures=figures, at=now
    )


def say_verdict(rule: Trial, counts: tuple[ArmCount, ArmCount], found: Judgement | None) -> str:
    """How it ended, in the owner's words; without a judgement the arms never filled."""
    (a, b), (first, second) = rule.variants, counts
    if found is None:
        return (
            f"ended after {rule.max_days} days with {first.over} of {rule.per_arm} in {a} and "
            f"{second.over} of {rule.per_arm} in {b}: too few to tell, {a} stays"
        )
    gap = found.difference
    end = f"{rule.variants[found.better - 1]} wins" if found.better else f"no winner, {a} stays"
    stops = ""
    if first.opted_out or second.opted_out:
        stops = f" (opted out: {a} {first.opted_out}, {b} {second.opted_out})"
    return (
        f"{b}: {second.hits} of {second.over} {_done(rule)}, {a}: {first.hits} of {first.over}; "
        f"difference {_points(gap.value)} points ({_points(gap.low)} to {_points(gap.high)}), "
        f"p {found.p:.3f}: {end}{stops}"
    )


def _points(part: float) -> str:
    """Percentage points, halves rounded away from nothing as people do."""
    return f"{Decimal(str(round(part * 100, 6))).quantize(Decimal('0.1'), 'ROUND_HALF_UP')}"


def _done(rule: Trial) -> str:
    cause = causes().get(rule.cause)
    by = cause.converts_by if cause and rule.goal == "converted" else "answer"
    return DONE[by]


def _side(name: str, rule: Trial, customer_id: CustomerId) -> str:
    return rule.variants[int(unit(f"trial:{name}", customer_id) * 2)]


def _is_of(rule: Trial, owed: Owed) -> bool:
    """Whether a message is one that the trial compares."""
    return rule.cause == owed.cause and rule.step in ("", owed.step)
