"""Tries a rule over days that are past: who would have been written to, and who not, and why.

By the profile's figures or by others, and by the very rules that decide when one is sent
(bot/follow_ups/deciding.py). Nothing is sent or kept: the transaction may only read. The desk and
`concierge followups try` call it; bot/follow_ups/dry_run_words.py says the result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.causes.base import Cause, Find, causes
from bot.domain import CustomerId
from bot.domain_follow_ups import Plan, Span
from bot.errors import CallerError
from bot.follow_ups.deciding import PutOff, Send, Skip
from bot.follow_ups.dry_run_deciding import Around, decide_then, kind_of, next_look
from bot.follow_ups.dry_run_figures import with_figures
from bot.follow_ups.ways import Lines, Option
from bot.profile import Profile
from bot.store import follow_up_facts, follow_up_past
from bot.store.connection import Connection
from bot.store.follow_up_facts import States
from bot.store.follow_up_past import Then
from bot.store.follow_up_plans import Near

DAYS_MAX = 90
MATTERS_MAX = 1000
"""Of more, as many from each part of the time are looked at, and the result says so."""
PARTS = 20
LOOKS_MAX = 40
TIMEOUT_S = 20
EXAMPLES = 3
TOO_LATE = "too late by the time it could have gone"
NOBODY = "the customer is no more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried."""

    cause: str
    days: int
    now: datetime
    lines: Lines
    render: Callable[[str, str], tuple[str, ...]]
    """A channel and a text to the parts in which it goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One that would have gone."""

    customer: str
    channel: str
    at: datetime
    text: str
    because: str


@dataclass(slots=True, kw_only=True)
class Tried:
    """What came of a trial."""

    cause: str
    title: str
    since: datetime
    until: datetime
    found: int = 0
    is_cut: bool = False
    """Whether there were more matters than are looked at."""
    gone: int = 0
    """Would have gone."""
    by_channel: Counter[str] = field(default_factory=Counter)
    stayed: Counter[str] = field(default_factory=Counter)
    """Would have stayed, by reason."""
    ahead: int = 0
    """Not due before now."""
    really: int = 0
    """Of those that would have gone, how many really went then."""
    unwritten: int = 0
    """Of those that would have gone, how many did not and have been watched to the end."""
    came: int = 0
    """Of the unwritten, how many did what the message asks for all the same."""
    converts_by: str = ""
    watched_days: int = 0
    cost: Decimal = Decimal(0)
    unpriced: set[str] = field(default_factory=set)
    """Channels whose price is not known."""
    examples: list[Example] = field(default_factory=list)


def tried_causes() -> tuple[str, ...]:
    """The causes that can be tried, by name."""
    return tuple(name for name, each in causes().items() if each.find is not None)


async def try_cause(
    conn: Connection, profile: Profile, trial: Trial, figures: Mapping[str, str] | None = None
) -> Tried:
    """Try one over the past days, with other figures where some are given; reads only.

    The rest of the transaction may only read as well.

    Raises:
        CallerError: there is no such cause to be tried, or a figure is none.
    """
    cause = causes().get(trial.cause)
    if cause is None or cause.find is None:
        names = ", ".join(tried_causes())
        raise CallerError(f"CAUSE: {trial.cause!r} cannot be tried; it is one of {names}")
    if not 1 <= trial.days <= DAYS_MAX:
        raise CallerError(f"DAYS: from 1 to {DAYS_MAX}; this is {trial.days}")
    changed = with_figures(profile, trial.cause, figures or {})
    await follow_up_past.only_read(conn, timeout_s=TIMEOUT_S)
    since = trial.now - timedelta(days=trial.days)
    span = Span(since=since, until=trial.now, limit=MATTERS_MAX, unplanned_only=False)
    plans, is_cut = await _find(conn, changed, cause.find, span)
    tried = Tried(
        cause=trial.cause,
        title=cause.title,
        since=since,
        until=trial.now,
        found=len(plans),
        is_cut=is_cut,
        converts_by=cause.converts_by,
        watched_days=cause.watched.days,
    )
    run = _Run(conn=conn, profile=changed, cause=cause, trial=trial, tried=tried)
    carriers = sorted(set(trial.lines.carriers.values()) - {""})
    run.states = dict(await follow_up_facts.read_states(conn, carriers))
    run.sent = await follow_up_past.list_sent(conn, [plan.key for plan in plans])
    for plan in sorted(plans, key=lambda each: each.due_at):
        await run.follow(plan)
    return tried


async def _find(
    conn: Connection, profile: Profile, find: Find, span: Span
) -> tuple[Sequence[Plan], bool]:
    """What called for it, and whether there was more: the first of many would tell of one day."""
    plans = await find(conn, profile, span)
    if len(plans) < span.limit:
        return plans, False
    some: dict[str, Plan] = {}
    width = (span.until - span.since) / PARTS
    for number in range(PARTS):
        since = span.since + number * width
        part = replace(span, since=since, until=since + width, limit=span.limit // PARTS)
        some |= {each.key: each for each in await find(conn, profile, part)}
    return tuple(some.values()), True


@dataclass(slots=True, kw_only=True)
class _Run:
    """A trial at work."""

    conn: Connection
    profile: Profile
    cause: Cause
    trial: Trial
    tried: Tried
    sent: frozenset[str] = frozenset()
    states: Mapping[str, States] = field(default_factory=dict)
    tried_at: dict[CustomerId, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    async def follow(self, plan: Plan) -> None:
        """One matter, from when it is due until it goes, stays or is too late."""
        at, reason = plan.due_at, ""
        for _ in range(LOOKS_MAX):
            if at > plan.valid_until:
                break
            if at > self.trial.now:
                self.tried.ahead += 1
                return
            then = await self._then(plan, at)
            decision = Skip(NOBODY) if then is None else await self._decide(plan, at, then)
            if isinstance(decision, PutOff):
                at, reason = next_look(decision, at, then), decision.reason
                continue
            if isinstance(decision, Skip):
                self.tried.stayed[kind_of(decision.reason)] += 1
            elif then is not None:
                await self._goes(plan, at, then, decision.option)
            return
        self.tried.stayed[kind_of(reason) or TOO_LATE] += 1

    async def _then(self, plan: Plan, at: datetime) -> Then | None:
        """The customer then, and what of this trial would have gone to them before."""
        gap = self.profile.follow_ups.gap_hours
        found = await follow_up_past.find_then(
            self.conn, plan.customer_id, at, key=plan.key, gap_hours=gap
        )
        if found is None:
            return None
        tried = [
            Near(at=each, cause=plan.cause, is_planned=False)
            for each in self.tried_at[plan.customer_id]
        ]
        gone = timedelta(hours=gap)
        near = [n for n in (*found.near, *tried) if n.is_planned or at - n.at < gone]
        return replace(found, near=tuple(near))

    async def _decide(self, plan: Plan, at: datetime, then: Then) -> Send | Skip | PutOff:
        around = Around(
            lines=self.trial.lines, render=self.trial.render, states=self.states, then=then
        )
        return await decide_then(self.conn, self.profile, self.cause, plan, at=at, around=around)

    async def _goes(self, plan: Plan, at: datetime, then: Then, option: Option) -> None:
        tried, channel = self.tried, option.way.channel
        tried.gone += 1
        tried.by_channel[channel] += 1
        self.tried_at[plan.customer_id].append(at)
        if option.cost is None:
            tried.unpriced.add(channel)
        else:
            tried.cost += option.cost
        if len(tried.examples) < EXAMPLES and option.worded is not None:
            made = Example(
                customer=then.to.name,
                channel=channel,
                at=at,
                text=option.worded.text,
                because=plan.because,
            )
            tried.examples.append(made)
        await self._watch(plan, at)

    async def _watch(self, plan: Plan, at: datetime) -> None:
        """What they did all the same, of those who were not written to and whose time is over."""
        if plan.key in self.sent:
            self.tried.really += 1
            return
        until = at + self.cause.watched
        if until > self.trial.now:
            return
        self.tried.unwritten += 1
        self.tried.came += await follow_up_past.has_come(
            self.conn,
            plan.customer_id,
            self.cause.converts_by,
            (at, until),
            booking_id=plan.booking_id,
        )
