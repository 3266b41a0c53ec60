"""Which of the crew serve an event: the team that the wishes of the profile favour most.

Only those are considered whom the hard rules of bot/booking/crew.py let come. Among them the team
with the highest score is found exactly, not by chance: see `choose_team`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.booking.crew import (
    Approach,
    Books,
    Demand,
    Diary,
    find_approach,
    moment_at,
    on_duty,
    open_books,
    why_not,
)
from bot.booking.crew_words import reason_of
from bot.domain_booking import Chef, ChefId, Roster
from bot.language.wording import say
from bot.profile import Profile

PARTS = 1_000_000
"""Scores are reckoned in millionths, as whole numbers: sums come out the same in any order."""
SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A chef of a team."""

    chef: Chef
    approach: Approach
    reason: str
    """Why this chef, in staff's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who serves an event."""

    members: tuple[Member, ...]
    """The least chef number first."""
    score: Decimal
    """How far the wishes are met; the sum of the profile's weights is everything."""


def choose_team(
    profile: Profile, roster: Roster, demand: Demand, starts_at: datetime
) -> Team | None:
    """The best team of `demand.workers` that may serve the event; None where too few may.

    A team's score is the sum of, each times its weight in the profile's [matching]:
        language: 1 where anybody speaks the customer's language
        strengths: the share of the wished strengths that somebody has
        past_chef: 1 where anybody has been with this customer before
        travel: mean over the team of 1 - miles from home / travel.max_miles, at least 0
        fairness: mean over the team of 1 - events of late / the most that anybody has
    and, where the chef who was asked for by name is in it, more than all of these together. Of
    teams that score the same, the one with the lower chef numbers is taken.
    """
    books = open_books(profile, roster, demand)
    moment = moment_at(books, starts_at)
    able = [
        (diary, found)
        for diary in on_duty(books, moment.day)
        if (found := find_approach(books, diary, moment)) is not None
    ]
    if len(able) < demand.workers:
        return None
    merit = _merit(books, roster)
    candidates = [_candidate(merit, diary, found) for diary, found in able]
    chosen = _best(merit, candidates, demand.workers)
    language = profile.business.home_language
    return Team(
        members=tuple(
            Member(
                chef=one.diary.chef,
                approach=one.approach,
                reason=reason_of(books, one.diary, moment, language),
            )
            for one in chosen
        ),
        score=_score(merit, chosen),
    )


def explain(
    profile: Profile,
    roster: Roster,
    demand: Demand,
    chef: Chef,
    starts_at: datetime,
    *,
    language: str = "en",
) -> str:
    """Why this chef for this event: "speaks Spanish, 12 miles, free until 9:00 PM".

    Of one who cannot come it says which rule forbids it.
    """
    unfit = why_not(profile, roster, chef, demand, starts_at)
    if unfit is not None:
        return say(f"crew_not_{unfit}", language)
    books = open_books(profile, roster, demand, chefs=(chef,))
    return reason_of(books, books.diaries[0], moment_at(books, starts_at), language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merit:
    """What the wishes of one event are worth, in millionths."""

    demand: Demand
    wished: tuple[str, ...]
    """The wished strengths, each once, folded."""
    language: int
    past_chef: int
    strengths: int
    travel: Decimal
    """For a chef who lives next door."""
    fairness: Decimal
    """For a chef who has had no events."""
    by_name: int
    """More than all others together."""
    farthest: Decimal
    """Where the way counts for nothing any more; 0 where ways do not matter."""
    served: Mapping[ChefId, int]
    served_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A chef who can come."""

    diary: Diary
    approach: Approach
    brings: int
    """Which of a team's wishes the chef fulfils, a bit each: language, past chef, by name, and then
    the strengths. A team brings what anybody in it brings."""
    own: int
    """What the chef's way and fewer events add, in millionths, before the mean is taken."""


LANGUAGE, PAST_CHEF, BY_NAME, FIRST_STRENGTH = 1, 2, 4, 8


def _merit(books: Books, roster: Roster) -> _Merit:
    weights, travel = books.profile.matching, books.profile.travel
    everything = (
        weights.language + weights.strengths + weights.past_chef + weights.travel + weights.fairness
    )
    return _Merit(
        demand=books.demand,
        wished=tuple(sorted({strength.casefold() for strength in books.demand.strengths})),
        language=int(weights.language * PARTS),
        past_chef=int(weights.past_chef * PARTS),
        strengths=int(weights.strengths * PARTS),
        travel=weights.travel * PARTS,
        fairness=weights.fairness * PARTS,
        by_name=int((everything + 1) * PARTS),
        farthest=travel.max_miles if travel else Decimal(0),
        served=roster.served,
        served_most=max((roster.served.get(chef.id, 0) for chef in roster.chefs), default=0),
    )


def _candidate(merit: _Merit, diary: Diary, found: Approach) -> _Candidate:
    chef, demand = diary.chef, merit.demand
    brings = LANGUAGE if demand.language and demand.language in chef.languages else 0
    brings |= PAST_CHEF if chef.id in demand.past_chefs else 0
    brings |= BY_NAME if chef.id == demand.chef else 0
    strengths = {strength.casefold() for strength in chef.strengths}
    for place, strength in enumerate(merit.wished):
        brings |= FIRST_STRENGTH << place if strength in strengths else 0
    own = Decimal(0)
    if merit.farthest:
        own += merit.travel * max(Decimal(0), 1 - (found.miles or 0) / merit.farthest)
    served = merit.served.get(chef.id, 0)
    own += merit.fairness * (1 - Decimal(served) / max(1, merit.served_most))
    return _Candidate(diary=diary, approach=found, brings=brings, own=round(own))


def _together(merit: _Merit, brings: int) -> int:
    """What a team that brings all this is worth, its ways and past events apart."""
    worth = merit.language if brings & LANGUAGE else 0
    worth += merit.past_chef if brings & PAST_CHEF else 0
    worth += merit.by_name if brings & BY_NAME else 0
    if merit.wished:
        covered = (brings // FIRST_STRENGTH).bit_count()
        worth += merit.strengths * covered // len(merit.wished)
    return worth


def _score(merit: _Merit, team: Sequence[_Candidate]) -> Decimal:
    brings = 0
    for one in team:
        brings |= one.brings
    worth = _together(merit, brings) + Decimal(sum(one.own for one in team)) / len(team)
    return (worth / PARTS).quantize(SHOWN)


def _best(merit: _Merit, candidates: Sequence[_Candidate], size: int) -> tuple[_Candidate, ...]:
    """The best team of that size, exactly, by dynamic programming over what teams bring.

    Of the teams of one size that bring the same, only the one with the most of its own can become
    part of the best; so a table per size, keyed by what is brought, is all there is to remember.
    """
    tables: list[dict[int, tuple[int, tuple[_Candidate, ...]]]] = [{} for _ in range(size + 1)]
    tables[0][0] = (0, ())
    for one in _worth_a_look(candidates, size):
        for taken in reversed(range(size)):
            larger = tables[taken + 1]
            for brings, (own, team) in tables[taken].items():
                both, offered = brings | one.brings, (own + one.own, (*team, one))
                if both not in larger or _is_better(offered, larger[both]):
                    larger[both] = offered
    full = [
        (_together(merit, brings) * size + own, team)
        for brings, (own, team) in tables[size].items()
    ]
    best = full[0]
    for offered in full[1:]:
        best = offered if _is_better(offered, best) else best
    return best[1]


def _worth_a_look(candidates: Sequence[_Candidate], size: int) -> list[_Candidate]:
    """Of those who bring the same no more than a team's size: the rest could only be worse."""
    kept: dict[int, int] = Counter()
    found = []
    for one in sorted(candidates, key=lambda one: (-one.own, one.diary.chef.number)):
        if kept[one.brings] < size:
            kept[one.brings] += 1
            found.append(one)
    return sorted(found, key=lambda one: one.diary.chef.number)


def _is_better(
    offered: tuple[int, tuple[_Candidate, ...]], known: tuple[int, tuple[_Candidate, ...]]
) -> bool:
    """More worth; or as much, with lower chef numbers."""
    if offered[0] != known[0]:
        return offered[0] > known[0]
    return _numbers(offered[1]) < _numbers(known[1])


def _numbers(team: Sequence[_Candidate]) -> list[int]:
    return [one.diary.chef.number for one in team]
